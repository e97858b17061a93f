import CollectionStore
import DAVGrammar
import Database
import VCard
import XML

/// The properties that a request asks for, looked up once in the table, and then written for each row.
struct PropertySelection: Sendable {
    private struct Wanted: Sendable {
        let name: XMLName
        /// Nil: a dead property, or one that nobody has.
        let live: LiveProperty?
        let tags: ElementTags
        // As they are stored.
        let namespace: String
        let local: String
        let standing: PersonalProperties.Standing

        init(_ property: PropertyRequest.Property) {
            name = property.name
            live = PropertyTable.byName[name]
            (namespace, local) = (name.namespace, name.local)
            standing = PersonalProperties.standing(of: name)
            let attributes = property.dataAttributes
            tags = attributes.isEmpty
                ? PropertyTable.tags[name] ?? ElementTags(name) : ElementTags(name, attributes: attributes)
        }
    }

    private enum Mode: Sendable {
        case named
        /// RFC 4918 §14.2: the live ones of that RFC and all dead ones, and the wanted ones besides.
        case all
        /// Names only.
        case names
    }

    /// What the asker may do with a resource, and its URL.
    private struct Place {
        var rights: Rights
        var href: () -> Href
    }

    private let mode: Mode
    private let wanted: [Wanted]
    /// Whether a right is needed for any of them.
    private let hasNeeds: Bool
    /// RFC 8144 §2.1: properties that are not there are not mentioned.
    let omitsMissing: Bool

    init(_ request: PropertyRequest, omitsMissing: Bool) {
        self.omitsMissing = omitsMissing
        switch request {
        case .named(let properties):
            mode = .named
            wanted = Self.lookUp(properties)
        case .allprop(let include):
            mode = .all
            wanted = Self.lookUp((PropertyTable.all.filter(\.isInAllprop).map(\.name) + include).map(PropertyRequest.Property.init))
        case .propname:
            mode = .names
            wanted = Self.lookUp(PropertyTable.all.map { .init(name: $0.name) })
        }
        hasNeeds = wanted.contains { $0.live?.needed != nil }
    }

    private static func lookUp(_ properties: [PropertyRequest.Property]) -> [Wanted] {
        var seen: Set<XMLName> = []
        return properties.filter { seen.insert($0.name).inserted }.map(Wanted.init)
    }

    /// Whether what clients set can be among what is asked for. Where all are protected (RFC 4918 §15), nothing of the kind
    /// is stored; so what a protected property tells must not depend on it.
    var asksForStored: Bool {
        mode != .named || wanted.contains { $0.live.map { $0.setting != nil } ?? true }
    }

    /// Whether the property is written where a resource has it.
    func asks(for name: XMLName) -> Bool { mode != .names && wanted.contains { $0.name == name } }

    /// Whether the property is among what is asked for, be it for its name.
    func mentions(_ name: XMLName) -> Bool { mode != .named || asks(for: name) }

    // MARK: Rows

    /// Writes the propstats of a member.
    func write(
        _ tx: borrowing ReadTransaction, _ member: borrowing MemberView, _ scope: MemberScope, hasDeadProperties: Bool,
        to out: inout XMLWriter
    ) throws {
        let stored = hasDeadProperties && !member.isMasked ? try DeadProperties.all(tx, of: scope.collection.id, member.id) : []
        var place: Place?
        if hasNeeds {
            let name = [UInt8](member.name)
            place = Place(rights: scope.access.rights, href: { scope.href.member(String(decoding: name, as: UTF8.self)) })
        }
        try write(StoredProperties(stored), place, to: &out) { live, out in try live.write(tx, member, scope, to: &out) }
    }

    /// Writes the propstats of what is no member.
    func write(_ tx: borrowing ReadTransaction, _ source: ResourceSource, to out: inout XMLWriter) throws {
        // What is no collection has no access list.
        let place = hasNeeds && source.collection != nil ? Place(rights: source.access.rights, href: { source.href }) : nil
        try write(source.stored, place, to: &out) { live, out in try live.resource?(tx, source, &out) ?? false }
    }

    /// What is there first: clients take the first status of a row for that of the row (Thunderbird), so that it is 200 also where
    /// nothing is.
    @inline(__always)
    private func write(
        _ stored: StoredProperties, _ place: Place?, to out: inout XMLWriter, value: (LiveProperty, inout XMLWriter) throws -> Bool
    ) rethrows {
        var missing: [Int] = []
        var forbidden: [Int] = []
        out.raw(Self.start)
        for index in wanted.indices {
            if hasNeeds, mode != .names, let place, wanted[index].live?.isForbidden(place.rights) == true {
                forbidden.append(index)
                continue
            }
            if !stored.isEmpty, let value = stored.value(wanted[index].namespace, wanted[index].local, wanted[index].standing) {
                out.raw(mode == .names ? wanted[index].tags.empty : value)
                continue
            }
            let mark = out.count
            out.raw(wanted[index].tags.open)
            let content = out.count
            if let live = wanted[index].live, try value(live, &out) {
                if mode == .names { out.truncate(to: content) }
                out.raw(wanted[index].tags.close)
            } else {
                out.truncate(to: mark)
                missing.append(index)
            }
        }
        if mode != .named { writeRest(of: stored.all, to: &out) }
        out.raw(Self.end)
        if let place { writeForbidden(forbidden, at: place, to: &out) }
        writeMissing(missing, to: &out)
    }

    /// What is to be read with a right that the asker lacks: 403 (RFC 4918 §9.1.1), with which (RFC 3744 §7.1.1).
    private func writeForbidden(_ forbidden: [Int], at place: Place, to out: inout XMLWriter) {
        for index in forbidden {
            guard let needed = wanted[index].live?.needed else { continue }
            out.raw(Self.start)
            out.raw(wanted[index].tags.empty)
            out.raw("</D:prop>")
            out.status(.forbidden)
            out.open(.dav(.error))
            Reply(needs: needed.privilege, at: place.href()).writeCondition(to: &out)
            out.close(.dav(.error))
            out.raw("</D:propstat>")
        }
    }

    private static let start: StaticString = "<D:propstat><D:prop>"
    private static let end: StaticString = "</D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat>"

    /// With allprop and propname: the dead properties that nobody asked for by name.
    private func writeRest(of stored: [DeadProperties.Stored], to out: inout XMLWriter) {
        for property in stored {
            guard let name = XMLName(namespace: property.namespace, local: property.name),
                !wanted.contains(where: { $0.name == name }),
                PropertyTable.byName[name] == nil || mode == .names else { continue }
            if mode == .names { out.empty(name) } else { out.raw(property.value) }
        }
    }

    private func writeMissing(_ missing: [Int], to out: inout XMLWriter) {
        guard mode == .named, !omitsMissing, !missing.isEmpty else { return }
        out.raw(Self.start)
        for index in missing { out.raw(wanted[index].tags.empty) }
        out.raw("</D:prop>")
        out.status(.notFound)
        out.raw("</D:propstat>")
    }

    // MARK: Rows of entries

    /// The rows of members under `parent` as a template, where nothing is asked of them but what their names and ETags tell; nil:
    /// each must be asked.
    func entryRow(under parent: Href) -> EntryRow? {
        guard mode == .named, wanted.allSatisfy({ $0.live?.isOfMembers != true || $0.live?.entry != nil }) else { return nil }
        var row = EntryRow()
        row.text.raw("<D:response><D:href>")
        row.text.raw(parent.bytes)
        row.append(.name)
        row.text.raw("</D:href>")
        row.text.raw(Self.start)
        for property in wanted {
            guard let entry = property.live?.entry else { continue }
            row.text.raw(property.tags.open)
            if case .etag = entry {
                row.text.raw("\"")
                row.append(.etag)
                row.text.raw("\"")
            }
            row.text.raw(property.tags.close)
        }
        row.text.raw(Self.end)
        writeMissing(wanted.indices.filter { wanted[$0].live?.entry == nil }, to: &row.text)
        row.text.raw("</D:response>")
        return row
    }
}

extension PropertyRequest.Property {
    /// RFC 4791 §9.6, RFC 6352 §10.4: in which form the data are, where it is not the default one.
    fileprivate var dataAttributes: [(String, String)] {
        if let calendarData, calendarData.mediaType == .jCal {
            return [("content-type", "application/calendar+json"), ("version", "2.0")]
        }
        switch addressData?.mediaType {
        case .jCard?: return [("content-type", "application/vcard+json"), ("version", "4.0")]
        case .vCard(.v4_0)?: return [("content-type", "text/vcard"), ("version", "4.0")]
        case .vCard?, nil: return []
        }
    }
}
