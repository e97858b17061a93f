import CivilTime
import HTTPServer
import ICalendar

/// RFC 7808 §5.4: what the clocks do in a range of time, the observance at its start first.
enum ZoneObservances {
    static func response(
        _ rules: ZoneRules, id: String, _ range: InstantRange, _ head: HTTPRequestHead, version: String
    ) throws(ZoneProblem) -> HTTPResponse {
        let etag = EntityTag(release: version, form: "")
        if etag.isKnown(to: head) { return HTTPResponse(status: 304, headers: [("ETag", etag.field), ("Cache-Control", "max-age=3600")]) }
        guard let start = range.start else { throw .invalidStart }
        guard let end = range.end else { throw .invalidEnd }
        var observances: [Observance] = []
        if let first = rules.transition(atOrBefore: start) {
            observances.append(Observance(first, at: first.instant))
        } else {
            let initial = rules.observance(at: start)
            observances.append(Observance(
                name: initial.abbreviation, onset: text(start), offsetBefore: initial.offset, offset: initial.offset))
        }
        for transition in rules.transitions(after: start, through: Instant(seconds: end.seconds - 1), limit: 5_000) {
            observances.append(Observance(transition, at: transition.instant))
        }
        return JSONBody.response(Body(id: id, start: text(start), end: text(end), observances: observances), etag)
    }

    /// RFC 3339
    static func text(_ instant: Instant) -> String {
        guard let time = CivilDateTime(wallSeconds: instant.seconds) else { return "" }
        func padded(_ number: Int, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let date = time.date
        return "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))T"
            + "\(padded(time.hour, 2)):\(padded(time.minute, 2)):\(padded(time.second, 2))Z"
    }

    /// RFC 3339's full-date.
    static func day(_ instant: Instant) -> String { String(text(instant).prefix { $0 != "T" }) }

    private struct Body: Encodable {
        var id: String
        var start: String
        var end: String
        var observances: [Observance]

        enum CodingKeys: String, CodingKey {
            case id = "tzid"
            case start, end, observances
        }
    }

    fileprivate struct Observance: Encodable {
        var name: String
        var onset: String
        var offsetBefore: Int
        var offset: Int

        enum CodingKeys: String, CodingKey {
            case name, onset
            case offsetBefore = "utc-offset-from"
            case offset = "utc-offset-to"
        }
    }
}

extension ZoneObservances.Observance {
    fileprivate init(_ transition: ZoneRules.Transition, at instant: Instant) {
        self.init(
            name: transition.after.abbreviation, onset: ZoneObservances.text(instant),
            offsetBefore: transition.before.offset, offset: transition.after.offset)
    }
}
