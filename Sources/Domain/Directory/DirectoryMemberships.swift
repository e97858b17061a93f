package import Database
import Locks

/// Who is in which groups of directories elsewhere.
///
/// A group there that somebody here is in is a principal here, so that it can be granted rights; the memberships are rows
/// like those of this database's own groups, of each user with all their groups, also those through others. They are asked
/// for at a user's first sign-in in this process, and again every `groupInterval` as long as the user is at work. While a
/// directory cannot be asked they stay as they were: its outage takes nobody's rights away.
///
/// Blocks its thread: for the directories and the database.
package final class DirectoryMemberships: Sendable {
    package let directories: Directories
    private let database: any Database
    private let local: LocalDirectory
    private let asked: Guarded<RecencyMap<DirectoryLink, Int64>>
    /// Those who sign in and whose groups are asked for just now.
    private let walking = Guarded<Set<DirectoryLink>>([])
    /// Whose groups could not be had when they were last asked for.
    private let failed: Guarded<RecencyMap<PrincipalID, Bool>>
    /// Whose entry was last found to be gone, disabled or expired.
    private let shut = Guarded<Set<PrincipalID>>([])

    package init(
        _ directories: Directories, database: any Database, principals: PrincipalCache? = nil, capacity: Int = 50_000
    ) {
        self.directories = directories
        self.database = database
        local = LocalDirectory(cache: principals)
        asked = Guarded(RecencyMap(capacity: capacity))
        failed = Guarded(RecencyMap(capacity: capacity))
    }

    /// Ends what was followed of directories whose groups are not followed any more.
    package static func endOthers(than directories: Directories?, in database: any Database) throws {
        let followed = Set((directories?.sources ?? []).filter { $0.groupInterval > 0 }.map(\.backend.name))
        try database.write { tx in _ = try Groups.keep(tx, onlySaidBy: followed) }
    }

    // MARK: At sign-in

    /// The groups of who signs in; nil where they are known well enough, or cannot be had.
    ///
    /// Only as many are asked for at a time as may sign in at a time, and nobody waits for their turn: `refresh` does it soon.
    /// It may be a hundred operations, and not all who have it before them at a start should wait for each other.
    func ask(_ source: Directories.Source, _ entry: DirectoryEntry, now: Int64) -> [DirectoryEntry]? {
        let link = DirectoryLink(directory: source.backend.name, entryID: entry.id)
        // Later ones are `refresh`'s, which makes nobody wait; twice the time: it is behind.
        guard source.groupInterval > 0, age(link, now: now).map({ $0 >= 2 * source.groupInterval }) ?? true else { return nil }
        let mayWalk = walking.withLock { walking in
            guard walking.count(where: { $0.directory == link.directory }) < source.concurrency else { return false }
            return walking.insert(link).inserted
        }
        guard mayWalk else { return nil }
        defer { walking.withLock { _ = $0.remove(link) } }
        return try? groups(source, of: entry)
    }

    /// Writes down in which groups somebody is. Nothing is written where that is known.
    func note(
        _ groups: [DirectoryEntry], of member: PrincipalID, _ link: DirectoryLink, _ source: Directories.Source, now: Int64
    ) throws {
        // One that is the member's own entry would make a principal of it that is both.
        let groups = groups.filter { $0.kind == .group && DirectorySignIn.isStorable($0.id) && $0.id != link.entryID }
            .prefix(Groups.maximumGroups)
        if try !database.read({ tx in try isKnown(tx, groups, of: member, source) }) {
            try database.write { tx in
                let ids = try groups.compactMap { try directories.group(tx, $0, source, local, now: now)?.id }
                try Groups.follow(tx, member, in: Set(ids), saidBy: link.directory, now: now)
            }
        }
        asked.withLock { $0.set(link, now) }
    }

    private func isKnown(
        _ tx: borrowing ReadTransaction, _ groups: ArraySlice<DirectoryEntry>, of member: PrincipalID,
        _ source: Directories.Source
    ) throws -> Bool {
        var ids: Set<PrincipalID> = []
        for entry in groups {
            let link = DirectoryLink(directory: source.backend.name, entryID: entry.id)
            guard let known = try DirectoryAccounts.principal(tx, of: link) else { return false }
            // Nobody is a member of a user, nor is it followed as a group.
            if known.kind != .group { continue }
            guard known.displayName == LocalDirectory.possibleDisplayName(entry.displayName) ?? known.displayName,
                known.addresses == (try directories.addresses(tx, ofGroup: entry, source, known.id))
            else { return false }
            ids.insert(known.id)
        }
        return ids == Set(try Groups.groups(tx, of: member, saidBy: source.backend.name))
    }

    // MARK: Later

    /// What came of a round of `refresh`.
    package struct Round: Sendable {
        /// Who is to be asked for again in the next round: their groups could not be had, or it did not come to them.
        package var missed: [PrincipalID] = []
        /// The first one.
        package var failure: (any Error)?
    }

    /// After so many in a row that fail, it is the directory that does: the others are not asked for in this round.
    private static let maximumFailures = 3

    /// Asks one directory for the groups of those of its users who were at work and were not asked for of late.
    ///
    /// One whose groups cannot be had keeps nobody else from being asked for: it is told at the end, and such ones are the
    /// last of the next round.
    ///
    /// - Parameter isStopped: is asked between two users.
    package func refresh(
        _ used: [PrincipalID], of source: Directories.Source, now: () -> Int64, isStopped: () -> Bool = { false }
    ) -> Round {
        var round = Round()
        guard source.groupInterval > 0 else { return round }
        let hadFailed = failed.withLock { failed in used.filter { failed.look($0) != nil } }
        let isLate = Set(hadFailed)
        var rest = (used.filter { !isLate.contains($0) } + hadFailed)[...]
        var failures = 0
        while !rest.isEmpty {
            let part = rest.prefix(200)
            rest = rest.dropFirst(part.count)
            do {
                var links = try database.read { tx in
                    try part.compactMap { id in try DirectoryAccounts.link(tx, of: id).map { (id, $0) } }
                }.filter { $0.1.directory == source.backend.name }[...]
                while let (id, link) = links.popFirst() {
                    if isStopped() { return round }
                    if let age = age(link, now: now()), age < source.groupInterval / 2 { continue }
                    do {
                        try refresh(id, link, of: source, now: now)
                        failures = 0
                        failed.withLock { _ = $0.remove(id) }
                    } catch {
                        failed.withLock { $0.set(id, true) }
                        round.failure = round.failure ?? error
                        round.missed.append(id)
                        failures += 1
                        guard failures >= Self.maximumFailures else { continue }
                        round.missed += links.map(\.0) + rest
                        return round
                    }
                }
            } catch {
                round.failure = round.failure ?? error
                round.missed += part + rest
                return round
            }
        }
        return round
    }

    private func refresh(
        _ id: PrincipalID, _ link: DirectoryLink, of source: Directories.Source, now: () -> Int64
    ) throws {
        // Who is gone there is in no group any more.
        let entry = try source.backend.entry(id: link.entryID)
        shut.withLock { shut in
            if entry?.state == .active { shut.remove(id) } else { shut.insert(id) }
        }
        try note(try entry.map { try groups(source, of: $0) } ?? [], of: id, link, source, now: now())
    }

    /// Makes groups known that nobody here is in yet, so that they can be granted rights. In the order of `entries`,
    /// without those that are known as users.
    package func adopt(_ entries: [DirectoryEntry], of source: Directories.Source, now: Int64) throws -> [Principal] {
        let named = try named(entries.filter { $0.kind == .group && DirectorySignIn.isStorable($0.id) }, source)
        return try database.write { tx in try named.compactMap { try directories.group(tx, $0, source, local, now: now) } }
    }

    private func age(_ link: DirectoryLink, now: Int64) -> Int64? {
        asked.withLock { $0.use(link) }.flatMap { now >= $0 ? now - $0 : nil }
    }

    // MARK: Standing

    /// Whether somebody may not sign in any more, as far as was seen when their groups were asked for.
    func isShut(_ id: PrincipalID) -> Bool { shut.withLock { $0.contains(id) } }

    /// They have signed in.
    func noteSignIn(_ id: PrincipalID) { shut.withLock { _ = $0.remove(id) } }

    // MARK: Names

    private func groups(_ source: Directories.Source, of entry: DirectoryEntry) throws -> [DirectoryEntry] {
        // What would not count must not be asked for either.
        try named(Array(try source.backend.groups(of: entry).prefix(Groups.maximumGroups)), source)
    }

    /// The groups with names that they can have here, as their logins. A new one does not take a name that a user of its
    /// directory signs in with, who may come later: many a directory has a group for each user, called like the user.
    private func named(_ groups: [DirectoryEntry], _ source: Directories.Source) throws -> [DirectoryEntry] {
        let backend = source.backend
        // The domain of the name that a new one will have; nil: it is known.
        let domains = try database.read { tx in
            try groups.map { group -> String? in
                let link = DirectoryLink(directory: backend.name, entryID: group.id)
                guard try DirectoryAccounts.principal(tx, of: link) == nil else { return nil }
                return try directories.domain(tx, ofGroup: group, source)
            }
        }
        return try zip(groups, domains).map { group, domain in
            guard let domain else { return group }
            var group = group
            let name = Self.name(of: group)
            let isUsers = try SignInName(name: name, domain: domain).map { try backend.find($0) != nil } ?? false
            group.login = isUsers ? "group-\(name)" : name
            return group
        }
    }

    /// What may stand in a sign-in name of what a group is called: `Domain Users` is `domain-users`.
    static func name(of group: DirectoryEntry) -> String {
        let title = group.login.isEmpty ? group.displayName : group.login
        var name = ""
        for character in title.lowercased() where name.utf8.count < SignInName.maximumNameLength - 8 {
            // One letter at a time: what a letter may be is the sign-in name's to say.
            if SignInName(name: "a\(character)a", domain: "a") != nil, character != "@" {
                name.append(character)
            } else if name.last != "-" {
                name.append("-")
            }
        }
        name = String(name.drop { $0 == "-" || $0 == "." })
        while let last = name.last, last == "-" || last == "." { name.removeLast() }
        return name.isEmpty ? "group" : name
    }
}
