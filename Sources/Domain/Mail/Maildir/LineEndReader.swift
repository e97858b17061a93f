import Database
import Glibc

/// Reads a message's file as IMAP has it: with CRLF at the ends of lines, where other programs have written LF. A file that has CRLF everywhere,
/// as ours do, is read as it is.
final class LineEndReader {
    /// From where on a file whose lines end with LF can be read on: its octets have no places of their own.
    struct Resume: Sendable, Equatable {
        /// Of the octets as they are told.
        var offset = 0
        var fileOffset = 0
        var lastByte: UInt8 = 0
    }

    private static let chunk = 128 << 10

    let path: String
    private let descriptor: Int32
    let fileSize: Int
    /// In seconds since 1970.
    let modified: Int64

    /// Nil where it is not there. Links are not followed: who may write into the directory must not have others' files read.
    init?(_ path: String) throws {
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw Failure(systemCall: "open", path: path, code: errno)
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw Failure(.damaged, "\(path) is no file")
        }
        self.path = path
        fileSize = Int(status.st_size)
        modified = Int64(status.st_mtim.tv_sec)
    }

    deinit { close(descriptor) }

    /// Calls `body` with the octets of `range`, at most 256 KB at a time. What is past the end is not there.
    func forEachPiece(_ range: Range<Int>, _ body: (UnsafeBufferPointer<UInt8>) throws -> Void) throws {
        let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 2 * Self.chunk)
        defer { buffer.deallocate() }
        var offset = max(0, range.lowerBound)
        while offset < range.upperBound {
            let count = try read(into: buffer, min(buffer.count, range.upperBound - offset), at: offset)
            if count == 0 { return }
            try body(UnsafeBufferPointer(rebasing: buffer[..<count]))
            offset += count
        }
    }

    /// The same of the octets with CRLF. Where to go on for what comes behind `range`.
    func forEachConvertedPiece(
        _ range: Range<Int>, from resume: Resume = Resume(), _ body: (UnsafeBufferPointer<UInt8>) throws -> Void
    ) throws -> Resume {
        let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: Self.chunk)
        defer { buffer.deallocate() }
        let converted = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 2 * Self.chunk)
        defer { converted.deallocate() }
        var place = resume.offset <= range.lowerBound ? resume : Resume()
        while place.offset < range.upperBound {
            let count = try read(into: buffer, Self.chunk, at: place.fileOffset)
            if count == 0 { return place }
            var last = place.lastByte
            var length = 0
            for byte in buffer[..<count] {
                if byte == 0x0A, last != 0x0D {
                    converted[length] = 0x0D
                    length += 1
                }
                converted[length] = byte
                length += 1
                last = byte
            }
            let low = min(max(0, range.lowerBound - place.offset), length)
            let high = min(range.upperBound - place.offset, length)
            if low < high { try body(UnsafeBufferPointer(rebasing: converted[low..<high])) }
            // The part of a piece that was not asked for is read once more.
            if place.offset + length > range.upperBound { return place }
            place = Resume(offset: place.offset + length, fileOffset: place.fileOffset + count, lastByte: last)
        }
        return place
    }

    /// As many as are asked for, but for the end.
    private func read(into buffer: UnsafeMutableBufferPointer<UInt8>, _ wanted: Int, at offset: Int) throws -> Int {
        var filled = 0
        while filled < wanted {
            let rest = UnsafeMutableBufferPointer(rebasing: buffer[filled..<wanted])
            let count = pread(descriptor, rest.baseAddress, rest.count, off_t(offset + filled))
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw Failure(systemCall: "pread", path: path, code: errno) }
            if count == 0 { break }
            filled += count
        }
        return filled
    }
}
