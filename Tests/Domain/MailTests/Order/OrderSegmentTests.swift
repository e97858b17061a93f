import CollectionStore
import TestRandom
import Testing

@testable import Mail

/// Columns of what is sorted by, as they are stored.
@Suite struct OrderSegmentTests {
    private static func message(_ uid: UID, _ random: inout SeededGenerator) -> StoredMessage {
        func text() -> [UInt8] {
            (0..<Int.random(in: 0...3, using: &random)).map { _ in [0, 1, 65, 97, 0xC3, 0xA9].randomElement(using: &random) ?? 0 }
        }
        var keys = SortKeys()
        keys.sent = Bool.random(using: &random) ? nil : [Int64.min, Int64.max, -1, 0, 1_800_000_000].randomElement(using: &random)
        (keys.baseSubject, keys.from, keys.to, keys.cc, keys.displayFrom, keys.displayTo) = (text(), text(), text(), text(), text(), text())
        keys.isReplyOrForward = Bool.random(using: &random)
        keys.messageID = text()
        keys.references = (0..<Int.random(in: 0...3, using: &random)).map { _ in text() }
        var message = StoredMessage(
            uid: uid, modseq: .zero, flags: FlagBits(rawValue: 0), content: ContentID(rawValue: 1), thread: ThreadID(rawValue: 1),
            size: Int.random(in: 0...1_000_000, using: &random), internalDate: InternalTime(seconds: [Int64.min, 7, .max].randomElement(using: &random) ?? 0),
            saved: 0)
        message.keys = keys
        return message
    }

    private static func random(_ random: inout SeededGenerator) -> OrderSegment {
        var builder = OrderSegmentBuilder(.all)
        var uid: UID = 0
        for _ in 0..<Int.random(in: 0..<60, using: &random) {
            uid += UID.random(in: 1...3, using: &random)
            builder.append(message(uid, &random))
        }
        return builder.take()
    }

    private static func read(_ parts: [(Int64, [UInt8])], _ count: Int) -> OrderSegment? {
        var segment = OrderSegment()
        for (part, bytes) in parts where !OrderPart.read(bytes, part, count, into: &segment) { return nil }
        return segment
    }

    @Test("what is written is read again; nothing else is, and no bytes trap", arguments: 0..<30 as Range<UInt64>)
    func isReadAgain(_ seed: UInt64) {
        var random = SeededGenerator(state: seed)
        let segment = Self.random(&random)
        let parts = OrderPart.parts(.all).map { ($0, OrderPart.encoded(segment, $0)) }
        #expect(parts.count == 8)
        #expect(Self.read(parts, segment.count) == segment)
        for (part, bytes) in parts {
            for end in bytes.indices { #expect(Self.read([(part, Array(bytes[..<end]))], segment.count) == nil) }
            if segment.count > 0 { #expect(Self.read([(part, bytes)], segment.count - 1) == nil) }
            if bytes.isEmpty { continue }
            for _ in 0..<50 {
                var changed = bytes
                for _ in 0..<3 { changed[Int.random(in: changed.indices, using: &random)] = UInt8.random(in: 0...255, using: &random) }
                guard let odd = Self.read([(part, changed)], segment.count) else { continue }
                for field in 0..<6 {
                    let texts = odd.texts(SortKeys.Fields(rawValue: 1 << field))
                    #expect(texts.places.allSatisfy { Int($0) < texts.distinct.count })
                }
                for index in 0..<segment.count { _ = odd.identifiers.references(at: index) }
                #expect(zip(odd.uids, odd.uids.dropFirst()).allSatisfy { $0 < $1 })
            }
        }
    }
}
