import Bytes
import Calendars
import CollectionStore
import DAVGrammar
import Database
import ForeignCalendars
import HTTPServer
import XML

/// What MKCOL and MKCALENDAR have in common.
enum CollectionCreation {
    /// `kind` nil: what its place takes. `answer`: the element of the body that tells what could not be set.
    static func respond(
        _ exchange: Exchange, kind: CollectionKind?, isSubscribed: Bool = false,
        instructions: [ProppatchBody.Instruction], answer: XMLName
    ) throws -> HTTPResponse {
        var instructions = instructions
        let source = isSubscribed ? try Self.source(&instructions) : nil
        let components: [String]?
        do {
            components = try Self.components(&instructions, kind: kind)
        } catch let refusal as Reply {
            return failure(
                of: .caldav(.supportedCalendarComponentSet), refusal, among: instructions.map(\.name), answer: answer)
        }
        let outcome = try exchange.writeOrGiveUp { tx -> PropertyChange.Outcome in
            let location = try place(tx.read, exchange, kind: kind)
            if location.resource != nil {
                // RFC 4918 §9.3.1: MKCOL on something mapped is 405; RFC 4791 §5.3.1: MKCALENDAR's word is 403 with RFC 3253's condition.
                if answer == .caldav(.mkcalendarResponse) {
                    throw Reply(.forbidden, condition: .dav(.resourceMustBeNull), "There is something here already.")
                }
                throw Reply(.methodNotAllowed, "There is something here already.")
            }
            guard let parent = location.parent else { throw Reply(.notFound) }
            if !location.access.rights.contains(.bind) { throw Reply(needs: .dav(.bind), at: location.parentHref) }
            try Conditional.check(tx.read, exchange, location)
            try LockGuard.check(tx.read, exchange, location, .creation)
            let kind = try kind ?? defaultKind(in: parent)
            let made: Collection
            do {
                if let source {
                    made = try Subscriptions.make(
                        tx, in: parent, name: location.name, url: source, isDeclared: true, now: exchange.now)
                    try SubscriptionDefaults.set(tx, of: made)
                } else {
                    made = try Collections.make(
                        tx, in: parent, name: location.name, kind: kind, components: components, now: exchange.now)
                }
            } catch let refusal as StoreRefusal {
                throw Reply(refusal, in: kind, at: Href())
            }
            // RFC 3744 appendix B: who may add may say what is added.
            var access = location.access
            access.rights.insert(.writeProperties)
            return try PropertyChange.apply(
                tx, exchange.server, instructions, to: PropertyChange.Target(.collection(made), access), isCreation: true)
        } unless: { !$0.isSuccess }
        if outcome.isSuccess {
            return HTTPResponse(status: 201, headers: [("Cache-Control", "no-cache")] + exchange.appliedPreferences)
        }
        return failure(outcome, answer: answer)
    }

    /// RFC 5689 §3, RFC 4791 §5.3.1: nothing is made where one property could not be set, and the answer says which.
    private static func failure(_ outcome: PropertyChange.Outcome, answer: XMLName) -> HTTPResponse {
        var out = XMLWriter()
        out.openRoot(answer)
        outcome.writePropstats(to: &out)
        out.close(answer)
        // RFC 5689 §3.5: the whole fails as the property did.
        let status = outcome.rows.lazy.compactMap { $0.refusal }.first?.status ?? .failedDependency
        return HTTPResponse(
            status: status.rawValue,
            headers: [("Content-Type", "application/xml; charset=utf-8"), ("Cache-Control", "no-cache")], body: .bytes(out.bytes))
    }

    /// The same where what one property says makes the whole impossible, before anything is looked up.
    static func failure(
        of name: XMLName, _ refusal: Reply, among others: [XMLName], answer: XMLName
    ) -> HTTPResponse {
        var outcome = PropertyChange.Outcome()
        outcome.rows.append((name, refusal))
        for other in others { outcome.rows.append((other, nil)) }
        return failure(outcome, answer: answer)
    }

    /// Where it is to be. Throws `Reply` where nothing of this kind can ever be made: outside of homes, which the server makes. There
    /// the answer depends on the URL's form only, so that it tells nobody who there is.
    private static func place(
        _ tx: borrowing ReadTransaction, _ exchange: Exchange, kind: CollectionKind?
    ) throws -> Location {
        let path = exchange.path.segments
        let isInHome = path.count > 2 && Container(rawValue: path[0])?.homeKind != nil
        do {
            return try exchange.locate(tx, missingParent: .conflict)
        } catch let reply as Reply where reply.status == .notFound && !isInHome {
            // RFC 4791 §5.3.1, RFC 6352 §6.3.1: the location is not ok.
            throw Reply(StoreRefusal.kindNotAllowed, in: kind, at: Href())
        }
    }

    /// A plain MKCOL makes what its place can hold: clients that know only RFC 4918 get calendars and books too.
    private static func defaultKind(in parent: Collection) throws -> CollectionKind {
        switch parent.kind {
        case .fileHome, .folder: .folder
        case .bookHome: .book
        case .calendarHome: .calendar
        case .calendar: throw Reply(.forbidden, condition: .caldav(.calendarCollectionLocationOk), "No collection may be in a calendar.")
        case .book: throw Reply(.forbidden, condition: .carddav(.addressbookCollectionLocationOk), "No collection may be in a book.")
        case .notifications: throw Reply(.forbidden, "No collection may be here.")
        }
    }

    /// Of a subscription, where it is fetched from. Takes its instruction out.
    private static func source(_ instructions: inout [ProppatchBody.Instruction]) throws -> String {
        guard let index = instructions.firstIndex(where: { $0.name == .calendarServer(.source) }),
            case .set(let element) = instructions.remove(at: index), let url = SubscriptionSource.url(element)
        else {
            throw Reply(.forbidden, condition: .dav(.validResourcetype), "A subscription needs a CS:source.")
        }
        return url
    }

    /// RFC 4791 §5.2.3: settable when the calendar is made. Takes its instruction out.
    private static func components(
        _ instructions: inout [ProppatchBody.Instruction], kind: CollectionKind?
    ) throws -> [String]? {
        guard kind == .calendar,
            let index = instructions.firstIndex(where: { $0.name == .caldav(.supportedCalendarComponentSet) }),
            case .set(let element) = instructions.remove(at: index) else { return nil }
        var components: [String] = []
        for comp in element.children where comp.name == .caldav(.comp) {
            let name = String(utf8: comp.attribute("name") ?? []).uppercased()
            guard CalendarComponents.all.contains(name) else {
                throw Reply(.forbidden, condition: .caldav(.supportedCalendarComponent), "Calendars here take no \(name).")
            }
            if !components.contains(name) { components.append(name) }
        }
        return components.isEmpty ? nil : components
    }
}
