import Directory

/// Finds the groups of an entry level by level, through groups that name it and groups that it names. Each group is looked
/// at once, so that a loop ends; the levels and the groups are bounded.
struct GroupWalk {
    struct Step {
        /// Whose groups are looked for, as their groups name them.
        var locations: [String]
        /// The login, in the first step: groups of accounts (RFC 2307) name nothing else.
        var login: String
        /// Groups that the entries themselves name, and that were not seen yet.
        var named: [String]
    }

    /// Names in one filter.
    private static let batch = 20

    private(set) var groups: [DirectoryEntry] = []
    private var seen: Set<DistinguishedName> = []
    private var pending: Step?
    private var depth = 0

    init(from entry: DirectoryEntry) {
        if let name = DistinguishedName(entry.location) { seen.insert(name) }
        pending = Step(locations: [entry.location], login: entry.login, named: unseen(entry.groupLocations))
    }

    mutating func next() -> Step? {
        guard let step = pending, depth < LDAPLimits.groupDepth, groups.count < LDAPLimits.groups else { return nil }
        pending = nil
        depth += 1
        return step
    }

    func filters(_ step: Step, _ map: AttributeMap) -> [String] {
        var ways = step.locations.flatMap { location in map.member.map { LDAPFilter.equals($0, location) } }
        if !step.login.isEmpty { ways += map.memberLogin.map { LDAPFilter.equals($0, step.login) } }
        return stride(from: 0, to: ways.count, by: Self.batch).map { start in
            LDAPFilter.all([map.groupFilter, LDAPFilter.any(Array(ways[start..<min(start + Self.batch, ways.count)]))])
        }
    }

    /// The groups that are to be fetched one by one: named, and not found by the filters of the step either. Servers that keep
    /// `memberOf` tell most groups both ways.
    func named(_ step: Step, after found: [DirectoryEntry]) -> [String] {
        let known = Set(found.compactMap { DistinguishedName($0.location) })
        return step.named.filter { location in
            DistinguishedName(location).map { !known.contains($0) } ?? ObjectSID.isLocation(location)
        }
    }

    mutating func take(_ found: [DirectoryEntry]) {
        var new: [DirectoryEntry] = []
        for group in found {
            guard groups.count < LDAPLimits.groups, let name = DistinguishedName(group.location),
                seen.insert(name).inserted
            else { continue }
            groups.append(group)
            new.append(group)
        }
        guard !new.isEmpty else { return }
        pending = Step(locations: new.map(\.location), login: "", named: unseen(new.flatMap(\.groupLocations)))
    }

    private func unseen(_ locations: [String]) -> [String] {
        let names = locations.filter { location in
            DistinguishedName(location).map { !seen.contains($0) } ?? ObjectSID.isLocation(location)
        }
        return Array(names.prefix(LDAPLimits.groups))
    }
}
