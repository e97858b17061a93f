import Bytes
import Glibc

/// Text in other encodings than UTF-8, as old telephones and programs write it.
package enum Charset {
    /// The bytes in UTF-8; U+FFFD stands for what is not in `charset`. Nil for an encoding that is not known.
    package static func utf8(_ bytes: ArraySlice<UInt8>, from charset: String) -> [UInt8]? {
        let name = charset.lowercased()
        switch name {
        case "utf-8", "utf8", "us-ascii", "ascii": return [UInt8](WellFormedText.string(bytes).utf8)
        case "iso-8859-1", "latin1", "iso8859-1": return Latin1.utf8(bytes)
        default: return known.contains(name) ? convert(bytes, from: name) : nil
        }
    }

    /// Only these go to iconv, which would else load a module by a name that somebody sent.
    private static let known: Set<String> = {
        var names: Set = [
            "koi8-r", "koi8-u", "cp866", "ibm866", "cp437", "cp850", "cp852", "cp855", "macintosh", "mac-cyrillic",
            "utf-16", "utf-16le", "utf-16be", "shift_jis", "sjis", "euc-jp", "iso-2022-jp", "euc-kr", "gb2312", "gbk",
            "gb18030", "big5", "tis-620",
        ]
        for number in 1250...1258 {
            names.insert("windows-\(number)")
            names.insert("cp\(number)")
        }
        for number in 2...16 where number != 12 { names.insert("iso-8859-\(number)") }
        return names
    }()

    private static func convert(_ bytes: ArraySlice<UInt8>, from charset: String) -> [UInt8]? {
        // iconv says with (iconv_t)-1 that it does not know the name.
        guard let descriptor = iconv_open("UTF-8", charset), Int(bitPattern: descriptor) != -1 else { return nil }
        defer { iconv_close(descriptor) }
        var input = bytes.map { CChar(bitPattern: $0) }
        var output = [CChar](repeating: 0, count: 4096)
        var out: [UInt8] = []
        input.withUnsafeMutableBufferPointer { input in
            var next = input.baseAddress
            var left = input.count
            while left > 0 {
                let (result, code, produced) = output.withUnsafeMutableBufferPointer { output in
                    var free = output.count
                    var end = output.baseAddress
                    let result = iconv(descriptor, &next, &left, &end, &free)
                    return (result, errno, output.count - free)
                }
                out.append(contentsOf: output.prefix(produced).lazy.map { UInt8(bitPattern: $0) })
                if result != -1 || code == E2BIG { continue }
                // Neither a character of the encoding nor the start of one.
                out.append("\u{FFFD}" as StaticString)
                next = next.map { $0 + 1 }
                left -= 1
            }
        }
        return out
    }
}
