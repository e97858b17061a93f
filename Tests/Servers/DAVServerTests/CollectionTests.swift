import Testing
import XML

@testable import DAVServer

@Suite("Collections, properties, locks and who may see them")
struct CollectionTests {
    private let home = "/calendars/anna@example.org/"
    private let files = "/files/anna@example.org/"

    @Test("a listing that is longer than a piece has all rows once")
    func longListing() throws {
        let site = try TestSite()
        for index in 0..<700 { _ = try site.send("PUT", files + "file-\(index)", "x") }
        let answer = try site.send("PROPFIND", files, headers: ["Depth": "1"])
        #expect(answer.body.count > 300_000)
        #expect(Set(answer.rows.map(\.href)).count == 701 && answer.rows.count == 701)
    }

    @Test("what is another's is not found, by any method", arguments: [
        "GET", "HEAD", "PUT", "DELETE", "PROPFIND", "PROPPATCH", "REPORT", "LOCK", "UNLOCK", "MKCOL", "MKCALENDAR", "POST", "OPTIONS", "COPY", "MOVE",
    ])
    func privacy(_ method: String) throws {
        let site = try TestSite()
        _ = try site.send("PUT", home + "calendar/a.ics", TestSite.event("a"))
        let body = switch method {
        case "PUT", "POST": TestSite.event("b")
        case "PROPFIND", "HEAD", "GET", "DELETE", "OPTIONS", "COPY", "MOVE", "UNLOCK", "MKCOL", "MKCALENDAR": ""
        case "PROPPATCH": "<propertyupdate xmlns='DAV:'><set><prop><displayname>x</displayname></prop></set></propertyupdate>"
        case "REPORT": "<sync-collection xmlns='DAV:'><sync-token/><prop/></sync-collection>"
        default: "<lockinfo xmlns='DAV:'><lockscope><exclusive/></lockscope><locktype><write/></locktype></lockinfo>"
        }
        for place in ["calendar/a.ics", "calendar/", "calendar/none.ics", "none/", ""] {
            let headers = ["Depth": "0", "Destination": "/files/boris@example.org/x", "Lock-Token": "<urn:x>"]
            let foreign = try site.send(method, home + place, body, headers: headers, as: "boris")
            let nobody = try site.send(method, "/calendars/nobody@example.org/" + place, body, headers: headers, as: "boris")
            // RFC 4791 §5.3.1: no home is made by a client, whoever there is.
            let status = place.isEmpty && method.hasPrefix("MK") ? 403 : 404
            #expect(foreign.status == status && nobody.status == status, "\(method) \(place)")
            #expect(foreign.body == nobody.body)
        }
    }

    @Test("nobody can copy or move into another's home")
    func foreignDestination() throws {
        let site = try TestSite()
        _ = try site.send("PUT", "/files/boris@example.org/a", "x", as: "boris")
        for method in ["COPY", "MOVE"] {
            let answer = try site.send(method, "/files/boris@example.org/a", headers: ["Destination": files + "a"], as: "boris")
            #expect(answer.status == 404)
        }
    }

    @Test("without a sign-in the answer is 401 everywhere, but for the well-known URLs")
    func unauthenticated() throws {
        let site = try TestSite()
        for target in ["/", "/principals/", home, "/nothing"] {
            let answer = try site.send("PROPFIND", target, as: nil)
            #expect(answer.status == 401 && answer.header("WWW-Authenticate")?.hasPrefix("Basic") == true)
        }
        let known = try site.send("PROPFIND", "/.well-known/caldav", as: nil)
        #expect(known.status == 301 && known.header("Location") == "/")
    }

    @Test("everything tells who asks (RFC 5397 §3)", arguments: ["/", "/principals/", "/calendars/anna@example.org/calendar/"])
    func currentUserPrincipal(_ path: String) throws {
        let answer = try TestSite().send(
            "PROPFIND", path, "<propfind xmlns='DAV:'><prop><current-user-principal/></prop></propfind>", headers: ["Depth": "0"])
        #expect(answer.text.contains("<D:current-user-principal><D:href>/principals/anna@example.org/</D:href>"))
    }

    @Test("PROPPATCH is all or nothing (RFC 4918 §9.2)")
    func proppatch() throws {
        let site = try TestSite()
        let both = try site.send("PROPPATCH", home + "calendar/", """
            <propertyupdate xmlns="DAV:"><set><prop><x xmlns="urn:x">1</x><getetag>2</getetag></prop></set></propertyupdate>
            """)
        #expect(both.status == 207 && both.text.contains("424") && both.text.contains("403"))
        #expect(both.text.contains("cannot-modify-protected-property"))
        func ask() throws -> String {
            try site.send("PROPFIND", home + "calendar/", "<propfind xmlns='DAV:'><prop><x xmlns='urn:x'/></prop></propfind>",
                          headers: ["Depth": "0"]).text
        }
        #expect(try ask().contains("404"))
        let value = "<x xmlns=\"urn:x\" xml:lang=\"ru\">mixed <y/> &amp; ж</x>"
        let good = try site.send("PROPPATCH", home + "calendar/", "<D:propertyupdate xmlns:D=\"DAV:\"><D:set><D:prop>\(value)</D:prop></D:set></D:propertyupdate>")
        #expect(good.status == 207)
        #expect(try ask().contains("xml:lang=\"ru\">mixed <y/> &amp; ж</x>"))
    }

    @Test("extended MKCOL makes the kind that is asked for, or nothing (RFC 5689 §3)")
    func mkcol() throws {
        let site = try TestSite()
        func make(_ path: String, _ type: String, _ more: String = "") throws -> TestSite.Answer {
            try site.send("MKCOL", path, """
                <D:mkcol xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:A="urn:ietf:params:xml:ns:carddav"><D:set><D:prop>
                <D:resourcetype><D:collection/>\(type)</D:resourcetype>\(more)</D:prop></D:set></D:mkcol>
                """)
        }
        #expect(try make(home + "new/", "<C:calendar/>", "<D:displayname>New</D:displayname>").status == 201)
        #expect(try make("/contacts/anna@example.org/new/", "<A:addressbook/>").status == 201)
        #expect(try make(home + "calendar/inner/", "<C:calendar/>").conditions == [.caldav(.calendarCollectionLocationOk)])
        #expect(try make(home + "book/", "<A:addressbook/>").status == 403)
        // RFC 5689 §3.5: the answer says of each property what became of it, and the whole fails as the one did.
        let odd = try make(home + "odd/", "<D:principal/>", "<D:displayname>x</D:displayname>")
        #expect(odd.status == 403 && odd.text.contains("mkcol-response") && odd.text.contains("<D:valid-resourcetype>"))
        #expect(odd.text.contains("HTTP/1.1 424"))
        let failed = try make(home + "failed/", "<C:calendar/>", "<D:getetag>x</D:getetag>")
        #expect(failed.status == 403 && failed.text.contains("<D:cannot-modify-protected-property>"))
        #expect(try site.send("PROPFIND", home + "failed/").status == 404)
        #expect(try make(home + "new/", "<C:calendar/>").status == 405)
        #expect(try make(home + "none/new/", "<C:calendar/>").status == 409)
    }

    @Test("a calendar or book can only be made in a home, and the refusal says so (RFC 4791 §5.3.1, RFC 6352 §6.3.1)")
    func locations() throws {
        let site = try TestSite()
        let book = """
            <D:mkcol xmlns:D="DAV:" xmlns:A="urn:ietf:params:xml:ns:carddav"><D:set><D:prop><D:resourcetype><D:collection/><A:addressbook/>
            </D:resourcetype></D:prop></D:set></D:mkcol>
            """
        // Who is there and who is not answer alike.
        for place in ["/x/", "/x/y/", "/calendars/x/", "/calendars/zoe@example.net/", "/contacts/x/", "/principals/x/", "/principals/anna@example.org/x/"] {
            let calendar = try site.send("MKCALENDAR", place)
            #expect(calendar.status == 403 && calendar.conditions == [.caldav(.calendarCollectionLocationOk)], "\(place)")
            #expect(try site.send("MKCOL", place, book).conditions == [.carddav(.addressbookCollectionLocationOk)], "\(place)")
            #expect(try site.send("MKCOL", place).status == 403, "\(place)")
        }
        #expect(try site.send("MKCALENDAR", "/calendars/zoe@example.net/new/").status == 404)
        for place in ["/", "/calendars/", home, home + "calendar/", "/principals/anna@example.org/"] {
            let calendar = try site.send("MKCALENDAR", place)
            #expect(calendar.status == 403 && calendar.conditions == [.dav(.resourceMustBeNull)], "\(place)")
            let collection = try site.send("MKCOL", place, book)
            #expect(collection.status == 405 && collection.header("Allow")?.contains("PROPFIND") == true, "\(place)")
        }
    }

    @Test("a lock keeps others' changes out, and its token lets in (RFC 4918 §7)")
    func locks() throws {
        let site = try TestSite()
        _ = try site.send("PUT", files + "a", "1")
        let body = "<lockinfo xmlns='DAV:'><lockscope><exclusive/></lockscope><locktype><write/></locktype><owner>me</owner></lockinfo>"
        let lock = try site.send("LOCK", files + "a", body, headers: ["Depth": "0", "Timeout": "Second-100"])
        #expect(lock.status == 200 && lock.text.contains("Second-100"))
        let token = try #require(lock.header("Lock-Token"))
        let refused = try site.send("PUT", files + "a", "2")
        #expect(refused.status == 423 && refused.conditions == [.dav(.lockTokenSubmitted)])
        #expect(try site.send("LOCK", files + "a", body).conditions == [.dav(.noConflictingLock)])
        #expect(try site.send("PUT", files + "a", "2", headers: ["If": "(\(token))"]).status == 204)
        #expect(try site.send("DELETE", files + "a").status == 423)
        #expect(try site.send("UNLOCK", files + "a", headers: ["Lock-Token": token]).status == 204)
        #expect(try site.send("DELETE", files + "a").status == 204)
    }

    @Test("a lock of depth infinity reaches what is below, and what is made there")
    func deepLock() throws {
        let site = try TestSite()
        _ = try site.send("MKCOL", files + "d/")
        let body = "<lockinfo xmlns='DAV:'><lockscope><exclusive/></lockscope><locktype><write/></locktype></lockinfo>"
        let token = try #require(try site.send("LOCK", files + "d/", body, headers: ["Depth": "infinity"]).header("Lock-Token"))
        #expect(try site.send("PUT", files + "d/x", "1").status == 423)
        #expect(try site.send("PUT", files + "d/x", "1", headers: ["If": "<\(files)d/> (\(token))"]).status == 201)
        #expect(try site.send("MKCOL", files + "d/e/").status == 423)
    }

    @Test("principals of one's own domain are found, others are not (RFC 3744 §9.4)")
    func principals() throws {
        let site = try TestSite()
        func search(_ text: String) throws -> [String] {
            try site.send("REPORT", "/principals/", """
                <D:principal-property-search xmlns:D="DAV:"><D:property-search><D:prop><D:displayname/></D:prop><D:match>\(text)</D:match>
                </D:property-search><D:prop><D:displayname/></D:prop></D:principal-property-search>
                """, headers: ["Depth": "0"]).rows.map(\.href)
        }
        #expect(try search("bor") == ["/principals/boris@example.org/"])
        #expect(try search("zoe") == [])
        #expect(try site.send("PROPFIND", "/principals/zoe@example.net/", headers: ["Depth": "0"]).status == 404)
        let other = try site.send("PROPFIND", "/principals/boris@example.org/", """
            <D:propfind xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><C:calendar-home-set/></D:prop></D:propfind>
            """, headers: ["Depth": "0"])
        #expect(other.status == 207 && !other.text.contains("/calendars/boris"))
    }

    @Test("expand-property follows hrefs (RFC 3253 §3.8)")
    func expand() throws {
        let answer = try TestSite().send("REPORT", home + "calendar/", """
            <D:expand-property xmlns:D="DAV:"><D:property name="owner"><D:property name="displayname"/></D:property></D:expand-property>
            """)
        #expect(answer.status == 207 && answer.text.contains("<D:owner><D:response><D:href>/principals/anna@example.org/</D:href>"))
        #expect(answer.text.contains("ANNA"))
    }

    @Test("copying a tree shares nothing but the bytes, and overwriting keeps what was there in the trash")
    func copy() throws {
        let site = try TestSite()
        _ = try site.send("MKCOL", files + "a/")
        _ = try site.send("PUT", files + "a/x", "1")
        #expect(try site.send("COPY", files + "a/", headers: ["Destination": files + "b/"]).status == 201)
        _ = try site.send("PUT", files + "a/x", "2")
        #expect(try site.send("GET", files + "b/x").text == "1")
        #expect(try site.send("COPY", files + "a/", headers: ["Destination": files + "b/", "Overwrite": "F"]).status == 412)
        #expect(try site.send("COPY", files + "a/", headers: ["Destination": files + "b/"]).status == 204)
        #expect(try site.send("GET", files + "b/x").text == "2")
        #expect(try site.send("MOVE", files + "a/", headers: ["Destination": files + "a/inner/"]).status == 403)
        #expect(try site.send("COPY", files + "a/x", headers: ["Destination": home + "calendar/x.ics"]).status == 403)
        #expect(try site.send("COPY", files + "a/x", headers: ["Destination": "https://elsewhere.example/files/x"]).status == 502)
    }
}
