import CollectionStore
import Database
import XML

/// The properties of a shared collection that each sharee has for themselves, and that the owner does not see.
enum PersonalProperties {
    /// Those that are the owner's as long as the sharee has set none.
    private static let inherited: Set<XMLName> = [.dav(.displayname), .appleICal(.calendarColor)]

    static let names: Set<XMLName> = inherited.union([
        .appleICal(.calendarOrder), .appleICal(.calendarEnabled), .caldav(.scheduleCalendarTransp),
        .caldav(.defaultAlarmVeventDatetime), .caldav(.defaultAlarmVeventDate), .caldav(.defaultAlarmVtodoDatetime),
        .caldav(.defaultAlarmVtodoDate),
    ])

    /// What clients set on a shared collection, as the sharee sees it.
    static func stored(
        _ tx: borrowing ReadTransaction, of collection: Collection, _ mount: Mount
    ) throws -> [DeadProperties.Stored] {
        visible(
            shared: try DeadProperties.all(tx, of: collection.id, nil),
            own: complete(try MountProperties.all(tx, of: mount), collection.kind))
    }

    /// What the sharee sees of what all see and of what is their own, which is `complete`.
    static func visible(shared: [DeadProperties.Stored], own: [DeadProperties.Stored]) -> [DeadProperties.Stored] {
        let shared = shared.filter { property in
            guard let name = name(of: property) else { return true }
            return standing(of: name).isSeen && !own.contains { isSame($0, property) }
        }
        return shared + own
    }

    /// What they have set, and what is so unless they set it.
    static func complete(_ own: [DeadProperties.Stored], _ kind: CollectionKind) -> [DeadProperties.Stored] {
        kind != .calendar || own.contains(where: { isSame($0, transparent) }) ? own : own + [transparent]
    }

    /// Whether `complete` can add a property that is asked for.
    static func hasDefaults(_ selection: PropertySelection) -> Bool { selection.mentions(.caldav(.scheduleCalendarTransp)) }

    /// What of all's a sharee sees.
    enum Standing {
        case shared
        /// Unless they have set it.
        case inherited
        /// Nothing.
        case personal

        var isSeen: Bool { self != .personal }
    }

    static func standing(of name: XMLName) -> Standing {
        if !names.contains(name) { return .shared }
        return inherited.contains(name) ? .inherited : .personal
    }

    private static func isSame(_ a: DeadProperties.Stored, _ b: DeadProperties.Stored) -> Bool {
        a.name == b.name && a.namespace == b.namespace
    }

    /// A copy that the sharee made is theirs: it has what they see, and nothing that is the owner's own.
    static func adopt(
        _ tx: borrowing WriteTransaction, from collection: Collection, _ mount: Mount, by copy: Collection
    ) throws {
        for property in try DeadProperties.all(tx.read, of: copy.id, nil) {
            guard let name = name(of: property), names.contains(name) else { continue }
            try DeadProperties.remove(tx, of: copy.id, nil, namespace: property.namespace, name: property.name)
        }
        for property in try stored(tx.read, of: collection, mount) {
            guard let name = name(of: property), names.contains(name) else { continue }
            try DeadProperties.set(
                tx, of: copy.id, nil, namespace: property.namespace, name: property.name, value: property.value)
        }
    }

    /// RFC 6638 §9.1: another's calendar takes none of the sharee's time, unless they want it so.
    private static let transparent: DeadProperties.Stored = {
        let name = XMLName.caldav(.scheduleCalendarTransp)
        var out = XMLWriter()
        out.openStandalone(name)
        out.empty(.caldav(.transparent))
        out.close(name)
        return DeadProperties.Stored(namespace: name.namespace, name: name.local, value: out.bytes)
    }()

    private static func name(of property: DeadProperties.Stored) -> XMLName? {
        XMLName(namespace: property.namespace, local: property.name)
    }
}
