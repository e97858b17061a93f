/// What ends the work on an object before it is done. Nothing is cut silently: whoever asked has an answer for it
/// (RFC 4791 §5.2.8 CALDAV:max-instances, §7.8: 507).
package enum CalendarLimitExceeded: Error, Equatable, Sendable {
    /// The steps of the budget were used up.
    case steps
    /// There are more instances, or periods, than that.
    case instances(Int)
    /// The result would have more bytes than that.
    case byteCount(Int)
}

extension StepBudget {
    /// As `spend`, with the error of a caller that has other limits too.
    mutating func take(_ steps: Int = 1) throws(CalendarLimitExceeded) {
        remaining -= steps
        if remaining < 0 { throw .steps }
    }
}
