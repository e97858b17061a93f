import Directory
import HTTPServer

extension DiscoveryServer {
    /// Thunderbird's form, version 1.1 (draft-ietf-mailmaint-autoconfig). The address itself need not be given: clients put
    /// theirs in the place of `%EMAILADDRESS%`.
    func autoconfig(_ query: DiscoveryQuery, authority: String) -> HTTPResponse {
        let domain: String?
        if query.value("emailaddress") != nil {
            domain = query.address("emailaddress").flatMap { places.domain(of: $0) }
        } else {
            domain = self.domain(ofHost: authority)
        }
        guard let domain else { return HTTPResponse(status: 404) }
        return Self.answer(config(of: domain), type: "text/xml; charset=utf-8")
    }

    /// `autoconfig.DOMAIN` is its domain's; all other names are the server's own.
    private func domain(ofHost authority: String) -> String? {
        let host = authority.lowercased().prefix { $0 != ":" }
        let prefix = "autoconfig."
        if host.hasPrefix(prefix), places.domains.contains(String(host.dropFirst(prefix.count))) {
            return String(host.dropFirst(prefix.count))
        }
        return places.domains.contains(String(host)) ? String(host) : places.domains.first
    }

    private func config(of domain: String) -> [UInt8] {
        var out = PlainXML()
        out.element("clientConfig", [("version", "1.1")]) { out in
            out.element("emailProvider", [("id", domain)]) { out in
                out.element("domain", domain)
                out.element("displayName", domain)
                out.element("displayShortName", domain)
                if let port = places.imapsPort { mailServer(&out, "incomingServer", type: "imap", port) }
                if let port = places.submissionsPort { mailServer(&out, "outgoingServer", type: "smtp", port) }
            }
            // RFC 6764 §5 begins at the root.
            if let url = places.url("/") {
                webServer(&out, "addressBook", type: "carddav", url)
                webServer(&out, "calendar", type: "caldav", url)
            }
            if let url = places.url("/files/%EMAILADDRESS%/") { webServer(&out, "fileShare", type: "webdav", url) }
        }
        return out.bytes
    }

    private func mailServer(_ out: inout PlainXML, _ name: String, type: String, _ port: Int) {
        out.element(name, [("type", type)]) { out in
            out.element("hostname", places.host)
            out.element("port", "\(port)")
            out.element("socketType", "SSL")
            // In the clear within TLS.
            out.element("authentication", "password-cleartext")
            out.element("username", "%EMAILADDRESS%")
        }
    }

    private func webServer(_ out: inout PlainXML, _ name: String, type: String, _ url: String) {
        out.element(name, [("type", type)]) { out in
            out.element("username", "%EMAILADDRESS%")
            out.element("authentication", "http-basic")
            out.element("serverURL", url)
        }
    }
}
