import Bytes
package import ContentLines

/// RFC 4791 §4.1: one calendar object, that is the components of one UID and kind with the time zones they need.
package struct CalendarObjectResource: Sendable {
    package let document: CalendarDocument
    /// The only VCALENDAR.
    package let calendar: Component
    /// As sent, without escapes: what identifies the object within its calendar.
    package let uid: String
    package let kind: CalendarComponentKind
    /// The components of that kind, in their order: masters (mostly one), and overrides, which have a RECURRENCE-ID.
    package let components: [Component]
    /// How many of them are overrides.
    package let overrideCount: Int

    /// What an index of a database can hold as a key.
    package static let maximumUIDByteCount = 2048

    /// Whether there is more than overrides: an attendee who is invited to one instance has no master.
    package var hasMaster: Bool { overrideCount < components.count }
    /// The first component that is no override.
    package var master: Component? { components.first { !Self.isOverride($0) } }
    /// The component to show for the whole: the master, or the first override.
    package var leading: Component? { master ?? components.first }
    /// Decoded; nil where there is none, or an empty one.
    package var summary: String? {
        guard let text = leading?.property("SUMMARY")?.text, !text.isEmpty else { return nil }
        return text
    }

    /// RFC 5545 §3.8.4.4
    package static func isOverride(_ component: Component) -> Bool { component.property("RECURRENCE-ID") != nil }

    /// An object has one master (RFC 4791 §4.1); data of the wild has more, each of which costs when instances are asked for.
    package static let mostMasters = 64

    /// Parses, then as `validate(_:)` of a document.
    package static func validate(
        _ bytes: [UInt8], limits: ContentLineLimits = ContentLineLimits()
    ) throws(CalendarObjectInvalid) -> CalendarObjectResource {
        let document: CalendarDocument
        do {
            document = try CalendarDocument.parse(bytes, limits: limits)
        } catch {
            throw .notICalendar(error)
        }
        return try validate(document)
    }

    /// RFC 4791 §4.1 and §5.3.2.1. Only what has no identity is refused: values, dates and missing properties are
    /// looked at by whoever needs them.
    package static func validate(
        _ document: CalendarDocument
    ) throws(CalendarObjectInvalid) -> CalendarObjectResource {
        if document.tree.containsNUL { throw .containsNUL }
        guard let calendar = document.calendars.only else { throw .severalCalendars(document.calendars.count { _ in true }) }
        if calendar.property("VERSION")?.isValue("1.0") ?? false { throw .unsupportedVersion("1.0") }
        // RFC 4791 §4.1: "MUST NOT specify the iCalendar METHOD property".
        if let method = calendar.property("METHOD") { throw .methodPresent(method.text) }
        var identity = Identity()
        var components: [Component] = []
        var overrideCount = 0
        for component in calendar.children {
            guard let kind = CalendarComponentKind(of: component) else { continue }
            if try identity.add(component, kind) { overrideCount += 1 }
            components.append(component)
        }
        guard let kind = identity.kind, let uid = identity.uid else {
            throw calendar.children.contains { $0.isNamed("VTIMEZONE") } ? .onlyTimeZones : .noComponent
        }
        let masterCount = components.count - overrideCount
        if masterCount > mostMasters { throw .tooManyMasters(masterCount) }
        return CalendarObjectResource(
            document: document, calendar: calendar, uid: uid, kind: kind, components: components,
            overrideCount: overrideCount)
    }

    /// The one UID and kind of components that are looked at one after the other.
    private struct Identity {
        var kind: CalendarComponentKind?
        var uid: String?
        private var uidValue: ArraySlice<UInt8> = []

        /// Whether the component is an override. All that matters here is found in one look at its lines.
        mutating func add(
            _ component: Component, _ kind: CalendarComponentKind
        ) throws(CalendarObjectInvalid) -> Bool {
            if let other = self.kind, other != kind { throw .mixedComponents(other, kind) }
            self.kind = kind
            var hasUID = false
            var start: ContentLine?
            var instance: ContentLine?
            try component.forEachProperty { line throws(CalendarObjectInvalid) in
                switch line.nameCount {
                case 3 where line.isNamed("UID"):
                    hasUID = true
                    try add(uid: line, kind)
                case 7 where line.isNamed("DTSTART"): try Self.keep(line, as: &start)
                case 13 where line.isNamed("RECURRENCE-ID"): try Self.keep(line, as: &instance)
                default: break
                }
            }
            if !hasUID { throw .noUID(kind) }
            return instance != nil
        }

        private mutating func add(
            uid line: ContentLine, _ kind: CalendarComponentKind
        ) throws(CalendarObjectInvalid) {
            if uid != nil, line.value.elementsEqual(uidValue) { return }
            let text = line.text
            // White space of Unicode is looked for where the first byte is no visible one of ASCII.
            if !(0x21..<0x7F ~= text.utf8.first ?? 0), text.allSatisfy(\.isWhitespace) { throw .emptyUID(kind) }
            if let uid {
                if text != uid { throw .mixedUIDs(uid, text) }
                return
            }
            if text.utf8.count > maximumUIDByteCount { throw .uidTooLong(text.utf8.count) }
            uid = text
            uidValue = line.value
        }

        /// The same line twice is one (some clients double lines); two that differ leave open when the thing is.
        private static func keep(
            _ line: ContentLine, as first: inout ContentLine?
        ) throws(CalendarObjectInvalid) {
            guard let other = first else {
                first = line
                return
            }
            if !line.unfolded.elementsEqual(other.unfolded) { throw .repeatedProperty(line.uppercasedName) }
        }
    }
}
