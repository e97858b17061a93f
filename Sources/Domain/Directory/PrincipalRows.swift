import Database

/// Makes principals of rows that have one address each, as the statements of `LocalDirectory` name their columns.
struct PrincipalRows {
    /// The one whose rows were seen last; it may have more addresses.
    private(set) var current: Principal?
    private var isStopped = false

    /// Takes a row; `body` is called with the principal before, when this row is another's, and says whether to go on.
    mutating func take(_ row: borrowing Row, _ body: (Principal) throws -> Bool) throws -> Bool {
        let id = PrincipalID(rawValue: row.integer(0))
        if current?.id == id {
            if let address = row.optionalText(9) { current?.addresses.append(address) }
            return true
        }
        if let done = current, try !body(done) {
            isStopped = true
            return false
        }
        guard let kind = Principal.Kind(rawValue: row.text(1)) else {
            throw Failure(.damaged, "principal \(id.rawValue) is of an unknown kind")
        }
        current = Principal(
            id: id, kind: kind, domain: row.text(2), name: row.text(3), displayName: row.text(4),
            addresses: row.optionalText(9).map { [$0] } ?? [], isAdministrator: row.flag(5), isDisabled: row.flag(6),
            quotaBytes: row.optionalInteger(7), mustChangePassword: row.flag(8), storage: row.optionalText(10))
        return true
    }

    /// Calls `body` with the last principal, after all rows.
    mutating func finish(_ body: (Principal) throws -> Bool) throws {
        if let current, !isStopped { _ = try body(current) }
        current = nil
    }
}
