import Bytes
import Glibc
import Locks
import Logging
import Synchronization
import Wire

/// What all connections of a server share.
final class ServerContext: Sendable {
    let configuration: HTTPServerConfiguration
    let responder: any HTTPResponder
    let logger: Logger
    let requestLogger: (any RequestLogger)?
    let pool: WorkerPool
    let metrics = ServerMetrics()
    let compressors = Compressors()
    private let date = Guarded(DateField())
    private let draining = Atomic<Bool>(false)
    private let requests = Atomic<UInt32>(0)
    /// Makes the ids of two runs differ.
    private let run: [UInt8]

    init(
        configuration: HTTPServerConfiguration, responder: any HTTPResponder, logger: Logger,
        requestLogger: (any RequestLogger)?
    ) {
        self.configuration = configuration
        self.responder = responder
        self.logger = logger
        self.requestLogger = requestLogger
        pool = WorkerPool(
            threads: configuration.workers, limit: configuration.waitingRequests, atOnce: configuration.requestsAtOnce)
        let random = UInt16.random(in: 0 ... .max)
        run = Hexadecimal.encode([UInt8(random >> 8), UInt8(random & 0xFF)])
    }

    var isDraining: Bool { draining.load(ordering: .relaxed) }

    func beginDraining() { draining.store(true, ordering: .relaxed) }

    func dateField() -> String { date.withLock { $0.now() } }

    /// Twelve characters, so that the string needs no memory of its own.
    func nextRequestID() -> String {
        let number = requests.add(1, ordering: .relaxed).newValue
        return String(unsafeUninitializedCapacity: 12) { bytes in
            for index in 0..<12 {
                let digit = UInt8(truncatingIfNeeded: number >> UInt32(4 * max(0, 11 - index))) & 15
                bytes[index] = index < 4 ? run[index] : digit &+ (digit < 10 ? 0x30 : 0x57)
            }
            return 12
        }
    }

    /// Nanoseconds of a clock that never goes back.
    static func clock() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }
}
