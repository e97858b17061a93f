/// A request, complete: its body has been received.
package struct HTTPRequest: Sendable {
    package var head: HTTPRequestHead
    package var body: HTTPRequestBody

    package init(head: HTTPRequestHead, body: HTTPRequestBody = .none) {
        self.head = head
        self.body = body
    }
}

/// What is known of a request before its body.
package struct HTTPRequestHead: Sendable {
    /// As sent: methods are case-sensitive (RFC 9110 §9.1).
    package var method: String
    /// The request target as sent, still percent-encoded: `/path?query` or an absolute URI.
    package var target: String
    package var headers: HTTPFields
    /// Address of the client without a port; what a trusted proxy said of it, where there is one.
    package var peer: String
    /// Whether the client's own connection, or that to the trusted proxy, was over TLS.
    package var isSecure: Bool
    /// Whether the connection comes from this machine itself (not through a proxy).
    package var isLoopback: Bool
    /// Host and port as the client named them (`Host`, `:authority`, or what a trusted proxy said).
    package var authority: String
    /// For the log and the `X-Request-ID` of the answer.
    package var id: String

    package init(
        method: String, target: String, headers: HTTPFields = HTTPFields(), peer: String = "127.0.0.1",
        isSecure: Bool = true, isLoopback: Bool = true, authority: String = "localhost", id: String = ""
    ) {
        self.method = method
        self.target = target
        self.headers = headers
        self.peer = peer
        self.isSecure = isSecure
        self.isLoopback = isLoopback
        self.authority = authority
        self.id = id
    }
}

package enum HTTPRequestBody: Sendable {
    case none
    case bytes([UInt8])
    /// A body that was written to a file of the spool directory. The responder owns it: it renames it away or leaves it, and
    /// what is left is removed after the answer.
    case file(path: String, size: Int)
}

/// The fields of a head, in the order in which they came; names are compared without case.
package struct HTTPFields: Sendable {
    package private(set) var fields: [(name: String, value: String)]

    package init(_ fields: [(name: String, value: String)] = []) { self.fields = fields }

    /// The first value of `name`, which is given in lower case.
    package func first(_ name: StaticString) -> String? {
        for field in fields where Self.isEqual(field.name, name) { return field.value }
        return nil
    }

    /// All values of `name`, which is given in lower case, joined with `, ` (RFC 9110 §5.3); nil where there is none.
    package func joined(_ name: StaticString) -> String? {
        var result: String?
        for field in fields where Self.isEqual(field.name, name) {
            result = result.map { $0 + ", " + field.value } ?? field.value
        }
        return result
    }

    package mutating func append(_ name: String, _ value: String) { fields.append((name, value)) }

    private static func isEqual(_ name: String, _ literal: StaticString) -> Bool {
        guard name.utf8.count == literal.utf8CodeUnitCount else { return false }
        return literal.withUTF8Buffer { buffer in
            zip(name.utf8, buffer).allSatisfy { ($0 &- 0x41 < 26 ? $0 | 0x20 : $0) == $1 }
        }
    }
}
