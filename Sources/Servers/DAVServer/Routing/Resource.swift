import CollectionStore
import DAVGrammar
import Directory

/// What a URL can name.
enum Resource: Sendable {
    case root
    case container(Container)
    case principal(Principal)
    /// The delegates of a principal, of one kind.
    case proxy(Proxy)
    case collection(Collection)
    case member(Member)

    /// Whether it is a collection in the sense of RFC 4918 §5.2: its URL ends with a slash.
    var isCollection: Bool {
        if case .member = self { false } else { true }
    }
}

/// The collections under the root. Each holds one entry a principal.
enum Container: String, Sendable, CaseIterable {
    case principals, calendars, contacts, files, notifications

    /// Those that the root shows: where somebody's notifications are, clients learn from their principal.
    static let listed: [Container] = [.principals, .calendars, .contacts, .files]

    /// The kind of the homes in it; nil: principals.
    var homeKind: CollectionKind? {
        switch self {
        case .principals: nil
        case .calendars: .calendarHome
        case .contacts: .bookHome
        case .files: .fileHome
        case .notifications: .notifications
        }
    }

    /// The kind of collection whose members are somewhere under it; nil: none are.
    var memberKind: CollectionKind? {
        switch self {
        case .principals: nil
        case .calendars: .calendar
        case .contacts: .book
        case .files: .folder
        case .notifications: nil
        }
    }

    init?(homeKind: CollectionKind) {
        switch homeKind {
        case .calendarHome: self = .calendars
        case .bookHome: self = .contacts
        case .fileHome: self = .files
        case .notifications: self = .notifications
        case .calendar, .book, .folder: return nil
        }
    }
}

extension RequestPath {
    /// The segment of a principal's URL that names it; nil where this is no such URL.
    var principalSegment: String? {
        segments.count == 2 && segments[0] == Container.principals.rawValue ? segments[1] : nil
    }
}
