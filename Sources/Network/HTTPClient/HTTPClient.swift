// HTTPClient: fetches from servers that nobody here runs, whose URLs users gave. It owns the rules of where this program
// may connect to, and the limits of what it takes. It must never know what is fetched, nor for whom.
//
// Invariants:
// - A connection is only made to an address that was checked, and the name is not looked up again between: a name server
//   that gives another answer the second time (DNS rebinding) gains nothing. Each redirect is a new start.
// - Nothing goes from https to http.
// - Time, bytes (as sent and as inflated), the head and the count of redirects are limited; a server can waste no more.
// - What goes wrong is told in words without the URL's path, which may hold a secret.
//
// Start reading at HTTPFetcher.swift, then AddressPolicy.swift.

package import Bytes

/// What is to be fetched, and what of it is there already.
package struct FetchRequest: Sendable {
    package var url: HTTPURL
    /// RFC 9110 §13.1.2: the ETag field of the last answer, as it came.
    package var etag: String?
    /// RFC 9110 §13.1.3: its Last-Modified field, as it came.
    package var lastModified: String?
    /// RFC 9110 §12.5.1.
    package var accept: String

    package init(url: HTTPURL, etag: String? = nil, lastModified: String? = nil, accept: String = "*/*") {
        self.url = url
        self.etag = etag
        self.lastModified = lastModified
        self.accept = accept
    }
}

/// What a server answered.
package struct FetchResult: Sendable {
    /// Nil: what was fetched the last time is still right (RFC 9110 §15.4.5).
    package var body: [UInt8]?
    package var etag: String?
    package var lastModified: String?
    /// RFC 9111 §5.2.2.1, in seconds.
    package var maximumAge: Int?
}

/// How much a fetch may cost.
package struct FetchLimits: Sendable {
    /// For the look-up of a name, and for a connection with its TLS handshake.
    package var connectTime: Duration = .seconds(10)
    /// For all of it, redirects too.
    package var totalTime: Duration = .seconds(60)
    /// Of the body, when inflated.
    package var bodyBytes = 32 << 20
    /// Of all fields of an answer's head.
    package var headBytes = 64 << 10
    package var redirects = 5
    /// Addresses of one name that are tried.
    package var addresses = 4

    package init() {}
}

/// Why nothing was fetched. The sentences are for people, and hold nothing but what the user gave or the server said.
package enum FetchFailure: Error, Sendable, Equatable {
    /// The name is unknown, or was not found in time.
    case nameNotFound(host: String)
    /// All its addresses are in networks where this server does not connect to for users.
    case addressRefused(host: String)
    case noConnection(host: String, reason: String)
    /// Its certificate is not valid for it, or TLS failed in another way.
    case notTrusted(host: String)
    case timedOut
    case tooManyRedirects(limit: Int)
    case badRedirect(String)
    case tooLarge(limit: Int)
    /// `retryAfter` in seconds (RFC 9110 §10.2.3).
    case status(Int, retryAfter: Int?)
    case badAnswer(String)

    package var sentence: String {
        switch self {
        case .nameNotFound(let host): "the name \(host) was not found"
        case .addressRefused(let host): "\(host) is in a network where this server does not fetch from"
        case .noConnection(let host, let reason): "no connection to \(host): \(reason)"
        case .notTrusted(let host): "the certificate of \(host) is not trusted"
        case .timedOut: "it took too long"
        case .tooManyRedirects(let limit): "there were more than \(limit) redirects"
        case .badRedirect(let reason): "it redirects \(reason)"
        case .tooLarge(let limit): "it has more than \(limit) bytes"
        case .status(let status, _): "it was answered with status \(status)"
        case .badAnswer(let reason): "the answer cannot be read: \(reason)"
        }
    }
}
