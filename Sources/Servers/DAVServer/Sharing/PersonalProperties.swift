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
            shared: try DeadProperties.all(tx, of: collection.id, nil), own: try MountProperties.all(tx, of: mount),
            kind: collection.kind)
    }

    /// What the sharee sees of what all see and of what they have set themselves.
    ///
    /// - Parameter withDefaults: whether what nobody has set is wanted too.
    static func visible(
        shared: [DeadProperties.Stored], own: [DeadProperties.Stored], kind: CollectionKind, withDefaults: Bool = true
    ) -> [DeadProperties.Stored] {
        var visible = shared
        // By their texts: a home may have very many.
        let isHidden = { (property: DeadProperties.Stored) in
            guard let namespace = namespaces[property.name], namespace == property.namespace else { return false }
            return !inheritedLocals.contains(property.name) || own.contains { isSame($0, property) }
        }
        // Mostly there is a name, and nothing else.
        if shared.contains(where: isHidden) { visible.removeAll(where: isHidden) }
        if !own.isEmpty { visible += own }
        if withDefaults, kind == .calendar, !own.contains(where: { isSame($0, transparent) }) { visible.append(transparent) }
        return visible
    }

    /// Whether `visible` has anything to tell that nobody has set.
    static func hasDefaults(_ selection: PropertySelection) -> Bool { selection.mentions(.caldav(.scheduleCalendarTransp)) }

    /// The namespaces of `names` by their local names, of which no two are the same.
    private static let namespaces = Dictionary(uniqueKeysWithValues: names.map { ($0.local, $0.namespace) })
    private static let inheritedLocals = Set(inherited.map(\.local))

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
