import Directory
import Testing

@testable import GlobalAddressList

@Suite("Which entries are one person")
struct PersonMergeTests {
    private static let positions: [String: Int64] = ["first": 0, "second": 1, "third": 2]

    private static func entry(_ directory: String, _ id: String, _ addresses: String..., person: String? = nil) -> ListEntry {
        ListEntry(
            key: ListEntry.Key(directory: directory, id: id), person: person, kind: .user, displayName: id,
            addresses: addresses, phones: [])
    }

    private static func merge(_ entries: [ListEntry], taken: Set<String> = []) -> [PersonMerge.Person] {
        PersonMerge.persons(of: entries, positions: positions, domain: "example.org", isShared: { _ in false },
            isTaken: taken.contains)
    }

    private static func uid(_ directory: String, _ id: String, attempt: Int = 0) -> String {
        PersonMerge.uid(of: ListEntry.Key(directory: directory, id: id), domain: "example.org", attempt: attempt)
    }

    @Test("entries with a common address are one, also through another, in the order of their directories")
    func common() {
        let persons = Self.merge([
            Self.entry("third", "c", "b@x"), Self.entry("second", "b", "b@x", "a@x"), Self.entry("first", "a", "a@x"),
            Self.entry("first", "z", "z@x"),
        ])
        #expect(persons.map { $0.entries.map(\.key.id) } == [["a", "b", "c"], ["z"]])
        #expect(persons.map(\.uid) == [Self.uid("first", "a"), Self.uid("first", "z")])
    }

    @Test("an address that more have than are here merges nobody")
    func shared() {
        let entries = [Self.entry("first", "a", "a@x", "desk@x"), Self.entry("first", "b", "b@x", "desk@x"), Self.entry("second", "c", "b@x")]
        let persons = PersonMerge.persons(
            of: entries, positions: Self.positions, domain: "example.org", isShared: { $0 == "desk@x" }, isTaken: { _ in false })
        #expect(persons.map { $0.entries.map(\.key.id) } == [["a"], ["b", "c"]])
    }

    @Test("the UID is a UUID of RFC 9562 §5.8, and each entry's own")
    func uids() {
        let uids = [Self.uid("a", "1"), Self.uid("a", "2"), Self.uid("b", "1"), Self.uid("a", "1", attempt: 1)]
        #expect(Set(uids).count == 4)
        for uid in uids {
            let characters = Array(uid)
            #expect(characters.count == 36 && characters[14] == "8" && "89ab".contains(characters[19]))
        }
    }

    @Test("who becomes one with somebody of higher precedence keeps their card's UID only if the other has none")
    func joined() {
        let (old, other) = (Self.uid("second", "b"), Self.uid("first", "a"))
        let alone = Self.merge([Self.entry("second", "b", "a@x", person: old), Self.entry("first", "a", "a@x")])
        #expect(alone.map(\.uid) == [old])
        let both = Self.merge([Self.entry("second", "b", "a@x", person: old), Self.entry("first", "a", "a@x", person: other)])
        #expect(both.map(\.uid) == [other])
    }

    @Test("where a person falls apart, the entry that the UID was made of keeps it")
    func apart() {
        let uid = Self.uid("second", "b")
        let persons = Self.merge([
            Self.entry("first", "a", "a@x", person: uid), Self.entry("second", "b", "b@x", person: uid),
        ])
        #expect(persons.map(\.uid) == [Self.uid("first", "a"), uid])
    }

    @Test("where that entry is gone, what remains keeps it, and the entry gets another when it is back")
    func back() {
        let uid = Self.uid("first", "a")
        #expect(Self.merge([Self.entry("second", "b", "a@x", person: uid)]).map(\.uid) == [uid])
        #expect(Self.merge([Self.entry("first", "a", "new@x")], taken: [uid]).map(\.uid) == [Self.uid("first", "a", attempt: 1)])
    }

    @Test("an address of very many names nobody, and a person is of so many entries at most")
    func bounds() {
        let shared = (0..<17).map { Self.entry("first", "e\($0)", "all@x", "e\($0)@x") }
        #expect(Self.merge(shared).count == 17)
        let chain = (100..<300).map { Self.entry("first", "e\($0)", "\($0)@x", "\($0 + 1)@x") }
        let persons = Self.merge(chain)
        #expect(persons.map(\.entries.count).max() ?? 0 <= 64 && persons.map(\.entries.count).reduce(0, +) == 200)
        #expect(Set(persons.map(\.uid)).count == persons.count)
        // The same whatever order they come in.
        #expect(Self.merge(chain.reversed()) == persons)
    }
}
