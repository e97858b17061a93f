import Bytes

/// Which bytes a document is made of. Only what this program knows itself gets to libxml2, as UTF-8: its own list of
/// encodings is long (UTF-7, EBCDIC and whatever iconv has), and `XMLScanner` must see the same characters as it does.
enum XMLEncoding {
    /// The document in UTF-8 without a byte order mark; nil where it is that already.
    static func transcode(_ bytes: [UInt8]) throws(ParseError) -> [UInt8]? {
        // XML 1.0 appendix F.1
        if bytes.starts(with: [0xFE, 0xFF]) { return try utf16(bytes.dropFirst(2), isBigEndian: true) }
        if bytes.starts(with: [0xFF, 0xFE]) { return try utf16(bytes.dropFirst(2), isBigEndian: false) }
        if bytes.starts(with: [0x00, 0x3C]) { return try utf16(bytes[...], isBigEndian: true) }
        if bytes.starts(with: [0x3C, 0x00]) { return try utf16(bytes[...], isBigEndian: false) }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return [UInt8](bytes.dropFirst(3)) }
        guard let first = bytes.first, first == 0x3C || first.isASCIIWhitespace else {
            throw ParseError(at: 0, expected: "a document")
        }
        guard let label = declaredEncoding(bytes) else { return nil }
        for utf8 in ["utf-8", "utf8", "us-ascii", "ascii"] where label.equalsIgnoringASCIICase(utf8.utf8) { return nil }
        // It is not, since its declaration could be read as ASCII; clients with a text of their own in a buffer do so.
        if label.prefix(6).equalsIgnoringASCIICase("utf-16") { return nil }
        for latin1 in ["iso-8859-1", "iso_8859-1", "latin1"] where label.equalsIgnoringASCIICase(latin1.utf8) {
            return Latin1.utf8(bytes)
        }
        throw ParseError(at: 0, expected: "UTF-8, UTF-16 or ISO-8859-1")
    }

    /// XML 1.0 §4.3.3: the `encoding` of the declaration that the document starts with.
    private static func declaredEncoding(_ bytes: [UInt8]) -> ArraySlice<UInt8>? {
        guard bytes.starts(with: "<?xml".utf8) else { return nil }
        let declaration = bytes.prefix(256).prefix { $0 != 0x3E }
        let keyword = [UInt8]("encoding".utf8)
        var index = declaration.startIndex
        while index + keyword.count < declaration.endIndex {
            if declaration[index..<index + keyword.count].elementsEqual(keyword) {
                let value = declaration[(index + keyword.count)...].drop { $0 == 0x3D || $0.isASCIIWhitespace }
                guard let quote = value.first, quote == 0x22 || quote == 0x27 else { return nil }
                return value.dropFirst().prefix { $0 != quote }
            }
            index += 1
        }
        return nil
    }

    private static func utf16(_ bytes: ArraySlice<UInt8>, isBigEndian: Bool) throws(ParseError) -> [UInt8] {
        var units: [UInt16] = []
        units.reserveCapacity(bytes.count / 2)
        var index = bytes.startIndex
        while index + 1 < bytes.endIndex {
            let (first, second) = (UInt16(bytes[index]), UInt16(bytes[index + 1]))
            units.append(isBigEndian ? first << 8 | second : second << 8 | first)
            index += 2
        }
        guard index == bytes.endIndex, let text = String(validating: units, as: UTF16.self) else {
            throw ParseError(at: 0, expected: "UTF-16")
        }
        return [UInt8](text.utf8)
    }
}
