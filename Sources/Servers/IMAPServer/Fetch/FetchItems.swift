import IMAPGrammar
import Mail

/// What a FETCH asks of each message, and what of it has to be read.
struct FetchItems {
    var items: [FetchItem]
    /// Messages that this FETCH has set \Seen of.
    var marked = UIDSet()
    let marksSeen: Bool
    /// Whether the snapshot has all that is asked.
    let isInSnapshot: Bool
    let needsStructure: Bool
    /// Whether all that is asked is of the message's own row or in its listing.
    let isListed: Bool

    init(_ command: Fetch, session: Session) {
        var items: [FetchItem] = []
        // RFC 9051 §6.4.9: UID FETCH tells the UID, asked or not. With UIDONLY it stands at the beginning.
        if command.isUID, !session.enabled.uidOnly { items.append(.uid) }
        for item in command.items where !items.contains(item) { items.append(item) }
        // RFC 7162 §3.1.4.1: with CHANGEDSINCE the mod-sequence is told; with a set \Seen too (§3.2).
        if command.changedSince != nil, !items.contains(.modSeq) { items.append(.modSeq) }
        self.items = items
        marksSeen = items.contains { $0.marksSeen }
        isInSnapshot = items.allSatisfy { $0 == .uid || $0 == .flags || $0 == .modSeq }
        needsStructure = items.contains { $0.needsStructure }
        isListed = needsStructure && items.allSatisfy(\.isListed)
    }
}

extension FetchItem {
    var marksSeen: Bool {
        switch self {
        case .section(let section): !section.isPeek
        case .binary(let section): !section.isPeek
        case .rfc822, .rfc822Text: true
        default: false
        }
    }

    fileprivate var isListed: Bool {
        switch self {
        case .flags, .internalDate, .uid, .size, .modSeq, .threadID, .saveDate, .envelope, .bodyStructure: true
        default: false
        }
    }

    var needsStructure: Bool {
        switch self {
        case .flags, .internalDate, .uid, .size, .modSeq, .emailID, .threadID, .saveDate, .rfc822: false
        // The whole message needs no parts.
        case .section(let section): !(section.part.isEmpty && section.text == .all)
        default: true
        }
    }
}
