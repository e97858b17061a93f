import CollectionStore
import Database

/// `tegu import` and `tegu export`.
package struct TransferOperations: Sendable {
    let installation: Installation

    package init(_ installation: Installation) { self.installation = installation }

    package func importFile(_ file: String, into path: String) throws -> ImportFile.Outcome {
        let (installation, collection) = try self.installation.collection(at: path)
        let source = try ImportSource(file, spool: installation.directory.spool)
        if try source.isUTF16() {
            throw CommandError(
                .impossible, "nothing was taken: \(file) is in UTF-16; iconv -f UTF-16 -t UTF-8 makes of it what can be taken")
        }
        var progress = Progress("bytes", total: source.size)
        var lines: [String] = []
        let transfer = ImportFile(installation, into: collection, report: { lines.append($0) }, progress: { advanced in
            progress.advance(by: advanced)
            Self.flush(&lines, &progress)
        })
        let outcome = try transfer.run(source)
        Self.flush(&lines, &progress)
        progress.finish()
        if outcome == ImportFile.Outcome(), try !source.mayHold(collection.kind) {
            let wanted = collection.kind == .calendar ? "iCalendar (BEGIN:VCALENDAR)" : "vCards (BEGIN:VCARD)"
            throw CommandError(.impossible, "nothing was taken: \(file) holds no \(wanted), which is what goes into \(path)")
        }
        ConsoleOutput.write(
            "created \(outcome.created), replaced \(outcome.replaced), unchanged \(outcome.unchanged), refused \(outcome.refused)\n")
        return outcome
    }

    private static func flush(_ lines: inout [String], _ progress: inout Progress) {
        guard !lines.isEmpty else { return }
        progress.clear()
        for line in lines { ConsoleOutput.write("refused: \(line)\n") }
        lines.removeAll()
    }

    /// Whether all objects are in the file.
    package func exportFile(_ path: String, to file: String?) throws -> Bool {
        let (installation, collection) = try self.installation.collection(at: path)
        var progress = Progress("objects", total: collection.memberCount)
        let (leftOut, _) = try ExportFile.run(installation, collection, to: file) { progress.advance(by: $0) }
        progress.finish()
        for name in leftOut { ConsoleOutput.writeError("left out: \(name) is no data that can be joined\n") }
        return leftOut.isEmpty
    }
}
