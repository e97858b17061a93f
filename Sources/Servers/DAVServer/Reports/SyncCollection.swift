import CollectionStore
import DAVGrammar
import Database
import Directory
import HTTPServer
import XML

/// RFC 6578 §3: what changed since the token. It costs what changed, not what is there.
enum SyncCollection {
    static func respond(_ exchange: Exchange, _ request: SyncCollectionRequest) throws -> HTTPResponse {
        let location = try exchange.read { tx in try exchange.find(tx).location }
        guard let collection = location.collection, let owner = location.owner else {
            throw Reply(.forbidden, condition: .dav(.supportedReport), "Only collections in homes can be synchronised.")
        }
        // RFC 6578 §3.3: one level is served; the depth of the whole tree is not.
        if request.level == .infinite {
            throw Reply(.forbidden, condition: .dav(.syncTraversalSupported), "The sync level is 1.")
        }
        let rows = Rows(exchange, request.properties)
        // A first listing is streamed, and needs no limit but the client's. Outlook CalDAV Synchronizer cannot go on after 507.
        let limit = request.limit ?? Int.max
        if limit < 1 { throw Reply(.forbidden, condition: .dav(.numberOfMatchesWithinLimits), "A page has at least one row.") }
        guard !request.token.isEmpty else {
            return try listing(
                exchange, rows, location, collection, owner: owner, base: SyncToken(of: collection, at: exchange.now),
                limit: limit)
        }
        guard let token = SyncToken(uri: request.token), token.isValid(for: collection) else {
            throw Reply(.forbidden, condition: .dav(.validSyncToken), "The token is not one of this collection, or too old.")
        }
        if token.listedUpTo != nil {
            return try listing(exchange, rows, location, collection, owner: owner, base: token, limit: limit)
        }
        return try changes(
            exchange, rows, location, collection, owner: owner, since: token,
            limit: min(limit, exchange.server.configuration.maximumSyncRows))
    }

    // MARK: The first listing

    /// All that is there, or the page after the token's. What changes meanwhile is told by the log, from `base` on.
    private static func listing(
        _ exchange: Exchange, _ rows: Rows, _ location: Location, _ collection: Collection, owner: Principal, base: SyncToken,
        limit: Int
    ) throws -> HTTPResponse {
        let href = location.href
        let cursor = base.listedUpTo.flatMap(ListingPage.Cursor.init)
        var token = base
        guard limit < Int.max else {
            token.listedUpTo = nil
            var parts: [any MultistatusSource.Part] = []
            if cursor?.isCollection ?? true, !collection.kind.childKinds.isEmpty {
                parts.append(FixedRows { tx, out in
                    for child in try ListingPage.children(tx, of: collection, after: cursor) {
                        try rows.write(tx, .collection(child), owner: owner, href: href.collection(child.name), to: &out)
                    }
                })
            }
            if collection.kind.holdsMembers {
                let name = cursor.flatMap { $0.isCollection ? nil : $0.name }
                parts.append(MemberListing(rows, in: collection, owner: owner, href: href, after: name))
            }
            return try MultistatusSource.response(
                exchange, parts: parts, syncToken: token.uri, headers: exchange.appliedPreferences)
        }
        let page = try exchange.read { tx in
            try ListingPage.read(
                tx, collection, after: cursor, limit: min(limit, ListingPage.maximumLimit),
                shownBy: exchange.visibility(of: collection))
        }
        token.listedUpTo = page.next?.text
        return try self.page(exchange, rows, location, collection, owner: owner, changes: page.entries, isComplete: page.next == nil, token: token)
    }

    // MARK: Changes

    private static func changes(
        _ exchange: Exchange, _ rows: Rows, _ location: Location, _ collection: Collection, owner: Principal, since: SyncToken,
        limit: Int
    ) throws -> HTTPResponse {
        let found = try exchange.read { tx -> VisibleChanges.Page in
            // In the snapshot that is read: changes may be forgotten in between.
            guard let now = try Collections.find(tx, collection.id), since.isValid(for: now) else {
                throw Reply(.forbidden, condition: .dav(.validSyncToken), "The token is too old.")
            }
            return try VisibleChanges.page(
                tx, in: now, since: since, window: now.visibleRange?.window(at: exchange.now) ?? .all, limit: limit,
                visibility: exchange.server.visibility)
        }
        return try page(
            exchange, rows, location, collection, owner: owner, changes: found.changes, isComplete: found.isComplete,
            token: found.token)
    }

    /// One page: a row a change, and where there are more the row that says so (RFC 6578 §3.6), with the token always.
    private static func page(
        _ exchange: Exchange, _ rows: Rows, _ location: Location, _ collection: Collection, owner: Principal,
        changes: [ChangeLog.Change], isComplete: Bool, token: SyncToken
    ) throws -> HTTPResponse {
        let href = location.href
        let part = FixedRows { tx, out in
            let scope = try rows.scope(tx, collection, owner: owner, href: href)
            for change in changes {
                switch change.state {
                case .member(let member): try rows.write(tx, member, scope, href: href.member(change.name), to: &out)
                case .collection(let child):
                    try rows.write(tx, .collection(child), owner: owner, href: href.collection(child.name), to: &out)
                case .removed(let isCollection):
                    Rows.write(.notFound, href: isCollection ? href.collection(change.name) : href.member(change.name), to: &out)
                }
            }
            if !isComplete {
                Rows.write(.insufficientStorage, href: href,
                           condition: Reply(.insufficientStorage, condition: .dav(.numberOfMatchesWithinLimits)), to: &out)
            }
        }
        return try MultistatusSource.response(exchange, parts: [part], syncToken: token.uri, headers: exchange.appliedPreferences)
    }
}

/// A page of a collection's first listing: its collections by name, then its members by name.
struct ListingPage {
    /// A page is held in memory; a client that asks for more gets this, and is told to go on.
    static let maximumLimit = 100_000

    /// The last entry of a page.
    struct Cursor {
        var isCollection: Bool
        var name: String

        var text: String { (isCollection ? "c" : "m") + name }

        init(isCollection: Bool, name: String) {
            self.isCollection = isCollection
            self.name = name
        }

        init?(_ text: String) {
            guard let first = text.utf8.first, first == 0x63 || first == 0x6D else { return nil }
            self.init(isCollection: first == 0x63, name: String(text.dropFirst()))
        }
    }

    var entries: [ChangeLog.Change] = []
    /// Where the next page goes on; nil at the end.
    var next: Cursor?

    static func read(
        _ tx: borrowing ReadTransaction, _ collection: Collection, after cursor: Cursor?, limit: Int,
        shownBy visibility: Visibility?
    ) throws -> ListingPage {
        var page = ListingPage()
        if cursor?.isCollection ?? true, !collection.kind.childKinds.isEmpty {
            for child in try children(tx, of: collection, after: cursor) {
                if page.entries.count == limit { page.setNext(isCollection: true); return page }
                page.entries.append(.init(modseq: collection.modseq, name: child.name, state: .collection(child)))
            }
        }
        let members = try Members.page(
            tx, in: collection.id, after: cursor.flatMap { $0.isCollection ? nil : $0.name }, limit: limit - page.entries.count + 1,
            shownBy: visibility)
        for member in members {
            if page.entries.count == limit {
                page.setNext(isCollection: false)
                return page
            }
            page.entries.append(.init(modseq: member.modseq, name: member.name, state: .member(member)))
        }
        return page
    }

    /// The collections in `collection` by name, from the first after the cursor on.
    static func children(
        _ tx: borrowing ReadTransaction, of collection: Collection, after cursor: Cursor?
    ) throws -> [Collection] {
        let after = [UInt8]((cursor?.name ?? "").utf8)
        return try Collections.children(tx, of: collection.id).filter {
            after.isEmpty || after.lexicographicallyPrecedes($0.name.utf8)
        }
    }

    private mutating func setNext(isCollection: Bool) {
        guard let last = entries.last else { return }
        if case .collection = last.state { next = Cursor(isCollection: true, name: last.name) } else {
            next = Cursor(isCollection: false, name: last.name)
        }
    }
}
