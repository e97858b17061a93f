import CivilTime
import CollectionStore
import DAVGrammar
import DAVServer
import Database

/// `tegu trash rewind`.
package struct RewindOperation: Sendable {
    private let installation: Installation

    package init(_ installation: Installation) { self.installation = installation }

    /// Ends a transaction that was only to tell what it would do.
    private struct Planned: Error {
        var outcome: Rewind.Outcome
    }

    /// What was done, or with `isPlan` would be, in words.
    package func run(_ path: String, to text: String, isPlan: Bool) throws -> String {
        guard let time = InternetTime.milliseconds(text.utf8, isLenient: true) else {
            throw CommandError(.usage, "--to: “\(text)” is no time, such as 2027-12-31T18:00:00Z")
        }
        let (place, found) = try installation.tree(at: path)
        let now = System.clock()
        let outcome: Rewind.Outcome
        do {
            outcome = try place.database.write { tx in
                guard let collection = try Collections.find(tx.read, found.id) else { throw StoreRefusal.notFound }
                let outcome = try Rewind.run(
                    tx, collection, to: time, oldest: now - place.settings.storage.historyReach.milliseconds, by: nil, files: place.files,
                    facts: place.projection.facts, now: now)
                if isPlan { throw Planned(outcome: outcome) }
                return outcome
            }
        } catch let planned as Planned {
            outcome = planned.outcome
        }
        let at = InternetDate.format(seconds: time / 1000)
        if outcome.isNothing { return "\(path) holds what it held at \(at)" }
        return """
            \(path) \(isPlan ? "would hold" : "holds") what it held at \(at): restored \(outcome.restored), replaced \(outcome.replaced), \
            renamed \(outcome.renamed), moved to the trash \(outcome.removed)
            """
    }
}
