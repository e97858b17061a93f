import CLDAP
package import Directory

/// A directory elsewhere, spoken to by LDAP. For worker threads: each call may block for as long as the configuration's
/// times say.
package final class LDAPDirectory: DirectoryBackend {
    package let configuration: LDAPConfiguration
    private let connections: LDAPConnections
    let wallClock: @Sendable () -> Int64
    private let clock = LDAPConnection.clock
    private let trace: (@Sendable (LDAPTrace) -> Void)?

    package var name: String { configuration.name }
    package var domains: [String] { configuration.domains }
    private var map: AttributeMap { configuration.map }

    /// - Parameter wallClock: milliseconds since 1970, for accounts that expire.
    package init(
        _ configuration: LDAPConfiguration, wallClock: @escaping @Sendable () -> Int64,
        trace: (@Sendable (LDAPTrace) -> Void)? = nil
    ) {
        // Here, for it changes the environment: the threads of a server are not there yet.
        _ = LDAPConnection.isPrepared
        self.configuration = configuration
        self.wallClock = wallClock
        self.trace = trace
        connections = LDAPConnections(configuration, clock: clock, trace: trace)
    }

    // MARK: People

    package func find(_ name: SignInName) throws(DirectoryUnavailable) -> DirectoryEntry? {
        let found = try entries(.user, matching: map.signInFilter(name), limit: 20)
        // One who has the login is meant before one who has it as an address.
        let byLogin = found.filter { [name.name, name.description].contains($0.login.lowercased()) }
        let best = byLogin.isEmpty ? found : byLogin
        return best.count == 1 ? best.first : nil
    }

    package func entry(id: String) throws(DirectoryUnavailable) -> DirectoryEntry? {
        guard let filter = map.idFilter(id) else { return nil }
        let found = try entries(.user, matching: LDAPFilter.all([map.userFilter, filter]), limit: 2)
        return found.count == 1 ? found.first : nil
    }

    package func forEach(
        _ kind: Principal.Kind, _ body: (DirectoryEntry) -> Bool
    ) throws(DirectoryUnavailable) -> Bool {
        guard let filter = filter(of: kind) else { return true }
        let now = wallClock()
        var count = 0
        return try search(base(of: kind), .subtree, filter, map.requested, time: configuration.listTime) { found in
            guard let entry = map.entry(found, kind: kind, now: now) else { return true }
            count += 1
            return body(entry) && count < configuration.entryLimit
        }
    }

    private func entries(
        _ kind: Principal.Kind, matching filter: String, limit: Int
    ) throws(DirectoryUnavailable) -> [DirectoryEntry] {
        let now = wallClock()
        var found: [DirectoryEntry] = []
        let isComplete = try search(base(of: kind), .subtree, filter, map.requested, time: configuration.operationTime) { entry in
            if let entry = map.entry(entry, kind: kind, now: now) { found.append(entry) }
            return found.count < limit
        }
        // Cut short by a limit of the server's, it does not say that there is nobody.
        if !isComplete, found.count < limit { throw connections.unavailable("it did not search to the end") }
        return found
    }

    // MARK: Passwords

    package func verify(
        _ password: [UInt8], of entry: DirectoryEntry
    ) throws(DirectoryUnavailable) -> PasswordVerdict {
        // RFC 4513 §5.1.2: with an empty password the answer would be yes. A name too must be there (§5.1.1).
        guard !password.isEmpty, !password.contains(0), !entry.location.isEmpty else { return .wrong }
        var server = ""
        let result = try connections.run(.bind) { connection throws(LDAPError) in
            server = "\(connection.server)"
            try connection.bind(entry.location, password)
        }
        let verdict: PasswordVerdict
        switch result {
        case .success: verdict = .right
        case .failure(let error):
            guard let refusal = BindRefusal.verdict(error.code, error.diagnostic) else {
                trace?(.bound(server: server, name: entry.location, outcome: "\(error)"))
                throw connections.unavailable("\(error)")
            }
            verdict = refusal
        }
        trace?(.bound(server: server, name: entry.location, outcome: "\(verdict)"))
        return verdict
    }

    // MARK: Groups

    package func groups(of entry: DirectoryEntry) throws(DirectoryUnavailable) -> [DirectoryEntry] {
        guard !map.groupFilter.isEmpty else { return [] }
        var walk = GroupWalk(from: entry)
        while let step = walk.next() {
            var found: [DirectoryEntry] = []
            for filter in walk.filters(step, map) {
                found += try entries(.group, matching: filter, limit: LDAPLimits.groups)
            }
            for location in walk.named(step, after: found) { if let group = try group(at: location) { found.append(group) } }
            walk.take(found)
        }
        return walk.groups
    }

    package func group(_ name: SignInName) throws(DirectoryUnavailable) -> DirectoryEntry? {
        guard !map.groupFilter.isEmpty, domains.contains(name.domain) else { return nil }
        let found = try entries(.group, matching: map.groupNameFilter(name), limit: 20)
        return found.count == 1 ? found.first : nil
    }

    private func group(at location: String) throws(DirectoryUnavailable) -> DirectoryEntry? {
        let now = wallClock()
        var group: DirectoryEntry?
        _ = try search(location, .base, map.groupFilter, map.requested, time: configuration.operationTime) { entry in
            group = map.entry(entry, kind: .group, now: now)
            return true
        }
        return group
    }

    /// Where those are whom a group names, and the logins that it names: all of them, also where the server gives them in
    /// pieces. False where a limit was reached.
    package func members(
        of group: DirectoryEntry
    ) throws(DirectoryUnavailable) -> (locations: [String], logins: [String], isComplete: Bool) {
        let attributes = map.member + map.memberLogin
        var whole = LDAPEntry(name: group.location, attributes: [:])
        var wanted = attributes
        while !wanted.isEmpty {
            var piece = LDAPEntry(name: "", attributes: [:])
            _ = try search(
                group.location, .base, "(objectClass=*)", wanted, time: configuration.operationTime, pageSize: 0
            ) { piece = $0; return true }
            wanted = []
            for (attribute, values) in piece.attributes {
                whole.add(attribute, values)
                // A server that stays at its place would be asked for ever.
                guard let next = piece.partial[attribute], !values.isEmpty, whole.values(attribute).count == next,
                    next < LDAPLimits.rangedValues
                else { continue }
                wanted.append(AttributeRange.description(attribute, from: next))
            }
            whole.partial.merge(piece.partial) { $1 }
            for attribute in piece.attributes.keys where piece.partial[attribute] == nil { whole.partial[attribute] = nil }
        }
        let texts = { (names: [String]) in
            names.flatMap { whole.values($0) }.compactMap { String(validating: $0, as: UTF8.self) }
        }
        return (texts(map.member), texts(map.memberLogin), whole.partial.isEmpty)
    }

    // MARK: Searching

    package func filter(of kind: Principal.Kind) -> String? {
        let filter = switch kind {
        case .user: map.userFilter
        case .group: map.groupFilter
        case .room: map.roomFilter
        case .resource: map.resourceFilter
        case .mailbox: map.mailboxFilter
        }
        return filter.isEmpty ? nil : filter
    }

    package func base(of kind: Principal.Kind) -> String {
        let own = switch kind {
        case .user, .mailbox: configuration.userBase
        case .group: configuration.groupBase
        case .room, .resource: configuration.roomBase
        }
        return own.isEmpty ? configuration.base : own
    }

    /// All pages of a search. False where the server had more, or `body` had enough.
    func search(
        _ base: String, _ scope: LDAPConnection.Scope, _ filter: String, _ attributes: [String], time: Int64,
        pageSize: Int? = nil, _ body: (LDAPEntry) -> Bool
    ) throws(DirectoryUnavailable) -> Bool {
        let pageSize = pageSize ?? (scope == .base ? 0 : configuration.pageSize)
        var count = 0
        var hasEnough = false
        let result = try connections.run(.search) { connection throws(LDAPError) -> Bool in
            // What was given to `body` cannot be taken back, so it is not asked for again.
            guard count == 0 else { throw LDAPError(LDAP_OPERATIONS_ERROR, "search", diagnostic: "the connection was lost") }
            let begin = clock()
            var cookie: [UInt8] = []
            var isComplete = true
            repeat {
                isComplete = try connection.search(
                    base, scope, filter, attributes, pageSize: pageSize, cookie: &cookie, until: begin + time
                ) { entry throws(LDAPError) in
                    count += 1
                    hasEnough = !body(entry)
                    return !hasEnough
                }
            } while isComplete && !cookie.isEmpty
            trace?(.searched(
                server: "\(connection.server)", base: base, filter: filter, attributes: attributes, entries: count,
                milliseconds: clock() - begin))
            return isComplete && !hasEnough
        }
        switch result {
        case .success(let isComplete): return isComplete
        case .failure(let error): throw connections.unavailable("\(error)")
        }
    }
}
