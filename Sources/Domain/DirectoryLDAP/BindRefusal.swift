import CLDAP
import Directory

/// What a server's refusal of a bind says of the password.
enum BindRefusal {
    /// Nil: nothing, for the fault is another's.
    static func verdict(_ code: Int32, _ diagnostic: String) -> PasswordVerdict? {
        switch code {
        case LDAP_INVALID_CREDENTIALS:
            return domainControllerReason(diagnostic).map { .refused(reason: $0) } ?? .wrong
        // RFC 4511 appendix A: no such entry (any more), or one without a password.
        case LDAP_NO_SUCH_OBJECT, LDAP_INAPPROPRIATE_AUTH, LDAP_INVALID_DN_SYNTAX: return .wrong
        // 389 Directory Server: 53 for a deactivated account, 19 for one with too many wrong passwords.
        case LDAP_UNWILLING_TO_PERFORM, LDAP_CONSTRAINT_VIOLATION:
            return .refused(reason: diagnostic.isEmpty ? "refused" : diagnostic)
        default: return nil
        }
    }

    /// Active Directory and Samba tell by a Windows error what the credentials lack: `…, data 533, v1db1`
    /// (MS-ERREF §2.2, in hexadecimal). Those for an unknown user (525) and a wrong password (52e) are "wrong".
    private static func domainControllerReason(_ diagnostic: String) -> String? {
        guard let range = diagnostic.firstRange(of: "data ") else { return nil }
        switch diagnostic[range.upperBound...].prefix(while: { $0.isHexDigit }).lowercased() {
        case "530": return "not at this time"
        case "531": return "not from here"
        case "532": return "the password has expired"
        case "533": return "disabled"
        case "701": return "expired"
        case "773": return "the password must be changed"
        case "775": return "locked"
        default: return nil
        }
    }
}
