import CollectionStore
import Database
import Directory
import IMAPGrammar
import Mail

extension Session {
    /// SORT and UID SORT (RFC 5256 §3), ESORT (RFC 5267 §3), SORT=DISPLAY (RFC 5957), by relevancy (RFC 6203 §6).
    func sort(_ tag: [UInt8], _ command: Sort) throws -> Completion {
        if enabled.uidOnly, !command.isUID { throw Self.uidRequired }
        try checkCharset(command.charset, command.returning)
        if let refusal = Relevancies.check(command.key, command.returning, command.criteria) { return refusal }
        if command.key.usesModSeq { enableCondstore() }
        // The numbers of the command are those from before: where it names some, none may be moved now (RFC 9051 §7.5.1).
        return try tellUpdates(command.isUID && !command.key.usesNumbers ? .all : .withoutExpunge) { try $0.sortKnown(tag, command) }
    }

    private func sortKnown(_ tag: [UInt8], _ command: Sort) throws -> Completion {
        let selected = try selectedMailbox()
        try requireWithinLimit(selected)
        // RFC 5267 §4.3.1: CONTEXT=SORT is not announced.
        if command.returning?.options.contains(.update) == true { refuseUpdates(tag) }
        let returning = try returning(command.returning, tag)
        let isUID = command.isUID
        let question = AnswerCache.Key(.sort(command), selected, viewer: try signedInPrincipal().id)
        if let answer = server.answers.find(question) {
            out.bytes += answer
            return .ok(nil, "done")
        }
        let key = try PreparedKey(command.key, SearchScope(selected), now: now)
        var order = MessageOrder(command.criteria)
        let relevancies = Relevancies(command.returning)
        var collector = SearchRun.Collector(.columns(order.parts, order.fields) { order.take($0, $1) })
        if order.usesRelevancy || relevancies != nil {
            collector.takeRelevancy = { uid, value in
                relevancies?.take(uid, value)
                order.take(uid, relevancy: value)
            }
        }
        return .running(try SearchRun(key, in: SearchScope(selected), collector) { session in
            let uids = order.sorted()
            let modSeq = command.key.usesModSeq ? session.highest(uids, returning, selected.latest) : nil
            let numbers = isUID ? uids : uids.compactMap { selected.number(of: $0) }
            if let returning {
                session.save(uids, returning)
                session.tellResult(
                    tag, returning, numbers, isUID: isUID, modSeq: modSeq, isOrdered: true,
                    relevancy: relevancies?.scores(of: uids))
            } else {
                let start = session.out.bytes.count
                session.out.sort(numbers, modSeq: modSeq)
                session.server.answers.keep(Array(session.out.bytes[start...]), question)
            }
            return .ok(nil, "done")
        })
    }
}
