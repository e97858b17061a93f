import Database
import Testing

@testable import DatabasePostgres

@Suite("The texts of notices")
struct NoticeTextTests {
    private let topic = ChangeNotice.Topic(letter: UInt8(ascii: "m"))

    @Test("what is told is what is heard, in as many texts as it needs, and nobody hears themselves")
    func roundTrip() {
        let notices = (0..<1_000).map { number in
            ChangeNotice(topic, id: .max - Int64(number), owner: .min + Int64(number), position: Int64(number))
        }
        let texts = NoticeText.texts(of: notices, from: "a")
        #expect(texts.count > 1)
        var heard: [ChangeNotice] = []
        for text in texts {
            #expect(text.utf8.count <= NoticeText.longest)
            #expect(NoticeText.changes(in: text, for: "a") == nil)
            guard case .notices(let some) = NoticeText.changes(in: text, for: "b") else { continue }
            heard += some
        }
        #expect(heard == notices)
        #expect(NoticeText.texts(of: [], from: "a") == [])
    }

    @Test("what is not understood may be anything", arguments: [
        "a;*", "a;", "a;m", "a;m1,2", "a;m1,2,3,4", "a;m1,2,x", "a;m99999999999999999999,0,0", "a;1,2,3", "a;m1,2,3;", "a;é1,2,3",
    ])
    func unknown(text: String) {
        #expect(NoticeText.changes(in: text, for: "b") == .unknown)
        #expect(NoticeText.changes(in: text, for: "a") == nil)
    }

    @Test("of several notices of one thing the furthest is kept; too many are told as anything")
    func pending() {
        var pending = PendingNotices()
        #expect(pending.isEmpty)
        pending.add([ChangeNotice(topic, id: 1, position: 5), ChangeNotice(topic, id: 2), ChangeNotice(topic, id: 1, position: 4)])
        #expect(pending.take() == [ChangeNotice(topic, id: 1, position: 5), ChangeNotice(topic, id: 2)])
        #expect(pending.isEmpty)
        pending.add((0...Int64(PendingNotices.limit)).map { ChangeNotice(topic, id: $0) })
        #expect(!pending.isEmpty)
        #expect(pending.take() == nil)
        #expect(NoticeText.changes(in: NoticeText.texts(of: nil, from: "a")[0], for: "b") == .unknown)
        #expect(pending.isEmpty)
    }
}
