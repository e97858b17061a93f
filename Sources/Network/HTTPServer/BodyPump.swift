import NIOCore

/// Makes the pieces of a long body as they go to the connection: pulled from their source, compressed and, in HTTP/1.1,
/// framed.
///
/// Guard of its variables: one call at a time, each on a worker thread, the next only after the piece before was taken.
final class BodyPump: @unchecked Sendable {
    /// The source gave more or fewer bytes than it had promised, or there was no memory to compress them.
    struct Broken: Error {
        var reason: String
    }

    /// A piece is sent once it has so many bytes ...
    private static let pieceSize = 64 << 10
    /// ... or so many have gone into the compressor.
    private static let longestPull = 512 << 10

    private let source: any HTTPBodySource
    private let compressor: Compressor?
    private let isChunked: Bool
    /// What the source has still to give, where its length is known.
    private var remaining: Int?
    private var first: [[UInt8]]

    /// - Parameter first: what was taken from the source already.
    init(
        _ source: any HTTPBodySource, first: [[UInt8]], length: Int?, compressor: Compressor?, isChunked: Bool
    ) {
        self.source = source
        self.first = first.reversed()
        self.compressor = compressor
        self.isChunked = isChunked
        remaining = length
    }

    /// The next piece, to be sent as it is.
    func piece() throws -> (bytes: ByteBuffer, isLast: Bool) {
        var out = ByteBufferAllocator().buffer(capacity: Self.pieceSize + 4096)
        if isChunked { out.writeRepeatingByte(0x30, count: Self.chunkHeadSize) }
        let start = out.readableBytes
        var pulled = 0
        var isLast = false
        while out.readableBytes < Self.pieceSize && pulled < Self.longestPull {
            guard let bytes = try next() else {
                isLast = true
                break
            }
            pulled += bytes.count
            if let compressor {
                guard compressor.compress(bytes, flush: .none, into: &out) else { throw Broken(reason: "compression") }
            } else {
                out.writeBytes(bytes)
            }
        }
        if let compressor {
            // What is pulled must reach the client before the next pull, which may take long; much of it stays in the
            // compressor only where little has come out.
            let needsFlush = out.readableBytes == start
            if isLast || needsFlush {
                guard compressor.compress([], flush: isLast ? .finish : .sync, into: &out) else {
                    throw Broken(reason: "compression")
                }
            }
        }
        if isChunked { Self.frame(&out, isLast: isLast) }
        return (out, isLast)
    }

    private func next() throws -> [UInt8]? {
        guard let bytes = try first.popLast() ?? source.next() else {
            if let remaining, remaining != 0 { throw Broken(reason: "\(remaining) bytes fewer than announced") }
            return nil
        }
        if let remaining {
            guard bytes.count <= remaining else { throw Broken(reason: "more bytes than announced") }
            self.remaining = remaining - bytes.count
        }
        return bytes
    }

    private static let chunkHeadSize = 10

    /// RFC 9112 §7.1: the size goes before the bytes, into the room that was left there.
    private static func frame(_ out: inout ByteBuffer, isLast: Bool) {
        let count = out.readableBytes - chunkHeadSize
        if count == 0 {
            out.clear()
        } else {
            let digits = String(count, radix: 16)
            let skipped = chunkHeadSize - 2 - digits.utf8.count
            out.moveReaderIndex(forwardBy: skipped)
            out.setString(digits + "\r\n", at: out.readerIndex)
            out.writeStaticString("\r\n")
        }
        if isLast { out.writeStaticString("0\r\n\r\n") }
    }
}
