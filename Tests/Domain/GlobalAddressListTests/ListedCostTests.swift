import Database
import DatabaseSQLite
import Directory
import TestEngines
import Testing

@testable import GlobalAddressList

/// What it costs to find somebody who is no principal yet must not grow with how many others there are. By SQLite's steps: a plan that walks
/// the list is right, and only slow where the list is long.
@Suite("what finding those of a list costs")
struct ListedCostTests {
    /// The steps of each look-up, beside so many others.
    private func steps(beside others: Int) throws -> [String: Int] {
        let counter = StepCounter()
        let (a, b) = (ListedDirectory("a"), ListedDirectory("b"))
        let listing = try Listing(a, b, database: SQLiteDatabase.temporary(counter: counter))
        let directories = Directories(
            [Directories.Source(a), Directories.Source(b)], localDomain: "example.org",
            isReserved: { tx, name, link throws in try ListedPrincipals.isReserved(tx, name, for: link) },
            make: { tx, new, now throws in try LocalDirectory().add(tx, new, now: now) })
        listing.directories = directories
        let database = listing.database
        let listed = ListedPrincipals(
            names: { directories.names(ofListed: $0, in: $1) },
            admission: { try directories.principal(ofListed: $0, in: $1, named: $2, database, nil, now: 1) })
        func put(_ directory: ListedDirectory, _ id: String, _ login: String, _ address: String, kind: Principal.Kind = .user) {
            directory.put(id, address, kind: kind) { $0.login = login }
        }
        for number in 0..<others {
            put(a, "a\(number)", "p\(number)", "first.\(number)@example.org")
            // The same people, and others of the same logins.
            put(b, "b\(number)", "p\(number)", number % 2 == 0 ? "first.\(number)@example.org" : "second.\(number)@example.org")
        }
        put(a, "g", "team", "team@example.org", kind: .group)
        try listing.refresh()
        let asker = try database.write { tx in
            try LocalDirectory().add(tx, NewPrincipal(try #require(SignInName("asker@example.org", defaultDomain: ""))), now: 0)
        }
        var steps: [String: Int] = [:]
        func count(_ what: String, _ body: () throws -> Void) rethrows {
            let before = counter.steps
            try body()
            steps[what] = counter.steps - before
        }
        func find(_ what: String, _ text: String, isThere: Bool = true) throws {
            let name = try #require(SignInName(text, defaultDomain: "example.org"))
            try count(what) {
                let found = try database.read { tx in
                    try listed.find(tx, name, try ListVisibility(tx, for: asker, MembershipCache(), now: 1))
                }
                #expect((found != nil) == isThere, "\(what)")
            }
        }
        try find("a login", "p7")
        try find("an address", "first.8")
        try find("another's address", "second.9")
        try find("a group", "team")
        try find("nobody", "nobody", isThere: false)
        try find("nobody with a mark", "p7-1f2e3d4c", isThere: false)
        try count("a mail address") {
            let found = try database.read { tx in
                try listed.find(
                    tx, address: "First.6@example.org", domain: "example.org", try ListVisibility(tx, for: asker, MembershipCache(), now: 1))
            }
            #expect(found?.name.description == "p6@example.org")
        }
        let key = try #require(SignInName("p5@example.org", defaultDomain: ""))
        try count("whether a name is another's") {
            let isReserved = try database.read { tx in
                try ListedPrincipals.isReserved(tx, key, for: DirectoryLink(directory: "b", entryID: "b5"))
            }
            #expect(isReserved)
        }
        return steps
    }

    @Test("does not grow with how many there are")
    func constant() throws {
        let (few, many) = (try steps(beside: 20), try steps(beside: 1_000))
        #expect(few.count == 8)
        for (what, steps) in many {
            let expected = few[what] ?? 0
            #expect(steps <= expected + expected / 4 + 100, "\(what): \(expected) steps beside 20, \(steps) beside 1000")
        }
    }
}
