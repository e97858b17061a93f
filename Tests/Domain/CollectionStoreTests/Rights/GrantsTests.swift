import CollectionStore
import Database
import Directory
import Testing

@Suite("Grants")
struct GrantsTests {
    let fixture: Fixture

    init() throws { fixture = try Fixture() }

    private static func principal(_ id: PrincipalID, domain: String = "example.org") -> Principal {
        Principal(id: id, domain: domain, name: "x\(id.rawValue)", displayName: "")
    }

    private func rights(
        on path: [Collection], closure: Set<Int64> = [2], domain: String = "example.org", now: Milliseconds = 10
    ) throws -> Rights {
        let asker = Asker(
            Self.principal(Fixture.bob, domain: domain), closure: Set(closure.map(PrincipalID.init(rawValue:))))
        return try fixture.read { tx in
            try Grants.rights(tx, on: path.map(\.id), of: Self.principal(Fixture.alice), for: asker, now: now)
        }
    }

    private func grant(
        _ rights: Rights, to grantee: Grantee, on collection: Collection, until expires: Milliseconds? = nil
    ) throws {
        try fixture.write { tx in
            try Grants.set(
                tx, Grant(collection: collection.id, grantee: grantee, rights: rights, expires: expires), on: collection,
                now: 1)
        }
    }

    private func place() throws -> (home: Collection, folder: Collection) {
        try fixture.write { tx in
            let home = try tx.home()
            return (home, try Collections.make(tx, in: home, name: "plans", kind: .folder, now: 1))
        }
    }

    @Test("without a grant there is no right; the owner has all without one")
    func none() throws {
        let place = try place()
        #expect(try rights(on: [place.folder, place.home]) == [])
        let alice = Self.principal(Fixture.alice)
        let own = try fixture.read { tx in
            try Grants.rights(
                tx, on: [place.folder.id], of: alice, for: Asker(alice, closure: [alice.id]), now: 1)
        }
        #expect(own == .all)
    }

    @Test("what is granted to a user, a group, all of the domain and everybody adds up, from above too")
    func union() throws {
        let place = try place()
        try grant(Role.reader.rights, to: .principal(Fixture.bob), on: place.folder)
        try grant(.bind, to: .principal(PrincipalID(rawValue: 77)), on: place.folder)
        try grant(.unbind, to: .signedIn, on: place.home)
        try grant(.readACL, to: .everybody, on: place.home)
        let path = [place.folder, place.home]
        #expect(try rights(on: path) == [.read, .readFreeBusy, .unbind, .readACL])
        #expect(try rights(on: path, closure: [2, 77]) == [.read, .readFreeBusy, .unbind, .readACL, .bind])
        #expect(try rights(on: [place.home]) == [.unbind, .readACL])
        #expect(try rights(on: path, closure: [], domain: "example.net") == [.readACL])
    }

    @Test("a grant ends with its date")
    func end() throws {
        let place = try place()
        try grant(Role.reader.rights, to: .principal(Fixture.bob), on: place.folder, until: 100)
        #expect(try rights(on: [place.folder], now: 99) == Role.reader.rights)
        #expect(try rights(on: [place.folder], now: 100) == [])
    }

    @Test("the owner is granted nothing, and a collection has so many grants at most")
    func refusals() throws {
        let place = try place()
        #expect(throws: StoreRefusal.cannotBeGranted) {
            try grant(.read, to: .principal(Fixture.alice), on: place.folder)
        }
        try fixture.write { tx in
            for number in 1...Int64(Grants.maximumPerCollection) {
                try tx.execute(
                    "INSERT INTO access_grant (collection_id, grantee, rights, created) VALUES ($1, $2, 1, 0)",
                    [.integer(place.folder.id.rawValue), .integer(1000 + number)])
            }
        }
        #expect(throws: StoreRefusal.tooManyGrants) {
            try grant(.read, to: .principal(Fixture.bob), on: place.folder)
        }
        try grant(.bind, to: .principal(PrincipalID(rawValue: 1001)), on: place.folder)
    }

    @Test("rights that a later program stores mean nothing to this one")
    func unknownBits() throws {
        let place = try place()
        try grant(Rights(rawValue: 1 << 40 | 1), to: .everybody, on: place.folder)
        #expect(try rights(on: [place.folder]) == .read)
    }

    @Test("what is given to another owner takes no grants along")
    func handedOver() throws {
        let place = try place()
        try grant(.all, to: .everybody, on: place.folder)
        try fixture.write { tx throws in
            let folder = try #require(try Collections.find(tx.read, place.folder.id))
            try Collections.move(tx, folder, to: try tx.home(of: Fixture.bob), name: "p", now: 2)
        }
        #expect(try fixture.read { tx in try Grants.all(tx, on: place.folder.id) } == [])
    }
}
