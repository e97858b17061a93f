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
    /// Addresses that may see the metrics; for others there are none.
    let metricsAccess: [AddressRange]
    /// Whether the database answers.
    let isHealthy: @Sendable () -> Bool

    func bodyRule(for head: HTTPRequestHead) -> HTTPBodyRule { server(of: head).bodyRule(for: head) }

    func refusal(of head: HTTPRequestHead) -> HTTPResponse? {
        isOwn(head) ? nil : server(of: head).refusal(of: head)
    }

    func immediateAnswer(to request: HTTPRequest) -> HTTPResponse? {
        isOwn(request.head) ? nil : server(of: request.head).immediateAnswer(to: request)
    }

    func respond(to request: HTTPRequest) -> HTTPResponse {
        guard isOwn(request.head) else { return server(of: request.head).respond(to: request) }
        guard request.head.method == "GET" || request.head.method == "HEAD" else {
            return HTTPResponse(status: 405, headers: [("Allow", "GET, HEAD")])
        }
        if Self.path(of: request.head) == "/healthz" {
            let isHealthy = isHealthy()
            return HTTPResponse(
                status: isHealthy ? 200 : 503, headers: [("Content-Type", "text/plain"), ("Cache-Control", "no-store")],
                body: .bytes([UInt8](isHealthy ? "ok\n".utf8 : "the database does not answer\n".utf8)))
        }
        // Somebody behind a proxy of this machine that is not a trusted one is not on this machine.
        guard let address = IPAddress(request.head.peer), request.head.isLoopback || !address.isLoopback, metricsAccess.contains(where: { $0.contains(address) }) else {
            return HTTPResponse(status: 404)
        }
        return HTTPResponse(
            status: 200, headers: [("Content-Type", PrometheusMetrics.contentType), ("Cache-Control", "no-store")],
            body: .bytes(metrics.render()), isCompressible: true)
    }

    private func server(of head: HTTPRequestHead) -> any HTTPResponder {
        let target = Self.originForm(head.target)
        if TimeZoneServer.isAsked(String(target)) { return timeZones }
        return DiscoveryServer.isAsked(String(target)) ? discovery : dav
    }

    private func isOwn(_ head: HTTPRequestHead) -> Bool { ["/healthz", "/metrics"].contains(Self.path(of: head)) }

    private static func path(of head: HTTPRequestHead) -> Substring { originForm(head.target).prefix { $0 != "?" } }

    /// RFC 9112 §3.2.2: a request to an origin server may have the whole URL too.
    private static func originForm(_ target: String) -> Substring {
        guard target.utf8.first != 0x2F, let scheme = target.range(of: "://") else { return target[...] }
        return target[scheme.upperBound...].drop { $0 != "/" }
    }
}
