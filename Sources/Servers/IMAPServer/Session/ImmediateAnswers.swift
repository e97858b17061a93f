import Database
import Directory
import IMAPGrammar
import Mail

/// What clients ask again and again, and what mostly has nothing new for them, is answered where the bytes have come in: the two ways
/// between an event loop and a worker take longer than the answer.
extension Session {
    /// A command for this fits into a line of that many bytes; a STATUS of the longest name does.
    static let longestImmediateCommand = 1 << 10

    /// Answers NOOP, CHECK, STATUS, SELECT, EXAMINE, CLOSE and UNSELECT, where `bytes` are one of them and nothing else, the database can be
    /// read without waiting, nothing is to be written, and there is nothing to tell beside the answer. False where a worker has to; then
    /// nothing has been done.
    func answersAtOnce(_ bytes: [UInt8]) -> Bool {
        guard isSignedIn, state != .logout, expectation == nil, isBetweenCommands, upload == nil, notification == nil, out.bytes.isEmpty,
            let line = Self.onlyLine(of: bytes), let tagged = try? TaggedCommand.parse(line, coding: reader.coding)
        else { return false }
        let row = tagged.command.row
        guard row.states.allows(state), off.isEmpty || !off.intersects(tagged.command.capabilities),
            row.updates == .none || !hasNews
        else { return false }
        beginCommand()
        // What is wrong is told by the worker, who finds it again.
        guard let completion = try? atOnce(tagged.command) else {
            out.bytes = []
            return false
        }
        finish(tagged.tag, row.name, completion, .none)
        return true
    }

    private func atOnce(_ command: Command) throws -> Completion? {
        switch command {
        case .noop, .check: try database.withoutWaiting { try isAllKnown() } == true ? .ok(nil, "done") : nil
        case .status(let name, let items):
            try database.withoutWaiting { try answersStatus(name, items) } == true ? .ok(nil, "done") : nil
        case .select(let select): try selectAtOnce(select)
        case .close: try mayLeaveAtOnce && database.withoutWaiting { try hasNothingToExpunge() } == true ? leftAtOnce() : nil
        case .unselect: mayLeaveAtOnce ? leftAtOnce() : nil
        default: nil
        }
    }

    /// Without its CRLF; nil where there is more than one, or a literal.
    private static func onlyLine(of bytes: [UInt8]) -> [UInt8]? {
        guard 3...longestImmediateCommand ~= bytes.count, bytes.suffix(2) == [0x0D, 0x0A], bytes[bytes.count - 3] != 0x7D else { return nil }
        let line = bytes.dropLast(2)
        return line.contains(0x0A) || line.contains(0x0D) ? nil : Array(line)
    }

    /// Whether there may be something that the client is to be told before any answer.
    private var hasNews: Bool {
        guard let selected else { return false }
        return selected.news.isThere || selected.latest.modseq != selected.view.modseq
            || selected.contexts.contains { !$0.pending.isEmpty }
    }

    /// Whether the selected mailbox is as the client knows it, whatever the watch said.
    private func isAllKnown() throws -> Bool {
        guard let selected else { return true }
        if selected.mailbox.isInMaildir { return false }
        return try database.read { tx in
            guard let mailbox = try store.mailbox(tx, selected.id), mailbox.modseq == selected.view.modseq else { return false }
            return try store.rights(tx, on: mailbox, of: selected.owner, for: try asker(tx)) == selected.rights
        }
    }

    private func answersStatus(_ name: WireName, _ items: [StatusItem]) throws -> Bool {
        // These have an effect beside the answer, or read all messages.
        if items.contains(.deletedStorage) || (items.contains(.highestModSeq) && !enabled.condstore) { return false }
        return try database.read { tx in
            let found = try find(tx, name)
            guard found.mailbox.isSelectable, !found.mailbox.isInMaildir else { return false }
            try require(.read, of: found)
            try tellStatus(tx, found, name, items)
            return true
        }
    }

    // MARK: SELECT

    /// Of a mailbox of which all is in memory, or quickly read.
    func selectAtOnce(_ select: Select) throws -> Completion? {
        // What happened since the client was last here may be much.
        guard select.quickResync == nil, mayLeaveAtOnce else { return nil }
        let mark = store.hub.mark
        let opened = try database.withoutWaiting { try database.read { tx in try openedAtOnce(tx, select.mailbox) } }
        guard let (found, snapshot) = opened ?? nil else { return nil }
        let news = SelectedMailbox.News()
        let wake = waker
        // What was committed before the watch is in the snapshot: nothing falls between.
        guard let watch = store.hub.watch(found.mailbox.id, since: mark, { _ in if news.arrive() { wake() } }) else { return nil }
        let hadMailbox = selected != nil
        leave()
        if hadMailbox { tellClosed() }
        if select.condstore { enableCondstore() }
        begin(found, snapshot, isReadOnly: select.isReadOnly || !Self.isWritable(found.rights), news, watch)
        return try tellSelected(select)
    }

    private func openedAtOnce(_ tx: borrowing ReadTransaction, _ name: WireName) throws -> (FoundMailbox, MailboxSnapshot)? {
        let found = try find(tx, name)
        let mailbox = found.mailbox
        guard mailbox.isSelectable, !mailbox.isInMaildir, found.rights.contains(.read),
            let snapshot = try store.snapshotAtOnce(tx, of: mailbox, for: try signedInPrincipal().id)
        else { return nil }
        // That a session was the first to tell of a message is stored.
        return enabled.imap4rev2 || store.hasNoRecent(mailbox, in: snapshot) ? (found, snapshot) : nil
    }

    // MARK: CLOSE and UNSELECT

    /// Whether there is nothing to store before the mailbox is left.
    private var mayLeaveAtOnce: Bool {
        guard let selected else { return true }
        return !selected.hasUnstoredRecent && !store.hasUnstoredSnapshot(of: selected.id)
    }

    private func leftAtOnce() -> Completion {
        leave()
        return .ok(nil, "closed")
    }

    private func hasNothingToExpunge() throws -> Bool {
        guard let selected else { return false }
        if selected.isReadOnly || !selected.rights.contains(.expunge) { return true }
        if selected.mailbox.isInMaildir { return false }
        return try database.read { tx in try store.mailbox(tx, selected.id)?.deletedCount == 0 }
    }
}
