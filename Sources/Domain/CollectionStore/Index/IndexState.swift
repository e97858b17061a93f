package import Database

/// What the index was made with, so that it is known when it must be made anew.
package enum IndexState {
    package enum Part: String, Sendable {
        /// `ObjectIndex.version`
        case projection
        /// The release of the time zone database.
        case timeZones = "time-zones"
    }

    /// Nil where it was never made.
    package static func value(_ tx: borrowing ReadTransaction, _ part: Part) throws -> String? {
        try tx.first("SELECT value FROM index_state WHERE name = $1", [.text(part.rawValue)]) { $0.text(0) }
    }

    /// Notes that all of the index is as this program makes it.
    package static func setCurrent(_ tx: borrowing WriteTransaction, timeZones: String) throws {
        try set(tx, .projection, to: String(ObjectIndex.version))
        try set(tx, .timeZones, to: timeZones)
    }

    static func set(_ tx: borrowing WriteTransaction, _ part: Part, to value: String) throws {
        try tx.execute(
            """
            INSERT INTO index_state (name, value) VALUES ($1, $2)
            ON CONFLICT (name) DO UPDATE SET value = EXCLUDED.value
            """, [.text(part.rawValue), .text(value)])
    }
}
