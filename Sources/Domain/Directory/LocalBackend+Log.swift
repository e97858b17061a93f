package import Database

/// Lists of everybody: without those who are an entry of a directory elsewhere, which that directory lists itself. No transaction is open
/// while `body` runs.
extension LocalBackend: LoggedDirectory {
    private static let pageLength = 500

    package func logPosition() throws(DirectoryUnavailable) -> String {
        "\(try read { tx in try OwnChanges.last(tx) })"
    }

    package func listAll(_ body: (ListedEntry) -> Bool) throws(DirectoryUnavailable) -> Bool {
        for domain in domains {
            var after: String? = ""
            while let last = after {
                let page = try read { tx in try Self.page(tx, of: domain, after: last) }
                for entry in page.entries where !body(entry) { return false }
                after = page.next
            }
        }
        return true
    }

    package func list(
        _ kind: Principal.Kind, since: String?, _ body: (ListedEntry) -> Bool
    ) throws(DirectoryUnavailable) -> Bool {
        try listAll { $0.entry.kind != kind || body($0) }
    }

    package func changes(
        after position: String, _ body: (_ id: String, ListedEntry?) -> Bool
    ) throws(DirectoryUnavailable) -> String? {
        guard var number = Int64(position) else { return nil }
        while true {
            let start = number
            let (last, changes) = try read { tx in
                // The last one first: what it is followed by would be read again.
                let last = try OwnChanges.last(tx)
                let changes = try OwnChanges.page(tx, after: start, limit: Self.pageLength)
                return (
                    last,
                    try changes.map { change in (change.id, change.number, try listed(tx, change.id)) })
            }
            // A number that was not given yet is that of another log.
            if start > last { return nil }
            for (id, _, entry) in changes where !body("\(id.rawValue)", entry) { return "\(start)" }
            guard changes.count == Self.pageLength, let end = changes.last?.1 else { return "\(last)" }
            number = end
        }
    }

    /// Nil where it is gone, another domain's, or an entry of a directory elsewhere.
    private func listed(_ tx: borrowing ReadTransaction, _ id: PrincipalID) throws -> ListedEntry? {
        guard let principal = try LocalDirectory.find(tx, id), domains.contains(principal.domain),
            try DirectoryAccounts.link(tx, of: id) == nil
        else { return nil }
        return try Self.listed(tx, principal, isHidden: LocalDirectory.isHidden(tx, id))
    }

    private static func listed(
        _ tx: borrowing ReadTransaction, _ principal: Principal, isHidden: Bool
    ) throws -> ListedEntry {
        let members = principal.kind == .group ? try Groups.members(tx, of: principal.id) : []
        var entry = entry(principal)
        entry.isHidden = isHidden
        return ListedEntry(entry, names: ["\(principal.id.rawValue)"], members: members.map { "\($0.rawValue)" })
    }

    /// Some of a domain's in the order of their names, and the last name where there may be more.
    private static func page(
        _ tx: borrowing ReadTransaction, of domain: String, after name: String
    ) throws -> (entries: [ListedEntry], next: String?) {
        var rows = PrincipalRows()
        var found: [Principal] = []
        var hidden: Set<PrincipalID> = []
        func keep(_ principal: Principal) -> Bool {
            found.append(principal)
            return true
        }
        try tx.forEach("""
            SELECT p.id, p.kind, p.domain, p.name, p.display_name, p.is_administrator, p.is_disabled, p.quota_bytes,
                p.must_change_password, a.address, p.storage, p.is_hidden
            FROM (
                SELECT * FROM principal o WHERE domain = $1 AND name > $2
                    AND NOT EXISTS (SELECT 1 FROM directory_account d WHERE d.principal_id = o.id)
                ORDER BY name LIMIT $3
            ) p LEFT JOIN address a ON a.principal_id = p.id ORDER BY p.name, a.position
            """, [.text(domain), .text(name), .integer(Int64(pageLength))]
        ) { row in
            if row.flag(11) { hidden.insert(PrincipalID(rawValue: row.integer(0))) }
            return try rows.take(row, keep)
        }
        try rows.finish(keep)
        let entries = try found.map { try listed(tx, $0, isHidden: hidden.contains($0.id)) }
        return (entries, found.count == pageLength ? found.last?.name : nil)
    }
}
