import Bytes
package import CivilTime
package import CollectionStore
import ContentLines
import ICalendar

/// Bytes that are one calendar object, with what the store keeps beside them.
package struct CalendarContent: Sendable {
    package let content: MemberContent

    /// Throws the reason for which the bytes are none.
    ///
    /// - Parameter maximumAttendees: how many ATTENDEEs each of its components may have; nil: any number.
    package init(
        _ bytes: [UInt8], maximumSize: Int, maximumAttendees: Int? = nil, timeZones: TimeZoneDatabase
    ) throws(CalendarRefusal) {
        if bytes.count > maximumSize { throw .tooLarge(limit: maximumSize) }
        try Self.refuseUnknownScale(bytes)
        if let maximumAttendees { try Self.refuseAttendees(bytes, above: maximumAttendees) }
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

    /// RFC 4791 §5.2.9: the number counts in each component, as an instance has the attendees of one. What is stored already stays.
    private static func refuseAttendees(_ bytes: [UInt8], above limit: Int) throws(CalendarRefusal) {
        // So many would not be in it: few objects are looked at twice.
        guard bytes.count / "ATTENDEE:\n".utf8.count > limit, let object = try? CalendarObjectResource.validate(bytes) else { return }
        for component in object.components {
            var count = 0
            for line in component.properties where line.nameCount == 8 && line.isNamed("ATTENDEE") { count += 1 }
            if count > limit { throw .tooManyAttendees(limit: limit) }
        }
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
                text: .init(CalendarSearchText.of(object)), privacy: object.privacy,
                sharedTag: object.hasPersonal ? ETag.of(PersonalParts().view(of: object)) : nil),
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
