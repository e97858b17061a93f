package import Database

/// Which entry of which directory a principal is.
package struct DirectoryLink: Sendable, Hashable {
    package var directory: String
    package var entryID: String

    package init(directory: String, entryID: String) {
        self.directory = directory
        self.entryID = entryID
    }
}

/// The table `directory_account`: principals whose passwords are checked elsewhere.
package enum DirectoryAccounts {
    package static func link(_ tx: borrowing ReadTransaction, of id: PrincipalID) throws -> DirectoryLink? {
        try tx.first(
            "SELECT directory, entry_id FROM directory_account WHERE principal_id = $1", [.integer(id.rawValue)]
        ) { DirectoryLink(directory: $0.text(0), entryID: $0.text(1)) }
    }

    package static func principal(_ tx: borrowing ReadTransaction, of link: DirectoryLink) throws -> Principal? {
        let id = try tx.first(
            "SELECT principal_id FROM directory_account WHERE directory = $1 AND entry_id = $2",
            [.text(link.directory), .text(link.entryID)]) { PrincipalID(rawValue: $0.integer(0)) }
        return try id.flatMap { try LocalDirectory.find(tx, $0) }
    }

    /// How many users of each directory are known here.
    package static func counts(_ tx: borrowing ReadTransaction) throws -> [String: Int] {
        var counts: [String: Int] = [:]
        try tx.forEach("""
            SELECT d.directory, COUNT(*) FROM directory_account d JOIN principal p ON p.id = d.principal_id
            WHERE p.kind = 'user' GROUP BY d.directory
            """) { row in
            counts[row.text(0)] = Int(row.integer(1))
            return true
        }
        return counts
    }

    /// Both must be untied.
    static func insert(_ tx: borrowing WriteTransaction, _ id: PrincipalID, _ link: DirectoryLink, seen: Int64) throws {
        try tx.execute(
            "INSERT INTO directory_account (directory, entry_id, principal_id, seen) VALUES ($1, $2, $3, $4)",
            [.text(link.directory), .text(link.entryID), .integer(id.rawValue), .integer(seen)])
    }
}

extension LocalDirectory {
    /// Ties a principal that there is to an entry. Both must be untied.
    package func link(_ tx: borrowing WriteTransaction, _ id: PrincipalID, to link: DirectoryLink, now: Int64) throws {
        try DirectoryAccounts.insert(tx, id, link, seen: now)
        try DirectoryChanges.note(tx, id)
        try OwnChanges.note(tx, id)
        forget(tx, id)
    }

    /// Brings what is kept of an entry up to date: the display name and the addresses. The sign-in name stays, as it
    /// is in the URLs that clients have. False where all was the same already, and nothing is written.
    ///
    /// - Parameter addresses: those that the directory may give; one that is another's stays the other's, unless that
    ///   is an entry of the same directory, which says by this that it moved.
    @discardableResult
    package func follow(
        _ tx: borrowing WriteTransaction, _ principal: Principal, _ link: DirectoryLink, displayName: String,
        addresses: [String], now: Int64
    ) throws -> Bool {
        let kept = try addresses.prefix(Self.maximumAddresses).filter { address in
            guard let owner = try Self.owner(tx.read, ofFolded: address), owner != principal.id else { return true }
            return try DirectoryAccounts.link(tx.read, of: owner)?.directory == link.directory
        }
        let name = Self.possibleDisplayName(displayName) ?? principal.displayName
        guard kept != principal.addresses || name != principal.displayName else { return false }
        if name != principal.displayName { try setDisplayName(tx, of: principal.id, name) }
        if kept != principal.addresses {
            for address in kept {
                if let owner = try Self.owner(tx.read, ofFolded: address), owner != principal.id {
                    try removeAddress(tx, of: owner, address)
                }
            }
            try tx.execute("DELETE FROM address WHERE principal_id = $1", [.integer(principal.id.rawValue)])
            for (position, address) in kept.enumerated() {
                try tx.execute(
                    "INSERT INTO address (address, principal_id, position) VALUES ($1, $2, $3)",
                    [.text(address), .integer(principal.id.rawValue), .integer(Int64(position))])
            }
        }
        try tx.execute(
            "UPDATE directory_account SET seen = $2 WHERE principal_id = $1",
            [.integer(principal.id.rawValue), .integer(now)])
        try RightsGeneration.advancePrincipals(tx)
        try DirectoryChanges.note(tx, principal.id)
        forget(tx, principal.id)
        return true
    }

    /// What a directory calls somebody, cut to what may be a display name; nil where nothing is left.
    static func possibleDisplayName(_ text: String) -> String? {
        var name = ""
        for character in text {
            let isControl = character.unicodeScalars.contains { $0.properties.generalCategory == .control }
            let piece = isControl ? " " : String(character)
            guard name.utf8.count + piece.utf8.count <= maximumDisplayNameLength else { break }
            name += piece
        }
        return name.allSatisfy({ $0 == " " }) ? nil : name
    }
}
