import Bytes
import Directory
import HTTPServer
import XML

extension DiscoveryServer {
    /// MS-OXDSCLI §2.2.3, §2.2.4: the settings of mail, in the form that Outlook asks for. There is none for calendars and contacts
    /// of servers that are no Exchange.
    func autodiscover(_ request: HTTPRequest) -> HTTPResponse {
        guard request.head.method == "POST" else { return autodiscoverGet(request.head) }
        guard case .bytes(let body) = request.body, let document = try? XMLDocument.parse(body),
            document.root.name.local == "Autodiscover", let asked = document.root.child("Request"),
            let address = asked.text("EMailAddress"), let schema = asked.text("AcceptableResponseSchema")
        else { return problem(600, "Invalid Request") }
        guard schema == Self.outlookSchema else {
            // ActiveSync, above all: this is no such server.
            return problem(601, "There is no provider of this response schema here.")
        }
        guard let address = MailAddress.folded(address), places.domain(of: address) != nil else {
            return problem(500, "The e-mail address is of another domain.")
        }
        return Self.answer(settings(of: address), type: Self.type)
    }

    /// MS-OXDISCO §3.1.5.3: what is asked for without TLS is led to TLS.
    private func autodiscoverGet(_ head: HTTPRequestHead) -> HTTPResponse {
        guard !head.isSecure, let url = places.url(DiscoveryRequest.autodiscoverPath) else { return problem(600, "Invalid Request") }
        return HTTPResponse(status: 302, headers: [("Location", url), ("Cache-Control", "no-store")])
    }

    private static let type = "text/xml; charset=utf-8"
    private static let schema = "http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006"
    private static let outlookSchema = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"

    private func settings(of address: String) -> [UInt8] {
        var out = PlainXML()
        out.element("Autodiscover", [("xmlns", Self.schema)]) { out in
            out.element("Response", [("xmlns", Self.outlookSchema)]) { out in
                out.element("Account") { out in
                    out.element("AccountType", "email")
                    out.element("Action", "settings")
                    if let port = places.imapsPort { protocolSettings(&out, "IMAP", port, address) }
                    if let port = places.submissionsPort { protocolSettings(&out, "SMTP", port, address) }
                }
            }
        }
        return out.bytes
    }

    /// MS-OXDSCLI §2.2.4.1.1.2.6.
    private func protocolSettings(_ out: inout PlainXML, _ type: String, _ port: Int, _ address: String) {
        out.element("Protocol") { out in
            out.element("Type", type)
            out.element("Server", places.host)
            out.element("Port", "\(port)")
            out.element("LoginName", address)
            out.element("DomainRequired", "off")
            // No secure password authentication (NTLM).
            out.element("SPA", "off")
            out.element("SSL", "on")
            out.element("AuthRequired", "on")
        }
    }

    /// MS-OXDSCLI §2.2.4.1.1.1: errors have the status 200.
    private func problem(_ code: Int, _ message: String) -> HTTPResponse {
        var out = PlainXML()
        out.element("Autodiscover", [("xmlns", Self.schema)]) { out in
            out.element("Response") { out in
                out.element("Error", [("Time", time), ("Id", "1")]) { out in
                    out.element("ErrorCode", "\(code)")
                    out.element("Message", message)
                    out.empty("DebugData")
                }
            }
        }
        return Self.answer(out.bytes, type: Self.type)
    }

    private var time: String {
        let milliseconds = ((clock() % 86_400_000) + 86_400_000) % 86_400_000
        func padded(_ number: Int64, _ width: Int) -> String {
            let text = "\(number)"
            return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
        }
        let seconds = milliseconds / 1000
        return "\(padded(seconds / 3600, 2)):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2)).\(padded(milliseconds % 1000, 3))"
    }
}

extension XMLElement {
    /// The first child of this local name, whatever namespace the client put it into.
    fileprivate func child(_ local: String) -> XMLElement? {
        for child in children where child.name.local == local { return child }
        return nil
    }

    fileprivate func text(_ local: String) -> String? {
        child(local).flatMap { String(validating: $0.trimmedText, as: UTF8.self) }
    }
}
