import Bytes

/// HTML's character references: all by number, and by name those that mail has.
enum HTMLReferences {
    /// - Parameter reference: without `&` and `;`.
    static func scalar(_ reference: ArraySlice<UInt8>) -> Unicode.Scalar? {
        guard reference.first == 0x23 else { return names[String(utf8: reference)] }
        let digits = reference.dropFirst()
        var value: UInt32 = 0
        let isHexadecimal = digits.first.map { $0 | 0x20 == 0x78 } ?? false
        let number = isHexadecimal ? digits.dropFirst() : digits
        guard !number.isEmpty, number.count <= 8 else { return nil }
        for byte in number {
            guard let digit = byte.hexadecimalValue, isHexadecimal || digit < 10 else { return nil }
            value = value &* (isHexadecimal ? 16 : 10) &+ UInt32(digit)
        }
        guard value != 0, let scalar = Unicode.Scalar(value) else { return "\u{FFFD}" }
        return scalar
    }

    private static let names: [String: Unicode.Scalar] = {
        var names: [String: Unicode.Scalar] = [
            "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "AMP": "&", "LT": "<", "GT": ">", "QUOT": "\"",
            "hellip": "\u{2026}", "mdash": "\u{2014}", "ndash": "\u{2013}", "lsquo": "\u{2018}", "rsquo": "\u{2019}", "sbquo": "\u{201A}",
            "ldquo": "\u{201C}", "rdquo": "\u{201D}", "bdquo": "\u{201E}", "bull": "\u{2022}", "euro": "\u{20AC}", "trade": "\u{2122}",
            "lsaquo": "\u{2039}", "rsaquo": "\u{203A}", "ensp": " ", "emsp": " ", "thinsp": " ", "zwnj": "\u{200C}", "zwj": "\u{200D}",
            "larr": "\u{2190}", "rarr": "\u{2192}", "minus": "\u{2212}", "infin": "\u{221E}", "ne": "\u{2260}", "le": "\u{2264}",
            "ge": "\u{2265}", "OElig": "\u{152}", "oelig": "\u{153}", "Scaron": "\u{160}", "scaron": "\u{161}", "Yuml": "\u{178}",
            "circ": "\u{2C6}", "tilde": "\u{2DC}", "numero": "\u{2116}",
        ]
        var value: UInt32 = 0xA0
        for name in latin1.split(separator: " ") {
            names[String(name)] = Unicode.Scalar(value)
            value += 1
        }
        return names
    }()

    /// Of U+00A0 to U+00FF.
    private static let latin1 = """
        nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para middot cedil \
        sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute \
        Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc \
        atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide \
        oslash ugrave uacute ucirc uuml yacute thorn yuml
        """
}
