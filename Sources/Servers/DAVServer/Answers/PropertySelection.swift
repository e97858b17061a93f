import CollectionStore
import DAVGrammar
import Database
import XML

/// The properties that a request asks for, looked up once in the table, and then written for each row.
struct PropertySelection: Sendable {
    private struct Wanted: Sendable {
        var name: XMLName
        /// Nil: a dead property, or one that nobody has.
        var live: LiveProperty?
        let tags: ElementTags

        init(_ name: XMLName) {
            self.name = name
            live = PropertyTable.byName[name]
            tags = PropertyTable.tags[name] ?? ElementTags(name)
        }
    }

    private enum Mode: Sendable {
        case named
        /// RFC 4918 §14.2: the live ones of that RFC and all dead ones, and the wanted ones besides.
        case all
        /// Names only.
        case names
    }

    private let mode: Mode
    private let wanted: [Wanted]
    /// The propstat of what no member has, as a row of a member ends with it.
    private let absentFromMembers: [UInt8]
    /// RFC 8144 §2.1: properties that are not there are not mentioned.
    let omitsMissing: Bool

    init(_ request: PropertyRequest, omitsMissing: Bool) {
        self.omitsMissing = omitsMissing
        switch request {
        case .named(let properties):
            mode = .named
            wanted = Self.lookUp(properties.map(\.name))
        case .allprop(let include):
            mode = .all
            wanted = Self.lookUp(PropertyTable.all.filter(\.isInAllprop).map(\.name) + include)
        case .propname:
            mode = .names
            wanted = Self.lookUp(PropertyTable.all.map(\.name))
        }
        var absent = XMLWriter(capacity: 256)
        if mode == .named && !omitsMissing {
            Self.writeMissing(wanted.filter { $0.live?.member == nil }.map(\.name), to: &absent)
        }
        absentFromMembers = absent.bytes
    }

    /// Whether all that is asked of members can be had from their names, ids and ETags.
    var needsOnlyEntries: Bool {
        mode == .named && wanted.allSatisfy { $0.live?.member == nil || $0.live?.needsOnlyEntry == true }
    }

    private static func lookUp(_ names: [XMLName]) -> [Wanted] {
        var seen: Set<XMLName> = []
        return names.filter { seen.insert($0).inserted }.map(Wanted.init)
    }

    // MARK: Rows

    /// Writes the propstats of a member: those that it has first (Thunderbird reads the first status of a row).
    func write(
        _ tx: borrowing ReadTransaction, _ member: borrowing MemberView, _ scope: MemberScope, hasDeadProperties: Bool,
        to out: inout XMLWriter
    ) throws {
        let dead = hasDeadProperties ? try DeadProperties.all(tx, of: scope.collection.id, member.id) : []
        if dead.isEmpty && mode == .named { return try writeNamed(tx, member, scope, to: &out) }
        var missing: [XMLName] = []
        out.open(.dav(.propstat))
        out.open(.dav(.prop))
        for property in wanted {
            if !dead.isEmpty, let value = Self.value(of: property.name, in: dead) {
                write(value, property.name, to: &out)
                continue
            }
            guard let write = property.live?.member else { missing.append(property.name); continue }
            let mark = out.count
            out.open(property.name)
            if mode == .names {
                var scratch = XMLWriter()
                if try !write(tx, member, scope, &scratch) { out.truncate(to: mark); continue }
                out.close(property.name)
                continue
            }
            if try write(tx, member, scope, &out) {
                out.close(property.name)
            } else {
                out.truncate(to: mark)
                missing.append(property.name)
            }
        }
        writeRest(of: dead, to: &out)
        finish(missing: missing, to: &out)
    }

    /// The same for most rows of most listings: named properties of a member without dead ones.
    private func writeNamed(
        _ tx: borrowing ReadTransaction, _ member: borrowing MemberView, _ scope: MemberScope, to out: inout XMLWriter
    ) throws {
        var missing: Set<Int> = []
        out.raw("<D:propstat><D:prop>")
        for index in wanted.indices {
            guard let write = wanted[index].live?.member else { continue }
            let mark = out.count
            out.raw(wanted[index].tags.open)
            if try write(tx, member, scope, &out) {
                out.raw(wanted[index].tags.close)
            } else {
                out.truncate(to: mark)
                missing.insert(index)
            }
        }
        out.raw("</D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat>")
        if missing.isEmpty { return out.raw(absentFromMembers) }
        let absent = wanted.indices.filter { wanted[$0].live?.member == nil || missing.contains($0) }
        if !omitsMissing { Self.writeMissing(absent.map { wanted[$0].name }, to: &out) }
    }

    /// Writes the propstats of what is no member.
    func write(_ tx: borrowing ReadTransaction, _ source: ResourceSource, to out: inout XMLWriter) throws {
        var missing: [XMLName] = []
        out.open(.dav(.propstat))
        out.open(.dav(.prop))
        for property in wanted {
            if let value = Self.value(of: property.name, in: source.stored) {
                write(value, property.name, to: &out)
                continue
            }
            guard let write = property.live?.resource else { missing.append(property.name); continue }
            let mark = out.count
            out.raw(property.tags.open)
            let content = out.count
            if try write(tx, source, &out) {
                if mode == .names { out.truncate(to: content) }
                out.raw(property.tags.close)
            } else {
                out.truncate(to: mark)
                missing.append(property.name)
            }
        }
        writeRest(of: source.stored, to: &out)
        finish(missing: missing, to: &out)
    }

    private static func value(of name: XMLName, in stored: [DeadProperties.Stored]) -> [UInt8]? {
        if stored.isEmpty { return nil }
        let (namespace, local) = (name.namespace, name.local)
        return stored.first { $0.name == local && $0.namespace == namespace }?.value
    }

    private func write(_ value: [UInt8], _ name: XMLName, to out: inout XMLWriter) {
        if mode == .names { out.empty(name) } else { out.raw(value) }
    }

    /// With allprop and propname: the dead properties that nobody asked for by name.
    private func writeRest(of stored: [DeadProperties.Stored], to out: inout XMLWriter) {
        guard mode != .named else { return }
        for property in stored {
            guard let name = XMLName(namespace: property.namespace, local: property.name),
                !wanted.contains(where: { $0.name == name }),
                PropertyTable.byName[name] == nil || mode == .names else { continue }
            write(property.value, name, to: &out)
        }
    }

    /// The first status of a row is 200, also where nothing asked for is there: clients take it for that of the row.
    private func finish(missing: [XMLName], to out: inout XMLWriter) {
        out.close(.dav(.prop))
        out.status(.ok)
        out.close(.dav(.propstat))
        if mode == .named && !omitsMissing { Self.writeMissing(missing, to: &out) }
    }

    private static func writeMissing(_ missing: [XMLName], to out: inout XMLWriter) {
        if missing.isEmpty { return }
        out.open(.dav(.propstat))
        out.open(.dav(.prop))
        for name in missing { out.empty(name) }
        out.close(.dav(.prop))
        out.status(.notFound)
        out.close(.dav(.propstat))
    }
}
