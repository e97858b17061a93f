import BirthdayCalendars
package import CollectionStore
package import Cryptography
import DAVServer
package import Database
package import Directory
import Mail

/// Making and removing users with all that is theirs.
package enum Accounts {
    /// Makes a user with its homes, a calendar, a task list and an address book. Throws the directory's refusal.
    @discardableResult
    package static func add(
        _ tx: borrowing WriteTransaction, _ user: NewPrincipal, hasBirthdays: Bool = false, now: Milliseconds
    ) throws -> Principal {
        let principal = try LocalDirectory().add(tx, user, now: now)
        // One whose own is elsewhere gets it there (`Storages.Part.admit`).
        if principal.storage == nil { try furnish(tx, principal.id, hasBirthdays: hasBirthdays, now: now) }
        return principal
    }

    /// What every new account has.
    package static func furnish(
        _ tx: borrowing WriteTransaction, _ owner: PrincipalID, hasBirthdays: Bool, now: Milliseconds
    ) throws {
        let calendars = try Collections.makeHome(tx, of: owner, kind: .calendarHome, now: now)
        let books = try Collections.makeHome(tx, of: owner, kind: .bookHome, now: now)
        try Collections.makeHome(tx, of: owner, kind: .fileHome, now: now)
        // Apple's Reminders and others want lists that hold tasks only, and calendars that hold none.
        try make(tx, in: calendars, name: "calendar", title: "Calendar", kind: .calendar,
                 components: ["VEVENT", "VJOURNAL", "VFREEBUSY", "VAVAILABILITY"], now: now)
        try make(tx, in: calendars, name: "tasks", title: "Tasks", kind: .calendar, components: ["VTODO"], now: now)
        try make(tx, in: books, name: "contacts", title: "Contacts", kind: .book, components: nil, now: now)
        if hasBirthdays { try makeBirthdays(tx, of: owner, now: now) }
    }

    /// Switches the calendar of birthdays on.
    package static func makeBirthdays(
        _ tx: borrowing WriteTransaction, of owner: PrincipalID, now: Milliseconds
    ) throws {
        if try Birthdays.calendar(tx.read, of: owner) != nil { return }
        try CollectionTitle.set(tx, of: Birthdays.switchOn(tx, of: owner, now: now), to: "Birthdays")
    }

    @discardableResult
    package static func make(
        _ tx: borrowing WriteTransaction, in home: Collection, name: String, title: String, kind: CollectionKind,
        components: [String]?, color: String? = nil, now: Milliseconds
    ) throws -> Collection {
        let made = try Collections.make(tx, in: home, name: name, kind: kind, components: components, now: now)
        try CollectionTitle.set(tx, of: made, to: title)
        if let color { try CollectionTitle.setColor(tx, of: made, to: color) }
        return made
    }

    /// Removes a user and everything that is theirs, for good.
    package static func remove(_ tx: borrowing WriteTransaction, _ principal: Principal) throws {
        // Where it is being moved, or was just now, it may be sealed here.
        try Seal.remove(tx, of: principal.id)
        try MailStore().destroyAll(tx, of: principal.id)
        try Trash.destroyAll(tx, of: principal.id)
        try Grants.removeAll(tx, to: principal.id)
        // Who moves it finds that it is gone.
        try AccountMoves.end(tx, principal.id)
        try LocalDirectory().remove(tx, principal.id)
    }

    /// What new passwords' hashes cost, by the settings.
    package static func scryptParameters(_ settings: Settings) -> Scrypt.Parameters {
        Scrypt.Parameters(logarithmOfN: settings.auth.scryptCost) ?? .standard
    }

    /// What SCRAM needs of passwords that are set now; nil: it is not wanted, by the settings.
    package static func scramSalts(_ settings: Settings, _ database: any Database) throws -> ScramSalts? {
        guard settings.auth.scram.makesVerifiers(hasDirectories: !settings.directories.isEmpty) else { return nil }
        return try ScramSalts.load(database)
    }

    package static func passwords(_ settings: Settings) -> Passwords { Passwords(parameters: scryptParameters(settings)) }
}
