import CollectionStore
import DAVGrammar
import Database
import Directory
import HTTPServer
import XML

/// RFC 6578 §3: what changed since the token. It costs what changed, not what is there.
enum SyncCollection {
    static func respond(_ exchange: Exchange, _ request: SyncCollectionRequest) throws -> HTTPResponse {
        try exchange.read { tx in try respond(tx, exchange, request) }
    }

    private static func respond(
        _ tx: borrowing ReadTransaction, _ exchange: Exchange, _ request: SyncCollectionRequest
    ) throws -> HTTPResponse {
        Locks.foresee(tx)
        let location = try exchange.find(tx).location
        guard let collection = location.collection else {
            throw Reply(.forbidden, condition: .dav(.supportedReport), "Only collections in homes can be synchronised.")
        }
        if collection.isSearchOnly {
            throw Reply(.forbidden, condition: .dav(.supportedReport), "This book can only be searched.")
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
                tx, exchange, rows, location, collection, base: exchange.syncToken(of: collection, location.access), limit: limit)
        }
        guard let token = SyncToken(uri: request.token), exchange.isValid(token, for: collection, location.access) else {
            throw Reply(.forbidden, condition: .dav(.validSyncToken), "The token is not one of this collection, or too old.")
        }
        if token.listedUpTo != nil {
            // Its pages before showed another window: what came into sight or went is told from one window, not from two.
            let window = collection.visibleRange?.window(at: exchange.now) ?? .all
            guard token.window == window else {
                throw Reply(.forbidden, condition: .dav(.validSyncToken), "The calendar shows other days by now.")
            }
            return try listing(tx, exchange, rows, location, collection, base: token, limit: limit)
        }
        return try changes(
            tx, exchange, rows, location, collection, since: token,
            limit: min(limit, exchange.server.configuration.maximumSyncRows))
    }

    // MARK: The first listing

    /// All that is there, or the page after the token's. What changes meanwhile is told by the log, from `base` on.
    private static func listing(
        _ tx: borrowing ReadTransaction, _ exchange: Exchange, _ rows: Rows, _ location: Location, _ collection: Collection,
        base: SyncToken, limit: Int
    ) throws -> HTTPResponse {
        let href = location.href
        let cursor = base.listedUpTo.flatMap(ListingPage.Cursor.init)
        var token = base
        guard limit < Int.max else {
            token.listedUpTo = nil
            var parts: [any MultistatusSource.Part] = []
            if cursor?.isCollection ?? true, !collection.kind.childKinds.isEmpty {
                parts.append(FixedRows { tx, out in
                    let children = try ListingPage.children(tx, exchange.locator, of: location, after: cursor)
                    try rows.write(tx, children, in: collection, href: href, to: &out)
                })
            }
            if collection.kind.holdsMembers {
                let name = cursor.flatMap { $0.isCollection ? nil : $0.name }
                parts.append(MemberListing(rows, in: collection, location.access, href: href, after: name))
            }
            return try MultistatusSource.response(
                tx, exchange, parts: parts, syncToken: token.uri, headers: exchange.appliedPreferences)
        }
        let page = try ListingPage.read(
            tx, exchange.locator, location, collection, after: cursor, limit: min(limit, ListingPage.maximumLimit),
            shownBy: exchange.visibility(of: collection, location.access))
        token.listedUpTo = page.next?.text
        return try self.page(tx, exchange, rows, location, collection, changes: page.entries, isComplete: page.next == nil, token: token)
    }

    // MARK: Changes

    /// A row to be: what changed, as the asker sees it.
    enum Entry: Sendable {
        case member(Member)
        case child(VisibleChild)
        case removed(name: String, isCollection: Bool)

        init(_ tx: borrowing ReadTransaction, _ change: ChangeLog.Change, _ locator: Locator, _ access: Access) throws {
            switch change.state {
            case .member(let member): self = .member(member)
            case .collection(let child): self = .child(try VisibleChildren.child(tx, locator, child, access))
            case .mount(let mount):
                // What may not be read any more is gone, also before the home's log says so.
                let child = try VisibleChildren.child(tx, locator, mount, as: locator.view(tx))
                self = child.map { .child($0) } ?? .removed(name: mount.name, isCollection: true)
            case .removed(let isCollection): self = .removed(name: change.name, isCollection: isCollection)
            }
        }
    }

    private static func changes(
        _ tx: borrowing ReadTransaction, _ exchange: Exchange, _ rows: Rows, _ location: Location, _ collection: Collection,
        since: SyncToken, limit: Int
    ) throws -> HTTPResponse {
        // What came and went before they had the right, or while they had it no more, is named to nobody, whatever token they bring.
        if since.modseq < collection.modseq, let right = try exchange.locator.readableSince(tx, collection),
            try ChangeLog.begins(tx, in: collection.id, after: since.modseq, before: right) {
            throw Reply(.forbidden, condition: .dav(.validSyncToken), "The token is older than the right to read it.")
        }
        let hidesPrivate = location.access.hidesPrivate(in: collection)
        let asker = exchange.locator.keepsOwnAlarms(in: collection) ? exchange.principal.id : nil
        guard let found = try VisibleChanges.page(
            tx, in: collection, since: since, window: collection.visibleRange?.window(at: exchange.now) ?? .all, limit: limit,
            tellsMounts: collection.owner == exchange.principal.id,
            visibility: { exchange.server.visibility($0, hidesPrivate: hidesPrivate, asker: asker) })
        else { throw Reply(.forbidden, condition: .dav(.validSyncToken), "The calendar shows other days by now.") }
        let entries = try found.changes.map { try Entry(tx, $0, exchange.locator, location.access) }
        return try page(
            tx, exchange, rows, location, collection, changes: entries, isComplete: found.isComplete, token: found.token)
    }

    /// One page: a row a change, and where there are more the row that says so (RFC 6578 §3.6), with the token always.
    private static func page(
        _ tx: borrowing ReadTransaction, _ exchange: Exchange, _ rows: Rows, _ location: Location, _ collection: Collection,
        changes: [Entry], isComplete: Bool, token: SyncToken
    ) throws -> HTTPResponse {
        let href = location.href
        let part = FixedRows { tx, out in
            let scope = try rows.scope(tx, collection, location.access, href: href)
            for entry in changes {
                switch entry {
                case .member(let member): try rows.write(tx, member, scope, href: href.member(member.name), to: &out)
                case .child(let child):
                    try rows.write(tx, .collection(child.collection), child.access, href: href.collection(child.name), to: &out)
                case .removed(let name, let isCollection):
                    Rows.write(.notFound, href: isCollection ? href.collection(name) : href.member(name), to: &out)
                }
            }
            if !isComplete {
                Rows.write(.insufficientStorage, href: href,
                           condition: Reply(.insufficientStorage, condition: .dav(.numberOfMatchesWithinLimits)), to: &out)
            }
        }
        return try MultistatusSource.response(tx, exchange, parts: [part], syncToken: token.uri, headers: exchange.appliedPreferences)
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

    var entries: [SyncCollection.Entry] = []
    /// Where the next page goes on; nil at the end.
    var next: Cursor?

    static func read(
        _ tx: borrowing ReadTransaction, _ locator: Locator, _ location: Location, _ collection: Collection,
        after cursor: Cursor?, limit: Int, shownBy visibility: Visibility?
    ) throws -> ListingPage {
        var page = ListingPage()
        if cursor?.isCollection ?? true, !collection.kind.childKinds.isEmpty {
            for child in try children(tx, locator, of: location, after: cursor) {
                if page.entries.count == limit { page.setNext(isCollection: true); return page }
                page.entries.append(.child(child))
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
            page.entries.append(.member(member))
        }
        return page
    }

    /// The collections in `collection` by name, from the first after the cursor on.
    static func children(
        _ tx: borrowing ReadTransaction, _ locator: Locator, of location: Location, after cursor: Cursor?
    ) throws -> [VisibleChild] {
        guard let collection = location.collection else { return [] }
        let after = [UInt8]((cursor?.name ?? "").utf8)
        return try VisibleChildren.list(tx, locator, of: collection, location.access).filter {
            after.isEmpty || after.lexicographicallyPrecedes($0.name.utf8)
        }
    }

    private mutating func setNext(isCollection: Bool) {
        switch entries.last {
        case .child(let child)?: next = Cursor(isCollection: true, name: child.name)
        case .member(let member)?: next = Cursor(isCollection: false, name: member.name)
        case .removed?, nil: break
        }
    }
}
