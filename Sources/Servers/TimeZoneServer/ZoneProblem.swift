import HTTPServer

/// RFC 7808 §5 and §10.1.7, as RFC 9457 writes problems.
enum ZoneProblem: String, Error {
    case invalidAction = "invalid-action"
    case invalidChangedSince = "invalid-changedsince"
    case invalidPattern = "invalid-pattern"
    case invalidFormat = "invalid-format"
    case invalidStart = "invalid-start"
    case invalidEnd = "invalid-end"
    case zoneNotFound = "tzid-not-found"
    case noLeapSeconds = "leapseconds-not-available"

    private var status: Int {
        switch self {
        case .zoneNotFound, .noLeapSeconds: 404
        case .invalidFormat: 406
        case .invalidAction, .invalidChangedSince, .invalidPattern, .invalidStart, .invalidEnd: 400
        }
    }

    private var title: String {
        switch self {
        case .invalidAction: "There is no such action."
        case .invalidChangedSince: "There is one synchronisation token at most."
        case .invalidPattern: "A pattern is text, with a star at its ends only; a backslash stands before a star or another one."
        case .invalidFormat: "Zones are served as text/calendar and application/calendar+json."
        case .invalidStart: "A start is one time in UTC."
        case .invalidEnd: "An end is one time in UTC, after the start."
        case .zoneNotFound: "There is no zone of that name."
        case .noLeapSeconds: "The time zone database of this server has no list of leap seconds."
        }
    }

    private struct Body: Encodable {
        var type: String
        var title: String
        var status: Int
    }

    var response: HTTPResponse {
        let body = Body(type: "urn:ietf:params:tzdist:error:\(rawValue)", title: title, status: status)
        return HTTPResponse(
            status: status, headers: [("Content-Type", "application/problem+json")], body: .bytes(JSONBody.bytes(of: body)))
    }
}
