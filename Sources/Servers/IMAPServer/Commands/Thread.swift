import CollectionStore
import Database
import Directory
import IMAPGrammar
import Mail

extension Session {
    /// THREAD and UID THREAD (RFC 5256 §3).
    func thread(_ command: IMAPGrammar.Thread) throws -> Completion {
        if enabled.uidOnly, !command.isUID { throw Self.uidRequired }
        try checkCharset(command.charset)
        guard command.algorithm != .refs else { return .bad("no such algorithm") }
        // The numbers of the command are those from before: where it names some, none may be moved now (RFC 9051 §7.5.1).
        return try tellUpdates(command.isUID && !command.key.usesNumbers ? .all : .withoutExpunge) { try $0.threadKnown(command) }
    }

    private func threadKnown(_ command: IMAPGrammar.Thread) throws -> Completion {
        let selected = try selectedMailbox()
        try requireWithinLimit(selected)
        let isUID = command.isUID
        let question = AnswerCache.Key(.thread(command), selected, viewer: try signedInPrincipal().id)
        if let answer = server.answers.find(question) {
            out.bytes += answer
            return .ok(nil, "done")
        }
        let key = try PreparedKey(command.key, SearchScope(selected), now: now)
        var found = ThreadMessages(withReferences: command.algorithm != .orderedSubject)
        let collector = SearchRun.Collector(.columns(.keys, found.fields) { found.take($0, $1) })
        return .running(try SearchRun(key, in: SearchScope(selected), collector) { session in
            let number: (UID) -> UInt32? = isUID ? { $0 } : { selected.number(of: $0) }
            let start = session.out.bytes.count
            session.out.thread(command.algorithm == .orderedSubject
                ? OrderedSubject.threads(found.messages, number: number) : ReferenceThreads(found.messages, number: number).threads)
            session.server.answers.keep(Array(session.out.bytes[start...]), question)
            return .ok(nil, "done")
        })
    }
}
