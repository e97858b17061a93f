import Cryptography
import Locks

/// Remembers that a password was right, without the password: a code of it under a random key of this process.
///
/// The code covers the stored hash too, so that it is worth nothing once another password is set.
final class VerifiedPasswords: Sendable {
    private struct Entry: Sendable {
        var code: [UInt8]
        var verified: Int64
        var used: Int64
    }

    private let entries: Guarded<RecencyMap<PrincipalID, Entry>>
    private let idleTime: Int64
    private let totalTime: Int64

    /// - Parameters:
    ///   - idleTime: milliseconds without use after which a password is forgotten.
    ///   - totalTime: milliseconds after which it is forgotten in any case.
    init(idleTime: Int64, totalTime: Int64, capacity: Int) {
        self.idleTime = idleTime
        self.totalTime = totalTime
        entries = Guarded(RecencyMap(capacity: capacity))
    }

    func contains(_ id: PrincipalID, code: [UInt8], now: Int64) -> Bool {
        entries.withLock { entries in
            guard var entry = entries.use(id), now >= entry.verified, now - entry.verified < totalTime,
                now - entry.used < idleTime, ConstantTime.areEqual(entry.code, code)
            else { return false }
            // Written rarely: each time would copy the entry for little.
            if now - entry.used > idleTime / 8 {
                entry.used = now
                entries.set(id, entry)
            }
            return true
        }
    }

    /// Milliseconds since it was found right; nil where it is not known to be, or not any more after `limit`.
    func age(_ id: PrincipalID, code: [UInt8], now: Int64, limit: Int64) -> Int64? {
        entries.withLock { entries in
            guard let entry = entries.use(id), now >= entry.verified, now - entry.verified < limit,
                ConstantTime.areEqual(entry.code, code)
            else { return nil }
            return now - entry.verified
        }
    }

    func forget(_ id: PrincipalID) {
        entries.withLock { _ = $0.remove(id) }
    }

    func insert(_ id: PrincipalID, code: [UInt8], now: Int64) {
        guard idleTime > 0 else { return }
        entries.withLock { $0.set(id, Entry(code: code, verified: now, used: now)) }
    }
}
