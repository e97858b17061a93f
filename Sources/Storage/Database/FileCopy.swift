import Glibc

/// Copies a file to where another file system is.
enum FileCopy {
    /// When it returns, the bytes are on the disk; the name is for the caller to make sure of. When it throws, nothing is at `target`.
    static func copy(_ source: String, to target: String) throws {
        let reading = open(source, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard reading >= 0 else { throw Failure(systemCall: "open", path: source, code: errno) }
        defer { close(reading) }
        let writing = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard writing >= 0 else { throw Failure(systemCall: "open", path: target, code: errno) }
        defer { close(writing) }
        do {
            try copy(from: reading, to: writing, source, target)
            guard fsync(writing) == 0 else { throw Failure(systemCall: "fsync", path: target, code: errno) }
        } catch {
            unlink(target)
            throw error
        }
    }

    private static func copy(from reading: Int32, to writing: Int32, _ source: String, _ target: String) throws {
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        while true {
            let count = read(reading, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw Failure(systemCall: "read", path: source, code: errno) }
            if count == 0 { return }
            var rest = buffer[..<count]
            while !rest.isEmpty {
                let written = rest.withUnsafeBytes { write(writing, $0.baseAddress, $0.count) }
                if written < 0 && errno == EINTR { continue }
                guard written > 0 else { throw Failure(systemCall: "write", path: target, code: errno) }
                rest = rest.dropFirst(written)
            }
        }
    }
}
