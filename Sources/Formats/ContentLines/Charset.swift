import Bytes

/// Text in other encodings than UTF-8, as old telephones and programs write it.
package enum Charset {
    /// The bytes in UTF-8; U+FFFD stands for what is not in `charset`. Nil for an encoding that is not known.
    package static func utf8(_ bytes: ArraySlice<UInt8>, from charset: String) -> [UInt8]? {
        switch CharsetName(charset) {
        case .utf8?, .ascii?: [UInt8](WellFormedText.string(bytes).utf8)
        case .iconv(let name)?: CharsetDecoder.utf8(bytes, from: .iconv(name))
        case nil: nil
        }
    }
}
