import Database
import IMAPGrammar
import Mail
import Synchronization

/// A search whose result the client has, and wants to be told of as it changes (RFC 5267 §4: UPDATE).
struct SearchContext {
    let tag: [UInt8]
    let key: SearchKey
    let isUID: Bool
    /// What the client has.
    var results: UIDSet
    /// Messages that came or changed and were not judged yet.
    var pending = UIDSet()
}

extension SearchKey {
    /// Whether what it finds changes by messages alone: numbers, `$` and the time do not count.
    fileprivate var isOfMessages: Bool {
        !contains { key in
            switch key {
            case .sequence, .older, .younger: true
            case .uid(let set): set.isSavedResult
            default: false
            }
        }
    }
}

extension Session {
    private static let mostContexts = 10
    /// Of more messages at once it is not worth looking which: the client asks anew.
    private static let mostJudged = 1000

    /// Whether the results of a search are to be kept up to date. RFC 5267 §4.3.1: that they are not is told.
    func keepsUpdating(_ key: SearchKey, _ returning: SearchReturn?, _ tag: [UInt8]) -> Bool {
        guard returning?.options.contains(.update) == true else { return false }
        if key.isOfMessages, selected?.contexts.count ?? 0 < Self.mostContexts { return true }
        refuseUpdates(tag)
        return false
    }

    func refuseUpdates(_ tag: [UInt8]) { out.untagged(.no, .noUpdate(tag), "results are not kept up to date") }

    /// CANCELUPDATE (RFC 5267 §4.3).
    func cancelUpdate(_ tags: [[UInt8]]) -> Completion {
        selected?.contexts.removeAll { tags.contains($0.tag) }
        return .ok(nil, "done")
    }

    /// Tells of each context what the client's view gains and loses. What goes by an EXPUNGE is told before that, while it has a number.
    func addContextUpdates(
        _ mailbox: inout SelectedMailbox, _ difference: SnapshotDifference, _ updates: CommandUpdates,
        _ responses: ResponseRun, tellingExpunges: (ResponseRun) -> Void
    ) {
        for index in mailbox.contexts.indices {
            mailbox.contexts[index].pending = mailbox.contexts[index].pending.union(difference.changed).union(difference.came)
        }
        let (before, after) = (mailbox.view, mailbox.latest)
        for index in mailbox.contexts.indices {
            let context = mailbox.contexts[index]
            let gone = context.results.intersection(difference.vanished)
            if gone.isEmpty { continue }
            mailbox.contexts[index].results = context.results.subtracting(gone)
            responses.add { $0.tellContext(context, removed: gone, in: before) }
        }
        tellingExpunges(responses)
        // RFC 5267 §4.3.2: not where an EXPUNGE may not be told either.
        guard updates == .all else { return }
        mailbox.contexts = mailbox.contexts.compactMap { context in
            var context = context
            let pending = after.existing(context.pending)
            context.pending = UIDSet()
            if pending.isEmpty { return context }
            guard pending.count <= Self.mostJudged, let found = try? judge(pending, context, after) else {
                responses.add { $0.refuseUpdates(context.tag) }
                return nil
            }
            let removed = context.results.intersection(pending).subtracting(found)
            let added = found.subtracting(context.results)
            context.results = context.results.subtracting(removed).union(added)
            let told = context
            responses.addLast { $0.tellContext(told, removed: removed, added: added, in: after) }
            return context
        }
    }

    private func judge(_ uids: UIDSet, _ context: SearchContext, _ snapshot: MailboxSnapshot) throws -> UIDSet {
        var found = UIDSet()
        let key = SearchKey.and([.uid(SequenceSet(NumberSet(ranges: uids.ranges))), context.key])
        let scope = SearchScope(snapshot)
        let run = try SearchRun(
            PreparedKey(key, scope, now: now), in: scope, SearchRun.Collector(.uids { found.append($0) })
        ) { _ in .ok(nil, "done") }
        while try run.step(self) == nil { if isCut.load(ordering: .relaxed) { break } }
        return found
    }

    /// RFC 5267 §4.3.3, §4.3.4: the results of SEARCH have no order, so their place is 0.
    private func tellContext(_ context: SearchContext, removed: UIDSet, added: UIDSet = UIDSet(), in view: MailboxSnapshot) {
        if removed.isEmpty, added.isEmpty { return }
        func numbers(_ uids: UIDSet) -> SearchResult.Numbers {
            if context.isUID { return .set(NumberSet(ranges: uids.ranges)) }
            return .set(NumberSet(uids.elements.compactMap { uid in view.index(of: uid).map { UInt32(clamping: $0 + 1) } }))
        }
        var result = SearchResult(tag: context.tag, isUID: context.isUID)
        if !removed.isEmpty { result.removed = [(0, numbers(removed))] }
        if !added.isEmpty { result.added = [(0, numbers(added))] }
        out.extendedSearch(result)
    }
}
