import CollectionStore
import Contacts
import Database
import Directory
import Synchronization
import TestEngines
import Testing
import VCard

@testable import GlobalAddressList

enum DirectoryEntryFixture {
    /// Somebody whose every text is `text`.
    static func entry(_ id: String, _ text: String) -> DirectoryEntry {
        DirectoryEntry(
            id: id, location: id, displayName: text, givenName: text, familyName: text, addresses: ["a@x"], phones: [text],
            title: text, department: text)
    }
}

/// A directory whose entries a test sets. `clock` is the time that changes are stamped with.
final class ListedDirectory: ListingOnly {
    struct State {
        var entries: [String: ListedEntry] = [:]
        var isDown = false
        var isCut = false
        var clock = 100_000
        /// Entries that it gave, ever.
        var given = 0
    }

    let name: String
    let domains = ["example.org"]
    let state = Mutex(State())
    private let tellsTimes: Bool

    init(_ name: String, tellsTimes: Bool = true) {
        self.name = name
        self.tellsTimes = tellsTimes
    }

    func put(_ id: String, _ addresses: String..., kind: Principal.Kind = .user, members: [String] = [], edit: (inout DirectoryEntry) -> Void = { _ in }) {
        var entry = DirectoryEntry(id: id, location: id, kind: kind, displayName: "\(name) \(id)", addresses: addresses)
        edit(&entry)
        let (listed, tellsTimes) = (entry, tellsTimes)
        state.withLock { state in
            state.clock += 1
            state.entries[id] = ListedEntry(
                listed, names: ["dn:" + listed.location], members: members.map { "dn:" + $0 },
                changed: tellsTimes ? "2026010100\(state.clock)Z" : nil)
        }
    }

    func remove(_ id: String) { state.withLock { $0.entries[id] = nil } }
    func set(_ edit: (inout State) -> Void) { state.withLock { edit(&$0) } }
    var given: Int { state.withLock { $0.given } }

    func list(
        _ kind: Principal.Kind, since: String?, _ body: (ListedEntry) -> Bool
    ) throws(DirectoryUnavailable) -> Bool {
        let (isDown, isCut, found) = state.withLock { state in
            (state.isDown, state.isCut, state.entries.values.filter { listed in
                listed.entry.kind == kind && (since == nil || listed.changed.map { $0 >= since ?? "" } ?? true)
            })
        }
        if isDown { throw DirectoryUnavailable(directory: name, reason: "down", retryAfter: 1) }
        for listed in found.sorted(by: { $0.entry.id < $1.entry.id }) {
            state.withLock { $0.given += 1 }
            if !body(listed) { return false }
        }
        return !isCut
    }
}

/// A directory that lists its entries, and knows nothing else.
protocol ListingOnly: DirectoryBackend {}

extension ListingOnly {
    func find(_ name: SignInName) throws(DirectoryUnavailable) -> DirectoryEntry? { nil }
    func entry(id: String) throws(DirectoryUnavailable) -> DirectoryEntry? { nil }
    func verify(_ password: [UInt8], of entry: DirectoryEntry) throws(DirectoryUnavailable) -> PasswordVerdict { .wrong }
    func forEach(
        _ kind: Principal.Kind, _ body: (DirectoryEntry) -> Bool
    ) throws(DirectoryUnavailable) -> Bool { true }
    func groups(of entry: DirectoryEntry) throws(DirectoryUnavailable) -> [DirectoryEntry] { [] }
}

/// A store of its own with the list of example.org.
final class Listing {
    let database: any Database
    let list: AddressList
    var options = AddressListOptions()
    var sources: [ListedDirectory]
    /// By which the names of those are known who are no principals; nil: nobody's are.
    var directories: Directories?
    private let time = Mutex<Milliseconds>(1_000_000_000)

    /// - Parameter database: nil: one of the engine that the tests run on.
    init(_ sources: ListedDirectory..., database: (any Database)? = nil) throws {
        self.database = try database ?? TestEngine.current.temporary()
        self.sources = sources
        list = try self.database.write { tx in
            try AddressLists.make(tx, domain: "example.org", displayName: "Everybody", now: 0)
        }
    }

    deinit { database.close() }

    func pass(_ milliseconds: Milliseconds) { time.withLock { $0 += milliseconds } }

    @discardableResult
    func refresh(comparing: Bool = false, holder: String = "this") throws -> ListRefresh.Report {
        try #require(try attempt(comparing: comparing, holder: holder))
    }

    func attempt(comparing: Bool = false, holder: String = "this") throws -> ListRefresh.Report? {
        let now = time.withLock { $0 += 1_000; return $0 }
        let refresh = ListRefresh(database: database, options: options, holder: holder) { now }
        return try refresh.run(list, sources.map { source($0) }, comparing: comparing)
    }

    private func source(
        _ backend: ListedDirectory, includes: @escaping @Sendable (DirectoryEntry) -> Bool = { _ in true }
    ) -> AddressListSource {
        let (directories, source) = (directories, directories?.sources.first { $0.backend.name == backend.name })
        return AddressListSource(
            backend, includes: includes, loginName: { entry in source.flatMap { directories?.loginName(ofListed: entry, $0) } },
            mayGive: { _ in true })
    }

    // MARK: Units

    func unit(_ name: String) throws -> AddressList {
        try database.write { tx in
            try AddressLists.make(tx, domain: "example.org", unit: name, displayName: name, now: 0)
        }
    }

    /// Refreshes one list with those entries that it is of.
    func refresh(_ unit: AddressList? = nil, includes: @escaping @Sendable (DirectoryEntry) -> Bool) throws {
        let now = time.withLock { $0 += 1_000; return $0 }
        let sources = sources.map { source($0, includes: includes) }
        _ = try ListRefresh(database: database, options: options, holder: "this") { now }.run(unit ?? list, sources)
    }

    /// In which forms the list is offered.
    var forms: String {
        get throws {
            let (found, origin) = try database.read { tx in
                (try AddressLists.find(tx, domain: "example.org"), try Collections.find(tx, list.collection)?.origin)
            }
            let offered = try #require(found)
            return [
                origin == .addressList ? "book" : nil, offered.isGateway ? "gateway" : nil, offered.isOfPrincipals ? "principals" : nil,
            ].compactMap { $0 }.joined(separator: " ")
        }
    }

    var book: Collection {
        get throws { try #require(try database.read { tx in try Collections.find(tx, list.collection) }) }
    }

    /// The cards by what they show.
    func cards(of other: AddressList? = nil) throws -> [String: AddressObjectResource] {
        let bodies = try database.read { tx in
            try Members.all(tx, in: (other ?? list).collection).map { try Blobs.read(tx, $0.blobID) }
        }
        var cards: [String: AddressObjectResource] = [:]
        for case .bytes(let bytes) in bodies {
            let card = try AddressObjectResource.validate(bytes)
            cards[card.formattedName ?? ""] = card
        }
        return cards
    }

    func card(_ name: String) throws -> AddressObjectResource { try #require(try cards()[name]) }

    /// What a client is told that was last here at `since`.
    func changes(since: ModSeq) throws -> [String] {
        let book = try book
        return try database.read { tx in
            try ChangeLog.changes(tx, in: book, since: since, limit: 1_000).changes.map(\.name)
        }
    }
}

/// Switches and sizes of a list's forms.
struct AddressListForms: Sendable {
    var isBook = true
    var gateway = GatewayOffer.insteadOfBook
    var maximumInGateway = Int.max
    var isOfPrincipals = true
    var maximumOfPrincipals = Int.max

    func put(in options: inout AddressListOptions) {
        (options.isBook, options.gateway, options.maximumInGateway) = (isBook, gateway, maximumInGateway)
        (options.isOfPrincipals, options.maximumOfPrincipals) = (isOfPrincipals, maximumOfPrincipals)
    }
}
