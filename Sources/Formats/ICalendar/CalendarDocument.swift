// ICalendar: RFC 5545 and what extends it, as documents whose bytes stay the client's.
//
// It owns the shape of a calendar document, what makes one a calendar object resource (RFC 4791 §4.1), and how whole
// files become objects and objects become whole files. It must never change an object that is stored as it was sent,
// refuse one for a value that it does not understand, or know of a server, a clock or a store.
//
// Invariants: what `CalendarObjectResource` accepts has exactly one UID and one kind of component; what
// `CalendarSplitter` gives out is accepted by it.
//
// Start reading here, then CalendarObjectResource.swift and CalendarSplitter.swift.

package import Bytes
package import ContentLines

/// An iCalendar stream: one VCALENDAR, or several.
package struct CalendarDocument: Sendable {
    /// Everything that stands in the stream.
    package let tree: ComponentTree

    /// Throws where there is no VCALENDAR, or a limit is passed; what can be read in spite of its faults, is read.
    package static func parse(
        _ bytes: [UInt8], limits: ContentLineLimits = ContentLineLimits()
    ) throws(ParseError) -> CalendarDocument {
        let tree = try ComponentTree.parse(bytes, rules: nesting, limits: limits)
        let document = CalendarDocument(tree: tree)
        guard document.calendars.first != nil else {
            throw ParseError(at: 0, expected: "BEGIN:VCALENDAR")
        }
        return document
    }

    /// The VCALENDARs, in their order.
    package var calendars: NamedComponentSequence { tree.roots(named: "VCALENDAR") }
    /// The bytes that were parsed.
    package var source: [UInt8] { tree.source }

    /// Whether the components are the same to the byte, in their order, and this has the time zones that the other one has: two files of
    /// one object, of which one went through an export, differ in no more than what stands around it.
    package func hasSameComponents(as other: CalendarDocument) -> Bool {
        func parts(_ document: CalendarDocument) -> (zones: Set<[UInt8]>, others: [[UInt8]]) {
            let children = document.calendars.flatMap { Array($0.children) }
            return (
                Set(children.filter { $0.isNamed("VTIMEZONE") }.map(\.normalizedSource)),
                children.filter { !$0.isNamed("VTIMEZONE") }.map(\.normalizedSource))
        }
        let (own, others) = (parts(self), parts(other))
        return own.others == others.others && own.zones.isSuperset(of: others.zones)
    }

    static let outermost: UInt8 = 1
    static let sideBySide: UInt8 = 2
    /// RFC 5545 §3.6: VCALENDAR is outermost, and the others stand side by side in it. A VEVENT within a VPOLL, or
    /// within a component that nobody knows, is left there.
    static let nesting = NestingRules { name in
        switch name.count {
        case 9 where name.equalsIgnoringASCIICase("VCALENDAR"): outermost
        case 6 where name.equalsIgnoringASCIICase("VEVENT"): sideBySide
        case 5 where name.equalsIgnoringASCIICase("VTODO"): sideBySide
        case 8 where name.equalsIgnoringASCIICase("VJOURNAL"): sideBySide
        case 9 where name.equalsIgnoringASCIICase("VFREEBUSY"): sideBySide
        case 9 where name.equalsIgnoringASCIICase("VTIMEZONE"): sideBySide
        case 13 where name.equalsIgnoringASCIICase("VAVAILABILITY"): sideBySide
        default: nil
        }
    }
}
