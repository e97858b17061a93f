/// The time zones of the demo organisation's events, by today's rules (RFC 5545 §3.6.5).
enum DemoZones {
    static let lines: [String: [String]] = [
        "Europe/Berlin": zone(
            "Europe/Berlin", winter: ("+0100", "CET", "19961027T030000", "FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU"),
            summer: ("+0200", "CEST", "19810329T020000", "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU")),
        "America/New_York": zone(
            "America/New_York", winter: ("-0500", "EST", "20071104T020000", "FREQ=YEARLY;BYMONTH=11;BYDAY=1SU"),
            summer: ("-0400", "EDT", "20070311T020000", "FREQ=YEARLY;BYMONTH=3;BYDAY=2SU")),
        "Asia/Tokyo": [
            "BEGIN:VTIMEZONE", "TZID:Asia/Tokyo", "BEGIN:STANDARD", "DTSTART:19700101T000000", "TZOFFSETFROM:+0900", "TZOFFSETTO:+0900",
            "TZNAME:JST", "END:STANDARD", "END:VTIMEZONE",
        ],
    ]

    private typealias Observance = (offset: String, name: String, start: String, rule: String)

    private static func zone(_ id: String, winter: Observance, summer: Observance) -> [String] {
        func observance(_ kind: String, _ to: Observance, from: Observance) -> [String] {
            ["BEGIN:\(kind)", "DTSTART:\(to.start)", "TZOFFSETFROM:\(from.offset)", "TZOFFSETTO:\(to.offset)", "TZNAME:\(to.name)",
             "RRULE:\(to.rule)", "END:\(kind)"]
        }
        return ["BEGIN:VTIMEZONE", "TZID:\(id)"] + observance("DAYLIGHT", summer, from: winter)
            + observance("STANDARD", winter, from: summer) + ["END:VTIMEZONE"]
    }
}
