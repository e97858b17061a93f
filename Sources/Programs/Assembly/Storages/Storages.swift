import CollectionStore
import Database
package import Directory
import GlobalAddressList
import Locks
import Logging
import Mail

/// The databases beside the configuration database that have what accounts own (docs/decisions/several-storages.md). Each is an
/// installation of its own in everything but who its users are, which it learns from the configuration database.
package final class Storages: Sendable {
    /// One of them.
    package final class Part: Sendable {
        package let name: String
        package let installation: Installation
        let mirror: DirectoryMirror
        /// Those who are known to be here, with their homes.
        private let admitted = Guarded<Set<PrincipalID>>([])

        init(_ name: String, _ installation: Installation, of configuration: any Database) {
            self.name = name
            self.installation = installation
            let mail = installation.mail
            mirror = DirectoryMirror(
                from: configuration, to: installation.database,
                // The owner of each storage's own address list.
                leavingOut: { $0.kind == .resource && $0.name.hasPrefix(AddressLists.ownerName) },
                removal: { tx, id throws in
                    // A seal must not keep the directory from all others.
                    try Seal.remove(tx, of: id)
                    try mail.destroyAll(tx, of: id)
                    try Trash.destroyAll(tx, of: id)
                    try Grants.removeAll(tx, to: id)
                })
        }

        /// Sees that an account that this storage has can be used: that it is known here and, where it is new, has its homes.
        package func admit(_ principal: Principal) throws {
            if admitted.withLock({ $0.contains(principal.id) }) { return }
            if try !mirror.has(principal.id) { try mirror.bring() }
            guard try mirror.has(principal.id) else { throw Failure(.unavailable, "principal \(principal.id.rawValue) is not in storage \(name) yet") }
            let (database, settings, name) = (installation.database, installation.settings, name)
            let isFurnished = try database.read { tx in try Collections.home(tx, of: principal.id, kind: .calendarHome) != nil }
            if principal.kind != .group, !isFurnished {
                try database.write { tx in
                    // Who has gone to another storage meanwhile gets nothing here.
                    guard try LocalDirectory.find(tx.read, principal.id)?.storage == name else {
                        throw Failure(.sealed, "principal \(principal.id.rawValue) is not in storage \(name) any more")
                    }
                    // Another request may have been first.
                    if try Collections.home(tx.read, of: principal.id, kind: .calendarHome) != nil { return }
                    try Accounts.furnish(tx, principal.id, hasBirthdays: settings.birthdays.forNewUsers, now: System.clock())
                }
            }
            admitted.withLock { _ = $0.insert(principal.id) }
        }
    }

    /// In the order of their names.
    package let parts: [Part]
    private let byName: [String: Part]

    init(_ parts: [Part]) {
        self.parts = parts
        byName = Dictionary(parts.map { ($0.name, $0) }) { first, _ in first }
    }

    package func part(named name: String) -> Part? { byName[name] }

    /// Where an account's own is, ready to be used; nil: in the configuration database.
    package func part(of principal: Principal) throws -> Part? {
        guard let name = principal.storage else { return nil }
        guard let part = byName[name] else {
            throw Failure(.unavailable, "the storage “\(name)” of principal \(principal.id.rawValue) is not in the settings (storages.\(name))")
        }
        try part.admit(principal)
        return part
    }

    /// Copies into each what has changed of the directory.
    package func bring() throws {
        for part in parts { try part.mirror.bring() }
    }

    /// Opens the storages of the settings, each as one of this installation.
    static func open(
        _ settings: Settings, of configuration: any Database, creating: Bool, notice: (String) -> Void
    ) throws -> Storages {
        var parts: [Part] = []
        do {
            for storage in settings.storages {
                let settings = settings.ofStorage(storage)
                do {
                    let installation = try Installation.openDatabase(settings, creating: creating) { notice("storage \(storage.name): \($0)") }
                    parts.append(Part(storage.name, installation, of: configuration))
                    try StorageIdentity.establish(
                        storage.name, in: installation.database, of: configuration,
                        installation: String(UInt64.random(in: .min ... .max), radix: 36))
                    try installation.index { notice("storage \(storage.name): \($0)") }
                } catch let mismatch as StorageIdentity.Mismatch {
                    throw CommandError(.configuration, "the database of storages.\(storage.name) cannot be used: \(mismatch.reason)")
                } catch let failure as Failure where failure.code == .unavailable {
                    throw Failure(.unavailable, "storages.\(storage.name): \(failure.detail)")
                }
            }
            let storages = Storages(parts)
            try storages.bring()
            return storages
        } catch {
            for part in parts { part.installation.close() }
            throw error
        }
    }
}

extension Installation {
    /// The installation that has what an account owns: this one, or a storage.
    package func place(of principal: Principal) throws -> Installation {
        try storages.part(of: principal)?.installation ?? self
    }

    /// The installation of a storage by its name in the map (nil: this one); nil where it is not in the settings.
    func place(named name: String?) -> Installation? {
        guard let name else { return self }
        return storages.part(named: name)?.installation
    }

    /// This one and all storages.
    package var all: [Installation] { [self] + storages.parts.map(\.installation) }
}
