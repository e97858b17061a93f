package import Database

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
    /// A directory that hangs holds its own threads only.
    private let gates: [String: VerificationGate<Answer>]

    private enum Answer: Sendable {
        case entry(DirectoryEntry)
        case nobody
        case unavailable(DirectoryUnavailable)
    }

    /// - Parameters:
    ///   - principals: the cache of this process, which forgets what is brought up to date.
    ///   - delimiter: what parts a name from its detail; nil: nothing does.
    package init(
        database: any Database, directories: Directories?, principals: PrincipalCache?, defaultDomain: String,
        delimiter: Character? = "+"
    ) {
        self.database = database
        self.directories = directories
        local = LocalDirectory(cache: principals)
        self.defaultDomain = defaultDomain
        self.delimiter = delimiter
        gates = Dictionary((directories?.sources ?? []).map {
            ($0.backend.name, VerificationGate(permits: $0.concurrency, maximumWaiting: $0.concurrency))
        }) { first, _ in first }
    }

    /// - Parameter domain: nil: the server's own (RFC 5321 §4.5.1: `<Postmaster>`).
    package func find(localPart: String, domain: String?, now: Int64) throws -> Outcome {
        let candidates = candidates(localPart, domain ?? defaultDomain)
        let known = try database.read { tx -> Outcome? in
            for (address, detail) in candidates {
                if let principal = try LocalDirectory.find(tx, address: address) { return .found(principal, detail: detail) }
            }
            return nil
        }
        return try known ?? ask(candidates, now: now)
    }

    /// The whole address first: one with the delimiter in it may be somebody's.
    private func candidates(_ localPart: String, _ domain: String) -> [(address: String, detail: String?)] {
        var names: [(String, String?)] = [(localPart, nil)]
        if let delimiter, let index = localPart.firstIndex(of: delimiter), index != localPart.startIndex {
            names.append((String(localPart[..<index]), String(localPart[localPart.index(after: index)...])))
        }
        return names.compactMap { name, detail in MailAddress.folded("\(name)@\(domain)").map { ($0, detail) } }
    }

    private func ask(_ candidates: [(address: String, detail: String?)], now: Int64) throws -> Outcome {
        guard let directories else { return .nobody }
        var unavailable: DirectoryUnavailable?
        for (address, detail) in candidates {
            guard let name = SignInName(address, defaultDomain: defaultDomain) else { continue }
            for source in directories.sources(for: name, nil) {
                switch ask(source, directories, name, address) {
                case .nobody: continue
                case .unavailable(let reason): unavailable = unavailable ?? reason
                case .entry(let entry):
                    let principal = try directories.principal(of: entry, source, known: nil, database, local, now: now)
                    // One whose address is another's here has not got it.
                    if principal.addresses.contains(address) { return .found(principal, detail: detail) }
                }
            }
        }
        return unavailable.map { .unavailable($0) } ?? .nobody
    }

    private func ask(
        _ source: Directories.Source, _ directories: Directories, _ name: SignInName, _ address: String
    ) -> Answer {
        let answer = gates[source.backend.name]?.run([UInt8](address.utf8)) { () -> Answer in
            do throws(DirectoryUnavailable) {
                // A name to sign in with is no address. Groups elsewhere have members, and no mailbox here.
                guard let entry = try source.backend.find(name), entry.kind == .user, entry.state == .active,
                    entry.addresses.contains(address), directories.mayGive(address, source.backend)
                else { return .nobody }
                return .entry(entry)
            } catch {
                return .unavailable(error)
            }
        }
        return answer ?? .unavailable(DirectoryUnavailable(
            directory: source.backend.name, reason: "too many look-ups wait for it", retryAfter: 1))
    }
}
