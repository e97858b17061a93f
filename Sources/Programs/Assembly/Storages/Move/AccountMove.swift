import CollectionStore
import Database
import DatabasePostgres
import DatabaseSQLite
import Directory
import Glibc
import Mail

/// Moves an account from one storage to another, while it is served.
///
/// Its rows are copied, pass by pass, while clients change them. Then they are sealed at the source, so that a change fails for some
/// seconds (503, UNAVAILABLE, 451), the last difference is copied, and the configuration database says that the account is at the target.
/// Those who read at the source before may go on for a while; then what is there is removed. Any step can be the last of a process:
/// the next one begins anew, and finds what is there.
///
/// Nothing is lost, since the change of the map and the end of a seal that lasts too long are both changes of one row of the configuration
/// database: one of them comes first.
struct AccountMove {
    let installation: Installation
    let owner: Principal
    /// Nil: the default one.
    let target: String?
    /// Milliseconds for which who reads at the source may go on after the move.
    let grace: Int64
    let tell: (String) -> Void

    private let holder = "\(HostName.ofThisMachine()) \(getpid())"
    private static let mostPasses = 6
    /// Differences that the last pass may have to copy.
    private static let fewRows = 500

    init(_ installation: Installation, of owner: Principal, to target: String?, grace: Int64, tell: @escaping (String) -> Void) {
        self.installation = installation
        self.owner = owner
        self.target = target
        self.grace = grace
        self.tell = tell
    }

    private var configuration: any Database { installation.database }

    private func place(_ name: String?) throws -> Installation {
        guard let place = installation.place(named: name) else {
            throw CommandError(.impossible, "the storage “\(name ?? "")” is not in the settings")
        }
        return place
    }

    // MARK: The way

    /// Copies and changes the map; what is at the source stays there. True where there was something to do.
    func run() throws -> Bool {
        try installation.storages.bring()
        let known = try configuration.read { tx in try AccountMoves.find(tx, owner.id) }
        if let known { try takeOver(known) }
        guard owner.storage != target else {
            if known?.state == .moved { return true }
            // What was copied to elsewhere is gone.
            if known != nil { try configuration.write { tx in try AccountMoves.end(tx, owner.id) } }
            return false
        }
        let source = try place(owner.storage)
        let destination = try place(target)
        let inTheWay = try source.database.read { tx in try SharesInTheWay.find(tx, of: owner, now: System.clock()) }
        guard inTheWay.isEmpty else {
            throw CommandError(
                .impossible, "\(owner.signInText) cannot be moved, for sharing ends at a storage:\n  " + inTheWay.joined(separator: "\n  "))
        }
        try configuration.write { tx in
            try AccountMoves.begin(tx, AccountMoves.Move(
                account: owner.id, source: owner.storage, target: target, state: .copying, holder: holder, changed: System.clock()))
        }
        // What a process that has ended left sealed, here or, in a move back, there.
        try Seal.remove(source.database, of: owner.id)
        try Seal.remove(destination.database, of: owner.id)
        let life = Life(self)
        let copy = AccountCopy(owner.id.rawValue, from: try Self.side(source), to: try Self.side(destination)) { try life.show() }
        try copyWhileServed(copy)
        try finish(copy, source, destination, life)
        tell("\(owner.signInText) is in \(target ?? StorageSettings.defaultName): \(copy.changed) rows were copied and read back")
        return true
    }

    private func copyWhileServed(_ copy: AccountCopy) throws {
        for pass in 1...Self.mostPasses {
            let rows = try copy.pass()
            tell("pass \(pass): \(rows) rows")
            if rows < Self.fewRows, pass > 1 { return }
        }
    }

    private func finish(_ copy: AccountCopy, _ source: Installation, _ destination: Installation, _ life: Life) throws {
        // First it is said, so that a process that ends now leaves no seal that nobody knows of.
        try life.change(from: .copying, to: .sealed)
        let began = ContinuousClock.now
        do {
            try Seal.set(source.database, of: owner.id)
            _ = try copy.pass()
            // It finds nothing: what was copied is what is there.
            guard try copy.pass() == 0 else { throw Failure(.damaged, "rows of a sealed account have changed") }
            try destination.database.write { tx in
                try Quota.correct(tx, of: owner.id)
                try RightsGeneration.advance(tx)
            }
            try configuration.write { tx in
                guard try AccountMoves.change(tx, owner.id, from: .sealed, to: .moved, holder: holder, now: System.clock()) else {
                    throw Failure(.unavailable, "the account was sealed for too long, and is not any more: it is not moved")
                }
                try LocalDirectory().setStorage(tx, of: owner.id, target)
            }
        } catch {
            // Whoever has changed the state by now sees to the seal.
            if (try? life.change(from: .sealed, to: .copying)) != nil { try? Seal.remove(source.database, of: owner.id) }
            throw error
        }
        try installation.storages.bring()
        let time = ContinuousClock.now - began
        tell("sealed for \(time.milliseconds) ms")
    }

    /// Removes what the source still has, when the time for that has come.
    func tidy() throws {
        guard let move = try configuration.read({ tx in try AccountMoves.find(tx, owner.id) }), move.state == .moved else { return }
        let wait = move.changed + grace - System.clock()
        if wait > 0 { usleep(UInt32(clamping: wait * 1000)) }
        try Self.removeRest(installation, move)
    }

    /// After a move has ended, or as another process goes on with it.
    static func removeRest(_ installation: Installation, _ move: AccountMoves.Move) throws {
        guard let source = installation.place(named: move.source), let target = installation.place(named: move.target) else {
            throw Failure(.unavailable, "a storage of an unfinished move is not in the settings: \(move.source ?? "") or \(move.target ?? "")")
        }
        let (there, here) = (try side(source), try side(target))
        // Locks that were taken while the account was sealed move no counter.
        try AccountLocks.bring(of: move.account.rawValue, from: there.session, to: here.session)
        _ = try AccountCopy(move.account.rawValue, from: nil, to: there) {}.pass()
        try source.database.write { tx in
            try Seal.remove(tx, of: move.account)
            // Its directories are the target's now.
            try tx.execute("UPDATE mailbox SET maildir = NULL WHERE owner_id = $1", [.integer(move.account.rawValue)])
            try source.mail.destroyAll(tx, of: move.account)
            try Trash.destroyAll(tx, of: move.account)
        }
        try Blobs.sweep(source.database, source.files)
        try installation.database.write { tx in try AccountMoves.end(tx, move.account) }
    }

    /// What an earlier process has left of the account.
    private func takeOver(_ known: AccountMoves.Move) throws {
        if known.holder != holder, isAtWork(known) {
            throw CommandError(.unavailable, "another process moves \(owner.signInText): \(known.holder)")
        }
        switch known.state {
        case .copying, .sealed:
            // What was copied to somewhere else is nobody's.
            if known.target != target, let other = try? place(known.target) {
                try Seal.remove(try place(known.source).database, of: owner.id)
                try removeCopy(at: other)
            }
        case .moved:
            // The same move is done, or the account goes on from there, or back.
            if known.target == owner.storage, target != owner.storage, known.source != target {
                try Self.removeRest(installation, known)
            }
        }
    }

    private func removeCopy(at other: Installation) throws {
        _ = try AccountCopy(owner.id.rawValue, from: nil, to: try Self.side(other)) {}.pass()
        try Blobs.sweep(other.database, other.files)
    }

    private func isAtWork(_ known: AccountMoves.Move) -> Bool {
        if known.state == .moved || System.clock() - known.changed > AccountMoves.silence { return false }
        let words = known.holder.split(separator: " ")
        guard words.count == 2, words[0] == HostName.ofThisMachine(), let process = pid_t(words[1]) else { return true }
        return kill(process, 0) == 0
    }

    static func side(_ place: Installation) throws -> AccountCopy.Side {
        let session: any TableSession = place.settings.database.isEmpty
            ? try SQLiteTableSession(path: place.directory.database)
            : try PostgresTableSession(PostgresOptions(connection: place.settings.database))
        return AccountCopy.Side(session: session, files: place.files)
    }

    /// Shows that this process is at work, and finds out that it is not to be any more.
    final class Life {
        private let move: AccountMove
        private var state = AccountMoves.State.copying
        private var shown = ContinuousClock.now
        private static let interval = Duration.seconds(5)

        init(_ move: AccountMove) { self.move = move }

        func show() throws {
            // In a seal nobody needs to know: its time runs.
            if state != .copying || ContinuousClock.now - shown < Self.interval { return }
            try change(from: state, to: state)
        }

        func change(from old: AccountMoves.State, to new: AccountMoves.State) throws {
            let isOurs = try move.configuration.write { tx in
                try AccountMoves.change(tx, move.owner.id, from: old, to: new, holder: move.holder, now: System.clock())
            }
            guard isOurs else { throw CommandError(.unavailable, "another process moves \(move.owner.signInText)") }
            state = new
            shown = .now
        }
    }
}

/// Seals that nobody ends: a process that moved an account has died, or is too slow.
enum StaleSeals {
    static func remove(_ installation: Installation, now: Int64) throws {
        let moves = try installation.database.read { tx in try AccountMoves.all(tx) }
        for move in moves where move.state == .sealed && now - move.changed > AccountMoves.longestSeal {
            let isOurs = try installation.database.write { tx in
                try AccountMoves.change(tx, move.account, from: .sealed, to: .copying, holder: move.holder, now: now)
            }
            if isOurs, let place = installation.place(named: move.source) { try Seal.remove(place.database, of: move.account) }
        }
    }
}
