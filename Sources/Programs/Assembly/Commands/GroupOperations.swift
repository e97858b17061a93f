import Bytes
import CollectionStore
import Database
import Directory

/// `tegu group`.
package struct GroupOperations: Sendable {
    let installation: Installation

    package init(_ installation: Installation) { self.installation = installation }

    package func add(_ text: String, displayName: String, addresses: [String]) throws -> String {
        let name = try installation.signInName(text)
        let group = NewPrincipal(name, kind: .group, displayName: displayName, addresses: addresses)
        _ = try installation.database.write { tx in try LocalDirectory().add(tx, group, now: System.clock()) }
        return "added group \(name)"
    }

    package func list(asJSON: Bool) throws -> String {
        var table = CommandTable("name", "displayName", "addresses", "members", "directory")
        try installation.database.read { tx in
            var groups: [Principal] = []
            try LocalDirectory.forEach(tx) { principal in
                if principal.kind == .group { groups.append(principal) }
                return true
            }
            for group in groups {
                table.append(
                    .text("\(group.name)@\(group.domain)"), .text(group.displayName), .texts(group.addresses),
                    .number(try Groups.members(tx, of: group.id).count),
                    .text(try DirectoryAccounts.link(tx, of: group.id)?.directory ?? LocalBackend.reservedName))
            }
        }
        return table.text(asJSON: asJSON)
    }

    /// What was granted to the group is granted no more; its members stay.
    package func remove(_ text: String) throws -> String {
        let group = try self.group(text)
        try installation.database.write { tx in try Accounts.remove(tx, group) }
        try installation.storages.bring()
        return "removed group \(group.name)@\(group.domain)"
    }

    package func members(of text: String, asJSON: Bool) throws -> String {
        let group = try self.group(text)
        var table = CommandTable("name", "displayName", "kind")
        try installation.database.read { tx in
            for id in try Groups.members(tx, of: group.id) {
                guard let member = try LocalDirectory.find(tx, id) else { continue }
                table.append(
                    .text("\(member.name)@\(member.domain)"), .text(member.displayName), .text(member.kind.rawValue))
            }
        }
        return table.text(asJSON: asJSON)
    }

    /// A line a member.
    package func add(_ members: [String], to text: String) throws -> String {
        let group = try self.group(text, toChange: true)
        let principals = try members.map { try installation.grantee($0) }
        let told = try installation.database.write { tx in
            try principals.map { member in
                let isNew = try Groups.add(tx, member, to: group, now: System.clock())
                return "\(member.name)@\(member.domain) \(isNew ? "is now" : "was already") in \(group.name)@\(group.domain)\n"
            }.joined()
        }
        try installation.storages.bring()
        return told
    }

    package func remove(_ members: [String], from text: String) throws -> String {
        let group = try self.group(text, toChange: true)
        let principals = try members.map { try installation.user($0) }
        let told = try installation.database.write { tx in
            try principals.map { member in
                let wasIn = try Groups.remove(tx, member.id, from: group.id)
                return "\(member.name)@\(member.domain) \(wasIn ? "is no longer" : "was not") in \(group.name)@\(group.domain)\n"
            }.joined()
        }
        try installation.storages.bring()
        return told
    }

    /// Makes all groups of a directory elsewhere known here.
    package func importAll(from directory: String) throws -> String {
        let directories = try DirectoryBackends.make(installation.settings)
        guard let directories, let source = directories.sources.first(where: { $0.backend.name == directory }) else {
            throw CommandError(.impossible, "there is no directory “\(directory)” in the settings; `tegu directory list` shows all")
        }
        let memberships = DirectoryMemberships(directories, database: installation.database)
        var entries: [DirectoryEntry] = []
        do {
            let isComplete = try source.backend.forEach(.group) { entry in
                var group = entry
                group.photo = nil
                entries.append(group)
                return true
            }
            var count = 0
            var rest = entries[...]
            while !rest.isEmpty {
                count += try memberships.adopt(Array(rest.prefix(Self.batch)), of: source, now: System.clock()).count
                rest = rest.dropFirst(Self.batch)
            }
            return "\(count) groups of \(directory) are known" + (isComplete ? "" : "; there are more, but a limit was reached")
        } catch let reason as DirectoryUnavailable {
            throw CommandError(.unavailable, "\(reason)")
        }
    }

    private static let batch = 100

    private func group(_ text: String, toChange: Bool = false) throws -> Principal {
        let found = try installation.user(text)
        guard found.kind == .group else { throw DirectoryRefusal.notAGroup }
        if toChange, let link = try installation.database.read({ tx in try DirectoryAccounts.link(tx, of: found.id) }) {
            throw CommandError(
                .impossible, "\(text) is a group of the directory \(link.directory), which says who is in it; "
                    + "a group of this database may have it as a member")
        }
        return found
    }
}
