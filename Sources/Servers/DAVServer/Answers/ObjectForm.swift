import CivilTime
import DAVGrammar
import HTTPServer
import ICalendar
import XML

/// In which form a request wants the objects that it gets (RFC 4791 §9.6, RFC 6352 §10.4).
struct ObjectForm: Sendable {
    private(set) var calendar = CalendarDataForm()
    private(set) var card = AddressDataForm()
    /// Whether objects are asked for at all.
    private(set) var isAskedFor = false
    private(set) var timeZones: TimeZonesWanted
    /// Where floating times are looked at, where the request says so itself.
    var zone: QueryTimeZone?
    /// What the answer may still cost.
    let work: QueryWork

    init(_ request: PropertyRequest, _ exchange: Exchange, work: QueryWork? = nil) {
        timeZones = TimeZonesWanted(exchange.head.headers)
        for property in request.properties {
            if let form = property.calendarData { (calendar, isAskedFor) = (form, true) }
            if let form = property.addressData { (card, isAskedFor) = (form, true) }
        }
        self.work = work ?? QueryWork(exchange.server.configuration)
    }

    /// Whether calendar objects are asked for as they are stored.
    var isStoredCalendar: Bool { calendar.mediaType == .iCalendar && calendar.selection.isWhole && timeZones == .asStored }
    /// Whether it must be known where floating times are looked at.
    var needsZone: Bool { calendar.selection.recurrence != .stored }
}

/// How much work one answer may still be, and how many rows it may have.
///
/// `@unchecked Sendable`: used by one answer, which is made on one thread at a time.
final class QueryWork: @unchecked Sendable {
    /// Of the evaluation of recurrences and filters.
    var steps: StepBudget
    /// Steps that one object may take.
    private let shareLimit: Int
    /// Rows that the answer may have.
    private var limit: Int
    private var count = 0
    /// Whether something that belongs into the answer is not in it.
    private(set) var isCut = false

    init(_ configuration: DAVConfiguration, limit: Int? = nil) {
        steps = StepBudget(configuration.maximumRecurrenceSteps)
        shareLimit = max(1, configuration.maximumRecurrenceSteps / 50)
        self.limit = min(limit ?? .max, configuration.maximumQueryRows)
    }

    /// There are no more rows than so many.
    func lowerLimit(to count: Int) { limit = min(limit, count) }

    /// Takes the place of one more row; false where there is none left.
    func takeRow() -> Bool {
        if count >= limit {
            isCut = true
            return false
        }
        count += 1
        return true
    }

    /// Throws `StepBudget.Exhausted` where nothing is left, for whatever comes next.
    func spend(_ count: Int) throws {
        if steps.remaining < count { isCut = true }
        try steps.spend(count)
    }

    /// Runs `body` with the steps that one object may take: one that takes all of them does not end the answer for the others.
    func withShare<Result, Problem: Error>(
        _ body: (inout StepBudget) throws(Problem) -> Result
    ) throws(Problem) -> Result {
        let share = max(0, min(steps.remaining, shareLimit))
        var own = StepBudget(share)
        defer {
            steps.remaining -= share - max(0, own.remaining)
            if steps.remaining <= 0 { isCut = true }
        }
        return try body(&own)
    }

    /// The row that says so (RFC 6352 §8.6.2, RFC 4791 §7.8): 507 on the request's own URL.
    func note(at href: Href) -> any MultistatusSource.Part {
        FixedRows { [self] _, out in
            guard isCut else { return }
            Rows.write(
                .insufficientStorage, href: href,
                condition: Reply(.insufficientStorage, condition: .dav(.numberOfMatchesWithinLimits)), to: &out)
        }
    }
}
