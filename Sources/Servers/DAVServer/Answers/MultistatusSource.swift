import CollectionStore
import DAVGrammar
import Database
import HTTPServer
import XML

/// A multistatus body that is made piece by piece: a part is asked for rows until a piece is full, then the client takes it, and the
/// part goes on from where it was, in a transaction of its own. So the memory of an answer does not grow with its rows.
///
/// `@unchecked Sendable`: the HTTP server calls `next` from one thread at a time.
final class MultistatusSource: HTTPBodySource, @unchecked Sendable {
    /// Something that writes rows.
    protocol Part: AnyObject {
        /// Writes rows until there are no more (true) or `out` has `limit` bytes (false).
        func write(_ tx: borrowing ReadTransaction, to out: inout XMLWriter, limit: Int) throws -> Bool
    }

    private let database: any Database
    private var parts: ArraySlice<any Part>
    private let syncToken: String?
    private var hasBegun = false
    private var isFinished = false

    /// How many bytes a piece has, about.
    private static let pieceSize = 128 * 1024

    init(_ database: any Database, parts: [any Part], syncToken: String? = nil) {
        self.database = database
        self.parts = parts[...]
        self.syncToken = syncToken
    }

    func next() throws -> [UInt8]? {
        if isFinished { return nil }
        return try database.read { tx in try next(tx) }
    }

    private func next(_ tx: borrowing ReadTransaction) throws -> [UInt8] {
        // The first piece is mostly all, and small.
        var out = XMLWriter(capacity: hasBegun ? Self.pieceSize + 4096 : 4096)
        if !hasBegun {
            out.raw(Self.root)
            hasBegun = true
        }
        while let part = parts.first {
            guard try part.write(tx, to: &out, limit: Self.pieceSize) else { return out.bytes }
            parts.removeFirst()
        }
        if let syncToken {
            out.open(.dav(.syncToken))
            out.text(syncToken)
            out.close(.dav(.syncToken))
        }
        out.close(.dav(.multistatus))
        isFinished = true
        return out.bytes
    }

    private static let root: [UInt8] = {
        var out = XMLWriter()
        out.openRoot(.dav(.multistatus))
        return out.bytes
    }()

    /// The answer: one run of bytes where that is all, a stream where it is long.
    static func response(
        _ exchange: Exchange, parts: [any Part], syncToken: String? = nil, headers: [(name: String, value: String)] = []
    ) throws -> HTTPResponse {
        try exchange.read { tx in
            try response(tx, exchange, parts: parts, syncToken: syncToken, headers: headers)
        }
    }

    /// The same with the first piece from a transaction that is open already.
    static func response(
        _ tx: borrowing ReadTransaction, _ exchange: Exchange, parts: [any Part], syncToken: String? = nil,
        headers: [(name: String, value: String)] = []
    ) throws -> HTTPResponse {
        let source = MultistatusSource(exchange.server.database, parts: parts, syncToken: syncToken)
        let first = try source.next(tx)
        let body: HTTPResponseBody = source.isFinished
            ? .bytes(first) : .stream(length: nil, Resumed(first: first, rest: source))
        return HTTPResponse(
            status: HTTPStatus.multiStatus.rawValue,
            headers: [("Content-Type", "application/xml; charset=utf-8"), ("DAV", Options.davHeader)] + headers, body: body,
            isCompressible: true)
    }

    /// A source whose first piece is there already. `@unchecked Sendable`: as above.
    private final class Resumed: HTTPBodySource, @unchecked Sendable {
        private var first: [UInt8]?
        private let rest: MultistatusSource

        init(first: [UInt8], rest: MultistatusSource) {
            self.first = first
            self.rest = rest
        }

        func next() throws -> [UInt8]? {
            if let first {
                self.first = nil
                return first
            }
            return try rest.next()
        }
    }
}

/// Rows that are few and known.
final class FixedRows: MultistatusSource.Part {
    private let rows: (borrowing ReadTransaction, inout XMLWriter) throws -> Void

    init(_ rows: @escaping (borrowing ReadTransaction, inout XMLWriter) throws -> Void) { self.rows = rows }

    func write(_ tx: borrowing ReadTransaction, to out: inout XMLWriter, limit: Int) throws -> Bool {
        try rows(tx, &out)
        return true
    }
}
