import Bytes
import CZlib

/// The codings of a request's body (RFC 9110 §8.4.1) that the server removes.
enum ContentCoding: Equatable {
    case gzip
    case deflate

    /// Nil where the field names no coding. Throws where it names another, or several.
    static func parse(_ field: String?) throws(HTTPRefusal) -> ContentCoding? {
        guard let field else { return nil }
        let names = field.utf8.split(separator: 0x2C).map(Array.init).map { Array($0.trimmingASCIIWhitespace) }
            .filter { !$0.isEmpty && !$0.equalsIgnoringASCIICase("identity") }
        guard let name = names.first else { return nil }
        guard names.count == 1 else { throw .unsupportedCoding }
        if name.equalsIgnoringASCIICase("gzip") || name.equalsIgnoringASCIICase("x-gzip") { return .gzip }
        if name.equalsIgnoringASCIICase("deflate") { return .deflate }
        throw .unsupportedCoding
    }
}

/// Inflates a request's body in pieces, with limits that a decompression bomb meets early.
final class Inflater {
    /// RFC 1951 cannot go above 1,032; texts that people write stay far below this.
    private static let highestRatio = 200
    /// The ratio is not looked at below.
    private static let harmless = 1 << 20

    private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    private let coding: ContentCoding
    private let limit: Int
    private var isStarted = false
    private var isAtEnd = false
    private var taken = 0
    private var given = 0
    private var scratch = [UInt8](repeating: 0, count: 32 << 10)

    /// - Parameter limit: of the inflated bytes.
    init(_ coding: ContentCoding, limit: Int) {
        self.coding = coding
        self.limit = limit
        stream.initialize(to: z_stream())
    }

    deinit {
        if isStarted { inflateEnd(stream) }
        stream.deallocate()
    }

    /// Gives the inflated bytes of `input` to `output`, in pieces.
    func inflate(
        _ input: UnsafeRawBufferPointer, to output: (UnsafeRawBufferPointer) throws(HTTPRefusal) -> Void
    ) throws(HTTPRefusal) {
        guard let base = input.baseAddress, !input.isEmpty else { return }
        if !isStarted { try start(first: input[0]) }
        taken += input.count
        stream.pointee.next_in = UnsafeMutablePointer(mutating: base.assumingMemoryBound(to: UInt8.self))
        stream.pointee.avail_in = UInt32(clamping: input.count)
        defer { stream.pointee.next_in = nil }
        while true {
            if isAtEnd {
                if stream.pointee.avail_in == 0 { return }
                // RFC 1952 §2.2: members may follow one another.
                guard coding == .gzip, inflateReset(stream) == Z_OK else { throw .badRequest }
                isAtEnd = false
            }
            let count = try step()
            guard given <= limit, given < Self.harmless || given / max(1, taken) <= Self.highestRatio else {
                throw .bodyTooLong
            }
            if count > 0 { try give(count, to: output) }
            if count < scratch.count && stream.pointee.avail_in == 0 { return }
        }
    }

    /// Throws where the end of the compressed data has not come.
    func finish() throws(HTTPRefusal) {
        if isStarted && !isAtEnd { throw .badRequest }
    }

    private func step() throws(HTTPRefusal) -> Int {
        let (result, count) = scratch.withUnsafeMutableBufferPointer { out in
            stream.pointee.next_out = out.baseAddress
            stream.pointee.avail_out = UInt32(clamping: out.count)
            let result = CZlib.inflate(stream, Z_NO_FLUSH)
            return (result, out.count - Int(stream.pointee.avail_out))
        }
        switch result {
        case Z_OK, Z_BUF_ERROR: break
        case Z_STREAM_END: isAtEnd = true
        case Z_MEM_ERROR: throw .failed
        default: throw .badRequest
        }
        given += count
        return count
    }

    private func give(
        _ count: Int, to output: (UnsafeRawBufferPointer) throws(HTTPRefusal) -> Void
    ) throws(HTTPRefusal) {
        let result = scratch.withUnsafeBytes { bytes -> Result<Void, HTTPRefusal> in
            do throws(HTTPRefusal) {
                return .success(try output(UnsafeRawBufferPointer(rebasing: bytes[..<count])))
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }

    private func start(first: UInt8) throws(HTTPRefusal) {
        let bits: Int32
        switch coding {
        case .gzip: bits = 15 + 16
        // RFC 9110 §8.4.1.2: "deflate" is the zlib format, but some send bare deflate data. A zlib header has 8 in its
        // low four bits (RFC 1950 §2.2); the first block of deflate data has there what no encoder makes (a type 0
        // block, then padding that is not zero).
        case .deflate: bits = first & 0x0F == 8 ? 15 : -15
        }
        guard inflateInit2_(stream, bits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw .failed
        }
        isStarted = true
    }
}
