import Bytes
import CollectionStore
import Database
import Directory

extension EntryRows {
    /// Puts an entry in the place of what was known of it, as one to be written. What it is part of stays.
    static func put(_ tx: borrowing WriteTransaction, of list: CollectionID, _ found: FoundEntry) throws {
        let entry = found.entry
        let key = parameters(list, entry.key)
        let isKnown = try tx.read.first(
            "SELECT 1 FROM address_list_entry WHERE list_id = $1 AND directory = $2 AND entry_id = $3", key) { _ in true }
        try tx.execute(
            """
            INSERT INTO address_list_entry (list_id, directory, entry_id, digest, state, rank, kind, display_name, given_name,
                family_name, title, department, addresses, phones, photo, login, sign_in_name)
            VALUES ($1, $2, $3, $4, 1, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
            ON CONFLICT (list_id, directory, entry_id) DO UPDATE SET digest = excluded.digest, state = 1, rank = excluded.rank,
                kind = excluded.kind, display_name = excluded.display_name, given_name = excluded.given_name,
                family_name = excluded.family_name, title = excluded.title, department = excluded.department,
                addresses = excluded.addresses, phones = excluded.phones, photo = excluded.photo, login = excluded.login,
                sign_in_name = excluded.sign_in_name
            """,
            key + [
                .text(entry.digest), .integer(entry.rank), .text(entry.kind.rawValue), .text(entry.displayName),
                Value(entry.givenName), Value(entry.familyName), Value(entry.title), Value(entry.department),
                .text(entry.addresses.joined(separator: "\n")), .text(entry.phones.joined(separator: "\n")), Value(entry.photo), .text(entry.login),
                .text(entry.signInName),
            ])
        // Where its names changed, groups that call it by one which it had are written anew, and below those that call it by one which it
        // has now. With a new one this waits until it has a card.
        let names = isKnown == true ? try self.names(tx.read, of: list, entry.key) : []
        let isRenamed = isKnown == true && Set(names) != Set(found.names)
        if isRenamed {
            let groups = try groups(tx.read, of: list, entry.key.directory, naming: names)
            try mark(tx, of: list, entry.key.directory, groups)
            try keepMemberships(tx, of: list, found, known: names, in: groups)
        }
        if isKnown == true { try removeTies(tx, of: list, entry.key) }
        for address in entry.addresses {
            try tx.execute(
                """
                INSERT INTO address_list_address (list_id, address, directory, entry_id) VALUES ($1, $4, $2, $3)
                ON CONFLICT DO NOTHING
                """, key + [.text(address)])
        }
        for name in found.names {
            try tx.execute(
                """
                INSERT INTO address_list_name (list_id, directory, name, entry_id) VALUES ($1, $2, $4, $3)
                ON CONFLICT DO NOTHING
                """, key + [.text(name)])
        }
        for member in found.members {
            try tx.execute(
                """
                INSERT INTO address_list_member (list_id, directory, name, group_id) VALUES ($1, $2, $4, $3)
                ON CONFLICT DO NOTHING
                """, key + [.text(member)])
        }
        if isRenamed {
            try mark(tx, of: list, entry.key.directory, groups(tx.read, of: list, entry.key.directory, naming: found.names))
        }
    }

    /// The groups that call an entry by a name which it had call it by its new ones too. Active Directory has it so by itself, and
    /// does not tell: the groups' times of change stay. What other directories have the next compare finds, as these groups
    /// differ from whatever it reads.
    private static func keepMemberships(
        _ tx: borrowing WriteTransaction, of list: CollectionID, _ found: FoundEntry, known: [String], in groups: [String]
    ) throws {
        let directory = found.entry.key.directory
        let new = found.names.filter { !known.contains($0) }
        if known.isEmpty || new.isEmpty { return }
        for group in groups {
            let group = parameters(list, ListEntry.Key(directory: directory, id: group))
            try tx.execute(
                "UPDATE address_list_entry SET digest = '' WHERE list_id = $1 AND directory = $2 AND entry_id = $3", group)
            for name in new {
                try tx.execute(
                    """
                    INSERT INTO address_list_member (list_id, directory, name, group_id) VALUES ($1, $2, $4, $3)
                    ON CONFLICT DO NOTHING
                    """, group + [.text(name)])
            }
        }
    }

    /// The directory has it no more: its address is nobody's from now on, and its card is written anew, or goes.
    static func markGone(_ tx: borrowing WriteTransaction, of list: CollectionID, _ key: ListEntry.Key) throws {
        try markGroups(tx, of: list, naming: key)
        try removeTies(tx, of: list, key)
        try tx.execute(
            """
            UPDATE address_list_entry SET state = 2, addresses = '', sign_in_name = '' WHERE list_id = $1 AND directory = $2 AND entry_id = $3
            """, parameters(list, key))
    }

    static func remove(_ tx: borrowing WriteTransaction, of list: CollectionID, _ key: ListEntry.Key) throws {
        try tx.execute(
            "DELETE FROM address_list_entry WHERE list_id = $1 AND directory = $2 AND entry_id = $3", parameters(list, key))
    }

    /// Whether the directory says that nobody is to be shown the entry.
    static func setHidden(
        _ tx: borrowing WriteTransaction, of list: CollectionID, _ key: ListEntry.Key, _ isHidden: Bool
    ) throws {
        try tx.execute(
            isHidden
                ? """
                INSERT INTO address_list_hidden (list_id, directory, entry_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING
                """ : "DELETE FROM address_list_hidden WHERE list_id = $1 AND directory = $2 AND entry_id = $3",
            parameters(list, key))
    }

    /// Of no entry of a directory any more.
    static func removeHidden(_ tx: borrowing WriteTransaction, of list: CollectionID, _ directory: String) throws {
        try tx.execute(
            "DELETE FROM address_list_hidden WHERE list_id = $1 AND directory = $2", [.integer(list.rawValue), .text(directory)])
    }

    /// It is written, as part of this card.
    static func setWritten(
        _ tx: borrowing WriteTransaction, of list: CollectionID, _ key: ListEntry.Key, person: String
    ) throws {
        try tx.execute(
            """
            UPDATE address_list_entry SET state = 0, person = $4 WHERE list_id = $1 AND directory = $2 AND entry_id = $3
            """, parameters(list, key) + [.text(person)])
    }

    /// All of a directory are to be written anew.
    static func markAll(_ tx: borrowing WriteTransaction, of list: CollectionID, _ directory: String) throws {
        try tx.execute(
            "UPDATE address_list_entry SET state = 1 WHERE list_id = $1 AND directory = $2 AND state = 0",
            [.integer(list.rawValue), .text(directory)])
    }

    /// The groups that name an entry are to be written anew.
    static func markGroups(_ tx: borrowing WriteTransaction, of list: CollectionID, naming key: ListEntry.Key) throws {
        let groups = try groups(tx.read, of: list, key.directory, naming: names(tx.read, of: list, key))
        try mark(tx, of: list, key.directory, groups)
    }

    private static func mark(
        _ tx: borrowing WriteTransaction, of list: CollectionID, _ directory: String, _ groups: [String]
    ) throws {
        for group in groups {
            try tx.execute(
                "UPDATE address_list_entry SET state = 1 WHERE list_id = $1 AND directory = $2 AND entry_id = $3 AND state = 0",
                parameters(list, ListEntry.Key(directory: directory, id: group)))
        }
    }

    /// The groups that call somebody by one of some names. Not joined with the names, nor with what is done to the groups: without statistics
    /// PostgreSQL would go through all members of all groups, or the whole list, for each entry that is written.
    private static func groups(
        _ tx: borrowing ReadTransaction, of list: CollectionID, _ directory: String, naming names: [String]
    ) throws -> [String] {
        var found: Set<String> = []
        for part in names.batches(of: 4) {
            found.formUnion(try tx.all(
                """
                SELECT group_id FROM address_list_member
                WHERE list_id = $1 AND directory = $2 AND name IN ($3, $4, $5, $6)
                """, [.integer(list.rawValue), .text(directory)] + part.map(Value.text).filled(to: 4)) { $0.text(0) })
        }
        return found.sorted()
    }

    private static func removeTies(_ tx: borrowing WriteTransaction, of list: CollectionID, _ key: ListEntry.Key) throws {
        let key = parameters(list, key)
        try tx.execute(
            "DELETE FROM address_list_address WHERE list_id = $1 AND directory = $2 AND entry_id = $3", key)
        try tx.execute("DELETE FROM address_list_name WHERE list_id = $1 AND directory = $2 AND entry_id = $3", key)
        try tx.execute("DELETE FROM address_list_member WHERE list_id = $1 AND directory = $2 AND group_id = $3", key)
    }
}
