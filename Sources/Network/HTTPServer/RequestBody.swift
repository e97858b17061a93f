import Bytes
import NIOCore

/// The body of a request while it arrives: collected in memory, or handed to a spool.
///
/// Invariant: what waits for the spool stays below `highWater` but for what one read of the socket brings: the
/// connection is not read while `isFull`.
struct RequestBody {
    /// Bodies up to this size stay in memory.
    static let memorySize = 256 << 10
    /// A coded body may be so much longer that it goes to the spool from here.
    private static let codedMemorySize = 16 << 10
    private static let highWater = 1 << 20
    private static let lowWater = 256 << 10

    let limit: Int
    let coding: ContentCoding?
    private let mayBeSpooled: Bool
    private(set) var received = 0
    /// All that came, or, once there is a spool, what was not given to it yet.
    private var bytes: [UInt8] = []
    private(set) var isFull = false
    private(set) var needsSpool = false

    init(rule: HTTPBodyRule, coding: ContentCoding?, announced: BodyLength) {
        self.coding = coding
        switch rule {
        case .collect(let limit): (self.limit, mayBeSpooled) = (limit, false)
        case .spool(let limit): (self.limit, mayBeSpooled) = (limit, true)
        }
        // What a client only says costs no more than this.
        if case .known(let count) = announced { bytes.reserveCapacity(min(count, 64 << 10)) }
    }

    var isEmpty: Bool { bytes.isEmpty }

    mutating func append(_ buffer: ByteBuffer) {
        received += buffer.readableBytes
        bytes.append(contentsOf: buffer.readableBytesView)
        guard mayBeSpooled else { return }
        if bytes.count > (coding == nil ? Self.memorySize : Self.codedMemorySize) { needsSpool = true }
        if bytes.count > Self.highWater { isFull = true }
    }

    /// Takes out what has come since the last time.
    mutating func take() -> [UInt8] {
        defer { bytes = [] }
        return bytes
    }

    /// The spool has written what it had.
    mutating func spoolCaughtUp() {
        if bytes.count <= Self.lowWater { isFull = false }
    }

    /// The body as the responder gets it, of the bytes that were collected.
    static func decoded(_ bytes: [UInt8], coding: ContentCoding?, limit: Int) throws(HTTPRefusal) -> HTTPRequestBody {
        if bytes.isEmpty { return .none }
        guard let coding else { return .bytes(bytes) }
        var inflated: [UInt8] = []
        let inflater = Inflater(coding, limit: limit)
        let result = bytes.withUnsafeBytes { bytes -> Result<Void, HTTPRefusal> in
            do throws(HTTPRefusal) {
                return .success(try inflater.inflate(bytes) { inflated.append(contentsOf: $0) })
            } catch {
                return .failure(error)
            }
        }
        try result.get()
        try inflater.finish()
        return .bytes(inflated)
    }
}
