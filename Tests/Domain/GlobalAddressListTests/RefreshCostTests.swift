import Database
import DatabaseSQLite
import Directory
import TestEngines
import Testing

@testable import GlobalAddressList

/// What a refresh costs must follow from what changed, not from how many there are. By SQLite's steps.
@Suite("what a refresh costs")
struct RefreshCostTests {
    /// The steps of each refresh, with so many own users, as many of a directory, and a group of each with all of them.
    private func steps(of others: Int) throws -> [String: Int] {
        let counter = StepCounter()
        let corp = ListedDirectory("corp")
        let listing = try LocalListing(corp, database: SQLiteDatabase.temporary(counter: counter))
        let (database, local) = (listing.database, listing.local)
        let everybody = try listing.add("everybody", kind: .group)
        try database.write { tx in
            for number in 0..<others {
                let name = try #require(SignInName(name: "u\(number)", domain: "example.org"))
                let user = try local.add(tx, NewPrincipal(name, addresses: [name.description]), now: 0)
                try Groups.add(tx, user, to: everybody, now: 0)
                // Those who are hidden are asked for too.
                if number % 2 == 1 { try local.setHidden(tx, user.id, true) }
            }
        }
        for number in 0..<others { corp.put("c\(number)", "c\(number)@example.org") { $0.isHidden = number % 2 == 1 } }
        corp.put("staff", "staff@example.org", kind: .group, members: (0..<others).map { "c\($0)" })
        try listing.refresh()
        let (user, hidden) = (try listing.find("u4"), try listing.find("u5"))
        let few = try listing.add("few", kind: .group)
        try listing.refresh()
        var steps: [String: Int] = [:]
        func count(_ what: String, _ change: () throws -> Void) throws {
            try change()
            let before = counter.steps
            let report = try listing.refresh()
            steps[what] = counter.steps - before
            #expect(what == "nothing" || report.changes != ListChanges(), "\(what)")
        }
        try count("nothing") {}
        try count("a name here") { try database.write { tx in try local.setDisplayName(tx, of: user.id, "Another") } }
        try count("an address here") { try database.write { tx in try local.addAddress(tx, of: user.id, "another@example.org") } }
        try count("a membership here") { _ = try database.write { tx in try Groups.add(tx, user, to: few, now: 0) } }
        try count("somebody new here") { try listing.add("new") }
        let new = try listing.find("new").id
        try count("somebody who is gone from here") { try database.write { tx in try local.remove(tx, new) } }
        try count("who was hidden here") {
            try database.write { tx in
                _ = try Groups.remove(tx, hidden.id, from: everybody.id)
                try local.setHidden(tx, hidden.id, false)
            }
            // The group with all of them is one change more, and as long as it is.
            try listing.refresh()
            try database.write { tx in try local.setDisplayName(tx, of: hidden.id, "Seen") }
        }
        try count("somebody of a directory") { corp.put("c4", "c4@example.org") { $0.title = "Head" } }
        try count("an address of a directory") { corp.put("c4", "c4@example.org", "fourth@example.org") { $0.title = "Head" } }
        return steps
    }

    @Test("does not grow with how many there are")
    func constant() throws {
        let (few, many) = (try steps(of: 100), try steps(of: 2_000))
        #expect(few.count == 9)
        for (what, steps) in many {
            let expected = few[what] ?? 0
            #expect(steps <= expected + expected / 4 + 100, "\(what): \(expected) steps of 100, \(steps) of 2000")
        }
    }
}
