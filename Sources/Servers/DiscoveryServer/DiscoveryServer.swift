// DiscoveryServer: how programs set themselves up from a mail address alone, where DNS and RFC 6764 are not enough for them:
// Thunderbird's autoconfig, Outlook's autodiscover, and profiles for Apple's devices. It tells where the servers of this
// installation are, to anybody, and knows nothing else.
//
// Invariant: what is answered depends on the domain of an address only. Whether there is a user of that address is told to
// nobody, and no user is looked up.
//
// Start reading at DiscoveryRequest.swift, which has the table of paths; each form has a file.

package import HTTPServer

/// Answers what `DiscoveryRequest` lists.
package struct DiscoveryServer: HTTPResponder {
    let places: ServerPlaces
    /// CMS signed data of a profile; nil where there is nothing to sign it with that anybody would trust.
    let sign: @Sendable ([UInt8]) -> [UInt8]?
    /// Milliseconds since 1970 in UTC.
    let clock: @Sendable () -> Int64

    package init(
        _ places: ServerPlaces, sign: @escaping @Sendable ([UInt8]) -> [UInt8]? = { _ in nil },
        clock: @escaping @Sendable () -> Int64
    ) {
        self.places = places
        self.sign = sign
        self.clock = clock
    }

    package static func isAsked(_ target: String) -> Bool { DiscoveryRequest(target) != nil }

    /// Outlook's request is some hundred bytes.
    static let bodyLimit = 64 << 10

    package func bodyRule(for head: HTTPRequestHead) -> HTTPBodyRule { .collect(limit: Self.bodyLimit) }

    package func refusal(of head: HTTPRequestHead) -> HTTPResponse? { nil }

    package func respond(to request: HTTPRequest) -> HTTPResponse {
        let head = request.head
        guard let asked = DiscoveryRequest(head.target) else { return HTTPResponse(status: 404) }
        let allowed = asked.isPosted ? ["GET", "HEAD", "POST"] : ["GET", "HEAD"]
        guard allowed.contains(head.method) else {
            return HTTPResponse(status: 405, headers: [("Allow", allowed.joined(separator: ", "))])
        }
        switch asked {
        case .autoconfig(let query): return autoconfig(query, authority: head.authority)
        case .autodiscover: return autodiscover(request)
        case .autodiscoverJSON(let query): return autodiscoverJSON(query)
        case .appleProfile(let query): return appleProfile(query)
        }
    }

    static func answer(_ body: [UInt8], type: String, more: [(name: String, value: String)] = []) -> HTTPResponse {
        HTTPResponse(
            status: 200, headers: [("Content-Type", type), ("Cache-Control", "no-store")] + more, body: .bytes(body))
    }
}

/// Where clients reach the servers of this installation.
package struct ServerPlaces: Sendable, Equatable {
    /// The name that the certificate has.
    package var host: String
    /// Of HTTPS; nil: there is none for clients.
    package var httpsPort: Int?
    /// Of IMAP with TLS from the first byte; nil: no mail is read here.
    package var imapsPort: Int?
    /// Of submission with TLS from the first byte (RFC 8314 §3.3); nil: no mail is sent here.
    package var submissionsPort: Int?
    /// Mail domains in lower case, the server's own first.
    package var domains: [String]

    package init(host: String, httpsPort: Int?, imapsPort: Int?, submissionsPort: Int?, domains: [String]) {
        self.host = host
        self.httpsPort = httpsPort
        self.imapsPort = imapsPort
        self.submissionsPort = submissionsPort
        self.domains = domains
    }

    /// `https://host[:port]` and a path.
    func url(_ path: String) -> String? {
        httpsPort.map { $0 == 443 ? "https://\(host)\(path)" : "https://\(host):\($0)\(path)" }
    }
}
