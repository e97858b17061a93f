import Bytes
import CollectionStore
import DAVGrammar
import Database
import Directory

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
        guard let time = InternetDate.parse(text) else {
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

extension Installation {
    /// The calendar, the book or the folder at a path as URLs have it, with the installation that has it.
    func tree(at path: String) throws -> (place: Installation, collection: Collection) {
        let segments = path.split(separator: "/").map { String(utf8: PercentCoding.decode($0.utf8) ?? [UInt8]($0.utf8)) }
        guard segments.count > 1, segments[0] == "files" else { return try collection(at: path) }
        let (place, owner) = try account(segments[1])
        let found = try place.database.read { tx in
            try segments.dropFirst(2).reduce(Collections.home(tx, of: owner.id, kind: .fileHome)) { parent, name in
                try parent.flatMap { try Collections.child(tx, of: $0.id, name: name) }
            }
        }
        guard let found else { throw CommandError(.impossible, "there is no folder \(path)") }
        return (place, found)
    }
}
