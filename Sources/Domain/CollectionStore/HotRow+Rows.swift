package import Database
package import Directory

// Letters that are taken: c, p, d, o, r (`Directory`), m (`Mail`).
extension HotRow {
    /// A collection's counters, by its change log.
    static func collection(_ id: CollectionID) -> HotRow { HotRow(letter: UInt8(ascii: "c"), id: id.rawValue) }

    /// A principal's octets in use. Before the collections' rows, in each transaction that changes both.
    package static func principal(_ id: PrincipalID) -> HotRow { HotRow(letter: UInt8(ascii: "p"), id: id.rawValue) }
}
