import Bytes
import IMAPGrammar
import Mail

/// Flags as the store has them, in the words of RFC 9051 §2.3.2.
enum FlagNames {
    private static let system: [(flag: SystemFlags, name: Flag, written: [UInt8])] = [
        (.answered, .answered, [UInt8]("\\Answered".utf8)), (.flagged, .flagged, [UInt8]("\\Flagged".utf8)),
        (.deleted, .deleted, [UInt8]("\\Deleted".utf8)), (.seen, .seen, [UInt8]("\\Seen".utf8)),
        (.draft, .draft, [UInt8]("\\Draft".utf8)),
    ]

    static func written(_ bits: FlagBits, _ keywords: [String], isRecent: Bool = false) -> [UInt8] {
        if bits.rawValue == 0, !isRecent { return [] }
        var out: [UInt8] = isRecent ? recent : []
        for (flag, _, written) in system where bits.contains(flag) {
            if !out.isEmpty { out.append(0x20) }
            out += written
        }
        for (number, keyword) in keywords.enumerated() where bits.hasKeyword(number) {
            if !out.isEmpty { out.append(0x20) }
            out += keyword.utf8
        }
        return out
    }

    private static let recent = [UInt8]("\\Recent".utf8)

    static func all(_ keywords: [String]) -> [Flag] {
        system.map(\.name) + keywords.map { .keyword(Array($0.utf8)) }
    }

    /// What can be kept of the flags that a client sent; `\Recent` and what else nobody can set is left out.
    static func flags(_ sent: [Flag]) -> MessageFlags {
        var flags = MessageFlags()
        for flag in sent {
            switch flag {
            // More than a mailbox can have would not be kept.
            case .keyword(let bytes): if flags.keywords.count < 2 * FlagBits.keywordCount { flags.keywords.append(String(utf8: bytes)) }
            case .recent, .other: break
            default:
                if let row = system.first(where: { $0.name == flag }) { flags.system.insert(row.flag) }
            }
        }
        return flags
    }

    /// The number of a keyword in a mailbox; upper and lower case are the same.
    static func number(of keyword: [UInt8], in keywords: [String]) -> Int? {
        keywords.firstIndex { $0.utf8.elementsEqual(keyword) { $0.asciiLowercased == $1.asciiLowercased } }
    }

    static func bit(_ flag: Flag) -> SystemFlags? { system.first { $0.name == flag }?.flag }

    /// RFC 4314 §4: which flags the rights let one change, and whether keywords.
    static func allowed(_ rights: MailRights) -> (system: SystemFlags, keywords: Bool) {
        var flags: SystemFlags = []
        if rights.contains(.keepSeen) { flags.insert(.seen) }
        if rights.contains(.deleteMessages) { flags.insert(.deleted) }
        if rights.contains(.write) { flags.formUnion([.answered, .flagged, .draft]) }
        return (flags, rights.contains(.write))
    }
}
