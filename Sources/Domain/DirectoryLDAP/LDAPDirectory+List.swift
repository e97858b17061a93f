package import Directory

/// Lists of everybody.
extension LDAPDirectory {
    package func list(
        _ kind: Principal.Kind, since: String?, _ body: (ListedEntry) -> Bool
    ) throws(DirectoryUnavailable) -> Bool {
        guard let filter = filter(of: kind) else { return true }
        let map = configuration.map
        let changed = map.changed.isEmpty ? nil : since.map { "(\(map.changed)>=\(LDAPFilter.escaped($0)))" }
        var count = 0
        var incomplete: [ListedEntry] = []
        let isComplete = try search(
            base(of: kind), .subtree, changed.map { LDAPFilter.all([filter, $0]) } ?? filter,
            map.requested(forListOf: kind), time: configuration.listTime
        ) { found in
            guard let listed = map.listed(found, kind: kind, now: wallClock()) else { return true }
            count += 1
            guard count <= configuration.entryLimit else { return false }
            // The members of a large group of Active Directory come in pieces: asked for when the search is over.
            if kind == .group, !found.partial.isEmpty {
                incomplete.append(listed)
                return true
            }
            return body(listed)
        }
        for var listed in incomplete {
            let members = try members(of: listed.entry)
            listed.members = AttributeMap.names(locations: members.locations, logins: members.logins)
            if !body(listed) { return false }
        }
        return isComplete
    }
}

extension LDAPDirectory {
    package func earlier(_ since: String, than time: Int64) -> String {
        guard let known = DirectoryTimes.generalizedTime(since), time < known else { return since }
        return DirectoryTimes.text(time) ?? since
    }
}

extension AttributeMap {
    func listed(_ found: LDAPEntry, kind: Principal.Kind, now: Int64) -> ListedEntry? {
        guard let entry = entry(found, kind: kind, now: now) else { return nil }
        let members = kind == .group
            ? Self.names(locations: Array(found.exactTexts(member)), logins: Array(found.exactTexts(memberLogin))) : []
        let changed = changed.isEmpty ? nil : found.exactText([changed]).flatMap { text in
            // A time far ahead would hide all changes to come.
            DirectoryTimes.generalizedTime(text).flatMap { $0 <= now + 86_400_000 ? text : nil }
        }
        return ListedEntry(
            entry, names: Self.names(locations: [entry.location], logins: entry.login.isEmpty ? [] : [entry.login]),
            members: members, changed: changed)
    }

    static func names(locations: [String], logins: [String]) -> [String] {
        locations.compactMap { DistinguishedName($0).map { "dn:" + $0.comparisonText } }
            + logins.map { "login:" + $0.lowercased() }
    }
}
