import CGlibc
import NIOCore

/// The processors that this process has.
enum Processors {
    /// Those that it may run on (`CPUAffinity=` of systemd, `taskset`, a cpuset), no more than a control group gives it the time of.
    static var count: Int { min(System.coreCount, max(1, allowed ?? .max)) }

    /// Nil where the system does not tell.
    private static var allowed: Int? {
        // 8192 processors, as many as Linux may be built for.
        var bits = [UInt8](repeating: 0, count: 1024)
        guard sched_getaffinity(0, bits.count, &bits) == 0 else { return nil }
        return bits.reduce(0) { $0 + $1.nonzeroBitCount }
    }
}
