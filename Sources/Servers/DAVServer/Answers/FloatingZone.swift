import CivilTime
import CollectionStore
import Calendars
import ContentLines
import DAVGrammar
import Database
import ICalendar
import XML

/// The zone in which times without a zone, and days, are looked at (RFC 4791 §7.3): what the request says, what the
/// calendar says, what its home says; else UTC.
enum FloatingZone {
    /// Throws `Reply` for a zone in the request that is not known.
    static func of(
        _ tx: borrowing ReadTransaction, _ collection: Collection, _ zone: QueryTimeZone?, _ timeZones: TimeZoneDatabase
    ) throws -> any TimeZoneRules {
        switch zone {
        case .definition(let bytes)?:
            guard let rules = rules(of: bytes, timeZones) else {
                throw Reply(.forbidden, condition: .caldav(.validCalendarData), "The timezone is no VCALENDAR with one VTIMEZONE.")
            }
            return rules
        case .id(let id)?:
            guard let rules = timeZones.rules(named: id) else {
                throw Reply(.forbidden, condition: .caldav(.validTimezone), "The time zone \(id) is not known.")
            }
            return rules
        case nil:
            foresee(tx, collection)
            if let rules = try stored(tx, collection.id, timeZones) { return rules }
            return try collection.parentID.map { try of(tx, $0, timeZones) } ?? FixedOffset.utc
        }
    }

    /// Of a home: the one that is set there, or UTC.
    static func of(_ tx: borrowing ReadTransaction, _ home: CollectionID, _ timeZones: TimeZoneDatabase) throws -> any TimeZoneRules {
        try stored(tx, home, timeZones) ?? FixedOffset.utc
    }

    /// Says that the properties will be asked for.
    private static func foresee(_ tx: borrowing ReadTransaction, _ collection: Collection) {
        for id in [collection.id, collection.parentID].compactMap(\.self) {
            for name in [XMLName.caldav(.calendarTimezoneId), .caldav(.calendarTimezone)] {
                DeadProperties.foresee(tx, of: id, namespace: name.namespace, name: name.local)
            }
        }
    }

    /// RFC 4791 §5.2.2, RFC 7809 §5.2.
    private static func stored(
        _ tx: borrowing ReadTransaction, _ collection: CollectionID, _ timeZones: TimeZoneDatabase
    ) throws -> (any TimeZoneRules)? {
        if let id = try text(tx, collection, .caldav(.calendarTimezoneId)),
            let rules = timeZones.rules(named: String(decoding: id, as: UTF8.self)) {
            return rules
        }
        return try text(tx, collection, .caldav(.calendarTimezone)).flatMap { rules(of: $0, timeZones) }
    }

    private static func text(_ tx: borrowing ReadTransaction, _ collection: CollectionID, _ name: XMLName) throws -> [UInt8]? {
        let value = try DeadProperties.value(tx, of: collection, nil, namespace: name.namespace, name: name.local)
        return try value.map { try XMLDocument.parse($0).root.text }
    }

    private static func rules(of bytes: [UInt8], _ timeZones: TimeZoneDatabase) -> (any TimeZoneRules)? {
        guard CalendarTimeZone.isValid(bytes), let document = try? CalendarDocument.parse(bytes),
            let calendar = document.calendars.first,
            let id = calendar.children(named: "VTIMEZONE").first?.property("TZID")?.text else { return nil }
        let resolution = CalendarTimeZones(calendar, database: timeZones).resolve(id)
        if case .unresolved = resolution.origin { return nil }
        return resolution.rules
    }
}
