import CollectionStore
import Contacts
import ContentLines
import Database
import Directory
import Synchronization
import TestEngines
import Testing
import VCard

@testable import GlobalAddressList

/// A store of its own with the list of example.org, which is of the database's own principals, and of a directory if a test gives one.
final class LocalListing {
    let database: any Database
    let list: AddressList
    let local = LocalDirectory()
    var options = AddressListOptions()
    var others: [ListedDirectory]
    /// In the place of the database's own.
    var log: (any LoggedDirectory)?
    /// Which entries the list has, and what says so.
    var includes: @Sendable (DirectoryEntry) -> Bool = { _ in true }
    var settings = ""
    private let time = Mutex<Milliseconds>(1_000_000_000)

    init(_ others: ListedDirectory..., database: (any Database)? = nil) throws {
        self.database = try database ?? TestEngine.current.temporary()
        self.others = others
        list = try self.database.write { tx in
            try AddressLists.make(tx, domain: "example.org", displayName: "Everybody", now: 0)
        }
    }

    deinit { database.close() }

    func pass(_ milliseconds: Milliseconds) { time.withLock { $0 += milliseconds } }

    @discardableResult
    func refresh(comparing: Bool = false) throws -> ListRefresh.Report {
        let now = time.withLock { $0 += 1_000; return $0 }
        let own = AddressListSource(
            log ?? LocalBackend(database: database, domains: ["example.org"]), includes: includes, settings: settings,
            mayGive: { _ in true })
        let sources = [own] + others.map { AddressListSource($0, mayGive: { _ in true }) }
        let refresh = ListRefresh(database: database, options: options, holder: "this") { now }
        return try #require(try refresh.run(list, sources, comparing: comparing))
    }

    /// How the database's own were read.
    static func outcome(_ report: ListRefresh.Report) -> String { report.sources.first?.outcome ?? "" }

    @discardableResult
    func add(_ name: String, kind: Principal.Kind = .user, _ addresses: String..., domain: String = "example.org") throws -> Principal {
        let name = try #require(SignInName(name: name, domain: domain))
        let addresses = addresses.isEmpty ? [name.description] : addresses
        return try database.write { tx in
            try local.add(tx, NewPrincipal(name, kind: kind, displayName: name.name, addresses: addresses), now: 0)
        }
    }

    func find(_ name: String) throws -> Principal {
        let name = try #require(SignInName(name: name, domain: "example.org"))
        return try #require(try database.read { tx in try LocalDirectory.find(tx, name) })
    }

    /// The cards by what they say: names, addresses, and the names of those in a group.
    func told() throws -> [String] {
        let bodies = try database.read { tx in try Members.all(tx, in: list.collection).map { try Blobs.read(tx, $0.blobID) } }
        var cards: [AddressObjectResource] = []
        for case .bytes(let bytes) in bodies { cards.append(try AddressObjectResource.validate(bytes)) }
        let names = Dictionary(cards.map { ($0.uid, $0.formattedName ?? "") }) { a, _ in a }
        return cards.map { card in
            let members = card.card.properties(named: "MEMBER").map { names[String($0.text.dropFirst("urn:uuid:".count))] ?? "?" }
            return ([card.formattedName ?? ""] + card.emails + members.sorted().map { "<\($0)>" }).joined(separator: " ")
        }.sorted()
    }
}
