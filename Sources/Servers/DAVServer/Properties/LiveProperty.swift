import CivilTime
import CollectionStore
import Database
import Directory
import XML

/// A property whose meaning this server knows (RFC 4918 §15): a row of the one table that PROPFIND, the reports and PROPPATCH ask.
struct LiveProperty: Sendable {
    /// Writes the content of the property's element; false where the resource does not have it.
    typealias WriteForMember = @Sendable (
        _ tx: borrowing ReadTransaction, _ member: borrowing MemberView, _ scope: MemberScope, _ out: inout XMLWriter
    ) throws -> Bool
    typealias WriteForResource = @Sendable (
        _ tx: borrowing ReadTransaction, _ source: ResourceSource, _ out: inout XMLWriter
    ) throws -> Bool

    var name: XMLName
    /// Whether a PROPFIND for `allprop` tells it.
    var isInAllprop = false
    /// What members have of it where that is the same for all or their ETag: a listing then reads less, and asks no row.
    var entry: EntryValue?
    /// For objects in collections; nil: they do not have it, but for what `entry` says.
    var member: WriteForMember?
    /// For collections, homes and principals; nil: they do not have it.
    var resource: WriteForResource?
    /// How a client may set it; nil: it is protected.
    var setting: Setting?
    /// What is to be read by those only who have the right, with its privilege; nil: by all who see the resource.
    var needed: (right: Rights, privilege: XMLName)?

    enum EntryValue: Sendable {
        case empty, etag
    }

    /// Whether members can have it.
    var isOfMembers: Bool { entry != nil || member != nil }

    /// Whether it is kept from those who have these rights of a collection or of what is in it.
    func isForbidden(_ rights: Rights) -> Bool { needed.map { !rights.contains($0.right) } ?? false }

    /// Writes what a member has; false where it does not have it.
    func write(
        _ tx: borrowing ReadTransaction, _ view: borrowing MemberView, _ scope: MemberScope, to out: inout XMLWriter
    ) throws -> Bool {
        switch entry {
        case .empty?: return true
        case .etag?:
            out.raw("\"")
            out.raw(view.etag)
            out.raw("\"")
            return true
        case nil: return try member?(tx, view, scope, &out) ?? false
        }
    }

    /// A live property that clients may set is kept as they sent it, where its value passes the check.
    struct Setting: Sendable {
        /// The kinds of collections that have it.
        var kinds: Set<CollectionKind>
        /// Throws a `Reply` for a value that cannot be.
        var check: @Sendable (XMLElement, DAVServer) throws -> Void = { _, _ in }
        /// Another property that says the same, and goes when this one is set.
        var replaces: XMLName?
        /// Takes the value (nil: it is removed) where it means something to the collection; true: it is kept there, and not as
        /// it was sent.
        var take: @Sendable (borrowing WriteTransaction, Collection, XMLElement?, Access, DAVServer) throws -> Bool =
            { _, _, _, _, _ in false }
    }
}

/// What all members in a listing have in common.
final class MemberScope: Sendable {
    let exchange: Exchange
    let access: Access
    let collection: Collection
    /// The collection's.
    let href: Href
    /// Locks on names in the collection, and those from above that reach every member.
    let locks: [Lock]
    /// In which form objects are asked for (`calendar-data`, `address-data`).
    let form: ObjectForm
    /// Where floating times are looked at; UTC where nothing asks for it.
    let zone: any TimeZoneRules
    /// Whether any member has properties that clients set.
    let hasDeadProperties: Bool
    /// The access list, which is the same for all, once it was asked for.
    let accessList = MadeOnce()

    init(
        exchange: Exchange, access: Access, collection: Collection, href: Href, locks: [Lock], form: ObjectForm,
        zone: any TimeZoneRules, hasDeadProperties: Bool
    ) {
        self.exchange = exchange
        self.access = access
        self.collection = collection
        self.href = href
        self.locks = locks
        self.form = form
        self.zone = zone
        self.hasDeadProperties = hasDeadProperties
    }
}

/// Bytes that are made when they are asked for first.
///
/// `@unchecked Sendable`: used by one answer, which is made on one thread at a time.
final class MadeOnce: @unchecked Sendable {
    private var made: [UInt8]?

    func bytes(_ make: () throws -> [UInt8]) rethrows -> [UInt8] {
        if let made { return made }
        let bytes = try make()
        made = bytes
        return bytes
    }
}

/// A resource that is no member, with what its properties are read from.
struct ResourceSource: Sendable {
    let exchange: Exchange
    let resource: Resource
    let access: Access
    let href: Href
    /// What clients set on it.
    let stored: StoredProperties
    /// Which of the collections beside it are shared with others, where that is known already.
    var shared: Set<CollectionID>?

    var collection: Collection? {
        if case .collection(let collection) = resource { collection } else { nil }
    }

    /// Whose it is; nil outside homes.
    var owner: Principal? { access.owner }

    var principal: Principal? {
        if case .principal(let principal) = resource { principal } else { nil }
    }

    var proxy: Proxy? {
        if case .proxy(let proxy) = resource { proxy } else { nil }
    }

    /// The element that a client set for `name`.
    func stored(_ name: XMLName) -> [UInt8]? {
        stored.value(name.namespace, name.local, PersonalProperties.standing(of: name))
    }
}

/// What clients set on a resource, as the asker sees it.
struct StoredProperties: Sendable {
    /// Of all; of what is shared with the asker those too that are not for sharees.
    private let shared: [DeadProperties.Stored]
    /// The asker's own, where it is shared with them; nil where it is not. What is so unless they set it is among them where it can be
    /// asked for (`PersonalProperties.complete`).
    private let personal: [DeadProperties.Stored]?

    init(_ all: [DeadProperties.Stored] = []) { (shared, personal) = (all, nil) }

    init(shared: [DeadProperties.Stored], personal: [DeadProperties.Stored]) { (self.shared, self.personal) = (shared, personal) }

    var isEmpty: Bool { shared.isEmpty && personal?.isEmpty ?? true }

    /// - Parameter standing: that of the name.
    func value(_ namespace: String, _ local: String, _ standing: PersonalProperties.Standing) -> [UInt8]? {
        if let personal {
            if let own = personal.first(where: { $0.name == local && $0.namespace == namespace }) { return own.value }
            if !standing.isSeen { return nil }
        }
        return shared.first { $0.name == local && $0.namespace == namespace }?.value
    }

    /// All that the asker sees.
    var all: [DeadProperties.Stored] {
        personal.map { PersonalProperties.visible(shared: shared, own: $0) } ?? shared
    }
}
