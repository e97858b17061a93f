package import CollectionStore
package import Database

/// How a directory of a list stands: the table `address_list_source`.
package struct SourceState: Sendable, Equatable {
    package var directory: String
    package var position: Int64
    /// Where its log was read to, or the latest time of change that was seen, as the directory writes it.
    package var changedUntil: String?
    package var lastCompare: Milliseconds?
    package var lastSuccess: Milliseconds?
    package var outcome: String?
    /// Whether its entries were compared since the list has the names by which they are found.
    var hasNames = false
    /// A digest of the settings with which its entries were compared last.
    var settings: String?
    /// At the last compare.
    package var counts = IntakeCounts()

    package init(directory: String, position: Int64) {
        self.directory = directory
        self.position = position
    }
}

/// Entries that were read, and those of them that are not in the list.
package struct IntakeCounts: Sendable, Equatable {
    package var read = 0
    package var hidden = 0
    package var disabled = 0
    package var addressless = 0

    package init() {}
}

package enum AddressListSources {
    package static func all(_ tx: borrowing ReadTransaction, of list: CollectionID) throws -> [SourceState] {
        try tx.all(
            """
            SELECT directory, position, changed_until, last_compare, last_success, outcome, read_count, hidden_count,
                disabled_count, addressless_count, has_names, settings
            FROM address_list_source WHERE list_id = $1 ORDER BY position, directory
            """, [.integer(list.rawValue)]
        ) { row in
            var state = SourceState(directory: row.text(0), position: row.integer(1))
            state.changedUntil = row.optionalText(2)
            state.lastCompare = row.optionalInteger(3)
            state.lastSuccess = row.optionalInteger(4)
            state.outcome = row.optionalText(5)
            state.counts.read = Int(clamping: row.integer(6))
            state.counts.hidden = Int(clamping: row.integer(7))
            state.counts.disabled = Int(clamping: row.integer(8))
            state.counts.addressless = Int(clamping: row.integer(9))
            state.hasNames = row.flag(10)
            state.settings = row.optionalText(11)
            return state
        }
    }

    static func put(_ tx: borrowing WriteTransaction, _ state: SourceState, of list: CollectionID) throws {
        try tx.execute(
            """
            INSERT INTO address_list_source (list_id, directory, position, changed_until, last_compare, last_success,
                outcome, read_count, hidden_count, disabled_count, addressless_count, has_names, settings)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
            ON CONFLICT (list_id, directory) DO UPDATE SET position = excluded.position,
                changed_until = excluded.changed_until, last_compare = excluded.last_compare,
                last_success = excluded.last_success, outcome = excluded.outcome, read_count = excluded.read_count,
                hidden_count = excluded.hidden_count, disabled_count = excluded.disabled_count,
                addressless_count = excluded.addressless_count, has_names = excluded.has_names,
                settings = excluded.settings
            """,
            [
                .integer(list.rawValue), .text(state.directory), .integer(state.position), Value(state.changedUntil),
                Value(state.lastCompare), Value(state.lastSuccess), Value(state.outcome),
                .integer(Int64(state.counts.read)), .integer(Int64(state.counts.hidden)),
                .integer(Int64(state.counts.disabled)), .integer(Int64(state.counts.addressless)), Value(state.hasNames),
                Value(state.settings),
            ])
    }

    static func remove(_ tx: borrowing WriteTransaction, _ directory: String, of list: CollectionID) throws {
        try tx.execute(
            "DELETE FROM address_list_source WHERE list_id = $1 AND directory = $2",
            [.integer(list.rawValue), .text(directory)])
    }

    /// Entries of a directory that are in the list.
    package static func entryCount(
        _ tx: borrowing ReadTransaction, of list: CollectionID, _ directory: String
    ) throws -> Int {
        Int(clamping: try tx.first(
            "SELECT COUNT(*) FROM address_list_entry WHERE list_id = $1 AND directory = $2 AND state <> 2",
            [.integer(list.rawValue), .text(directory)]) { $0.integer(0) } ?? 0)
    }
}
