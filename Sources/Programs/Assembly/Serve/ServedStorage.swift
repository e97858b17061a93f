import DAVServer
import Directory
import IMAPServer
import LMTPServer
import Locks

/// What a running server has of each storage: a DAV server over it, and what is remembered of its rows.
struct ServedStorage: Sendable {
    let installation: Installation
    let principals: PrincipalCache
    let memberships: MembershipCache
    let dav: DAVServer

    var mailPlace: MailPlace {
        MailPlace(database: installation.database, store: installation.mail, memberships: memberships)
    }

    var deliveryPlace: DeliveryPlace { DeliveryPlace(database: installation.database, store: installation.mail) }
}

/// The storages beside the default one, by their names.
struct ServedStorages: Sendable {
    private let storages: Storages
    private let served: [String: ServedStorage]
    private let whereabouts = Whereabouts()

    init(_ storages: Storages, serve: (Storages.Part) -> ServedStorage) {
        self.storages = storages
        served = Dictionary(storages.parts.map { ($0.name, serve($0)) }) { first, _ in first }
        for part in storages.parts { served[part.name].map { part.mirror.tell($0.principals) } }
    }

    var all: [ServedStorage] { storages.parts.compactMap { served[$0.name] } }

    // Which one has what somebody owns; nil: the default one. Whose storage is not in the settings is never looked for there: it throws.

    var davServers: @Sendable (Principal) throws -> DAVServer? { lookUp(\.dav) }
    var mailPlaces: @Sendable (Principal) throws -> MailPlace? { lookUp(\.mailPlace) }
    var deliveryPlaces: @Sendable (Principal) throws -> DeliveryPlace? { lookUp(\.deliveryPlace) }

    /// Whether what somebody owns is elsewhere than they were told when they signed in.
    var haveMoved: (@Sendable (Principal) -> Bool)? {
        if served.isEmpty { return nil }
        return { [whereabouts] principal in whereabouts.isAnother(than: principal) }
    }

    /// Somebody is in a storage now: those who are signed in from before are told by and by.
    func note(_ principal: Principal) -> Bool { whereabouts.note(principal) }

    private func lookUp<Value>(
        _ value: any KeyPath<ServedStorage, Value> & Sendable
    ) -> @Sendable (Principal) throws -> Value? {
        { principal in try storages.part(of: principal).flatMap { served[$0.name] }.map { $0[keyPath: value] } }
    }
}

/// In which storage accounts are that have changed since this process began.
private final class Whereabouts: Sendable {
    private let storages = Guarded<[PrincipalID: String?]>([:])

    /// Whether it may be another one than before.
    func note(_ principal: Principal) -> Bool {
        storages.withLock { storages in
            defer { storages[principal.id] = .some(principal.storage) }
            guard let before = storages[principal.id] else { return true }
            return before != principal.storage
        }
    }

    func isAnother(than principal: Principal) -> Bool {
        storages.withLock { storages in
            guard let storage = storages[principal.id] else { return false }
            return storage != principal.storage
        }
    }
}
