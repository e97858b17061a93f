/// A parameter of a statement.
package enum Value: Sendable, Equatable {
    case null
    case integer(Int64)
    case text(String)
    case bytes([UInt8])

    package init(_ text: String?) { self = text.map(Value.text) ?? .null }
    package init(_ number: Int64?) { self = number.map(Value.integer) ?? .null }
    package init(_ bytes: [UInt8]?) { self = bytes.map(Value.bytes) ?? .null }
    package init(_ flag: Bool) { self = .integer(flag ? 1 : 0) }
}

extension [Value] {
    /// The parameters of a list in a statement, `IN ($1, …)`, which has one length whatever is asked for: the last one again in the places that
    /// are left. None where there is none.
    package func filled(to count: Int) -> [Value] {
        guard let last else { return [] }
        return self + [Value](repeating: last, count: Swift.max(0, count - self.count))
    }
}
