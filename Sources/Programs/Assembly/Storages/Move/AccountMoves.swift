import Database
import Directory

/// The table `account_move`, in the configuration database: who is being moved, and how far that is.
enum AccountMoves {
    enum State: String, Sendable {
        /// Rows are copied, or were by a process that has ended.
        case copying
        /// Nothing can be changed at the source until the account is at the target, or the seal has been there for too long.
        case sealed
        /// It is at the target. What the source still has is there for those who began to read before.
        case moved
    }

    struct Move: Sendable, Equatable {
        var account: PrincipalID
        /// Nil: the default one.
        var source: String?
        var target: String?
        var state: State
        var holder: String
        var changed: Int64
    }

    /// Milliseconds for which an account may be sealed. Then the copy is begun anew, or left.
    static let longestSeal: Int64 = 30_000
    /// Milliseconds after which a process that has not been heard of is not at work any more.
    static let silence: Int64 = 20_000

    static func all(_ tx: borrowing ReadTransaction) throws -> [Move] {
        try tx.all("SELECT principal_id, source, target, state, holder, changed FROM account_move ORDER BY principal_id", row: read)
    }

    static func find(_ tx: borrowing ReadTransaction, _ account: PrincipalID) throws -> Move? {
        try tx.first(
            "SELECT principal_id, source, target, state, holder, changed FROM account_move WHERE principal_id = $1",
            [.integer(account.rawValue)], row: read)
    }

    private static func read(_ row: borrowing Row) throws -> Move {
        guard let state = State(rawValue: row.text(3)) else { throw Failure(.damaged, "a move in the state \(row.text(3))") }
        func name(_ text: String) -> String? { text.isEmpty ? nil : text }
        return Move(
            account: PrincipalID(rawValue: row.integer(0)), source: name(row.text(1)), target: name(row.text(2)), state: state,
            holder: row.text(4), changed: row.integer(5))
    }

    /// In the place of what was written of the account before.
    static func begin(_ tx: borrowing WriteTransaction, _ move: Move) throws {
        try tx.execute(
            """
            INSERT INTO account_move (principal_id, source, target, state, holder, changed) VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (principal_id) DO UPDATE SET source = excluded.source, target = excluded.target, state = excluded.state,
                holder = excluded.holder, changed = excluded.changed
            """,
            [
                .integer(move.account.rawValue), .text(move.source ?? ""), .text(move.target ?? ""), .text(move.state.rawValue),
                .text(move.holder), .integer(move.changed),
            ])
    }

    /// From one state to another, or to the same as a sign of life; false where it is not in that state, or another process's.
    static func change(
        _ tx: borrowing WriteTransaction, _ account: PrincipalID, from state: State, to next: State, holder: String, now: Int64
    ) throws -> Bool {
        try tx.rowsChanged(
            by: "UPDATE account_move SET state = $4, changed = $5 WHERE principal_id = $1 AND state = $2 AND holder = $3",
            [.integer(account.rawValue), .text(state.rawValue), .text(holder), .text(next.rawValue), .integer(now)]) > 0
    }

    static func end(_ tx: borrowing WriteTransaction, _ account: PrincipalID) throws {
        try tx.execute("DELETE FROM account_move WHERE principal_id = $1", [.integer(account.rawValue)])
    }
}

/// Keeps what an account has in one database as it is.
enum Seal {
    static func set(_ database: any Database, of owner: PrincipalID) throws {
        let id = Value.integer(owner.rawValue)
        try database.write { tx in
            // So that no first mailbox can be made.
            try tx.execute(
                "INSERT INTO mail_account (owner_id, uid_validity, list_version) VALUES ($1, 0, 1) ON CONFLICT DO NOTHING", [id])
            try tx.execute("UPDATE principal SET sealed = used_bytes WHERE id = $1", [id])
            try tx.execute("UPDATE mail_account SET sealed = list_version WHERE owner_id = $1", [id])
            try tx.execute("UPDATE collection SET sealed = modseq WHERE owner_id = $1", [id])
            try tx.execute("UPDATE mailbox SET sealed = modseq WHERE owner_id = $1", [id])
        }
    }

    static func remove(_ database: any Database, of owner: PrincipalID) throws {
        try database.write { tx in try remove(tx, of: owner) }
    }

    static func remove(_ tx: borrowing WriteTransaction, of owner: PrincipalID) throws {
        let id = Value.integer(owner.rawValue)
        try tx.execute("UPDATE principal SET sealed = NULL WHERE id = $1 AND sealed IS NOT NULL", [id])
        try tx.execute("UPDATE mail_account SET sealed = NULL WHERE owner_id = $1 AND sealed IS NOT NULL", [id])
        try tx.execute("UPDATE collection SET sealed = NULL WHERE owner_id = $1 AND sealed IS NOT NULL", [id])
        try tx.execute("UPDATE mailbox SET sealed = NULL WHERE owner_id = $1 AND sealed IS NOT NULL", [id])
    }
}
