import CollectionStore
import DAVGrammar
import Database
import Directory
import GlobalAddressList

/// `tegu gal`.
package struct GALOperations: Sendable {
    let installation: Installation

    package init(_ installation: Installation) { self.installation = installation }

    // MARK: status

    package func status(asJSON: Bool) throws -> String {
        var table = CommandTable(
            "domain", "directory", "entries", "read", "hidden", "disabled", "withoutAddress", "lastSuccess", "outcome")
        var lines = ""
        try installation.database.read { tx in
            for list in try AddressLists.all(tx) {
                let book = try Collections.find(tx, list.collection)
                lines += "\(list.title): \(book?.memberCount ?? 0) cards"
                    + Self.text(of: book?.origin) + (list.isGateway && book?.isSearchOnly == false ? ", also a directory to be searched" : "")
                    + (list.isOfPrincipals ? "" : ", not for searches for principals")
                    + ", refreshed \(list.lastSuccess.map(Self.time) ?? "never"), next \(Self.time(list.nextRefresh))\n"
                for source in try AddressListSources.all(tx, of: list.collection) {
                    table.append(
                        .text(list.title), .text(source.directory),
                        .number(try AddressListSources.entryCount(tx, of: list.collection, source.directory)),
                        .number(source.counts.read), .number(source.counts.hidden), .number(source.counts.disabled),
                        .number(source.counts.addressless), .text(source.lastSuccess.map(Self.time) ?? "never"),
                        .text(source.outcome ?? ""))
                }
            }
        }
        if asJSON { return table.text(asJSON: true) }
        if lines.isEmpty {
            return installation.settings.hasAddressLists
                ? "there is no address list yet: the running server makes it\n" : "address lists are switched off (gal.enabled)\n"
        }
        return lines + table.text(asJSON: false)
    }

    private static func time(_ time: Milliseconds) -> String { InternetDate.format(seconds: time / 1000) }

    // MARK: refresh

    /// Refreshes the lists here and now, and tells what came of it. False where a directory could not be asked.
    package func refresh(comparing: Bool) throws -> Bool {
        guard installation.settings.hasAddressLists else {
            throw CommandError(.impossible, "address lists are switched off: set gal.enabled to true")
        }
        try installation.storages.bring()
        var isGood = true
        // Each storage has lists of its own.
        for place in installation.all where try !Self.refresh(place, comparing: comparing) { isGood = false }
        return isGood
    }

    private static func refresh(_ installation: Installation, comparing: Bool) throws -> Bool {
        let lists = DomainLists(
            installation: installation, directories: try DirectoryBackends.make(installation.settings), clock: System.clock)
        let holder = "command \(UInt64.random(in: .min ... .max))"
        var isGood = true
        for wanted in lists.wanted {
            let list = try lists.list(wanted)
            let refresh = lists.refresh(wanted, holder: holder)
            var reading = Progress("entries read", total: nil)
            var writing = Progress("cards written", total: nil)
            let report = try refresh.run(list, lists.sources(of: wanted), comparing: comparing) { progress in
                switch progress {
                case .read: reading.advance(by: 1_000)
                case .written(let cards): writing.advance(by: cards - writing.count)
                }
            }
            reading.clear()
            writing.clear()
            guard let report else {
                throw CommandError(.impossible, "the list of \(list.title) is being refreshed by another process")
            }
            ConsoleOutput.write(text(report))
            if !report.unavailable.isEmpty { isGood = false }
        }
        return isGood
    }

    private static func text(_ report: ListRefresh.Report) -> String {
        var text = ""
        for source in report.sources {
            let counts = source.counts
            text += "\(source.directory): \(DirectoryOperations.printable(source.outcome ?? ""))\n"
                + "  at the last compare \(counts.read) entries; not in the list: \(counts.hidden) hidden, "
                + "\(counts.disabled) disabled, \(counts.addressless) without an address\n"
        }
        let changes = report.changes
        text += "\(report.list.title): \(report.cards) cards, \(changes.created) new, \(changes.replaced) changed, "
            + "\(changes.removed) removed" + (changes.refused > 0 ? ", \(changes.refused) too large" : "")
        return text + self.text(of: report.form) + "\n"
    }

    /// In which form a list is offered, where that is not the book.
    private static func text(of form: CollectionOrigin?) -> String {
        switch form {
        case .addressDirectory: "; in no home: only searched"
        case .addressIndex: "; in no home, and no directory to be searched"
        default: ""
        }
    }
}
