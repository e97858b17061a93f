import BirthdayCalendars
import CollectionStore
import DAVGrammar
import DAVServer
import Database
import Directory
import ForeignCalendars

/// `tegu calendar subscribe`, `refresh` and `birthdays`.
package struct SubscriptionOperations: Sendable {
    let installation: Installation

    package init(_ installation: Installation) { self.installation = installation }

    /// `interval` such as 6h.
    package func subscribe(
        _ user: String, _ name: String, url: String, title: String?, color: String?, interval: String?
    ) throws -> String {
        let (installation, owner) = try self.installation.account(user)
        if let color { try CollectionOperations.check(color: color) }
        var wished: Duration?
        if let interval {
            wished = TimeSpan.parse(interval)
            if wished == nil { throw CommandError(.usage, "--interval: “\(interval)” is no time, such as 6h") }
        }
        try installation.database.write { tx in
            guard let home = try Collections.home(tx.read, of: owner.id, kind: .calendarHome) else {
                throw StoreRefusal.notFound
            }
            let made = try Subscriptions.make(
                tx, in: home, name: name, url: url, wishedInterval: wished?.milliseconds, now: System.clock())
            try SubscriptionDefaults.set(tx, of: made)
            if let title { try CollectionTitle.set(tx, of: made, to: title) }
            if let color { try CollectionTitle.setColor(tx, of: made, to: color) }
        }
        return "made calendar \(name), which the running server fills; `tegu calendar list` tells how it went"
    }

    package func refresh(_ user: String, _ name: String) throws -> String {
        let (installation, owner) = try self.installation.account(user)
        let (_, calendar) = try installation.collection(named: name, in: .calendarHome, of: owner)
        guard calendar.origin?.isSubscription == true else {
            throw CommandError(.impossible, "\(name) is no subscription")
        }
        try installation.database.write { tx in
            try Subscriptions.refreshSoon(tx, calendar.id, now: System.clock())
        }
        return "the running server fetches \(name) now"
    }

    package func setBirthdays(_ user: String, isOn: Bool) throws -> String {
        let (installation, owner) = try self.installation.account(user)
        let wasOn = try installation.database.write { tx in
            let wasOn = try Birthdays.calendar(tx.read, of: owner.id) != nil
            if isOn {
                try Accounts.makeBirthdays(tx, of: owner.id, now: System.clock())
            } else {
                try Birthdays.switchOff(tx, of: owner.id, now: System.clock())
            }
            return wasOn
        }
        let state = isOn ? "on" : "off"
        if wasOn == isOn { return "the calendar of birthdays was \(state) already" }
        return "switched the calendar of birthdays \(state)" + (isOn ? "; the running server fills it" : "")
    }

    /// What `tegu calendar list` tells of a calendar that clients cannot write; nil for others.
    static func note(_ tx: borrowing ReadTransaction, on calendar: Collection) throws -> String? {
        guard let origin = calendar.origin else { return nil }
        guard origin.isSubscription else { return "made from the address books" }
        guard let subscription = try Subscriptions.find(tx, calendar.id) else { return "a subscription that is lost" }
        guard let time = subscription.lastAttempt else { return "from \(subscription.url), not fetched yet" }
        let outcome = subscription.outcome ?? ""
        let next = InternetDate.format(seconds: subscription.nextRefresh / 1000)
        return "from \(subscription.url), \(InternetDate.format(seconds: time / 1000)): \(outcome), next \(next)"
    }
}
