import Bytes

/// Bytes that should be UTF-8, and sometimes are not.
///
/// Text that is not UTF-8 is taken for windows-1252 (Latin-1 with the quotes and dashes that writers really use) where
/// it has no sequence that looks like UTF-8 and every byte has a meaning there; else each broken sequence becomes
/// U+FFFD.
package enum WellFormedText {
    /// Whether all of it is UTF-8: no overlong forms, no surrogates.
    package static func isUTF8(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.withUnsafeBufferPointer { (try? UTF8Span(validating: $0.span)) != nil }
    }

    /// The text of `bytes`, one way or the other.
    package static func string(_ bytes: ArraySlice<UInt8>) -> String {
        string(bytes.span)
    }

    /// The text of `bytes`, one way or the other.
    package static func string(_ bytes: Span<UInt8>) -> String {
        do {
            return String(copying: try UTF8Span(validating: bytes))
        } catch {
            return bytes.withUnsafeBufferPointer(repaired)
        }
    }

    private static func repaired(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
        let repaired = String(utf8: bytes)
        let hasMultibyte = repaired.unicodeScalars.contains { $0.value > 0x7F && $0 != "\u{FFFD}" }
        return hasMultibyte ? repaired : windows1252(bytes) ?? repaired
    }

    /// A document, of either format, that is well-formed UTF-8 and can stand within XML's text: the same bytes where
    /// they are, else with the lines that are not written anew (a fold within a character is enough to need it).
    package static func document(_ bytes: [UInt8], limits: ContentLineLimits = ContentLineLimits()) -> [UInt8] {
        if isUTF8(bytes[...]) { return bytes }
        var lexer = Lexer(limits: limits)
        guard let text = try? lexer.run(bytes) else { return [UInt8](string(bytes[...]).utf8) }
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count + bytes.count / 8)
        for extent in lexer.extents {
            let source = bytes[Int(extent.sourceStart)..<Int(extent.sourceEnd)]
            if isUTF8(source) {
                LineEnds.append(source, to: &out)
            } else {
                let line = string(text[Int(extent.start)..<Int(extent.end)])
                ContentLineFolding.append([UInt8](line.utf8)[...], to: &out)
            }
        }
        return out
    }

    private static func windows1252(_ bytes: UnsafeBufferPointer<UInt8>) -> String? {
        var scalars = String.UnicodeScalarView()
        for byte in bytes {
            guard byte & 0xE0 == 0x80 else { scalars.append(Unicode.Scalar(byte)); continue }
            let code = specials[Int(byte & 0x1F)]
            guard code != 0, let scalar = Unicode.Scalar(code) else { return nil }
            scalars.append(scalar)
        }
        return String(scalars)
    }

    /// 0x80 to 0x9F; 0: no character.
    private static let specials: [UInt16] = [
        0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D, 0,
        0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E,
        0x0178,
    ]
}
