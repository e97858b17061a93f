import Cryptography
import Database
import Testing

@testable import Directory

@Suite("The local directory")
struct LocalDirectoryTests {
    let scene: Scene

    init() throws { scene = try Scene() }

    private func add(_ name: String, addresses: [String] = [], kind: Principal.Kind = .user) throws -> Principal {
        let new = NewPrincipal(try Scene.name(name), kind: kind, addresses: addresses)
        return try scene.database.write { try scene.directory.add($0, new, now: 1) }
    }

    private func find(_ id: PrincipalID) throws -> Principal {
        try #require(try scene.database.read { try LocalDirectory.find($0, id) })
    }

    private func names(domain: String? = nil, after: String? = nil, limit: Int = .max) throws -> [String] {
        let previous = try after.map(Scene.name)
        return try scene.database.read { tx in
            var names: [String] = []
            try LocalDirectory.forEach(tx, domain: domain, after: previous, limit: limit) {
                names.append("\($0.name)@\($0.domain)\($0.addresses.isEmpty ? "" : " \($0.addresses.count)")")
                return true
            }
            return names
        }
    }

    private func search(_ tests: [PrincipalSearch.Test], isAnyOf: Bool = false, limit: Int = 10) throws -> [String] {
        let search = PrincipalSearch(tests, isAnyOf: isAnyOf, domain: "example.org", limit: limit)
        return try scene.database.read { try LocalDirectory.search($0, search).found.map(\.name) }
    }

    @Test("a principal is found by its id, its name and each address")
    func finding() throws {
        let anna = try find(scene.anna)
        #expect(anna == Principal(
            id: scene.anna, domain: "example.org", name: "anna", displayName: "Anna Ödegård",
            addresses: ["anna@example.org", "a.odegard@example.org"]))
        let found = try scene.database.read { tx in
            [
                try LocalDirectory.find(tx, domain: "example.org", name: "anna"),
                try LocalDirectory.find(tx, address: "A.Odegard@EXAMPLE.org"),
                try LocalDirectory.find(tx, address: "nobody@example.org"),
                try LocalDirectory.find(tx, domain: "example.com", name: "anna"),
                try LocalDirectory.find(tx, PrincipalID(rawValue: -1)),
            ]
        }
        #expect(found == [anna, anna, nil, nil, nil])
    }

    @Test("a name or an address that is taken is refused, with who has it, and nothing is left")
    func conflicts() throws {
        #expect(throws: DirectoryRefusal.nameTaken(by: scene.anna)) { try add("ANNA@example.org") }
        #expect(throws: DirectoryRefusal.addressTaken("anna@example.org", by: scene.anna)) {
            try add("carla", addresses: ["carla@example.org", "Anna@example.org"])
        }
        #expect(throws: DirectoryRefusal.addressTaken("c@example.org", by: nil)) {
            try add("carla", addresses: ["c@example.org", "C@example.org"])
        }
        #expect(throws: DirectoryRefusal.invalidAddress("carla")) { try add("carla", addresses: ["carla"]) }
        #expect(try names() == ["anna@example.org 2", "boris@example.org"])
        #expect(try add("anna@example.com").domain == "example.com")
    }

    @Test("display names, quotas and counts of addresses have limits")
    func limits() throws {
        let name = try Scene.name("carla")
        func refusal(_ new: NewPrincipal) -> DirectoryRefusal? {
            do {
                try scene.database.write { _ = try scene.directory.add($0, new, now: 1) }
                return nil
            } catch {
                return error as? DirectoryRefusal
            }
        }
        #expect(refusal(NewPrincipal(name, displayName: "a\nb")) == .invalidDisplayName)
        #expect(refusal(NewPrincipal(name, displayName: String(repeating: "ä", count: 129))) == .invalidDisplayName)
        #expect(refusal(NewPrincipal(name, quotaBytes: -1)) == .invalidQuota)
        #expect(refusal(NewPrincipal(name, addresses: (0...100).map { "a\($0)@example.org" })) == .tooManyAddresses)
        #expect(throws: DirectoryRefusal.invalidPassword) { try scene.passwords.hash([]) }
        let long = [UInt8](repeating: 1, count: 1025)
        #expect(throws: DirectoryRefusal.invalidPassword) { try scene.passwords.hash(long) }
    }

    @Test("what is set is read, and setting it for nobody is refused")
    func changes() throws {
        let (directory, id) = (scene.directory, scene.boris)
        try scene.database.write { tx in
            try directory.setDisabled(tx, id, true)
            try directory.setAdministrator(tx, id, true)
            try directory.setQuota(tx, of: id, bytes: 1000)
            try directory.setDisplayName(tx, of: id, "Boris")
            try directory.setPassword(tx, of: id, nil, mustChange: true)
        }
        #expect(try find(id) == Principal(
            id: id, domain: "example.org", name: "boris", displayName: "Boris", isAdministrator: true, isDisabled: true,
            quotaBytes: 1000, mustChangePassword: true))
        #expect(try find(scene.anna).displayName == "Anna Ödegård")
        let nobody = PrincipalID(rawValue: 999_999)
        #expect(throws: DirectoryRefusal.notFound) {
            try scene.database.write { try directory.setDisabled($0, nobody, true) }
        }
        #expect(throws: DirectoryRefusal.notFound) { try scene.database.write { try directory.remove($0, nobody) } }
    }

    @Test("an administrator with a printed password is told until another one is set or nobody can sign in with it")
    func printedPasswords() throws {
        let (directory, id) = (scene.directory, scene.boris)
        func told() throws -> [String] {
            try scene.database.read { tx in try LocalDirectory.administratorsWithPrintedPassword(tx) }
        }
        try scene.database.write { tx in try directory.setPassword(tx, of: id, nil, mustChange: true) }
        #expect(try told() == [])
        try scene.database.write { tx in try directory.setAdministrator(tx, id, true) }
        #expect(try told() == ["boris@example.org"])
        try scene.database.write { tx in try directory.setDisabled(tx, id, true) }
        #expect(try told() == [])
        try scene.database.write { tx in
            try directory.setDisabled(tx, id, false)
            try directory.setPassword(tx, of: id, nil)
        }
        #expect(try told() == [])
    }

    @Test("addresses are added and removed, and the preferred one stays first")
    func addresses() throws {
        let (directory, id) = (scene.directory, scene.anna)
        try scene.database.write { tx in
            try directory.addAddress(tx, of: id, "third@example.org")
            try directory.addAddress(tx, of: id, "First@example.org", isPreferred: true)
        }
        #expect(try find(id).addresses
            == ["first@example.org", "anna@example.org", "a.odegard@example.org", "third@example.org"])
        try scene.database.write { tx in
            try directory.addAddress(tx, of: id, "third@example.org", isPreferred: true)
            try directory.removeAddress(tx, of: id, "FIRST@example.org")
        }
        #expect(try find(id).addresses == ["third@example.org", "anna@example.org", "a.odegard@example.org"])
        #expect(throws: DirectoryRefusal.addressTaken("third@example.org", by: id)) {
            try scene.database.write { try directory.addAddress($0, of: scene.boris, "third@example.org") }
        }
        #expect(throws: DirectoryRefusal.notFound) {
            try scene.database.write { try directory.removeAddress($0, of: scene.boris, "third@example.org") }
        }
        try scene.database.write { tx in
            try directory.removeAddress(tx, of: id, "third@example.org")
            try directory.addAddress(tx, of: id, "last@example.org")
        }
        #expect(try find(id).addresses == ["anna@example.org", "a.odegard@example.org", "last@example.org"])
    }

    @Test("after removal the name and the addresses are free, and the id is not used again")
    func removal() throws {
        try scene.database.write { try scene.directory.remove($0, scene.anna) }
        let anew = try add("anna", addresses: ["a.odegard@example.org"])
        #expect(anew.id != scene.anna)
        #expect(anew.addresses == ["a.odegard@example.org"])
    }

    @Test("pages in order of domain and name, with each principal's addresses, lose nobody and tell nobody twice")
    func listing() throws {
        for name in ["a@b.example", "z@b.example", "c@a.example", "carla@example.org"] {
            _ = try add(name, addresses: ["x-\(name)", "y-\(name)"])
        }
        let all = ["c@a.example 2", "a@b.example 2", "z@b.example 2", "anna@example.org 2", "boris@example.org",
                   "carla@example.org 2"]
        #expect(try names() == all)
        #expect(try names(limit: 2) == Array(all[..<2]))
        #expect(try names(after: "a@b.example", limit: 2) == Array(all[2..<4]))
        #expect(try names(after: "boris@example.org") == Array(all[5...]))
        #expect(try names(domain: "b.example") == Array(all[1..<3]))
        #expect(try names(domain: "b.example", after: "a@b.example") == [all[2]])
        #expect(try names(domain: "b.example", after: "z@a.example", limit: 1) == [all[1]])
        #expect(try names(domain: "b.example", after: "a@c.example") == [])
        #expect(try names(limit: 0) == [])
    }

    @Test("a listing ends where it is told to")
    func stopping() throws {
        var seen: [String] = []
        try scene.database.read { tx in
            try LocalDirectory.forEach(tx) {
                seen.append($0.name)
                return false
            }
        }
        #expect(seen == ["anna"])
    }

    @Test("an empty directory is one without principals")
    func emptiness() throws {
        #expect(try scene.database.read { try !LocalDirectory.isEmpty($0) })
        try scene.database.write { tx in
            try scene.directory.remove(tx, scene.anna)
            try scene.directory.remove(tx, scene.boris)
        }
        #expect(try scene.database.read { try LocalDirectory.isEmpty($0) })
    }

    @Test("a search disregards case, in every script, and looks into all addresses")
    func searching() throws {
        #expect(try search([.init(.displayName, .contains, "ödegÅ")]) == ["anna"])
        #expect(try search([.init(.displayName, .startsWith, "БОРИС")]) == ["boris"])
        #expect(try search([.init(.displayName, .startsWith, "ёлк")]) == [])
        #expect(try search([.init(.displayName, .endsWith, "ЁЛКИН")]) == ["boris"])
        #expect(try search([.init(.displayName, .equals, "anna ödegård")]) == ["anna"])
        #expect(try search([.init(.displayName, .equals, "anna")]) == [])
        #expect(try search([.init(.address, .startsWith, "A.Ode")]) == ["anna"])
        #expect(try search([.init(.signInName, .contains, "@EXAMPLE")]) == ["anna", "boris"])
        #expect(try search([.init(.displayName, .contains, "")]) == ["anna", "boris"])
        #expect(try search([.init(.displayName, .contains, "an"), .init(.signInName, .startsWith, "b")]) == [])
        #expect(try search([.init(.displayName, .contains, "an"), .init(.signInName, .startsWith, "b")], isAnyOf: true)
            == ["anna", "boris"])
        #expect(try search([.init(.address, .contains, "%")]) == [])
    }

    @Test("a search tells when there is more, and finds nobody who is disabled or of another kind or domain")
    func searchLimits() throws {
        _ = try add("room@example.org", kind: .room)
        _ = try add("anna@example.com")
        let everybody = PrincipalSearch.Test(.signInName, .contains, "")
        try scene.database.read { tx in
            let some = try LocalDirectory.search(tx, PrincipalSearch([everybody], limit: 2))
            #expect(some.found.map(\.name) == ["anna", "anna"])
            #expect(!some.isComplete)
            let all = try LocalDirectory.search(tx, PrincipalSearch([everybody], limit: 4))
            #expect(all.found.count == 4)
            #expect(all.isComplete)
            let rooms = try LocalDirectory.search(tx, PrincipalSearch([everybody], kinds: [.room], limit: 4))
            #expect(rooms.found.map(\.name) == ["room"])
        }
        try scene.database.write { try scene.directory.setDisabled($0, scene.anna, true) }
        #expect(try search([everybody]) == ["boris", "room"])
    }
}
