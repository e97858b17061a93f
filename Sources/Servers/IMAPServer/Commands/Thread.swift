import CollectionStore
import Database
import IMAPGrammar
import Mail

extension Session {
    /// THREAD and UID THREAD (RFC 5256 §3).
    func thread(_ command: IMAPGrammar.Thread) throws -> Completion {
        if enabled.uidOnly, !command.isUID { throw Self.uidRequired }
        try checkCharset(command.charset)
        guard command.algorithm != .refs else { return .bad("no such algorithm") }
        // The numbers of the command are those from before: where it names some, none may be moved now (RFC 9051 §7.5.1).
        tellUpdates(command.isUID && !command.key.usesNumbers ? .all : .withoutExpunge)
        if state == .logout { return .waiting }
        let selected = try selectedMailbox()
        let isUID = command.isUID
        let key = try PreparedKey(command.key, selected, now: now)
        return .running(SearchRun(key, in: selected, of: store, keepsRows: true) { [unowned self] found in
            let messages = found.compactMap(\.row)
            let number: (UID) -> UInt32? = isUID ? { $0 } : { selected.number(of: $0) }
            out.thread(command.algorithm == .orderedSubject
                ? OrderedSubject.threads(messages, number: number) : ReferenceThreads(messages, number: number).threads)
            return .ok(nil, "done")
        })
    }
}
