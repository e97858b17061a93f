import Bytes
import CollectionStore
import HTTPServer

/// Where managed attachments are served: `/attachments/<managed-id>/<name>`. The name is for people, and for what a client
/// calls the file that it saves; only the id is looked at.
enum AttachmentURL {
    static let container = "attachments"

    /// An absolute URI, as RFC 5545 §3.8.1.1 wants it: by the scheme and host that the client uses. Another client replaces
    /// them by those that it uses itself (RFC 8607 §6.1), so they need not be the right ones for all. Throws `Reply` 400.
    static func text(managedID: String, filename: String?, for head: HTTPRequestHead) throws -> String {
        let authority = head.authority
        let isSound = authority.utf8.allSatisfy {
            $0.isASCIILetter || $0.isASCIIDigit || $0 == 0x2D || $0 == 0x2E || $0 == 0x3A || $0 == 0x5B || $0 == 0x5D
        }
        guard !authority.isEmpty, authority.utf8.count <= 300, isSound else { throw Reply(.badRequest, "Host: no host.") }
        var href = Href().collection(container)
        if let filename {
            href = href.collection(managedID).member(filename)
        } else {
            href.appendMember(managedID)
        }
        return (head.isSecure ? "https://" : "http://") + authority + href.text
    }
}
