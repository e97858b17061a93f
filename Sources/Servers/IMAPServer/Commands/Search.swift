import Bytes
import CollectionStore
import Database
import Directory
import IMAPGrammar
import Mail

extension Session {
    /// SEARCH and UID SEARCH (RFC 9051 §6.4.4), ESEARCH and SEARCHRES, WITHIN, MODSEQ (RFC 7162 §3.1.5), PARTIAL (RFC 9394 §3.1).
    func search(_ tag: [UInt8], _ command: Search) throws -> Completion {
        if enabled.uidOnly, !command.isUID { throw Self.uidRequired }
        // RFC 6855 §3
        if enabled.utf8, command.charset != nil { return .bad("no CHARSET behind UTF8=ACCEPT") }
        try checkCharset(command.charset, command.returning)
        if let refusal = Relevancies.check(command.key, command.returning) { return refusal }
        if command.key.usesModSeq { enableCondstore() }
        // The numbers of the command are those from before: where it names some, none may be moved now (RFC 9051 §7.5.1).
        return try tellUpdates(command.isUID && !command.key.usesNumbers ? .all : .withoutExpunge) { try $0.searchKnown(tag, command) }
    }

    private func searchKnown(_ tag: [UInt8], _ command: Search) throws -> Completion {
        let isKept = keepsUpdating(command.key, command.returning, tag)
        let selected = try selectedMailbox()
        let returning = try returning(command.returning, tag)
        let isUID = command.isUID
        let key: PreparedKey
        do {
            key = try PreparedKey(command.key, SearchScope(selected), now: now)
        } catch {
            if returning?.options.contains(.save) == true { self.selected?.saved = UIDSet() }
            throw error
        }
        var uids: [UID] = []
        var collector = SearchRun.Collector(.uids { uids.append($0) })
        let relevancies = Relevancies(command.returning)
        if let relevancies { collector.takeRelevancy = relevancies.take }
        let limit = server.configuration.messageLimit
        let skipped = selected.latest.count - limit
        let code = skipped > 0 ? limitCode(lowest: selected.latest.uid(at: skipped)) : nil
        return .running(try SearchRun(key, in: SearchScope(selected), collector, limit: limit) { session in
            let modSeq = command.key.usesModSeq ? session.highest(uids, returning, selected.latest) : nil
            let numbers = isUID ? uids : uids.compactMap { selected.number(of: $0) }
            if let returning { session.save(uids, returning) }
            if isKept {
                session.selected?.contexts.append(SearchContext(tag: tag, key: command.key, isUID: isUID, results: UIDSet(uids)))
            }
            // RFC 9051 §6.4.4: rev2 knows ESEARCH alone.
            guard let returning = returning ?? (session.enabled.imap4rev2 ? SearchReturn(.all) : nil) else {
                session.out.search(numbers, modSeq: modSeq)
                return .ok(code, "done")
            }
            session.tellResult(
                tag, returning, numbers, isUID: isUID, modSeq: modSeq, isOrdered: false,
                relevancy: relevancies?.scores(of: uids))
            return .ok(code, "done")
        })
    }

    /// RFC 9051 §6.4.4: US-ASCII and UTF-8.
    func checkCharset(_ charset: [UInt8]?, _ returning: SearchReturn? = nil) throws {
        guard let charset, !charset.equalsIgnoringASCIICase("UTF-8"), !charset.equalsIgnoringASCIICase("US-ASCII") else { return }
        // RFC 5182 §2.1: a search that is refused empties `$`.
        if returning?.options.contains(.save) == true { selected?.saved = UIDSet() }
        throw Refused.no(.badCharset([[UInt8]("US-ASCII".utf8), [UInt8]("UTF-8".utf8)]), "that charset is not known")
    }

    /// What of a result is told. RFC 5267 §4.2: CONTEXT is a hint.
    func returning(_ asked: SearchReturn?, _ tag: [UInt8]) throws -> SearchReturn? {
        guard var returning = asked else { return nil }
        returning.options.subtract([.update, .context, .relevancy])
        // RFC 9051 §6.4.4: `RETURN ()` is ALL.
        if returning.options.isEmpty, returning.partial == nil { returning.options = .all }
        return returning
    }

    /// The highest mod-sequence of what is told of a result; RFC 4731 §3.2: where MIN and MAX alone are, that is theirs.
    func highest(_ uids: [UID], _ returning: SearchReturn?, _ snapshot: MailboxSnapshot) -> UInt64? {
        var told = uids
        if let returning, returning.partial == nil, returning.options.isDisjoint(with: [.all, .count]),
            !returning.options.isDisjoint(with: [.min, .max]) {
            told = returning.ends(of: uids)
        }
        return told.lazy.compactMap { uid in snapshot.index(of: uid).map { snapshot.modseq(at: $0) } }.max()
            .map { UInt64(clamping: $0.rawValue) }
    }

    /// RFC 9051 §6.4.4.1, RFC 9394 §3.2: which of the results are saved depends on which were asked for.
    func save(_ uids: [UID], _ returning: SearchReturn) {
        guard returning.options.contains(.save) else { return }
        let isAll = !returning.options.isDisjoint(with: [.all, .count]) || (returning.options.subtracting(.relevancy) == .save && returning.partial == nil)
        selected?.saved = UIDSet(isAll ? uids : returning.ends(of: uids) + returning.part(of: uids))
    }

    func tellResult(
        _ tag: [UInt8], _ returning: SearchReturn, _ numbers: [UInt32], isUID: Bool, modSeq: UInt64?, isOrdered: Bool,
        source: SearchResult.Source? = nil, relevancy: [UInt8]? = nil
    ) {
        // RFC 9051 §6.4.4.2: SAVE alone has no answer.
        if returning.options == .save, returning.partial == nil, relevancy == nil { return }
        func form(_ numbers: [UInt32]) -> SearchResult.Numbers { isOrdered ? .ordered(numbers) : .set(NumberSet(numbers)) }
        var result = SearchResult(tag: tag, isUID: isUID)
        result.source = source
        // RFC 5267 §3.2: MIN and MAX of a sorted result are its first and its last.
        if returning.options.contains(.min) { result.min = numbers.first }
        if returning.options.contains(.max) { result.max = numbers.last }
        if returning.options.contains(.count) { result.count = numbers.count }
        if returning.options.contains(.all) { result.all = form(numbers) }
        if let partial = returning.partial {
            result.partial = (partial, form(returning.part(of: numbers)))
        }
        result.modSeq = numbers.isEmpty ? nil : modSeq
        // RFC 6203 §4: in the order of the numbers; of those of PARTIAL where no others are told.
        if let relevancy, relevancy.count == numbers.count {
            let told = returning.partial == nil ? relevancy : returning.part(of: relevancy)
            result.relevancy = told.isEmpty ? nil : told
        }
        out.extendedSearch(result)
    }
}

extension SearchReturn {
    /// What MIN and MAX name of a result.
    fileprivate func ends(of results: [UInt32]) -> [UInt32] {
        [options.contains(.min) ? results.first : nil, options.contains(.max) ? results.last : nil].compactMap(\.self)
    }

    /// What PARTIAL names of a result.
    fileprivate func part<Element>(of results: [Element]) -> [Element] {
        partial.map { Array(results[$0.indices(of: results.count).clamped(to: results.indices)]) } ?? []
    }
}
