import Bytes
import CollectionStore
import Synchronization

/// A snapshot in as few octets as it has runs: UIDs that follow each other, and messages one behind the other with the same flags or the same
/// modseq. Keywords are not in it: they have a table.
///
/// Who selects a mailbox is told of its head alone: so the columns, which are as long as the mailbox, are made when somebody first asks about a message.
enum StoredSnapshot {
    private static let version: UInt64 = 2
    /// More than any mailbox has that could be read at once: damaged bytes cost no more memory.
    private static let mostMessages = 1 << 24

    struct Head {
        var uidNext: UInt32
        var count: Int
        /// The index of the first message that has not been seen.
        var firstUnseen: Int?
    }

    /// A sum of what follows, the head, and the columns.
    static func encoded(_ snapshot: MailboxSnapshot) -> [UInt8] {
        var out: [UInt8] = []
        out.appendNumber(version)
        out.appendNumber(UInt64(snapshot.uidNext))
        out.appendNumber(UInt64(snapshot.count))
        out.appendNumber(UInt64(snapshot.firstUnseen.map { $0 + 1 } ?? 0))
        var last: UInt64 = 0
        for range in snapshot.uidSet.ranges {
            out.appendNumber(UInt64(range.lowerBound) - last)
            out.appendNumber(UInt64(range.upperBound - range.lowerBound))
            last = UInt64(range.upperBound)
        }
        let columns = snapshot.columns
        forEachRun(columns.flags) { flags, count in
            out.appendNumber(flags)
            out.appendNumber(UInt64(count))
        }
        forEachRun(columns.modseqs) { modseq, count in
            out.appendNumber(UInt64(bitPattern: modseq))
            out.appendNumber(UInt64(count))
        }
        var whole: [UInt8] = []
        whole.reserveCapacity(8 + out.count)
        whole.appendWord(sum(out[...]))
        return whole + out
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

    /// Of damage, which nobody makes on purpose: eight octets at a time.
    private static func sum(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.withUnsafeBytes { bytes in
            var sum = UInt64(bytes.count)
            var start = 0
            while start + 8 <= bytes.count {
                let word = bytes.loadUnaligned(fromByteOffset: start, as: UInt64.self)
                sum = ((sum << 5 | sum >> 59) ^ UInt64(littleEndian: word)) &* 0x9E37_79B9_7F4A_7C15
                start += 8
            }
            for byte in bytes[start...] { sum = (sum ^ UInt64(byte)) &* 0x100_0000_01B3 }
            return sum
        }
    }

    /// Nil where the bytes are none of ours, or damaged.
    static func open(_ bytes: [UInt8], of mailbox: MailboxID, at modseq: ModSeq) -> MailboxSnapshot? {
        var reader = NumberReader(bytes)
        guard reader.nextWord() == sum(bytes.dropFirst(8)), bytes.count > 8, let head = head(&reader) else { return nil }
        return MailboxSnapshot(UndecodedSnapshot(bytes, head), of: mailbox, at: modseq)
    }

    private static func head(_ reader: inout NumberReader) -> Head? {
        guard reader.next() == version, let uidNext = reader.next().flatMap({ UInt32(exactly: $0) }), let count = reader.nextCount(),
            count < uidNext || count == 0, count <= mostMessages, let unseen = reader.nextCount(), unseen <= count
        else { return nil }
        return Head(uidNext: uidNext, count: count, firstUnseen: unseen > 0 ? unseen - 1 : nil)
    }

    /// Nil where they are not as many as the head says, or not in order.
    static func columns(_ bytes: [UInt8]) -> MailboxSnapshot.Columns? {
        var reader = NumberReader(bytes, from: 8)
        guard let head = head(&reader) else { return nil }
        var columns = MailboxSnapshot.Columns()
        columns.uids.reserveCapacity(head.count)
        var last: UInt64 = 0
        while columns.uids.count < head.count {
            guard let gap = reader.next(), gap > 0, let length = reader.next(), gap < UInt64(UID.max),
                length < UInt64(head.count - columns.uids.count), let first = UID(exactly: last + gap),
                let end = UID(exactly: last + gap + length), end < head.uidNext
            else { return nil }
            columns.uids.append(contentsOf: first...end)
            last = UInt64(end)
        }
        guard let flags = runs(&reader, head.count, { $0 }), let modseqs = runs(&reader, head.count, { Int64(bitPattern: $0) }), reader.isAtEnd
        else { return nil }
        columns.flags = flags
        columns.modseqs = modseqs
        return columns
    }

    private static func runs<Element>(_ reader: inout NumberReader, _ count: Int, _ element: (UInt64) -> Element) -> [Element]? {
        var elements: [Element] = []
        elements.reserveCapacity(count)
        while elements.count < count {
            guard let value = reader.next(), let length = reader.next(), length > 0, length <= UInt64(count - elements.count) else { return nil }
            elements.append(contentsOf: repeatElement(element(value), count: Int(length)))
        }
        return elements
    }
}

/// The columns of a stored snapshot, which the first who asks makes for all who have the snapshot.
final class UndecodedSnapshot: Sendable {
    let head: StoredSnapshot.Head
    private let bytes: [UInt8]
    private let made = AtomicLazyReference<Made>()

    private final class Made: Sendable {
        let columns: MailboxSnapshot.Columns
        init(_ columns: MailboxSnapshot.Columns) { self.columns = columns }
    }

    init(_ bytes: [UInt8], _ head: StoredSnapshot.Head) {
        self.bytes = bytes
        self.head = head
    }

    var columns: MailboxSnapshot.Columns {
        if let made = made.load() { return made.columns }
        return made.storeIfNil(Made(StoredSnapshot.columns(bytes) ?? Self.unknown(head))).columns
    }

    /// Of bytes whose sum is right this cannot be; their messages would be without flags.
    private static func unknown(_ head: StoredSnapshot.Head) -> MailboxSnapshot.Columns {
        var columns = MailboxSnapshot.Columns()
        columns.uids = (0..<UID(clamping: head.count)).map { $0 + 1 }
        columns.flags = Array(repeating: 0, count: head.count)
        columns.modseqs = Array(repeating: 1, count: head.count)
        return columns
    }
}
