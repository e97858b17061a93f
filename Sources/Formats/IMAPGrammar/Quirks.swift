internal import Bytes

/// What clients send that the RFCs do not have, or say in a way that needs care, and is taken here nevertheless. Each is
/// named with who does it, and asked by its name where it matters.
enum Quirks {
    /// Sessions typed by hand, and scripts: lines that end with LF alone (RFC 9051 §2.2 wants CRLF).
    static func endOfContent(_ bytes: [UInt8], from start: Int, lineFeed: Int) -> Int {
        lineFeed > start && bytes[lineFeed - 1] == 0x0D ? lineFeed - 1 : lineFeed
    }

    /// Sessions typed by hand, and scripts: spaces at the end of a command.
    static func skipTrailingSpaces(_ cursor: inout CommandCursor) { cursor.skipSpaces() }

    /// Windows Mail: two spaces after `AUTHENTICATE PLAIN`.
    static func skipDoubledSpace(_ cursor: inout CommandCursor) { cursor.skipSpaces() }

    /// Clients without UTF8=ACCEPT that send 8-bit text in quoted strings, as search texts above all: RFC 3501 §9 allows
    /// only 7 bits there, RFC 9051 §9 allows UTF-8. It is taken in both; whether it is UTF-8 is asked where it is used.
    static let takesEightBitQuoted = true

    /// Copying tools send back flags as FETCH told them. `\Recent` cannot be set (RFC 3501 §2.3.2), and is dropped.
    static func drops(_ flag: Flag) -> Bool { flag == .recent }

    /// iPhone: `CHANGEDSINCE 0` after CONDSTORE appeared on an old account, where RFC 7162 §7 wants 1 at least.
    static func changedSince(_ sent: UInt64) -> UInt64 { max(sent, 1) }

    /// Roundcube sends `CHARSET "UTF-8"`: an astring by RFC 9051, but an atom in some servers.
    static func charset(_ cursor: inout CommandCursor) throws(ParseError) -> [UInt8] { try cursor.astring() }

    /// RFC 5464's own example has the options of GETMETADATA behind the mailbox, its grammar before it; clients do either.
    static let takesMetadataOptionsBehindMailbox = true

    /// Dovecot's suite of tests, and clients that were made with Dovecot: `BINARY[1.MIME]` and `BINARY[TEXT]`, which are what BODY has.
    static let takesSectionsInBinary = true

    /// The same: `<15>`, all from the 16th octet on, as URLs have it (RFC 5092 §11).
    static let takesPartialsWithoutCount = true

    /// Clients that write the day of a date-time with one digit and no space before it (RFC 9051 §9: date-day-fixed).
    static let takesOneDigitDay = true
}

extension MailboxName {
    /// Old versions of Thunderbird add the separator to the name in CREATE and LSUB. In CREATE the RFC has a meaning for it
    /// (RFC 9051 §6.3.4: names will be created below), elsewhere it is none of the name.
    package func withoutTrailingSeparator(_ separator: UInt8) -> MailboxName {
        guard utf8.count > 1, utf8.last == separator else { return self }
        return MailboxName(utf8: Array(utf8.dropLast()))
    }
}
