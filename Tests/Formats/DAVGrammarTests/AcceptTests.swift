import Testing

@testable import DAVGrammar

@Suite("Accept (RFC 9110 §12.5.1)")
struct AcceptTests {
    @Test("the range that says most counts")
    func precision() throws {
        let accept = try #require(Accept("text/*;q=0.3, text/vcard;q=0.7, text/vcard;version=4.0, */*;q=0.5"))
        #expect(accept.quality(of: "text/vcard", ["version": "4.0"]) == 1)
        #expect(accept.quality(of: "text/vcard", ["version": "3.0"]) == 0.7)
        #expect(accept.quality(of: "text/plain") == 0.3)
        #expect(accept.quality(of: "application/json") == 0.5)
    }

    @Test("what is not named is not wanted, and q=0 says so")
    func nothing() throws {
        let accept = try #require(Accept("text/calendar, application/calendar+json;q=0"))
        #expect(accept.quality(of: "text/calendar") == 1)
        #expect(accept.quality(of: "application/calendar+json") == 0)
        #expect(accept.quality(of: "text/html") == 0)
    }

    @Test("nothing that is understood is as nothing", arguments: ["", ",", "text", "//", "a/b/c"])
    func nonsense(_ header: String) { #expect(Accept(header) == nil) }

    @Test("no header says nothing") func absent() { #expect(Accept(nil) == nil) }

    @Test("a parameter that a representation does not have excludes nothing")
    func foreignParameter() throws {
        let accept = try #require(Accept("text/vcard; charset=utf-8"))
        #expect(accept.quality(of: "text/vcard", ["version": "3.0"]) == 1)
    }
}
