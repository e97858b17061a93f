import CollectionStore
import Database
import Directory
import Mail
import Synchronization
import TestEngines
import TestMailStorage
import Testing

/// A mail store of its own with two users and a group, and the words in which the tests speak.
final class Fixture {
    let database: any Database
    let store: MailStore
    private let storage: TestMailStorage
    static let alice = PrincipalID(rawValue: 1)
    static let bob = PrincipalID(rawValue: 2)
    static let sales = PrincipalID(rawValue: 3)

    init(limits: MailLimits = MailLimits(), storage: MailStorage = TestMailStorage.current) throws {
        database = try TestEngine.current.temporary()
        self.storage = TestMailStorage(storage)
        store = MailStore(limits: limits, maildirs: self.storage.maildirs)
        try database.write { tx in
            for (id, name, kind) in [(Self.alice, "alice", "user"), (Self.bob, "bob", "user"), (Self.sales, "sales", "group")] {
                try tx.execute(
                    """
                    INSERT INTO principal (id, kind, domain, name, display_name, created)
                    VALUES ($1, $3, 'example.org', $2, $2, 0)
                    """, [.integer(id.rawValue), .text(name), .text(kind)])
            }
        }
    }

    deinit { database.close() }

    @discardableResult
    func write<Result>(_ body: (borrowing WriteTransaction) throws -> Result) throws -> Result { try database.write(body) }
    func read<Result>(_ body: (borrowing ReadTransaction) throws -> Result) throws -> Result { try database.read(body) }

    // MARK: Making

    func mailbox(_ name: String = "work", of owner: PrincipalID = alice) throws -> Mailbox {
        try write { tx in
            try store.mailbox(tx.read, of: owner, named: name) ?? store.create(tx, name, of: owner, now: 1)
        }
    }

    func fresh(_ mailbox: Mailbox) throws -> Mailbox { try #require(try read { tx in try store.mailbox(tx, mailbox.id) }) }

    func content(_ text: String) throws -> NewContent {
        var upload = store.upload()
        upload.feed(Array(text.utf8))
        return try upload.finish()
    }

    @discardableResult
    func append(
        _ texts: [String], to mailbox: Mailbox, flags: MessageFlags = MessageFlags(), viewer: PrincipalID? = nil,
        now: Milliseconds = 5_000
    ) throws -> AppendResult {
        let messages = try texts.map { NewMessage(try content($0), flags: flags) }
        return try write { tx in try store.append(tx, messages, to: mailbox.id, viewer: viewer, now: now) }
    }

    @discardableResult
    func set(
        _ change: FlagChange, _ system: SystemFlags = [], keywords: [String] = [], on uids: [UID], in mailbox: Mailbox,
        by viewer: PrincipalID = alice, unchangedSince: ModSeq? = nil
    ) throws -> StoreResult {
        try write { tx in
            try store.store(
                tx, change, MessageFlags(system, keywords: keywords), on: UIDSet(uids), in: mailbox.id, viewer: viewer,
                unchangedSince: unchangedSince, now: 6_000)
        }
    }

    // MARK: Looking

    func snapshot(_ mailbox: Mailbox, for viewer: PrincipalID = alice) throws -> MailboxSnapshot {
        try read { tx in try store.snapshot(tx, of: mailbox.id, for: viewer) }
    }

    /// Each message as `uid flags keywords`.
    func lines(_ mailbox: Mailbox, for viewer: PrincipalID = alice) throws -> [String] { Self.lines(try snapshot(mailbox, for: viewer)) }

    static func lines(_ snapshot: MailboxSnapshot) -> [String] {
        (0..<snapshot.count).map { index in
            let flags = snapshot.flags(at: index).flags(snapshot.keywords)
            let names: [(SystemFlags, String)] = [
                (.seen, "S"), (.answered, "A"), (.flagged, "F"), (.deleted, "D"), (.draft, "T"),
            ]
            let letters = names.filter { flags.system.contains($0.0) }.map(\.1)
            return (["\(snapshot.uid(at: index))"] + letters + flags.keywords).joined(separator: " ")
        }
    }

    func text(_ mailbox: Mailbox, _ uid: UID) throws -> String? {
        try read { tx in
            var text: String?
            try store.messages(tx, UIDSet([uid]), in: mailbox.id) { message in
                text = String(decoding: try store.octets(tx, of: message.content, 0..<message.size), as: UTF8.self)
                return true
            }
            return text
        }
    }

    func used(of owner: PrincipalID = alice) throws -> Int64 { try read { tx in try store.quota(tx, of: owner).usedBytes } }

    func setQuota(_ bytes: Int64?, of owner: PrincipalID = alice) throws {
        try write { tx in
            try tx.execute("UPDATE principal SET quota_bytes = $2 WHERE id = $1", [.integer(owner.rawValue), Value(bytes)])
        }
    }

    /// The contradictions that a check finds, and what is counted wrong of the quota.
    func faults() throws -> [String] {
        var faults: [String] = []
        // What is done to files after a change.
        try store.workOnFiles(database, isWhole: true, now: 9_000, report: { faults.append($0) })
        try MailConsistency.check(database, store) { faults.append($0) }
        for owner in [Self.alice, Self.bob, Self.sales] {
            let sum = try read { tx in try store.mailboxes(tx, of: owner).reduce(0) { $0 + $1.byteCount } }
            let used = try used(of: owner)
            if sum != used { faults.append("principal \(owner.rawValue) uses \(sum), the quota says \(used)") }
        }
        return faults
    }

    func asker(_ id: PrincipalID, groups: [PrincipalID] = []) throws -> Asker {
        let principal = try #require(try read { tx in try LocalDirectory.find(tx, id) })
        return Asker(principal, closure: Set([id] + groups))
    }

    /// The refusal that `body` ends with, after which everything must be as before although the transaction is committed.
    func refusal(_ body: (borrowing WriteTransaction) throws -> Void) throws -> MailRefusal? {
        let before = try dump()
        let refusal = try database.write { tx -> MailRefusal? in
            do {
                try body(tx)
                return nil
            } catch let refusal as MailRefusal {
                return refusal
            }
        }
        if refusal != nil { #expect(try dump() == before) }
        return refusal
    }

    func dump() throws -> [String] {
        try read { tx in
            var lines: [String] = []
            lines += try tx.all("SELECT id, used_bytes FROM principal ORDER BY id") { "\($0.integer(0)) \($0.integer(1))" }
            lines += try tx.all("SELECT owner_id, uid_validity, list_version FROM mail_account ORDER BY owner_id") {
                "\($0.integer(0)) \($0.integer(1)) \($0.integer(2))"
            }
            lines += try tx.all("SELECT id, name, uid_next, modseq, message_count, trashed FROM mailbox ORDER BY id") {
                "\($0.integer(0)) \($0.text(1)) \($0.integer(2)) \($0.integer(3)) \($0.integer(4)) \($0.integer(5))"
            }
            lines += try tx.all("SELECT mailbox_id, uid, modseq, flags FROM mail_message ORDER BY mailbox_id, uid") {
                "\($0.integer(0)) \($0.integer(1)) \($0.integer(2)) \($0.integer(3))"
            }
            lines += try tx.all("SELECT mailbox_id, number, name FROM mail_keyword ORDER BY mailbox_id, number") { "\($0.text(2))" }
            lines += try tx.all("SELECT id FROM mail_content ORDER BY id") { "\($0.integer(0))" }
            return lines
        }
    }
}

/// A message with this subject, and as many octets of text.
func mail(_ subject: String, count: Int = 0) -> String {
    "From: Bob <bob@example.org>\r\nSubject: \(subject)\r\nMessage-ID: <\(subject)@example.org>\r\n\r\n"
        + String(repeating: "x", count: count) + "\r\n"
}

/// What closures of other threads write down.
final class LockedArray<Element: Sendable>: Sendable {
    private let state = Mutex<[Element]>([])
    var values: [Element] { state.withLock { $0 } }
    func append(_ element: Element) { state.withLock { $0.append(element) } }
}
