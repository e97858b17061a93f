import DiscoveryServer
import HTTPServer
import TimeZoneServer
import Wire

/// What is answered before any protocol: `/healthz` for load balancers, `/metrics` for Prometheus. Time zones and the discovery of
/// accounts have servers of their own, and all else is the DAV server's.
struct RootResponder: HTTPResponder {
    let dav: any HTTPResponder
    let timeZones: TimeZoneServer
    let discovery: DiscoveryServer
    let metrics: PrometheusMetrics
    /// Brought to the present when the metrics are asked for.
    let databaseMetrics: DatabaseMetrics
    /// Addresses that may see the metrics; for others there are none.
    let metricsAccess: [AddressRange]
    /// Whether the database answers.
    let isHealthy: @Sendable () -> Bool

    func bodyRule(for head: HTTPRequestHead) -> HTTPBodyRule {
        let head = Self.inOriginForm(head)
        return server(of: head).bodyRule(for: head)
    }

    func refusal(of head: HTTPRequestHead) -> HTTPResponse? {
        let head = Self.inOriginForm(head)
        return isOwn(head.target) ? nil : server(of: head).refusal(of: head)
    }

    func answer(toTooLong head: HTTPRequestHead) -> HTTPResponse? {
        let head = Self.inOriginForm(head)
        return isOwn(head.target) ? nil : server(of: head).answer(toTooLong: head)
    }

    func immediateAnswer(to request: HTTPRequest) -> HTTPResponse? {
        // What comes in another form is rare, and need not be quick.
        guard request.head.target.utf8.first == 0x2F, !isOwn(request.head.target) else { return nil }
        return server(of: request.head).immediateAnswer(to: request)
    }

    func respond(to request: HTTPRequest) -> HTTPResponse {
        var request = request
        request.head = Self.inOriginForm(request.head)
        guard isOwn(request.head.target) else { return server(of: request.head).respond(to: request) }
        guard request.head.method == "GET" || request.head.method == "HEAD" else {
            return HTTPResponse(status: 405, headers: [("Allow", "GET, HEAD")])
        }
        if Self.isPath("/healthz", of: request.head.target) {
            let isHealthy = isHealthy()
            return HTTPResponse(
                status: isHealthy ? 200 : 503, headers: [("Content-Type", "text/plain"), ("Cache-Control", "no-store")],
                body: .bytes([UInt8](isHealthy ? "ok\n".utf8 : "the database does not answer\n".utf8)))
        }
        // Somebody behind a proxy of this machine that is not a trusted one is not on this machine.
        guard let address = IPAddress(request.head.peer), request.head.isLoopback || !address.isLoopback,
            metricsAccess.contains(where: { $0.contains(address) })
        else {
            return HTTPResponse(status: 404)
        }
        databaseMetrics.refresh()
        return HTTPResponse(
            status: 200, headers: [("Content-Type", PrometheusMetrics.contentType), ("Cache-Control", "no-store")],
            body: .bytes(metrics.render()), isCompressible: true)
    }

    private func server(of head: HTTPRequestHead) -> any HTTPResponder {
        if TimeZoneServer.isAsked(head.target) { return timeZones }
        return DiscoveryServer.isAsked(head.target) ? discovery : dav
    }

    private func isOwn(_ target: String) -> Bool { Self.isPath("/healthz", of: target) || Self.isPath("/metrics", of: target) }

    private static func isPath(_ path: String, of target: String) -> Bool {
        guard target.hasPrefix(path) else { return false }
        let rest = target.utf8.dropFirst(path.utf8.count)
        return rest.isEmpty || rest.first == 0x3F
    }

    /// RFC 9112 §3.2.2: a request to an origin server may have the whole URL too.
    private static func inOriginForm(_ head: HTTPRequestHead) -> HTTPRequestHead {
        guard head.target.utf8.first != 0x2F, let scheme = head.target.firstRange(of: "://") else { return head }
        var head = head
        head.target = String(head.target[scheme.upperBound...].drop { $0 != "/" })
        return head
    }
}
