import Bytes
package import CollectionStore
import Database
package import Directory

/// What commands name on their command lines.
extension Installation {
    package func signInName(_ text: String) throws -> SignInName {
        guard let name = SignInName(text, defaultDomain: settings.domain) else {
            throw CommandError(.usage, "“\(text)” is no name of a user: it is name@domain, of letters, digits and . - _ + = ~ '")
        }
        return name
    }

    package func user(_ text: String) throws -> Principal {
        let name = try signInName(text)
        let found = try database.read { tx in try LocalDirectory.find(tx, name) ?? LocalDirectory.find(tx, address: name.description) }
        guard let user = found else {
            throw CommandError(.impossible, "there is no user \(name); `tegu user list` shows all")
        }
        return user
    }

    /// The same, or somebody of a directory elsewhere who has not signed in yet, or a group of which nobody is known here: they are made
    /// known.
    ///
    /// - Parameter sharer: whose something is to be granted to them; nobody is made known whom it cannot reach.
    package func grantee(_ text: String, by sharer: Principal? = nil) throws -> Principal {
        let name = try signInName(text)
        let known = try database.read { tx -> (Principal, directory: String?)? in
            let found = try LocalDirectory.find(tx, name) ?? LocalDirectory.find(tx, address: name.description)
            return try found.map { ($0, try DirectoryAccounts.link(tx, of: $0.id)?.directory) }
        }
        if let (found, directory) = known {
            let isFollowed = directory.map { name in
                settings.directories.contains { $0.name == name && $0.groupInterval > .zero }
            } ?? true
            if found.kind == .group, !isFollowed {
                throw CommandError(.impossible, "\(name) is a group of the directory \(directory ?? ""), whose groups are not followed")
            }
            return found
        }
        guard let directories = try DirectoryBackends.make(settings) else { return try user(text) }
        let memberships = DirectoryMemberships(directories, database: database)
        do {
            for source in directories.sources where source.backend.domains.contains(name.domain) {
                guard let entry = try source.backend.find(name), entry.kind != .group else { continue }
                if let sharer, let will = directories.names(ofListed: entry, in: source.backend.name).first,
                    try database.read({ tx in try StorageMap.storage(tx, ofDomain: will.domain) }) != sharer.storage {
                    throw StoreRefusal.otherStorage
                }
                let made = try directories.principal(ofListed: entry, in: source.backend.name, database, nil, now: System.clock())
                if let made {
                    try storages.bring()
                    return made
                }
            }
            for source in directories.sources where source.groupInterval > 0 && source.backend.domains.contains(name.domain) {
                guard let group = try source.backend.group(name) else { continue }
                if let made = try memberships.adopt([group], of: source, now: System.clock()).first { return made }
            }
        } catch let reason as DirectoryUnavailable {
            throw CommandError(.unavailable, "\(name) is not known here, and \(reason)")
        }
        throw CommandError(
            .impossible, "there is no user or group \(name), here or in a directory; `tegu user list` and `tegu group list` show all")
    }

    /// A user, or whoever else owns something, with the installation that has what is theirs.
    package func account(_ text: String) throws -> (place: Installation, owner: Principal) {
        let owner = try user(text)
        return (try place(of: owner), owner)
    }

    /// The calendar or book at `/calendars/USER/NAME/` or `/contacts/USER/NAME/`, with the installation that has it.
    package func collection(at path: String) throws -> (place: Installation, collection: Collection) {
        let segments = segments(of: path)
        let kinds: [String: CollectionKind] = ["calendars": .calendarHome, "contacts": .bookHome]
        guard segments.count == 3, let kind = kinds[segments[0]] else {
            throw CommandError(.usage, "“\(path)” is no path of a calendar or a book: it is /calendars/USER/NAME/ or /contacts/USER/NAME/")
        }
        let (place, owner) = try account(segments[1])
        return (place, try place.collection(named: segments[2], in: kind, of: owner).collection)
    }

    /// The same, or the folder at `/files/USER/` or below.
    func tree(at path: String) throws -> (place: Installation, collection: Collection) {
        let segments = segments(of: path)
        guard segments.count > 1, segments[0] == "files" else { return try collection(at: path) }
        let (place, owner) = try account(segments[1])
        let found = try place.database.read { tx in
            try segments.dropFirst(2).reduce(Collections.home(tx, of: owner.id, kind: .fileHome)) { parent, name in
                try parent.flatMap { try Collections.child(tx, of: $0.id, name: name) }
            }
        }
        guard let found else { throw CommandError(.impossible, "there is no folder \(path)") }
        return (place, found)
    }

    private func segments(of path: String) -> [String] {
        path.split(separator: "/").map { String(utf8: PercentCoding.decode($0.utf8) ?? [UInt8]($0.utf8)) }
    }

    package func collection(
        named name: String, in home: CollectionKind, of owner: Principal
    ) throws -> (owner: Principal, collection: Collection) {
        let found = try database.read { tx in
            try Collections.home(tx, of: owner.id, kind: home).flatMap { try Collections.child(tx, of: $0.id, name: name) }
        }
        guard let found else {
            let command = home == .calendarHome ? "calendar" : "book"
            throw CommandError(.impossible, "\(owner.name)@\(owner.domain) has no \(command) “\(name)”; `tegu \(command) list` shows all")
        }
        return (owner, found)
    }
}
