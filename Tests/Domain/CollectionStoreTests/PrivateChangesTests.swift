import CollectionStore
import Database
import TestEngines
import TestRandom
import Testing

/// RFC 6578 for those to whom what is private is not shown.
@Suite("Changes of what is private")
struct PrivateChangesTests {
    let fixture: Fixture

    init() throws { fixture = try Fixture() }

    private static func content(_ text: String, uid: String, _ privacy: Privacy) -> MemberContent {
        var made = CollectionStoreTests.content(text, uid: uid)
        made.facts.index = ObjectIndex(text: .unknown, privacy: privacy)
        return made
    }

    @Test("whatever is written, a client has what is shown in the end, by its tags, and never hears a name that was not", arguments: 0..<20)
    func follows(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let names = ["a", "b", "c"]
        // What a client was shown at any time, and what it has now.
        var everPublic: Set<String> = []
        var has: [String: String] = [:]
        var token: SyncToken?
        for step in 0..<80 {
            let name = names[Int.random(in: 0..<names.count, using: &random)]
            let target = names[Int.random(in: 0..<names.count, using: &random)]
            let choice = Int.random(in: 0..<8, using: &random)
            let privacy = [Privacy.open, .hidden, .masked][Int.random(in: 0..<3, using: &random)]
            let limit = Int.random(in: 1..<4, using: &random)
            let follows = Int.random(in: 0..<3, using: &random) == 0
            try fixture.write { tx throws in
                let calendar = try tx.calendar()
                let there = try Members.find(tx.read, in: calendar.id, name: name)
                switch (choice, there) {
                case (0...4, _):
                    let content = Self.content("\(step)", uid: there?.uid ?? "u\(step)", privacy)
                    try Members.put(tx, in: calendar, name: name, existing: there, content: content, now: 1)
                case (5, let there?): try Members.remove(tx, there, in: calendar, by: nil, now: 1)
                case (6, let there?) where try Members.find(tx.read, in: calendar.id, name: target) == nil:
                    try Members.move(tx, there, from: calendar, to: calendar, name: target, now: 1)
                case (7, let there?): try Members.propertiesChanged(tx, of: there, now: 1)
                default: break
                }
            }
            let shown = try fixture.read { tx throws in
                let calendar = try #require(try Collections.find(tx, fixtureCalendar(tx)))
                let members = try Members.page(tx, in: calendar.id, after: nil, limit: 100, shownBy: .ofPublic)
                for member in members {
                    let stored = try #require(try Members.find(tx, in: calendar.id, name: member.name))
                    let isMasked = try Visibility.ofPublic.privacy(tx, in: calendar.id, name: member.name) == .masked
                    #expect(member.isMasked == isMasked && (member.etag == stored.etag) == !isMasked)
                    #expect(try Visibility.ofPublic.shown(tx, stored) == member)
                }
                return Dictionary(uniqueKeysWithValues: members.map { ($0.name, $0.etag) })
            }
            everPublic.formUnion(shown.keys)
            guard follows else { continue }
            var isComplete = false
            while !isComplete {
                let page = try fixture.read { tx throws in
                    let calendar = try #require(try Collections.find(tx, fixtureCalendar(tx)))
                    let since = token ?? SyncToken(
                        collection: calendar.id, epoch: calendar.epoch, modseq: .zero)
                    return try #require(try VisibleChanges.page(
                        tx, in: calendar, since: since, window: .all, limit: limit, visibility: { _ in .ofPublic }))
                }
                for change in page.changes {
                    #expect(everPublic.contains(change.name), "step \(step): \(change.name) was never public")
                    if case .member(let member) = change.state { has[change.name] = member.etag } else { has[change.name] = nil }
                }
                (token, isComplete) = (page.token, page.isComplete)
            }
            #expect(has == shown, "step \(step)")
        }
    }

    private func fixtureCalendar(_ tx: borrowing ReadTransaction) throws -> CollectionID {
        let home = try #require(try Collections.home(tx, of: Fixture.alice, kind: .calendarHome))
        return try #require(try Collections.children(tx, of: home.id).first).id
    }
}
