import CollectionStore
import Database
import Directory
import TestEngines
import TestRandom
import Testing

@testable import GlobalAddressList

/// Those whom a list has and who are no principals yet: found, called by a name that is theirs alone, and made when they are used.
@Suite("those of a list who are no principals yet")
final class ListedPrincipalsTests {
    private let a = ListedDirectory("a")
    private let b = ListedDirectory("b")
    private let listing: Listing
    private let directories: Directories
    private let listed: ListedPrincipals
    private let asker: Principal

    init() throws {
        listing = try Listing(a, b)
        let database = listing.database
        let directories = Directories(
            [Directories.Source(a), Directories.Source(b)], localDomain: "example.org",
            isReserved: { tx, name, link throws in try ListedPrincipals.isReserved(tx, name, for: link) },
            make: { tx, new, now throws in try LocalDirectory().add(tx, new, now: now) })
        self.directories = directories
        listing.directories = directories
        listed = ListedPrincipals(
            names: { directories.names(ofListed: $0, in: $1) },
            admission: { try directories.principal(ofListed: $0, in: $1, named: $2, database, nil, now: 1) })
        asker = try database.write { tx in
            try LocalDirectory().add(tx, NewPrincipal(try #require(SignInName("asker@example.org", defaultDomain: ""))), now: 0)
        }
    }

    private func visibility(_ tx: borrowing ReadTransaction) throws -> ListVisibility {
        try ListVisibility(tx, for: asker, MembershipCache(), now: 1)
    }

    private func named(_ name: String) throws -> ListedPrincipal? {
        let name = try #require(SignInName(name, defaultDomain: "example.org"))
        return try listing.database.read { tx in try listed.find(tx, name, try visibility(tx)) }
    }

    private func addressed(_ address: String) throws -> ListedPrincipal? {
        try listing.database.read { tx in try listed.find(tx, address: address, domain: "example.org", try visibility(tx)) }
    }

    private func searched(_ text: String) throws -> [ListedPrincipal] {
        let search = PrincipalSearch([.init(.displayName, .contains, text)], domain: "example.org", limit: 10_000)
        return try listing.database.read { tx in
            let people = try ListSearch.find(tx, in: visibility(tx).lists, all: [search], limit: 10_000)
            return try people.filter { try ListVisibility.principals(tx, of: $0).isEmpty }.compactMap { try listed.principal(tx, of: $0) }
        }
    }

    private var count: Int {
        get throws { try listing.database.read { tx in try tx.first("SELECT COUNT(*) FROM principal") { Int($0.integer(0)) } ?? 0 } }
    }

    private func put(_ directory: ListedDirectory, _ id: String, _ login: String, _ addresses: String..., kind: Principal.Kind = .user) {
        directory.put(id, kind: kind) { entry in
            entry.displayName = "Person \(directory.name) \(id)"
            entry.login = login
            entry.addresses = addresses
        }
    }

    @Test("finding thousands makes nobody, and each name is the one that they have when they come, by whichever way")
    func thousands() throws {
        for number in 0..<1_500 { put(a, "\(number)", "p\(number)", "first.\(number)@example.org") }
        try listing.refresh()
        let before = try count
        let found = try searched("person")
        #expect(found.count == 1_500 && Set(found.map(\.name)).count == 1_500)
        #expect(found.allSatisfy { $0.name.description == "p\($0.person.first.id)@example.org" && $0.principal.id == .ofNobody })
        #expect(try named("p7")?.person.first.id == "7" && named("first.7")?.name.description == "p7@example.org")
        #expect(try addressed("First.7@example.org")?.person.first.id == "7")
        #expect(try count == before)
        // One is used, one signs in.
        let first = try #require(try named("first.7"))
        let seven = try #require(try listed.admit(first))
        #expect(try seven.signInText == "p7@example.org" && seven.addresses == ["first.7@example.org"] && count == before + 1)
        #expect(try named("p7") == nil && addressed("first.7@example.org") == nil)
        let again = try listed.admit(found[0])
        #expect(try again?.signInName == found[0].name && count == before + 2 && listed.admit(found[0])?.id == again?.id)
        #expect(try searched("person").count == 1_498)
    }

    @Test("whatever names they share, none is found under another's, and all keep theirs when others come", arguments: 0..<6 as Range<UInt64>)
    func random(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let names = ["ivan", "anna", "bert", "i.petrov", "info", ""]
        func any() -> String { names[Int.random(in: 0..<names.count, using: &random)] }
        for directory in [a, b] {
            for number in 0..<14 {
                let domain = Int.random(in: 0..<4, using: &random) == 0 ? "elsewhere.org" : "example.org"
                let address = any().isEmpty ? "x\(number)" : any()
                let kind: Principal.Kind = Int.random(in: 0..<5, using: &random) == 0 ? .group : .user
                put(directory, "\(number)", any(), "\(address.isEmpty ? "y" : address)@\(domain)", "u\(number)\(directory.name)@else.org", kind: kind)
            }
        }
        try listing.database.write { tx in
            try LocalDirectory().add(
                tx, NewPrincipal(try #require(SignInName("bert@example.org", defaultDomain: "")), addresses: ["anna@example.org"]), now: 0)
        }
        try listing.refresh()
        var left = try searched("person")
        #expect(!left.isEmpty && Set(left.map(\.name)).count == left.count)
        while !left.isEmpty {
            for one in left { #expect(try named(one.name.description)?.person.place == one.person.place) }
            let next = left.remove(at: Int.random(in: 0..<left.count, using: &random))
            let made = try #require(try listed.admit(next))
            #expect(made.signInName == next.name && made.kind == next.principal.kind)
            // Who is left is called as before.
            let now = try searched("person")
            #expect(Dictionary(uniqueKeysWithValues: now.map { ($0.person.place, $0.name) })
                == Dictionary(uniqueKeysWithValues: left.map { ($0.person.place, $0.name) }))
        }
    }

    @Test("who signs in does not take the name by which another was found")
    func reserved() throws {
        put(a, "1", "ivan", "ivan.a@example.org")
        put(b, "1", "ivan", "ivan.b@example.org")
        try listing.refresh()
        #expect(try searched("person").map(\.name.description).sorted() == ["ivan.b@example.org", "ivan@example.org"])
        let entry = DirectoryEntry(id: "1", location: "", login: "ivan", displayName: "b", addresses: ["ivan.b@example.org"])
        let other = try directories.principal(ofListed: entry, in: "b", listing.database, nil, now: 1)
        #expect(other?.signInText == "ivan.b@example.org")
        #expect(try named("ivan")?.person.first.displayName == "Person a 1")
    }

    @Test("hidden ones and those of units that one may not see are found by no name and no address")
    func secrecy() throws {
        put(a, "1", "anna", "anna@example.org")
        put(a, "2", "boss", "boss@example.org")
        a.put("3", "hilde@example.org") { $0.login = "hilde"; $0.isHidden = true }
        let board = try listing.unit("board")
        try listing.refresh { $0.id != "2" }
        try listing.refresh(board) { $0.id == "2" }
        for name in ["boss", "hilde", "nobody"] {
            #expect(try named(name) == nil && addressed("\(name)@example.org") == nil, "\(name)")
        }
        #expect(try named("anna") != nil)
        let book = try #require(try listing.database.read { tx in try Collections.find(tx, board.collection) })
        try listing.database.write { tx in
            try Grants.set(
                tx, Grant(collection: book.id, grantee: .principal(asker.id), rights: Role.reader.rights), on: book, now: 1)
        }
        #expect(try named("boss") != nil && named("hilde") == nil)
        // Without this form nobody is found who is not known.
        listing.options.isOfPrincipals = false
        try listing.refresh { $0.id != "2" }
        #expect(try named("anna") == nil && addressed("anna@example.org") == nil && named("boss") != nil)
    }

    @Test("a list that was made before there were names has them with the next refresh, and no card is told of as changed")
    func upgrade() throws {
        put(a, "1", "anna", "first.anna@example.org")
        try listing.refresh()
        let before = try listing.book.modseq
        try listing.database.write { tx in
            try tx.execute("UPDATE address_list_entry SET sign_in_name = '', digest = 'of another form'")
            try tx.execute("UPDATE address_list_source SET has_names = 0")
        }
        #expect(try searched("person").first?.name.description == "first.anna@example.org")
        try listing.refresh()
        #expect(try searched("person").first?.name.description == "anna@example.org" && listing.book.modseq == before)
        let given = a.given
        try listing.refresh()
        #expect(a.given <= given + 1)
    }
}
