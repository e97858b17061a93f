import Bytes

/// Text on its way into JSON, and out of it into lines.
enum JSONText {
    /// Appends a string (RFC 8259 §7). Control characters that no line can hold are left out.
    static func append(_ bytes: some Collection<UInt8>, to out: inout [UInt8]) {
        out.append(0x22)
        for byte in bytes {
            switch byte {
            case 0x22, 0x5C:
                out.append(0x5C)
                out.append(byte)
            case 0x0A: out.append("\\n")
            case 0x09: out.append("\\t")
            case ..<0x20, 0x7F: break
            default: out.append(byte)
            }
        }
        out.append(0x22)
    }

    /// In UTF-8 whatever it was.
    static func append(text bytes: ArraySlice<UInt8>, to out: inout [UInt8]) {
        if WellFormedText.isUTF8(bytes) {
            append(bytes, to: &out)
        } else {
            append(WellFormedText.string(bytes).utf8, to: &out)
        }
    }

    /// Names are compared by US-ASCII only.
    static func lowercased(_ text: String) -> String { String(utf8: text.utf8.map(\.asciiLowercased)) }

    /// With line breaks of one kind; nil for what RFC 5545 §3.1 and RFC 6350 §3.3 let no text hold.
    static func carried(_ text: String) -> String? {
        let bytes = text.utf8
        guard !bytes.contains(where: { $0 < 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D || $0 == 0x7F }) else {
            return nil
        }
        guard bytes.contains(0x0D) else { return text }
        var out: [UInt8] = []
        var isAfterCR = false
        for byte in bytes {
            if byte != 0x0A || !isAfterCR { out.append(byte == 0x0D ? 0x0A : byte) }
            isAfterCR = byte == 0x0D
        }
        return String(utf8: out)
    }

    /// As `carried`, for what has no escape for a line break.
    static func carriedInOneLine(_ text: String) -> String? {
        text.utf8.contains { $0 == 0x0A || $0 == 0x0D } ? nil : carried(text)
    }

    /// RFC 5545 §3.1 and RFC 6350 §3.3, and whatever else can stand for a name without being taken for something else.
    static func isName(_ bytes: some Collection<UInt8>) -> Bool {
        !bytes.isEmpty && bytes.count <= 255
            && !bytes.contains { $0 <= 0x20 || $0 == 0x7F || [0x22, 0x2C, 0x2E, 0x3A, 0x3B, 0x3D].contains($0) }
    }

    /// A property's name, which is neither BEGIN nor END.
    static func isPropertyName(_ bytes: some Collection<UInt8>) -> Bool {
        isName(bytes) && !bytes.equalsIgnoringASCIICase("BEGIN") && !bytes.equalsIgnoringASCIICase("END")
    }

    /// RFC 6350 §3.3: a group, or several with dots between them.
    static func isGroup(_ bytes: some Collection<UInt8>) -> Bool {
        bytes.count <= 255 && bytes.split(separator: 0x2E, omittingEmptySubsequences: false).allSatisfy { isName(Array($0)) }
    }
}
