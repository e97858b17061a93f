/// What the log has of a request. Never a field's value, a query or a body.
package struct RequestLog: Sendable {
    /// The longest part of a path that is told.
    private static let pathLength = 512
    /// The longest part of a method that is told: one that does not exist can be as long as a head may be.
    private static let methodLength = 32

    package let id: String
    /// Address of the client without a port.
    package let peer: String
    package let status: Int
    /// Who asked, where that was found out.
    package let principal: String?
    package let nanoseconds: Int64
    /// Bytes of the request's body, as they came.
    package let received: Int
    /// Bytes of the answer, with its head.
    package let sent: Int
    /// Whether the answer went out to its end.
    package let isComplete: Bool
    private let sentMethod: String
    private let target: String
    private let isHTTP2: Bool
    private let isSecure: Bool

    package init(
        head: HTTPRequestHead, isHTTP2: Bool, status: Int, principal: String?, nanoseconds: Int64, received: Int, sent: Int,
        isComplete: Bool
    ) {
        (id, peer, sentMethod, target, isSecure) = (head.id, head.peer, head.method, head.target, head.isSecure)
        self.isHTTP2 = isHTTP2
        self.status = status
        self.principal = principal
        self.nanoseconds = nanoseconds
        self.received = received
        self.sent = sent
        self.isComplete = isComplete
    }

    package var method: String {
        sentMethod.utf8.count > Self.methodLength ? String(sentMethod.prefix(Self.methodLength)) : sentMethod
    }

    package var path: String {
        let path = target.utf8.prefix { $0 != 0x3F }
        guard path.count > Self.pathLength else { return String(decoding: path, as: UTF8.self) }
        return String(decoding: path.prefix(Self.pathLength), as: UTF8.self) + "..."
    }

    package var proto: String {
        switch (isHTTP2, isSecure) {
        case (true, true): "h2+tls"
        case (true, false): "h2"
        case (false, true): "http/1.1+tls"
        case (false, false): "http/1.1"
        }
    }
}

/// Where requests are told when they are over. It is no `Logger`, because every request is told: to put eleven values into a
/// dictionary and to sort them took an eighth of a GET's time.
package protocol RequestLogger: Sendable {
    func log(_ request: RequestLog)
}
