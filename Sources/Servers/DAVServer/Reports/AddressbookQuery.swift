import CollectionStore
import Contacts
import ContentLines
import DAVGrammar
import Database
import HTTPServer
import VCard
import XML

/// RFC 6352 §8.6.
enum AddressbookQuery {
    static func respond(_ exchange: Exchange, _ request: AddressbookQueryRequest) throws -> HTTPResponse {
        let work = QueryWork(exchange.server.configuration, limit: request.limit)
        let rows = Rows(exchange, request.properties, work: work)
        let evaluator = CardFilterEvaluator(request.filter)
        let files = exchange.server.files
        func isWanted(_ tx: borrowing ReadTransaction, _ member: borrowing MemberView) throws -> Bool {
            if work.isCut { return false }
            if request.filter.properties.isEmpty { return true }
            let bytes = try ObjectData.bytes(tx, member, files)
            try work.spend(1 + (bytes.count >> 10) * request.filter.properties.count)
            guard let document = try? VCardDocument.parse(bytes),
                let card = document.cards.first else { return false }
            return evaluator.matches(card)
        }
        return try exchange.read { tx in
            Locks.foresee(tx)
            let scope = try QueryScope(tx, exchange, kind: .book)
            if scope.places.contains(where: \.collection.isSearchOnly) {
                // RFC 6352 §8.6.1: what asks for nothing in particular would list it.
                let maximum = exchange.server.configuration.maximumDirectoryRows
                work.lowerLimit(to: request.filter.properties.isEmpty ? 0 : maximum)
            }
            var parts: [any MultistatusSource.Part] = []
            let texts = request.filter.requiredSubstrings.map { SearchTextQuery.Needles(clauses: $0.clauses) }
            for place in scope.places {
                if let name = place.name {
                    parts.append(NamedMembers(
                        rows, in: place.collection, place.access, href: place.href,
                        candidates: [.init(name: name, isCertain: false)], isWanted: isWanted))
                } else if let texts {
                    parts.append(NamedMembers(
                        rows, in: place.collection, place.access, href: place.href,
                        source: NamedMembers.source(in: place.collection.id, matching: texts), isWanted: isWanted))
                } else {
                    parts.append(MemberListing(
                        rows, in: place.collection, place.access, href: place.href, isWanted: isWanted))
                }
            }
            parts.append(work.note(at: scope.href))
            return try MultistatusSource.response(tx, exchange, parts: parts, headers: exchange.appliedPreferences)
        }
    }
}
