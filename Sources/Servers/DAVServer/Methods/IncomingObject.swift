import Bytes
import Calendars
import CollectionStore
import Contacts
import ContentLines
import Cryptography
import DAVGrammar
import Database
import Directory
import Files
import HTTPServer
import ICalendar
import VCard
import XML

/// The body of a PUT or POST on its way to be a member: read, judged by its kind, and named by its ETag before the transaction.
struct IncomingObject {
    private enum Content {
        case ready(MemberContent)
        case calendarObject(CalendarContent)
        case card(CardContent)
    }

    private let content: Content
    /// Nil where what is stored is not what was sent (RFC 4791 §5.3.4).
    private let etag: String?

    /// Throws the kind's refusals.
    init(_ exchange: Exchange, kind: CollectionKind) throws {
        let configuration = exchange.server.configuration
        switch kind {
        case .calendar:
            // RFC 4791 §5.2.4 and §5.3.2.1: the types of the property CALDAV:supported-calendar-data.
            try Self.check(
                exchange, isOneOf: ["text/calendar", "application/calendar+json"],
                else: Reply(.forbidden, condition: .caldav(.supportedCalendarData), "A calendar object is text/calendar."))
            let json = try Self.jCal(exchange)
            let object = try CalendarContent(
                try json ?? exchange.bodyBytes(), maximumSize: configuration.maximumCalendarObjectSize,
                maximumAttendees: configuration.maximumAttendees, timeZones: exchange.server.timeZones)
            content = .calendarObject(object)
            etag = json == nil ? object.content.etag : nil
        case .book:
            // RFC 6352 §6.2.2 and §6.3.2.1; before RFC 6350 the names of the type were text/directory and text/x-vcard.
            try Self.check(
                exchange, isOneOf: ["text/vcard", "application/vcard+json", "text/directory", "text/x-vcard"],
                else: Reply(.forbidden, condition: .carddav(.supportedAddressData), "A card is text/vcard."))
            let json = try Self.jCard(exchange)
            let card = try CardContent(try json ?? exchange.bodyBytes(), maximumSize: configuration.maximumCardSize)
            content = .card(card)
            etag = json == nil ? card.content.etag : nil
        case .folder, .fileHome:
            let type = exchange.head.headers.first("content-type")
            let file = try FileContent.make(exchange.request.body.fileBody, type: type, files: exchange.server.files)
            content = .ready(file)
            etag = file.etag
        case .calendarHome, .bookHome, .notifications:
            throw Reply(.methodNotAllowed, "No object may be here.")
        }
    }

    /// Throws `refusal` where the body says that it is something else than these. One that does not say is taken for what its place
    /// holds.
    private static func check(
        _ exchange: Exchange, isOneOf types: [StaticString], else refusal: @autoclosure () -> Reply
    ) throws {
        guard exchange.head.headers.first("content-type")?.isEmpty == false else { return }
        if !types.contains(where: exchange.isBody), !Quirks.typesOfAnything.contains(where: exchange.isBody) { throw refusal() }
    }

    /// RFC 7265: the body as iCalendar, where it is jCal.
    private static func jCal(_ exchange: Exchange) throws -> [UInt8]? {
        guard exchange.isBody("application/calendar+json") else { return nil }
        do {
            return try JCal.iCalendar(from: try exchange.bodyBytes())
        } catch let error as JSONContentError {
            throw Reply(.forbidden, condition: .caldav(.validCalendarData), "The jCal: \(error)")
        }
    }

    /// RFC 7095: the body as vCard, where it is jCard.
    private static func jCard(_ exchange: Exchange) throws -> [UInt8]? {
        guard exchange.isBody("application/vcard+json") else { return nil }
        do {
            return try JCard.vCard(from: try exchange.bodyBytes())
        } catch let error as JSONContentError {
            throw Reply(.forbidden, condition: .carddav(.validAddressData), "The jCard: \(error)")
        }
    }

    /// Says what its PUT will ask, where it is to be in the asker's own home by its URL; nil where nothing can be said, or nothing is gained.
    func foresee(_ tx: borrowing ReadTransaction, _ exchange: Exchange) -> PutAhead? {
        let path = exchange.path.segments
        // What replaces an object has its UID.
        guard tx.isRemote, path.count == 4, path[1] == exchange.principal.signInText, exchange.head.headers.first("if-match") == nil,
            let kind = Container(rawValue: path[0])?.homeKind, let uid else { return nil }
        return PutAhead(tx, of: exchange.principal.id, in: kind, child: path[2], uid: uid)
    }

    private var uid: String? {
        switch content {
        case .ready: nil
        case .calendarObject(let object): object.content.facts.uid
        case .card(let card): card.content.facts.uid
        }
    }

    /// Puts it where `location` is. With the ETag of what its sender sees there, where that is what was sent. Throws `Reply`.
    func put(
        _ tx: borrowing WriteTransaction, _ exchange: Exchange, in parent: Collection, at location: Location, existing: Member?,
        ahead: PutAhead? = nil
    ) throws -> (outcome: Members.PutOutcome, etag: String?) {
        let name = location.name
        do {
            let member: MemberContent
            switch content {
            case .ready(let file): member = file
            case .calendarObject(let object):
                member = try object.admitted(to: parent)
                try AttachmentReferences.check(tx.read, exchange, member.facts.attachments, existing: existing)
                if exchange.locator.keepsOwnAlarms(in: parent) {
                    return try put(tx, object, exchange, in: parent, at: location, existing: existing)
                }
            case .card(let card): member = card.content
            }
            let outcome = try Members.put(
                tx, in: parent, name: name, existing: existing, content: member, ahead: ahead, now: exchange.now)
            return (outcome, etag)
        } catch let refusal as StoreRefusal {
            var reply = Reply(refusal, in: parent.kind, at: location.parentHref)
            // What may not be known is not named.
            if case .uidConflict(let name) = refusal, try location.access.conceals(tx.read, name, in: parent) { reply.hrefs = [] }
            throw reply
        }
    }

    /// In a calendar that is not theirs.
    private func put(
        _ tx: borrowing WriteTransaction, _ object: CalendarContent, _ exchange: Exchange, in parent: Collection, at location: Location,
        existing: Member?
    ) throws -> (outcome: Members.PutOutcome, etag: String?) {
        let shared = SharedObject(exchange)
        do {
            let (outcome, isAsSent) = try shared.put(
                tx, object, in: parent, name: location.name, existing: existing,
                mayWrite: location.access.rights.contains(.writeContent) && !parent.isReadOnly)
            guard isAsSent, etag != nil, let now = try Members.find(tx.read, in: parent.id, name: location.name) else { return (outcome, nil) }
            // RFC 4791 §5.3.4: of what they see only the time there is no tag that would be what they sent.
            let seen = try exchange.visibility(of: parent, location.access)?.seen(tx.read, now)
            return (outcome, seen?.isMasked == false ? seen?.etag : nil)
        } catch is SharedObject.Refusal {
            throw Reply(needs: .dav(.writeContent), at: location.href)
        }
    }
}

extension SharedObject {
    init(_ exchange: Exchange) {
        self.init(
            by: exchange.principal.id, files: exchange.server.files, timeZones: exchange.server.timeZones,
            maximumSize: exchange.server.configuration.maximumCalendarObjectSize, now: exchange.now)
    }
}
