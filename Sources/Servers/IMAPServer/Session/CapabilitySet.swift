import IMAPGrammar

/// What a client that has signed in may be told of, in this order; each can be switched off, for all accounts or for one. What is off is not
/// told, and the commands, options and items that it brings are as if they were not known. What a client cannot begin without (IMAP4rev1,
/// LITERAL+, SASL-IR, AUTH) is not among them.
package enum Capability: String, CaseIterable, Sendable {
    case imap4rev2 = "IMAP4rev2", id = "ID", enable = "ENABLE", idle = "IDLE", namespace = "NAMESPACE", unselect = "UNSELECT"
    case uidPlus = "UIDPLUS", move = "MOVE", children = "CHILDREN", listExtended = "LIST-EXTENDED", listStatus = "LIST-STATUS"
    case listMyRights = "LIST-MYRIGHTS", specialUse = "SPECIAL-USE", createSpecialUse = "CREATE-SPECIAL-USE", esearch = "ESEARCH"
    case searchResult = "SEARCHRES", within = "WITHIN", sort = "SORT", sortDisplay = "SORT=DISPLAY", esort = "ESORT"
    case threadOrderedSubject = "THREAD=ORDEREDSUBJECT", threadReferences = "THREAD=REFERENCES", condstore = "CONDSTORE"
    case quickResync = "QRESYNC", acl = "ACL", aclRights = "RIGHTS=kxte", quota = "QUOTA", quotaStorage = "QUOTA=RES-STORAGE"
    case quotaMessage = "QUOTA=RES-MESSAGE", compress = "COMPRESS=DEFLATE", binary = "BINARY", multiAppend = "MULTIAPPEND"
    case utf8 = "UTF8=ACCEPT", metadata = "METADATA", objectID = "OBJECTID", saveDate = "SAVEDATE", preview = "PREVIEW"
    case statusSize = "STATUS=SIZE", partial = "PARTIAL", replace = "REPLACE", unauthenticate = "UNAUTHENTICATE", uidOnly = "UIDONLY"
    case catenate = "CATENATE", inProgress = "INPROGRESS", fuzzy = "SEARCH=FUZZY", multiSearch = "MULTISEARCH", notify = "NOTIFY"
    case contextSearch = "CONTEXT=SEARCH", urlAuthorization = "URLAUTH", urlBinary = "URLAUTH=BINARY"

    /// By its name, in any case of letters.
    package init?(named name: String) {
        guard let found = Self.allCases.first(where: { $0.rawValue.lowercased() == name.lowercased() }) else { return nil }
        self = found
    }

    /// Those that stand on it, and would promise what is not there.
    fileprivate var dependents: CapabilitySet {
        switch self {
        // RFC 9051 appendix E: it has these in it.
        case .idle, .namespace, .unselect, .move, .listStatus, .specialUse, .searchResult, .binary, .statusSize, .children, .uidPlus: [.imap4rev2]
        case .enable: [.imap4rev2, .quickResync, .utf8, .uidOnly]
        case .esearch: [.imap4rev2, .esort, .searchResult, .partial, .contextSearch, .multiSearch]
        case .listExtended: [.imap4rev2, .listStatus, .listMyRights]
        case .condstore: [.quickResync]
        case .sort: [.sortDisplay, .esort]
        case .acl: [.aclRights, .listMyRights]
        case .aclRights: [.acl, .listMyRights]
        case .urlAuthorization: [.urlBinary]
        case .quota: [.quotaStorage, .quotaMessage]
        default: []
        }
    }
}

/// RFC 9051 §7.2.2: some capabilities.
struct CapabilitySet: Hashable, Sendable, ExpressibleByArrayLiteral {
    private var bits: UInt64 = 0

    init() {}
    init(arrayLiteral elements: Capability...) { for element in elements { insert(element) } }
    init(_ capabilities: some Swift.Sequence<Capability>) { for capability in capabilities { insert(capability) } }

    private static let places = Dictionary(uniqueKeysWithValues: Capability.allCases.enumerated().map { ($1, UInt64($0)) })
    private static func bit(_ capability: Capability) -> UInt64 { places[capability].map { 1 << $0 } ?? 0 }

    var isEmpty: Bool { bits == 0 }
    func contains(_ capability: Capability) -> Bool { bits != 0 && bits & Self.bit(capability) != 0 }
    mutating func insert(_ capability: Capability) { bits |= Self.bit(capability) }
    mutating func formUnion(_ other: CapabilitySet) { bits |= other.bits }
    func union(_ other: CapabilitySet) -> CapabilitySet {
        var all = self
        all.formUnion(other)
        return all
    }
    func intersects(_ other: CapabilitySet) -> Bool { bits & other.bits != 0 }

    /// With all that stand on them.
    var withDependents: CapabilitySet {
        var whole = self
        var before: CapabilitySet
        repeat {
            before = whole
            for capability in Capability.allCases where before.contains(capability) { whole.formUnion(capability.dependents) }
        } while whole != before
        return whole
    }
}

extension Session {
    func isOff(_ capability: Capability) -> Bool { off.contains(capability) }

    /// What is off for everybody, and for this account.
    func setCapabilities(off names: [String]) {
        var set = server.capabilitiesOff
        // One that an earlier version had is no fault.
        set.formUnion(CapabilitySet(names.compactMap { Capability(named: $0) }))
        off = set.withDependents
    }

    /// Without what is off.
    func known(_ code: ResponseCode?) -> ResponseCode? {
        guard !off.isEmpty, let capability = code?.capability else { return code }
        return isOff(capability) ? nil : code
    }

    /// As if nobody had heard of it (RFC 9051 §7.1.3).
    static var notKnown: Refused { .bad("not known here") }
}
