import Bytes
import Calendars
import CollectionStore
import Contacts
import Cryptography
import DAVGrammar
import Database
import Files
import HTTPServer

/// The body of a PUT or POST on its way to be a member: read, judged by its kind, and named by its ETag before the transaction.
struct IncomingObject {
    private enum Content {
        case ready(MemberContent)
        case calendarObject(CalendarContent)
        case card(CardContent)
    }

    private let content: Content
    let etag: String

    /// Throws the kind's refusals.
    init(_ exchange: Exchange, kind: CollectionKind) throws {
        let configuration = exchange.server.configuration
        switch kind {
        case .calendar:
            let object = try CalendarContent(
                try exchange.bodyBytes(), maximumSize: configuration.maximumCalendarObjectSize,
                timeZones: exchange.server.timeZones)
            content = .calendarObject(object)
            etag = object.content.etag
        case .book:
            let card = try CardContent(try exchange.bodyBytes(), maximumSize: configuration.maximumCardSize)
            content = .card(card)
            etag = card.content.etag
        case .folder, .fileHome:
            let type = exchange.head.headers.first("content-type")
            let file = try FileContent.make(exchange.request.body.fileBody, type: type, files: exchange.server.files)
            content = .ready(file)
            etag = file.etag
        case .calendarHome, .bookHome:
            throw Reply(.methodNotAllowed, "No object may be here.")
        }
    }

    /// Puts it under `name`. Throws `Reply`.
    func put(
        _ tx: borrowing WriteTransaction, _ exchange: Exchange, in parent: Collection, name: String, existing: Member?
    ) throws -> Members.PutOutcome {
        do {
            let member: MemberContent
            switch content {
            case .ready(let file): member = file
            case .calendarObject(let object): member = try object.admitted(to: parent)
            case .card(let card): member = card.content
            }
            return try Members.put(tx, in: parent, name: name, existing: existing, content: member, now: exchange.now)
        } catch let refusal as StoreRefusal {
            throw Reply(refusal, in: parent.kind, at: try Self.href(tx.read, of: parent, exchange))
        }
    }

    private static func href(_ tx: borrowing ReadTransaction, of parent: Collection, _ exchange: Exchange) throws -> Href {
        var href = Href()
        for segment in exchange.path.segments.prefix(exchange.path.segments.count - 1) { href.appendCollection(segment) }
        return href
    }
}
