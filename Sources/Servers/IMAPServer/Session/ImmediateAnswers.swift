import Database
import IMAPGrammar
import Mail

/// What clients ask again and again, and what mostly has nothing new for them, is answered where the bytes have come in: the two ways
/// between an event loop and a worker take longer than the answer.
extension Session {
    /// A command for this fits into a line of that many bytes; a STATUS of the longest name does.
    static let longestImmediateCommand = 1 << 10

    /// Answers NOOP, CHECK and STATUS, where `bytes` are one of them and nothing else, the database can be read without waiting, and there
    /// is nothing to tell beside the answer. False where a worker has to; then nothing has been done.
    func answersAtOnce(_ bytes: [UInt8]) -> Bool {
        guard isSignedIn, state != .logout, expectation == nil, isBetweenCommands, upload == nil, notification == nil, out.bytes.isEmpty,
            let line = Self.onlyLine(of: bytes), let tagged = try? TaggedCommand.parse(line, coding: reader.coding)
        else { return false }
        let row = tagged.command.row
        guard row.states.allows(state), off.isEmpty || !off.intersects(tagged.command.capabilities), !hasNews else { return false }
        beginCommand()
        do {
            let isAnswered = switch tagged.command {
            case .noop, .check: try database.withoutWaiting { try isAllKnown() }
            case .status(let name, let items): try database.withoutWaiting { try answersStatus(name, items) }
            default: false
            }
            guard isAnswered == true else {
                out.bytes = []
                return false
            }
        } catch {
            // What is wrong is told by the worker, who finds it again.
            out.bytes = []
            return false
        }
        finish(tagged.tag, row.name, .ok(nil, "done"), .none)
        return true
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
}
