import Bytes
import CollectionStore
import ContentLines
import DAVGrammar
import Database
import Directory
import HTTPServer
import VCard
import XML

/// RFC 6352 §8.6.
enum AddressbookQuery {
    static func respond(_ exchange: Exchange, _ request: AddressbookQueryRequest) throws -> HTTPResponse {
        for filter in request.filters { try LineMatcher.check(filter, unsupported: .carddav(.supportedCollation)) }
        let location = try exchange.read { tx in try exchange.find(tx).location }
        guard let collection = location.collection, let owner = location.owner else {
            throw Reply(.forbidden, condition: .dav(.supportedReport), "Only address books can be queried.")
        }
        let rows = Rows(
            exchange: exchange, selection: try PropertySelection(request.properties, omitsMissing: exchange.preferences.isMinimal))
        // RFC 6352 §8.6.2: a limit that is reached is told.
        let count = MatchCount(limit: request.limit)
        let files = exchange.server.files
        var parts = try QueryParts.of(exchange, collection, kind: .book, owner: owner, href: location.href, rows: rows) { tx, member in
            if count.isExceeded { return false }
            if !request.filters.isEmpty {
                let bytes = switch try Blobs.read(tx, member.blobID) {
                case .bytes(let bytes): bytes
                case .file(let name): try files.open(name).readAll()
                }
                guard let document = try? VCardDocument.parse(bytes), let card = Array(document.cards).first,
                    matches(card, request) else { return false }
            }
            return count.take()
        }
        let href = location.href
        parts.append(FixedRows { _, out in
            guard count.isExceeded else { return }
            Rows.write(.insufficientStorage, href: href,
                       condition: Reply(.insufficientStorage, condition: .dav(.numberOfMatchesWithinLimits)), to: &out)
        })
        return try MultistatusSource.response(exchange, parts: parts, headers: exchange.appliedPreferences)
    }

    private static func matches(_ card: Component, _ request: AddressbookQueryRequest) -> Bool {
        let tests = request.filters.lazy.map { LineMatcher.matches(Array(card.properties(named: [UInt8]($0.name.utf8))), $0) }
        return request.isAnyOf ? tests.contains(true) : tests.allSatisfy { $0 }
    }

    /// How many objects were found. Used by one answer, on one thread at a time.
    private final class MatchCount {
        private let limit: Int?
        private var count = 0
        private(set) var isExceeded = false

        init(limit: Int?) { self.limit = limit }

        /// False where there is no room for one more.
        func take() -> Bool {
            if let limit, count >= limit {
                isExceeded = true
                return false
            }
            count += 1
            return true
        }
    }
}
