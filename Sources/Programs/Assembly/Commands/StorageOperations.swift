import CollectionStore
import Database
import Directory
import GlobalAddressList
import Mail

/// `tegu storage`.
package struct StorageOperations: Sendable {
    let installation: Installation

    package init(_ installation: Installation) { self.installation = installation }

    /// Each storage: where it is, and what is in it.
    package func list(asJSON: Bool) throws -> String {
        let (counts, domains) = try installation.database.read { tx in
            (try StorageMap.counts(tx, leavingOut: AddressLists.ownerName), try StorageMap.domains(tx))
        }
        var table = CommandTable("name", "database", "accounts", "usedBytes", "domains")
        func append(_ name: String, _ place: Installation?, _ key: String?) throws {
            let used = try place?.database.read { tx in try Quota.total(tx) } ?? 0
            let database = place.map { $0.settings.database.isEmpty ? $0.directory.database : "PostgreSQL" }
            table.append(
                .text(name), .text(database ?? "not in the settings"), .number(counts[key] ?? 0), .bytes(Int(clamping: used)),
                .texts(domains.filter { $0.storage == name }.map(\.domain)))
        }
        try append(StorageSettings.defaultName, installation, nil)
        for part in installation.storages.parts { try append(part.name, part.installation, part.name) }
        for missing in try installation.missingStorages() { try append(missing.name, nil, missing.name) }
        return table.text(asJSON: asJSON)
    }

    /// Says where new accounts of a domain are, or an account that has nothing yet.
    package func assign(_ what: String, to name: String) throws -> String {
        let storage = try known(name)
        guard what.contains("@") else {
            guard let domain = HostName.normalized(what) else { throw CommandError(.usage, "“\(what)” is neither a domain nor an account") }
            try installation.database.write { tx in try StorageMap.assign(tx, domain: domain, to: storage) }
            return "new accounts of \(domain) are in \(name)"
        }
        let (place, owner) = try installation.account(what)
        if owner.storage == storage { return "\(owner.signInText) is in \(name)" }
        guard try place.database.read({ tx in try Self.isEmpty(tx, owner.id) }) else {
            throw CommandError(.impossible, "\(owner.signInText) has collections or mail: move it by `tegu storage move`")
        }
        // First it is elsewhere, then what it had goes: nothing is lost where this ends between.
        try installation.database.write { tx in try LocalDirectory().setStorage(tx, of: owner.id, storage) }
        try installation.storages.bring()
        try place.database.write { tx in
            guard try Self.isEmpty(tx.read, owner.id) else {
                throw CommandError(.unavailable, "something came into \(owner.signInText) meanwhile")
            }
            try place.mail.destroyAll(tx, of: owner.id)
            try Trash.destroyAll(tx, of: owner.id)
        }
        return "\(owner.signInText) is in \(name)"
    }

    /// Moves accounts, one after the other; what they had before is removed at the end.
    ///
    /// - Parameter grace: seconds for which who reads at the source may go on.
    package func move(_ names: [String], to name: String, grace: Int) throws -> String {
        let target = try known(name)
        var moves: [AccountMove] = []
        var failures: [String] = []
        for text in names {
            let owner = try installation.user(text)
            let move = AccountMove(installation, of: owner, to: target, grace: Int64(grace) * 1000) {
                ConsoleOutput.writeError("tegu: \($0)\n")
            }
            do {
                if try move.run() { moves.append(move) } else { ConsoleOutput.writeError("tegu: \(owner.signInText) is in \(name)\n") }
            } catch {
                // One account's reason is no other's.
                if names.count == 1 { throw error }
                failures.append("\(owner.signInText): \(CommandError.describe(error) ?? "\(error)")")
            }
        }
        for move in moves { try move.tidy() }
        guard failures.isEmpty else {
            throw CommandError(.impossible, "not moved:\n" + failures.joined(separator: "\n"))
        }
        return "\(moves.count) moved to \(name)"
    }

    /// The accounts of a domain, in the order of their names.
    package func accounts(of domain: String) throws -> [String] {
        var names: [String] = []
        try installation.database.read { tx in
            try LocalDirectory.forEach(tx, domain: domain) { principal in
                // The owners of address lists stay: each storage has its own.
                if principal.kind != .resource || !principal.name.hasPrefix(AddressLists.ownerName) { names.append(principal.signInText) }
                return true
            }
        }
        if names.isEmpty { throw CommandError(.impossible, "nobody is in the domain \(domain)") }
        return names
    }

    /// Whether an account has nothing but what every new one has.
    private static func isEmpty(_ tx: borrowing ReadTransaction, _ owner: PrincipalID) throws -> Bool {
        try tx.first(
            """
            SELECT 1 FROM collection WHERE owner_id = $1 AND parent_id IS NOT NULL AND origin IS NULL
                AND name NOT IN ('calendar', 'tasks', 'contacts')
            UNION ALL SELECT 1 FROM collection c JOIN member m ON m.collection_id = c.id WHERE c.owner_id = $1
            UNION ALL SELECT 1 FROM collection c JOIN access_grant g ON g.collection_id = c.id WHERE c.owner_id = $1
            UNION ALL SELECT 1 FROM trash WHERE owner_id = $1
            UNION ALL SELECT 1 FROM mailbox WHERE owner_id = $1 AND (name <> 'INBOX' OR message_count > 0 OR trashed IS NOT NULL)
            UNION ALL SELECT 1 FROM mail_retained WHERE owner_id = $1
            UNION ALL SELECT 1 FROM access_grant WHERE grantee = $1
            UNION ALL SELECT 1 FROM mail_grant WHERE grantee = $1
            LIMIT 1
            """, [.integer(owner.rawValue)]) { _ in true } == nil
    }

    /// The name as the map has it; nil: the default one.
    private func known(_ name: String) throws -> String? {
        if name == StorageSettings.defaultName { return nil }
        guard installation.storages.part(named: name) != nil else {
            throw CommandError(.impossible, "there is no storage “\(name)” in the settings; `tegu storage list` shows all")
        }
        return name
    }
}
