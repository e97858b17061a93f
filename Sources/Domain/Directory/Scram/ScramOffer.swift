import Database
import Locks

/// Whether SCRAM is to be offered just now (`ScramPolicy`).
final class ScramOffer: Sendable {
    /// Milliseconds for which an answer is taken again: each greeting asks.
    private static let lifetime: Int64 = 30_000

    private let policy: ScramPolicy
    private let hasDirectories: Bool
    private let database: any Database
    private let last = Guarded<(answer: Bool, at: Int64)?>(nil)

    init(_ policy: ScramPolicy, hasDirectories: Bool, database: any Database) {
        (self.policy, self.hasDirectories, self.database) = (policy, hasDirectories, database)
    }

    var makesVerifiers: Bool { policy.makesVerifiers(hasDirectories: hasDirectories) }

    func isOpen(now: Int64) -> Bool {
        guard policy == .auto, !hasDirectories else { return policy == .always }
        if let last = last.withLock({ $0 }), now >= last.at, now - last.at < Self.lifetime { return last.answer }
        // While the database cannot be asked nobody can sign in anyway.
        guard let answer = try? database.read({ tx in try !Self.isSomebodyWithout(tx) }) else { return false }
        last.withLock { $0 = (answer, now) }
        return answer
    }

    private static func isSomebodyWithout(_ tx: borrowing ReadTransaction) throws -> Bool {
        let user = try tx.first("""
            SELECT id FROM principal WHERE scram IS NULL AND password IS NOT NULL AND is_disabled = 0 LIMIT 1
            """) { $0.integer(0) }
        if user != nil { return true }
        return try tx.first("SELECT principal_id FROM app_password WHERE scram IS NULL LIMIT 1") { $0.integer(0) } != nil
    }
}
