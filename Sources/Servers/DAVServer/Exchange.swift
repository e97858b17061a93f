import Bytes
import CollectionStore
import DAVGrammar
import Database
import Directory
import HTTPServer

/// One request on its way through the server: who asks, what, and when. One object, since each row of an answer refers to it.
final class Exchange: Sendable {
    let server: DAVServer
    let principal: Principal
    let request: HTTPRequest
    let path: RequestPath
    let now: Milliseconds
    let preferences: Preferences
    /// Whether what must be written before (`Preparation`) is: the mounts in the asker's home are taken as they are written down.
    let isRefreshed: Bool
    let locator: Locator

    init(_ request: HTTPRequest, _ path: RequestPath, of principal: Principal, to server: DAVServer) {
        let fields = request.head.headers
        self.server = server
        self.principal = principal
        self.request = request
        self.path = path
        now = server.clock()
        preferences = Preferences(prefer: fields.joined("prefer"), brief: fields.first("brief"))
        isRefreshed = false
        locator = Locator(server, asker: principal, now: now)
    }

    /// The same after its preparation.
    init(refreshed other: Exchange) {
        server = other.server
        principal = other.principal
        request = other.request
        path = other.path
        now = other.now
        preferences = other.preferences
        isRefreshed = true
        locator = other.locator
    }

    /// Said before what may take more than some tenths of a millisecond of computing: on an event loop a worker thread begins anew.
    func takesLong() throws(WouldWait) { try server.database.takesLong() }

    var head: HTTPRequestHead { request.head }

    /// What the request's URL leads to.
    func locate(
        _ tx: borrowing ReadTransaction, missingParent: HTTPStatus = .notFound, needed: Rights = .read, withBytes: Bool = false
    ) throws -> Location {
        if !isRefreshed { try MissingNotifications.check(tx, self) }
        let location = try locator.locate(tx, path.segments, missingParent: missingParent, needed: needed, withBytes: withBytes)
        if path.segments.count == 2, !isRefreshed { try StaleMounts.check(tx, location, self) }
        return location
    }

    /// What is at the request's URL. Throws `Reply` 404, also for a member that its calendar does not show now.
    func find(
        _ tx: borrowing ReadTransaction, needed: Rights = .read, withBytes: Bool = false
    ) throws -> (location: Location, resource: Resource) {
        let location = try locate(tx, needed: needed, withBytes: withBytes)
        guard let resource = location.resource, try isShown(tx, location) else { throw Reply(.notFound) }
        return (location, resource)
    }

    /// The request's body in memory; a body that was spooled is read back, since what needs it has a limit below.
    func bodyBytes() throws -> [UInt8] {
        switch request.body {
        case .none: return []
        case .bytes(let bytes): return bytes
        case .file(let path, let size): return try SpooledFile.read(path, size: size)
        }
    }

    /// Runs `body` in a write transaction; a refusal of the store becomes the answer.
    func write<Result>(_ body: (borrowing WriteTransaction) throws -> Result) throws -> Result {
        try server.database.write(body)
    }

    func read<Result>(_ body: (borrowing ReadTransaction) throws -> Result) throws -> Result {
        try server.database.read(body)
    }
}
