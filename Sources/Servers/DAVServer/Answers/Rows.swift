import Bytes
import CivilTime
import CollectionStore
import DAVGrammar
import Database
import Directory
import ICalendar
import XML

/// Rows of a multistatus with properties in them.
final class Rows: Sendable {
    let exchange: Exchange
    let selection: PropertySelection
    let form: ObjectForm

    init(_ exchange: Exchange, _ request: PropertyRequest, work: QueryWork? = nil, zone: QueryTimeZone? = nil) {
        self.exchange = exchange
        selection = PropertySelection(request, omitsMissing: exchange.preferences.isMinimal)
        var form = ObjectForm(request, exchange, work: work)
        form.zone = zone
        self.form = form
    }

    /// The row of anything that is no member.
    func write(
        _ tx: borrowing ReadTransaction, _ resource: Resource, _ access: Access, href: Href, to out: inout XMLWriter
    ) throws {
        if case .member(let member) = resource {
            guard let collection = try Collections.find(tx, member.collectionID) else { return }
            return try write(tx, member, scope(tx, collection, access, href: href.parent), href: href, to: &out)
        }
        var stored = StoredProperties()
        if case .collection(let collection) = resource, selection.asksForStored {
            if let mount = access.mount, access.isMountPoint(collection) {
                stored = StoredProperties(
                    shared: try DeadProperties.all(tx, of: collection.id, nil),
                    personal: PersonalProperties.complete(try MountProperties.all(tx, of: mount), collection.kind))
            } else {
                stored = StoredProperties(try DeadProperties.all(tx, of: collection.id, nil))
            }
        }
        try write(
            tx, ResourceSource(exchange: exchange, resource: resource, access: access, href: href, stored: stored), to: &out)
    }

    private func write(_ tx: borrowing ReadTransaction, _ source: ResourceSource, to out: inout XMLWriter) throws {
        out.raw("<D:response>")
        out.href(source.href)
        try selection.write(tx, source, to: &out)
        out.raw("</D:response>")
    }

    /// The rows of collections in `parent`, whose URL is `href`. What clients set on them is read at once.
    func write(
        _ tx: borrowing ReadTransaction, _ children: [VisibleChild], in parent: Collection, href: Href, to out: inout XMLWriter
    ) throws {
        let properties = selection.asksForStored
            ? try ChildProperties(tx, in: parent.id, withMounts: children.contains { $0.access.mount?.home == parent.id })
            : ChildProperties()
        let tellsSharing = selection.asks(for: .dav(.resourcetype)) && children.contains { PropertyTable.isSharable($0.collection) }
        let shared = tellsSharing
            ? try Invitations.shared(tx, in: parent.id, now: exchange.now) : nil
        let withDefaults = PersonalProperties.hasDefaults(selection)
        for child in children {
            let (resource, access, href) = (Resource.collection(child.collection), child.access, href.collection(child.name))
            var stored: StoredProperties?
            if let mount = access.mount, access.isMountPoint(child.collection) {
                stored = properties.properties(of: mount).map {
                    StoredProperties(
                        shared: $0.shared,
                        personal: withDefaults ? PersonalProperties.complete($0.personal, child.collection.kind) : $0.personal)
                }
            } else {
                stored = properties.properties(of: child.collection.id).map(StoredProperties.init)
            }
            guard let stored else {
                try write(tx, resource, access, href: href, to: &out)
                continue
            }
            var source = ResourceSource(exchange: exchange, resource: resource, access: access, href: href, stored: stored)
            source.shared = shared
            try write(tx, source, to: &out)
        }
    }

    /// The row of one member, under `href`.
    func write(
        _ tx: borrowing ReadTransaction, _ member: Member, _ scope: MemberScope, href: Href, to out: inout XMLWriter
    ) throws {
        let mark = out.count
        out.raw("<D:response>")
        out.href(href)
        do {
            try MemberView.with(member) { view in
                try selection.write(tx, view, scope, hasDeadProperties: scope.hasDeadProperties, to: &out)
            }
        } catch is CalendarLimitExceeded {
            out.truncate(to: mark)
            return Self.writeTooMuch(at: href, to: &out)
        }
        out.raw("</D:response>")
    }

    /// The row of a member in a listing.
    func write(
        _ tx: borrowing ReadTransaction, _ member: borrowing MemberView, _ scope: MemberScope, hasDeadProperties: Bool,
        to out: inout XMLWriter
    ) throws {
        let mark = out.count
        out.raw("<D:response>")
        out.href(scope.href, member: member.name)
        do {
            try selection.write(tx, member, scope, hasDeadProperties: hasDeadProperties, to: &out)
        } catch is CalendarLimitExceeded {
            // An expansion without end does not end the answer for the others, and is not cut in silence.
            out.truncate(to: mark)
            return Self.writeTooMuch(at: scope.href.member(String(decoding: member.name, as: UTF8.self)), to: &out)
        }
        out.raw("</D:response>")
    }

    /// The row of a member that a query may want. One of which it would take too much to tell is told as such, and the others go
    /// on.
    func write(
        _ tx: borrowing ReadTransaction, _ member: borrowing MemberView, _ scope: MemberScope, hasDeadProperties: Bool,
        where isWanted: (borrowing ReadTransaction, borrowing MemberView) throws -> Bool, to out: inout XMLWriter
    ) throws {
        do {
            guard try isWanted(tx, member), form.work.takeRow() else { return }
        } catch is StepBudget.Exhausted {
            return Self.writeTooMuch(at: scope.href.member(String(decoding: member.name, as: UTF8.self)), to: &out)
        }
        try write(tx, member, scope, hasDeadProperties: hasDeadProperties, to: &out)
    }

    private static func writeTooMuch(at href: Href, to out: inout XMLWriter) {
        write(
            .insufficientStorage, href: href,
            condition: Reply(.insufficientStorage, condition: .dav(.numberOfMatchesWithinLimits)), to: &out)
    }

    /// What the members of `collection`, whose URL is `href`, have in common.
    func scope(
        _ tx: borrowing ReadTransaction, _ collection: Collection, _ access: Access, href: Href
    ) throws -> MemberScope {
        MemberScope(
            exchange: exchange, access: access, collection: collection, href: href,
            locks: try LockScope.effective(tx, LockScope.ofMembers(tx, in: collection, now: exchange.now), exchange), form: form,
            zone: form.needsZone ? try FloatingZone.of(tx, collection, form.zone, exchange.server.timeZones) : FixedOffset.utc,
            hasDeadProperties: try hasDeadProperties(tx, in: collection))
    }

    /// Whether members of `collection` must be asked for properties that clients set.
    func hasDeadProperties(_ tx: borrowing ReadTransaction, in collection: Collection) throws -> Bool {
        try selection.asksForStored && DeadProperties.anyMemberHasSome(tx, in: collection.id)
    }

    /// A row without properties.
    static func write(_ status: HTTPStatus, href: Href, condition: Reply? = nil, to out: inout XMLWriter) {
        out.open(.dav(.response))
        out.href(href)
        out.status(status)
        if let condition {
            out.open(.dav(.error))
            condition.writeCondition(to: &out)
            out.close(.dav(.error))
        }
        out.close(.dav(.response))
    }
}
