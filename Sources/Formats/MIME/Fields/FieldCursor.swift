import Bytes

/// Reads the tokens of a structured field (RFC 5322 §3.2) where they stand. Line ends are white space: a value needs no unfolding.
///
/// It never fails: what is no token is for the caller to pass over, and what is not closed ends with the value.
struct FieldCursor {
    let bytes: ArraySlice<UInt8>
    private(set) var position: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    var peek: UInt8? { position < bytes.endIndex ? bytes[position] : nil }
    var isAtEnd: Bool { position >= bytes.endIndex }

    mutating func advance() { if position < bytes.endIndex { position += 1 } }

    /// Whether the next byte was that one, which is then behind.
    mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        position += 1
        return true
    }

    static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A || byte == 0 }

    /// RFC 5322 §3.2.2: white space and comments. The last comment's text is given, if there was one and it is asked for.
    @discardableResult
    mutating func skipSpace(comment: inout [UInt8]?) -> Bool {
        let start = position
        while position < bytes.endIndex {
            let byte = bytes[position]
            if Self.isSpace(byte) {
                position += 1
            } else if byte == 0x28 {
                comment = self.comment()
            } else {
                break
            }
        }
        return position > start
    }

    @discardableResult
    mutating func skipSpace() -> Bool {
        var comment: [UInt8]?
        return skipSpace(comment: &comment)
    }

    /// The text of a comment, inner ones with their parentheses. The depth is a number, so no depth is too deep.
    private mutating func comment() -> [UInt8] {
        var text: [UInt8] = []
        var depth = 0
        while position < bytes.endIndex {
            let byte = bytes[position]
            position += 1
            switch byte {
            case 0x28:
                depth += 1
                if depth > 1 { text.append(byte) }
            case 0x29:
                depth -= 1
                if depth == 0 { return text }
                text.append(byte)
            case 0x5C:
                if let next = peek { text.append(next) }
                advance()
            case 0x0D, 0x0A, 0: break
            default: text.append(byte)
            }
        }
        return text
    }

    /// RFC 5322 §3.2.4, from the quote on; without quotes and backslashes.
    mutating func quotedString() -> [UInt8] {
        var text: [UInt8] = []
        guard take(0x22) else { return text }
        while position < bytes.endIndex {
            let byte = bytes[position]
            position += 1
            switch byte {
            case 0x22: return text
            case 0x5C:
                if let next = peek, next != 0 { text.append(next) }
                advance()
            case 0x0D, 0x0A, 0: break
            default: text.append(byte)
            }
        }
        return text
    }

    /// RFC 2045 §5.1: a token; bytes above 127 are taken too.
    mutating func token() -> ArraySlice<UInt8> {
        let start = position
        while position < bytes.endIndex, Self.isTokenByte(bytes[position]) { position += 1 }
        return bytes[start..<position]
    }

    static func isTokenByte(_ byte: UInt8) -> Bool {
        if byte <= 0x20 || byte == 0x7F { return false }
        switch byte {
        // ( ) < > @ , ; : \ " / [ ] ? =
        case 0x28, 0x29, 0x3C, 0x3E, 0x40, 0x2C, 0x3B, 0x3A, 0x5C, 0x22, 0x2F, 0x5B, 0x5D, 0x3F, 0x3D: return false
        default: return true
        }
    }

    /// RFC 5322 §3.2.3: an atom with dots in it; RFC 6532 §3.2: bytes above 127. What is only forbidden there stays in.
    mutating func atom() -> ArraySlice<UInt8> {
        let start = position
        while position < bytes.endIndex, Self.isAtomByte(bytes[position]) { position += 1 }
        return bytes[start..<position]
    }

    static func isAtomByte(_ byte: UInt8) -> Bool {
        if byte <= 0x20 || byte == 0x7F { return false }
        switch byte {
        // ( ) < > , ; : @ " [ ] \ are special; a backslash or bracket within a word says nothing and is taken.
        case 0x28, 0x29, 0x3C, 0x3E, 0x2C, 0x3B, 0x3A, 0x40, 0x22: return false
        default: return true
        }
    }

    /// Up to one of the bytes, or the end.
    mutating func skip(to stops: StaticString) -> ArraySlice<UInt8> {
        let start = position
        while position < bytes.endIndex {
            let byte = bytes[position]
            if stops.withUTF8Buffer({ $0.contains(byte) }) { break }
            position += 1
        }
        return bytes[start..<position]
    }
}
