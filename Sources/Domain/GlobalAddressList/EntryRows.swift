import CollectionStore
import Database
import Directory

/// The tables `address_list_entry`, `address_list_address`, `address_list_name` and `address_list_member`.
enum EntryRows {
    // MARK: Reading

    /// The digest of an entry; nil where the list does not have it.
    static func digest(
        _ tx: borrowing ReadTransaction, of list: CollectionID, _ key: ListEntry.Key
    ) throws -> String? {
        try tx.first(
            """
            SELECT digest FROM address_list_entry
            WHERE list_id = $1 AND directory = $2 AND entry_id = $3 AND state <> 2
            """, parameters(list, key)) { $0.text(0) }
    }

    static func find(_ tx: borrowing ReadTransaction, of list: CollectionID, _ key: ListEntry.Key) throws -> ListEntry? {
        try tx.first(
            """
            SELECT directory, entry_id, digest, state, person, kind, display_name, given_name, family_name, title, department,
                addresses, phones, photo, login, sign_in_name
            FROM address_list_entry WHERE list_id = $1 AND directory = $2 AND entry_id = $3
            """, parameters(list, key), row: read)
    }

    /// Those to be written, groups last.
    static func pending(_ tx: borrowing ReadTransaction, of list: CollectionID, limit: Int) throws -> [ListEntry] {
        try tx.all(
            """
            SELECT directory, entry_id, digest, state, person, kind, display_name, given_name, family_name, title, department,
                addresses, phones, photo, login, sign_in_name
            FROM address_list_entry WHERE list_id = $1 AND state <> 0 ORDER BY rank LIMIT $2
            """, [.integer(list.rawValue), .integer(Int64(limit))], row: read)
    }

    /// All that are part of a card, in no order. (Without the sign, or with an order, SQLite would read the whole list.)
    static func all(_ tx: borrowing ReadTransaction, of list: CollectionID, person: String) throws -> [ListEntry] {
        try tx.all(
            """
            SELECT directory, entry_id, digest, state, person, kind, display_name, given_name, family_name, title, department,
                addresses, phones, photo, login, sign_in_name
            FROM address_list_entry WHERE +list_id = $1 AND person = $2 LIMIT $3
            """, [.integer(list.rawValue), .text(person), .integer(Int64(AddressListLimits.entriesOfPerson))], row: read)
    }

    private static func read(_ row: borrowing Row) throws -> ListEntry {
        guard let kind = Principal.Kind(rawValue: row.text(5)), let state = ListEntry.State(rawValue: row.integer(3)) else {
            throw Failure(.damaged, "an entry of an address list is of an unknown kind or state")
        }
        func lines(_ column: Int) -> [String] { row.text(column).split(separator: "\n").map(String.init) }
        var entry = ListEntry(
            key: ListEntry.Key(directory: row.text(0), id: row.text(1)), digest: row.text(2), state: state,
            person: row.optionalText(4), kind: kind, displayName: row.text(6), givenName: row.optionalText(7),
            familyName: row.optionalText(8), title: row.optionalText(9), department: row.optionalText(10),
            addresses: lines(11), phones: lines(12), photo: row.isNull(13) ? nil : row.bytes(13))
        entry.login = row.text(14)
        entry.signInName = row.text(15)
        return entry
    }

    /// Whether an entry is part of a card.
    static func isOf(_ tx: borrowing ReadTransaction, _ place: ListedPlace, _ key: ListEntry.Key) throws -> Bool {
        try tx.first(
            "SELECT person FROM address_list_entry WHERE list_id = $1 AND directory = $2 AND entry_id = $3", parameters(place.list, key)
        ) { $0.optionalText(0) } == place.person
    }

    /// The entries with an address.
    static func keys(
        _ tx: borrowing ReadTransaction, of list: CollectionID, address: String
    ) throws -> [ListEntry.Key] {
        try tx.all(
            "SELECT directory, entry_id FROM address_list_address WHERE list_id = $1 AND address = $2 LIMIT $3",
            [.integer(list.rawValue), .text(address), .integer(Int64(AddressListLimits.entriesOfPerson))]
        ) { ListEntry.Key(directory: $0.text(0), id: $0.text(1)) }
    }

    /// Those of a directory that it says to be hidden.
    static func hidden(_ tx: borrowing ReadTransaction, of list: CollectionID, _ directory: String) throws -> [String] {
        try tx.all(
            "SELECT entry_id FROM address_list_hidden WHERE directory = $2 AND list_id = $1",
            [.integer(list.rawValue), .text(directory)]) { $0.text(0) }
    }

    /// What groups may call an entry, as hashes.
    static func names(_ tx: borrowing ReadTransaction, of list: CollectionID, _ key: ListEntry.Key) throws -> [String] {
        try tx.all(
            "SELECT name FROM address_list_name WHERE list_id = $1 AND directory = $2 AND entry_id = $3", parameters(list, key)
        ) { $0.text(0) }
    }

    /// Whether its directory says that an entry is hidden.
    static func isHidden(_ tx: borrowing ReadTransaction, of list: CollectionID, _ key: ListEntry.Key) throws -> Bool {
        try tx.first(
            "SELECT 1 FROM address_list_hidden WHERE list_id = $1 AND directory = $2 AND entry_id = $3", parameters(list, key)
        ) { _ in true } ?? false
    }

    /// Whether more entries have an address than one person can.
    static func isShared(_ tx: borrowing ReadTransaction, of list: CollectionID, address: String) throws -> Bool {
        let most = AddressListLimits.entriesOfAddress
        return try tx.all(
            "SELECT 1 FROM address_list_address WHERE list_id = $1 AND address = $2 LIMIT $3",
            [.integer(list.rawValue), .text(address), .integer(Int64(most + 1))]
        ) { _ in true }.count > most
    }

    /// The ids after one that a directory has in the list, in their order.
    static func page(
        _ tx: borrowing ReadTransaction, of list: CollectionID, _ directory: String, after id: String, limit: Int
    ) throws -> [String] {
        try tx.all(
            """
            SELECT entry_id FROM address_list_entry
            WHERE list_id = $1 AND directory = $2 AND entry_id > $3 AND state <> 2 ORDER BY entry_id LIMIT $4
            """, [.integer(list.rawValue), .text(directory), .text(id), .integer(Int64(limit))]) { $0.text(0) }
    }

    static func parameters(_ list: CollectionID, _ key: ListEntry.Key) -> [Value] {
        [.integer(list.rawValue), .text(key.directory), .text(key.id)]
    }
}
