import Database
import Locks

/// Checks app passwords against those that an account was loaded with, and notes their use.
///
/// Nothing is remembered of a right one: to check it costs no more than to look it up. So one that is revoked is worth
/// nothing as soon as the account is read anew (`PrincipalCache`).
final class AppPasswordSignIn: Sendable {
    /// Milliseconds between two notes of the use of one: a request must not be a write.
    static let noteInterval: Int64 = 3_600_000

    private let database: any Database
    // By the salts, which are random: one made anew under an old name is another.
    private let noted: Guarded<RecencyMap<[UInt8], Int64>>

    init(database: any Database, capacity: Int) {
        self.database = database
        noted = Guarded(RecencyMap(capacity: capacity))
    }

    /// The one that `secret` is, if it may be used for `service`.
    static func find(_ secret: AppSecret, for service: SignInService, in passwords: [AppPassword]) -> AppPassword? {
        passwords.first { $0.matches(secret) }.flatMap { $0.scopes.contains(service) ? $0 : nil }
    }

    func noteUse(_ used: AppPassword, of id: PrincipalID, now: Int64) {
        let isNoted = noted.withLock { noted in
            let last = max(noted.use(used.salt) ?? .min, used.lastUsed ?? .min)
            if last > now - Self.noteInterval { return true }
            noted.set(used.salt, now)
            return false
        }
        if isNoted { return }
        // For people to look at: a sign-in does not fail for it, and the next hour tries again.
        try? database.write { tx in
            try AppPasswords.noteUse(tx, of: id, used, now: now, interval: Self.noteInterval)
        }
    }
}
