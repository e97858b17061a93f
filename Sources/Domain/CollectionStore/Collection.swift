package import Directory

/// What may be in a collection, and how it shows itself.
package enum CollectionKind: String, Sendable, CaseIterable {
    case calendarHome = "calendar-home"
    case bookHome = "book-home"
    case fileHome = "file-home"
    case calendar
    case book
    case folder
    /// What the server tells somebody, as XML that clients fetch and delete.
    case notifications

    package var isHome: Bool {
        switch self {
        case .calendarHome, .bookHome, .fileHome, .notifications: true
        case .calendar, .book, .folder: false
        }
    }

    /// Whether objects (and not only collections) may be in it.
    package var holdsMembers: Bool {
        switch self {
        case .calendar, .book, .folder, .fileHome, .notifications: true
        case .calendarHome, .bookHome: false
        }
    }

    /// The kinds of collections that may be made in it. RFC 4791 §4.2: no collection in a calendar; RFC 6352 §5.2
    /// likewise.
    package var childKinds: [CollectionKind] {
        switch self {
        case .calendarHome: [.calendar]
        case .bookHome: [.book]
        case .fileHome, .folder: [.folder]
        case .calendar, .book, .notifications: []
        }
    }
}

/// Where the members of a collection come from, when not from clients: then nobody but their author changes them.
package enum CollectionOrigin: String, Sendable, CaseIterable {
    /// A foreign calendar that this server fetches.
    case subscription
    /// The same, made by a client that asked for the type `CS:subscribed` and looks for it.
    case subscribed
    /// The birthdays in the owner's books.
    case birthdays
    /// The directories of a mail domain.
    case addressList = "address-list"
    /// The same where they are too many to be listed: in no home, and only to be searched.
    case addressDirectory = "address-directory"
    /// The same where searches for principals alone find who is in it: nobody finds the book.
    case addressIndex = "address-index"

    package var isSubscription: Bool { self == .subscription || self == .subscribed }
    package var isOfDirectories: Bool { self == .addressList || self == .addressDirectory || self == .addressIndex }
}

/// A home, calendar, address book or folder.
package struct Collection: Sendable, Equatable {
    package var id: CollectionID
    /// Nil for a home.
    package var parentID: CollectionID?
    package var owner: PrincipalID
    package var kind: CollectionKind
    /// The last segment of its URL, decoded. A home's is its kind's.
    package var name: String
    /// The position of the latest change in its log.
    package var modseq: ModSeq
    /// Changes up to this one may be gone from the log.
    package var logFloor: ModSeq
    /// Part of each sync token; another one makes older tokens invalid.
    package var epoch: Int64
    /// The components that a calendar takes, in upper case; nil: all that are served.
    package var components: [String]?
    package var memberCount: Int
    package var created: Milliseconds
    package var modified: Milliseconds
    /// Nil: its members come from clients.
    package var origin: CollectionOrigin?
    /// Nil: all members are shown, whenever they are.
    package var visibleRange: VisibleRange?

    /// Whether clients can only read its members; its own properties they can set.
    package var isReadOnly: Bool { origin != nil }
    /// Whether its members are found by searching only.
    package var isSearchOnly: Bool { origin == .addressDirectory }
}
