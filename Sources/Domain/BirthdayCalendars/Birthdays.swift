// BirthdayCalendars: a calendar of the birthdays and anniversaries in a principal's address books. It owns the tables
// `birthday_calendar`, `birthday_book` and `birthday_card`, and the members of that calendar. It must never change a
// card, and knows nothing of a protocol.
//
// The calendar follows the books as a client would that synchronises them: a change of a book marks it as stale in the
// same transaction (ChangeLog.record), and `BirthdayUpdate` works off the rows of the books' change logs, a page in a
// transaction. So a change costs what changed, no change is missed however writers interleave, and no writer waits for it.
//
// Invariants:
// - When a calendar is not stale, its events are those of the cards, no more and no less.
// - An event is named by its card's UID: the same card in two books is one event, and stays while one of them has it.
// - A card whose days and name did not change changes no event.
//
// Start reading at BirthdayEvent.swift, then BirthdayUpdate.swift.

package import CollectionStore
package import Database
package import Directory

/// Switches a principal's calendar of birthdays on and off.
package enum Birthdays {
    /// The last segment of its URL, until somebody moves it.
    package static let name = "birthdays"

    /// The calendar, where it is switched on. One that was deleted is off.
    package static func calendar(_ tx: borrowing ReadTransaction, of owner: PrincipalID) throws -> Collection? {
        guard let id = try storedCalendar(tx, of: owner), let calendar = try Collections.find(tx, id),
            calendar.owner == owner
        else { return nil }
        return calendar
    }

    /// Makes the calendar, or gives the one that is there; its events come a moment later. Throws `StoreRefusal`.
    @discardableResult
    package static func switchOn(
        _ tx: borrowing WriteTransaction, of owner: PrincipalID, now: Milliseconds
    ) throws -> Collection {
        if let calendar = try calendar(tx.read, of: owner) { return calendar }
        guard let home = try Collections.home(tx.read, of: owner, kind: .calendarHome) else {
            throw StoreRefusal.notFound
        }
        try forget(tx, owner)
        let made = try Collections.make(
            tx, in: home, name: name, kind: .calendar, components: ["VEVENT"], origin: .birthdays, now: now)
        try tx.execute(
            "INSERT INTO birthday_calendar (owner_id, collection_id) VALUES ($1, $2)",
            [.integer(owner.rawValue), .integer(made.id.rawValue)])
        return made
    }

    /// Moves the calendar to the trash; false where there was none.
    @discardableResult
    package static func switchOff(
        _ tx: borrowing WriteTransaction, of owner: PrincipalID, now: Milliseconds
    ) throws -> Bool {
        guard let calendar = try calendar(tx.read, of: owner) else { return false }
        try Collections.remove(tx, calendar, now: now)
        return true
    }

    /// Whose calendars must be brought up to date; those in the trash rest.
    package static func stale(_ tx: borrowing ReadTransaction, limit: Int) throws -> [PrincipalID] {
        try tx.all(
            """
            SELECT b.owner_id FROM birthday_calendar b JOIN collection c ON c.id = b.collection_id
            WHERE b.is_stale = 1 AND c.trashed IS NULL LIMIT $1
            """, [.integer(Int64(limit))]) { PrincipalID(rawValue: $0.integer(0)) }
    }

    private static func storedCalendar(
        _ tx: borrowing ReadTransaction, of owner: PrincipalID
    ) throws -> CollectionID? {
        try tx.first(
            "SELECT collection_id FROM birthday_calendar WHERE owner_id = $1", [.integer(owner.rawValue)]
        ) { CollectionID(rawValue: $0.integer(0)) }
    }

    /// Drops what is known of the books, and which calendar was theirs.
    private static func forget(_ tx: borrowing WriteTransaction, _ owner: PrincipalID) throws {
        let id = Value.integer(owner.rawValue)
        try tx.execute(
            "DELETE FROM birthday_card WHERE book_id IN (SELECT book_id FROM birthday_book WHERE owner_id = $1)", [id])
        try tx.execute("DELETE FROM birthday_book WHERE owner_id = $1", [id])
        try tx.execute("DELETE FROM birthday_calendar WHERE owner_id = $1", [id])
    }
}
