package import ContentLines

/// What a calendar as a whole is called and looks like: RFC 7986, and the `X-WR-` properties from which it was made.
package struct CalendarProperties: Equatable, Sendable {
    package var name: String?
    package var color: String?
    package var description: String?
    /// X-WR-TIMEZONE: the zone of whoever looks at it.
    package var timeZoneID: String?

    package init(
        name: String? = nil, color: String? = nil, description: String? = nil, timeZoneID: String? = nil
    ) {
        self.name = name
        self.color = color
        self.description = description
        self.timeZoneID = timeZoneID
    }

    /// Takes over what `line` says, unless it was said before. Whether the line is about the calendar as a whole, so
    /// that it has no place in a single object.
    package mutating func take(_ line: ContentLine) -> Bool {
        let name = line.uppercasedName
        switch name {
        case "X-WR-CALNAME", "NAME": self.name = self.name ?? Self.text(line)
        case "X-APPLE-CALENDAR-COLOR", "COLOR", "X-OUTLOOK-COLOR", "X-FUNAMBOL-COLOR": color = color ?? Self.text(line)
        case "X-WR-CALDESC", "DESCRIPTION": description = description ?? Self.text(line)
        case "X-WR-TIMEZONE": timeZoneID = timeZoneID ?? Self.text(line)
        // RFC 5546 §1.4 and RFC 7986 §5: of a message, or of the calendar as a publication.
        case "METHOD", "X-PUBLISHED-TTL", "UID", "LAST-MODIFIED", "URL", "CATEGORIES", "REFRESH-INTERVAL", "SOURCE",
            "IMAGE":
            break
        default: return name.hasPrefix("X-WR-")
        }
        return true
    }

    private static func text(_ line: ContentLine) -> String? {
        let text = line.text
        return text.isEmpty ? nil : text
    }
}
