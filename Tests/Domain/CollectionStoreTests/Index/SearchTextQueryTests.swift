import CollectionStore
import Database
import Testing

@Suite("Queries of texts")
struct SearchTextQueryTests {
    let fixture: Fixture

    init() throws {
        fixture = try Fixture()
        try fixture.write { tx throws in
            let calendar = try tx.calendar()
            for (name, text) in [
                ("a", .folded([UInt8]("ANNA BERG".utf8))), ("b", .folded([UInt8]("BORIS BERGMANN".utf8))),
                ("c", .unknown), ("d", .folded([])), ("e", .none),
            ] as [(String, ObjectIndex.Text)] {
                var made = content(name, uid: name)
                made.facts.index = ObjectIndex(text: text)
                try tx.put(made, as: name, in: calendar)
            }
        }
    }

    private func names(
        _ needles: SearchTextQuery.Needles, after name: String? = nil, limit: Int = .max
    ) throws -> [String] {
        try fixture.write { tx throws in
            try SearchTextQuery.names(
                tx.read, in: try tx.calendar().id, after: name, matching: needles, limit: limit)
        }
    }

    private func bytes(_ texts: String...) -> [[UInt8]] { texts.map { [UInt8]($0.utf8) } }

    @Test("any or all of the needles; a text that is not known may have them all")
    func needles() throws {
        #expect(try names(.any(bytes("ANNA", "BORIS"))) == ["a", "b", "c"])
        #expect(try names(.all(bytes("BERG", "ORIS"))) == ["b", "c"])
        #expect(try names(.all(bytes("ANNA BERG"))) == ["a", "c"])
        #expect(try names(.all(bytes("anna"))) == ["c"])
        #expect(try names(.all(bytes("ANNA BERGS"))) == ["c"])
        #expect(try names(.any([])) == ["c"])
        #expect(try names(.all([])) == ["a", "b", "c", "d"])
        #expect(try names(.all(bytes(""))) == ["a", "b", "c", "d"])
    }

    @Test("page by page")
    func pages() throws {
        #expect(try names(.any(bytes("BERG")), limit: 2) == ["a", "b"])
        #expect(try names(.any(bytes("BERG")), after: "b", limit: 2) == ["c"])
        #expect(try names(.any(bytes("BERG")), limit: 0) == [])
    }

    @Test("a new content has a new text, and without one there is none to find")
    func replaced() throws {
        try fixture.write { tx throws in
            var made = content("new", uid: "a")
            made.facts.index = ObjectIndex(text: .folded([UInt8]("CLARA".utf8)))
            try tx.put(made, as: "a", in: try tx.calendar())
            made = content("new", uid: "b")
            made.facts.index = ObjectIndex()
            try tx.put(made, as: "b", in: try tx.calendar())
        }
        #expect(try names(.any(bytes("BERG"))) == ["c"])
        #expect(try names(.any(bytes("CLARA"))) == ["a", "c"])
        #expect(try names(.all([])) == ["a", "c", "d"])
    }
}
