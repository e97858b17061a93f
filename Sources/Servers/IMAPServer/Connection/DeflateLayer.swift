import CZlib
import NIOCore

/// RFC 4978: both directions through raw deflate (RFC 1951), each answer flushed.
///
/// What is inflated is given in pieces of `pieceSize`, so that a bomb costs no more memory than that.
///
/// Guard of its variables: the event loop inflates before a job of the connection and the job deflates, never both at once.
final class DeflateLayer: @unchecked Sendable {
    struct Damaged: Error {}

    private static let pieceSize = 64 << 10
    private let inflater = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    private let deflater = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)

    /// Whether more can be inflated without more input.
    private(set) var hasMore = false

    init() {
        inflater.initialize(to: z_stream())
        deflater.initialize(to: z_stream())
        // RFC 4978 §4: the client may use the whole window. For the answers a window of 4 KiB keeps an idle connection small.
        _ = inflateInit2_(inflater, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        _ = deflateInit2_(
            deflater, 6, Z_DEFLATED, -13, 5, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    }

    deinit {
        inflateEnd(inflater)
        deflateEnd(deflater)
        inflater.deallocate()
        deflater.deallocate()
    }

    /// Takes from `input` what makes one piece at most; the rest stays there.
    func inflate(_ input: inout ByteBuffer) throws -> [UInt8] {
        if input.readableBytes == 0, !hasMore { return [] }
        var isDamaged = false
        var taken = 0
        let piece = [UInt8](unsafeUninitializedCapacity: Self.pieceSize) { out, count in
            input.withUnsafeReadableBytes { bytes in
                inflater.pointee.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
                inflater.pointee.avail_in = UInt32(clamping: bytes.count)
                inflater.pointee.next_out = out.baseAddress
                inflater.pointee.avail_out = UInt32(Self.pieceSize)
                let result = CZlib.inflate(inflater, Z_SYNC_FLUSH)
                taken = bytes.count - Int(inflater.pointee.avail_in)
                count = Self.pieceSize - Int(inflater.pointee.avail_out)
                // The end of the stream is none here: nothing can follow it.
                isDamaged = result != Z_OK && result != Z_BUF_ERROR
            }
        }
        inflater.pointee.next_in = nil
        inflater.pointee.next_out = nil
        if isDamaged || (taken == 0 && piece.isEmpty && !hasMore) { throw Damaged() }
        hasMore = piece.count == Self.pieceSize
        input.moveReaderIndex(forwardBy: taken)
        if input.readableBytes == 0 { input = ByteBuffer() }
        return piece
    }

    func deflate(_ output: [UInt8], into buffer: inout ByteBuffer) {
        output.withUnsafeBufferPointer { bytes in
            deflater.pointee.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress)
            deflater.pointee.avail_in = UInt32(clamping: bytes.count)
            var isDone = false
            while !isDone {
                buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: 4 << 10) { room in
                    deflater.pointee.next_out = room.baseAddress?.assumingMemoryBound(to: UInt8.self)
                    deflater.pointee.avail_out = UInt32(clamping: room.count)
                    _ = CZlib.deflate(deflater, Z_SYNC_FLUSH)
                    isDone = deflater.pointee.avail_out > 0
                    return room.count - Int(deflater.pointee.avail_out)
                }
            }
            deflater.pointee.next_in = nil
            deflater.pointee.next_out = nil
        }
    }
}
