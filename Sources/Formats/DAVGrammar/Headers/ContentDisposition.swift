import Bytes

/// The name of a file in Content-Disposition (RFC 6266).
package enum ContentDisposition {
    private static let maximumLength = 4096
    /// In bytes of UTF-8.
    private static let maximumNameLength = 255

    /// The name that a sender gives what it sends: `filename*` (RFC 8187) before `filename`; without folders, control characters
    /// and what a client would take for one. Nil for none.
    package static func filename(in header: String) -> String? {
        let bytes = [UInt8](header.utf8)
        guard bytes.count <= maximumLength else { return nil }
        var plain: String?
        for parameter in parameters(of: bytes[...]) {
            if parameter.name.equalsIgnoringASCIICase("filename*") {
                if let name = extended(parameter.value).flatMap(cleaned) { return name }
            } else if parameter.name.equalsIgnoringASCIICase("filename"), plain == nil {
                plain = cleaned(String(decoding: parameter.value, as: UTF8.self))
            }
        }
        return plain
    }

    /// `attachment` with a name, for those that read RFC 8187 and for those that do not.
    package static func attachment(filename: String?) -> String {
        guard let filename, !filename.isEmpty else { return "attachment" }
        var ascii: [UInt8] = []
        var isPlain = true
        for scalar in filename.unicodeScalars {
            // RFC 6266 Appendix D: neither a quote nor an escape, which not all read alike.
            if scalar.isASCII, scalar.value >= 0x20, scalar.value != 0x7F, !#""\%"#.unicodeScalars.contains(scalar) {
                ascii.append(UInt8(scalar.value))
            } else {
                isPlain = false
                ascii.append(0x5F)
            }
        }
        let quoted = "attachment; filename=\"\(String(decoding: ascii, as: UTF8.self))\""
        return isPlain ? quoted : quoted + "; filename*=UTF-8''" + encoded(filename)
    }

    /// What stands behind semicolons, quoted strings taken out of their quotes.
    private static func parameters(of bytes: ArraySlice<UInt8>) -> [(name: ArraySlice<UInt8>, value: [UInt8])] {
        var found: [(name: ArraySlice<UInt8>, value: [UInt8])] = []
        var rest = bytes.drop { $0 != 0x3B }
        while !rest.isEmpty {
            rest = rest.dropFirst()
            let name = rest.prefix { $0 != 0x3D && $0 != 0x3B }
            rest = rest[name.endIndex...]
            guard rest.first == 0x3D else { continue }
            rest = rest.dropFirst().drop { $0 == 0x20 || $0 == 0x09 }
            var value: [UInt8] = []
            if rest.first == 0x22 {
                rest = rest.dropFirst()
                while let byte = rest.popFirst(), byte != 0x22 {
                    value.append(byte == 0x5C ? rest.popFirst() ?? byte : byte)
                }
                rest = rest.drop { $0 != 0x3B }
            } else {
                let word = rest.prefix { $0 != 0x3B }
                rest = rest[word.endIndex...]
                value = [UInt8](word.trimmingASCIIWhitespace)
            }
            found.append((name.trimmingASCIIWhitespace, value))
        }
        return found
    }

    /// RFC 8187 §3.2.1: charset, language and percent-encoded text.
    private static func extended(_ value: [UInt8]) -> String? {
        let parts = value.split(separator: 0x27, maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].equalsIgnoringASCIICase("UTF-8"), let decoded = PercentCoding.decode(parts[2]) else {
            return nil
        }
        return String(validating: decoded, as: UTF8.self)
    }

    private static func encoded(_ text: String) -> String {
        var out: [UInt8] = []
        for byte in text.utf8 {
            if byte.isASCIILetter || byte.isASCIIDigit || byte == 0x2D || byte == 0x2E || byte == 0x5F || byte == 0x7E {
                out.append(byte)
            } else {
                out.append(0x25)
                out.append(contentsOf: Hexadecimal.encode([byte]).map(\.asciiUppercased))
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// RFC 6266 §4.3: only the last segment of a path, and nothing that is no name.
    private static func cleaned(_ name: String) -> String? {
        var scalars = String.UnicodeScalarView()
        for scalar in name.unicodeScalars {
            if scalar == "/" || scalar == "\\" {
                scalars.removeAll()
            } else if !scalar.properties.generalCategory.isControl {
                scalars.append(scalar)
            }
        }
        while String(scalars).utf8.count > maximumNameLength { scalars.removeLast() }
        let result = String(utf8: ArraySlice(String(scalars).utf8).trimmingASCIIWhitespace)
        return result.isEmpty || result == "." || result == ".." ? nil : result
    }
}

extension Unicode.GeneralCategory {
    /// Control characters, what turns the direction of text, and line breaks.
    fileprivate var isControl: Bool {
        switch self {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: true
        default: false
        }
    }
}
