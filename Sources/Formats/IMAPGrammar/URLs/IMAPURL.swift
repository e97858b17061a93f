internal import Bytes

/// An IMAP URL (RFC 5092) of a mailbox, of a message, or of a part of one, with its authorization (RFC 4467, URLAUTH).
package struct IMAPURL: Hashable, Sendable {
    package struct Server: Hashable, Sendable {
        package var user: [UInt8]?
        /// Behind `;AUTH=`; `*` is any.
        package var mechanism: [UInt8]?
        package var host: [UInt8]
        package var port: UInt16?

        package init(user: [UInt8]? = nil, mechanism: [UInt8]? = nil, host: [UInt8], port: UInt16? = nil) {
            (self.user, self.mechanism, self.host, self.port) = (user, mechanism, host, port)
        }
    }

    package struct Partial: Hashable, Sendable {
        package var origin: UInt64
        package var count: UInt64?

        package init(origin: UInt64, count: UInt64? = nil) { (self.origin, self.count) = (origin, count) }
    }

    /// Who may use it (RFC 5092 §6.1).
    package enum Access: Hashable, Sendable {
        case submit([UInt8]), user([UInt8]), authenticatedUser, anonymous
    }

    package struct Authorization: Hashable, Sendable {
        package var access: Access
        /// Since 1970, with what was written.
        package var expires: Expiry?
        /// In upper case, and the token in hexadecimal digits; nil before it was generated.
        package var verifier: Verifier?

        package init(access: Access, expires: Expiry? = nil, verifier: Verifier? = nil) {
            (self.access, self.expires, self.verifier) = (access, expires, verifier)
        }
    }

    package struct Verifier: Hashable, Sendable {
        package var mechanism: [UInt8]
        package var token: [UInt8]

        package init(mechanism: [UInt8], token: [UInt8]) { (self.mechanism, self.token) = (mechanism, token) }
    }

    package struct Expiry: Hashable, Sendable {
        package var seconds: Int64
        package var written: [UInt8]
    }

    /// Nil for a URL relative to a server, or to a mailbox.
    package var server: Server?
    /// Nil for one relative to the selected mailbox, and for one of a server.
    package var mailbox: MailboxName?
    package var uidValidity: UInt32?
    /// RFC 5092 §4: a search program.
    package var search: [UInt8]?
    package var uid: UInt32?
    /// As FETCH has it between the brackets.
    package var section: [UInt8]?
    package var partial: Partial?
    package var authorization: Authorization?

    package init(server: Server? = nil, mailbox: MailboxName? = nil) {
        self.server = server
        self.mailbox = mailbox
    }

    /// What the token is made of: the URL without `:mechanism:token` (RFC 4467 §7), byte for byte.
    package static func rump(of url: [UInt8]) -> ArraySlice<UInt8>? {
        guard let parsed = try? IMAPURL.parse(url), let verifier = parsed.authorization?.verifier else { return nil }
        return url.dropLast(verifier.mechanism.count + verifier.token.count + 2)
    }
}

extension IMAPURL {
    package func append(to out: inout [UInt8]) {
        if let server {
            out.append("imap://")
            if let user = server.user { URLCoding.append(user, to: &out) }
            if let mechanism = server.mechanism {
                out.append(";AUTH=")
                if mechanism == [0x2A] { out.append(0x2A) } else { URLCoding.append(mechanism, to: &out) }
            }
            if server.user != nil || server.mechanism != nil { out.append(0x40) }
            out.append(contentsOf: server.host)
            if let port = server.port {
                out.append(0x3A)
                out.append(decimal: port)
            }
        }
        if let mailbox {
            out.append(0x2F)
            URLCoding.append(mailbox.utf8, keeping: true, to: &out)
        } else if uid == nil {
            if server == nil { out.append(0x2F) }
            return
        }
        number(";UIDVALIDITY=", uidValidity, &out)
        if let search {
            out.append(0x3F)
            URLCoding.append(search, keeping: true, to: &out)
        }
        number(mailbox == nil ? ";UID=" : "/;UID=", uid, &out)
        if let section {
            out.append("/;SECTION=")
            URLCoding.append(section, keeping: true, to: &out)
        }
        if let partial {
            out.append("/;PARTIAL=")
            out.append(decimal: partial.origin)
            if let count = partial.count {
                out.append(0x2E)
                out.append(decimal: count)
            }
        }
        authorization?.append(to: &out)
    }

    private func number(_ name: StaticString, _ number: UInt32?, _ out: inout [UInt8]) {
        guard let number else { return }
        out.append(name)
        out.append(decimal: number)
    }
}

extension IMAPURL.Authorization {
    fileprivate func append(to out: inout [UInt8]) {
        if let expires {
            out.append(";EXPIRE=")
            out.append(contentsOf: expires.written)
        }
        out.append(";URLAUTH=")
        switch access {
        case .submit(let user):
            out.append("submit+")
            URLCoding.append(user, to: &out)
        case .user(let user):
            out.append("user+")
            URLCoding.append(user, to: &out)
        case .authenticatedUser: out.append("authuser")
        case .anonymous: out.append("anonymous")
        }
        guard let verifier else { return }
        out.append(0x3A)
        out.append(contentsOf: verifier.mechanism)
        out.append(0x3A)
        out.append(contentsOf: verifier.token)
    }
}

enum URLCoding {
    /// RFC 5092 §11: achar stand for themselves, and where `keeping`, those of bchar (`:`, `@`, `/`); all others are `%XX`.
    static func append(_ bytes: [UInt8], keeping: Bool = false, to out: inout [UInt8]) {
        for byte in bytes {
            if isPlain(byte) || (keeping && (byte == 0x3A || byte == 0x40 || byte == 0x2F)) {
                out.append(byte)
            } else {
                out.append(0x25)
                for digit in [byte >> 4, byte & 15] { out.append(digit < 10 ? digit + 0x30 : digit + 0x37) }
            }
        }
    }

    /// uchar: unreserved and some sub-delims; `&`, `=` and `~` of achar.
    private static func isPlain(_ byte: UInt8) -> Bool {
        if byte.isASCIILetter || byte.isASCIIDigit { return true }
        switch byte {
        case 0x2D, 0x2E, 0x5F, 0x7E, 0x21, 0x24, 0x27, 0x28, 0x29, 0x2A, 0x2B, 0x2C, 0x26, 0x3D: return true
        default: return false
        }
    }
}
