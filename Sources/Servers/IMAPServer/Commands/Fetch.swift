import CollectionStore
import Database
import Directory
import IMAPGrammar
import Mail

extension Session {
    /// FETCH and UID FETCH (RFC 9051 §6.4.5), CHANGEDSINCE and VANISHED (RFC 7162 §3.1.4, §3.2.6), PARTIAL (RFC 9394 §3.3).
    func fetch(_ command: Fetch) throws -> Completion {
        if command.vanished, !enabled.quickResync { return .bad("ENABLE QRESYNC first") }
        if command.changedSince != nil || command.items.contains(.modSeq) { enableCondstore() }
        // What is new is told first, so that what follows is as it is now.
        return try tellUpdates(command.isUID ? .all : .withoutExpunge) { try $0.fetchKnown(command) }
    }

    private func fetchKnown(_ command: Fetch) throws -> Completion {
        var selected = try selectedMailbox()
        var uids = try selected.uids(of: command.set, isUID: command.isUID)
        if let partial = command.partial {
            let all = Array(uids.elements)
            uids = UIDSet(all[partial.indices(of: all.count).clamped(to: all.indices)])
        }
        if let changedSince = command.changedSince {
            let since = ModSeq(rawValue: Int64(clamping: changedSince))
            if command.vanished {
                let asked = command.set.isSavedResult
                    ? selected.saved : UIDSet(ranges: command.set.resolved(last: max(selected.latest.uidNext, 2) - 1).ranges)
                try tellEarlier(since, among: asked, selected)
            }
            uids = uids.intersection(selected.latest.changed(since: since))
        }
        let code: ResponseCode?
        (uids, code) = limited(uids)
        var items = FetchItems(command, session: self)
        var marked = UIDSet()
        if items.marksSeen, !selected.isReadOnly, selected.rights.contains(.keepSeen) {
            marked = try markSeen(uids, in: selected)
            selected = try selectedMailbox()
        }
        items.marked = marked
        if uids.isEmpty { return .ok(nil, "done") }
        if items.items.contains(.flags) || !marked.isEmpty { tellKeywords() }
        return .running(FetchRun(self, items: items, uids: uids, selected: selected, limitCode: code))
    }

    /// RFC 9051 §6.4.5: `BODY[...]` without PEEK sets \Seen. Gives those that had it not.
    private func markSeen(_ uids: UIDSet, in selected: SelectedMailbox) throws -> UIDSet {
        var unseen = UIDSet()
        for range in uids.ranges {
            for index in selected.latest.indices(of: range) where !selected.latest.flags(at: index).contains(.seen) {
                unseen.append(selected.latest.uid(at: index))
            }
        }
        if unseen.isEmpty { return unseen }
        var result = StoreResult()
        for part in unseen.parts(of: Self.mostRanges) {
            let stored = try database.write { tx in
                try store.store(
                    tx, .add, MessageFlags(.seen), on: part, in: selected.id, viewer: try signedInPrincipal().id, allowed: .seen,
                    keywordsAllowed: false, now: now)
            }
            result.add(stored)
            remember(stored.changed, stored.modseq)
        }
        try refresh(always: true)
        return result.changed
    }
}
