import DatabaseSQLite
import Testing

@testable import DAVServer

/// What an answer costs the database must not grow with what is stored beside it. By SQLite's steps, and not by time: a plan that
/// walks a collection is right, and only slow where the collection is large.
@Suite("what an answer costs")
struct CostTests {
    private static let calendar = "/calendars/anna@example.org/calendar/"
    private static let book = "/contacts/anna@example.org/contacts/"

    /// The steps of each request, with so many objects in the calendar and in the book.
    private func steps(_ count: Int) throws -> [String: Int] {
        let counter = StepCounter()
        let site = try TestSite(database: SQLiteDatabase.temporary(counter: counter))
        let (calendar, book) = (Self.calendar, Self.book)
        for number in 0..<count {
            // Most of them long ago, so that a day's query has the same answer; each tenth is a series.
            let day = "\(1990 + number % 30)0\(1 + number % 9)1\(number % 10)"
            let rule = number % 10 == 0 ? "RRULE:FREQ=DAILY;COUNT=10\r\n" : ""
            let event = TestSite.event("e\(number)", "Meeting \(number)")
                .replacingText("DTSTART:20260601T100000Z\r\n", with: "DTSTART:\(day)T100000Z\r\n\(rule)")
            #expect(try site.send("PUT", calendar + "e\(number).ics", event).status == 201)
            #expect(try site.send("PUT", book + "c\(number).vcf", TestSite.card("c\(number)", "Anna \(number)")).status == 201)
        }
        #expect(try site.send("PUT", calendar + "now.ics", TestSite.event("now")).status == 201)
        let token = try site.send("REPORT", calendar, sync("")).syncToken ?? ""
        #expect(try site.send("PUT", calendar + "now.ics", TestSite.event("now", "Changed")).status == 204)
        let requests: [(String, String, String, String, [String: String])] = [
            ("a new event", "PUT", calendar + "new.ics", TestSite.event("new"), [:]),
            ("a changed event", "PUT", calendar + "e7.ics", TestSite.event("e7", "Changed"), [:]),
            ("a new card", "PUT", book + "new.vcf", TestSite.card("new"), [:]),
            ("a changed card", "PUT", book + "c7.vcf", TestSite.card("c7", "Boris"), [:]),
            ("an event", "GET", calendar + "e3.ics", "", [:]),
            ("no event", "GET", calendar + "nothing.ics", "", [:]),
            ("its properties", "PROPFIND", calendar + "e3.ics", "", ["Depth": "0"]),
            ("the calendar's properties", "PROPFIND", calendar, "", ["Depth": "0"]),
            ("the home", "PROPFIND", "/calendars/anna@example.org/", "", ["Depth": "1"]),
            ("a property", "PROPPATCH", calendar + "e3.ics", """
                <propertyupdate xmlns="DAV:"><set><prop><x xmlns="urn:x">1</x></prop></set></propertyupdate>
                """, [:]),
            ("what changed", "REPORT", calendar, sync(token), [:]),
            ("three events", "REPORT", calendar, """
                <C:calendar-multiget xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns="DAV:"><prop><C:calendar-data/></prop>
                <href>\(calendar)e1.ics</href><href>\(calendar)e2.ics</href><href>\(calendar)e10.ics</href></C:calendar-multiget>
                """, [:]),
            ("a day", "REPORT", calendar, """
                <C:calendar-query xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns="DAV:"><prop><getetag/></prop><C:filter>
                <C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"><C:time-range start="20260601T000000Z" end="20260602T000000Z"/>
                </C:comp-filter></C:comp-filter></C:filter></C:calendar-query>
                """, ["Depth": "1"]),
            ("busy time of a day", "REPORT", calendar, """
                <C:free-busy-query xmlns:C="urn:ietf:params:xml:ns:caldav"><C:time-range start="20260601T000000Z" end="20260602T000000Z"/>
                </C:free-busy-query>
                """, ["Depth": "1"]),
            ("a rename", "MOVE", calendar + "e5.ics", "", ["Destination": calendar + "moved.ics"]),
            ("a lock", "LOCK", calendar + "e4.ics", """
                <lockinfo xmlns="DAV:"><lockscope><exclusive/></lockscope><locktype><write/></locktype></lockinfo>
                """, [:]),
            ("a removal", "DELETE", calendar + "e6.ics", "", [:]),
        ]
        var steps: [String: Int] = [:]
        for (name, method, path, body, headers) in requests {
            let before = counter.steps
            let answer = try site.send(method, path, body, headers: headers)
            #expect(answer.status < 500, "\(name): \(answer.status) \(answer.text)")
            steps[name] = counter.steps - before
        }
        return steps
    }

    private func sync(_ token: String) -> String {
        """
        <sync-collection xmlns="DAV:"><sync-token>\(token)</sync-token><sync-level>1</sync-level><prop><getetag/></prop></sync-collection>
        """
    }

    @Test("does not grow with what is stored")
    func constant() throws {
        let (few, many) = (try steps(20), try steps(600))
        for (name, steps) in many {
            let expected = few[name] ?? 0
            #expect(steps <= expected + expected / 4 + 100, "\(name): \(expected) steps beside 20 objects, \(steps) beside 600")
        }
    }
}

extension String {
    fileprivate func replacingText(_ text: String, with other: String) -> String {
        guard let range = firstRange(of: text) else { return self }
        return String(self[..<range.lowerBound]) + other + String(self[range.upperBound...])
    }
}
