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
        return try exchange.read { tx in
            Locks.foresee(tx)
            let location = try exchange.find(tx).location
            // RFC 4791 §7.9, RFC 6352 §8.7: of a calendar or book, its home, or an object in it.
            guard let place = location.member == nil ? location.collection : location.parent,
                place.kind == kind || place.kind.childKinds.contains(kind) else {
                throw Reply(.forbidden, condition: .dav(.supportedReport), "This report is not for what is here.")
            }
            let rows = Rows(exchange, request.properties)
            return try MultistatusSource.response(
                tx, exchange, parts: [HrefRows(rows, hrefs: request.hrefs, kind: kind, at: location)], headers: exchange.appliedPreferences)
        }
    }
}

/// The rows of objects that a client named.
final class HrefRows: MultistatusSource.Part {
    private let rows: Rows
    private let kind: CollectionKind
    private var hrefs: ArraySlice<[UInt8]>
    /// The collection of the href before, and how that began: mostly all are of one.
    private var place: (prefix: ArraySlice<UInt8>, scope: MemberScope)?
    private var ahead: MembersAhead?
    /// What the request is for, in this transaction: mostly what the hrefs are in.
    private var known: Location?

    init(_ rows: Rows, hrefs: [[UInt8]], kind: CollectionKind, at location: Location) {
        known = location.collection == nil ? nil : location
        self.rows = rows
        self.hrefs = hrefs[...]
        self.kind = kind
    }

    func write(_ tx: borrowing ReadTransaction, to out: inout XMLWriter, limit: Int) throws -> Bool {
        (place, ahead) = (nil, nil)
        defer { known = nil }
        while let href = hrefs.first {
            if out.count >= limit { return false }
            hrefs.removeFirst()
            guard try write(tx, href, to: &out) else {
                out.open(.dav(.response))
                out.open(.dav(.href))
                out.text(href)
                out.close(.dav(.href))
                out.status(.notFound)
                out.close(.dav(.response))
                continue
            }
        }
        return true
    }

    /// Writes the row of an object; false where there is none, or it is not the asker's to see, or not of the report's kind.
    private func write(_ tx: borrowing ReadTransaction, _ href: [UInt8], to out: inout XMLWriter) throws -> Bool {
        guard let (scope, name) = try find(tx, href) else { return false }
        let rows = rows
        let visibility = rows.exchange.visibility(of: scope.collection, scope.access)
        let collection = scope.collection.id
        if tx.isRemote, !(ahead?.covers(name, in: collection) ?? false) { ahead = try readAhead(tx, name, in: collection) }
        return try Members.with(tx, in: collection, name: name, ahead: ahead, shownBy: visibility) { member in
            try rows.write(tx, member, scope, hasDeadProperties: scope.hasDeadProperties, to: &out)
        }
    }

    /// The member with those that are named next.
    private func readAhead(_ tx: borrowing ReadTransaction, _ name: String, in collection: CollectionID) throws -> MembersAhead {
        var names = [name]
        for href in hrefs.prefix(MembersAhead.limit - 1) {
            guard let place, href.starts(with: place.prefix) else { break }
            if let name = try? RequestPath.lastSegment(href[place.prefix.count...]) { names.append(name) }
        }
        return try MembersAhead(tx, in: collection, names, withBytes: rows.form.isAskedFor)
    }

    /// The collection that an href leads into, and the name in it.
    private func find(_ tx: borrowing ReadTransaction, _ href: [UInt8]) throws -> (scope: MemberScope, name: String)? {
        let start = href.lastIndex(of: 0x2F).map { $0 + 1 } ?? 0
        // What stands behind the same beginning is in the same collection, where it is one plain segment.
        if let place, place.prefix.elementsEqual(href[..<start]), let name = try? RequestPath.lastSegment(href[start...]) {
            return (place.scope, name)
        }
        guard let path = try? RequestPath(String(decoding: href, as: UTF8.self)), let name = path.segments.last,
            let location = try locate(tx, path.segments.dropLast()),
            let collection = location.collection, collection.kind == kind else { return nil }
        let scope = try rows.scope(tx, collection, location.access, href: location.href)
        // Only where the last slash is the one before the name.
        if !path.hasTrailingSlash && path.query == nil { place = (href[..<start], scope) }
        return (scope, name)
    }

    /// Nil where there is nothing, or nothing for the asker. Any other failure is one of the whole answer.
    private func locate(_ tx: borrowing ReadTransaction, _ path: [String]) throws -> Location? {
        if let known, path == rows.exchange.path.segments { return known }
        do {
            return try rows.exchange.locator.locate(tx, path)
        } catch is Reply {
            return nil
        }
    }
}
