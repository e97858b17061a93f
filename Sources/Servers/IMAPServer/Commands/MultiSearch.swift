import CollectionStore
import Database
import Directory
import IMAPGrammar
import Mail

extension Session {
    /// ESEARCH (RFC 7377): one search in several mailboxes, with UIDs as its answer.
    func multiSearch(_ tag: [UInt8], _ command: MultiSearch) throws -> Completion {
        try checkCharset(command.charset, command.returning)
        if let refusal = Relevancies.check(command.key, command.returning) { return refusal }
        let filters = command.sources ?? [.selected]
        let isSelectedAlone = filters.allSatisfy { $0 == .selected }
        // RFC 7377 §2.1: numbers, and what `$` stands for, are of the selected mailbox.
        if !isSelectedAlone, command.key.usesNumbers { return .bad("numbers are of the selected mailbox only") }
        if !isSelectedAlone, command.returning?.options.contains(.save) == true { return .bad("SAVE is for the selected mailbox only") }
        // RFC 7377 §2.2: how notifications come has no meaning here.
        if filters.contains(.selectedDelayed) { return .bad("no such source") }
        if isSelectedAlone { _ = try selectedMailbox() }
        if command.key.usesModSeq { enableCondstore() }
        return try tellUpdates(command.key.usesNumbers ? .withoutExpunge : .all) { session in
            if command.returning?.options.contains(.update) == true { session.refuseUpdates(tag) }
            let returning = try session.returning(command.returning, tag) ?? SearchReturn(.all)
            let chosen = try session.database.read { tx in try session.chosenMailboxes(tx, filters) }
            return .running(MultiSearchRun(tag, command, returning, chosen))
        }
    }
}

/// One mailbox after the other.
private final class MultiSearchRun: RunningCommand {
    private let tag: [UInt8]
    private let command: MultiSearch
    private let returning: SearchReturn
    private let chosen: [ChosenMailbox]
    private var next = 0
    private var current: SearchRun?

    init(_ tag: [UInt8], _ command: MultiSearch, _ returning: SearchReturn, _ chosen: [ChosenMailbox]) {
        (self.tag, self.command, self.returning, self.chosen) = (tag, command, returning, chosen)
    }

    var progress: (done: Int, total: Int)? { (max(0, next - 1), chosen.count) }

    func step(_ session: Session) throws -> Completion? {
        if let current {
            if try current.step(session) != nil { self.current = nil }
            return nil
        }
        guard next < chosen.count else { return .ok(nil, "done") }
        defer { next += 1 }
        current = try run(in: chosen[next], session)
        return nil
    }

    private func run(in chosen: ChosenMailbox, _ session: Session) throws -> SearchRun? {
        let scope: SearchScope
        let validity: UInt32
        if let selected = session.selected, selected.id == chosen.found.mailbox.id {
            scope = SearchScope(selected)
            validity = selected.mailbox.uidValidity
        } else {
            let principal = try session.signedInPrincipal()
            let read = try session.database.read { tx -> (Mailbox, MailboxSnapshot)? in
                // What has gone meanwhile has no messages.
                guard let mailbox = try session.store.mailbox(tx, chosen.found.mailbox.id), mailbox.isSelectable else { return nil }
                return (mailbox, try session.store.snapshot(tx, of: mailbox, for: principal.id))
            }
            guard let read else { return nil }
            scope = SearchScope(read.1)
            validity = read.0.uidValidity
        }
        let (tag, command, returning) = (tag, command, returning)
        var uids: [UID] = []
        var collector = SearchRun.Collector(.uids { uids.append($0) })
        let relevancies = Relevancies(command.returning)
        if let relevancies { collector.takeRelevancy = relevancies.take }
        return try SearchRun(try PreparedKey(command.key, scope, now: session.now), in: scope, collector) { session in
            session.save(uids, returning)
            // RFC 7377 §2.1: a mailbox where nothing is found has no answer.
            if uids.isEmpty { return .ok(nil, "done") }
            session.tellResult(
                tag, returning, uids, isUID: true, modSeq: command.key.usesModSeq ? session.highest(uids, returning, scope.snapshot) : nil,
                isOrdered: false, source: SearchResult.Source(mailbox: chosen.name, uidValidity: validity),
                relevancy: relevancies?.scores(of: uids))
            return .ok(nil, "done")
        }
    }
}
