import Bytes
import CollectionStore
import DAVGrammar
import Database
import Directory
import Files
import HTTPServer
import XML

/// LOCK (RFC 4918 §9.10).
enum LockMethod {
    static func respond(_ exchange: Exchange) throws -> HTTPResponse {
        let body = try exchange.bodyBytes()
        let seconds = LockTimeout.seconds(exchange.head.headers.first("timeout"), maximum: exchange.server.configuration.maximumLockTimeout)
        let expires = exchange.now + Milliseconds(seconds) * 1000
        if body.isEmpty { return try refresh(exchange, expires: expires) }
        let info = try LockInfo.parse(body)
        let depth = try exchange.depth(absent: .infinity)
        if depth == .one { throw Reply(.badRequest, "A lock's depth is 0 or infinity.") }
        let token = "urn:uuid:" + UUIDText.make(exchange.server.random(16))
        let lock: Lock, root: Href, isCreation: Bool
        do {
            (lock, root, isCreation) = try take(exchange, token: token, info: info, isDeep: depth == .infinity, expires: expires)
        } catch let hindered as LockedInside {
            return try hindered.response(exchange)
        }
        return answer(exchange, lock, root: root, status: isCreation ? 201 : 200, isNew: true)
    }

    private static func take(
        _ exchange: Exchange, token: String, info: LockInfo, isDeep: Bool, expires: Milliseconds
    ) throws -> (Lock, root: Href, isCreation: Bool) {
        try exchange.write { tx in
            let location = try exchange.locate(tx.read, missingParent: .conflict)
            try WriteGuard.check(location, location.resource == nil ? .creation : .content)
            try location.checkIsFree()
            try Conditional.check(tx.read, exchange, location)
            let lock = try newLock(
                tx.read, exchange, location, token: token, info: info, isDeep: isDeep, expires: expires)
            try checkConflicts(tx.read, exchange, location, lock)
            let isCreation = try makeEmpty(tx, exchange, location)
            try Locks.add(tx, lock, now: exchange.now)
            return (lock, location.href, isCreation)
        }
    }

    private static func newLock(
        _ tx: borrowing ReadTransaction, _ exchange: Exchange, _ location: Location, token: String, info: LockInfo,
        isDeep: Bool, expires: Milliseconds
    ) throws -> Lock {
        var collection: Collection
        var name: String?
        if let own = location.collection {
            collection = own
        } else if let parent = location.parent {
            (collection, name) = (parent, location.name)
        } else {
            throw Reply(.forbidden, "It cannot be locked.")
        }
        return Lock(
            token: token, collection: collection.id, memberName: name, owner: exchange.principal.id,
            isExclusive: info.isExclusive, isDeep: isDeep && name == nil, ownerXML: info.owner?.standaloneBytes,
            expires: expires)
    }

    /// RFC 4918 §6.1: no lock beside an exclusive one, and no exclusive one beside any.
    private static func checkConflicts(
        _ tx: borrowing ReadTransaction, _ exchange: Exchange, _ location: Location, _ lock: Lock
    ) throws {
        let here = try conflicting(tx, exchange, location, LockScope.covering(tx, location, now: exchange.now), lock)
        guard here.isEmpty else {
            throw Reply(.locked, condition: .dav(.noConflictingLock), hrefs: here, "It is locked.")
        }
        guard lock.isDeep, let collection = location.collection else { return }
        let inside = try conflicting(tx, exchange, location, LockScope.inside(tx, collection, now: exchange.now), lock)
        if !inside.isEmpty { throw LockedInside(roots: inside, href: location.href) }
    }

    /// The roots of those of `others` beside which `lock` cannot be.
    private static func conflicting(
        _ tx: borrowing ReadTransaction, _ exchange: Exchange, _ location: Location, _ others: [Lock], _ lock: Lock
    ) throws -> [Href] {
        try LockScope.effective(tx, others.filter { $0.isExclusive || lock.isExclusive }, exchange)
            .map { try ActiveLock.shownRoot(tx, $0, location.access, to: exchange) }
    }

    /// RFC 4918 §7.3: a lock on an unmapped URL makes an empty resource there. A calendar or a book can hold no empty object:
    /// there the name is kept for the lock's owner, and nothing is made.
    private static func makeEmpty(
        _ tx: borrowing WriteTransaction, _ exchange: Exchange, _ location: Location
    ) throws -> Bool {
        guard location.resource == nil, let parent = location.parent else { return false }
        try LockGuard.check(tx.read, exchange, location, .creation)
        guard parent.kind == .folder || parent.kind == .fileHome else { return true }
        try Members.put(tx, in: parent, name: location.name, existing: nil, content: FileContent.empty, now: exchange.now)
        return true
    }

    /// RFC 4918 §9.10.2: the lock that the If header names gets a new time.
    private static func refresh(_ exchange: Exchange, expires: Milliseconds) throws -> HTTPResponse {
        let tokens = exchange.submittedTokens
        guard !tokens.isEmpty else { throw Reply(.badRequest, "A LOCK without a body refreshes, and needs an If header.") }
        let (lock, root) = try exchange.write { tx -> (Lock, Href) in
            let location = try exchange.locate(tx.read)
            try Conditional.check(tx.read, exchange, location)
            let locks = try LockScope.covering(tx.read, location, now: exchange.now)
            guard var lock = locks.first(where: { tokens.contains($0.token) && $0.owner == exchange.principal.id }) else {
                throw Reply(.preconditionFailed, condition: .dav(.lockTokenMatchesRequestURI), "There is no such lock here.")
            }
            try Locks.refresh(tx, token: lock.token, expires: expires)
            lock.expires = expires
            return (lock, try ActiveLock.root(tx.read, lock, location.access))
        }
        return answer(exchange, lock, root: root, status: 200, isNew: false)
    }

    private static func answer(_ exchange: Exchange, _ lock: Lock, root: Href, status: Int, isNew: Bool) -> HTTPResponse {
        var out = XMLWriter()
        out.openRoot(.dav(.prop))
        out.open(.dav(.lockdiscovery))
        ActiveLock.write(lock, now: exchange.now, root: root, to: &out)
        out.close(.dav(.lockdiscovery))
        out.close(.dav(.prop))
        var headers: [(name: String, value: String)] = [("Content-Type", "application/xml; charset=utf-8")]
        if isNew { headers.append(("Lock-Token", "<\(lock.token)>")) }
        return HTTPResponse(status: status, headers: headers, body: .bytes(out.bytes))
    }
}

/// RFC 4918 §9.10.3: what is locked below keeps a lock of infinite depth from being granted.
private struct LockedInside: Error {
    let roots: [Href]
    /// Of the request.
    let href: Href

    /// Says what is locked, and that the rest failed for its sake.
    func response(_ exchange: Exchange) throws -> HTTPResponse {
        try MultistatusSource.response(exchange, parts: [FixedRows { _, out in
            var told: Set<[UInt8]> = []
            // Shared locks may have one root.
            for root in roots where told.insert(root.bytes).inserted {
                out.open(.dav(.response))
                out.href(root)
                out.status(.locked)
                out.open(.dav(.error))
                Reply(.locked, condition: .dav(.noConflictingLock), hrefs: [root]).writeCondition(to: &out)
                out.close(.dav(.error))
                out.close(.dav(.response))
            }
            out.open(.dav(.response))
            out.href(href)
            out.status(.failedDependency)
            out.close(.dav(.response))
        }])
    }
}

/// RFC 9562 §5.4: a random UUID in text.
enum UUIDText {
    static func make(_ random: [UInt8]) -> String {
        var bytes = random
        guard bytes.count == 16 else { return "" }
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        let digits = String(utf8: Hexadecimal.encode(bytes))
        var text = ""
        for (index, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(index) { text.append("-") }
            text.append(digit)
        }
        return text
    }
}
