package import Bytes
import CivilTime

extension IMAPURL {
    /// Longer ones are none.
    private static let longest = 8192

    /// `imap://...`, or one relative to a server (`/INBOX/;UID=20`) or to a mailbox (`;UID=20/;SECTION=1.2`).
    package static func parse(_ text: [UInt8]) throws(ParseError) -> IMAPURL {
        guard text.count <= longest else { throw ParseError(at: longest, expected: "the end of the URL") }
        var reader = URLReader(text)
        var url = IMAPURL()
        if reader.take("imap://") {
            url.server = try reader.server()
            if reader.isAtEnd { return url }
            guard reader.take("/") else { throw reader.failure("/") }
            if reader.isAtEnd { return url }
        } else if reader.take("/") {
            if reader.isAtEnd { return url }
        } else if reader.isNext(";UID=") {
            try reader.command(&url, isInMailbox: true)
            guard reader.isAtEnd else { throw reader.failure("the end of the URL") }
            return url
        } else {
            throw reader.failure("imap:// or /")
        }
        try reader.command(&url, isInMailbox: false)
        guard reader.isAtEnd else { throw reader.failure("the end of the URL") }
        return url
    }
}

private struct URLReader {
    private let text: [UInt8]
    private var position = 0

    init(_ text: [UInt8]) { self.text = text }

    var isAtEnd: Bool { position >= text.count }

    func failure(_ expected: String) -> ParseError { ParseError(at: position, expected: expected) }

    func isNext(_ literal: StaticString) -> Bool {
        text[position...].prefix(literal.utf8CodeUnitCount).equalsIgnoringASCIICase(literal)
    }

    mutating func take(_ literal: StaticString) -> Bool {
        guard isNext(literal) else { return false }
        position += literal.utf8CodeUnitCount
        return true
    }

    /// Up to the first of these bytes, or the end.
    private mutating func run(until ends: [UInt8]) -> ArraySlice<UInt8> {
        let run = text[position...].prefix { !ends.contains($0) }
        position = run.endIndex
        return run
    }

    private func decoded(_ part: ArraySlice<UInt8>) throws(ParseError) -> [UInt8] {
        // RFC 5092 §11: printable US-ASCII alone
        guard part.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), let bytes = PercentCoding.decode(part), !bytes.contains(0) else {
            throw ParseError(at: part.startIndex, expected: "percent-encoded text")
        }
        return bytes
    }

    private mutating func number(_ name: String) throws(ParseError) -> UInt32 {
        let digits = run { $0.isASCIIDigit }
        guard let value = digits.decimalValue, value > 0, let number = UInt32(exactly: value) else { throw failure(name) }
        return number
    }

    private mutating func run(_ isPart: (UInt8) -> Bool) -> ArraySlice<UInt8> {
        let run = text[position...].prefix(while: isPart)
        position = run.endIndex
        return run
    }

    mutating func server() throws(ParseError) -> IMAPURL.Server {
        let authority = run(until: [0x2F])
        var server = IMAPURL.Server(host: [])
        var hostPart = authority
        if let at = authority.lastIndex(of: 0x40) {
            hostPart = authority[(at + 1)...]
            let user = authority[..<at]
            var name = user
            if let semicolon = user.firstIndex(of: 0x3B) {
                name = user[..<semicolon]
                let auth = user[semicolon...]
                guard auth.prefix(6).equalsIgnoringASCIICase(";AUTH=") else {
                    throw ParseError(at: semicolon, expected: ";AUTH=")
                }
                server.mechanism = try decoded(auth.dropFirst(6))
            }
            if !name.isEmpty { server.user = try decoded(name) }
        }
        // A port stands behind the last colon, unless that is in an address in brackets.
        if let colon = hostPart.lastIndex(of: 0x3A), !hostPart[colon...].contains(0x5D) {
            guard let port = hostPart[(colon + 1)...].decimalValue.flatMap(UInt16.init(exactly:)) else {
                throw ParseError(at: colon + 1, expected: "a port")
            }
            server.port = port
            hostPart = hostPart[..<colon]
        }
        guard !hostPart.isEmpty, hostPart.allSatisfy({ isHostByte($0) }) else {
            throw ParseError(at: hostPart.startIndex, expected: "a host")
        }
        server.host = Array(hostPart)
        return server
    }

    private func isHostByte(_ byte: UInt8) -> Bool {
        byte.isASCIILetter || byte.isASCIIDigit || [0x2D, 0x2E, 0x5F, 0x7E, 0x5B, 0x5D, 0x3A, 0x25].contains(byte)
    }

    /// RFC 5092 §11: icommand
    mutating func command(_ url: inout IMAPURL, isInMailbox: Bool) throws(ParseError) {
        let start = position
        var path = run(until: [0x3B, 0x3F])
        let isMessage = isNext(";UID=") && (path.last == 0x2F || path.isEmpty)
        if isMessage, path.last == 0x2F { path = path.dropLast() }
        if !isInMailbox {
            guard !path.isEmpty, let name = MailboxName(try decoded(path), coding: .utf8) else {
                throw ParseError(at: start, expected: "a mailbox name")
            }
            url.mailbox = name
        }
        if take(";UIDVALIDITY=") { url.uidValidity = try number("UIDVALIDITY") }
        if take("?") {
            url.search = try decoded(run(until: []))
            return
        }
        if !isMessage {
            if isAtEnd { return }
            guard take("/") else { throw failure("/;UID=") }
        }
        guard take(";UID=") else { throw failure(";UID=") }
        url.uid = try number("a UID")
        if take("/;SECTION=") {
            var section = run(until: [0x3B])
            if !isAtEnd, section.last == 0x2F {
                section = section.dropLast()
                position -= 1
            }
            url.section = try decoded(section)
        }
        if take("/;PARTIAL=") { url.partial = try partial() }
        try authorization(&url)
    }

    private mutating func partial() throws(ParseError) -> IMAPURL.Partial {
        guard let origin = run({ $0.isASCIIDigit }).decimalValue else { throw failure("an origin") }
        var partial = IMAPURL.Partial(origin: UInt64(origin))
        if take(".") {
            guard let count = run({ $0.isASCIIDigit }).decimalValue, count > 0 else { throw failure("a count") }
            partial.count = UInt64(count)
        }
        return partial
    }

    private mutating func authorization(_ url: inout IMAPURL) throws(ParseError) {
        var expires: IMAPURL.Expiry?
        if take(";EXPIRE=") {
            let written = run(until: [0x3B])
            guard let seconds = InternetTime.parse(written)?.seconds else {
                throw ParseError(at: written.startIndex, expected: "a date and time of RFC 3339")
            }
            expires = IMAPURL.Expiry(seconds: seconds, written: Array(written))
        }
        guard take(";URLAUTH=") else {
            if expires != nil { throw failure(";URLAUTH=") }
            return
        }
        let access: IMAPURL.Access
        if take("submit+") {
            access = .submit(try decoded(run(until: [0x3A])))
        } else if take("user+") {
            access = .user(try decoded(run(until: [0x3A])))
        } else if take("authuser") {
            access = .authenticatedUser
        } else if take("anonymous") {
            access = .anonymous
        } else {
            throw failure("who may use the URL")
        }
        var authorization = IMAPURL.Authorization(access: access, expires: expires)
        if take(":") {
            let mechanism = run { $0.isASCIILetter || $0.isASCIIDigit || $0 == 0x2D || $0 == 0x2E }
            guard !mechanism.isEmpty, take(":") else { throw failure("a mechanism and a token") }
            let token = run { $0.hexadecimalValue != nil }
            // RFC 5092 §11: enc-urlauth = 32*HEXDIG
            guard token.count >= 32 else { throw failure("a token of 32 digits or more") }
            authorization.verifier = IMAPURL.Verifier(mechanism: mechanism.map(\.asciiUppercased), token: Array(token))
        }
        url.authorization = authorization
    }
}
