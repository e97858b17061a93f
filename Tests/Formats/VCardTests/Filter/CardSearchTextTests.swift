import Bytes
import ContentLines
import TestRandom
import Testing
import VCard

@Suite("The search text of a card")
struct CardSearchTextTests {
    private func searchText(_ bytes: [UInt8]) throws -> [UInt8]? {
        let document = try VCardDocument.parse(bytes)
        return CardSearchText.of(try #require(document.cards.first { _ in true }))
    }

    @Test("it has the decoded values, folded, but no pictures, sounds and keys")
    func content() throws {
        let bytes = card(["FN:Й\\, x", "PHOTO:a", "LOGO:b", "item1.SOUND:c", "KEY:d", "N:a;b"])
        #expect(try searchText(bytes).map { text($0) } == "3.0\nИ\u{306}, X\nA;B")
    }

    @Test("a card with much text has none")
    func limit() throws {
        #expect(try searchText(card(["NOTE:" + String(repeating: "a", count: 17_000)])) == nil)
        #expect(try searchText(card(["NOTE:" + String(repeating: "й", count: 6_000)])) == nil)
        #expect(try searchText(card(["PHOTO:" + String(repeating: "a", count: 17_000)])) != nil)
    }

    @Test("what a filter asks for by text must be there, and of the rest nothing is known")
    func required() {
        func required(_ filter: CardFilter) -> [[String]]? {
            filter.requiredSubstrings?.clauses.map { $0.map { text($0) } }
        }
        let name = property("FN", match("é"))
        let mail = property("EMAIL", match("a", collation: .octet))
        #expect(required(filter(name, mail)) == [["E\u{301}", "A"]])
        #expect(required(filter(name, mail, isAnyOf: false)) == [["E\u{301}"], ["A"]])
        #expect(required(filter(property("FN", match("a"), match("b")))) == [["A", "B"]])
        #expect(required(filter(property("FN", match("a"), match("b"), isAnyOf: false))) == [["A"], ["B"]])
        for unknown in [
            filter(), filter(name, absent("FN")), filter(name, property("TEL")),
            filter(property("FN", match("a"), match("b", not: true))), filter(property("FN", match(""))),
            filter(property("FN", match("a"), parameters: [parameter("TYPE")])), filter(property("item1.PHOTO", match("a"))),
        ] { #expect(required(unknown) == nil) }
        let typed = property("FN", match("a"), isAnyOf: false, parameters: [parameter("TYPE")])
        #expect(required(filter(typed)) == [["A"]])
    }

    @Test("a card that matches has what is required")
    func agree() throws {
        var random = SeededGenerator(state: 6352)
        let letters = ["a", "A", "é", "E\u{301}", "É", "й", "Й", "ß", "ﬁ", "Ａ", "İ", ",", ";", "\n", "\\"]
        let names = ["FN", "NICKNAME", "NOTE", "item1.FN", "PHOTO"]
        func word(_ count: ClosedRange<Int>) -> String {
            (0..<Int.random(in: count, using: &random)).map { _ in letters.randomElement(using: &random) ?? "" }.joined()
        }
        func oneOf(_ count: Int) -> Bool { Int.random(in: 0..<count, using: &random) == 0 }
        var matched = 0
        for _ in 0..<4_000 {
            let lines = (0..<3).map { _ in
                var line = [UInt8]((names.randomElement(using: &random) ?? "").utf8) + [0x3A]
                TextValue.appendEscaped(word(0...6).utf8, to: &line)
                return text(line)
            }
            let bytes = card(lines)
            var filter = CardFilter()
            filter.isAnyOf = oneOf(2)
            filter.properties = (0..<Int.random(in: 1...2, using: &random)).map { _ in
                var property = CardPropertyFilter(name: names.randomElement(using: &random) ?? "")
                property.isAnyOf = oneOf(2)
                property.isNotDefined = oneOf(10)
                if property.isNotDefined { return property }
                property.texts = (0..<Int.random(in: 0...2, using: &random)).map { _ in
                    match(word(0...2), [.contains, .equals, .startsWith, .endsWith].randomElement(using: &random) ?? .equals,
                        not: oneOf(6), collation: Collation.allCases.randomElement(using: &random) ?? .octet)
                }
                return property
            }
            guard try passes(bytes, filter) else { continue }
            matched += 1
            let searchText = try #require(try searchText(bytes))
            #expect(filter.requiredSubstrings?.allow(searchText) ?? true, "\(text(bytes)) \(filter)")
        }
        #expect(matched > 500)
    }
}
