// TimeZoneServer: the time zone data distribution service (RFC 7808), by which clients get zones that calendar data names without
// defining them (RFC 7809). It gives out the time zone database of the machine, to anybody, and knows nothing else.
//
// Actions: ZoneAction.swift has the table; each has a file.

package import CivilTime
package import HTTPServer

/// Answers below `/timezones` and `/.well-known/timezone`.
package struct TimeZoneServer: HTTPResponder {
    let timeZones: TimeZoneDatabase

    package init(_ timeZones: TimeZoneDatabase) { self.timeZones = timeZones }

    /// Where the service is; the target of CALDAV:timezone-service-set (RFC 7809 §5.1).
    package static let path = "/timezones"

    package static func isAsked(_ target: String) -> Bool {
        let end = target.utf8.firstIndex(of: 0x3F) ?? target.utf8.endIndex
        let path = target[..<end]
        return path == Self.path || path.hasPrefix(Self.path + "/") || path == "/.well-known/timezone"
    }

    package func bodyRule(for head: HTTPRequestHead) -> HTTPBodyRule { .collect(limit: 0) }

    package func refusal(of head: HTTPRequestHead) -> HTTPResponse? { nil }

    package func respond(to request: HTTPRequest) -> HTTPResponse {
        guard request.head.method == "GET" || request.head.method == "HEAD" else {
            return HTTPResponse(status: 405, headers: [("Allow", "GET, HEAD")])
        }
        do {
            guard let action = try ZoneAction(request.head.target) else {
                // RFC 7808 §4.2.1.3
                return HTTPResponse(status: 301, headers: [("Location", Self.path), ("Cache-Control", "max-age=86400")])
            }
            return try respond(action, request.head)
        } catch {
            return error.response
        }
    }

    private func respond(_ action: ZoneAction, _ head: HTTPRequestHead) throws(ZoneProblem) -> HTTPResponse {
        switch action {
        case .capabilities: ServiceCapabilities.response(version)
        case .list(let token): ZoneList.response(timeZones, changedSince: token)
        case .find(let pattern): try ZoneList.response(timeZones, matching: pattern)
        case .get(let id, let range):
            try ZoneData.response(try zone(id), id: id, aliasOf: original(of: id), range, head, version: version)
        case .expand(let id, let range): try ZoneObservances.response(try zone(id), id: id, range, head, version: version)
        case .leapSeconds: try LeapSeconds.response(timeZones)
        }
    }

    private func zone(_ id: String) throws(ZoneProblem) -> ZoneRules {
        guard let rules = timeZones.rules(named: id) else { throw .zoneNotFound }
        return rules
    }

    /// The zone that `id` is another name of; nil for a zone's own name.
    private func original(of id: String) -> String? {
        let name = timeZones.index.spelling(of: id) ?? id
        let zone = timeZones.index.zone(of: name)
        return zone == name ? nil : zone
    }

    private var version: String { timeZones.index.version ?? "unknown" }
}
