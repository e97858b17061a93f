/// What one may do with a collection and all that is in it: one set for every face of the server (DESIGN §5). The bits are
/// stored (`access_grant.rights`); append new ones.
package struct Rights: OptionSet, Hashable, Sendable {
    package var rawValue: Int64
    package init(rawValue: Int64) { self.rawValue = rawValue }

    /// Read everything. Without it (and without `readFreeBusy`) the collection is not found, whatever else is granted.
    package static let read = Rights(rawValue: 1 << 0)
    /// See when time is taken, and nothing else.
    package static let readFreeBusy = Rights(rawValue: 1 << 1)
    /// Change what is there.
    package static let writeContent = Rights(rawValue: 1 << 2)
    /// Change properties that all see.
    package static let writeProperties = Rights(rawValue: 1 << 3)
    /// Add.
    package static let bind = Rights(rawValue: 1 << 4)
    /// Delete.
    package static let unbind = Rights(rawValue: 1 << 5)
    /// Remove the locks of others.
    package static let unlock = Rights(rawValue: 1 << 6)
    /// See who may do what.
    package static let readACL = Rights(rawValue: 1 << 7)
    /// Grant to others.
    package static let writeACL = Rights(rawValue: 1 << 8)

    /// The owner's. What a later program stores besides means nothing to this one.
    package static let all: Rights = [
        .read, .readFreeBusy, .writeContent, .writeProperties, .bind, .unbind, .unlock, .readACL, .writeACL,
    ]
}

/// Rights that go together, by the name that people use.
package enum Role: String, Sendable, CaseIterable {
    case freeBusy = "free-busy"
    case reader
    case editor
    case coOwner = "co-owner"

    package var rights: Rights {
        switch self {
        case .freeBusy: [.readFreeBusy]
        case .reader: [.read, .readFreeBusy]
        case .editor: [.read, .readFreeBusy, .writeContent, .writeProperties, .bind, .unbind]
        case .coOwner: .all
        }
    }

    /// Nil for a set that has no name.
    package init?(_ rights: Rights) {
        guard let role = Role.allCases.first(where: { $0.rights == rights }) else { return nil }
        self = role
    }
}
