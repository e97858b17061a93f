import Bytes
import CollectionStore
import Database

/// `tegu calendar visible-range`.
package struct VisibleRangeOperation: Sendable {
    private let installation: Installation

    package init(_ installation: Installation) { self.installation = installation }

    /// Each option a number of days, or `all`; nil: as it is. What is shown then, in words.
    package func run(_ user: String, _ name: String, past: String?, future: String?) throws -> String {
        let (installation, owner) = try self.installation.account(user)
        let (_, calendar) = try installation.collection(named: name, in: .calendarHome, of: owner)
        let (pastBound, futureBound) = (
            try past.map { try Self.days($0, "--past") }, try future.map { try Self.days($0, "--future") }
        )
        let range = try installation.database.write { tx -> VisibleRange? in
            guard let now = try Collections.find(tx.read, calendar.id) else { throw StoreRefusal.notFound }
            let range = VisibleRange(
                pastDays: pastBound ?? now.visibleRange?.pastDays,
                futureDays: futureBound ?? now.visibleRange?.futureDays)
            if range != now.visibleRange {
                try VisibleRange.set(tx, of: now, to: range)
                try Collections.propertiesChanged(tx, of: now, now: System.clock())
            }
            return range
        }
        return
            "calendar \(name) shows \(Self.words(range?.pastDays, "past")) and \(Self.words(range?.futureDays, "future"))"
    }

    /// Nil in it: without a bound.
    private static func days(_ text: String, _ option: String) throws -> Int? {
        if text == "all" { return nil }
        guard let days = text.utf8.decimalValue, days <= VisibleRange.maximumDays else {
            throw CommandError(
                .usage,
                "\(option): “\(text)” is neither “all” nor a number of days from 0 to \(VisibleRange.maximumDays)")
        }
        return days
    }

    private static func words(_ days: Int?, _ side: String) -> String {
        switch days {
        case nil: "all of the \(side)"
        case 1?: "1 day of the \(side)"
        case let days?: "\(days) days of the \(side)"
        }
    }
}
