/// Where people are and where their passwords are checked: this database, or a directory elsewhere.
///
/// Every function may block its thread, for a bounded time: call from worker threads. One that cannot be done now throws
/// `DirectoryUnavailable`, quickly where the directory is known to be down.
package protocol DirectoryBackend: Sendable {
    /// Its name in the settings; `LocalBackend.reservedName` is this database's.
    var name: String { get }
    /// The mail domains, in lower case, whose users it may have; the first is that of users without an address in any.
    var domains: [String] { get }

    /// Who signs in under this name, or has it as a mail address. Nil where there is nobody, or more than one.
    func find(_ name: SignInName) throws(DirectoryUnavailable) -> DirectoryEntry?
    /// The entry of this id, wherever it is by now.
    func entry(id: String) throws(DirectoryUnavailable) -> DirectoryEntry?
    /// Whether it is the entry's password, which may sign in now. The password is not kept.
    func verify(_ password: [UInt8], of entry: DirectoryEntry) throws(DirectoryUnavailable) -> PasswordVerdict

    /// Calls `body` with all of one kind, in no order, until it returns false. False where not all were had, as a limit
    /// (the directory's or ours) was reached.
    func forEach(_ kind: Principal.Kind, _ body: (DirectoryEntry) -> Bool) throws(DirectoryUnavailable) -> Bool
    /// The same for lists of everybody, with what only these need.
    ///
    /// - Parameter since: only those changed at this time or later, as `ListedEntry.changed` says it; nil: all. A backend
    ///   that does not know times gives all.
    func list(
        _ kind: Principal.Kind, since: String?, _ body: (ListedEntry) -> Bool
    ) throws(DirectoryUnavailable) -> Bool
    /// `since`, or a time (milliseconds since 1970) where that is earlier, as the directory writes times of change.
    func earlier(_ since: String, than time: Int64) -> String
    /// The groups that an entry is in: those that name it, those that it names, and those that these are in.
    func groups(of entry: DirectoryEntry) throws(DirectoryUnavailable) -> [DirectoryEntry]
    /// The group that is called so, or has it as a mail address. Nil where there is none, or more than one.
    func group(_ name: SignInName) throws(DirectoryUnavailable) -> DirectoryEntry?
}

extension DirectoryBackend {
    package func group(_ name: SignInName) throws(DirectoryUnavailable) -> DirectoryEntry? { nil }
    package func earlier(_ since: String, than time: Int64) -> String { since }

    package func list(
        _ kind: Principal.Kind, since: String?, _ body: (ListedEntry) -> Bool
    ) throws(DirectoryUnavailable) -> Bool {
        try forEach(kind) { body(ListedEntry($0)) }
    }
}

/// A directory that keeps a log of what changed in it, also of who is gone, and misses nothing: who has read all its entries reads what changed.
///
/// Positions in the log are texts that mean nothing to others.
package protocol LoggedDirectory: DirectoryBackend {
    /// Where the log ends now. What changes after that is told of from there, though it may be read before.
    func logPosition() throws(DirectoryUnavailable) -> String
    /// `list` of all kinds at once, and of all entries.
    func listAll(_ body: (ListedEntry) -> Bool) throws(DirectoryUnavailable) -> Bool
    /// Calls `body` with the id of each entry that has changed after a position, until it returns false, and with the entry as it is now; nil:
    /// it is gone, or of no list. One that changes meanwhile may be told of again. Where the log ends now; nil where the position is none of this log: then all entries must be read.
    func changes(
        after position: String, _ body: (_ id: String, ListedEntry?) -> Bool
    ) throws(DirectoryUnavailable) -> String?
}

/// What a directory says to a password.
package enum PasswordVerdict: Sendable, Equatable {
    case right
    case wrong
    /// The account is disabled, locked or expired, or its password is: whatever the password is.
    case refused(reason: String)
}

/// A directory cannot be asked now. Nothing was learned: neither that a name exists nor that a password is wrong.
package struct DirectoryUnavailable: Error, Sendable, Equatable, CustomStringConvertible {
    package var directory: String
    /// For the log and for `tegu directory test`.
    package var reason: String
    /// After so many seconds it may be tried again.
    package var retryAfter: Int

    package init(directory: String, reason: String, retryAfter: Int) {
        self.directory = directory
        self.reason = reason
        self.retryAfter = max(1, retryAfter)
    }

    package var description: String { "directory \(directory): \(reason)" }
}
