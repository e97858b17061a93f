package import Database
import Locks

/// Finds whose a mail address is: by this database, or by a directory elsewhere that answers for its domain. Somebody
/// whom only a directory knows becomes a principal here, so that mail can come before the first sign-in.
///
/// It may wait for a directory: for worker threads only, and outside of transactions.
package struct Recipients: Sendable {
    package enum Outcome: Sendable {
        /// - detail: what stood behind the delimiter (RFC 5233 §1), as it was written; nil where the whole address is theirs.
        case found(Principal, detail: String?)
        case nobody
        /// Nothing was learned: it may be somebody's.
        case unavailable(DirectoryUnavailable)
    }

    private let database: any Database
    private let directories: Directories?
    private let local: LocalDirectory
    private let defaultDomain: String
    private let delimiter: Character?
    private let questions: Questions

    private enum Answer: Sendable {
        case entry(DirectoryEntry)
        /// It is the address of an entry that has no mail here.
        case withoutMail
        case nobody
        case unavailable(DirectoryUnavailable)
    }

    /// What is asked of directories, with a bound for all of them: the threads that a directory which hangs holds are not
    /// missing for those whom this database knows.
    private final class Questions: Sendable {
        /// Milliseconds for which an address is taken as nobody's.
        private static let nobodyTime: Int64 = 5_000

        private let gates: [String: VerificationGate<Answer>]
        private let limit: Int
        private let running = Guarded(0)
        private let nobodies = Guarded(RecencyMap<String, Int64>(capacity: 10_000))

        init(_ sources: [Directories.Source], workers: Int) {
            limit = max(1, workers / 2)
            let share = max(1, limit / max(1, sources.count))
            gates = Dictionary(sources.map { source in
                let permits = min(source.concurrency, share)
                let gate = VerificationGate<Answer>(
                    permits: permits, maximumWaiting: min(source.concurrency, share - permits))
                return (source.backend.name, gate)
            }) { first, _ in first }
        }

        func ask(_ directory: String, _ address: String, now: Int64, _ body: () -> Answer) -> Answer {
            let key = "\(directory) \(address)"
            if let at = nobodies.withLock({ $0.look(key) }), now >= at, now - at < Self.nobodyTime { return .nobody }
            let busy = Answer.unavailable(DirectoryUnavailable(
                directory: directory, reason: "too many look-ups wait for it", retryAfter: 1))
            let mayAsk = running.withLock { running in
                if running >= limit { return false }
                running += 1
                return true
            }
            guard mayAsk else { return busy }
            defer { running.withLock { $0 -= 1 } }
            let answer = gates[directory]?.run([UInt8](address.utf8), body) ?? busy
            if case .nobody = answer { nobodies.withLock { $0.set(key, now) } }
            return answer
        }
    }

    /// - Parameters:
    ///   - principals: the cache of this process, which forgets what is brought up to date.
    ///   - delimiter: what parts a name from its detail; nil: nothing does.
    ///   - workers: threads that ask here; no more than half of them wait for directories.
    package init(
        database: any Database, directories: Directories?, principals: PrincipalCache?, defaultDomain: String,
        delimiter: Character? = "+", workers: Int = 16
    ) {
        self.database = database
        self.directories = directories
        local = LocalDirectory(cache: principals)
        self.defaultDomain = defaultDomain
        self.delimiter = delimiter
        questions = Questions(directories?.sources ?? [], workers: workers)
    }

    /// - Parameter domain: nil: the server's own (RFC 5321 §4.5.1: `<Postmaster>`).
    package func find(localPart: String, domain: String?, now: Int64) throws -> Outcome {
        for (address, detail) in candidates(localPart, domain ?? defaultDomain) {
            if let principal = try database.read({ tx in try LocalDirectory.find(tx, address: address) }) {
                return .found(principal, detail: detail)
            }
            // Whether the short name is meant is known only when the whole one is certainly nobody's.
            switch try ask(address, now: now) {
            case .found(let principal): return .found(principal, detail: detail)
            case .withoutMail: return .nobody
            case .unavailable(let reason): return .unavailable(reason)
            case .nobody: continue
            }
        }
        return .nobody
    }

    /// The whole address first: one with the delimiter in it may be somebody's.
    private func candidates(_ localPart: String, _ domain: String) -> [(address: String, detail: String?)] {
        var names: [(String, String?)] = [(localPart, nil)]
        if let delimiter, let index = localPart.firstIndex(of: delimiter), index != localPart.startIndex {
            names.append((String(localPart[..<index]), String(localPart[localPart.index(after: index)...])))
        }
        return names.compactMap { name, detail in MailAddress.folded("\(name)@\(domain)").map { ($0, detail) } }
    }

    private enum Found {
        case found(Principal), withoutMail, nobody, unavailable(DirectoryUnavailable)
    }

    private func ask(_ address: String, now: Int64) throws -> Found {
        guard let directories, let name = SignInName(address, defaultDomain: defaultDomain) else { return .nobody }
        var unavailable: DirectoryUnavailable?
        var isSomebodys = false
        for source in directories.sources(for: name, nil) {
            switch ask(source, directories, name, address, now: now) {
            case .nobody: continue
            case .withoutMail: isSomebodys = true
            case .unavailable(let reason): unavailable = unavailable ?? reason
            case .entry(let entry):
                do {
                    let principal = try directories.principal(ofRecipient: entry, source, database, local, now: now)
                    if principal.addresses.contains(address) { return .found(principal) }
                    // One whose address is another's here has not got it.
                    isSomebodys = true
                } catch let reason as DirectoryUnavailable {
                    unavailable = unavailable ?? reason
                }
            }
        }
        if let unavailable { return .unavailable(unavailable) }
        return isSomebodys ? .withoutMail : .nobody
    }

    private func ask(
        _ source: Directories.Source, _ directories: Directories, _ name: SignInName, _ address: String, now: Int64
    ) -> Answer {
        questions.ask(source.backend.name, address, now: now) { () -> Answer in
            do throws(DirectoryUnavailable) {
                // A name to sign in with is no address.
                guard let entry = try source.backend.find(name), entry.addresses.contains(address),
                    directories.mayGive(address, source.backend)
                else { return .nobody }
                // Groups elsewhere have members, and no mailbox here.
                return entry.kind == .user && entry.state == .active ? .entry(entry) : .withoutMail
            } catch {
                return .unavailable(error)
            }
        }
    }
}
