import CollectionStore
import DAVGrammar
import Database
import Directory
import HTTPServer
import XML

/// RFC 4918 §9.1.
enum Propfind {
    /// Homes with so many collections are listed at once.
    private static let shortListing = 64
    /// And so many properties of each.
    private static let shortRequest = 64

    static func respond(_ exchange: Exchange) throws -> HTTPResponse {
        let body = try exchange.bodyBytes()
        let request = try PropfindBody.parse(body).request
        let depth = try exchange.depth(absent: .infinity)
        return try exchange.read { tx in
            let (location, resource) = try exchange.find(tx)
            // RFC 4918 §9.1: a server may refuse to walk whole trees.
            if depth == .infinity, resource.isCollection {
                throw Reply(.forbidden, condition: .dav(.propfindFiniteDepth), "Depth is 0 or 1.")
            }
            try Conditional.check(tx, exchange, location)
            let rows = Rows(exchange, request)
            let isLong = rows.form.isAskedFor || request.properties.count > shortRequest || location.member.map { $0.form != .stored } ?? false
            if isLong { try exchange.takesLong() }
            return try response(tx, rows, location, resource, depth)
        }
    }

    private static func response(
        _ tx: borrowing ReadTransaction, _ rows: Rows, _ location: Location, _ resource: Resource, _ depth: Depth
    ) throws -> HTTPResponse {
        let exchange = rows.exchange
        let href = location.href
        var parts: [any MultistatusSource.Part] = []
        if !(depth == .one && exchange.preferences.isDepthNoRoot) {
            parts.append(FixedRows { tx, out in
                try rows.write(tx, resource, location.access, href: href, to: &out)
            })
        }
        if depth == .one { parts += try children(rows, location, resource) }
        return try MultistatusSource.response(tx, exchange, parts: parts, headers: exchange.appliedPreferences)
    }

    private static func children(_ rows: Rows, _ location: Location, _ resource: Resource) throws -> [any MultistatusSource.Part] {
        switch resource {
        case .member, .principal, .proxy: return []
        case .root:
            return [FixedRows { tx, out in
                for container in Container.listed {
                    try rows.write(tx, .container(container), .ofEverybody, href: Href().collection(container.rawValue), to: &out)
                }
            }]
        case .container(let container): return [FixedRows { tx, out in try entries(tx, rows, container, to: &out) }]
        case .collection(let collection):
            let (href, access) = (location.href, location.access)
            var parts: [any MultistatusSource.Part] = []
            if !collection.kind.childKinds.isEmpty {
                parts.append(FixedRows { tx, out in
                    let children = try VisibleChildren.list(tx, rows.exchange.locator, of: collection, access, above: shortListing) {
                        try rows.exchange.takesLong()
                    }
                    // macOS's Contacts takes the first book for the one to write to: everybody's list comes last.
                    let isListOfAll = { (child: VisibleChild) in child.collection.origin?.isOfDirectories == true }
                    let ordered = children.contains(where: isListOfAll)
                        ? children.filter { !isListOfAll($0) } + children.filter(isListOfAll) : children
                    try rows.write(tx, ordered, in: collection, href: href, to: &out)
                })
            }
            // One that is only searched is shown empty: Apple's clients ask for a listing all the same.
            if collection.kind.holdsMembers, !collection.isSearchOnly {
                try rows.exchange.takesLong()
                parts.append(MemberListing(rows, in: collection, access, href: href))
            }
            return parts
        }
    }

    /// What a container shows of its entries: the asker's own. Other principals are found by searching, not by listing.
    private static func entries(
        _ tx: borrowing ReadTransaction, _ rows: Rows, _ container: Container, to out: inout XMLWriter
    ) throws {
        let asker = rows.exchange.principal
        guard let kind = container.homeKind else {
            return try rows.write(tx, .principal(asker), .ofEverybody, href: .principal(asker), to: &out)
        }
        guard let home = try Collections.home(tx, of: asker.id, kind: kind) else { return }
        try rows.write(tx, .collection(home), .own(asker), href: .home(container, of: asker), to: &out)
    }
}
