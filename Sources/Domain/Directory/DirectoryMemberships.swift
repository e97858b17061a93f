package import Database
import Synchronization

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
    private let asked: Mutex<RecencyMap<DirectoryLink, Int64>>

    package init(
        _ directories: Directories, database: any Database, principals: PrincipalCache? = nil, capacity: Int = 50_000
    ) {
        self.directories = directories
        self.database = database
        local = LocalDirectory(cache: principals)
        asked = Mutex(RecencyMap(capacity: capacity))
    }

    // MARK: At sign-in

    /// The groups of who signs in; nil where they are known well enough, or cannot be had.
    func ask(_ source: Directories.Source, _ entry: DirectoryEntry, now: Int64) -> [DirectoryEntry]? {
        let link = DirectoryLink(directory: source.backend.name, entryID: entry.id)
        // Later ones are `refresh`'s, which makes nobody wait; twice the time: it is behind.
        guard source.groupInterval > 0, age(link, now: now).map({ $0 >= 2 * source.groupInterval }) ?? true else { return nil }
        return try? groups(source.backend, of: entry)
    }

    /// Writes down in which groups somebody is. Nothing is written where that is known.
    func note(
        _ groups: [DirectoryEntry], of member: PrincipalID, _ link: DirectoryLink, _ source: Directories.Source, now: Int64
    ) throws {
        let groups = groups.filter { $0.kind == .group && DirectorySignIn.isStorable($0.id) }.prefix(Groups.maximumGroups)
        if try !database.read({ tx in try isKnown(tx, groups, of: member, source) }) {
            try database.write { tx in
                let ids = try groups.map { try directories.group(tx, $0, source, local, now: now).id }
                try Groups.follow(tx, member, in: Set(ids), saidBy: link.directory)
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
            guard let known = try DirectoryAccounts.principal(tx, of: link),
                known.displayName == LocalDirectory.possibleDisplayName(entry.displayName) ?? known.displayName,
                known.addresses == (try directories.addresses(tx, ofGroup: entry, source, known.id))
            else { return false }
            ids.insert(known.id)
        }
        return ids == Set(try Groups.groups(tx, of: member, saidBy: source.backend.name))
    }

    // MARK: Later

    /// Asks one directory for the groups of those of its users who were at work and were not asked for of late.
    ///
    /// - Parameter isStopped: is asked between two users.
    package func refresh(
        _ used: [PrincipalID], of source: Directories.Source, now: () -> Int64, isStopped: () -> Bool = { false }
    ) throws {
        guard source.groupInterval > 0 else { return }
        var rest = used[...]
        while !rest.isEmpty {
            let part = rest.prefix(200)
            rest = rest.dropFirst(200)
            let links = try database.read { tx in
                try part.compactMap { id in try DirectoryAccounts.link(tx, of: id).map { (id, $0) } }
            }
            for (id, link) in links where link.directory == source.backend.name {
                if isStopped() { return }
                if let age = age(link, now: now()), age < source.groupInterval / 2 { continue }
                // Who is gone there is in no group any more.
                let entry = try source.backend.entry(id: link.entryID)
                try note(try entry.map { try groups(source.backend, of: $0) } ?? [], of: id, link, source, now: now())
            }
        }
    }

    /// Makes groups known that nobody here is in yet, so that they can be granted rights. In the order of `entries`.
    package func adopt(_ entries: [DirectoryEntry], of source: Directories.Source, now: Int64) throws -> [Principal] {
        let named = try named(entries.filter { $0.kind == .group && DirectorySignIn.isStorable($0.id) }, source.backend)
        return try database.write { tx in try named.map { try directories.group(tx, $0, source, local, now: now) } }
    }

    private func age(_ link: DirectoryLink, now: Int64) -> Int64? {
        asked.withLock { $0.use(link) }.flatMap { now >= $0 ? now - $0 : nil }
    }

    // MARK: Names

    private func groups(_ backend: any DirectoryBackend, of entry: DirectoryEntry) throws -> [DirectoryEntry] {
        try named(try backend.groups(of: entry), backend)
    }

    /// The groups with names that they can have here, as their logins. A new one does not take a name that a user of its
    /// directory signs in with, who may come later: many a directory has a group for each user, called like the user.
    private func named(_ groups: [DirectoryEntry], _ backend: any DirectoryBackend) throws -> [DirectoryEntry] {
        let known = try database.read { tx in
            try groups.map { group in
                try DirectoryAccounts.principal(
                    tx, of: DirectoryLink(directory: backend.name, entryID: group.id)) != nil
            }
        }
        return try zip(groups, known).map { group, isKnown in
            if isKnown { return group }
            var group = group
            let name = Self.name(of: group)
            let domain = backend.domains.first ?? directories.localDomain
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
