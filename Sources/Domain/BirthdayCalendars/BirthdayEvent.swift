import Bytes
import CivilTime
import ContentLines
import Cryptography
package import VCard

/// The event of one day of a card that comes back each year.
package struct BirthdayEvent: Sendable {
    /// The days that become events, each at most once a card.
    package static let kinds: [CardDate.Kind] = [.birth, .anniversary]

    package let uid: String
    package let bytes: [UInt8]

    /// For cards that do not tell the year: a leap year, that has a 29 February.
    static let unknownYear = 1972
    /// Apple's clients write this year for none, not always with the parameter that says so.
    static let omittedYear = 1604

    /// The days of a card that have an event.
    package static func dates(of card: AddressObjectResource) -> [CardDate] {
        // A group has no birthday.
        guard card.kind == .individual else { return [] }
        let dates = CardDate.dates(of: card.card)
        return kinds.compactMap { kind in dates.first { $0.kind == kind && isDay($0) } }
    }

    private static func isDay(_ date: CardDate) -> Bool { start(of: date) != nil }

    private static func start(of date: CardDate) -> CivilDate? {
        CivilDate(year: knownYear(of: date) ?? unknownYear, month: date.month, day: date.day)
    }

    private static func knownYear(of date: CardDate) -> Int? { date.year == omittedYear ? nil : date.year }

    /// The UID of the event, and with `.ics` its name; made from the card's UID, so that it is the same for ever.
    package static func uid(ofCard uid: String, _ kind: CardDate.Kind) -> String {
        let hash = String(utf8: Hexadecimal.encode(SHA256.hash([UInt8](uid.utf8)).prefix(16)))
        return hash + (kind == .birth ? "-birthday" : "-anniversary")
    }

    package static func name(ofCard uid: String, _ kind: CardDate.Kind) -> String { self.uid(ofCard: uid, kind) + ".ics" }

    /// Nil where there is no such day.
    package init?(_ date: CardDate, of card: AddressObjectResource) {
        guard let start = Self.start(of: date), let end = CivilDate(dayNumber: start.dayNumber + 1) else { return nil }
        uid = Self.uid(ofCard: card.uid, date.kind)
        var out = ContentLineWriter()
        out.begin("VCALENDAR")
        out.property("VERSION", text: "2.0")
        out.property("PRODID", text: "-//Tegu//Birthdays//EN")
        out.begin("VEVENT")
        out.property("UID", text: uid)
        // The same bytes for the same day: nothing is sent anew because of a time that says nothing.
        out.property("DTSTAMP", value: "19700101T000000Z".utf8)
        out.property("DTSTART", parameters: [("VALUE", "DATE")], value: Self.value(of: start))
        out.property("DTEND", parameters: [("VALUE", "DATE")], value: Self.value(of: end))
        // RFC 5545 §3.3.10: who was born on 29 February has the last day of February each year. (YEARLY alone would be
        // every fourth year.)
        let isLeapDay = date.month == 2 && date.day == 29
        out.property("RRULE", value: (isLeapDay ? "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1" : "FREQ=YEARLY").utf8)
        out.property("SUMMARY", text: Self.summary(date, of: card))
        out.property("CATEGORIES", text: date.kind == .birth ? "Birthday" : "Anniversary")
        // RFC 5545 §3.8.2.7: nobody is busy for it.
        out.property("TRANSP", text: "TRANSPARENT")
        out.end("VEVENT")
        out.end("VCALENDAR")
        bytes = out.bytes
    }

    /// A picture instead of words: the server does not know what language its users speak.
    private static func summary(_ date: CardDate, of card: AddressObjectResource) -> String {
        let sign = date.kind == .birth ? "🎂" : "💍"
        let year = knownYear(of: date).map { " (\($0))" } ?? ""
        return "\(sign) \(card.formattedName ?? "?")\(year)"
    }

    /// RFC 5545 §3.3.4.
    private static func value(of date: CivilDate) -> [UInt8] {
        var out: [UInt8] = []
        for (number, divisors) in [(date.year, [1000, 100, 10, 1]), (date.month, [10, 1]), (date.day, [10, 1])] {
            for divisor in divisors { out.append(UInt8(truncatingIfNeeded: number / divisor % 10) + 0x30) }
        }
        return out
    }
}
