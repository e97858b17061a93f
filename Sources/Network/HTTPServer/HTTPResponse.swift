/// An answer. The server adds `Date`, `Content-Length` or chunked coding, `X-Request-ID`, and `Connection` where it closes.
package struct HTTPResponse: Sendable {
    package var status: Int
    package var headers: [(name: String, value: String)]
    package var body: HTTPResponseBody
    /// Who asked, for the log only.
    package var principal: String?
    /// Whether the body may be compressed for clients that accept it. Never set where the body is compressed already.
    package var isCompressible: Bool
    /// Seconds to hold the answer back, for a client that guesses passwords.
    package var delay: Int
    /// Closes the connection after the answer.
    package var closesConnection: Bool

    package init(
        status: Int, headers: [(name: String, value: String)] = [], body: HTTPResponseBody = .empty,
        principal: String? = nil, isCompressible: Bool = false, delay: Int = 0, closesConnection: Bool = false
    ) {
        self.status = status
        self.headers = headers
        self.body = body
        self.principal = principal
        self.isCompressible = isCompressible
        self.delay = delay
        self.closesConnection = closesConnection
    }
}

package enum HTTPResponseBody: Sendable {
    case empty
    case bytes([UInt8])
    /// A body that is made piece by piece, as the client takes it. `length`: its bytes, where known.
    case stream(length: Int?, any HTTPBodySource)
    /// A range of a file; sent without passing through the program where TLS and the platform allow.
    case file(path: String, offset: Int, count: Int)
}

/// Makes a long body. `next` is called on a worker thread, one call at a time, and again only once what it gave before
/// has been taken by the client's connection but for a bounded rest, so memory does not grow with the body. It may
/// read from the database, in a transaction of its own each time: a slow client must not hold a snapshot.
package protocol HTTPBodySource: AnyObject, Sendable {
    /// The next piece (aim at 64 KiB), or nil at the end. An error ends the connection, so that the client cannot take the
    /// body for complete.
    func next() throws -> [UInt8]?
}
