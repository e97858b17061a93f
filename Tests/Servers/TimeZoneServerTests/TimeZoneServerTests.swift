import CivilTime
import FoundationEssentials
import HTTPServer
import Testing

@testable import TimeZoneServer

@Suite("Time zone service (RFC 7808)")
struct TimeZoneServerTests {
    private let server = TimeZoneServer(TimeZoneDatabase(
        index: TimeZoneIndex(tzdata: [UInt8]("# version 2026f\nZ Europe/Berlin x y\nZ America/New_York x y\nL America/New_York US/Eastern\n".utf8)),
        modified: Instant(seconds: 1_790_000_000), load: { name in (try? Data(contentsOf: URL(filePath: "/usr/share/zoneinfo/\(name)"))).map { [UInt8]($0) } }))

    private func get(_ target: String, _ headers: [(name: String, value: String)] = []) -> (status: Int, headers: [String: String], text: String) {
        let response = server.respond(to: HTTPRequest(head: HTTPRequestHead(method: "GET", target: target, headers: HTTPFields(headers))))
        var text = ""
        if case .bytes(let bytes) = response.body { text = String(decoding: bytes, as: UTF8.self) }
        return (response.status, Dictionary(response.headers.map { ($0.name, $0.value) }) { $1 }, text)
    }


    @Test("the well-known place leads to the service (§4.2.1.3)")
    func wellKnown() {
        #expect(TimeZoneServer.isAsked("/.well-known/timezone"))
        let answer = get("/.well-known/timezone")
        #expect(answer.status == 301 && answer.headers["Location"] == "/timezones")
        #expect(!TimeZoneServer.isAsked("/timezonesx") && !TimeZoneServer.isAsked("/calendars/"))
    }

    @Test("the service tells its actions and formats (§5.1)")
    func capabilities() throws {
        for target in ["/timezones", "/timezones/capabilities"] {
            #expect(get(target).text.contains("\"primary-source\":\"IANA:2026f\""))
            #expect(get(target).text.contains("\"uri-template\":\"/timezones/zones{/tzid}/observances{?start,end}\""))
        }
    }

    @Test("zones are listed with their aliases, and not again to who has the release (§5.2)")
    func list() {
        let all = get("/timezones/zones").text
        #expect(all.contains("\"tzid\":\"America/New_York\"") && all.contains("\"aliases\":[\"US/Eastern\"]"))
        #expect(!all.contains("\"tzid\":\"US/Eastern\""))
        #expect(get("/timezones/zones?changedsince=2026f").text == "{\"synctoken\":\"2026f\",\"timezones\":[]}")
        #expect(get("/timezones/zones?changedsince=2020a").text == all)
        #expect(get("/timezones/zones?changedsince=yesterday").text == all)
        let refused = get("/timezones/zones?changedsince=2026f&changedsince=2020a")
        #expect(refused.status == 400 && refused.text.contains("urn:ietf:params:tzdist:error:invalid-changedsince"))
    }

    @Test("zones are found by a part of a name, also an alias's (§5.5)", arguments: [
        ("*york", 1), ("us/*", 1), ("*e*", 2), ("new york", 0), ("*new york*", 1), ("Europe/Berlin", 1),
    ])
    func find(_ pattern: String, _ count: Int) throws {
        let target = "/timezones/zones?pattern=" + pattern.replacing(" ", with: "%20")
        #expect(get(target).text.split(separator: "\"tzid\"").count - 1 == count)
    }

    @Test("a star within a pattern, nothing but stars, a backslash before a letter, and two patterns are none (§5.5)", arguments: [
        "*", "**", "a*b", "", "x*y", "a%5Cb", "a%5C", "a&pattern=b",
    ])
    func badPattern(_ pattern: String) {
        let answer = get("/timezones/zones?pattern=\(pattern)")
        #expect(answer.status == 400 && answer.text.contains("invalid-pattern"))
        #expect(get("/timezones/zones?pattern").status == 400)
    }

    @Test("a star with a backslash before it is looked for (§5.5)")
    func escapedPattern() {
        #expect(get("/timezones/zones?pattern=%5C*x").text.contains("\"timezones\":[]"))
        #expect(get("/timezones/zones?pattern=%5C%5C*").text.contains("\"timezones\":[]"))
    }

    @Test("the tag of a list is that of the zone in any format, and of what is observed in it (§5.3.2, §5.4)")
    func tags() {
        #expect(get("/timezones/zones").text.contains("\"etag\":\"2026f\""))
        let known = [(name: "If-None-Match", value: "\"2026f\"")]
        #expect(get("/timezones/zones/Europe%2FBerlin", known).status == 304)
        #expect(get("/timezones/zones/Europe%2FBerlin", known + [(name: "Accept", value: "application/calendar+json")]).status == 304)
        let observances = "/timezones/zones/Europe%2FBerlin/observances?start=2008-01-01T00:00:00Z&end=2009-01-01T00:00:00Z"
        #expect(get(observances).headers["ETag"] == "\"2026f\"" && get(observances, known).status == 304)
        #expect(get(observances, [(name: "If-None-Match", value: "\"2026e\", W/\"x\"")]).status == 200)
    }

    @Test("leap seconds are told with the day on which the list expires (§5.6)")
    func leapSeconds() {
        let text = "#$\t3676924800\n#@\t3991593600\n2272060800\t10\t# 1 Jan 1972\n3692217600 37 # 1 Jan 2017\nx\n"
        let server = TimeZoneServer(TimeZoneDatabase { name in name == "leap-seconds.list" ? [UInt8](text.utf8) : nil })
        let response = server.respond(to: HTTPRequest(head: HTTPRequestHead(method: "GET", target: "/timezones/leapseconds", headers: HTTPFields([]))))
        guard case .bytes(let bytes) = response.body else { Issue.record("no body"); return }
        #expect(String(decoding: bytes, as: UTF8.self) == """
            {"expires":"2026-06-28","leapseconds":[{"onset":"1972-01-01","utc-offset":10},{"onset":"2017-01-01","utc-offset":37}],\
            "publisher":"IERS","version":"unknown"}
            """)
        let without = TimeZoneServer(TimeZoneDatabase { _ in nil })
        #expect(without.respond(to: HTTPRequest(head: HTTPRequestHead(
            method: "GET", target: "/timezones/leapseconds", headers: HTTPFields([])))).status == 404)
    }

    @Test("a zone is given as iCalendar, and as jCal to who wants it (§5.3)")
    func zone() {
        let calendar = get("/timezones/zones/Europe%2FBerlin")
        #expect(calendar.status == 200 && calendar.headers["Content-Type"] == "text/calendar; charset=utf-8")
        #expect(calendar.text.contains("TZID:Europe/Berlin\r\n"))
        #expect(get("/timezones/zones/Europe/Berlin").text == calendar.text)
        let json = get("/timezones/zones/US%2FEastern", [("Accept", "application/calendar+json")])
        #expect(json.headers["Content-Type"] == "application/calendar+json" && json.text.hasPrefix("[\"vcalendar\""))
        #expect(json.text.contains("US/Eastern"))
        #expect(get("/timezones/zones/Europe%2FBerlin", [("If-None-Match", calendar.headers["ETag"] ?? "")]).status == 304)
        #expect(get("/timezones/zones/Europe%2FBerlin", [("Accept", "text/html")]).status == 406)
    }

    @Test("what is no zone is not found, and hostile names are no paths", arguments: [
        "Europe%2FAtlantis", "..%2F..%2Fetc%2Fpasswd", "%00", "a%2F..%2Fb",
    ])
    func unknown(_ name: String) {
        let answer = get("/timezones/zones/\(name)")
        #expect(answer.status == 404 && answer.text.contains("tzid-not-found"))
    }

    @Test("the changes of the clocks in a range, with what is observed at its start (§5.4)")
    func expand() throws {
        let text = get("/timezones/zones/America%2FNew_York/observances?start=2008-01-01T00:00:00Z&end=2009-01-01T00:00:00Z").text
        for onset in ["2007-11-04T06:00:00Z", "2008-03-09T07:00:00Z", "2008-11-02T06:00:00Z"] { #expect(text.contains(onset)) }
        #expect(text.split(separator: "\"onset\"").count == 4)
        #expect(text.contains("\"utc-offset-from\":-14400,\"utc-offset-to\":-18000"))
    }

    @Test("a range needs both ends, in order and in UTC (§5.4)", arguments: [
        "", "?start=2008-01-01T00:00:00Z", "?start=2009-01-01T00:00:00Z&end=2008-01-01T00:00:00Z", "?start=2008-01-01&end=2009-01-01",
    ])
    func badRange(_ query: String) { #expect(get("/timezones/zones/Europe%2FBerlin/observances\(query)").status == 400) }

    @Test("a zone is cut to what is asked for, and TZUNTIL tells where (§3.9, §5.3, §7.1)")
    func truncated() {
        let zone = "/timezones/zones/Europe%2FBerlin"
        let cut = get(zone + "?start=2008-01-01T00:00:00Z&end=2010-01-01T00:00:00Z").text
        #expect(cut.contains("DTSTART:20080101T010000\r\n") && cut.contains("TZUNTIL:20100101T000000Z\r\n"))
        #expect(!cut.contains("1981") && cut.contains("UNTIL=20091231T235959Z"))
        #expect(get(zone + "?start=2008-01-01T00:00:00Z").text.contains("RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\r\n"))
        let past = get(zone + "?end=1970-01-01T00:00:00Z").text
        #expect(past.contains("TZUNTIL:19700101T000000Z") && past.contains("TZNAME:LMT") && !past.contains("RRULE"))
        let json = get(zone + "?end=1970-01-01T00:00:00Z", [("Accept", "application/calendar+json")]).text
        #expect(json.contains("[\"tzuntil\",{},\"date-time\",\"1970-01-01T00:00:00Z\"]"))
        let capabilities = get("/timezones/capabilities").text
        #expect(capabilities.contains("\"truncated\":{\"any\":true,\"untruncated\":true}") && capabilities.contains("zones{/tzid}{?start,end}"))
    }

    @Test("what is no range to cut a zone to is told which end is wrong (§5.3)", arguments: [
        ("start=2008", "invalid-start"), ("start=", "invalid-start"), ("start=2008-01-01", "invalid-start"), ("end=x", "invalid-end"),
        ("start=2008-01-01T00:00:00Z&start=2009-01-01T00:00:00Z", "invalid-start"), ("end=2008-01-01T00:00:00Z&end=2009-01-01T00:00:00Z", "invalid-end"),
        ("start=2008-01-01T00:00:00Z&end=2008-01-01T00:00:00Z", "invalid-end"), ("start=2009-01-01T00:00:00Z&end=2008-01-01T00:00:00Z", "invalid-end"),
    ])
    func badCut(_ query: String, _ problem: String) {
        let answer = get("/timezones/zones/Europe%2FBerlin?" + query)
        #expect(answer.status == 400 && answer.text.contains("tzdist:error:" + problem))
    }

    @Test("another name of a zone says of which one (§7.2), and the list when the data was changed (§6.2)")
    func alias() {
        #expect(get("/timezones/zones/US%2FEastern").text.contains("TZID:US/Eastern\r\nTZID-ALIAS-OF:America/New_York\r\n"))
        #expect(!get("/timezones/zones/America%2FNew_York").text.contains("TZID-ALIAS-OF"))
        #expect(get("/timezones/zones").text.contains("\"last-modified\":\"2026-09-21T14:13:20Z\""))
    }
}
