import Bytes
import CollectionStore
import DAVGrammar
import Database
import HTTPServer

/// RFC 9110 §9.3.1 and §9.3.2. The HTTP server leaves the body out for HEAD.
enum Get {
    /// Objects up to so many bytes are read at once.
    private static let shortObject = 64 << 10

    static func respond(_ exchange: Exchange) throws -> HTTPResponse {
        let (location, seen, body, form) = try exchange.read { tx -> (Location, Member?, Blobs.Body?, Representation?) in
            let (location, _) = try exchange.find(tx, withBytes: exchange.head.method == "GET" && !asksForChange(exchange))
            guard let member = location.member, let parent = location.parent else {
                try Conditional.check(tx, exchange, location)
                return (location, nil, nil, nil)
            }
            let form = try wantedForm(tx, exchange, member, in: parent)
            try Conditional.check(tx, exchange, location, form: form)
            if form != nil { return (location, member, nil, form) }
            if member.form != .stored || member.size > shortObject { try exchange.takesLong() }
            let (seen, body) = try ObjectData.body(tx, member, exchange.server.files, stored: location.storedBody)
            return (location, seen, body, nil)
        }
        if let member = seen, let parent = location.parent {
            return try self.response(exchange, member, in: parent.kind, body, form)
        }
        try exchange.takesLong()
        if let collection = location.collection {
            switch collection.kind {
            case .book where collection.isSearchOnly: throw Reply(.forbidden, "This book can only be searched.")
            case .calendar, .book: return try CollectionExport.response(exchange, collection, location.access)
            case .calendarHome, .bookHome, .fileHome, .folder, .notifications: break
            }
        }
        return try Listing.response(exchange, location)
    }

    /// Whether the client has it already, and wants to know only whether it is the same still.
    private static func asksForChange(_ exchange: Exchange) -> Bool {
        exchange.head.headers.first("if-none-match") != nil || exchange.head.headers.first("if-modified-since") != nil
    }

    /// What is at the request's URL now, as the body of an answer to a change (RFC 8144 §3); nil where there is no object.
    ///
    /// - Parameter place: where the change was made, if not there.
    static func representation(
        _ exchange: Exchange, status: HTTPStatus, at place: (segments: [String], url: String)? = nil
    ) throws -> HTTPResponse? {
        let found = try exchange.read { tx -> (Member, Collection, Blobs.Body)? in
            let location = if let place { try exchange.locator.locate(tx, place.segments) } else { try exchange.locate(tx) }
            guard let member = location.member, let parent = location.parent, try exchange.isShown(tx, location) else { return nil }
            let (seen, body) = try ObjectData.body(tx, member, exchange.server.files)
            return (seen, parent, body)
        }
        guard let (member, parent, body) = found else { return nil }
        let (accept, zones) = (Accept(exchange.head.headers.joined("accept")), TimeZonesWanted(exchange.head.headers))
        let form = Representation.hasSeveral(in: parent.kind) && Representation.isPossible(in: parent.kind, accept: accept, zones: zones)
            ? Representation(
                of: try exchange.server.files.bytes(of: body), in: parent.kind, accept: accept, zones: zones, exchange.server.timeZones) : nil
        let headers: [(name: String, value: String)] = [
            ("Content-Type", form?.contentType ?? ContentType.of(member, in: parent.kind)),
            ("ETag", form.map { "W/\"\($0.tag(of: member))\"" } ?? "\"\(member.etag)\""),
            ("Content-Location", place?.url ?? exchange.path.text), ("Preference-Applied", "return=representation"),
            ("Vary", Representation.hasSeveral(in: parent.kind) ? "Prefer, " + Representation.vary(in: parent.kind) : "Prefer"),
        ]
        return HTTPResponse(
            status: status.rawValue, headers: headers,
            body: try form.map { .bytes($0.bytes) } ?? part(exchange, body, 0..<member.size), isCompressible: true)
    }

    /// The form that the client wants more than the stored one.
    private static func wantedForm(
        _ tx: borrowing ReadTransaction, _ exchange: Exchange, _ member: Member, in collection: Collection
    ) throws -> Representation? {
        guard Representation.hasSeveral(in: collection.kind) else { return nil }
        let (accept, zones) = (Accept(exchange.head.headers.joined("accept")), TimeZonesWanted(exchange.head.headers))
        guard Representation.isPossible(in: collection.kind, accept: accept, zones: zones) else { return nil }
        try exchange.takesLong()
        let bytes = try exchange.server.files.bytes(of: ObjectData.body(tx, member, exchange.server.files).body)
        return Representation(of: bytes, in: collection.kind, accept: accept, zones: zones, exchange.server.timeZones)
    }

    /// The member's bytes as a collection of this kind gives them, or the range of them that is asked for; `form` instead of
    /// the stored bytes.
    static func response(
        _ exchange: Exchange, _ member: Member, in kind: CollectionKind, _ body: Blobs.Body?, _ form: Representation? = nil
    ) throws -> HTTPResponse {
        var headers: [(name: String, value: String)] = [
            ("Content-Type", ContentType.of(member, in: kind)),
            ("ETag", "\"\(member.etag)\""),
            ("Last-Modified", HTTPDate.format(seconds: member.modified / 1000)),
            // What others put there must not run in a browser under this server's name.
            ("Content-Security-Policy", "sandbox; default-src 'none'"),
            ("X-Content-Type-Options", "nosniff"),
        ]
        let isFile = !Representation.hasSeveral(in: kind)
        if !isFile { headers.append(("Vary", Representation.vary(in: kind))) }
        if let form {
            if let type = form.contentType { headers[0].value = type }
            headers[1].value = "W/\"\(form.tag(of: member))\""
            return HTTPResponse(status: 200, headers: headers, body: .bytes(form.bytes), isCompressible: true)
        }
        guard let body else { throw Failure(.serverBug, "an object without a body") }
        if isFile { headers.append(("Accept-Ranges", "bytes")) }
        if isFile, let range = try range(exchange, member) {
            headers.append(("Content-Range", "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(member.size)"))
            return HTTPResponse(status: 206, headers: headers, body: try part(exchange, body, range))
        }
        return HTTPResponse(
            status: 200, headers: headers, body: try part(exchange, body, 0..<member.size), isCompressible: !isFile)
    }

    private static func part(_ exchange: Exchange, _ body: Blobs.Body, _ range: Range<Int>) throws -> HTTPResponseBody {
        switch body {
        case .bytes(let bytes):
            guard range.upperBound <= bytes.count else { throw Failure(.damaged, "a blob is shorter than its member says") }
            return .bytes(range.count == bytes.count ? bytes : [UInt8](bytes[range]))
        case .file(let name):
            return .file(path: try exchange.server.files.path(of: name), offset: range.lowerBound, count: range.count)
        }
    }

    /// RFC 9110 §14.2: the one range that is asked for; several at once, and what is not understood, are answered with the
    /// whole. Throws `Reply` 416 for a range that is not there.
    private static func range(_ exchange: Exchange, _ member: Member) throws -> Range<Int>? {
        // RFC 9110 §14.2: on any other method it means nothing.
        guard exchange.head.method == "GET", let header = exchange.head.headers.first("range") else { return nil }
        if let condition = exchange.head.headers.first("if-range") {
            // RFC 9110 §13.1.5: by a strong comparison.
            guard condition == "\"\(member.etag)\"" || HTTPDate.parse(condition) == member.modified / 1000 else { return nil }
        }
        guard let ranges = ByteRanges(header), ranges.count == 1 else { return nil }
        guard let range = ranges.resolve(size: member.size).first else {
            throw Reply(.rangeNotSatisfiable, headers: [("Content-Range", "bytes */\(member.size)")])
        }
        return range
    }
}
