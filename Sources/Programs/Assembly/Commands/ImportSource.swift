import Bytes
import CollectionStore
import Glibc

/// A file that is read by ranges; standard input, of which there is only one reading, is kept in a file without a name first.
final class ImportSource {
    private let descriptor: Int32
    let size: Int

    /// `-` for standard input, which goes to the folder `spool`.
    init(_ path: String, spool: String) throws {
        if path == "-" {
            (descriptor, size) = try Self.spooled(in: spool)
            return
        }
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        var status = stat()
        guard descriptor >= 0, fstat(descriptor, &status) == 0 else { throw FileError("read", path) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw CommandError(.usage, "\(path) is no plain file; a pipe or a device can be given as standard input, with -")
        }
        size = Int(status.st_size)
    }

    /// Whether it is empty, or has what such a collection is made of near its start.
    func mayHold(_ kind: CollectionKind) throws -> Bool {
        if size == 0 { return true }
        let marker: StaticString = kind == .calendar ? "BEGIN:VCALENDAR" : "BEGIN:VCARD"
        return try read(0..<min(size, 1 << 16))
            .split { $0 == 0x0A || $0 == 0x0D }.contains { $0.suffix(marker.utf8CodeUnitCount).equalsIgnoringASCIICase(marker) }
    }

    /// Whether it says that its text is in UTF-16, which is what some programs of Windows call Unicode.
    func isUTF16() throws -> Bool {
        guard size >= 2 else { return false }
        let mark = try read(0..<2)
        return mark == [0xFF, 0xFE] || mark == [0xFE, 0xFF]
    }

    deinit { close(descriptor) }

    /// Beside the data and not in /tmp, which is often a part of the memory.
    private static func spooled(in folder: String) throws -> (descriptor: Int32, size: Int) {
        var template = [UInt8]("\(folder)/import-XXXXXX".utf8).map { CChar(bitPattern: $0) } + [0]
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else { throw FileError("write", folder) }
        // It goes with its descriptor, however the program ends.
        unlink(template)
        do {
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            var total = 0
            while true {
                let count = Glibc.read(STDIN_FILENO, &buffer, buffer.count)
                if count < 0 && errno == EINTR { continue }
                guard count >= 0 else { throw FileError("read", "standard input") }
                if count == 0 { return (descriptor, total) }
                try append(buffer[..<count], at: total, to: descriptor, folder)
                total += count
            }
        } catch {
            close(descriptor)
            throw error
        }
    }

    private static func append(_ bytes: ArraySlice<UInt8>, at offset: Int, to descriptor: Int32, _ folder: String) throws {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { bytes in
                pwrite(descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written, off_t(offset + written))
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw FileError("write", folder) }
            written += count
        }
    }

    func read(_ range: Range<Int>) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: range.count)
        var filled = 0
        while filled < range.count {
            let count = bytes.withUnsafeMutableBytes {
                pread(descriptor, $0.baseAddress.map { $0 + filled }, range.count - filled, off_t(range.lowerBound + filled))
            }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw FileError("read", "the file") }
            guard count > 0 else { throw CommandError(.unavailable, "the file became shorter while it was read") }
            filled += count
        }
        return bytes
    }
}
