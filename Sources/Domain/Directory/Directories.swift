package import Database

/// The directories elsewhere, in the order in which they are asked, and what is done with those whom they have.
package struct Directories: Sendable {
    package struct Source: Sendable {
        package var backend: any DirectoryBackend
        /// Whether it is asked before this database, so that it may take over a local principal of the same name.
        package var precedesLocal: Bool
        /// Sign-ins that it may be asked for at a time; as many more may wait.
        package var concurrency: Int
        /// Milliseconds after which the groups of who is active are asked for anew; 0: its groups are nobody's here.
        package var groupInterval: Int64

        package init(
            _ backend: any DirectoryBackend, precedesLocal: Bool = false, concurrency: Int = 4,
            groupInterval: Int64 = 5 * 60_000
        ) {
            self.backend = backend
            self.precedesLocal = precedesLocal
            self.concurrency = max(1, concurrency)
            self.groupInterval = groupInterval
        }
    }

    /// Makes a principal with what every new one has (its homes). Throws the directory's refusal.
    package typealias Making = @Sendable (borrowing WriteTransaction, NewPrincipal, _ now: Int64) throws -> Principal

    /// Whether somebody else, who is in an address list and no principal yet, is found by a name: it is theirs when they come.
    package typealias Reservation = @Sendable (borrowing ReadTransaction, SignInName, DirectoryLink) throws -> Bool

    package let sources: [Source]
    /// The domain of this database's own principals.
    let localDomain: String
    let make: Making
    private let isReserved: Reservation

    package init(
        _ sources: [Source], localDomain: String, isReserved: @escaping Reservation = { _, _, _ in false }, make: @escaping Making
    ) {
        self.sources = sources
        self.localDomain = localDomain
        self.isReserved = isReserved
        self.make = make
    }

    /// Those to be asked for a name. An account that is an entry's is only its own directory's.
    func sources(for name: SignInName, _ account: Account?) -> [Source] {
        if let link = account?.link { return sources.filter { $0.backend.name == link.directory } }
        return sources.filter { source in
            source.backend.domains.contains(name.domain) && (account == nil || source.precedesLocal)
        }
    }

    /// Whether a directory's word is enough for an address to be one of its users'. Those of a domain that others
    /// answer for are theirs to give: or else who can write their own `mail` there would be anybody here.
    package func mayGive(_ address: String, _ backend: any DirectoryBackend) -> Bool {
        guard let at = address.utf8.lastIndex(of: UInt8(ascii: "@")) else { return false }
        let domain = String(address[address.utf8.index(after: at)...])
        if backend.domains.contains(domain) { return true }
        return domain != localDomain && !sources.contains { $0.backend.domains.contains(domain) }
    }

    /// The principal that an entry is, made or brought up to date where that is needed. Throws `DirectoryRefusal` notAUser
    /// where the entry is known as a group.
    ///
    /// - Parameters:
    ///   - known: the account that signs in, as the cache has it.
    ///   - wanted: the name that a new one is to have where it is free.
    func principal(
        of entry: DirectoryEntry, _ source: Source, known: Account?, named wanted: SignInName? = nil, _ database: any Database,
        _ local: LocalDirectory, now: Int64
    ) throws -> Principal {
        let link = DirectoryLink(directory: source.backend.name, entryID: entry.id)
        let addresses = Array(entry.addresses.filter { mayGive($0, source.backend) }
            .prefix(LocalDirectory.maximumAddresses))
        // Mostly nothing has changed: then the database is not asked.
        if let known, known.link == link, known.principal.kind == entry.kind, known.principal.addresses == addresses,
            known.principal.displayName == LocalDirectory.possibleDisplayName(entry.displayName) {
            return known.principal
        }
        return try database.write { tx in
            let found: Principal
            if let linked = try DirectoryAccounts.principal(tx.read, of: link) {
                // One entry that the filters of users and of groups both match is what it was first: never both.
                guard linked.kind == entry.kind else { throw DirectoryRefusal.notAUser }
                found = linked
            } else if let adopted = try adopted(tx.read, known, entry, source) {
                try local.link(tx, adopted.id, to: link, now: now)
                found = adopted
            } else {
                let name = try freeName(tx.read, for: entry, addresses, source.backend, wanted: wanted)
                var new = NewPrincipal(
                    name, kind: entry.kind, displayName: LocalDirectory.possibleDisplayName(entry.displayName) ?? "")
                new.entry = link
                found = try make(tx, new, now)
            }
            let isChanged = try local.follow(
                tx, found, link, displayName: entry.displayName, addresses: addresses, now: now)
            return isChanged ? try LocalDirectory.find(tx.read, found.id) ?? found : found
        }
    }

    /// The principal of somebody for whom mail comes, who may not have signed in yet: the one that a sign-in would find.
    /// A second one would be theirs from then on, and what the first one has out of reach.
    ///
    /// Throws `DirectoryUnavailable` where only a sign-in can tell.
    func principal(
        ofRecipient entry: DirectoryEntry, _ source: Source, named wanted: SignInName? = nil, _ database: any Database,
        _ local: LocalDirectory, now: Int64
    ) throws -> Principal {
        let known = source.precedesLocal ? try database.read { tx in try localAccount(tx, of: entry, source) } : nil
        return try principal(of: entry, source, known: known, named: wanted, database, local, now: now)
    }

    /// The principal of somebody whom a directory has and who may not have signed in yet, or of a group in which nobody is known; nil where
    /// it cannot be made now. No directory is asked.
    ///
    /// - Parameters:
    ///   - entry: what its directory said last.
    ///   - wanted: the name by which it was found.
    package func principal(
        ofListed entry: DirectoryEntry, in directory: String, named wanted: SignInName? = nil, _ database: any Database,
        _ principals: PrincipalCache?, now: Int64
    ) throws -> Principal? {
        guard let source = sources.first(where: { $0.backend.name == directory }), DirectorySignIn.isStorable(entry.id)
        else { return nil }
        let local = LocalDirectory(cache: principals)
        do {
            guard entry.kind == .group else {
                return try principal(ofRecipient: entry, source, named: wanted, database, local, now: now)
            }
            guard source.groupInterval > 0 else { return nil }
            return try database.write { tx in try group(tx, Self.withName(entry), source, named: wanted, local, now: now) }
        } catch is DirectoryUnavailable {
            return nil
        } catch is DirectoryRefusal {
            return nil
        }
    }

    /// The local account with the login of an entry that has no principal yet.
    private func localAccount(
        _ tx: borrowing ReadTransaction, of entry: DirectoryEntry, _ source: Source
    ) throws -> Account? {
        let link = DirectoryLink(directory: source.backend.name, entryID: entry.id)
        if try DirectoryAccounts.principal(tx, of: link) != nil { return nil }
        var found: [Account] = []
        for domain in source.backend.domains {
            guard let name = SignInName(name: Self.localPart(ofLogin: entry), domain: domain),
                let principal = try LocalDirectory.find(tx, name)
            else { continue }
            let account = Account(
                principal, storedPassword: nil, link: try DirectoryAccounts.link(tx, of: principal.id))
            if try adopted(tx, account, entry, source) == nil { continue }
            if entry.addresses.contains(name.description) { return account }
            found.append(account)
        }
        guard found.count <= 1 else {
            throw DirectoryUnavailable(
                directory: source.backend.name, reason: "several accounts here have the login of an entry", retryAfter: 60)
        }
        return found.first
    }

    /// A login that is an address (userPrincipalName) counts by its local part.
    private static func localPart(ofLogin entry: DirectoryEntry) -> String {
        String(decoding: entry.login.utf8.prefix { $0 != UInt8(ascii: "@") }, as: UTF8.self)
    }

    /// The local principal that a directory which is asked first takes over.
    ///
    /// Only by the login, which is the directory's to give: a `mail` many can write themselves. And never an administrator.
    private func adopted(
        _ tx: borrowing ReadTransaction, _ known: Account?, _ entry: DirectoryEntry, _ source: Source
    ) throws -> Principal? {
        guard source.precedesLocal, let known, known.link == nil, known.principal.kind == .user,
            !known.principal.isAdministrator,
            source.backend.domains.contains(known.principal.domain),
            entry.login.lowercased().utf8.prefix(while: { $0 != UInt8(ascii: "@") }).elementsEqual(known.principal.name.utf8),
            try DirectoryAccounts.link(tx, of: known.principal.id) == nil
        else { return nil }
        return try LocalDirectory.find(tx, known.principal.id)
    }

    /// The principal that a group is, made or brought up to date. Its sign-in name is `entry.login` where that is free.
    ///
    /// Nil where the entry is known as a user: whoever it names as members would have what is the user's.
    func group(
        _ tx: borrowing WriteTransaction, _ entry: DirectoryEntry, _ source: Source, named wanted: SignInName? = nil, _ local: LocalDirectory,
        now: Int64
    ) throws -> Principal? {
        let link = DirectoryLink(directory: source.backend.name, entryID: entry.id)
        let known = try DirectoryAccounts.principal(tx.read, of: link)
        if let known, known.kind != .group { return nil }
        let addresses = try addresses(tx.read, ofGroup: entry, source, known?.id)
        let found: Principal
        if let known {
            found = known
        } else {
            let name = try freeName(tx.read, for: entry, addresses, source.backend, wanted: wanted) { candidate in
                try LocalDirectory.owner(tx.read, ofFolded: candidate.description) == nil
            }
            var new = NewPrincipal(
                name, kind: .group, displayName: LocalDirectory.possibleDisplayName(entry.displayName) ?? "")
            new.entry = link
            found = try local.add(tx, new, now: now)
        }
        let isChanged = try local.follow(
            tx, found, link, displayName: entry.displayName, addresses: addresses, now: now)
        return isChanged ? try LocalDirectory.find(tx.read, found.id) ?? found : found
    }

    /// Those that a group may have: never one of somebody else's, not even within its directory.
    func addresses(
        _ tx: borrowing ReadTransaction, ofGroup entry: DirectoryEntry, _ source: Source, _ id: PrincipalID?
    ) throws -> [String] {
        let given = entry.addresses.filter { mayGive($0, source.backend) }.prefix(LocalDirectory.maximumAddresses)
        return try given.filter { address in
            guard let owner = try LocalDirectory.owner(tx, ofFolded: address) else { return true }
            return owner == id
        }
    }

    /// The sign-in name of a new principal, which is in its URLs from then on: the login, or the local part of an
    /// address, in a domain of the directory; where all are taken (by who had the login before, or by a local one),
    /// the first with a number.
    ///
    /// - Parameters:
    ///   - wanted: is taken where it is free.
    ///   - isAllowed: whether a name that is no principal's may be this one's. A group's must not be an address
    ///     with which somebody signs in, and by which they are granted rights.
    private func freeName(
        _ tx: borrowing ReadTransaction, for entry: DirectoryEntry, _ addresses: [String], _ backend: any DirectoryBackend,
        wanted: SignInName?, where isAllowed: (SignInName) throws -> Bool = { _ in true }
    ) throws -> SignInName {
        let link = DirectoryLink(directory: backend.name, entryID: entry.id)
        func isFree(_ name: SignInName) throws -> Bool {
            try LocalDirectory.find(tx, name) == nil && isAllowed(name) && !isReserved(tx, name, link)
        }
        let candidates = candidates(for: entry, addresses, backend)
        for candidate in [wanted].compactMap({ $0 }) + candidates where try isFree(candidate) { return candidate }
        let stem = candidates.first?.name ?? "user"
        let domain = domain(of: addresses, backend)
        for number in 2...1_000 {
            guard let name = SignInName(name: "\(stem.prefix(56))-\(number)", domain: domain) else { continue }
            if try isFree(name) { return name }
        }
        throw DirectoryRefusal.invalidAddress("\(stem)@\(domain)")
    }

    /// In their order: by the login, then by addresses.
    private func candidates(
        for entry: DirectoryEntry, _ addresses: [String], _ backend: any DirectoryBackend
    ) -> [SignInName] {
        let byLogin = SignInName(name: Self.localPart(ofLogin: entry), domain: domain(of: addresses, backend))
        return [byLogin].compactMap { $0 } + namesInDomains(addresses, backend)
    }

    /// In which a new principal with these addresses gets its name.
    private func domain(of addresses: [String], _ backend: any DirectoryBackend) -> String {
        namesInDomains(addresses, backend).first?.domain ?? backend.domains.first ?? localDomain
    }

    /// A group with the name that it can have here as its login.
    private static func withName(_ entry: DirectoryEntry) -> DirectoryEntry {
        guard entry.kind == .group else { return entry }
        var entry = entry
        entry.login = DirectoryMemberships.name(of: entry)
        return entry
    }

    // MARK: Address lists

    /// By which names an entry of an address list can be found as a principal, the one that it would have here first. None: it can be none.
    package func names(ofListed entry: DirectoryEntry, in directory: String) -> [SignInName] {
        guard let source = sources.first(where: { $0.backend.name == directory }), DirectorySignIn.isStorable(entry.id),
            entry.kind != .group || source.groupInterval > 0 else { return [] }
        let addresses = entry.addresses.filter { mayGive($0, source.backend) }
        // Nobody is of another domain for who looks from there.
        let domain = domain(of: addresses, source.backend)
        return candidates(for: Self.withName(entry), addresses, source.backend).filter { $0.domain == domain }
    }

    /// The one of them by the login; nil: there is none.
    package func loginName(ofListed entry: DirectoryEntry, _ source: Source) -> SignInName? {
        let addresses = entry.addresses.filter { mayGive($0, source.backend) }
        return SignInName(name: Self.localPart(ofLogin: Self.withName(entry)), domain: domain(of: addresses, source.backend))
    }

    private func namesInDomains(_ addresses: [String], _ backend: any DirectoryBackend) -> [SignInName] {
        addresses.compactMap { SignInName($0, defaultDomain: localDomain) }.filter { backend.domains.contains($0.domain) }
    }

    /// The domain in which a group that is not known yet gets its name.
    func domain(
        _ tx: borrowing ReadTransaction, ofGroup entry: DirectoryEntry, _ source: Source
    ) throws -> String {
        domain(of: try addresses(tx, ofGroup: entry, source, nil), source.backend)
    }
}
