import CLDAP

/// What went wrong with an operation.
struct LDAPError: Error, CustomStringConvertible {
    var code: Int32
    /// What the server or libldap says more; bounded, and fit for a log.
    var diagnostic: String
    var action: String

    init(_ code: Int32, _ action: String, diagnostic: String = "") {
        self.code = code
        self.action = action
        self.diagnostic = String(String.UnicodeScalarView(diagnostic.unicodeScalars.prefix(300).map {
            $0.properties.generalCategory == .control ? " " : $0
        }))
    }

    var description: String {
        let text = String(cString: ldap_err2string(code))
        return "\(action): \(text)" + (diagnostic.isEmpty ? "" : " (\(diagnostic))")
    }

    /// Whether another server may do better: this one was not reached, or says that it cannot now (RFC 4511 appendix A).
    var isOfServer: Bool {
        switch code {
        case LDAP_SERVER_DOWN, LDAP_LOCAL_ERROR, LDAP_DECODING_ERROR, LDAP_TIMEOUT, LDAP_CONNECT_ERROR, LDAP_BUSY,
            LDAP_UNAVAILABLE:
            true
        default: false
        }
    }
}
