import CollectionStore
import DAVGrammar
import Database
import Directory
import HTTPServer
import XML

/// RFC 3744 §9.3: the principals that the asker is, at a collection of principals; or the resources that name the asker in a
/// property.
enum PrincipalMatch {
    static func respond(_ exchange: Exchange, _ request: PrincipalMatchRequest) throws -> HTTPResponse {
        let location = try exchange.read { tx in try exchange.find(tx).location }
        let rows = try PrincipalRows(exchange, request.properties)
        let asker = exchange.principal
        let isOfPrincipals: Bool
        switch location.resource {
        case .container(.principals)?, .root?, .principal?, .proxy?: isOfPrincipals = true
        case .container?, .collection?, .member?, nil: isOfPrincipals = false
        }
        guard request.matchesSelf ? isOfPrincipals : request.property == .dav(.owner) else {
            return try rows.response([])
        }
        if request.matchesSelf { return try rows.response(try exchange.read { tx in try selves(tx, exchange) }) }
        // Everything in a home is its owner's.
        guard let collection = location.collection, let owner = location.owner, owner.id == asker.id else {
            return try rows.response([])
        }
        return try MultistatusSource.response(exchange, parts: [
            MemberListing(rows.rows, in: collection, location.access, href: location.href),
        ])
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
        let found = try exchange.read { tx -> [Principal] in
            _ = try exchange.find(tx)
            // Nobody is given a list of all that there are; a search for nothing finds who asks.
            if request.searches.isEmpty { return [exchange.principal] }
            return try PrincipalQuery.find(tx, request, asker: exchange.principal, limit: maximumMatches + 1)
        }
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
        let found = try exchange.read { tx -> [Principal] in
            _ = try exchange.find(tx)
            return try PrincipalQuery.find(tx, tokens: request.tokens, asker: exchange.principal, limit: limit)
        }
        return try rows.response(found)
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
