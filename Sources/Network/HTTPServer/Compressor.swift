import CZlib
import Locks
import NIOCore

/// gzip (RFC 1952) of one body, in pieces.
final class Compressor {
    private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)

    /// - Parameter small: a window of 8 KiB instead of 32, for bodies that a slow client keeps open for long: 64 KiB of
    ///   memory instead of 256.
    init?(small: Bool) {
        stream.initialize(to: z_stream())
        // The fastest level: XML of a multistatus shrinks to a tenth at any.
        let result = deflateInit2_(
            stream, 1, Z_DEFLATED, (small ? 13 : 15) + 16, small ? 6 : 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        guard result == Z_OK else {
            stream.deallocate()
            return nil
        }
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    enum Flush {
        /// Output may stay within.
        case none
        /// All that went in can be read by the client.
        case sync
        case finish

        fileprivate var value: Int32 {
            switch self {
            case .none: Z_NO_FLUSH
            case .sync: Z_SYNC_FLUSH
            case .finish: Z_FINISH
            }
        }
    }

    /// Appends the compressed form of `bytes`; false when zlib fails, which only lack of memory can cause.
    func compress(_ bytes: [UInt8], flush: Flush, into out: inout ByteBuffer) -> Bool {
        bytes.withUnsafeBufferPointer { input in
            // zlib does not write to its input; its C declaration lacks the const.
            stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
            stream.pointee.avail_in = UInt32(clamping: input.count)
            var result = Z_OK
            repeat {
                let room = flush == .finish ? Int(deflateBound(stream, UInt(stream.pointee.avail_in))) : 16 << 10
                out.writeWithUnsafeMutableBytes(minimumWritableBytes: max(64, room)) { output in
                    stream.pointee.next_out = output.bindMemory(to: UInt8.self).baseAddress
                    stream.pointee.avail_out = UInt32(clamping: output.count)
                    let before = stream.pointee.avail_out
                    result = deflate(stream, flush.value)
                    return Int(before - stream.pointee.avail_out)
                }
            } while (result == Z_OK && stream.pointee.avail_out == 0)
                || (result == Z_OK && flush == .finish)
            stream.pointee.next_in = nil
            // Z_BUF_ERROR: nothing was left to do.
            return result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR
        }
    }

    /// Makes ready for another body.
    fileprivate func reset() { deflateReset(stream) }
}

/// Compressors for whole bodies, kept for the next one: to set one up costs more than to compress a small body.
final class Compressors: Sendable {

    private let free = Guarded<[Slot]>([])

    /// Guard: a compressor is in the list or in the hands of one thread.
    private struct Slot: @unchecked Sendable {
        var compressor: Compressor
    }

    /// nil where there is no memory for it.
    func compress(_ bytes: [UInt8]) -> ByteBuffer? {
        let kept = free.withLock { $0.popLast() }
        guard let compressor = kept?.compressor ?? Compressor(small: false) else { return nil }
        var out = ByteBufferAllocator().buffer(capacity: max(512, bytes.count / 4))
        let isDone = compressor.compress(bytes, flush: .finish, into: &out)
        compressor.reset()
        let slot = Slot(compressor: compressor)
        free.withLock { if $0.count < 8 { $0.append(slot) } }
        return isDone ? out : nil
    }
}
