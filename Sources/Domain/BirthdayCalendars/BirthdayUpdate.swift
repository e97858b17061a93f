import Calendars
package import CivilTime
package import CollectionStore
package import Database
package import Directory
import VCard

/// Brings a calendar of birthdays up to date with its owner's books.
package struct BirthdayUpdate: Sendable {
    let database: any Database
    let files: FileBlobStore
    let timeZones: TimeZoneDatabase

    /// Cards that are looked at in one transaction.
    private static let page = 100

    package init(database: any Database, files: FileBlobStore, timeZones: TimeZoneDatabase) {
        self.database = database
        self.files = files
        self.timeZones = timeZones
    }

    /// One step, in one transaction; false when there is nothing left to do.
    package func step(of owner: PrincipalID, now: Milliseconds) throws -> Bool {
        try database.write { tx in
            guard let calendar = try Birthdays.calendar(tx.read, of: owner) else { return false }
            let home = try Collections.home(tx.read, of: owner, kind: .bookHome)
            let books = try home.map { try Collections.children(tx.read, of: $0.id) } ?? []
            let work = BirthdayStep(files: files, timeZones: timeZones, calendar: calendar, books: books, now: now)
            if try work.dropGoneBooks(tx, of: owner, limit: Self.page) { return true }
            for book in books where try work.follow(tx, book, limit: Self.page) { return true }
            try tx.execute(
                "UPDATE birthday_calendar SET is_stale = 0 WHERE owner_id = $1", [.integer(owner.rawValue)])
            return false
        }
    }
}

/// The parts of a step, within its transaction. Each function tells whether it has done something, so that the step ends.
private struct BirthdayStep {
    let files: FileBlobStore
    let timeZones: TimeZoneDatabase
    let calendar: Collection
    /// Those that there are now.
    let books: [Collection]
    let now: Milliseconds

    // MARK: Books

    /// Takes the events of books that are deleted, or somebody else's now.
    func dropGoneBooks(_ tx: borrowing WriteTransaction, of owner: PrincipalID, limit: Int) throws -> Bool {
        let known = try tx.read.all(
            "SELECT book_id FROM birthday_book WHERE owner_id = $1", [.integer(owner.rawValue)]) { $0.integer(0) }
        for id in known where !books.contains(where: { $0.id.rawValue == id }) {
            let cards = try tx.read.all(
                "SELECT name, uid FROM birthday_card WHERE book_id = $1 LIMIT $2",
                [.integer(id), .integer(Int64(limit))]) { ($0.text(0), $0.text(1)) }
            for (name, uid) in cards {
                try forget(tx, book: id, name: name)
                try update(tx, cardUID: uid)
            }
            if cards.count < limit { try tx.execute("DELETE FROM birthday_book WHERE book_id = $1", [.integer(id)]) }
            return true
        }
        return false
    }

    /// Works off a page of what a book has changed; of one that was not followed yet, a page of its cards.
    func follow(_ tx: borrowing WriteTransaction, _ book: Collection, limit: Int) throws -> Bool {
        let state = try tx.read.first(
            "SELECT position, listed_from, listed_name FROM birthday_book WHERE book_id = $1",
            [.integer(book.id.rawValue)]
        ) { (position: $0.optionalInteger(0).map(ModSeq.init(rawValue:)), from: $0.integer(1), name: $0.text(2)) }
        guard let state else {
            try begin(tx, book)
            return true
        }
        guard let position = state.position else { return try list(tx, book, after: state.name, from: state.from, limit) }
        if position >= book.modseq { return false }
        if position < book.logFloor {
            // The log has forgotten what was missed.
            try begin(tx, book)
            return true
        }
        let page = try ChangeLog.changes(tx.read, in: book, since: position, limit: limit)
        for change in page.changes {
            switch change.state {
            case .member(let member): try look(tx, at: member)
            case .removed: try removed(tx, book: book.id.rawValue, name: change.name)
            case .collection, .mount: break
            }
        }
        try tx.execute(
            "UPDATE birthday_book SET position = $2 WHERE book_id = $1",
            [.integer(book.id.rawValue), .integer(page.reached.rawValue)])
        return true
    }

    /// From here on the change log is followed; before, all cards are listed.
    private func begin(_ tx: borrowing WriteTransaction, _ book: Collection) throws {
        try tx.execute(
            """
            INSERT INTO birthday_book (book_id, owner_id, position, listed_from, listed_name)
            VALUES ($1, $2, NULL, $3, '')
            ON CONFLICT (book_id) DO UPDATE SET position = NULL, listed_from = excluded.listed_from, listed_name = ''
            """,
            [.integer(book.id.rawValue), .integer(book.owner.rawValue), .integer(book.modseq.rawValue)])
    }

    private func list(
        _ tx: borrowing WriteTransaction, _ book: Collection, after name: String, from modseq: Int64, _ limit: Int
    ) throws -> Bool {
        let id = book.id.rawValue
        let members = try Members.page(tx.read, in: book.id, after: name, limit: limit)
        for member in members { try look(tx, at: member) }
        if let last = members.last {
            try tx.execute(
                "UPDATE birthday_book SET listed_name = $2 WHERE book_id = $1", [.integer(id), .text(last.name)])
            return true
        }
        // Cards that went while nobody followed.
        let gone = try tx.read.all(
            """
            SELECT name FROM birthday_card c WHERE book_id = $1
                AND NOT EXISTS (SELECT 1 FROM member m WHERE m.collection_id = c.book_id AND m.name = c.name) LIMIT $2
            """, [.integer(id), .integer(Int64(limit))]) { $0.text(0) }
        for name in gone { try removed(tx, book: id, name: name) }
        if gone.count < limit {
            try tx.execute(
                "UPDATE birthday_book SET position = $2 WHERE book_id = $1", [.integer(id), .integer(modseq)])
        }
        return true
    }

    // MARK: Cards

    private func look(_ tx: borrowing WriteTransaction, at member: Member) throws {
        let id = member.collectionID.rawValue
        let before = try uid(tx.read, book: id, name: member.name)
        let card = try card(tx.read, member)
        let hasDates = card.map { !BirthdayEvent.dates(of: $0).isEmpty } ?? false
        if let uid = member.uid, hasDates {
            try tx.execute(
                """
                INSERT INTO birthday_card (book_id, name, uid) VALUES ($1, $2, $3)
                ON CONFLICT (book_id, name) DO UPDATE SET uid = excluded.uid
                """, [.integer(id), .text(member.name), .text(uid)])
            try update(tx, cardUID: uid)
            // Another card under the name of one that went.
            if let before, !before.utf8.elementsEqual(uid.utf8) { try update(tx, cardUID: before) }
        } else if let before {
            try forget(tx, book: id, name: member.name)
            try update(tx, cardUID: before)
        }
    }

    private func removed(_ tx: borrowing WriteTransaction, book: Int64, name: String) throws {
        guard let uid = try uid(tx.read, book: book, name: name) else { return }
        try forget(tx, book: book, name: name)
        try update(tx, cardUID: uid)
    }

    private func uid(_ tx: borrowing ReadTransaction, book: Int64, name: String) throws -> String? {
        try tx.first(
            "SELECT uid FROM birthday_card WHERE book_id = $1 AND name = $2", [.integer(book), .text(name)]
        ) { $0.text(0) }
    }

    private func forget(_ tx: borrowing WriteTransaction, book: Int64, name: String) throws {
        try tx.execute(
            "DELETE FROM birthday_card WHERE book_id = $1 AND name = $2", [.integer(book), .text(name)])
    }

    /// Nil where the bytes are no card that is understood: such a one has no birthday.
    private func card(_ tx: borrowing ReadTransaction, _ member: Member) throws -> AddressObjectResource? {
        let bytes: [UInt8]
        switch try Blobs.read(tx, member.blobID) {
        case .bytes(let found): bytes = found
        case .file(let name):
            let file = try files.open(name)
            defer { file.close() }
            bytes = try file.readAll()
        }
        return try? AddressObjectResource.validate(bytes)
    }

    // MARK: Events

    /// Makes the events of a card what the cards with this UID say, in whatever books they are; the first book wins.
    private func update(_ tx: borrowing WriteTransaction, cardUID: String) throws {
        var events: [CardDate.Kind: BirthdayEvent] = [:]
        for book in books {
            guard let name = try Members.name(tx.read, in: book.id, uid: cardUID),
                let member = try Members.find(tx.read, in: book.id, name: name), let card = try card(tx.read, member)
            else { continue }
            for date in BirthdayEvent.dates(of: card) where events[date.kind] == nil {
                events[date.kind] = BirthdayEvent(date, of: card)
            }
        }
        for kind in BirthdayEvent.kinds {
            let name = BirthdayEvent.name(ofCard: cardUID, kind)
            let existing = try Members.find(tx.read, in: calendar.id, name: name)
            if let event = events[kind] {
                let content = try CalendarContent(
                    event.bytes, maximumSize: event.bytes.count, timeZones: timeZones).content
                try Members.put(
                    tx, in: calendar, name: name, existing: existing, content: content, by: .origin, now: now)
            } else if let existing {
                try Members.discard(tx, existing, in: calendar, now: now)
            }
        }
    }
}
