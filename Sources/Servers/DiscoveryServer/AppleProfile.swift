import Bytes
import Cryptography
import Directory
import HTTPServer

extension DiscoveryServer {
    /// A configuration profile with all accounts of an address (Apple's "Device Management", profile-specific payload keys). No
    /// password is in it: the device asks for it.
    func appleProfile(_ query: DiscoveryQuery) -> HTTPResponse {
        guard query.value("address") != nil else {
            return HTTPResponse(
                status: 400, headers: [("Content-Type", "text/plain; charset=utf-8")],
                body: .bytes([UInt8]("Ask for \(DiscoveryRequest.applePath)?address=you@example.org\n".utf8)))
        }
        guard let address = query.address("address"), let domain = places.domain(of: address) else {
            return HTTPResponse(status: 404)
        }
        let profile = profile(address, domain)
        return Self.answer(
            sign(profile) ?? profile, type: "application/x-apple-aspen-config",
            more: [("Content-Disposition", "attachment; filename=\"\(domain).mobileconfig\"")])
    }

    private func profile(_ address: String, _ domain: String) -> [UInt8] {
        var out = PlainXML()
        out.prologue("""
            <!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">

            """)
        out.element("plist", [("version", "1.0")]) { out in
            out.element("dict") { out in
                payload(&out, "Configuration", address, title: domain)
                out.string("PayloadOrganization", domain)
                out.string("PayloadDescription", "Mail, calendars and contacts of \(address)")
                out.key("PayloadRemovalDisallowed")
                out.empty("false")
                out.key("PayloadContent")
                out.element("array") { out in
                    if let port = places.imapsPort { mail(&out, address, port) }
                    if let port = places.httpsPort {
                        web(&out, "CalDAV", address, port, title: "Calendars (\(domain))")
                        web(&out, "CardDAV", address, port, title: "Contacts (\(domain))")
                    }
                }
            }
        }
        return out.bytes
    }

    private func mail(_ out: inout PlainXML, _ address: String, _ port: Int) {
        out.element("dict") { out in
            payload(&out, "com.apple.mail.managed", address, title: "Mail")
            out.string("EmailAccountType", "EmailTypeIMAP")
            out.string("EmailAccountDescription", address)
            out.string("EmailAddress", address)
            out.string("IncomingMailServerAuthentication", "EmailAuthPassword")
            out.string("IncomingMailServerHostName", places.host)
            out.integer("IncomingMailServerPortNumber", port)
            out.flag("IncomingMailServerUseSSL")
            out.string("IncomingMailServerUsername", address)
            // The name must be there, also where nothing is sent.
            out.string("OutgoingMailServerHostName", places.host)
            out.string("OutgoingMailServerAuthentication", "EmailAuthPassword")
            out.string("OutgoingMailServerUsername", address)
            out.flag("OutgoingPasswordSameAsIncomingPassword")
            if let port = places.submissionsPort {
                out.integer("OutgoingMailServerPortNumber", port)
                out.flag("OutgoingMailServerUseSSL")
            }
        }
    }

    /// The URL of the principal is left out: the device finds it (RFC 6764 §6), and it would tell who is there.
    private func web(_ out: inout PlainXML, _ kind: String, _ address: String, _ port: Int, title: String) {
        out.element("dict") { out in
            payload(&out, "com.apple.\(kind.lowercased()).account", address, title: title)
            out.string("\(kind)AccountDescription", title)
            out.string("\(kind)HostName", places.host)
            out.integer("\(kind)Port", port)
            out.flag("\(kind)UseSSL")
            out.string("\(kind)Username", address)
        }
    }

    /// What every payload has. Identifiers are the same for the same address: a profile that is installed anew replaces the one before.
    private func payload(_ out: inout PlainXML, _ type: String, _ address: String, title: String) {
        let id = Self.uuid("\(type) \(places.host) \(address)")
        let host = places.host.split(separator: ".").reversed().joined(separator: ".")
        out.string("PayloadType", type)
        out.integer("PayloadVersion", 1)
        out.string("PayloadIdentifier", "\(host).\(id)")
        out.string("PayloadUUID", id)
        out.string("PayloadDisplayName", title)
    }

    /// RFC 9562 §5.8: version 8, by a hash of the name.
    static func uuid(_ name: String) -> String {
        var bytes = Array(SHA256.hash([UInt8](name.utf8)).prefix(16))
        bytes[6] = bytes[6] & 0x0F | 0x80
        bytes[8] = bytes[8] & 0x3F | 0x80
        var text = ""
        for (index, byte) in bytes.enumerated() {
            if [4, 6, 8, 10].contains(index) { text += "-" }
            text += String(decoding: Hexadecimal.encode([byte]), as: UTF8.self).uppercased()
        }
        return text
    }
}

/// Entries of a property list's dictionary.
extension PlainXML {
    fileprivate mutating func key(_ name: String) { element("key", name) }

    fileprivate mutating func string(_ name: String, _ value: String) {
        key(name)
        element("string", value)
    }

    fileprivate mutating func integer(_ name: String, _ value: Int) {
        key(name)
        element("integer", "\(value)")
    }

    /// True.
    fileprivate mutating func flag(_ name: String) {
        key(name)
        empty("true")
    }
}
