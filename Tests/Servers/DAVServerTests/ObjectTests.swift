import Testing
import XML

@testable import DAVServer

@Suite("Objects of calendars and books")
struct ObjectTests {
    private let calendar = "/calendars/anna@example.org/calendar/"
    private let book = "/contacts/anna@example.org/contacts/"

    @Test("what was PUT comes back to the byte, under a strong ETag (RFC 4791 §5.3.4)")
    func bytes() throws {
        let site = try TestSite()
        let odd = TestSite.event("a", "Ж").replacing("\r\n", with: "\n")
        let put = try site.send("PUT", calendar + "a.ics", odd)
        #expect(put.status == 201)
        let etag = try #require(put.header("ETag"))
        #expect(etag.hasPrefix("\"") && etag.hasSuffix("\""))
        let got = try site.send("GET", calendar + "a.ics")
        #expect(got.status == 200 && got.text == odd && got.header("ETag") == etag)
        #expect(got.header("Content-Type") == "text/calendar; charset=utf-8; component=vevent")
        #expect(try site.send("PUT", calendar + "a.ics", TestSite.event("a", "new")).status == 204)
    }

    @Test("each refusal has its condition (RFC 4791 §5.3.2.1)", arguments: [
        ("nonsense", CalDAV.validCalendarData),
        ("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n", .validCalendarObjectResource),
        ("BEGIN:VCALENDAR\r\nVERSION:1.0\r\nBEGIN:VEVENT\r\nUID:a\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n", .supportedCalendarData),
        ("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:a\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
         .validCalendarObjectResource),
    ])
    func refusals(_ body: String, _ condition: CalDAV) throws {
        let answer = try TestSite().send("PUT", calendar + "a.ics", body)
        #expect(answer.status == 403 && answer.conditions == [.caldav(condition)])
    }

    @Test("a component that the calendar does not take, a UID that is there, and one that changes are refused")
    func rules() throws {
        let site = try TestSite()
        let wrong = try site.send("PUT", "/calendars/anna@example.org/tasks/a.ics", TestSite.event("a"))
        #expect(wrong.status == 403 && wrong.conditions == [.caldav(.supportedCalendarComponent)])
        #expect(try site.send("PUT", calendar + "a.ics", TestSite.event("u")).status == 201)
        let twice = try site.send("PUT", calendar + "b.ics", TestSite.event("u"))
        #expect(twice.status == 403 && twice.conditions == [.caldav(.noUidConflict)])
        #expect(twice.text.contains("<D:href>/calendars/anna@example.org/calendar/a.ics</D:href>"))
        let other = try site.send("PUT", calendar + "a.ics", TestSite.event("v"))
        #expect(other.status == 403 && other.conditions == [.caldav(.noUidConflict)])
        // RFC 4791 §5.3.2: what was deleted is in nobody's way.
        #expect(try site.send("DELETE", calendar + "a.ics").status == 204)
        #expect(try site.send("PUT", calendar + "b.ics", TestSite.event("u")).status == 201)
    }

    @Test("an object above the limit is refused with max-resource-size")
    func size() throws {
        let site = try TestSite { $0.maximumCalendarObjectSize = 300; $0.maximumCardSize = 100 }
        let event = try site.send("PUT", calendar + "a.ics", TestSite.event("a", String(repeating: "x", count: 300)))
        #expect(event.status == 403 && event.conditions == [.caldav(.maxResourceSize)])
        let card = try site.send("PUT", book + "a.vcf", TestSite.card("a", String(repeating: "x", count: 100)))
        #expect(card.status == 403 && card.conditions == [.carddav(.maxResourceSize)])
    }

    @Test("If-Match and If-None-Match are judged where the change is made (RFC 9110 §13)")
    func conditions() throws {
        let site = try TestSite()
        #expect(try site.send("PUT", calendar + "a.ics", TestSite.event("a"), headers: ["If-Match": "*"]).status == 412)
        let etag = try #require(try site.send("PUT", calendar + "a.ics", TestSite.event("a"), headers: ["If-None-Match": "*"]).header("ETag"))
        #expect(try site.send("PUT", calendar + "a.ics", TestSite.event("a"), headers: ["If-None-Match": "*"]).status == 412)
        #expect(try site.send("PUT", calendar + "a.ics", TestSite.event("a", "2"), headers: ["If-Match": "\"x\""]).status == 412)
        #expect(try site.send("PUT", calendar + "a.ics", TestSite.event("a", "2"), headers: ["If-Match": etag]).status == 204)
        #expect(try site.send("DELETE", calendar + "a.ics", headers: ["If-Match": etag]).status == 412)
        let now = try site.send("GET", calendar + "a.ics")
        #expect(try site.send("GET", calendar + "a.ics", headers: ["If-None-Match": now.header("ETag") ?? ""]).status == 304)
    }

    @Test("return=representation answers with what is there now (RFC 8144 §3)")
    func representation() throws {
        let site = try TestSite()
        let headers = ["Prefer": "return=representation"]
        let made = try site.send("PUT", calendar + "a.ics", TestSite.event("a"), headers: headers)
        #expect(made.status == 201 && made.text == TestSite.event("a"))
        #expect(made.header("Preference-Applied") == "return=representation")
        let lost = try site.send("PUT", calendar + "a.ics", TestSite.event("a", "2"),
                                 headers: ["Prefer": "return=representation", "If-Match": "\"old\""])
        #expect(lost.status == 412 && lost.text == TestSite.event("a"))
    }

    @Test("POST to a collection adds a member and says where (RFC 5995 §3)")
    func addMember() throws {
        let site = try TestSite()
        let answer = try site.send("POST", book, TestSite.card("a"))
        #expect(answer.status == 201)
        let location = try #require(answer.header("Location"))
        #expect(location.hasPrefix(book) && location.hasSuffix(".vcf"))
        #expect(try site.send("GET", location).text == TestSite.card("a"))
    }

    @Test("a multiget has a row for each href in their order, 404 for what is not there (RFC 4791 §7.9)")
    func multiget() throws {
        let site = try TestSite()
        for name in ["a", "b"] { _ = try site.send("PUT", calendar + "\(name).ics", TestSite.event(name)) }
        let answer = try site.send("REPORT", calendar, """
            <C:calendar-multiget xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><D:getetag/><C:calendar-data/></D:prop>
            <D:href>/calendars/anna%40example.org/calendar/b.ics</D:href><D:href>\(calendar)none.ics</D:href>
            <D:href>https://localhost\(calendar)a.ics</D:href>
            <D:href>/calendars/boris@example.org/calendar/x.ics</D:href></C:calendar-multiget>
            """)
        #expect(answer.rows.map(\.status) == ["HTTP/1.1 200 OK", "HTTP/1.1 404 Not Found", "HTTP/1.1 200 OK", "HTTP/1.1 404 Not Found"])
        #expect(answer.rows.map(\.href).first == calendar + "b.ics")
    }

    @Test("two spellings of a letter are two objects, also where both are asked for at once")
    func spellings() throws {
        let site = try TestSite()
        let names = ["%C3%A9.ics", "e%CC%81.ics"]
        for name in names { _ = try site.send("PUT", calendar + name, TestSite.event("e-" + name.filter(\.isNumber), name)) }
        let answer = try site.send("REPORT", calendar, """
            <C:calendar-multiget xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><C:calendar-data/></D:prop>
            <D:href>\(calendar)\(names[0])</D:href><D:href>\(calendar)\(names[1])</D:href></C:calendar-multiget>
            """)
        for name in names { #expect(answer.text.contains("SUMMARY:" + name)) }
    }

    @Test("GET on a calendar and on a book is one file of all their objects")
    func export() throws {
        let site = try TestSite()
        for name in ["a", "b"] {
            _ = try site.send("PUT", calendar + "\(name).ics", TestSite.event(name))
            _ = try site.send("PUT", book + "\(name).vcf", TestSite.card(name))
        }
        let events = try site.send("GET", calendar)
        #expect(events.text.split(separator: "BEGIN:VEVENT").count == 3 && events.text.split(separator: "BEGIN:VCALENDAR").count == 1)
        #expect(try site.send("GET", book).text == TestSite.card("a") + TestSite.card("b"))
    }

    @Test("a query by component is answered from the component, an unserved one is empty (KDE asks for all three)")
    func query() throws {
        let site = try TestSite()
        _ = try site.send("PUT", calendar + "a.ics", TestSite.event("a", "Needle"))
        _ = try site.send("PUT", calendar + "b.ics", TestSite.task("b"))
        func query(_ component: String, _ inner: String = "") throws -> [String] {
            try site.send("REPORT", calendar, """
                <C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><D:getetag/></D:prop><C:filter>
                <C:comp-filter name="VCALENDAR"><C:comp-filter name="\(component)">\(inner)</C:comp-filter></C:comp-filter></C:filter></C:calendar-query>
                """, headers: ["Depth": "1"]).rows.map(\.href)
        }
        #expect(try query("VEVENT") == [calendar + "a.ics"])
        #expect(try query("VTODO") == [calendar + "b.ics"])
        #expect(try query("VJOURNAL") == [])
        #expect(try query("VEVENT", "<C:prop-filter name='SUMMARY'><C:text-match>needle</C:text-match></C:prop-filter>").count == 1)
        #expect(try query("VEVENT", "<C:prop-filter name='SUMMARY'><C:text-match negate-condition='yes'>needle</C:text-match></C:prop-filter>").isEmpty)
        #expect(try query("VEVENT", "<C:prop-filter name='LOCATION'><C:is-not-defined/></C:prop-filter>").count == 1)
    }
}
