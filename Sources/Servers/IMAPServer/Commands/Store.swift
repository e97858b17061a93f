import CollectionStore
import Database
import Directory
import IMAPGrammar
import Mail

extension Session {
    /// STORE and UID STORE (RFC 9051 §6.4.6), UNCHANGEDSINCE (RFC 7162 §3.1.3: it must not be done where any metadata of the message has changed since,
    /// also what the command does not touch; its example has a message that is answered so because it was \Answered).
    func store(_ command: Store) throws -> Completion {
        let selected = try writableMailbox([])
        if command.unchangedSince != nil { enableCondstore() }
        let allowed = FlagNames.allowed(selected.rights)
        if allowed.system.isEmpty, !allowed.keywords { throw Self.noRight }
        let flags = FlagNames.flags(command.flags)
        // RFC 4314 §4: where nothing of what is asked may be done, that is told.
        if command.change != .replace, !flags.system.isEmpty || !flags.keywords.isEmpty,
            flags.system.isDisjoint(with: allowed.system), flags.keywords.isEmpty || !allowed.keywords {
            throw Self.noRight
        }
        let (uids, limitCode) = limited(try selected.uids(of: command.set, isUID: command.isUID))
        if uids.isEmpty { return .ok(nil, "done") }
        let change: FlagChange = switch command.change {
        case .replace: .replace
        case .add: .add
        case .remove: .remove
        }
        var result = StoreResult()
        // In several transactions where the messages are many ranges: STORE need not be all or nothing, and others wait for each.
        for part in uids.parts(of: Self.mostRanges) {
            let stored = try database.write { tx in
                let allowed = FlagNames.allowed(try currentRights(tx.read, in: selected))
                return try store.store(
                    tx, change, flags, on: part, in: selected.id, viewer: try signedInPrincipal().id,
                    unchangedSince: command.unchangedSince.map { ModSeq(rawValue: Int64(clamping: $0)) },
                    allowed: allowed.system, keywordsAllowed: allowed.keywords, now: now)
            }
            result.add(stored)
            remember(stored.changed, stored.modseq)
        }
        return try storedResponses(command, uids, change, flags, result).write(self) { session in
            if !result.failed.isEmpty {
                // RFC 7162 §3.1.3: MODIFIED; numbers or UIDs as the command has them.
                let numbers = selected.numbers(of: result.failed, isUID: command.isUID || session.enabled.uidOnly)
                if let limitCode {
                    session.out.untagged(.ok, .modified(numbers), "some have changed meanwhile")
                    return .ok(limitCode, "done, in part")
                }
                return .ok(.modified(numbers), "some have changed meanwhile")
            }
            if !result.keywordsNotKept.isEmpty { return .no(.limit, "the mailbox has no room for another keyword") }
            // RFC 9051 §7.1
            let hasMissing = session.selected.map { $0.latest.existing(uids).count < uids.count } ?? false
            return .ok(limitCode ?? (hasMissing ? .expungeIssued : nil), "done")
        }
    }

    /// RFC 9051 §6.4.6: the new flags of each message, also where they were so before; none for .SILENT, but the mod-sequence where it is
    /// wanted (RFC 7162 §3.1.3).
    private func storedResponses(
        _ command: Store, _ uids: UIDSet, _ change: FlagChange, _ flags: MessageFlags, _ result: StoreResult
    ) -> ResponseRun {
        let responses = ResponseRun()
        do {
            try refresh(always: true)
        } catch {
            return responses
        }
        guard let selected else { return responses }
        // RFC 7162 §3.1.3: a conditional STORE tells the mod-sequence of each message, silent or not.
        let isOfChanges = command.isSilent && command.unchangedSince == nil
        let shown = selected.latest.existing(isOfChanges ? result.changed : uids.subtracting(result.failed))
        tellKeywords()
        responses.add(shown) { session, uid in
            guard let number = selected.number(of: uid), let index = selected.latest.index(of: uid) else { return }
            // What another session changed before is news also where the own change is not.
            let isNews = !command.isSilent || !Self.isExpected(uid, change, flags, in: selected)
            guard isNews || session.enabled.condstore else { return }
            session.tellFlags(at: index, in: selected.latest, number: number, withoutFlags: !isNews)
        }
        return responses
    }

    /// Whether a message has the flags that it had in the client's view, with the client's own change.
    private static func isExpected(_ uid: UID, _ change: FlagChange, _ flags: MessageFlags, in selected: SelectedMailbox) -> Bool {
        guard let before = selected.view.index(of: uid), let now = selected.latest.index(of: uid) else { return false }
        func words(_ flags: MessageFlags) -> (SystemFlags, Set<String>) { (flags.system, Set(flags.keywords.map { $0.lowercased() })) }
        let own = words(flags)
        var expected = words(selected.view.flags(at: before).flags(selected.view.keywords))
        switch change {
        case .replace: expected = own
        case .add: expected = (expected.0.union(own.0), expected.1.union(own.1))
        case .remove: expected = (expected.0.subtracting(own.0), expected.1.subtracting(own.1))
        }
        return expected == words(selected.latest.flags(at: now).flags(selected.latest.keywords))
    }
}
