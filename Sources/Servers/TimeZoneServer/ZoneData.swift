import CivilTime
import ContentLines
import DAVGrammar
import HTTPServer
import ICalendar

/// RFC 7808 §5.3: one zone as a VTIMEZONE, in iCalendar or jCal, whole or as much of it as is asked for.
enum ZoneData {
    static func response(
        _ rules: ZoneRules, id: String, aliasOf original: String?, _ range: InstantRange, _ head: HTTPRequestHead, version: String
    ) throws(ZoneProblem) -> HTTPResponse {
        let isJSON = try isJSON(Accept(head.headers.joined("accept")))
        // RFC 7808 §5.3.2: the list tells the tag, which is the release, of whatever format.
        let etag = EntityTag(release: version, form: isJSON ? "-json" : "")
        let headers: [(name: String, value: String)] = [
            ("ETag", etag.field), ("Vary", "Accept"), ("Cache-Control", "max-age=86400"),
        ]
        if etag.isKnown(to: head) { return HTTPResponse(status: 304, headers: headers) }
        var writer = ContentLineWriter()
        writer.begin("VCALENDAR")
        writer.property("VERSION", text: "2.0")
        writer.property("PRODID", text: CalendarJoiner.productID)
        if range == InstantRange() {
            VTimeZoneWriter.append(rules, id: id, aliasOf: original, to: &writer)
        } else {
            VTimeZoneWriter.append(rules, id: id, aliasOf: original, truncatedTo: range, to: &writer)
        }
        writer.end("VCALENDAR")
        var bytes = writer.bytes
        var type = "text/calendar; charset=utf-8"
        if isJSON, let calendar = (try? CalendarDocument.parse(bytes))?.calendars.first {
            bytes = JCal.json(of: calendar)
            type = "application/calendar+json"
        }
        return HTTPResponse(status: 200, headers: headers + [("Content-Type", type)], body: .bytes(bytes), isCompressible: true)
    }

    private static func isJSON(_ accept: Accept?) throws(ZoneProblem) -> Bool {
        guard let accept else { return false }
        let (calendar, json) = (accept.quality(of: "text/calendar"), accept.quality(of: "application/calendar+json"))
        if calendar == 0 && json == 0 { throw .invalidFormat }
        return json > calendar
    }
}
