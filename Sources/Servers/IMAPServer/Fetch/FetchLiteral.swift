import Bytes
import Database
import IMAPGrammar
import Mail
import MIME

/// What is left of a literal whose size was announced.
struct FetchLiteral {
    let content: ContentID
    /// Octets of the message.
    var ranges: [Range<Int>]
    /// Where transfer encoding is undone on the way.
    var decoding: Decoding?

    struct Decoding {
        var decoder: TransferDecoder
        /// Decoded octets that are not wanted, before those that are.
        var skipped: UInt64
        var remaining: UInt64
        var isFinished = false
    }

    private static let readSize = 64 << 10

    /// Whether it is written to its end.
    mutating func write(_ tx: borrowing ReadTransaction, _ session: Session, _ limit: Int) throws -> Bool {
        while session.out.bytes.count < limit {
            if decoding?.remaining == 0 { return true }
            guard let range = ranges.first else { return try finish(session) }
            let piece = range.prefix(Self.readSize)
            let octets = try session.store.octets(tx, of: content, piece)
            guard octets.count == piece.count else { throw Failure(.damaged, "octets of a message are missing") }
            if piece.count == range.count { ranges.removeFirst() } else { ranges[0] = piece.upperBound..<range.upperBound }
            if decoding == nil {
                Self.append(octets, to: &session.out.bytes)
            } else {
                var decoded: [UInt8] = []
                octets.withUnsafeBufferPointer { decoding?.decoder.feed($0, into: &decoded) }
                append(decoded, session)
            }
        }
        return ranges.isEmpty && decoding == nil
    }

    /// RFC 9051 §9: a literal that is no literal8 has no NUL. What a delivery brought is shown as others do it; BINARY has it as it is.
    private static func append(_ octets: [UInt8], to out: inout [UInt8]) {
        if octets[...].has(0) { out += octets.lazy.map { $0 == 0 ? 0x80 : $0 } } else { out += octets }
    }

    private mutating func finish(_ session: Session) throws -> Bool {
        guard let current = decoding, !current.isFinished else { return true }
        var decoded: [UInt8] = []
        decoding?.decoder.finish(into: &decoded)
        decoding?.isFinished = true
        append(decoded, session)
        return true
    }

    private mutating func append(_ decoded: [UInt8], _ session: Session) {
        guard var current = decoding else { return }
        var slice = decoded[...]
        let skipped = min(current.skipped, UInt64(slice.count))
        slice = slice.dropFirst(Int(skipped))
        current.skipped -= skipped
        slice = slice.prefix(Int(min(current.remaining, UInt64(slice.count))))
        current.remaining -= UInt64(slice.count)
        session.out.bytes += slice
        decoding = current
    }
}
