import Logging

/// The one line that the log has of each request. Never a field's value, a query or a body.
struct RequestLog {
    /// The longest part of a path that is written.
    private static let pathLength = 512

    var method: String
    var target: String
    var peer: String
    var id: String
    var isHTTP2: Bool
    var isSecure: Bool

    func write(
        to logger: Logger, status: Int, principal: String?, nanoseconds: Int64, received: Int, sent: Int,
        isComplete: Bool
    ) {
        logger.info(
            "request",
            metadata: [
                "principal": .string(principal ?? "-"),
                "method": .string(String(method.prefix(32))),
                "path": .string(path),
                "status": .stringConvertible(status),
                "ms": .stringConvertible(Double(nanoseconds / 100_000) / 10),
                "in": .stringConvertible(received),
                "out": .stringConvertible(sent),
                "id": .string(id),
                "peer": .string(peer),
                "proto": .string((isHTTP2 ? "h2" : "http/1.1") + (isSecure ? "+tls" : "")),
                "complete": .stringConvertible(isComplete),
            ])
    }

    private var path: String {
        let path = target.utf8.prefix { $0 != 0x3F }
        let text = String(decoding: path.prefix(Self.pathLength), as: UTF8.self)
        return path.count > Self.pathLength ? text + "..." : text
    }
}
