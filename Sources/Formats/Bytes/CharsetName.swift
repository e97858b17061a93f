/// The names of encodings as mail, cards and calendars write them, and what converts each.
///
/// Only these go to iconv, which would else load a module by a name that somebody sent.
package enum CharsetName: Sendable, Equatable {
    case utf8
    /// US-ASCII: what is none is guessed.
    case ascii
    /// A name of glibc's iconv.
    case iconv(String)

    /// Nil for an encoding that is not known.
    package init?(_ label: some Collection<UInt8>) {
        guard label.count <= 40 else { return nil }
        // Quotes and blanks are met within encoded words too.
        let plain = label.lazy.map(\.asciiLowercased).filter { !$0.isASCIIWhitespace && $0 != 0x22 && $0 != 0x27 }
        let name = String(utf8: Array(plain))
        switch name {
        case "utf-8", "utf8", "utf_8", "unicode-1-1-utf-8", "x-utf-8", "cp65001", "utf-8mb4", "utf8mb4": self = .utf8
        case "us-ascii", "ascii", "us_ascii", "usascii", "ansi_x3.4-1968", "iso646-us", "iso-646", "646", "cp367":
            self = .ascii
        default:
            if let known = Self.aliases[name] {
                self = .iconv(known)
            } else if Self.known.contains(name) {
                self = .iconv(name)
            } else {
                return nil
            }
        }
    }

    package init?(_ label: String) { self.init(label.utf8) }

    /// Names that glibc has too.
    private static let known: Set<String> = {
        var names: Set = [
            "koi8-r", "koi8-u", "koi8-ru", "cp866", "ibm866", "cp437", "cp850", "cp852", "cp855", "cp858", "cp862", "cp932", "cp949",
            "macintosh", "mac-cyrillic", "utf-7", "utf-16", "utf-16le", "utf-16be", "utf-32", "euc-jp", "iso-2022-jp",
            "iso-2022-jp-2", "iso-2022-kr", "iso-2022-cn", "euc-tw", "gb18030", "big5", "big5-hkscs", "johab", "viscii",
            "armscii-8", "georgian-ps", "ptcp154", "tcvn",
        ]
        for number in 1250...1258 { names.insert("cp\(number)") }
        for number in 2...16 where number != 12 { names.insert("iso-8859-\(number)") }
        return names
    }()

    /// Names of the wild. Where writers call a larger encoding by the name of the smaller one, the larger one reads both (the
    /// WHATWG's Encoding Standard does likewise).
    private static let aliases: [String: String] = {
        var names = [
            "gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "gb_2312-80": "gb18030", "cp936": "gb18030", "euc-cn": "gb18030",
            "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932", "windows-31j": "cp932", "ms_kanji": "cp932",
            "euc-kr": "cp949", "ks_c_5601-1987": "cp949", "ks_c_5601": "cp949", "ksc5601": "cp949", "windows-949": "cp949", "x-windows-949": "cp949",
            "x-euc-jp": "euc-jp", "eucjp": "euc-jp", "cp50220": "iso-2022-jp", "csiso2022jp": "iso-2022-jp", "x-x-big5": "big5",
            "big5-eten": "big5", "cp950": "big5", "tis-620": "cp874", "iso-8859-11": "cp874", "windows-874": "cp874", "x-windows-874": "cp874",
            "iso-8859-8-i": "iso-8859-8", "iso-8859-8-e": "iso-8859-8", "logical": "iso-8859-8", "visual": "iso-8859-8",
            "latin1": "cp1252", "iso-8859-1": "cp1252", "l1": "cp1252", "ansi": "cp1252", "iso-8859-9": "cp1254", "latin5": "cp1254",
            "latin2": "iso-8859-2", "latin-2": "iso-8859-2", "latin-1": "cp1252", "latin9": "iso-8859-15", "latin-9": "iso-8859-15",
            "koi8": "koi8-r", "koi8r": "koi8-r", "koi8u": "koi8-u", "cskoi8r": "koi8-r", "cp-866": "cp866",
            "x-mac-roman": "macintosh", "macroman": "macintosh", "mac": "macintosh", "x-macroman": "macintosh", "x-mac-cyrillic": "mac-cyrillic",
            "unicode": "utf-16", "ucs-2": "utf-16", "utf16": "utf-16", "utf7": "utf-7", "unicode-1-1-utf-7": "utf-7", "x-unicode-2-0-utf-7": "utf-7",
        ]
        for number in 1250...1258 {
            for prefix in ["windows-", "windows", "win-", "win", "x-cp", "x-windows-", "cp-", "ms", "ansi-", "cp_"] {
                names["\(prefix)\(number)"] = "cp\(number)"
            }
        }
        for number in 1...16 where number != 12 {
            let target = names["iso-8859-\(number)"] ?? "iso-8859-\(number)"
            for prefix in ["iso8859-", "iso_8859-", "iso8859", "iso-8859", "8859-", "iso_8859_", "x-iso-8859-", "iso88", "iso-8859_"] {
                let spelling = prefix == "iso88" ? "iso8859_\(number)" : "\(prefix)\(number)"
                names[spelling] = target
            }
        }
        return names
    }()
}
