import CollectionStore
import Testing

@Suite("Sync tokens")
struct SyncTokenTests {
    @Test(
        "a token's URI reads back as the token",
        arguments: [nil, "", "m", "cé", "m" + nfd, "m" + String(repeating: "ю", count: 127), "m.a/b%"])
    func roundTrip(name: String?) throws {
        let token = SyncToken(
            collection: CollectionID(rawValue: 7), epoch: 3, modseq: ModSeq(rawValue: .max), listedUpTo: name)
        let back = try #require(SyncToken(uri: token.uri))
        #expect(back == token)
        #expect(back.listedUpTo.map { [UInt8]($0.utf8) } == name.map { [UInt8]($0.utf8) })
        #expect(token.uri.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F })
    }

    @Test(
        "what no server gave out is no token",
        arguments: [
            "", "urn:tegu:sync:", "urn:tegu:sync:1.2", "urn:tegu:sync:1.2.3.4.5", "urn:tegu:sync:1.2.x",
            "urn:tegu:sync:1..3",
            "urn:tegu:sync:-1.2.3", "urn:tegu:sync:1.2.99999999999999999999", "urn:tegu:sync:1.2.3.!",
            "http://example.org/1.2.3",
            "urn:tegu:sync:1.2.3 ", "urn:tegu:sync:\u{301}1.2.3",
            "urn:tegu:sync:1.2.3." + String(repeating: "A", count: 2000),
        ])
    func refused(text: String) {
        #expect(SyncToken(uri: text) == nil)
    }

    @Test("a token of another collection, epoch or future is not valid")
    func validity() throws {
        let fixture = try Fixture()
        let (one, two) = try fixture.write { tx throws in (try tx.calendar("one"), try tx.calendar("two")) }
        let token = SyncToken(of: one, at: 0)
        #expect(token.isValid(for: one))
        #expect(!token.isValid(for: two))
        var other = token
        other.epoch += 1
        #expect(!other.isValid(for: one))
        var future = token
        future.modseq = ModSeq(rawValue: one.modseq.rawValue + 1)
        #expect(!future.isValid(for: one))
    }

    @Test("a collection that is made anew under a name has none of the old one's tokens")
    func recreated() throws {
        let fixture = try Fixture()
        let (old, new) = try fixture.write { tx throws in
            let old = try tx.calendar()
            try Collections.remove(tx, old, now: 2)
            return (old, try tx.calendar())
        }
        #expect(!SyncToken(of: old, at: 0).isValid(for: new))
    }
}
