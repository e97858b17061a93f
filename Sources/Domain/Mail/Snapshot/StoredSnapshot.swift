import Bytes
import CollectionStore

/// A snapshot in as few octets as it has runs: UIDs that follow each other, and messages one behind the other with the same flags or the same
/// modseq. Keywords are not in it: they have a table.
enum StoredSnapshot {
    private static let version: UInt64 = 1
    /// More than any mailbox has that could be read at once: damaged bytes cost no more memory.
    private static let mostMessages = 1 << 24

    static func encoded(_ snapshot: MailboxSnapshot) -> [UInt8] {
        var out: [UInt8] = []
        out.appendNumber(version)
        out.appendNumber(UInt64(snapshot.uidNext))
        out.appendNumber(UInt64(snapshot.count))
        var last: UInt64 = 0
        for range in snapshot.uidSet.ranges {
            out.appendNumber(UInt64(range.lowerBound) - last)
            out.appendNumber(UInt64(range.upperBound - range.lowerBound))
            last = UInt64(range.upperBound)
        }
        forEachRun(snapshot.flags) { flags, count in
            out.appendNumber(flags)
            out.appendNumber(UInt64(count))
        }
        forEachRun(snapshot.modseqs) { modseq, count in
            out.appendNumber(UInt64(bitPattern: modseq))
            out.appendNumber(UInt64(count))
        }
        return out
    }

    private static func forEachRun<Element: Equatable>(_ elements: [Element], _ body: (Element, Int) -> Void) {
        var start = 0
        while start < elements.count {
            var end = start + 1
            while end < elements.count, elements[end] == elements[start] { end += 1 }
            body(elements[start], end - start)
            start = end
        }
    }

    /// Nil where the bytes are none of ours.
    static func decode(_ bytes: [UInt8], of mailbox: MailboxID, at modseq: ModSeq) -> MailboxSnapshot? {
        var reader = NumberReader(bytes)
        guard reader.next() == version, let uidNext = reader.next().flatMap({ UInt32(exactly: $0) }),
            let count = reader.next().flatMap({ UInt32(exactly: $0) }).map({ Int($0) }), count < uidNext || count == 0, count <= mostMessages
        else { return nil }
        var snapshot = MailboxSnapshot(mailbox: mailbox, modseq: modseq, uidNext: uidNext)
        snapshot.uids.reserveCapacity(count)
        var last: UInt64 = 0
        while snapshot.count < count {
            guard let gap = reader.next(), gap > 0, let length = reader.next(), gap < UInt64(UID.max), length < UInt64(count - snapshot.count),
                let first = UID(exactly: last + gap), let end = UID(exactly: last + gap + length), end < uidNext
            else { return nil }
            snapshot.uids.append(contentsOf: first...end)
            last = UInt64(end)
        }
        guard let flags = runs(&reader, count), let modseqs = runs(&reader, count), reader.isAtEnd else { return nil }
        snapshot.flags = flags
        snapshot.modseqs = modseqs.map { Int64(bitPattern: $0) }
        return snapshot
    }

    private static func runs(_ reader: inout NumberReader, _ count: Int) -> [UInt64]? {
        var elements: [UInt64] = []
        elements.reserveCapacity(count)
        while elements.count < count {
            guard let value = reader.next(), let length = reader.next(), length > 0, length <= UInt64(count - elements.count) else { return nil }
            elements.append(contentsOf: repeatElement(value, count: Int(length)))
        }
        return elements
    }
}
