import Database
import IMAPGrammar
import Mail
import MIME

/// URLFETCH (RFC 4467 §7, RFC 5524): one URL after the other, in one response.
final class URLFetchRun: RunningCommand {
    private let requests: [URLFetchRequest]
    private var next = 0
    private var literal: FetchLiteral?
    /// Whether what is written stands in a parenthesis.
    private var isInContent = false
    private var hasBegun = false

    init(_ requests: [URLFetchRequest]) { self.requests = requests }

    /// All of the response is one line.
    var isInLiteral: Bool { hasBegun }

    func step(_ session: Session) throws -> Completion? {
        if !hasBegun { session.out.beginURLFetch() }
        hasBegun = true
        let limit = Session.pieceSize
        try session.database.read { tx in
            while session.out.bytes.count < limit, literal != nil || next < requests.count {
                if var current = literal {
                    literal = try current.write(tx, session, limit) ? nil : current
                } else {
                    let request = requests[next]
                    next += 1
                    literal = try begin(tx, session, request)
                }
                if literal == nil, isInContent {
                    session.out.endURLContent()
                    isInContent = false
                }
            }
        }
        guard next == requests.count, literal == nil else { return nil }
        session.out.endURLFetch()
        hasBegun = false
        return .ok(nil, "done")
    }

    /// Writes what stands before a URL's content.
    private func begin(_ tx: borrowing ReadTransaction, _ session: Session, _ request: URLFetchRequest) throws -> FetchLiteral? {
        let found = try session.authorizedPart(tx, request.url)
        guard let part = found, let wanted = request.parameters else {
            session.out.urlFetched(request.url, size: found?.size)
            return found.map { FetchLiteral(content: $0.content, ranges: $0.ranges) }
        }
        let decoded = wanted.contains(.binary) ? try session.decoded(tx, part) : nil
        session.out.urlFetched(request.url)
        if wanted.contains(.structure), let structure = part.structure(decoded) { session.out.urlStructure(structure) }
        if wanted.isDisjoint(with: [.body, .binary]) { return nil }
        isInContent = true
        guard wanted.contains(.binary), part.encoding != nil else {
            session.out.urlContent(isBinary: wanted.contains(.binary), size: part.size, hasNUL: false)
            return FetchLiteral(content: part.content, ranges: part.ranges)
        }
        session.out.urlContent(isBinary: true, size: decoded?.size, hasNUL: decoded?.hasNUL ?? false)
        guard let encoding = part.encoding, let decoded else { return nil }
        var literal = FetchLiteral(content: part.content, ranges: part.ranges)
        literal.decoding = .init(decoder: TransferDecoder(encoding), skipped: 0, remaining: decoded.size)
        return literal
    }
}

/// What a part has when its encoding is undone.
struct DecodedPart {
    var size: UInt64 = 0
    var lineCount: UInt64 = 0
    var hasNUL = false
    var isEightBit = false

    fileprivate mutating func add(_ bytes: [UInt8]) {
        size += UInt64(bytes.count)
        for byte in bytes {
            if byte == 0x0A { lineCount += 1 }
            if byte == 0 { hasNUL = true }
            if byte >= 0x80 { isEightBit = true }
        }
    }
}

extension Session {
    /// Nil where its encoding is not known, or it has none that could be undone.
    fileprivate func decoded(_ tx: borrowing ReadTransaction, _ part: ReferredPart) throws -> DecodedPart? {
        guard let encoding = part.encoding else { return nil }
        if case .unknown = encoding { return nil }
        var decoder = TransferDecoder(encoding)
        var result = DecodedPart()
        var decoded: [UInt8] = []
        for range in part.ranges where !range.isEmpty {
            try store.forEachPiece(tx, of: part.content, range) { piece in
                decoder.feed(piece, into: &decoded)
                result.add(decoded)
                decoded.removeAll(keepingCapacity: true)
            }
        }
        decoder.finish(into: &decoded)
        result.add(decoded)
        return result
    }
}

extension Session.ReferredPart {
    var size: UInt64 { ranges.reduce(0) { $0 + UInt64($1.count) } }

    /// The transfer encoding of a whole part; nil: it is no part, and what there is of it is as it is.
    fileprivate var encoding: TransferEncoding? {
        guard let part, let message, message.parts.indices.contains(part), message.parts[part].kind == .leaf else { return nil }
        return message.transferEncoding(of: part)
    }

    /// RFC 5524 §3.2: BODYPARTSTRUCTURE; with BINARY it is of what that gives.
    fileprivate func structure(_ decoded: DecodedPart?) -> IMAPGrammar.BodyStructure? {
        guard let part, let message else { return nil }
        let structure = IMAPGrammar.BodyStructure(message.bodyStructure(of: part))
        guard let decoded, case .part(var body) = structure else { return structure }
        body.encoding = [UInt8]((decoded.hasNUL ? "BINARY" : decoded.isEightBit ? "8BIT" : "7BIT").utf8)
        body.size = decoded.size
        if case .text = body.content { body.content = .text(lines: decoded.lineCount) }
        return .part(body)
    }
}
