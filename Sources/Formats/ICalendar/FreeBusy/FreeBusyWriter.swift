import Bytes
package import CivilTime
package import ContentLines

/// Writes busy time as a VFREEBUSY (RFC 5545 §3.6.4, RFC 4791 §7.10).
package struct FreeBusyWriter: Sendable {
    /// Who asks, and whose time it is.
    package enum CalendarUser: Sendable {
        /// A calendar user address.
        case address(String)
        /// A line of the request, of which the answer has name, parameters and value (RFC 5546 §3.3.2).
        case line(ContentLine)
    }

    /// DTSTAMP
    package var stamp: Instant
    package var uid: String?
    package var organizer: CalendarUser?
    package var attendee: CalendarUser?
    /// RFC 5546: `REPLY` where it answers a request; a report has none.
    package var method: String?

    package init(
        stamp: Instant, uid: String? = nil, organizer: CalendarUser? = nil, attendee: CalendarUser? = nil,
        method: String? = nil
    ) {
        self.stamp = stamp
        self.uid = uid
        self.organizer = organizer
        self.attendee = attendee
        self.method = method
    }

    /// A whole VCALENDAR. Each period has a line of its own: not every reader knows lists.
    package func bytes(of busy: BusyTime) throws(CalendarLimitExceeded) -> [UInt8] {
        let periods = try busy.periods()
        var writer = ContentLineWriter()
        writer.begin("VCALENDAR")
        writer.property("VERSION", text: "2.0")
        writer.property("PRODID", text: CalendarJoiner.productID)
        if let method { writer.property("METHOD", text: method) }
        writer.begin("VFREEBUSY")
        if let uid { writer.property("UID", text: uid) }
        writer.property("DTSTAMP", value: Self.utc(stamp))
        writer.property("DTSTART", value: Self.utc(busy.start))
        writer.property("DTEND", value: Self.utc(busy.end))
        if let organizer { append(organizer, "ORGANIZER", to: &writer) }
        if let attendee { append(attendee, "ATTENDEE", to: &writer) }
        for period in periods {
            // BUSY is the default (RFC 5545 §3.2.9), and clients that know no FBTYPE take all as busy.
            let value = Self.utc(period.start) + [0x2F] + Self.utc(period.end)
            if period.kind == .busy {
                writer.property("FREEBUSY", value: value)
            } else {
                writer.property("FREEBUSY", parameters: [("FBTYPE", period.kind.name)], value: value)
            }
        }
        writer.end("VFREEBUSY")
        writer.end("VCALENDAR")
        return writer.bytes
    }

    private func append(_ user: CalendarUser, _ name: StaticString, to writer: inout ContentLineWriter) {
        switch user {
        case .address(let address): writer.property(name, value: address.utf8)
        case .line(let line):
            var source: [UInt8] = []
            line.appendSource(to: &source)
            writer.verbatim(source)
        }
    }

    /// RFC 5545 §3.8.2.6: "The UTC time format MUST be used". What no calendar has is its first or last second.
    private static func utc(_ instant: Instant) -> [UInt8] {
        var text: [UInt8] = []
        let edge = instant.seconds < 0
            ? CivilDateTime(year: 0, month: 1, day: 1, hour: 0, minute: 0, second: 0)
            : CivilDateTime(year: 9999, month: 12, day: 31, hour: 23, minute: 59, second: 59)
        if let wall = CivilDateTime(wallSeconds: instant.seconds) ?? edge { CalendarTime.utc(wall).append(to: &text) }
        return text
    }
}
