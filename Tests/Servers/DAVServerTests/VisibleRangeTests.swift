import Bytes
import CollectionStore
import Synchronization
import TestEngines
import TestRandom
import Testing
import XML

@testable import DAVServer

/// A clock that a test sets, in days.
private final class DayClock: Sendable {
    private let day: Mutex<Int>
    init(_ day: Int) { self.day = Mutex(day) }
    var today: Int {
        get { day.withLock { $0 } }
        set { day.withLock { $0 = newValue } }
    }
    /// Late in the day, so that what begins at its midnight is a day before.
    var now: Milliseconds { Int64(today) * 86_400_000 + 80_000_000 }
}

/// An object whose instances the test knows itself, in seconds since 1970.
private struct Known {
    var lines: [String]
    var component = "VEVENT"
    /// Whether it has an instance that overlaps `lower..<upper`.
    var isIn: (_ lower: Int, _ upper: Int) -> Bool

    func text(_ uid: String, _ summary: String) -> String {
        ([
            "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", "BEGIN:\(component)", "UID:\(uid)",
            "DTSTAMP:20260101T000000Z",
            "SUMMARY:\(summary)",
        ] + lines + ["END:\(component)", "END:VCALENDAR"]).map { $0 + "\r\n" }.joined()
    }

    static func date(_ day: Int) -> String {
        // Days to civil dates, by eras of 400 years from 1 March.
        let z = day + 719_468
        let era = z / 146_097
        let doe = z - era * 146_097
        let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365
        let doy = doe - (365 * yoe + yoe / 4 - yoe / 100)
        let mp = (5 * doy + 2) / 153
        let (d, m) = (doy - (153 * mp + 2) / 5 + 1, mp < 10 ? mp + 3 : mp - 9)
        func two(_ n: Int) -> String { n < 10 ? "0\(n)" : "\(n)" }
        return "\(yoe + era * 400 + (m <= 2 ? 1 : 0))\(two(m))\(two(d))"
    }

    static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let y = month <= 2 ? year - 1 : year
        let era = y / 400
        let yoe = y - era * 400
        let doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719_468
    }

    /// An hour from `hour` on.
    static func single(_ day: Int, hour: Int, isFloating: Bool = false) -> Known {
        let start = day * 86_400 + hour * 3600
        let z = isFloating ? "" : "Z"
        let hours = hour < 10 ? "0\(hour)" : "\(hour)"
        return Known(lines: ["DTSTART:\(date(day))T\(hours)0000\(z)", "DURATION:PT1H"]) {
            $0 < start + 3600 && start < $1
        }
    }

    static func wholeDays(_ day: Int, _ count: Int) -> Known {
        Known(lines: ["DTSTART;VALUE=DATE:\(date(day))", "DTEND;VALUE=DATE:\(date(day + count))"]) {
            $0 < (day + count) * 86_400 && day * 86_400 < $1
        }
    }

    /// Every `interval` days, an hour at ten; `count` nil: without an end.
    static func series(_ day: Int, interval: Int, count: Int?) -> Known {
        let rule = "RRULE:FREQ=DAILY;INTERVAL=\(interval)" + (count.map { ";COUNT=\($0)" } ?? "")
        return Known(lines: ["DTSTART:\(date(day))T100000Z", "DURATION:PT1H", rule]) { lower, upper in
            (0..<(count ?? 40_000)).contains {
                let start = (day + $0 * interval) * 86_400 + 36_000
                return lower < start + 3600 && start < upper
            }
        }
    }

    /// A birthday.
    static func yearly(_ month: Int, _ day: Int) -> Known {
        Known(lines: ["DTSTART;VALUE=DATE:\(date(days(1990, month, day)))", "RRULE:FREQ=YEARLY"]) { lower, upper in
            (1990...2100).contains {
                let start = days($0, month, day) * 86_400
                return lower < start + 86_400 && start < upper
            }
        }
    }

    static var undatedTask: Known { Known(lines: ["PRIORITY:1"], component: "VTODO") { _, _ in true } }

    static func due(_ day: Int) -> Known {
        Known(lines: ["DTSTART:\(date(day))T120000Z", "DUE:\(date(day))T130000Z"], component: "VTODO") {
            $0 < day * 86_400 + 46_800 && day * 86_400 + 43_200 < $1
        }
    }
}

/// A user of a calendar with a visible range, with what must be seen worked out by the test itself.
private final class RangeModel {
    let clock = DayClock(20_800)
    let site: TestSite
    let path = "/calendars/anna@example.org/calendar/"
    var objects: [String: (known: Known, etag: String)] = [:]
    var past: Int?
    var future: Int?

    init() throws {
        let clock = clock
        site = try TestSite(clock: { clock.now })
    }

    func put(_ name: String, _ known: Known, summary: String = "x") throws {
        let answer = try site.send("PUT", path + name, known.text(name, summary))
        #expect(answer.status == 201 || answer.status == 204, "what is out of range is stored and acknowledged")
        objects[name] = (known, try #require(answer.header("ETag")))
    }

    func setRange(_ past: Int?, _ future: Int?) throws {
        (self.past, self.future) = (past, future)
        #expect(try site.send("PROPPATCH", path, Self.patch(past, future)).text.contains("200 OK"))
    }

    static func range(_ past: Int?, _ future: Int?) -> String {
        let sides =
            (past.map { "<T:past-days>\($0)</T:past-days>" } ?? "")
            + (future.map { "<T:future-days>\($0)</T:future-days>" } ?? "")
        return "<T:visible-range xmlns:T=\"urn:tegu:dav\">\(sides)</T:visible-range>"
    }

    static func patch(_ past: Int?, _ future: Int?) -> String {
        """
        <D:propertyupdate xmlns:D="DAV:"><D:set><D:prop>\(range(past, future))</D:prop></D:set></D:propertyupdate>
        """
    }

    /// ETags of what must be seen today.
    var visible: [String: String] {
        let lower = past.map { (clock.today - $0) * 86_400 } ?? -1 << 50
        let upper = future.map { (clock.today + $0 + 1) * 86_400 } ?? 1 << 50
        return objects.filter { $0.value.known.isIn(lower, upper) }.mapValues(\.etag)
    }

    func report(_ body: String, depth: String = "1") throws -> [String] {
        try site.send("REPORT", path, body, headers: ["Depth": depth]).rows
            .filter { $0.status.contains("200") && $0.href != path }.map { String($0.href.dropFirst(path.count)) }
            .sorted()
    }

    /// The ETags in a multistatus, by name; whether it is all; what went.
    func apply(_ answer: TestSite.Answer, to client: inout [String: String]) throws -> Bool {
        var isComplete = true
        var seen: Set<String> = []
        for row in try XMLDocument.parse(answer.body).root.children where row.name == .dav(.response) {
            let href = String(utf8: row.firstChild(named: .dav(.href))?.text ?? [])
            #expect(seen.insert(href).inserted, "RFC 6578 §3.5: \(href) stands in an answer twice")
            let status = String(utf8: row.firstChild(named: .dav(.status))?.text ?? [])
            let name = String(href.dropFirst(path.count))
            if href == path {
                if status.contains("507") { isComplete = false }
            } else if status.contains("404") {
                client[name] = nil
            } else {
                let prop = row.firstChild(named: .dav(.propstat))?.firstChild(named: .dav(.prop))
                client[name] = String(utf8: prop?.firstChild(named: .dav(.getetag))?.text ?? [])
            }
        }
        return isComplete
    }

    func listing() throws -> [String: String] {
        var found: [String: String] = [:]
        _ = try apply(
            try site.send(
                "PROPFIND", path,
                """
                <D:propfind xmlns:D="DAV:"><D:prop><D:getetag/></D:prop></D:propfind>
                """, headers: ["Depth": "1"]), to: &found)
        return found
    }
}

/// A client that knows the calendar by its sync tokens alone.
private final class TokenClient {
    var token = ""
    var held: [String: String] = [:]
    /// How often it had to start from nothing, though it had all that there was.
    var restarts = 0

    /// Whether it has been told a part of a listing, or of a move of the window.
    private var isInBetween: Bool {
        let parts = token.split(separator: ":")
        return parts.count > 5 || parts.contains { $0.split(separator: ".").count == 4 }
    }

    /// One page; whether it is the last one for now.
    func page(_ model: RangeModel, limit: Int?) throws -> Bool {
        let limit = limit.map { "<D:limit><D:nresults>\($0)</D:nresults></D:limit>" } ?? ""
        let answer = try model.site.send(
            "REPORT", model.path,
            """
            <D:sync-collection xmlns:D="DAV:"><D:sync-token>\(token)</D:sync-token><D:sync-level>1</D:sync-level>\(limit)\
            <D:prop><D:getetag/></D:prop></D:sync-collection>
            """)
        if answer.status == 403, answer.conditions == [.dav(.validSyncToken)] {
            (token, held, restarts) = ("", [:], restarts + (isInBetween ? 0 : 1))
            return false
        }
        let isFirst = token.isEmpty || token.split(separator: ":").contains { $0.split(separator: ".").count == 4 }
        token = try #require(answer.syncToken)
        let isComplete = try model.apply(answer, to: &held)
        // What changed while a first listing was taken is told by the next request.
        return isComplete && !isFirst
    }
}

@Suite("A calendar's visible range")
struct VisibleRangeTests {
    private static let seeds: Range<UInt64> = TestEngine.current == .sqlite ? 0..<12 : 0..<3

    @Test(
        "clients that only sync end with what is listed, and that is what must be seen, on whatever day",
        arguments: seeds)
    func property(seed: UInt64) throws {
        var random = SeededGenerator(state: seed)
        let model = try RangeModel()
        let clients = [TokenClient(), TokenClient()]
        func object() -> Known {
            let day = 20_800 + Int.random(in: -90..<150, using: &random)
            switch Int.random(in: 0..<9, using: &random) {
            case 0, 1: return .single(day, hour: Int.random(in: 0..<24, using: &random))
            case 2: return .single(day, hour: Int.random(in: 0..<24, using: &random), isFloating: true)
            case 3: return .wholeDays(day, Int.random(in: 1..<20, using: &random))
            case 4:
                return .series(
                    day, interval: [1, 7, 30].randomElement(using: &random) ?? 7,
                    count: Int.random(in: 1..<20, using: &random))
            case 5: return .series(day, interval: [1, 7, 30, 500].randomElement(using: &random) ?? 7, count: nil)
            case 6: return .yearly(Int.random(in: 1...12, using: &random), Int.random(in: 1...28, using: &random))
            case 7: return .due(day)
            default: return .undatedTask
            }
        }
        func side() -> Int? { [nil, 0, 1, 7, 30, 60, 400].randomElement(using: &random) ?? nil }
        for turn in 0..<60 {
            for _ in 0..<Int.random(in: 0..<5, using: &random) {
                // An object keeps its component and its UID, and so its kind here.
                let name = "e\(Int.random(in: 0..<40, using: &random)).ics"
                if let there = model.objects[name] {
                    if model.visible[name] != nil, Bool.random(using: &random) {
                        #expect(try model.site.send("DELETE", model.path + name).status == 204)
                        model.objects[name] = nil
                    } else {
                        try model.put(
                            name,
                            there.known.component == "VTODO"
                                ? .due(20_800 + Int.random(in: -50..<90, using: &random))
                                : self.object(like: "VEVENT", object), summary: "\(turn)")
                    }
                } else {
                    try model.put(name, object())
                }
            }
            if Int.random(in: 0..<3, using: &random) == 0 {
                model.clock.today += Int.random(in: -2..<12, using: &random)
            }
            if Int.random(in: 0..<9, using: &random) == 0 { try model.setRange(side(), side()) }
            for client in clients {
                for _ in 0..<Int.random(in: 0..<4, using: &random) {
                    _ = try client.page(model, limit: [1, 2, 5, 100, nil].randomElement(using: &random) ?? nil)
                }
            }
            if turn % 10 == 9 {
                let visible = model.visible
                #expect(try model.listing() == visible)
                for client in clients {
                    let limit: Int? = [1, 2, 5, nil].randomElement(using: &random) ?? nil
                    while try !client.page(model, limit: limit) {}
                    #expect(client.held == visible)
                }
            }
        }
        // A change of the range and the days that pass are told, not answered by a start from nothing.
        #expect(clients.allSatisfy { $0.restarts == 0 })
    }

    private func object(like component: String, _ make: () -> Known) -> Known {
        while true {
            let made = make()
            if made.component == component { return made }
        }
    }

    private func model() throws -> RangeModel {
        let model = try RangeModel()
        let today = model.clock.today
        try model.put("past.ics", .single(today - 40, hour: 10))
        try model.put("now.ics", .single(today, hour: 10))
        try model.put("soon.ics", .single(today + 3, hour: 10))
        try model.put("future.ics", .single(today + 100, hour: 10))
        try model.put("endless.ics", .series(today - 500, interval: 7, count: nil))
        try model.put("ended.ics", .series(today - 500, interval: 7, count: 20))
        try model.put("task.ics", .undatedTask)
        try model.setRange(30, 60)
        return model
    }
    private let shown = ["endless.ics", "now.ics", "soon.ics", "task.ics"]
    private let hidden = ["ended.ics", "future.ics", "past.ics"]

    @Test("it holds for each way of reading: listing, GET, HEAD, PROPFIND, multiget, queries, export, first sync")
    func reading() throws {
        let model = try model()
        let path = model.path
        #expect(try model.listing().keys.sorted() == shown)
        for name in shown + hidden {
            let isShown = shown.contains(name)
            for method in ["GET", "HEAD", "PROPFIND", "PROPPATCH"] {
                let body =
                    method == "PROPPATCH"
                    ? """
                    <D:propertyupdate xmlns:D="DAV:"><D:set><D:prop><x xmlns="u:x">1</x></D:prop></D:set></D:propertyupdate>
                    """ : ""
                let answer = try model.site.send(method, path + name, body, headers: ["Depth": "0"])
                #expect((answer.status == 404) == !isShown, "\(method) \(name)")
            }
        }
        let hrefs = (shown + hidden).map { "<D:href>\(path)\($0)</D:href>" }.joined()
        let multiget = try model.site.send(
            "REPORT", path,
            """
            <C:calendar-multiget xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:D="DAV:"><D:prop><D:getetag/></D:prop>\(hrefs)</C:calendar-multiget>
            """)
        #expect(multiget.rows.filter { $0.status.contains("200") }.map(\.href) == shown.map { path + $0 })
        #expect(multiget.rows.filter { $0.status.contains("404") }.map(\.href) == hidden.map { path + $0 })
        func query(_ filter: String) throws -> [String] {
            try model.report(
                """
                <C:calendar-query xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:D="DAV:"><D:prop><D:getetag/></D:prop>\
                <C:filter><C:comp-filter name="VCALENDAR">\(filter)</C:comp-filter></C:filter></C:calendar-query>
                """)
        }
        #expect(try query("") == shown)
        #expect(try query("<C:comp-filter name=\"VEVENT\"/>") == shown.filter { $0 != "task.ics" })
        // The object is the unit: one that is seen is found by any of its instances.
        #expect(
            try query(
                """
                <C:comp-filter name="VEVENT"><C:time-range start="20200101T000000Z" end="20280101T000000Z"/></C:comp-filter>
                """) == shown.filter { $0 != "task.ics" })
        #expect(
            try query(
                """
                <C:comp-filter name="VEVENT"><C:prop-filter name="SUMMARY"><C:text-match>x</C:text-match></C:prop-filter></C:comp-filter>
                """) == shown.filter { $0 != "task.ics" })
        let export = try model.site.send("GET", path).text
        for name in shown { #expect(export.contains("UID:\(name)\r\n")) }
        for name in hidden { #expect(!export.contains("UID:\(name)\r\n")) }
        let first = try TokenClientPages.firstListing(model)
        #expect(first == shown)
    }

    @Test("free-busy tells of what is seen only")
    func freeBusy() throws {
        let model = try model()
        func busy() throws -> String {
            try model.site.send(
                "REPORT", model.path,
                """
                <C:free-busy-query xmlns:C="urn:ietf:params:xml:ns:caldav"><C:time-range start="20260101T000000Z" end="20280101T000000Z"/></C:free-busy-query>
                """
            ).text.replacing("\r\n ", with: "")
        }
        let (past, now) = (
            "\(Known.date(model.clock.today - 40))T100000Z/", "\(Known.date(model.clock.today))T100000Z/"
        )
        #expect(try busy().contains(now) && !busy().contains(past))
        try model.setRange(nil, 60)
        #expect(try busy().contains(now) && busy().contains(past))
    }

    @Test(
        "what is not seen is stored: a PUT finds it, its UID is taken, and nothing but a PUT or a COPY onto it reaches it"
    )
    func writing() throws {
        let model = try model()
        let path = model.path
        let past = try #require(model.objects["past.ics"])
        let text = past.known.text("past.ics", "other")
        #expect(try model.site.send("PUT", path + "past.ics", text, headers: ["If-None-Match": "*"]).status == 412)
        #expect(try model.site.send("PUT", path + "new.ics", text).conditions == [.caldav(.noUidConflict)])
        #expect(try model.site.send("DELETE", path + "past.ics").status == 404)
        for method in ["COPY", "MOVE"] {
            #expect(
                try model.site.send(method, path + "past.ics", headers: ["Destination": path + "b.ics"]).status == 404)
            #expect(
                try model.site.send(
                    method, path + "now.ics", headers: ["Destination": path + "past.ics", "Overwrite": "F"]
                ).status == 412)
        }
        let put = try model.site.send("PUT", path + "past.ics", text, headers: ["If-Match": past.etag])
        #expect(put.status == 204 && put.header("ETag") != nil)
        #expect(try model.site.send("GET", path + "past.ics").status == 404)
        // RFC 8144: no representation of what is not there to be read.
        let lost = try model.site.send(
            "PUT", path + "past.ics", text, headers: ["If-None-Match": "*", "Prefer": "return=representation"])
        #expect(lost.status == 412 && !lost.text.contains("VEVENT"))
        try model.setRange(nil, nil)
        #expect(try model.site.send("GET", path + "past.ics").text.contains("SUMMARY:other"))
        #expect(try model.listing().count == model.objects.count)
    }

    @Test("a PUT of what is out of range is told as gone to those who sync")
    func putOutOfRange() throws {
        let model = try model()
        let client = TokenClient()
        while try !client.page(model, limit: nil) {}
        try model.put("new.ics", .single(model.clock.today - 300, hour: 1))
        client.held["new.ics"] = "as the client that wrote it has it"
        while try !client.page(model, limit: nil) {}
        #expect(client.held.keys.sorted() == shown)
    }

    @Test("token and ctag are others on another day, and the same without a range")
    func tags() throws {
        let model = try model()
        func tags() throws -> [String] {
            let answer = try model.site.send(
                "PROPFIND", model.path,
                """
                <D:propfind xmlns:D="DAV:" xmlns:S="http://calendarserver.org/ns/"><D:prop><D:sync-token/><S:getctag/></D:prop></D:propfind>
                """, headers: ["Depth": "0"])
            let prop = try XMLDocument.parse(answer.body).root.firstChild(named: .dav(.response))?.firstChild(
                named: .dav(.propstat))?.firstChild(named: .dav(.prop))
            return prop?.children.map { String(utf8: $0.text) } ?? []
        }
        let today = try tags()
        #expect(today.count == 2 && today[0] == today[1])
        model.clock.today += 1
        let tomorrow = try tags()
        #expect(today[0] != tomorrow[0] && tomorrow[0] == tomorrow[1])
        try model.setRange(nil, nil)
        let without = try tags()
        model.clock.today += 1
        #expect(try tags() == without)
        #expect(without[0].split(separator: ":").count == 4, "the form that tokens without a window have")
    }

    @Test("the property is given back as it was set, at the making too, and what is no number of days is refused")
    func setting() throws {
        let site = try TestSite()
        let path = "/calendars/anna@example.org/bounded/"
        let made = try site.send(
            "MKCALENDAR", path,
            """
            <C:mkcalendar xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:D="DAV:"><D:set><D:prop>\(RangeModel.range(90, 365))</D:prop></D:set></C:mkcalendar>
            """, headers: ["Content-Type": "text/xml"])
        #expect(made.status == 201)
        func property() throws -> String {
            try site.send(
                "PROPFIND", path,
                """
                <D:propfind xmlns:D="DAV:"><D:prop><T:visible-range xmlns:T="urn:tegu:dav"/></D:prop></D:propfind>
                """, headers: ["Depth": "0"]
            ).text
        }
        #expect(try property().contains("90<") && property().contains("365<"))
        for bad in ["-1", "x", "", "100001", "99999999999999999999"] {
            let patch = RangeModel.patch(1, 1).replacing("1</T:past-days>", with: "\(bad)</T:past-days>")
            #expect(try site.send("PROPPATCH", path, patch).text.contains("409"), "\(bad)")
        }
        #expect(try property().contains("90<") && property().contains("365<"))
        #expect(try site.send("PROPPATCH", path, RangeModel.patch(nil, 7)).text.contains("200 OK"))
        #expect(try !property().contains("past-days") && property().contains("7<"))
        _ = try site.send(
            "PROPPATCH", path,
            """
            <D:propertyupdate xmlns:D="DAV:"><D:remove><D:prop><T:visible-range xmlns:T="urn:tegu:dav"/></D:prop></D:remove></D:propertyupdate>
            """)
        #expect(try property().contains("404"))
        let book = try site.send("PROPPATCH", "/contacts/anna@example.org/contacts/", RangeModel.patch(1, 1))
        #expect(book.text.contains("403") && book.text.contains("cannot-modify-protected-property"))
    }

    @Test("a copy and a move of the calendar take all along, and its range")
    func copies() throws {
        let model = try model()
        let copy = "/calendars/anna@example.org/copy/"
        #expect(try model.site.send("COPY", model.path, headers: ["Destination": copy]).status == 201)
        #expect(try model.site.send("GET", copy + "past.ics").status == 404)
        #expect(try model.site.send("GET", copy + "now.ics").status == 200)
        _ = try model.site.send("PROPPATCH", copy, RangeModel.patch(nil, nil))
        #expect(try model.site.send("GET", copy + "past.ics").status == 200)
    }

    @Test(
        "a token that tells of a window that never was is answered all the same",
        arguments: [
            "5~3", "~", "-999999999~999999999", "20800~20801:20700~20900:", "~:~:ZTEuaWNz",
        ])
    func forged(_ window: String) throws {
        let model = try model()
        let client = TokenClient()
        while try !client.page(model, limit: nil) {}
        let parts = client.token.split(separator: ":")
        client.token = parts[..<4].joined(separator: ":") + ":" + window
        while try !client.page(model, limit: 1) {}
        #expect(client.restarts == 0)
        #expect(client.held == model.visible)
    }

    /// RFC 6578 §3.8: what the client was told in the window before is not known any more.
    @Test("a window that moves while a listing or a move is told by pages makes the client start anew", arguments: [false, true])
    func movesBetweenPages(_ isFirstListing: Bool) throws {
        let model = try model()
        let client = TokenClient()
        if !isFirstListing { while try !client.page(model, limit: nil) {} }
        try model.setRange(2, 2)
        _ = try client.page(model, limit: 1)
        try model.setRange(nil, nil)
        _ = try client.page(model, limit: nil)
        try model.setRange(2, 2)
        while try !client.page(model, limit: nil) {}
        #expect(client.held == model.visible)
    }
}

private enum TokenClientPages {
    static func firstListing(_ model: RangeModel) throws -> [String] {
        let client = TokenClient()
        while try !client.page(model, limit: 3) {}
        return client.held.keys.sorted()
    }
}
