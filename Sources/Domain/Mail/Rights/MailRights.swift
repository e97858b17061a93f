/// RFC 4314 §2.1. The bits are stored (`mail_grant.rights`); append new ones.
package struct MailRights: OptionSet, Hashable, Sendable {
    package var rawValue: Int64
    package init(rawValue: Int64) { self.rawValue = rawValue }

    package static let lookup = MailRights(rawValue: 1 << 0)
    package static let read = MailRights(rawValue: 1 << 1)
    package static let keepSeen = MailRights(rawValue: 1 << 2)
    package static let write = MailRights(rawValue: 1 << 3)
    package static let insert = MailRights(rawValue: 1 << 4)
    package static let post = MailRights(rawValue: 1 << 5)
    package static let createMailboxes = MailRights(rawValue: 1 << 6)
    package static let deleteMailbox = MailRights(rawValue: 1 << 7)
    package static let deleteMessages = MailRights(rawValue: 1 << 8)
    package static let expunge = MailRights(rawValue: 1 << 9)
    package static let administer = MailRights(rawValue: 1 << 10)

    package static let all = MailRights(rawValue: (1 << 11) - 1)

    /// In the order of `all`'s bits.
    package static let letters: [UInt8] = Array("lrswipkxtea".utf8)

    /// RFC 4314 §2.1.1: `c` and `d` are the old names of `kx` and `te` (and `x`). Nil where a letter is no right.
    package init?(letters: some Sequence<UInt8>) {
        self = []
        for letter in letters {
            switch letter {
            case UInt8(ascii: "c"): formUnion([.createMailboxes, .deleteMailbox])
            case UInt8(ascii: "d"): formUnion([.deleteMessages, .expunge])
            default:
                guard let bit = Self.letters.firstIndex(of: letter) else { return nil }
                formUnion(MailRights(rawValue: 1 << Int64(bit)))
            }
        }
    }

    /// In the order of RFC 4314, with `c` and `d` for clients that know only these, where any of what they stand for is there (§2.1.1).
    package var letters: [UInt8] {
        var out = Self.letters.indices.filter { rawValue & (1 << Int64($0)) != 0 }.map { Self.letters[$0] }
        if !isDisjoint(with: [.createMailboxes, .deleteMailbox]) { out.append(UInt8(ascii: "c")) }
        if !isDisjoint(with: [.deleteMessages, .expunge]) { out.append(UInt8(ascii: "d")) }
        return out
    }
}
