import Bytes
import Glibc

/// Writes files into an archive as POSIX has it (ustar), which every tar reads.
struct TarWriter: ~Copyable {
    private let descriptor: Int32
    private let path: String
    private static let blockSize = 512

    /// - Parameter path: of the archive, for what is told when it cannot be written.
    init(descriptor: Int32, path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    /// - Parameter name: at most 100 bytes.
    func addDirectory(_ name: String, modified: Int64) throws {
        try write(Self.header(name + "/", size: 0, mode: 0o700, modified: modified, type: UInt8(ascii: "5"))[...])
    }

    /// The file at `source`; false where there is none.
    func addFile(_ source: String, as name: String) throws -> Bool {
        let reading = open(source, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        if reading < 0 && errno == ENOENT { return false }
        guard reading >= 0 else { throw FileError("open", source) }
        defer { close(reading) }
        var status = stat()
        guard fstat(reading, &status) == 0 else { throw FileError("look at", source) }
        let size = Int64(status.st_size)
        try write(
            Self.header(name, size: size, mode: 0o600, modified: Int64(status.st_mtim.tv_sec), type: UInt8(ascii: "0"))[...])
        var rest = size
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        while rest > 0 {
            let count = read(reading, &buffer, Int(min(Int64(buffer.count), rest)))
            if count < 0 && errno == EINTR { continue }
            // A file that has become shorter would move all that comes after it.
            guard count > 0 else { throw FileError("read", source, code: count < 0 ? errno : EIO) }
            try write(buffer[..<count])
            rest -= Int64(count)
        }
        let padding = (Self.blockSize - Int(size % Int64(Self.blockSize))) % Self.blockSize
        try write(ArraySlice(repeating: 0, count: padding))
        return true
    }

    /// Two empty blocks end it.
    func finish() throws {
        try write(ArraySlice(repeating: 0, count: 2 * Self.blockSize))
        guard fsync(descriptor) == 0 else { throw FileError("synchronize", path) }
    }

    static func header(_ name: String, size: Int64, mode: Int64, modified: Int64, type: UInt8) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: blockSize)
        func put(_ bytes: some Collection<UInt8>, at start: Int) {
            for (offset, byte) in bytes.enumerated() where start + offset < blockSize { block[start + offset] = byte }
        }
        put(name.utf8.prefix(100), at: 0)
        put(octal(mode, 7), at: 100)
        put(octal(0, 7), at: 108)
        put(octal(0, 7), at: 116)
        if size < 1 << 33 {
            put(octal(size, 11), at: 124)
        } else {
            // GNU's form of what eleven octal digits cannot hold: binary, marked by the first bit.
            put([0x80] as [UInt8], at: 124)
            put(withUnsafeBytes(of: size.bigEndian) { [UInt8]($0) }, at: 128)
        }
        put(octal(max(0, modified), 11), at: 136)
        put([UInt8](repeating: 0x20, count: 8), at: 148)
        block[156] = type
        put("ustar\u{0}00".utf8, at: 257)
        let sum = block.reduce(0 as Int64) { $0 + Int64($1) }
        put(octal(sum, 6) + [0, 0x20], at: 148)
        return block
    }

    private static func octal(_ number: Int64, _ digits: Int) -> [UInt8] {
        let text = Array(String(number, radix: 8).utf8)
        return [UInt8](repeating: UInt8(ascii: "0"), count: max(0, digits - text.count)) + text.suffix(digits)
    }

    private func write(_ bytes: ArraySlice<UInt8>) throws {
        try SmallFile.write(descriptor, bytes, path: path)
    }
}
