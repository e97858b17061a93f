import Bytes
import MIME

/// The flags that mail programs write into the headers of messages in mbox files.
enum StatusFields {
    /// Nil: the message was deleted and the file not yet compacted (Thunderbird).
    static func flags(_ header: Header) -> MessageFlags? {
        var flags = MessageFlags()
        for field in header.all("status") + header.all("x-status") {
            for byte in field.value {
                switch byte {
                case UInt8(ascii: "R"): flags.system.insert(.seen)
                case UInt8(ascii: "A"): flags.system.insert(.answered)
                case UInt8(ascii: "F"): flags.system.insert(.flagged)
                case UInt8(ascii: "D"): flags.system.insert(.deleted)
                case UInt8(ascii: "T"): flags.system.insert(.draft)
                default: break
                }
            }
        }
        // Quirk: Thunderbird keeps its flags in bits (nsMsgMessageFlags) of two fields of its own.
        if let field = header.first("x-mozilla-status"), let bits = Int(String(utf8: field.unfolded), radix: 16) {
            if bits & 0x8 != 0 { return nil }
            if bits & 0x1 != 0 { flags.system.insert(.seen) }
            if bits & 0x2 != 0 { flags.system.insert(.answered) }
            if bits & 0x4 != 0 { flags.system.insert(.flagged) }
            if bits & 0x1000 != 0 { flags.keywords.append("$Forwarded") }
        }
        for field in header.all("x-keywords") + header.all("x-mozilla-keys") {
            flags.keywords += String(utf8: field.unfolded).split { $0 == " " || $0 == "," }.map(String.init)
        }
        return flags
    }
}
