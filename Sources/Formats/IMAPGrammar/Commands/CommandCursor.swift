internal import Bytes

/// A place in the bytes of a command, literals included: `{5}`, CRLF and the five bytes stand there as they were sent.
///
/// It reads the tokens of RFC 9051 §9. No byte of the input is looked at twice but for one byte of look-ahead.
struct CommandCursor {
    let bytes: [UInt8]
    var position: Int
    var coding: MailboxCoding
    /// Whether a literal was announced at the end of `bytes` whose bytes are not there.
    private(set) var metOpenLiteral = false

    init(_ bytes: [UInt8], at position: Int = 0, coding: MailboxCoding = .modifiedUTF7) {
        self.bytes = bytes
        self.position = position
        self.coding = coding
    }

    @inline(__always)
    var isAtEnd: Bool { position >= bytes.count }

    /// The next byte, or NUL at the end: it stands nowhere in the grammar but in literals.
    @inline(__always)
    var byte: UInt8 { position < bytes.count ? bytes[position] : 0 }

    /// The byte behind the space that comes next; NUL where none comes.
    var byteAfterSpace: UInt8 { byte == 0x20 && position + 1 < bytes.count ? bytes[position + 1] : 0 }

    /// Whether something follows that is more than spaces.
    var hasArgument: Bool { byteAfterSpace != 0 && byteAfterSpace != 0x20 }

    func failure(_ expected: String) -> ParseError { ParseError(at: position, expected: expected) }

    @inline(__always)
    mutating func take(_ wanted: UInt8) -> Bool {
        guard byte == wanted, !isAtEnd else { return false }
        position += 1
        return true
    }

    @inline(__always)
    mutating func expect(_ wanted: UInt8, _ name: StaticString) throws(ParseError) {
        guard take(wanted) else { throw failure("\(name)") }
    }

    @inline(__always)
    mutating func space() throws(ParseError) { try expect(0x20, "a space") }
    @inline(__always)
    mutating func open() throws(ParseError) { try expect(0x28, "(") }
    @inline(__always)
    mutating func close() throws(ParseError) { try expect(0x29, ")") }

    mutating func skipSpaces() { while take(0x20) {} }

    // MARK: Words

    /// The letters, digits, dots, hyphens and underscores that follow, in upper case; nil where there are none, or more than
    /// any word of the grammar has. The place is behind them either way.
    @inline(__always)
    mutating func word() -> Word? {
        var word = Word()
        var isLong = false
        while position < bytes.count, bytes[position].isWordByte {
            if !word.append(bytes[position]) { isLong = true }
            position += 1
        }
        return isLong || word.count == 0 ? nil : word
    }

    /// A word of which this is one.
    mutating func expectWord(_ literal: StaticString) throws(ParseError) {
        let start = position
        guard word() == Word(literal) else {
            position = start
            throw failure("\(literal)")
        }
    }

    /// Takes the word where it is the next one.
    mutating func takeWord(_ literal: StaticString) -> Bool {
        guard byte.asciiUppercased == literal.utf8Start.pointee else { return false }
        let start = position
        if word() == Word(literal) { return true }
        position = start
        return false
    }

    // MARK: Runs of bytes

    @inline(__always)
    mutating func run(_ isPart: (UInt8) -> Bool) -> Range<Int> {
        let start = position
        while position < bytes.count, isPart(bytes[position]) { position += 1 }
        return start..<position
    }

    mutating func atom(_ name: StaticString = "an atom") throws(ParseError) -> [UInt8] {
        let range = run(\.isAtomByte)
        if range.isEmpty { throw failure("\(name)") }
        return Array(bytes[range])
    }

    /// RFC 9051 §9: tag = 1*<any ASTRING-CHAR except "+">
    mutating func tag() throws(ParseError) -> [UInt8] {
        let range = run { $0.isAStringByte && $0 != 0x2B }
        if range.isEmpty { throw failure("a tag") }
        return Array(bytes[range])
    }

    mutating func astring(_ name: StaticString = "an atom or a string") throws(ParseError) -> [UInt8] {
        if byte == 0x22 { return try quoted() }
        if byte == 0x7B { return try literal() }
        // RFC 6855 §3: literal8 where mailbox names and the like have 8 bits.
        if byte == 0x7E, position + 1 < bytes.count, bytes[position + 1] == 0x7B { return try literal() }
        let range = run(\.isAStringByte)
        if range.isEmpty { throw failure("\(name)") }
        return Array(bytes[range])
    }

    mutating func string(_ name: StaticString = "a string") throws(ParseError) -> [UInt8] {
        if byte == 0x22 { return try quoted() }
        if byte == 0x7B { return try literal() }
        throw failure("\(name)")
    }

    /// A string, or nil for `NIL`.
    mutating func nstring() throws(ParseError) -> [UInt8]? {
        takeWord("NIL") ? nil : try string("a string or NIL")
    }

    /// A string that may be a literal8, or nil for `NIL` (RFC 5464: a value of metadata).
    mutating func nstring8() throws(ParseError) -> [UInt8]? {
        if takeWord("NIL") { return nil }
        if byte == 0x7E { return try literal(isBinary: true) }
        return try string("a string or NIL")
    }

    mutating func quoted() throws(ParseError) -> [UInt8] {
        try expect(0x22, "a quoted string")
        let start = position
        while position < bytes.count {
            switch bytes[position] {
            case 0x22:
                defer { position += 1 }
                return Array(bytes[start..<position])
            case 0x5C: return try quotedWithEscapes(from: start)
            case 0x0D, 0x0A, 0: throw failure("a byte of a quoted string")
            default:
                if bytes[position] >= 0x80, !Quirks.takesEightBitQuoted { throw failure("7-bit text") }
                position += 1
            }
        }
        throw failure("the end of the quoted string")
    }

    private mutating func quotedWithEscapes(from start: Int) throws(ParseError) -> [UInt8] {
        var out = Array(bytes[start..<position])
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case 0x22: return out
            case 0x5C:
                // RFC 9051 §9: "\" quoted-specials
                guard self.byte == 0x22 || self.byte == 0x5C else { throw failure("a quote or a backslash") }
                out.append(self.byte)
                position += 1
            case 0x0D, 0x0A, 0:
                position -= 1
                throw failure("a byte of a quoted string")
            default: out.append(byte)
            }
        }
        throw failure("the end of the quoted string")
    }

    /// RFC 9051 §9: `{n}` or `{n+}`, CRLF and n bytes without NUL; `~{n}` with any.
    mutating func literal(isBinary: Bool = false) throws(ParseError) -> [UInt8] {
        let mayHoldNUL = take(0x7E) || isBinary
        let size = try literalSize()
        // Not by a sum: the size is the client's.
        guard size <= UInt64(bytes.count - position) else {
            metOpenLiteral = isAtEnd
            throw failure("the bytes of the literal")
        }
        let range = position..<(position + Int(size))
        position = range.upperBound
        let content = Array(bytes[range])
        if !mayHoldNUL, content.contains(0) { throw failure("a literal without NUL") }
        return content
    }

    /// What announces a literal, with its CRLF.
    mutating func literalSize() throws(ParseError) -> UInt64 {
        try expect(0x7B, "{")
        let size = try number64("the size of a literal")
        _ = take(0x2B)
        try expect(0x7D, "}")
        _ = take(0x0D)
        try expect(0x0A, "the end of the line")
        return size
    }

    // MARK: Numbers

    /// Digits of at most 63 bits (RFC 9051 §9: number64).
    @inline(__always)
    mutating func number64(_ name: StaticString = "a number") throws(ParseError) -> UInt64 {
        guard byte.isASCIIDigit else { throw failure("\(name)") }
        var value: UInt64 = 0
        while byte.isASCIIDigit {
            // Below 2^60 there is room for a digit more.
            guard value < 1 << 59 || value <= (UInt64(Int64.max) - UInt64(byte & 15)) / 10 else {
                throw failure("a number below 2^63")
            }
            value = value &* 10 &+ UInt64(byte & 15)
            position += 1
        }
        return value
    }

    @inline(__always)
    mutating func number(_ name: StaticString = "a number") throws(ParseError) -> UInt32 {
        let start = position
        guard let value = UInt32(exactly: try number64(name)) else {
            position = start
            throw failure("\(name) below 2^32")
        }
        return value
    }

    @inline(__always)
    mutating func positive(_ name: StaticString = "a number above 0") throws(ParseError) -> UInt32 {
        let start = position
        let value = try number(name)
        if value == 0 {
            position = start
            throw failure("\(name) above 0")
        }
        return value
    }

    // MARK: Lists

    /// `(` element, space, element ... `)`, with one element at least unless `mayBeEmpty`.
    mutating func list(
        mayBeEmpty: Bool = false, _ element: (inout CommandCursor) throws(ParseError) -> Void
    ) throws(ParseError) {
        try open()
        if mayBeEmpty, take(0x29) { return }
        repeat { try element(&self) } while take(0x20)
        try close()
    }

    /// What must not go on.
    mutating func end() throws(ParseError) {
        Quirks.skipTrailingSpaces(&self)
        if !isAtEnd { throw failure("the end of the command") }
    }
}
