import Bytes
import Cryptography
import Glibc
import MIME

/// Takes a message in as it comes, in pieces of any size: reads its structure, and keeps at most `MailLimits.heldSize` of it. It
/// never waits: what must go to the database is handed out, for a thread that may.
///
///     upload.feed(bytes)
///     if let part = upload.takeDue() { upload.staged(try database.write { tx in try store.stage(tx, part, now: now) }) }
///     let content = try upload.finish()
package struct MessageUpload: Sendable {
    /// Octets to be staged.
    package struct Part: Sendable {
        let content: ContentID?
        let firstNumber: Int
        let pieces: [[UInt8]]
    }

    private let limits: MailLimits
    private let keepsOctets: Bool
    private let isHashed: Bool
    private var scanner = MessageScanner()
    private var lastByte: UInt8 = 0
    /// Whole ones that are not staged.
    private var pieces: [[UInt8]] = []
    private var piece: [UInt8] = []
    private var stagedCount = 0
    /// What to discard where the message is not wanted after all.
    package private(set) var stagedContent: ContentID?
    /// Whether there is a NUL in octets that are kept.
    package private(set) var hasNUL = false
    /// Octets so far, as they will be stored.
    package private(set) var size = 0

    /// `isHashed`: small messages too are known by their hash.
    init(limits: MailLimits, keepsOctets: Bool, isHashed: Bool = false) {
        self.limits = limits
        self.isHashed = isHashed
        self.keepsOctets = keepsOctets
    }

    package mutating func feed(_ bytes: some Collection<UInt8>) {
        if bytes.withContiguousStorageIfAvailable({ feed($0) }) == nil { [UInt8](bytes).withUnsafeBufferPointer { feed($0) } }
    }

    package mutating func feed(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let base = bytes.baseAddress, let last = bytes.last, !isTooLarge else { return }
        var start = 0
        if !keepsOctets {
            var position = 0
            while let found = memchr(base + position, 0x0A, bytes.count - position) {
                let lineFeed = UnsafeRawPointer(found) - UnsafeRawPointer(base)
                position = lineFeed + 1
                if (lineFeed > 0 ? bytes[lineFeed - 1] : lastByte) == 0x0D { continue }
                add(UnsafeBufferPointer(rebasing: bytes[start..<lineFeed]))
                Self.lineEnd.withUnsafeBufferPointer { add($0) }
                start = lineFeed + 1
            }
        }
        add(UnsafeBufferPointer(rebasing: bytes[start...]))
        lastByte = last
    }

    private static let lineEnd: [UInt8] = [0x0D, 0x0A]

    private mutating func add(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard !bytes.isEmpty, !isTooLarge else { return }
        size += bytes.count
        if isTooLarge { return }
        if keepsOctets, !hasNUL { hasNUL = bytes.firstOffset(of: 0, from: 0) != nil }
        scanner.feed(bytes)
        var rest = bytes[...]
        while !rest.isEmpty {
            let taken = rest.prefix(MailBodies.pieceSize - piece.count)
            piece.append(contentsOf: taken)
            rest = rest.dropFirst(taken.count)
            if piece.count == MailBodies.pieceSize {
                pieces.append(piece)
                piece = []
            }
        }
    }

    /// Whether it has become larger than a message may be: what comes from then on is dropped, and `finish` throws messageTooLarge.
    package var isTooLarge: Bool { size > limits.messageSize }

    /// Octets in memory.
    package var heldCount: Int { pieces.count * MailBodies.pieceSize + piece.count }

    /// What must be staged before more is fed.
    package mutating func takeDue() -> Part? {
        guard !isTooLarge, heldCount > limits.heldSize, !pieces.isEmpty else { return nil }
        return takePieces()
    }

    private mutating func takePieces() -> Part {
        defer {
            stagedCount += pieces.count
            pieces = []
        }
        return Part(content: stagedContent, firstNumber: stagedCount, pieces: pieces)
    }

    package mutating func staged(_ content: ContentID) { stagedContent = content }

    /// The same message with what has NULs in base64; nil where that cannot be (`BinaryParts`), or where it is not held as a whole.
    package func encodingBinary() -> MessageUpload? {
        guard stagedContent == nil, let encoded = BinaryParts.encoded(pieces.flatMap(\.self) + piece) else { return nil }
        var upload = MessageUpload(limits: limits, keepsOctets: keepsOctets, isHashed: isHashed)
        upload.feed(encoded)
        return upload
    }

    /// Throws `MailRefusal.messageTooLarge`.
    package consuming func finish() throws(MailRefusal) -> NewContent { try finishWithHeader().content }

    /// With all fields of the header, for who looks at others than are stored.
    consuming func finishWithHeader() throws(MailRefusal) -> (content: NewContent, header: Header) {
        if isTooLarge { throw .messageTooLarge }
        if !piece.isEmpty { pieces.append(piece) }
        let message = scanner.finish()
        let keys = SortKeys(message.header)
        let place: NewContent.Place
        var hash: [UInt8]?
        if let stagedContent {
            place = .staged(stagedContent, rest: Part(content: stagedContent, firstNumber: stagedCount, pieces: pieces))
        } else {
            place = .held(pieces)
            if isHashed || size >= MailBodies.sharedSize { hash = MailBodies.hash(pieces) }
        }
        return (
            NewContent(
                place: place, size: size, summary: message.summary, keys: keys, listing: WrittenListing.encoded(message), hash: hash),
            message.header
        )
    }
}
