import CollectionStore
import DAVGrammar
import Database
import Directory
import HTTPServer
import XML

/// RFC 3253 §3.8: properties whose hrefs are replaced by what they lead to, in nested steps.
enum ExpandProperty {
    /// How deep a request may nest, and how many rows an answer may have: each href costs a look-up.
    private static let maximumDepth = 5
    private static let maximumRows = 1000

    static func respond(_ exchange: Exchange, _ request: ExpandPropertyRequest) throws -> HTTPResponse {
        let location = try exchange.read { tx in try exchange.find(tx).location }
        guard let resource = location.resource else { throw Reply(.notFound) }
        let href = location.href
        return try MultistatusSource.response(exchange, parts: [FixedRows { tx, out in
            var budget = maximumRows
            try write(tx, exchange, resource, location.access, href: href, request.properties, depth: 0, budget: &budget, to: &out)
        }])
    }

    private static func write(
        _ tx: borrowing ReadTransaction, _ exchange: Exchange, _ resource: Resource, _ access: Access, href: Href,
        _ properties: [ExpandPropertyRequest.Property], depth: Int, budget: inout Int, to out: inout XMLWriter
    ) throws {
        budget -= 1
        guard budget > 0, depth < maximumDepth else {
            throw Reply(.forbidden, condition: .dav(.numberOfMatchesWithinLimits), "The report nests too deep.")
        }
        out.open(.dav(.response))
        out.href(href)
        var missing: [XMLName] = []
        out.open(.dav(.propstat))
        out.open(.dav(.prop))
        for property in properties {
            guard let value = try self.value(tx, exchange, resource, access, href: href, property.name) else {
                missing.append(property.name)
                continue
            }
            guard !property.properties.isEmpty else {
                out.raw(value)
                continue
            }
            out.open(property.name)
            for target in try hrefs(in: value) {
                guard let path = try? RequestPath(target), let place = try? exchange.locator.locate(tx, path.segments),
                    let next = place.resource, try exchange.isShown(tx, place) else { continue }
                try write(tx, exchange, next, place.access, href: place.href, property.properties, depth: depth + 1,
                          budget: &budget, to: &out)
            }
            out.close(property.name)
        }
        out.close(.dav(.prop))
        out.status(.ok)
        out.close(.dav(.propstat))
        if !missing.isEmpty, !exchange.preferences.isMinimal {
            out.open(.dav(.propstat))
            out.open(.dav(.prop))
            for name in missing { out.empty(name) }
            out.close(.dav(.prop))
            out.status(.notFound)
            out.close(.dav(.propstat))
        }
        out.close(.dav(.response))
    }

    /// The property's whole element as it stands in a multistatus of ours; nil where the resource does not have it.
    private static func value(
        _ tx: borrowing ReadTransaction, _ exchange: Exchange, _ resource: Resource, _ access: Access, href: Href, _ name: XMLName
    ) throws -> [UInt8]? {
        var row = XMLWriter()
        try Rows(exchange, .named([.init(name: name)])).write(tx, resource, access, href: href, to: &row)
        var document = XMLWriter()
        document.openRoot(.dav(.multistatus))
        document.raw(row.bytes)
        document.close(.dav(.multistatus))
        let root = try XMLDocument.parse(document.bytes, limits: XMLLimits()).root
        let prop = root.firstChild(named: .dav(.response))?.firstChild(named: .dav(.propstat))?.firstChild(named: .dav(.prop))
        return prop?.firstChild(named: name)?.standaloneBytes
    }

    private static func hrefs(in value: [UInt8]) throws -> [String] {
        try XMLDocument.parse(value, limits: XMLLimits()).root.children.filter { $0.name == .dav(.href) }
            .map { String(decoding: $0.trimmedText, as: UTF8.self) }
    }
}
