package import NIOCore
package import Wire

/// Where the server listens, and its limits. Each limit has an answer: see `HTTPRefusal`.
package struct HTTPServerConfiguration: Sendable {
    package var plainAddresses: [ListenAddress] = []
    package var tlsAddresses: [ListenAddress] = []
    /// Must be there when there are `tlsAddresses`; made with `HTTPServer.applicationProtocols`.
    package var certificates: TLSCertificates?
    package var backlog = 1024
    /// Threads that read and write sockets; 0 for one a processor core, at most four.
    package var eventLoops = 0
    /// Threads that call the responder.
    package var workers = 32
    /// So many requests at once that do not take long; nil: as many as there are workers. What they have to share, as connections to a database, is
    /// worth no waiting for.
    package var requestsAtOnce: Int?
    /// Requests that may wait for a worker; those above are answered 503.
    package var waitingRequests = 1024

    package var connections = 10_000
    package var connectionsPerAddress = 500
    /// Proxies whose `Forwarded` and `X-Forwarded-*` fields are believed. They have no limit of connections per
    /// address.
    package var trustedProxies: [AddressRange] = []

    /// Where long bodies are written while they arrive; must exist.
    package var spoolDirectory = "/tmp"
    /// Bytes of a request's target, and of a head in all.
    package var targetLength = 16 << 10
    package var headLength = 64 << 10
    package var headFields = 200

    /// From a connection's beginning or a request's first byte to the end of its head, the TLS handshake included.
    package var headTimeout = TimeAmount.seconds(20)
    /// A body must bring `bodyProgress` bytes in each such time.
    package var bodyTimeout = TimeAmount.seconds(30)
    package var bodyProgress = 4 << 10
    /// Without a request.
    package var idleTimeout = TimeAmount.seconds(120)
    /// A client must take at least 256 KiB of an answer in this time.
    package var writeTimeout = TimeAmount.seconds(120)

    package init() {}
}
