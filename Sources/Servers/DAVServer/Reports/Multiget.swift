import CollectionStore
import DAVGrammar
import Database
import Directory
import HTTPServer
import XML

/// RFC 4791 §7.9 and RFC 6352 §8.7: a row for each href, in their order.
enum Multiget {
    static func respond(_ exchange: Exchange, _ request: MultigetRequest, kind: CollectionKind) throws -> HTTPResponse {
        let maximum = exchange.server.configuration.maximumHrefs
        if request.hrefs.count > maximum {
            throw Reply(.forbidden, condition: .dav(.numberOfMatchesWithinLimits), "A multiget may have \(maximum) hrefs.")
        }
        try exchange.read { tx in _ = try exchange.find(tx) }
        let rows = Rows(
            exchange: exchange,
            selection: try PropertySelection(request.properties, omitsMissing: exchange.preferences.isMinimal))
        return try MultistatusSource.response(
            exchange, parts: [HrefRows(rows, hrefs: request.hrefs, kind: kind)], headers: exchange.appliedPreferences)
    }
}

/// The rows of objects that a client named.
final class HrefRows: MultistatusSource.Part {
    private let rows: Rows
    private let kind: CollectionKind
    private var hrefs: ArraySlice<[UInt8]>
    /// The collection of the href before: mostly all are of one.
    private var place: (path: [String], location: Location, scope: MemberScope)?

    init(_ rows: Rows, hrefs: [[UInt8]], kind: CollectionKind) {
        self.rows = rows
        self.hrefs = hrefs[...]
        self.kind = kind
    }

    func write(_ tx: borrowing ReadTransaction, to out: inout XMLWriter, limit: Int) throws -> Bool {
        place = nil
        while let href = hrefs.first {
            if out.count >= limit { return false }
            hrefs.removeFirst()
            guard let found = try find(tx, href) else {
                out.open(.dav(.response))
                out.open(.dav(.href))
                out.text(href)
                out.close(.dav(.href))
                out.status(.notFound)
                out.close(.dav(.response))
                continue
            }
            try rows.write(tx, found.member, found.scope, href: found.scope.href.member(found.member.name), to: &out)
        }
        return true
    }

    /// Nil where there is no such object, or it is not the asker's to see, or it is not of the report's kind.
    private func find(_ tx: borrowing ReadTransaction, _ href: [UInt8]) throws -> (member: Member, scope: MemberScope)? {
        guard let path = try? RequestPath(String(decoding: href, as: UTF8.self)), let name = path.segments.last else { return nil }
        let parentPath = path.segments.dropLast()
        if place.map({ !$0.path.elementsEqual(parentPath) { $0.utf8.elementsEqual($1.utf8) } }) ?? true {
            guard let location = try? rows.exchange.locator.locate(tx, Array(parentPath)), let owner = location.owner,
                let collection = location.collection, collection.kind == kind else { return nil }
            place = (Array(parentPath), location, try rows.scope(tx, collection, owner: owner, href: location.href))
        }
        guard let scope = place?.scope, let member = try Members.find(tx, in: scope.collection.id, name: name) else { return nil }
        return (member, scope)
    }
}
