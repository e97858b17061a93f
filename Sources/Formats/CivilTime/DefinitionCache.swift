import Locks

/// What texts that define time zones were found to mean, so that one that many objects bring along is judged once.
package final class DefinitionCache: Sendable {
    /// What a definition means.
    package struct Verdict: Sendable {
        /// Nil: it cannot be used.
        package let rules: ZoneRules?
        /// The zone of the database that does the same for ever, whose rules these then are.
        package let name: String?

        package init(rules: ZoneRules?, name: String? = nil) {
            self.rules = rules
            self.name = name
        }
    }

    private struct State {
        var verdicts: [Int: (text: [UInt8], verdict: Verdict)] = [:]
        var byteCount = 0
    }

    private let state = Guarded(State())

    package init() {}

    /// What `judge` says of `text`, now or at another time: it must depend on the text alone.
    package func verdict(of text: ArraySlice<UInt8>, judge: () -> Verdict) -> Verdict {
        if text.count > Self.textLimit { return judge() }
        // Seeded by the process: nobody can make texts that meet.
        var hasher = Hasher()
        text.withUnsafeBytes { hasher.combine(bytes: $0) }
        let key = hasher.finalize()
        if let known = state.withLock({ $0.verdicts[key] }), known.text[...] == text { return known.verdict }
        let verdict = judge()
        state.withLock { state in
            if state.byteCount > Self.byteLimit { state = State() }
            state.verdicts[key] = (Array(text), verdict)
            state.byteCount += text.count + verdict.size
        }
        return verdict
    }

    /// Longer ones are judged each time.
    private static let textLimit = 64 << 10
    /// Of all texts and their rules: some thousand definitions of the usual size. A short text may tell of thousands of changes.
    private static let byteLimit = 16 << 20
}

extension DefinitionCache.Verdict {
    /// How much memory it takes, about.
    fileprivate var size: Int { name == nil ? (rules?.rows.count ?? 0) * MemoryLayout<ZoneRules.Row>.stride + 500 : 100 }
}
