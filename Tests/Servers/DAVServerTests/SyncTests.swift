import Bytes
import Testing
import XML

@testable import DAVServer

@Suite("sync-collection (RFC 6578)")
struct SyncTests {
    private let calendar = "/calendars/anna@example.org/calendar/"

    private func sync(_ site: TestSite, _ path: String, token: String = "", limit: Int? = nil) throws -> TestSite.Answer {
        let limit = limit.map { "<limit><nresults>\($0)</nresults></limit>" } ?? ""
        return try site.send("REPORT", path, """
            <sync-collection xmlns="DAV:"><sync-token>\(token)</sync-token><sync-level>1</sync-level>\(limit)<prop><getetag/></prop></sync-collection>
            """)
    }

    @Test("any page size and any interleaving of writes ends with the server's state", arguments: [1, 2, 3, 7, 50])
    func property(_ limit: Int) throws {
        let site = try TestSite()
        var generator = SystemRandomNumberGenerator()
        var model: [String: String] = [:]
        func write() throws {
            let name = "e\(Int.random(in: 0..<25, using: &generator)).ics"
            if Bool.random(using: &generator), model[name] != nil {
                _ = try site.send("DELETE", calendar + name)
                model[name] = nil
            } else {
                let put = try site.send("PUT", calendar + name, TestSite.event(name, "\(Int.random(in: 0..<1000, using: &generator))"))
                model[name] = put.header("ETag")
            }
        }
        var client: [String: String] = [:]
        var token = ""
        func page() throws -> Bool {
            let answer = try sync(site, calendar, token: token, limit: limit)
            guard answer.status == 207, let next = answer.syncToken else { throw RequestFailed() }
            token = next
            var isComplete = true
            for row in try XMLDocument.parse(answer.body).root.children where row.name == .dav(.response) {
                let href = String(utf8: row.firstChild(named: .dav(.href))?.text ?? [])
                let status = String(utf8: row.firstChild(named: .dav(.status))?.text ?? [])
                if href == calendar {
                    #expect(status.contains("507"))
                    isComplete = false
                } else if status.contains("404") {
                    client[String(href.dropFirst(calendar.count))] = nil
                } else {
                    let prop = row.firstChild(named: .dav(.propstat))?.firstChild(named: .dav(.prop))
                    client[String(href.dropFirst(calendar.count))] = String(utf8: prop?.firstChild(named: .dav(.getetag))?.text ?? [])
                }
            }
            return isComplete
        }
        for _ in 0..<60 { try write() }
        for _ in 0..<40 {
            _ = try page()
            for _ in 0..<Int.random(in: 0..<4, using: &generator) { try write() }
        }
        while try !page() {}
        // The last page of a first listing is followed by what changed meanwhile.
        while try !page() {}
        #expect(client == model)
    }

    private struct RequestFailed: Error {}

    @Test("a token that cannot be answered is refused with valid-sync-token, and with nothing else", arguments: [
        "x", "urn:tegu:sync:1.1.1", "urn:tegu:sync:9999999999999999999999.1.1", "http://example.org/ns/sync/1", "data:,1",
    ])
    func badTokens(_ token: String) throws {
        let answer = try sync(try TestSite(), calendar, token: token)
        #expect(answer.status == 403 && answer.conditions == [.dav(.validSyncToken)])
    }

    @Test("a token of a calendar that was deleted and made again under its name is invalid")
    func recreated() throws {
        let site = try TestSite()
        let token = try #require(try sync(site, calendar).syncToken)
        #expect(try site.send("DELETE", calendar).status == 204)
        #expect(try site.send("MKCALENDAR", calendar).status == 201)
        #expect(try sync(site, calendar, token: token).conditions == [.dav(.validSyncToken)])
    }

    @Test("made and deleted between two syncs is never told as there")
    func fleeting() throws {
        let site = try TestSite()
        let token = try #require(try sync(site, calendar).syncToken)
        _ = try site.send("PUT", calendar + "a.ics", TestSite.event("a"))
        _ = try site.send("DELETE", calendar + "a.ics")
        #expect(try sync(site, calendar, token: token).rows.allSatisfy { $0.status.contains("404") })
    }

    @Test("a move is a removal here and an addition there")
    func move() throws {
        let site = try TestSite()
        _ = try site.send("PUT", calendar + "a.ics", TestSite.task("a"))
        let tasks = "/calendars/anna@example.org/tasks/"
        let (here, there) = (try sync(site, calendar).syncToken ?? "", try sync(site, tasks).syncToken ?? "")
        #expect(try site.send("MOVE", calendar + "a.ics", headers: ["Destination": tasks + "b.ics"]).status == 201)
        #expect(try sync(site, calendar, token: here).rows.map(\.status) == ["HTTP/1.1 404 Not Found"])
        #expect(try sync(site, tasks, token: there).rows.map(\.href) == [tasks + "b.ics"])
    }

    @Test("a home tells which calendars came, changed their properties, and went")
    func home() throws {
        let site = try TestSite()
        let home = "/calendars/anna@example.org/"
        let first = try sync(site, home)
        #expect(first.rows.map(\.href) == [calendar, home + "tasks/"])
        _ = try site.send("MKCALENDAR", home + "new/")
        _ = try site.send("DELETE", home + "tasks/")
        let second = try sync(site, home, token: first.syncToken ?? "")
        #expect(second.rows.map(\.href) == [home + "new/", home + "tasks/"])
        #expect(second.rows.map(\.status) == ["HTTP/1.1 200 OK", "HTTP/1.1 404 Not Found"])
    }

    @Test("level infinite is refused with sync-traversal-supported")
    func infinite() throws {
        let answer = try TestSite().send("REPORT", calendar, """
            <sync-collection xmlns="DAV:"><sync-token/><sync-level>infinite</sync-level><prop/></sync-collection>
            """)
        #expect(answer.status == 403 && answer.conditions == [.dav(.syncTraversalSupported)])
    }
}
