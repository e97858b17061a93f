import CollectionStore
import DAVGrammar
import Database
import HTTPServer
import XML

/// RFC 9110 §13 and RFC 4918 §10.4: the conditions under which a client wants its request to be done.
enum Conditional {
    /// Judges If-Match, If-Unmodified-Since, If-None-Match and If against what is at the location now. Throws `Reply` 412,
    /// or 304 for a GET or HEAD whose client has what is here.
    ///
    /// - Parameter form: the representation that a GET chose, where it is not the stored one.
    static func check(
        _ tx: borrowing ReadTransaction, _ exchange: Exchange, _ location: Location, form: Representation? = nil
    ) throws {
        let headers = exchange.head.headers
        let isReading = exchange.head.method == "GET" || exchange.head.method == "HEAD"
        // Who reads has the form that is asked for; who writes may have seen another one of the same object.
        let etags = location.member.map { isReading ? [form?.tag(of: $0) ?? $0.etag] : Representation.tags(of: $0) } ?? []
        let exists = location.resource != nil

        if let text = headers.joined("if-match") {
            guard EntityTagCondition(text).matches(etags, exists: exists) else {
                throw Reply(.preconditionFailed, "If-Match: it is not what you have.")
            }
        } else if let since = headers.first("if-unmodified-since").flatMap({ HTTPDate.parse($0) }),
            let modified = location.member?.modified, modified / 1000 > since {
            throw Reply(.preconditionFailed, "If-Unmodified-Since: it was modified.")
        }
        if let text = headers.joined("if-none-match") {
            if EntityTagCondition(text).matches(etags, exists: exists) {
                if isReading { throw notModified(location, form) }
                throw Reply(.preconditionFailed, "If-None-Match: there is something already.")
            }
        } else if isReading, let since = headers.first("if-modified-since").flatMap({ HTTPDate.parse($0) }),
            let member = location.member, member.modified / 1000 <= since,
            // RFC 9110 §8.8.2: no date tells when the asker's own alarms changed.
            location.parent.map(exchange.locator.keepsOwnAlarms) != true {
            throw notModified(location, form)
        }
        if let text = headers.joined("if") { try checkIf(tx, exchange, location, text) }
    }

    /// RFC 9110 §15.4.5: with the fields that the whole answer would have had for caches.
    private static func notModified(_ location: Location, _ form: Representation?) -> Reply {
        guard let member = location.member else { return Reply(.notModified) }
        var headers = [("ETag", form.map { "W/\"\($0.tag(of: member))\"" } ?? "\"\(member.etag)\"")]
        if let kind = location.parent?.kind, Representation.hasSeveral(in: kind) { headers.append(("Vary", Representation.vary(in: kind))) }
        return Reply(.notModified, headers: headers)
    }

    private static func checkIf(
        _ tx: borrowing ReadTransaction, _ exchange: Exchange, _ location: Location, _ text: String
    ) throws {
        let header: IfHeader
        do { header = try IfHeader.parse([UInt8](text.utf8)) } catch { throw Reply(.badRequest, "If: \(error)") }
        var states: [String: ResourceState] = [:]
        states[""] = try state(tx, exchange, location)
        for tag in header.resourceTags {
            // A tag that leads nowhere, or where the asker may not look, is a resource without state.
            guard let path = try? RequestPath(tag) else { continue }
            let tagged = try? exchange.locator.locate(tx, path.segments)
            states[tag] = try tagged.map { try state(tx, exchange, $0) } ?? ResourceState()
        }
        let holds = header.holds(
            etag: { states[$0 ?? ""]?.etag }, isLocked: { token, tag in states[tag ?? ""]?.tokens.contains(token) ?? false })
        if !holds { throw Reply(.preconditionFailed, "If: no list of it holds.") }
    }

    private struct ResourceState {
        var etag: String?
        var tokens: Set<String> = []
    }

    private static func state(
        _ tx: borrowing ReadTransaction, _ exchange: Exchange, _ location: Location
    ) throws -> ResourceState {
        let locks = try LockScope.covering(tx, location, now: exchange.now)
        var tokens = Set(locks.map(\.token))
        // RFC 6578 §5: a collection's sync token can stand as a state token.
        if let collection = location.collection { tokens.insert(exchange.syncToken(of: collection, location.access).uri) }
        return ResourceState(etag: location.member?.etag, tokens: tokens)
    }
}
