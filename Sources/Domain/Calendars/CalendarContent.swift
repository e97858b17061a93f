import Bytes
package import CivilTime
package import CollectionStore
import ICalendar

/// Bytes that are one calendar object, with what the store keeps beside them.
package struct CalendarContent: Sendable {
    package let content: MemberContent

    /// Throws the reason for which the bytes are none.
    package init(
        _ bytes: [UInt8], maximumSize: Int, timeZones: TimeZoneDatabase
    ) throws(CalendarRefusal) {
        if bytes.count > maximumSize { throw .tooLarge(limit: maximumSize) }
        try Self.refuseUnknownScale(bytes)
        let facts = try CalendarContent.facts(of: bytes, timeZones: timeZones)
        content = MemberContent(place: .bytes(bytes), size: bytes.count, etag: ETag.of(bytes), facts: facts)
    }

    /// RFC 7529, on CalDAV: a rule that nobody here can evaluate would be an event that is never found. What is stored already stays.
    private static func refuseUnknownScale(_ bytes: [UInt8]) throws(CalendarRefusal) {
        guard bytes.withUnsafeBytes({ $0.contains([UInt8]("RSCALE".utf8)) }),
            let object = try? CalendarObjectResource.validate(bytes) else { return }
        let zones = CalendarTimeZones(nil, database: TimeZoneDatabase { _ in nil })
        if let scale = RecurrenceSet(object.components, zones: zones).unsupportedScale { throw .unsupportedScale(scale) }
    }

    /// What the store keeps beside the bytes; also how it is made anew from stored ones.
    package static func facts(
        of bytes: [UInt8], timeZones: TimeZoneDatabase
    ) throws(CalendarRefusal) -> MemberFacts {
        let object: CalendarObjectResource
        do {
            object = try CalendarObjectResource.validate(bytes)
        } catch {
            throw CalendarRefusal(error)
        }
        return MemberFacts(
            uid: object.uid, component: object.kind.name.lowercased(),
            index: ObjectIndex(
                occurrences: CalendarOccurrences.of(object, timeZones: timeZones),
                text: .init(CalendarSearchText.of(object)), privacy: object.privacy),
            attachments: object.managedIDs(limit: Attachments.maximumReferences))
    }

    /// The content, for a calendar that takes such components.
    package func admitted(to calendar: Collection) throws(CalendarRefusal) -> MemberContent {
        try CalendarComponents.check(content.facts.component, in: calendar)
        return content
    }
}

extension CalendarRefusal {
    init(_ invalid: CalendarObjectInvalid) {
        switch invalid {
        case .notICalendar, .containsNUL: self = .notCalendarData(invalid.sentence)
        case .unsupportedVersion: self = .unsupportedData(invalid.sentence)
        case .severalCalendars, .noComponent, .onlyTimeZones, .mixedComponents, .noUID, .emptyUID, .uidTooLong,
            .mixedUIDs, .methodPresent, .repeatedProperty, .tooManyMasters:
            self = .notObjectResource(invalid.sentence)
        }
    }
}
