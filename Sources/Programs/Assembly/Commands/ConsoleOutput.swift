import Glibc
import Synchronization

/// Standard output and standard error, a text at once, also where they are pipes.
package enum ConsoleOutput {
    package static func write(_ text: String) {
        guard let code = write(text, to: STDOUT_FILENO) else { return }
        failed.store(code, ordering: .relaxed)
    }

    package static func writeError(_ text: String) { _ = write(text, to: STDERR_FILENO) }

    /// Why what was written to standard output did not all get there; nil where it did. What a command prints is what it was
    /// asked for: where the disk was full, it must not end as if all had been done.
    package static var failure: CommandError? {
        let code = failed.load(ordering: .relaxed)
        return code == 0 ? nil : CommandError(.unavailable, FileError("write", "standard output", code: code).description)
    }

    private static let failed = Atomic<Int32>(0)

    /// What went wrong.
    private static func write(_ text: String, to descriptor: Int32) -> Int32? {
        var bytes = [UInt8](text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            if count <= 0 { return errno }
            bytes = bytes.dropFirst(count)
        }
        return nil
    }
}
