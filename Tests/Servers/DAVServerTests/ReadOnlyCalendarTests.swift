import CollectionStore
import Database
import DatabaseSQLite
import Directory
import ForeignCalendars
import Testing
import XML

@testable import DAVServer

@Suite("Calendars whose members come from somewhere else")
struct ReadOnlyCalendarTests {
    private static let path = "/calendars/anna@example.org/foreign/"

    private static func body(_ root: String, _ types: String, _ more: String = "") -> String {
        """
        <B:\(root) xmlns:B="\(root == "mkcol" ? "DAV:" : "urn:ietf:params:xml:ns:caldav")" xmlns:A="DAV:" \
        xmlns:L="urn:ietf:params:xml:ns:caldav" xmlns:C="http://calendarserver.org/ns/" xmlns:D="http://apple.com/ns/ical/">\
        <A:set><A:prop><A:displayname>Holidays</A:displayname>\
        <C:source><A:href>webcal://example.org/holidays.ics</A:href></C:source>\
        <A:resourcetype><A:collection/>\(types)</A:resourcetype><D:refreshrate>P1W</D:refreshrate>\(more)\
        </A:prop></A:set></B:\(root)>
        """
    }

    private func site() throws -> TestSite {
        let site = try TestSite()
        let made = try site.send("MKCALENDAR", Self.path, Self.body("mkcalendar", "<C:subscribed/>"), headers: ["Content-Type": "text/xml"])
        #expect(made.status == 201)
        try site.database.write { tx in
            let calendar = try Self.calendar(tx.read)
            let bytes = Array(TestSite.event("e1").utf8)
            try Members.put(
                tx, in: calendar, name: "e1.ics", existing: nil,
                content: MemberContent(
                    place: .bytes(bytes), size: bytes.count, etag: ETag.of(bytes),
                    facts: MemberFacts(uid: "e1", component: "vevent")), by: .origin, now: 1)
        }
        return site
    }

    private static func calendar(_ tx: borrowing ReadTransaction) throws -> Collection {
        let name = try #require(SignInName(name: "anna", domain: "example.org"))
        let anna = try #require(try LocalDirectory.find(tx, name))
        let home = try #require(try Collections.home(tx, of: anna.id, kind: .calendarHome))
        return try #require(try Collections.child(tx, of: home.id, name: "foreign"))
    }

    private func subscription(_ site: TestSite) throws -> Subscription? {
        try site.database.read { tx in try Subscriptions.find(tx, Self.calendar(tx).id) }
    }

    @Test("macOS makes one by MKCALENDAR with the type CS:subscribed; it is a calendar that shows type and source")
    func appleMkcalendar() throws {
        let site = try site()
        let answer = try site.send("PROPFIND", Self.path, """
            <d:propfind xmlns:d="DAV:" xmlns:c="http://calendarserver.org/ns/"><d:prop><d:resourcetype/><c:source/>\
            <d:displayname/><l:schedule-calendar-transp xmlns:l="urn:ietf:params:xml:ns:caldav"/><t:subscription-status xmlns:t="urn:tegu:dav"/></d:prop></d:propfind>
            """, headers: ["Depth": "0"]).text
        #expect(answer.contains("calendar/>") && answer.contains("subscribed/>"))
        #expect(answer.contains("webcal://example.org/holidays.ics"))
        #expect(answer.contains("Holidays"))
        #expect(answer.contains("transparent/>"))
        #expect(answer.contains("not fetched yet"))
        #expect(try subscription(site)?.wishedInterval == 7 * 86_400_000)
    }

    @Test("so does extended MKCOL (RFC 5689), with or without the type of a calendar", arguments: ["", "<L:calendar/>"])
    func extendedMkcol(_ type: String) throws {
        let site = try TestSite()
        let made = try site.send("MKCOL", Self.path, Self.body("mkcol", type + "<C:subscribed/>"), headers: ["Content-Type": "text/xml"])
        #expect(made.status == 201)
        #expect(try subscription(site)?.url == "webcal://example.org/holidays.ics")
    }

    @Test("without the type it is an ordinary calendar that keeps the property")
    func bookmark() throws {
        let site = try TestSite()
        #expect(try site.send("MKCALENDAR", Self.path, Self.body("mkcalendar", "<L:calendar/>"), headers: ["Content-Type": "text/xml"]).status == 201)
        #expect(try subscription(site) == nil)
        #expect(try site.send("PUT", Self.path + "a.ics", TestSite.event("a")).status == 201)
        let answer = try site.send("PROPFIND", Self.path, """
            <d:propfind xmlns:d="DAV:"><d:prop><c:source xmlns:c="http://calendarserver.org/ns/"/></d:prop></d:propfind>
            """, headers: ["Depth": "0"])
        #expect(answer.text.contains("webcal://example.org/holidays.ics"))
    }

    @Test("a source that is none to fetch from is refused, and nothing is made", arguments: [
        "file:///etc/passwd", "https://a:b@example.org/", "",
    ])
    func badSource(_ url: String) throws {
        let site = try TestSite()
        let body = Self.body("mkcalendar", "<C:subscribed/>").replacing("webcal://example.org/holidays.ics", with: url)
        #expect(try site.send("MKCALENDAR", Self.path, body, headers: ["Content-Type": "text/xml"]).status == 403)
        #expect(try site.send("PROPFIND", Self.path, headers: ["Depth": "0"]).status == 404)
    }

    @Test("RFC 3744 §7.1.1: members cannot be changed, and the answer says by which privilege", arguments: [
        ("PUT", "new.ics", "bind"), ("PUT", "e1.ics", "write-content"), ("DELETE", "e1.ics", "unbind"),
        ("POST", "", "bind"), ("PROPPATCH", "e1.ics", "write-content"), ("LOCK", "e1.ics", "write-content"),
        ("MOVE", "e1.ics", "unbind"),
    ])
    func members(_ method: String, _ name: String, _ privilege: String) throws {
        let site = try site()
        let body: String
        switch method {
        case "PUT", "POST": body = TestSite.event(name == "e1.ics" ? "e1" : "new")
        case "PROPPATCH":
            body = "<d:propertyupdate xmlns:d=\"DAV:\"><d:set><d:prop><x xmlns=\"u:x\">1</x></d:prop></d:set></d:propertyupdate>"
        case "LOCK":
            body = """
                <d:lockinfo xmlns:d="DAV:"><d:lockscope><d:exclusive/></d:lockscope><d:locktype><d:write/></d:locktype></d:lockinfo>
                """
        default: body = ""
        }
        let headers = method == "MOVE" ? ["Destination": "/calendars/anna@example.org/calendar/e1.ics"] : [:]
        let answer = try site.send(method, Self.path + name, body, headers: headers)
        #expect(answer.status == 403)
        #expect(answer.conditions == [.dav(.needPrivileges)])
        let error = try #require(try XMLDocument.parse(answer.body).root)
        let resource = try #require(error.firstChild(named: .dav(.needPrivileges))?.firstChild(named: .dav(.resource)))
        let named = resource.firstChild(named: .dav(.privilege)).map { $0.children.map(\.name.local) }
        #expect(named == [privilege])
        #expect(resource.firstChild(named: .dav(.href)) != nil)
        #expect(try site.send("GET", Self.path + "e1.ics").status == 200)
    }

    @Test("nothing is copied or moved into it, but out of it")
    func transfer() throws {
        let site = try site()
        #expect(try site.send("PUT", "/calendars/anna@example.org/calendar/own.ics", TestSite.event("own")).status == 201)
        for method in ["COPY", "MOVE"] {
            let answer = try site.send(
                method, "/calendars/anna@example.org/calendar/own.ics", headers: ["Destination": Self.path + "own.ics"])
            #expect(answer.status == 403)
            #expect(answer.conditions == [.dav(.needPrivileges)])
        }
        let out = try site.send(
            "COPY", Self.path + "e1.ics", headers: ["Destination": "/calendars/anna@example.org/calendar/e1.ics"])
        #expect(out.status == 201)
    }

    @Test("current-user-privilege-set says so, for the calendar and its members (RFC 3744 §5.4)")
    func privileges() throws {
        let site = try site()
        let answer = try site.send("PROPFIND", Self.path, """
            <d:propfind xmlns:d="DAV:"><d:prop><d:current-user-privilege-set/></d:prop></d:propfind>
            """, headers: ["Depth": "1"])
        #expect(answer.rows.count == 2)
        for absent in ["write-content/>", "bind/>", "unbind/>", ":write/>", ":all/>"] { #expect(!answer.text.contains(absent)) }
        #expect(answer.text.contains("write-properties/>") && answer.text.contains(":read/>"))
    }

    @Test("the calendar itself can be renamed, coloured, moved and deleted, and can get another source")
    func calendarItself() throws {
        let site = try site()
        let patch = """
            <d:propertyupdate xmlns:d="DAV:"><d:set><d:prop><d:displayname>Other</d:displayname>\
            <c:source xmlns:c="http://calendarserver.org/ns/"><d:href>https://example.net/b.ics</d:href></c:source>\
            <i:calendar-color xmlns:i="http://apple.com/ns/ical/">#ff0000</i:calendar-color></d:prop></d:set></d:propertyupdate>
            """
        #expect(try site.send("PROPPATCH", Self.path, patch).status == 207)
        #expect(try subscription(site)?.url == "https://example.net/b.ics")
        let bad = patch.replacing("https://example.net/b.ics", with: "file:///etc/passwd")
        #expect(try site.send("PROPPATCH", Self.path, bad).text.contains("403"))
        #expect(try subscription(site)?.url == "https://example.net/b.ics")
        let moved = "/calendars/anna@example.org/moved/"
        #expect(try site.send("MOVE", Self.path, headers: ["Destination": moved]).status == 201)
        #expect(try site.send("DELETE", moved).status == 204)
    }
}
