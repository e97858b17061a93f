import Bytes
import Testing

@testable import DAVGrammar

@Suite("The If header (RFC 4918 §10.4)")
struct IfHeaderTests {
    private func parse(_ text: String) throws -> IfHeader { try IfHeader.parse([UInt8](text.utf8)) }

    @Test("the RFC's examples are read")
    func examples() throws {
        // RFC 4918 §10.4.6
        let one = try parse("(<urn:uuid:181d4fae-7d8c-11d0-a765-00a0c91e6bf2> [\"I am an ETag\"]) ([\"I am another ETag\"])")
        #expect(one.lists.count == 2)
        #expect(one.lists[0].conditions == [
            .state("urn:uuid:181d4fae-7d8c-11d0-a765-00a0c91e6bf2", isNegated: false), .tag("I am an ETag", isNegated: false),
        ])
        // RFC 4918 §10.4.7
        let two = try parse("(Not <urn:uuid:181d4fae> <urn:uuid:58f202ac>)")
        #expect(two.lists[0].conditions == [.state("urn:uuid:181d4fae", isNegated: true), .state("urn:uuid:58f202ac", isNegated: false)])
        // RFC 4918 §10.4.9
        let three = try parse("</resource1> (<urn:uuid:181d4fae> [W/\"A weak ETag\"]) ([\"strong ETag\"])")
        #expect(three.lists.map(\.resource) == ["/resource1", "/resource1"])
        #expect(three.submittedTokens == ["urn:uuid:181d4fae"])
        #expect(three.resourceTags == ["/resource1"])
    }

    @Test("one list that holds is enough, and all conditions of it must")
    func evaluation() throws {
        let header = try parse("(<urn:a> [\"1\"]) (Not <DAV:no-lock> [\"2\"])")
        #expect(header.holds(etag: { _ in "1" }, isLocked: { token, _ in token == "urn:a" }))
        #expect(!header.holds(etag: { _ in "1" }, isLocked: { _, _ in false }))
        #expect(header.holds(etag: { _ in "2" }, isLocked: { _, _ in false }))
        #expect(!header.holds(etag: { _ in nil }, isLocked: { _, _ in true }))
    }

    @Test("what is no If header is refused", arguments: [
        "", "()", "(", "(<a>", "<a>", "(<a>) <b>", "(x)", "(Not)", "<a> <b> (<c>)", "(<>)", "([\"a\")",
    ])
    func malformed(_ text: String) { #expect(throws: ParseError.self) { try parse(text) } }

    @Test("each prefix of a header is refused or read, and never ends the process")
    func prefixes() {
        let bytes = [UInt8]("</a> (Not <urn:b> [\"c\"]) ([W/\"d\"])".utf8)
        for count in 0...bytes.count { _ = try? IfHeader.parse([UInt8](bytes[..<count])) }
    }
}

@Suite("Entity tags in conditions (RFC 9110 §13.1)")
struct EntityTagConditionTests {
    @Test("a tag is known again in all forms in which clients and proxies return it", arguments: [
        "\"abc\"", "W/\"abc\"", "abc", "\\\"abc\\\"", "\"abc-gzip\"", "\"abc\"-gzip", "\"abc;gzip\"", "\"abc-br\"", "\"x\", \"abc\"",
        "  \"abc\"  ", "w/\"abc\"",
    ])
    func forms(_ text: String) { #expect(EntityTagCondition(text).matches(["abc"], exists: true)) }

    @Test("another tag, and nothing there, does not match")
    func others() {
        #expect(!EntityTagCondition("\"abd\"").matches(["abc"], exists: true))
        #expect(!EntityTagCondition("\"abc\"").matches([], exists: false))
        #expect(EntityTagCondition("\"a,b\"").matches(["a,b"], exists: true))
    }

    @Test("the star matches whatever is there")
    func star() {
        #expect(EntityTagCondition(" * ").matches([], exists: true))
        #expect(!EntityTagCondition("*").matches([], exists: false))
    }
}

@Suite("Paths of requests and hrefs")
struct RequestPathTests {
    @Test("segments are decoded, slashes collapse, and the query is apart")
    func segments() throws {
        let path = try RequestPath("//calendars/anna%40example.org/%D0%B6%20x/?a=b")
        #expect(path.segments == ["calendars", "anna@example.org", "ж x"])
        #expect(path.hasTrailingSlash && path.query == "a=b")
        #expect(path.text == "/calendars/anna@example.org/%D0%B6%20x/")
    }

    @Test("an absolute URI is its path")
    func absolute() throws {
        #expect(try RequestPath("https://host:8443/a/b").segments == ["a", "b"])
        #expect(try RequestPath("http://host").segments == [])
        #expect(try Destination("https://host:8443/a").authority == "host:8443")
        #expect(try Destination("/a").authority == nil)
    }

    @Test("the last segment alone is what it is in the whole path", arguments: ["a", "%D0%B6%20x", "a%40b", "...", "é", "a;b"])
    func lastSegment(_ text: String) throws {
        let whole = try RequestPath("/calendars/" + text)
        #expect(try RequestPath.lastSegment([UInt8](text.utf8)[...]) == whole.segments.last)
    }

    @Test("what is not one segment is refused as the last one", arguments: [
        "", ".", "..", "%2e%2E", "a/b", "a/", "a?b", "a#b", "a%2Fb", "a%00", "a%zz", "a%4", "a%", "%FF",
    ])
    func noLastSegment(_ text: String) {
        #expect(throws: ParseError.self) { try RequestPath.lastSegment([UInt8](text.utf8)[...]) }
    }

    @Test("what could mean another place is refused", arguments: [
        "/a/../b", "/a/%2e%2e/b", "/a%2Fb", "/a%00", "/a%zz", "/a%", "/%FF", "relative", "/a#b",
        "/" + String(repeating: "a/", count: 101),
    ])
    func refused(_ text: String) { #expect(throws: ParseError.self) { try RequestPath(text) } }
}

@Suite("Dates, ranges, time-outs and preferences")
struct OtherHeaderTests {
    @Test("the three forms of a date are one moment (RFC 9110 §5.6.7)", arguments: [
        "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
    ])
    func dates(_ text: String) { #expect(HTTPDate.parse(text) == 784_111_777) }

    @Test("dates are written as they are read")
    func roundTrip() {
        #expect(HTTPDate.format(seconds: 784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(InternetDate.format(seconds: 880_998_141) == "1997-12-01T17:42:21Z")
        for seconds in stride(from: Int64(-62_135_596_800), to: 253_402_300_799, by: 86_400 * 97 + 12_345) {
            #expect(HTTPDate.parse(HTTPDate.format(seconds: seconds)) == seconds)
        }
        #expect(HTTPDate.parse("nonsense") == nil && HTTPDate.parse("Sun, 99 Nov 1994 08:49:37 GMT") == nil)
    }

    @Test("byte ranges (RFC 9110 §14.1.2)")
    func ranges() {
        #expect(ByteRanges("bytes=0-499")?.resolve(size: 1000) == [0..<500])
        #expect(ByteRanges("bytes=-1")?.resolve(size: 1000) == [999..<1000])
        #expect(ByteRanges("bytes=990-")?.resolve(size: 1000) == [990..<1000])
        #expect(ByteRanges("bytes=0-99999999999999999999")?.count == nil)
        #expect(ByteRanges("bytes=1000-")?.resolve(size: 1000) == [])
        #expect(ByteRanges("bytes=0-9223372036854775807")?.resolve(size: 10) == [0..<10])
        for text in ["bytes", "bytes=", "bytes=a-b", "bytes=5-1", "lines=1-2", "bytes=--1"] { #expect(ByteRanges(text) == nil) }
    }

    @Test("time-outs of locks (RFC 4918 §10.7)")
    func timeouts() {
        #expect(LockTimeout.seconds("Infinite, Second-4100000000", maximum: 86_400) == 86_400)
        #expect(LockTimeout.seconds("Second-60", maximum: 86_400) == 60)
        #expect(LockTimeout.seconds("Second-0", maximum: 86_400) == 1)
        #expect(LockTimeout.seconds("nonsense", maximum: 5) == 5)
        #expect(LockToken.parse("<urn:uuid:a>") == "urn:uuid:a")
        #expect(LockToken.parse("urn:uuid:a") == "urn:uuid:a")
        #expect(LockToken.parse("<>") == nil)
    }

    @Test("preferences (RFC 7240, RFC 8144) and Brief")
    func preferences() {
        #expect(Preferences(prefer: "return=minimal", brief: nil).isMinimal)
        #expect(Preferences(prefer: nil, brief: "t").isMinimal)
        #expect(Preferences(prefer: "depth-noroot, return=representation; foo", brief: nil)
            == { var p = Preferences(prefer: nil, brief: nil); p.isDepthNoRoot = true; p.isRepresentation = true; return p }())
        #expect(!Preferences(prefer: "handling=lenient", brief: "f").isMinimal)
    }
}
