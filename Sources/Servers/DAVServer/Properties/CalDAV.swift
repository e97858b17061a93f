import CivilTime
import CollectionStore
import Calendars
import Directory
import ICalendar
import XML

/// RFC 4791 §5.2 and §6.2, RFC 6638 §2.4 (who one is to others).
extension PropertyTable {
    static let calDAV: [LiveProperty] = [
        LiveProperty(
            name: .caldav(.calendarHomeSet),
            resource: { tx, source, out in
                guard let principal = source.principal else { return false }
                // Another's home is not found by those who may not see it; here its URL would only mislead.
                if principal.id != source.exchange.principal.id {
                    guard try Proxy(principal, .reading).home(tx, with: .read, for: source.exchange.locator) != nil else {
                        return false
                    }
                }
                out.href(.home(.calendars, of: principal))
                return true
            }),
        LiveProperty(
            name: .caldav(.calendarUserAddressSet),
            resource: { _, source, out in
                guard let principal = source.principal else { return false }
                Quirks.writeAddressSet(of: principal, to: &out)
                return true
            }),
        LiveProperty(
            name: .caldav(.calendarUserType),
            resource: { _, source, out in
                guard let principal = source.principal else { return false }
                switch principal.kind {
                case .user: out.text("INDIVIDUAL")
                case .group: out.text("GROUP")
                case .room: out.text("ROOM")
                case .resource: out.text("RESOURCE")
                // RFC 5545 §3.2.3: there is none for it.
                case .mailbox: out.text("UNKNOWN")
                }
                return true
            }),
        LiveProperty(
            name: .caldav(.supportedCalendarComponentSet),
            resource: { _, source, out in
                guard let collection = source.collection, collection.kind == .calendar else { return false }
                guard let components = collection.components else {
                    out.raw(allComponents)
                    return true
                }
                for component in components { out.empty(.caldav(.comp), attributes: [("name", component)]) }
                return true
            }),
        LiveProperty(
            name: .caldav(.supportedCalendarComponentSets),
            resource: { _, source, out in
                guard source.collection?.kind == .calendarHome else { return false }
                for component in CalendarComponents.all {
                    out.open(.caldav(.supportedCalendarComponentSet))
                    out.empty(.caldav(.comp), attributes: [("name", component)])
                    out.close(.caldav(.supportedCalendarComponentSet))
                }
                return true
            }),
        LiveProperty(
            name: .caldav(.supportedCalendarData),
            resource: { _, source, out in
                guard source.collection?.kind == .calendar else { return false }
                for type in ["text/calendar", "application/calendar+json"] {
                    out.empty(.caldav(.calendarData), attributes: [("content-type", type), ("version", "2.0")])
                }
                return true
            }),
        LiveProperty(
            name: .caldav(.supportedRscaleSet),
            resource: { _, source, out in
                // RFC 7529, on CalDAV
                guard source.collection?.kind == .calendar else { return false }
                for name in RecurrenceScales.names {
                    out.open(.caldav(.supportedRscale))
                    out.text(name)
                    out.close(.caldav(.supportedRscale))
                }
                return true
            }),
        LiveProperty(
            name: .caldav(.supportedCollationSet),
            resource: { _, source, out in
                guard source.collection?.kind == .calendar else { return false }
                for collation in ["i;ascii-casemap", "i;octet", "i;unicode-casemap"] {
                    out.open(.caldav(.supportedCollation))
                    out.text(collation)
                    out.close(.caldav(.supportedCollation))
                }
                return true
            }),
        LiveProperty(
            name: .caldav(.maxResourceSize),
            resource: { _, source, out in
                guard source.collection?.kind == .calendar else { return false }
                out.text(decimal: source.exchange.server.configuration.maximumCalendarObjectSize)
                return true
            }),
        LiveProperty(
            // §5.2.6 to §5.2.8 are not defined: there is no limit on dates and on instances, and absence says so.
            name: .caldav(.maxAttendeesPerInstance),
            resource: { _, source, out in
                guard source.collection?.kind == .calendar else { return false }
                out.text(decimal: source.exchange.server.configuration.maximumAttendees)
                return true
            }),
        kept(.caldav(.calendarDescription), on: [.calendar]),
        LiveProperty(
            name: .caldav(.calendarTimezone),
            resource: { _, source, out in
                guard let zone = try CalendarZone.definition(source) else { return false }
                out.text(zone)
                return true
            },
            setting: .init(
                kinds: [.calendar, .calendarHome],
                check: { element, _ in
                    // RFC 4791 §5.2.2: an iCalendar object with exactly one VTIMEZONE.
                    guard CalendarTimeZone.isValid(element.text) else {
                        throw Reply(.forbidden, condition: .caldav(.validCalendarData), "It must be a VCALENDAR with one VTIMEZONE.")
                    }
                }, replaces: .caldav(.calendarTimezoneId))),
        LiveProperty(
            name: .caldav(.calendarTimezoneId),
            resource: { _, source, out in
                guard let name = try CalendarZone.name(source) else { return false }
                out.text(name)
                return true
            },
            setting: .init(
                kinds: [.calendar, .calendarHome],
                check: { element, server in
                    // RFC 7809 §5.2
                    guard server.timeZones.name(String(decoding: element.trimmedText, as: UTF8.self)) != nil else {
                        throw Reply(.forbidden, condition: .caldav(.validTimezone), "The time zone is not known.")
                    }
                }, replaces: .caldav(.calendarTimezone))),
        LiveProperty(
            name: .caldav(.timezoneServiceSet),
            resource: { _, source, out in
                // RFC 7809 §5.1
                guard let path = source.exchange.server.configuration.timeZoneService,
                    source.collection?.kind == .calendar || source.collection?.kind == .calendarHome else { return false }
                out.open(.dav(.href))
                out.text(path)
                out.close(.dav(.href))
                return true
            }),
        LiveProperty(
            name: .caldav(.calendarAvailability),
            resource: { _, _, _ in false },
            setting: .init(
                kinds: [.calendarHome], check: { element, _ in try CalendarAvailability.check(element.text) },
                replaces: .calendarServer(.calendarAvailability))),
        kept(.caldav(.scheduleCalendarTransp), on: [.calendar]),
        kept(.caldav(.defaultAlarmVeventDatetime), on: [.calendar, .calendarHome]),
        kept(.caldav(.defaultAlarmVeventDate), on: [.calendar, .calendarHome]),
        kept(.caldav(.defaultAlarmVtodoDatetime), on: [.calendar, .calendarHome]),
        kept(.caldav(.defaultAlarmVtodoDate), on: [.calendar, .calendarHome]),
        LiveProperty(
            name: .caldav(.calendarData),
            member: { tx, member, scope, out in
                guard scope.collection.kind == .calendar else { return false }
                return try ObjectData.writeCalendar(tx, member, scope, to: &out)
            }),
    ]

    /// A property that clients set and get back, on collections of these kinds.
    static func kept(_ name: XMLName, on kinds: Set<CollectionKind>) -> LiveProperty {
        LiveProperty(name: name, resource: { _, _, _ in false }, setting: .init(kinds: kinds))
    }

    /// Of most calendars, in every row of a home: written once.
    private static let allComponents: [UInt8] = {
        var out = XMLWriter()
        for component in CalendarComponents.all { out.empty(.caldav(.comp), attributes: [("name", component)]) }
        return out.bytes
    }()
}
