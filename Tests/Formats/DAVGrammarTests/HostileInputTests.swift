import Bytes
import Testing

@testable import DAVGrammar

@Suite("What nobody means and somebody sends")
struct HostileInputTests {
    @Test("a preference without a name is passed over", arguments: [
        ";", ";;", ",;", " ; ", "; , return=minimal", "\";\"",
    ])
    func emptyPreference(_ text: String) {
        #expect(Preferences(prefer: text, brief: nil).isMinimal == text.contains("minimal"))
    }

    @Test("composed and decomposed letters make two paths")
    func normalisation() throws {
        #expect(try RequestPath("/caf%C3%A9") != RequestPath("/cafe%CC%81"))
        #expect(try RequestPath("/caf%c3%a9") == RequestPath("/caf%C3%A9"))
    }

    @Test("a tag in an If header may hold a bracket (RFC 9110 §8.8.3)")
    func bracket() throws {
        let header = try IfHeader.parse([UInt8]("([\"a]b\"] <urn:c>)".utf8))
        #expect(header.lists.map(\.conditions) == [[.tag("a]b", isNegated: false), .state("urn:c", isNegated: false)]])
    }

    @Test("a request that names more than a thousand properties is refused")
    func manyProperties() throws {
        func names(_ count: Int) -> String { (0..<count).map { "<p\($0)/>" }.joined() }
        _ = try PropfindBody.parse([UInt8]("<propfind xmlns='DAV:'><prop>\(names(1000))</prop></propfind>".utf8))
        #expect(throws: RequestBodyError.self) {
            try PropfindBody.parse([UInt8]("<propfind xmlns='DAV:'><prop>\(names(1001))</prop></propfind>".utf8))
        }
        #expect(throws: RequestBodyError.self) {
            try ProppatchBody.parse(
                [UInt8]("<propertyupdate xmlns='DAV:'><set><prop>\(names(1001))</prop></set></propertyupdate>".utf8))
        }
    }

    @Test("no short text of a header's own characters ends the process")
    func shortHeaders() {
        let alphabet = [UInt8]("<>()[]\"\\;,=-* \tNot0W/a:bytes%".utf8)
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<50_000 {
            let count = Int.random(in: 0...12, using: &generator)
            let bytes = (0..<count).map { _ in alphabet.randomElement(using: &generator) ?? 0 }
            let text = String(utf8: bytes)
            _ = try? IfHeader.parse(bytes)
            _ = Preferences(prefer: text, brief: text)
            _ = EntityTagCondition(text).matches(["a"], exists: true)
            _ = ByteRanges("bytes=" + text)?.resolve(size: 10)
            _ = (Depth(text), LockToken.parse(text), LockTimeout.seconds(text, maximum: 9), HTTPDate.parse(text))
            _ = try? RequestPath(text)
            _ = try? Destination(text)
        }
    }
}
