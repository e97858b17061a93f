import Bytes
import Calendars
import CollectionStore
import DAVGrammar
import Database
import Files
import HTTPServer
import ICalendar
import XML

/// RFC 8607 §3.3 to §3.6: POST to a calendar object adds, updates and removes managed attachments.
///
/// The object is changed outside of the transaction, which then sees to it that it is still the one that was changed.
enum PostAttachment {
    /// RFC 8607 does not limit them; each may become a component of its own.
    private static let maximumTargets = 100
    /// How often an object may be changed by others meanwhile.
    private static let maximumAttempts = 8

    static func isAsked(_ head: HTTPRequestHead) -> Bool {
        head.method == "POST" && head.target.hasPrefix("/calendars/") && AttachmentQuery.isIn(target: head.target)
    }

    /// What is too large is not sent first.
    static func refusal(of head: HTTPRequestHead, limit: Int) -> Reply? {
        guard isAsked(head), let length = head.headers.first("content-length").flatMap({ Int($0) }), length > limit,
            head.headers.first("content-encoding") == nil else { return nil }
        return tooLarge(limit)
    }

    static func respond(_ exchange: Exchange, _ query: AttachmentQuery) throws -> HTTPResponse {
        var source = try exchange.read { tx in try Source(tx, exchange) }
        let request = try Request(query)
        let replaced = try request.action == .update
            ? exchange.read { tx in try Attachments.find(tx, managedID: request.managedID) } : nil
        let incoming = try request.action == .remove ? nil : IncomingAttachment(exchange, replacing: replaced)
        do {
            try store(&source, request, incoming, exchange)
        } catch {
            // After any other failure it may be stored all the same, and its file is left to `UnusedFiles`.
            if error is Reply || error is StoreRefusal { incoming?.discard(exchange) }
            throw error
        }
        return try response(exchange, request, incoming)
    }

    /// Throws `Reply` where it is not stored; after another failure that is not known.
    private static func store(
        _ source: inout Source, _ request: Request, _ incoming: IncomingAttachment?, _ exchange: Exchange
    ) throws {
        for _ in 0..<maximumAttempts {
            let object = try changed(source, request, incoming, exchange)
            let next = try exchange.write { tx -> Source? in
                let current = try Source(tx.read, exchange)
                if current.member.blobID != source.member.blobID { return current }
                try put(tx, object, incoming, current, exchange)
                return nil
            }
            guard let next else { return }
            source = next
        }
        throw Reply(.serviceUnavailable, "Others change the object all the time.", headers: [("Retry-After", "1")])
    }

    /// The object as it is.
    private struct Source {
        let location: Location
        let collection: Collection
        let member: Member
        let body: Blobs.Body

        /// Throws `Reply` where there is none, or where it may not be changed.
        init(_ tx: borrowing ReadTransaction, _ exchange: Exchange) throws {
            location = try exchange.find(tx).location
            guard let parent = location.parent, parent.kind == .calendar, let member = location.member else {
                throw Reply(.methodNotAllowed, "Attachments are a calendar object's.")
            }
            // RFC 8607 §3.12.2: who may change the object may.
            try WriteGuard.check(location, .content)
            try Conditional.check(tx, exchange, location)
            try LockGuard.check(tx, exchange, location, .content)
            (collection, self.member) = (parent, member)
            body = try Blobs.read(tx, member.blobID)
        }
    }

    /// What is wanted, by the rules of RFC 8607 §3.11.
    private struct Request {
        let action: AttachmentQuery.Action
        let managedID: String
        let targets: [AttachmentTarget]?

        init(_ query: AttachmentQuery) throws {
            guard let action = query.action else {
                throw Reply(.forbidden, condition: .caldav(.validAction), "action is attachment-add, -update or -remove.")
            }
            self.action = action
            guard (query.managedID == nil) == (action == .add), query.managedID?.isEmpty != true else {
                throw Reply(
                    .forbidden, condition: .caldav(.validManagedId), "managed-id stands with an update and a removal.")
            }
            managedID = query.managedID ?? ""
            targets = try query.recurrenceIDs.map { text in
                guard action != .update, let targets = AttachmentTarget.list(text), targets.count <= maximumTargets else {
                    throw Reply(
                        .forbidden, condition: .caldav(.validRid), "rid is M and recurrence ids, and not of an update.")
                }
                return targets
            }
        }
    }

    private static func changed(
        _ source: Source, _ request: Request, _ incoming: IncomingAttachment?, _ exchange: Exchange
    ) throws -> CalendarContent {
        let configuration = exchange.server.configuration
        let object: CalendarObjectResource
        do {
            object = try CalendarObjectResource.validate(exchange.server.files.bytes(of: source.body))
        } catch {
            throw Reply(.conflict, "The object cannot be read.")
        }
        // RFC 5545 §3.6: others have no ATTACH.
        guard object.kind.canRecur else {
            throw Reply(.forbidden, condition: .caldav(.supportedCalendarComponent), "It cannot have attachments.")
        }
        let ids = object.managedIDs(limit: Attachments.maximumReferences)
        let change: AttachmentEdit.Change
        switch (request.action, incoming) {
        case (.add, let incoming?):
            if ids.count >= configuration.maximumAttachments {
                throw AttachmentReferences.tooMany(configuration.maximumAttachments)
            }
            change = .add(try incoming.property(for: exchange.head))
        case (.update, let incoming?):
            guard ids.contains(request.managedID) else { throw Reply(AttachmentEdit.Refusal.noAttachment) }
            change = .update(managedID: request.managedID, try incoming.property(for: exchange.head))
        default: change = .remove(managedID: request.managedID)
        }
        // Of one object no more than of a query.
        var budget = StepBudget(max(1, configuration.maximumRecurrenceSteps / 50))
        let bytes: [UInt8]
        do throws(AttachmentEdit.Refusal) {
            bytes = try AttachmentEdit(change, of: request.targets).apply(
                to: object, database: exchange.server.timeZones, maximumSize: configuration.maximumCalendarObjectSize,
                budget: &budget)
        } catch {
            throw Reply(error)
        }
        return try CalendarContent(
            bytes, maximumSize: configuration.maximumCalendarObjectSize, timeZones: exchange.server.timeZones)
    }

    private static func put(
        _ tx: borrowing WriteTransaction, _ object: CalendarContent, _ incoming: IncomingAttachment?, _ source: Source,
        _ exchange: Exchange
    ) throws {
        if let incoming {
            try Attachments.add(
                tx, managedID: incoming.managedID, filename: incoming.filename, content: incoming.content,
                in: source.collection, now: exchange.now)
        }
        do {
            // RFC 8607 §3.12.1: attachments count to the quota of whose calendar it is.
            try Members.put(
                tx, in: source.collection, name: source.member.name, existing: source.member, content: object.content,
                now: exchange.now)
        } catch let refusal as StoreRefusal {
            throw Reply(refusal, in: .calendar, at: source.location.href.parent)
        }
    }

    private static func response(
        _ exchange: Exchange, _ request: Request, _ incoming: IncomingAttachment?
    ) throws -> HTTPResponse {
        var headers: [(name: String, value: String)] = []
        if let incoming {
            // RFC 8607 §5.1.
            headers.append(("Cal-Managed-ID", incoming.managedID))
            let url = try AttachmentURL.text(managedID: incoming.managedID, filename: incoming.filename, for: exchange.head)
            headers.append(("Location", url))
        }
        // An ETag goes with the object's bytes only: without them the client does not have what it names (RFC 4791 §5.3.4).
        if exchange.preferences.isRepresentation,
            var answer = try Get.representation(exchange, status: request.action == .add ? .created : .ok) {
            answer.headers += headers
            return answer
        }
        return HTTPResponse(status: request.action == .add ? 201 : 204, headers: headers)
    }

    static func tooLarge(_ limit: Int) -> Reply {
        Reply(.forbidden, condition: .caldav(.maxAttachmentSize), "An attachment may have up to \(limit) bytes.")
    }
}
