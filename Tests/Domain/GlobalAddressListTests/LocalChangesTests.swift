import CollectionStore
import Database
import Directory
import Synchronization
import Testing

@testable import GlobalAddressList

/// A change of this database's own principals, and what it makes of the list with anna, boris, and the groups team (anna) and all (team).
struct LocalChange: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// Cards that differ after it.
    var gone: Set<String> = []
    var come: Set<String> = []
    var make: @Sendable (LocalListing) throws -> Void

    init(
        _ name: String, gone: Set<String> = [], come: Set<String> = [], _ make: @escaping @Sendable (LocalListing) throws -> Void
    ) {
        (testDescription, self.gone, self.come, self.make) = (name, gone, come, make)
    }

    /// One of a principal.
    init(
        _ name: String, of person: String, gone: Set<String> = [], come: Set<String> = [],
        _ change: @escaping @Sendable (LocalDirectory, borrowing WriteTransaction, PrincipalID) throws -> Void
    ) {
        self.init(name, gone: gone, come: come) { listing in
            let id = try listing.find(person).id
            try listing.database.write { tx in try change(listing.local, tx, id) }
        }
    }

    static let anna = "anna anna@example.org a.berg@example.org"
    static let boris = "boris boris@example.org"
    static let team = "team team@example.org <anna>"
    static let everybody = "everybody everybody@example.org <team>"

    static let all = [
        LocalChange("a new user", come: ["clara clara@example.org"]) { try $0.add("clara") },
        LocalChange("a new group", come: ["few few@example.org"]) { try $0.add("few", kind: .group) },
        LocalChange("a new room", come: ["hall hall@example.org"]) { try $0.add("hall", kind: .room) },
        LocalChange("a display name", of: "anna", gone: [anna, team], come: [
            "Anna Berg anna@example.org a.berg@example.org", "team team@example.org <Anna Berg>",
        ]) { try $0.setDisplayName($1, of: $2, "Anna Berg") },
        LocalChange("a group's name", of: "team", gone: [team, everybody], come: [
            "The team team@example.org <anna>", "everybody everybody@example.org <The team>",
        ]) { try $0.setDisplayName($1, of: $2, "The team") },
        LocalChange("another address", of: "boris", gone: [boris], come: ["boris boris@example.org b@example.org"]) {
            try $0.addAddress($1, of: $2, "b@example.org")
        },
        LocalChange("another preferred address", of: "anna", gone: [anna], come: ["anna a.berg@example.org anna@example.org"]) {
            try $0.addAddress($1, of: $2, "a.berg@example.org", isPreferred: true)
        },
        LocalChange("an address less", of: "anna", gone: [anna], come: ["anna anna@example.org"]) {
            try $0.removeAddress($1, of: $2, "a.berg@example.org")
        },
        LocalChange("no address", of: "boris", gone: [boris]) { try $0.removeAddress($1, of: $2, "boris@example.org") },
        LocalChange("an address that goes from one to the other", gone: [anna, boris], come: [
            "anna anna@example.org", "boris boris@example.org a.berg@example.org",
        ]) { listing in
            let (anna, boris) = (try listing.find("anna").id, try listing.find("boris").id)
            try listing.database.write { tx in
                try listing.local.removeAddress(tx, of: anna, "a.berg@example.org")
                try listing.local.addAddress(tx, of: boris, "a.berg@example.org")
            }
        },
        LocalChange("hidden", of: "anna", gone: [anna, team], come: ["team team@example.org"]) { try $0.setHidden($1, $2, true) },
        LocalChange("a hidden group", of: "team", gone: [team, everybody], come: ["everybody everybody@example.org"]) {
            try $0.setHidden($1, $2, true)
        },
        LocalChange("disabled", of: "boris", gone: [boris]) { try $0.setDisabled($1, $2, true) },
        LocalChange("a user who is removed", of: "anna", gone: [anna, team], come: ["team team@example.org"]) { try $0.remove($1, $2) },
        LocalChange("a group that is removed", of: "team", gone: [team, everybody], come: ["everybody everybody@example.org"]) {
            try $0.remove($1, $2)
        },
        LocalChange("a member more", gone: [team], come: ["team team@example.org <anna> <boris>"]) { listing in
            let (boris, team) = (try listing.find("boris"), try listing.find("team"))
            _ = try listing.database.write { tx in try Groups.add(tx, boris, to: team, now: 0) }
        },
        LocalChange("a member less", gone: [team], come: ["team team@example.org"]) { listing in
            let (anna, team) = (try listing.find("anna").id, try listing.find("team").id)
            _ = try listing.database.write { tx in try Groups.remove(tx, anna, from: team) }
        },
        LocalChange("a group in a group less", gone: [everybody], come: ["everybody everybody@example.org"]) { listing in
            let (team, everybody) = (try listing.find("team").id, try listing.find("everybody").id)
            _ = try listing.database.write { tx in try Groups.remove(tx, team, from: everybody) }
        },
        LocalChange("a group in a group more", gone: [everybody], come: [
            "few few@example.org", "everybody everybody@example.org <few> <team>",
        ]) { listing in
            let (few, everybody) = (try listing.add("few", kind: .group), try listing.find("everybody"))
            _ = try listing.database.write { tx in try Groups.add(tx, few, to: everybody, now: 0) }
        },
        LocalChange("somebody who becomes an entry of a directory", of: "anna", gone: [anna, team], come: ["team team@example.org"]) {
            try $0.link($1, $2, to: DirectoryLink(directory: "corp", entryID: "1"), now: 0)
        },
        LocalChange("what concerns no list", of: "anna") {
            try $0.setQuota($1, of: $2, bytes: 5)
            try $0.setAdministrator($1, $2, true)
            try $0.setPassword($1, of: $2, nil)
        },
        LocalChange("what came and went again, and what is another domain's") { listing in
            let clara = try listing.add("clara")
            try listing.database.write { tx in try listing.local.remove(tx, clara.id) }
            try listing.add("dora", domain: "example.net")
        },
    ]
}

@Suite("A list follows this database's own principals")
struct LocalChangesTests {
    private final class Done: Sendable {
        private let value = Mutex(0)
        var count: Int { value.withLock { $0 } }
        func add() { value.withLock { $0 += 1 } }
    }

    private static func listing(_ others: ListedDirectory...) throws -> LocalListing {
        let listing = try LocalListing()
        listing.others = others
        let anna = try listing.add("anna", "anna@example.org", "a.berg@example.org")
        try listing.add("boris")
        let (team, everybody) = (try listing.add("team", kind: .group), try listing.add("everybody", kind: .group))
        try listing.database.write { tx in
            try Groups.add(tx, anna, to: team, now: 0)
            try Groups.add(tx, team, to: everybody, now: 0)
        }
        try listing.refresh()
        return listing
    }

    @Test("what changed is seen at the next refresh, which reads nothing else, and a compare finds nothing more", arguments: LocalChange.all)
    func change(_ change: LocalChange) throws {
        let listing = try Self.listing()
        let before = Set(try listing.told())
        #expect(before == [LocalChange.anna, LocalChange.boris, LocalChange.team, LocalChange.everybody])
        try change.make(listing)
        let report = try listing.refresh()
        #expect(LocalListing.outcome(report).contains("changed entries differed"))
        let after = Set(try listing.told())
        #expect(before.subtracting(after) == change.gone && after.subtracting(before) == change.come)
        let compared = try listing.refresh(comparing: true)
        #expect(compared.changes == ListChanges())
        #expect(LocalListing.outcome(compared).hasSuffix(", 0 differed, 0 are gone"))
        #expect(try Set(listing.told()) == after)
    }

    @Test("who is shown again, can sign in again or has an address again comes back under the same name")
    func again() throws {
        let listing = try Self.listing()
        let before = try listing.told()
        let anna = try listing.find("anna").id
        for isOut in [true, false] {
            try listing.database.write { tx in try listing.local.setHidden(tx, anna, isOut) }
            try listing.refresh()
            #expect(try (listing.told() == before) == !isOut)
        }
        for isOut in [true, false] {
            try listing.database.write { tx in try listing.local.setDisabled(tx, anna, isOut) }
            try listing.refresh()
            #expect(try (listing.told() == before) == !isOut)
        }
        for isOut in [true, false] {
            try listing.database.write { tx in
                for address in ["anna@example.org", "a.berg@example.org"] {
                    if isOut { try listing.local.removeAddress(tx, of: anna, address) } else { try listing.local.addAddress(tx, of: anna, address) }
                }
            }
            try listing.refresh()
            #expect(try (listing.told() == before) == !isOut)
        }
    }

    @Test("where nothing changed nothing is read; where something did, only that")
    func reads() throws {
        let listing = try Self.listing()
        #expect(LocalListing.outcome(try listing.refresh()) == "0 of 0 changed entries differed, 0 are gone")
        let anna = try listing.find("anna").id
        try listing.database.write { tx in try listing.local.setDisplayName(tx, of: anna, "Anna") }
        #expect(LocalListing.outcome(try listing.refresh()) == "1 of 1 changed entries differed, 0 are gone")
        // A change that was undone.
        try listing.database.write { tx in try listing.local.setDisplayName(tx, of: anna, "Another") }
        try listing.database.write { tx in try listing.local.setDisplayName(tx, of: anna, "Anna") }
        #expect(LocalListing.outcome(try listing.refresh()) == "0 of 1 changed entries differed, 0 are gone")
        #expect(LocalListing.outcome(try listing.refresh()) == "0 of 0 changed entries differed, 0 are gone")
    }

    @Test("other settings, a time to compare, and what no log can have told have all of them read")
    func compares() throws {
        let listing = try Self.listing()
        let all = "compared 5 entries, 0 differed, 0 are gone"
        listing.options.showsDisabled = true
        #expect(LocalListing.outcome(try listing.refresh()).hasPrefix("compared 5 entries"))
        #expect(LocalListing.outcome(try listing.refresh()) == "0 of 0 changed entries differed, 0 are gone")
        listing.pass(listing.options.compareInterval)
        #expect(LocalListing.outcome(try listing.refresh()) == all)
        // As it is after an update from a program that kept no log.
        try listing.database.write { tx in try tx.execute("UPDATE address_list_source SET changed_until = NULL, settings = NULL") }
        #expect(LocalListing.outcome(try listing.refresh()) == all)
        // The position of another log, which had come further.
        try listing.database.write { tx in try tx.execute("UPDATE address_list_source SET changed_until = '99999'") }
        #expect(LocalListing.outcome(try listing.refresh()) == all)
        try listing.database.write { tx in try tx.execute("UPDATE address_list_source SET changed_until = '20260101000000Z'") }
        #expect(LocalListing.outcome(try listing.refresh()) == all)
        #expect(LocalListing.outcome(try listing.refresh()) == "0 of 0 changed entries differed, 0 are gone")
    }

    @Test("who is in another unit by other settings leaves the list at the next refresh, of a directory elsewhere too")
    func units() throws {
        let corp = ListedDirectory("corp")
        corp.put("c", "c@example.org")
        let listing = try Self.listing(corp)
        #expect(try listing.told().contains("corp c c@example.org"))
        listing.includes = { $0.kind == .group }
        listing.settings = "a unit has all users"
        try listing.refresh()
        #expect(try listing.told() == [
            "corp c c@example.org", "everybody everybody@example.org <team>", "team team@example.org",
        ])
    }

    @Test("a domain's list does not meet what another's is told of")
    func domains() throws {
        let listing = try Self.listing()
        let other = try listing.add("dora", domain: "example.net")
        #expect(LocalListing.outcome(try listing.refresh()) == "0 of 0 changed entries differed, 0 are gone")
        try listing.database.write { tx in try listing.local.setDisplayName(tx, of: other.id, "Dora") }
        #expect(LocalListing.outcome(try listing.refresh()) == "0 of 0 changed entries differed, 0 are gone")
        #expect(try listing.refresh(comparing: true).changes == ListChanges())
    }

    @Test("more changes than are read at a time are all seen")
    func pages() throws {
        let listing = try Self.listing()
        try listing.database.write { tx in
            for number in 0..<1_100 {
                let name = try #require(SignInName(name: "u\(number)", domain: "example.org"))
                try listing.local.add(tx, NewPrincipal(name, addresses: [name.description]), now: 0)
            }
        }
        #expect(LocalListing.outcome(try listing.refresh()) == "1100 of 1100 changed entries differed, 0 are gone")
        #expect(try listing.refresh().cards == 1_104)
        #expect(try listing.refresh(comparing: true).changes == ListChanges())
    }

    @Test("what changes again while the log is read counts as it was told of last", arguments: [
        (["Anna", "Anna Berg"], "Anna Berg a@example.org"), (["Anna", nil], nil), ([nil, "Anna"], "Anna a@example.org"),
        (["Anna", nil, "Anna Berg", "Anna"], "Anna a@example.org"), (["Known", nil], nil), ([nil, "Known"], "Known a@example.org"),
    ] as [([String?], String?)])
    func retold(_ told: [String?], _ last: String?) throws {
        for isKnown in [false, true] {
            let listing = try LocalListing()
            listing.log = Retold(isKnown ? ["Known"] : [])
            try listing.refresh()
            listing.log = Retold(told)
            try listing.refresh()
            #expect(try listing.told() == [last].compactMap { $0 })
        }
    }

    @Test("of changes that are made at once, while the list is refreshed, none is missed")
    func atOnce() async throws {
        let listing = try Self.listing()
        let (writers, rounds) = (4, 12)
        var ids: [PrincipalID] = []
        for writer in 0..<writers { ids.append(try listing.add("w\(writer)").id) }
        try listing.refresh()
        let (database, local) = (listing.database, listing.local)
        let done = Done()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (writer, id) in ids.enumerated() {
                group.addTask {
                    for round in 1...rounds {
                        // Some come to nothing, and so does their number.
                        try? database.write { tx in
                            try local.setDisplayName(tx, of: id, "never")
                            throw DirectoryRefusal.notFound
                        }
                        try database.write { tx in try local.setDisplayName(tx, of: id, "w\(writer) \(round)") }
                        await Task.yield()
                    }
                    done.add()
                }
            }
            while done.count < writers {
                try listing.refresh()
                await Task.yield()
            }
            try await group.waitForAll()
        }
        #expect(LocalListing.outcome(try listing.refresh()).contains("changed entries differed"))
        let told = try listing.told()
        for writer in 0..<writers { #expect(told.contains("w\(writer) \(rounds) w\(writer)@example.org")) }
        #expect(LocalListing.outcome(try listing.refresh(comparing: true)).hasSuffix(", 0 differed, 0 are gone"))
    }
}

/// A directory whose log tells the same entry under several names, one after the other; nil: as gone.
private struct Retold: LoggedDirectory, ListingOnly {
    let name = LocalBackend.reservedName
    let domains = ["example.org"]
    let told: [String?]

    init(_ told: [String?]) { self.told = told }

    private func entry(_ name: String) -> ListedEntry {
        ListedEntry(DirectoryEntry(id: "1", location: "1", displayName: name, addresses: ["a@example.org"]), names: ["1"])
    }

    func logPosition() throws(DirectoryUnavailable) -> String { "0" }

    func listAll(_ body: (ListedEntry) -> Bool) throws(DirectoryUnavailable) -> Bool {
        if let last = told.last, let last { return body(entry(last)) }
        return true
    }

    func changes(
        after position: String, _ body: (_ id: String, ListedEntry?) -> Bool
    ) throws(DirectoryUnavailable) -> String? {
        for name in told where !body("1", name.map(entry)) { return nil }
        return "1"
    }
}
