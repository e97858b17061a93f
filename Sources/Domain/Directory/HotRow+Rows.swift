import Database

// Letters that are taken: c, p (`CollectionStore`), d, o, r, m (`Mail`). Of each of these tables all processes change one row.
extension HotRow {
    /// Of `directory_state`.
    static var directoryState: HotRow { HotRow(letter: UInt8(ascii: "d"), id: 1) }

    /// Of `own_state`.
    static var ownState: HotRow { HotRow(letter: UInt8(ascii: "o"), id: 1) }

    /// Of `rights_state`.
    static func rightsState(_ row: Int64) -> HotRow { HotRow(letter: UInt8(ascii: "r"), id: row) }
}
