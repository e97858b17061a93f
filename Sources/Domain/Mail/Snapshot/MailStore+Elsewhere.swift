import Bytes
import CollectionStore
package import Database
import Directory

// What other processes commit: their notices wake sessions at once, and a look from time to time finds what no notice came of.

extension ChangeNotice.Topic {
    static let mailbox = Self(letter: UInt8(ascii: "m"))
    /// The list of an owner's mailboxes, rights and subscriptions.
    static let mailAccount = Self(letter: UInt8(ascii: "a"))
}

extension MailStore {
    /// Tells sessions here and elsewhere, once it is committed.
    func publish(_ tx: borrowing WriteTransaction, _ event: MailHub.Event) {
        tx.afterCommit { [hub] in hub.publish(event) }
        if let mailbox = event.mailbox {
            tx.announce(
                ChangeNotice(.mailbox, id: mailbox.rawValue, owner: event.owner.rawValue, position: event.modseq.rawValue))
        } else {
            tx.announce(ChangeNotice(.mailAccount, id: event.owner.rawValue))
        }
    }

    /// Wakes who waits for what other processes tell. Where something may have been missed, the next look finds it.
    package func hear(_ changes: ChangesElsewhere) {
        guard case .notices(let notices) = changes else { return }
        for notice in notices {
            switch notice.topic {
            case .mailbox:
                hub.publish(
                    MailHub.Event(
                        owner: PrincipalID(rawValue: notice.owner), mailbox: MailboxID(rawValue: notice.id),
                        modseq: ModSeq(rawValue: notice.position)))
            case .mailAccount:
                hub.publish(MailHub.Event(owner: PrincipalID(rawValue: notice.id), mailbox: nil, modseq: .zero))
            default: break
            }
        }
    }

    /// Looks which watched mailboxes are not as they were at the last look, and wakes who watches them: also those that are watched
    /// since then, and those of which a notice came, which is harmless. To be called about once a second.
    package func look(_ database: any Database, after last: MailLook) throws -> MailLook {
        let watched = hub.watched
        if watched.mailboxes.isEmpty && watched.owners.isEmpty { return MailLook() }
        var look = MailLook()
        look.memberships = try database.read { tx in try RightsGeneration.ofMemberships(tx) }
        // What groups may do is not in a mailbox's own row.
        let isAnew = look.memberships != last.memberships
        for batch in watched.mailboxes.batches(of: Self.lookedAtOnce) {
            let found = try database.read { tx in try mailboxStates(tx, batch) }
            for id in batch {
                // One that is gone altogether is told too, once.
                let state = found[id] ?? MailLook.State(owner: last.mailboxes[id]?.owner ?? PrincipalID(rawValue: 0))
                look.mailboxes[id] = state
                let isReminded = hub.takeReminder(of: id)
                guard isAnew || isReminded || last.mailboxes[id] != state else { continue }
                hub.publish(MailHub.Event(owner: state.owner, mailbox: id, modseq: ModSeq(rawValue: state.modseq)))
            }
        }
        for batch in watched.owners.batches(of: Self.lookedAtOnce) {
            let found = try database.read { tx in try accountStates(tx, batch) }
            for id in batch {
                let state = found[id] ?? MailLook.State(owner: id)
                look.owners[id] = state
                guard isAnew || last.owners[id] != state else { continue }
                hub.publish(MailHub.Event(owner: id, mailbox: nil, modseq: .zero))
            }
        }
        return look
    }

    /// As many as the statements below have parameters.
    private static var lookedAtOnce: Int { 50 }

    private func mailboxStates(_ tx: borrowing ReadTransaction, _ ids: ArraySlice<MailboxID>) throws -> [MailboxID: MailLook.State] {
        var states: [MailboxID: MailLook.State] = [:]
        let rows = try tx.all(
            """
            SELECT m.id, m.owner_id, m.modseq, COALESCE(m.trashed, 0), COALESCE(a.list_version, 0)
            FROM mailbox m LEFT JOIN mail_account a ON a.owner_id = m.owner_id
            WHERE m.id IN ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
                $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, $44, $45, $46,
                $47, $48, $49, $50)
            """, ids.map { .integer($0.rawValue) }.filled(to: Self.lookedAtOnce)
        ) {
            (
                MailboxID(rawValue: $0.integer(0)),
                MailLook.State(
                    owner: PrincipalID(rawValue: $0.integer(1)), modseq: $0.integer(2), trashed: $0.integer(3),
                    listVersion: $0.integer(4))
            )
        }
        for (id, state) in rows { states[id] = state }
        return states
    }

    private func accountStates(_ tx: borrowing ReadTransaction, _ ids: ArraySlice<PrincipalID>) throws -> [PrincipalID: MailLook.State] {
        var states: [PrincipalID: MailLook.State] = [:]
        // Modseqs only grow, so that their sum is another one after any change.
        let rows = try tx.all(
            """
            SELECT a.owner_id, a.list_version,
                (SELECT COALESCE(SUM(m.modseq), 0) FROM mailbox m WHERE m.owner_id = a.owner_id AND m.trashed IS NULL)
            FROM mail_account a
            WHERE a.owner_id IN ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
                $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, $44, $45,
                $46, $47, $48, $49, $50)
            """, ids.map { .integer($0.rawValue) }.filled(to: Self.lookedAtOnce)
        ) {
            let owner = PrincipalID(rawValue: $0.integer(0))
            return MailLook.State(owner: owner, modseq: $0.integer(2), listVersion: $0.integer(1))
        }
        for state in rows { states[state.owner] = state }
        return states
    }
}

/// What a look has found: for the next one.
package struct MailLook: Sendable {
    struct State: Sendable, Equatable {
        var owner: PrincipalID
        var modseq: Int64 = 0
        var trashed: Int64 = 0
        /// Moves with rights too.
        var listVersion: Int64 = 0
    }

    var mailboxes: [MailboxID: State] = [:]
    var owners: [PrincipalID: State] = [:]
    /// Of who is in which group.
    var memberships: Int64?

    package init() {}
}
