import CollectionStore
import DAVGrammar
import DAVServer
import Database
import Directory
import Mail

/// `tegu trash`, `tegu check` and `tegu reindex`.
package struct StoreOperations: Sendable {
    let installation: Installation

    package init(_ installation: Installation) { self.installation = installation }

    package func trash(of user: String, asJSON: Bool) throws -> String {
        let (installation, owner) = try self.installation.account(user)
        var table = CommandTable("id", "deleted", "kind", "in", "name", "sizeBytes")
        for item in try installation.database.read({ tx in try Trash.items(tx, of: owner.id) }) {
            let kind = switch item.kind {
            case .member: "object"
            case .collection(let kind): kind.rawValue
            }
            table.append(
                .number(Int(item.id)), .text(InternetDate.format(seconds: item.trashed / 1000)), .text(kind),
                .text(item.place.joined(separator: "/")), .text(item.name), .bytes(item.size))
        }
        return table.text(asJSON: asJSON)
    }

    package func restore(_ id: Int64, of user: String) throws -> String {
        let (installation, owner) = try self.installation.account(user)
        let name = try installation.database.write { tx in
            try Trash.restore(
                tx, id, of: owner.id, files: installation.files, facts: installation.projection.facts, now: System.clock())
        }
        return "restored \(name)"
    }

    /// The count of faults; each is printed.
    package func check() throws -> Int {
        var count = try Self.check(installation, named: "")
        for part in installation.storages.parts {
            count += try Self.check(part.installation, named: "storage \(part.name): ")
        }
        count += try StorageConsistency.check(installation) { ConsoleOutput.write($0 + "\n") }
        if let warning = try FirstStart.printedPasswordWarning(installation.database) {
            // It is no fault of the store: the outcome does not depend on it.
            ConsoleOutput.write(warning + "\n")
        }
        if count == 0 { ConsoleOutput.write("no faults\n") }
        return count
    }

    private static func check(_ installation: Installation, named name: String) throws -> Int {
        var count = 0
        var progress = Progress("objects", total: nil)
        for fault in try installation.database.integrityFaults() {
            ConsoleOutput.write("\(name)database: \(fault)\n")
            count += 1
        }
        var lines: [String] = []
        try Consistency.check(
            installation.database, files: installation.files, facts: installation.projection.facts, now: System.clock(),
            progress: { progress.advance(by: $0) }, fault: { lines.append($0) })
        try MailConsistency.check(
            installation.database, installation.mail, progress: { progress.advance(by: $0) }, fault: { lines.append($0) })
        try GramConsistency.check(installation.database, fault: { lines.append($0) })
        progress.finish()
        for line in lines { ConsoleOutput.write(name + line + "\n") }
        return count + lines.count
    }

    /// The count of objects that could not be set right; each is printed.
    package func reindex() throws -> Int { try installation.all.reduce(0) { try $0 + Self.reindex($1) } }

    private static func reindex(_ installation: Installation) throws -> Int {
        var progress = Progress("objects", total: nil)
        var lines: [String] = []
        let outcome = try Reindex.run(
            installation.database, files: installation.files, facts: installation.projection.facts, now: System.clock(),
            progress: { progress.advance(by: $0) }, report: { lines.append($0) })
        try installation.database.write { tx in
            try IndexState.setCurrent(tx, timeZones: installation.timeZoneRelease)
        }
        try installation.database.write { tx in try installation.mail.forgetStoredSnapshots(tx) }
        try installation.database.write { tx in try MailOrder.removeAll(tx) }
        try installation.mail.makeListings(installation.database) { progress.advance(by: $0) }
        try SearchIndex(installation, clock: System.clock).makeAnew { progress.advance(by: $0) }
        progress.finish()
        for line in lines { ConsoleOutput.write(line + "\n") }
        ConsoleOutput.write("\(outcome.objects) objects, \(outcome.corrected) corrected\n")
        return lines.count
    }
}
