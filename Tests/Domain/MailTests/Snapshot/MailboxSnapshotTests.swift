import CollectionStore
import TestRandom
import Testing

@testable import Mail

@Suite("What a session has of a mailbox")
struct MailboxSnapshotTests {
    private func snapshot(_ uids: [UID]) -> MailboxSnapshot {
        var snapshot = MailboxSnapshot(mailbox: MailboxID(rawValue: 1))
        for uid in uids { snapshot.append(uid, flags: 0, modseq: 1) }
        return snapshot
    }

    @Test("a message is found by its UID, and what stands before it, whatever is missing between")
    func places() {
        var random = SeededGenerator(seed: 5)
        let highest: [UID] = [3, 20, 200, .max]
        for round in 0..<400 {
            let last = highest[round % highest.count]
            let lowest = last == .max ? UID.max - 60 : 1
            let uids = (0..<Int.random(in: 0..<40, using: &random)).map { _ in UID.random(in: lowest...last, using: &random) }
            let kept = Array(Set(uids)).sorted()
            let snapshot = snapshot(kept)
            for uid in [0, 1, last] + (0..<40).map({ _ in UID.random(in: lowest...last, using: &random) }) + kept {
                #expect(snapshot.firstIndex(from: uid) == kept.firstIndex { $0 >= uid } ?? kept.count)
                #expect(snapshot.index(of: uid) == kept.firstIndex(of: uid))
            }
        }
    }
}
