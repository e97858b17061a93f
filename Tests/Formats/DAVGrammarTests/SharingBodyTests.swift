import Testing
import XML

@testable import DAVGrammar

@Suite("The bodies of calendarserver-sharing")
struct SharingBodyTests {
    private func parse(_ text: String) throws -> SharingBody { try SharingBody.parse(Array(text.utf8)) }

    private func condition(_ text: String) -> XMLName? {
        do throws(RequestBodyError) {
            _ = try SharingBody.parse(Array(text.utf8))
        } catch {
            if case .refused(let name, _) = error { return name }
        }
        return nil
    }

    @Test("calendarserver-sharing, the example of several changes")
    func several() throws {
        let body = try parse("""
            <?xml version="1.0" encoding="utf-8" ?>
            <CS:share xmlns:D="DAV:"
                          xmlns:CS="http://calendarserver.org/ns/">
              <CS:set>
                <D:href>mailto:eric@example.com</D:href>
                <CS:summary>Shared workspace</CS:summary>
                <CS:read-write />
              </CS:set>
              <CS:remove>
                <D:href>mailto:wilfredo@example.com</D:href>
              </CS:remove>
            </CS:share>
            """)
        #expect(body == .share([
            .init(href: "mailto:eric@example.com", action: .set(isWriting: true, commonName: nil, summary: "Shared workspace")),
            .init(href: "mailto:wilfredo@example.com", action: .remove),
        ]))
    }

    @Test("an answer accepts or declines")
    func reply() throws {
        func text(_ answer: String) -> String {
            """
            <CS:invite-reply xmlns:D="DAV:" xmlns:CS="http://calendarserver.org/ns/"><D:href>mailto:a@example.com</D:href>\(answer)\
            <CS:hosturl><D:href> /calendars/b/work/ </D:href></CS:hosturl><CS:in-reply-to>u-1</CS:in-reply-to>\
            <CS:summary>Work</CS:summary></CS:invite-reply>
            """
        }
        #expect(try parse(text("<CS:invite-accepted/>"))
            == .reply(.init(isAccepted: true, hostURL: "/calendars/b/work/", inReplyTo: "u-1", summary: "Work")))
        #expect(try parse(text("<CS:invite-declined/>"))
            == .reply(.init(isAccepted: false, hostURL: "/calendars/b/work/", inReplyTo: "u-1", summary: "Work")))
        for answer in ["", "<CS:invite-accepted/><CS:invite-declined/>"] {
            #expect(condition(text(answer)) == .calendarServer(.validRequest))
        }
    }

    @Test("what is missing is told", arguments: [
        "<CS:share xmlns:CS='http://calendarserver.org/ns/'/>",
        "<CS:share xmlns:CS='http://calendarserver.org/ns/'><CS:set><CS:read/></CS:set></CS:share>",
        "<CS:share xmlns:CS='http://calendarserver.org/ns/' xmlns:D='DAV:'><CS:set><D:href>mailto:a</D:href></CS:set></CS:share>",
        "<CS:share xmlns:CS='http://calendarserver.org/ns/' xmlns:D='DAV:'><CS:set><D:href> </D:href><CS:read/></CS:set></CS:share>",
        "<CS:share xmlns:CS='http://calendarserver.org/ns/'><CS:remove/></CS:share>",
        "<CS:invite-reply xmlns:CS='http://calendarserver.org/ns/'><CS:invite-accepted/></CS:invite-reply>",
    ])
    func missing(_ text: String) {
        #expect(condition(text) == .calendarServer(.validRequest))
    }

    @Test("what is no XML, or something else, is told as such")
    func other() {
        #expect(throws: RequestBodyError.self) { try parse("BEGIN:VCALENDAR") }
        #expect(throws: RequestBodyError.self) { try parse("<D:propfind xmlns:D='DAV:'/>") }
    }
}
