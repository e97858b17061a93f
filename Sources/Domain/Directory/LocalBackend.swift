import Cryptography
package import Database

/// The principals of this database as one directory among others: for whoever lists or searches them all.
///
/// Sign-in does not come this way: the authenticator knows this database's accounts from its cache, and their hashes
/// are under its gate.
package struct LocalBackend: DirectoryBackend {
    /// No directory of the settings has this name.
    package static let reservedName = "local"

    package let name = LocalBackend.reservedName
    package let domains: [String]
    private let database: any Database

    package init(database: any Database, domains: [String]) {
        self.database = database
        self.domains = domains
    }

    package func find(_ name: SignInName) throws(DirectoryUnavailable) -> DirectoryEntry? {
        try read { tx in
            try LocalDirectory.find(tx, name) ?? LocalDirectory.find(tx, address: name.description)
        }.map(Self.entry)
    }

    package func entry(id: String) throws(DirectoryUnavailable) -> DirectoryEntry? {
        guard let number = Int64(id) else { return nil }
        return try read { tx in try LocalDirectory.find(tx, PrincipalID(rawValue: number)) }.map(Self.entry)
    }

    package func verify(
        _ password: [UInt8], of entry: DirectoryEntry
    ) throws(DirectoryUnavailable) -> PasswordVerdict {
        guard Passwords.isPossible(password), let number = Int64(entry.id) else { return .wrong }
        let id = PrincipalID(rawValue: number)
        let account = try read { tx -> Account? in
            guard let principal = try LocalDirectory.find(tx, id) else { return nil }
            return Account(principal, storedPassword: try LocalDirectory.storedPassword(tx, of: id).hash)
        }
        guard let account, let hash = account.password else { return .wrong }
        do {
            guard try hash.verify(password) else { return .wrong }
        } catch {
            throw DirectoryUnavailable(directory: name, reason: "\(error)", retryAfter: 5)
        }
        return account.principal.isDisabled ? .refused(reason: "disabled") : .right
    }

    package func forEach(
        _ kind: Principal.Kind, _ body: (DirectoryEntry) -> Bool
    ) throws(DirectoryUnavailable) -> Bool {
        try read { tx in
            try LocalDirectory.forEach(tx) { $0.kind != kind || body(Self.entry($0)) }
        }
        return true
    }

    package func groups(of entry: DirectoryEntry) throws(DirectoryUnavailable) -> [DirectoryEntry] {
        guard let number = Int64(entry.id) else { return [] }
        let id = PrincipalID(rawValue: number)
        return try read { tx in
            try Groups.closure(tx, of: id).subtracting([id]).sorted { $0.rawValue < $1.rawValue }
                .compactMap { try LocalDirectory.find(tx, $0) }.map(Self.entry)
        }
    }

    static func entry(_ principal: Principal) -> DirectoryEntry {
        DirectoryEntry(
            id: "\(principal.id.rawValue)", location: "\(principal.name)@\(principal.domain)", kind: principal.kind,
            login: principal.name, displayName: principal.displayName, addresses: principal.addresses,
            state: principal.isDisabled ? .disabled : .active)
    }

    func read<Result>(
        _ body: (borrowing ReadTransaction) throws -> Result
    ) throws(DirectoryUnavailable) -> Result {
        do {
            return try database.read(body)
        } catch {
            throw DirectoryUnavailable(directory: name, reason: "\(error)", retryAfter: 5)
        }
    }
}
