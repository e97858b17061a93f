import Bytes

/// IMPP (RFC 4770, RFC 6350 §6.4.3) and SOCIALPROFILE (RFC 9554 §3.5), and the names that clients had for them before.
enum CardServices {
    private static let schemes = [
        "X-AIM": "aim", "X-ICQ": "icq", "X-JABBER": "xmpp", "X-GTALK": "xmpp", "X-GOOGLE-TALK": "xmpp", "X-MSN": "msnim",
        "X-YAHOO": "ymsgr", "X-SKYPE": "skype", "X-SKYPE-USERNAME": "skype", "X-GADUGADU": "gg", "X-QQ": "qq",
    ]

    /// - Parameter addresses: those that IMPP has already, which clients write under both names.
    static func toVersion4(_ line: inout CardLine, addresses: Set<String>) {
        if let scheme = schemes[line.name] {
            let text = line.text.trimmedOfWhitespace
            let uri = Array("\(scheme):".utf8) + URIText.percentEncoded(text)
            guard !text.isEmpty, text == line.text, !addresses.contains(String(utf8: uri).lowercased()) else { return }
            line.setParameter(CardLine.version3Name, line.name)
            line.rename("IMPP")
            line.value = uri[...]
        } else if line.name == "X-SOCIALPROFILE" {
            line.rename("SOCIALPROFILE")
            if let service = line.types.first(where: { !["home", "work", "pref"].contains($0.lowercased()) }) {
                line.removeType(service.lowercased())
                line.setParameter("SERVICE-TYPE", service)
            }
            if let user = line.parameter("X-USER") {
                line.removeParameter("X-USER")
                line.setParameter("USERNAME", user)
            }
            if !URIText.hasScheme(line.value) { line.setParameter("VALUE", "text") }
        }
    }

    static func toVersion3(_ line: inout CardLine) {
        if line.name == "IMPP", let name = line.takeVersion3Name(), let scheme = schemes[name] {
            guard let text = PercentCoding.decode(line.value.dropFirst(scheme.utf8.count + 1)) else { return }
            line.rename(name)
            line.setText(String(utf8: text))
        } else if line.name == "SOCIALPROFILE" {
            line.rename("X-SOCIALPROFILE")
            line.removeValueType("text", "uri")
            if let service = line.parameter("SERVICE-TYPE") {
                line.removeParameter("SERVICE-TYPE")
                line.setTypes([service] + line.types)
            }
            if let user = line.parameter("USERNAME") {
                line.removeParameter("USERNAME")
                line.setParameter("X-USER", user)
            }
        }
    }
}
