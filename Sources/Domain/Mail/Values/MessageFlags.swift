/// RFC 9051 §2.3.2, as bits that are stored; append new ones.
package struct SystemFlags: OptionSet, Hashable, Sendable {
    package var rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }

    package static let seen = SystemFlags(rawValue: 1 << 0)
    package static let answered = SystemFlags(rawValue: 1 << 1)
    package static let flagged = SystemFlags(rawValue: 1 << 2)
    package static let deleted = SystemFlags(rawValue: 1 << 3)
    package static let draft = SystemFlags(rawValue: 1 << 4)
    package static let all: SystemFlags = [.seen, .answered, .flagged, .deleted, .draft]
}

/// The flags of a message by their names.
package struct MessageFlags: Sendable, Equatable {
    package var system: SystemFlags
    /// Upper and lower case are the same.
    package var keywords: [String]

    package init(_ system: SystemFlags = [], keywords: [String] = []) {
        self.system = system
        self.keywords = keywords
    }
}

/// The flags of a message as its row has them: the system's in the low bits, keyword number n of the mailbox in bit 8 + n.
package struct FlagBits: Hashable, Sendable {
    package var rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }

    /// How many keywords a mailbox may have.
    package static let keywordCount = 56
    static let firstKeyword = 8
    static let allKeywords: UInt64 = ~0 << UInt64(firstKeyword)

    package var system: SystemFlags { SystemFlags(rawValue: rawValue).intersection(.all) }
    package func contains(_ flag: SystemFlags) -> Bool { rawValue & flag.rawValue != 0 }
    package func hasKeyword(_ number: Int) -> Bool {
        number >= 0 && number < Self.keywordCount && rawValue & Self.keyword(number) != 0
    }

    static func keyword(_ number: Int) -> UInt64 { 1 << UInt64(firstKeyword + number) }

    /// By the mailbox's keywords.
    package func flags(_ keywords: [String]) -> MessageFlags {
        MessageFlags(system, keywords: keywords.indices.filter(hasKeyword).map { keywords[$0] })
    }
}

/// RFC 9051 §6.4.6.
package enum FlagChange: Sendable {
    case replace, add, remove
}
