import CollectionStore
import Database
import IMAPGrammar
import Mail

extension Session {
    /// SORT and UID SORT (RFC 5256 §3), ESORT (RFC 5267 §3), SORT=DISPLAY (RFC 5957).
    func sort(_ tag: [UInt8], _ command: Sort) throws -> Completion {
        if enabled.uidOnly, !command.isUID { throw Self.uidRequired }
        try checkCharset(command.charset)
        // The numbers of the command are those from before: where it names some, none may be moved now (RFC 9051 §7.5.1).
        tellUpdates(command.isUID && !command.key.usesNumbers ? .all : .withoutExpunge)
        if state == .logout { return .waiting }
        let selected = try selectedMailbox()
        let returning = try returning(command.returning, tag)
        let isUID = command.isUID
        let key = try PreparedKey(command.key, selected, now: now)
        return .running(SearchRun(key, in: selected, of: store, keepsRows: true) { [unowned self] found in
            let uids = MessageOrder(command.criteria).sorted(found.compactMap(\.row)).map(\.uid)
            let modSeq = command.key.usesModSeq ? highest(uids, selected) : nil
            let numbers = isUID ? uids : uids.compactMap { selected.number(of: $0) }
            if let returning {
                if returning.options.contains(.save) { self.selected?.saved = UIDSet(uids) }
                tellResult(tag, returning, numbers, isUID: isUID, modSeq: modSeq, isOrdered: true)
            } else {
                out.sort(numbers, modSeq: modSeq)
            }
            return .ok(nil, "done")
        })
    }
}
