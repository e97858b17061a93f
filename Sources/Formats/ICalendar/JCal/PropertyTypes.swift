import ContentLines

/// The type that each property's value has where no VALUE says otherwise: RFC 5545 §3.7 and §3.8, and the extensions that
/// add properties.
enum PropertyTypes {
    /// RFC 7986 §5.7 to §5.11, RFC 9073 §6.5 and §6.6, RFC 9253 §8.2: "VALUE=… is required".
    private static let alwaysTyped: Set<String> = [
        "REFRESH-INTERVAL", "SOURCE", "IMAGE", "CONFERENCE", "STYLED-DESCRIPTION", "STRUCTURED-DATA", "LINK",
    ]
    static let dialect = JSONDialect(types: types, alwaysTyped: alwaysTyped, hasGroups: false, hasTruncatedDates: false, quotedLists: [])

    private static let types: [String: JSONPropertyType] = {
        var types: [String: JSONPropertyType] = [
            // RFC 7265 §3.4.1
            "GEO": JSONPropertyType("float", .structured), "REQUEST-STATUS": JSONPropertyType("text", .structured),
            // RFC 5545 §3.1.2
            "CATEGORIES": JSONPropertyType("text", .list), "RESOURCES": JSONPropertyType("text", .list),
            "EXDATE": JSONPropertyType("date-time", .list), "RDATE": JSONPropertyType("date-time", .list),
            "FREEBUSY": JSONPropertyType("period", .list),
        ]
        for (identifier, names) in single {
            for name in names { types[name] = JSONPropertyType(identifier) }
        }
        return types
    }()

    private static let single: [(String, [String])] = [
        (
            "text",
            [
                "CALSCALE", "METHOD", "PRODID", "VERSION", "CLASS", "COMMENT", "DESCRIPTION", "LOCATION", "STATUS", "SUMMARY",
                "TRANSP", "TZID", "TZNAME", "CONTACT", "RELATED-TO", "UID", "ACTION",
                // RFC 7808, RFC 7953, RFC 7986, RFC 9073, RFC 9074 and RFC 9253
                "TZID-ALIAS-OF", "BUSYTYPE", "NAME", "COLOR", "LOCATION-TYPE", "PARTICIPANT-TYPE", "RESOURCE-TYPE",
                "STYLED-DESCRIPTION", "STRUCTURED-DATA", "PROXIMITY", "REFID",
            ]
        ),
        (
            "uri",
            [
                "ATTACH", "TZURL", "URL",
                // RFC 7986 has IMAGE and CONFERENCE without a default.
                "SOURCE", "CONFERENCE", "IMAGE", "CONCEPT", "LINK",
            ]
        ),
        ("cal-address", ["ATTENDEE", "ORGANIZER", "CALENDAR-ADDRESS"]),
        (
            "date-time",
            [
                "COMPLETED", "DTEND", "DUE", "DTSTART", "RECURRENCE-ID", "CREATED", "DTSTAMP", "LAST-MODIFIED", "TZUNTIL",
                "ACKNOWLEDGED",
            ]
        ),
        ("duration", ["DURATION", "TRIGGER", "REFRESH-INTERVAL"]),
        ("integer", ["PERCENT-COMPLETE", "PRIORITY", "REPEAT", "SEQUENCE"]),
        ("recur", ["RRULE", "EXRULE"]),
        ("utc-offset", ["TZOFFSETFROM", "TZOFFSETTO"]),
    ]
}
