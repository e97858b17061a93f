package import CollectionStore
package import Database
package import Directory

/// Brings the list of a domain up to date with its directories. Blocks its thread, for as long as the directories take.
package struct ListRefresh: Sendable {
    /// What a refresh came to.
    package struct Report: Sendable {
        package var list: AddressList
        package var changes = ListChanges()
        /// By directory, in the order of precedence: what was done, or why it could not be.
        package var sources: [SourceState] = []
        /// Directories that could not be asked.
        package var unavailable: [DirectoryUnavailable] = []
        package var cards = 0
        /// Whether it is a book in homes, to be searched only, or neither.
        package var form = CollectionOrigin.addressList
    }

    package enum Progress: Sendable {
        case read(directory: String, entries: Int)
        case written(cards: Int)
    }

    let database: any Database
    let options: AddressListOptions
    /// Names this process in the lease.
    let holder: String
    let clock: @Sendable () -> Milliseconds

    package init(
        database: any Database, options: AddressListOptions, holder: String, clock: @escaping @Sendable () -> Milliseconds
    ) {
        self.database = database
        self.options = options
        self.holder = holder
        self.clock = clock
    }

    /// Nil where another process is at it.
    ///
    /// - Parameters:
    ///   - sources: in the order of their precedence.
    ///   - comparing: whether all entries are read of directories that could tell what changed.
    package func run(
        _ list: AddressList, _ sources: [AddressListSource], comparing: Bool = false, progress: (Progress) -> Void = { _ in }
    ) throws -> Report? {
        let begin = clock()
        guard try database.write({ tx in try AddressLists.take(tx, list.collection, holder: holder, now: begin) }) else {
            return nil
        }
        let writer = ListWriter(database: database, list: list.collection, holder: holder, clock: clock)
        var isComplete = false
        defer {
            // A process that dies here holds the list until its lease ends.
            let now = clock()
            _ = try? database.write { tx in
                try AddressLists.release(
                    tx, list.collection, holder: holder, isComplete: isComplete, next: now + options.interval, now: now)
            }
        }
        var report = Report(list: list)
        let positions = try prepare(list, sources, writer)
        for source in sources {
            try read(source, of: list, positions, comparing: comparing, writer, &report, progress)
        }
        let update = PersonUpdate(list: list, positions: positions, options: options)
        var written = 0
        while let changes = try writer.run({ tx, now in try update.step(tx, now: now) }) {
            report.changes += changes
            written += changes.created + changes.replaced
            progress(.written(cards: written))
        }
        try finish(list, writer, &report)
        isComplete = report.unavailable.isEmpty
        return report
    }

    /// Takes out the directories that the list is not made of any more, and notes the order of those that it is. Where that
    /// changed their entries are written anew.
    private func prepare(
        _ list: AddressList, _ sources: [AddressListSource], _ writer: ListWriter
    ) throws -> [String: Int64] {
        let known = try database.read { tx in try AddressListSources.all(tx, of: list.collection) }
        var positions: [String: Int64] = [:]
        for (index, source) in sources.enumerated() { positions[source.backend.name] = Int64(index) }
        for state in known where positions[state.directory] == nil {
            _ = try EntryIntake.remove(from: list.collection, state.directory, writer) { _ in true }
            try writer.run { tx, _ in
                try EntryRows.removeHidden(tx, of: list.collection, state.directory)
                try AddressListSources.remove(tx, state.directory, of: list.collection)
            }
        }
        for (index, source) in sources.enumerated() {
            let name = source.backend.name
            var state = known.first { $0.directory == name } ?? SourceState(directory: name, position: -1)
            if state.position == Int64(index) { continue }
            let isMoved = state.position >= 0
            state.position = Int64(index)
            try writer.run { tx, _ in
                try AddressListSources.put(tx, state, of: list.collection)
                if isMoved { try EntryRows.markAll(tx, of: list.collection, name) }
            }
        }
        return positions
    }

    private func read(
        _ source: AddressListSource, of list: AddressList, _ positions: [String: Int64], comparing: Bool,
        _ writer: ListWriter, _ report: inout Report, _ progress: (Progress) -> Void
    ) throws {
        let name = source.backend.name
        let known = try database.read { tx in try AddressListSources.all(tx, of: list.collection) }
        guard var state = known.first(where: { $0.directory == name }) else { return }
        let before = state
        let intake = EntryIntake(source, list: list.collection, options: options, write: writer)
        do {
            try intake.run(&state, comparing: comparing, now: clock()) { progress(.read(directory: name, entries: $0)) }
        } catch let error as DirectoryUnavailable {
            // What is known of it stays in the list.
            state.outcome = error.reason
            report.unavailable.append(error)
        }
        report.sources.append(state)
        if state != before {
            try writer.run { tx, _ in try AddressListSources.put(tx, state, of: list.collection) }
        }
    }

    /// In which forms it is offered, by the settings and its size. Back in the homes only well below the limit: a book that comes
    /// and goes would be fetched again and again.
    private func finish(_ list: AddressList, _ writer: ListWriter, _ report: inout Report) throws {
        let (found, state) = try database.read { tx in
            (try Collections.find(tx, list.collection), try AddressLists.find(tx, domain: list.domain, unit: list.unit))
        }
        guard let book = found else { return }
        report.cards = book.memberCount
        let limit = book.origin == .addressList ? options.maximumListed : options.maximumListed / 10 * 9
        let isBook = options.isBook && book.memberCount <= limit
        let isOffered = switch options.gateway {
        case .always: true
        case .never: false
        case .insteadOfBook: !isBook
        }
        let isGateway = isOffered && book.memberCount <= options.maximumInGateway
        let isOfPrincipals = options.isOfPrincipals && book.memberCount <= options.maximumOfPrincipals
        let origin: CollectionOrigin = isBook ? .addressList : isGateway ? .addressDirectory : .addressIndex
        report.form = origin
        if book.origin != origin {
            try writer.run { tx, now in try Collections.setOrigin(tx, of: book.id, to: origin) }
        }
        guard state?.isGateway != isGateway || state?.isOfPrincipals != isOfPrincipals else { return }
        try writer.run { tx, _ in
            try AddressLists.setForms(tx, of: list.collection, isGateway: isGateway, isOfPrincipals: isOfPrincipals)
        }
    }
}
