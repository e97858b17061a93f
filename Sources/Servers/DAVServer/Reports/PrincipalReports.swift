import CollectionStore
import DAVGrammar
import Database
import Directory
import HTTPServer
import XML

/// RFC 3744 §9.3: the principals that the asker is, at a collection of principals; or what is below, at any depth, and names the asker
/// in a property. DAV:owner is the one that does so outside of principals; by another nothing is found.
enum PrincipalMatch {
    static func respond(_ exchange: Exchange, _ request: PrincipalMatchRequest) throws -> HTTPResponse {
        let location = try exchange.read { tx in try exchange.find(tx).location }
        let rows = try PrincipalRows(exchange, request.properties)
        let isOfPrincipals: Bool
        switch location.resource {
        case .container(.principals)?, .root?, .principal?, .proxy?: isOfPrincipals = true
        case .container?, .collection?, .member?, nil: isOfPrincipals = false
        }
        guard request.matchesSelf ? isOfPrincipals : request.property == .dav(.owner) else {
            return try rows.response([])
        }
        if request.matchesSelf { return try rows.response(try exchange.read { tx in try selves(tx, exchange) }) }
        return try exchange.read { tx in
            try MultistatusSource.response(tx, exchange, parts: owned(tx, rows.rows, below: location))
        }
    }

    /// What is the asker's own: all that is in their homes, but for what others share with them.
    private static func owned(
        _ tx: borrowing ReadTransaction, _ rows: Rows, below location: Location
    ) throws -> [any MultistatusSource.Part] {
        let asker = rows.exchange.principal
        let containers: [Container]
        switch location.resource {
        case .root?: containers = Container.allCases
        case .container(let container)?: containers = [container]
        case .collection(let collection)?:
            guard location.owner?.id == asker.id else { return [] }
            return try tree(tx, rows, of: collection, location.access, href: location.href)
        case .member?, .principal?, .proxy?, nil: return []
        }
        var parts: [any MultistatusSource.Part] = []
        for container in containers {
            guard let kind = container.homeKind, let home = try Collections.home(tx, of: asker.id, kind: kind) else { continue }
            let href = Href.home(container, of: asker)
            parts.append(row(rows, of: home, .own(asker), href: href))
            parts += try tree(tx, rows, of: home, .own(asker), href: href)
        }
        return parts
    }

    private static func tree(
        _ tx: borrowing ReadTransaction, _ rows: Rows, of top: Collection, _ access: Access, href: Href
    ) throws -> [any MultistatusSource.Part] {
        var parts: [any MultistatusSource.Part] = []
        var hrefs = [top.id: href]
        // Parents come before what is in them.
        for collection in try Collections.subtree(tx, of: top) {
            if let parent = collection.parentID.flatMap({ hrefs[$0] }) {
                let href = parent.collection(collection.name)
                hrefs[collection.id] = href
                parts.append(row(rows, of: collection, access, href: href))
            }
            guard collection.kind.holdsMembers, let href = hrefs[collection.id] else { continue }
            parts.append(MemberListing(rows, in: collection, access, href: href))
        }
        return parts
    }

    private static func row(
        _ rows: Rows, of collection: Collection, _ access: Access, href: Href
    ) -> any MultistatusSource.Part {
        FixedRows { tx, out in try rows.write(tx, .collection(collection), access, href: href, to: &out) }
    }
}

extension PrincipalMatch {
    /// RFC 3744 §9.3: who asks, and the groups that they are in, also through others.
    private static func selves(_ tx: borrowing ReadTransaction, _ exchange: Exchange) throws -> [Principal] {
        let asker = exchange.principal
        let groups = try exchange.locator.view(tx).closure.subtracting([asker.id]).sorted { $0.rawValue < $1.rawValue }
        return [asker] + (try groups.compactMap { try LocalDirectory.find(tx, $0) }.filter { $0.domain == asker.domain })
    }
}

/// RFC 3744 §9.4: principals by parts of their names and addresses. Those of other domains are not found.
enum PrincipalPropertySearch {
    static func respond(_ exchange: Exchange, _ request: PrincipalPropertySearchRequest) throws -> HTTPResponse {
        let rows = try PrincipalRows(exchange, request.properties)
        let maximumMatches = exchange.server.configuration.maximumPrincipals
        // Nobody is given a list of all that there are; a search for nothing finds who asks.
        if request.searches.isEmpty {
            try exchange.read { tx in _ = try exchange.find(tx) }
            return try rows.response([exchange.principal])
        }
        let query = PrincipalQuery(request, asker: exchange.principal, limit: maximumMatches + 1)
        let found = try PrincipalQuery.find(query, exchange, limit: maximumMatches + 1)
        if found.count > maximumMatches {
            throw Reply(.forbidden, condition: .dav(.numberOfMatchesWithinLimits), "Too many principals match.")
        }
        return try rows.response(found)
    }
}

/// What Apple's clients send instead: words, each in any of the properties.
enum CalendarserverPrincipalSearch {
    static func respond(_ exchange: Exchange, _ request: CalendarserverPrincipalSearchRequest) throws -> HTTPResponse {
        let rows = try PrincipalRows(exchange, request.properties)
        let maximumMatches = exchange.server.configuration.maximumPrincipals
        let limit = min(request.limit ?? maximumMatches, maximumMatches)
        let query = PrincipalQuery(tokens: request.tokens, asker: exchange.principal, limit: limit)
        return try rows.response(PrincipalQuery.find(query, exchange, limit: limit))
    }
}

/// RFC 3744 §9.5.
enum PrincipalSearchPropertySet {
    static func respond(_ exchange: Exchange) throws -> HTTPResponse {
        try exchange.read { tx in _ = try exchange.find(tx) }
        var out = XMLWriter()
        out.openRoot(.dav(.principalSearchPropertySet))
        for (name, description) in PrincipalQuery.properties {
            out.open(.dav(.principalSearchProperty))
            out.open(.dav(.prop))
            out.empty(name)
            out.close(.dav(.prop))
            out.open(.dav(.description), attributes: [("xml:lang", "en")])
            out.text(description)
            out.close(.dav(.description))
            out.close(.dav(.principalSearchProperty))
        }
        out.close(.dav(.principalSearchPropertySet))
        return HTTPResponse(
            status: 200, headers: [("Content-Type", "application/xml; charset=utf-8")], body: .bytes(out.bytes))
    }
}

/// RFC 3744 §9.2: the principals that stand in a resource's access list, for those who may read it.
enum ACLPrincipalPropSet {
    static func respond(_ exchange: Exchange, _ request: PropertyRequest) throws -> HTTPResponse {
        let principals = try exchange.read { tx -> [Principal] in
            let location = try exchange.find(tx).location
            guard let collection = location.collection ?? location.parent else { return [] }
            guard location.access.rights.contains(.readACL) else { throw Reply(needs: .dav(.readACL), at: location.href) }
            return try AccessList(tx, of: collection, now: exchange.now).principals(tx)
        }
        return try PrincipalRows(exchange, request).response(principals)
    }
}

/// Rows of principals.
struct PrincipalRows {
    let rows: Rows

    init(_ exchange: Exchange, _ properties: PropertyRequest) throws {
        rows = Rows(exchange, properties)
    }

    func response(_ principals: [Principal]) throws -> HTTPResponse {
        let rows = rows
        return try MultistatusSource.response(rows.exchange, parts: [FixedRows { tx, out in
            for principal in principals {
                try rows.write(tx, .principal(principal), .ofEverybody, href: .principal(principal), to: &out)
            }
        }])
    }
}
