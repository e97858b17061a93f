import Bytes
import ContentLines
import Testing
import VCard

/// A property filter, with what `change` makes of it.
func property(_ name: String, _ texts: TextMatch..., isAnyOf: Bool = true, parameters: [ParameterFilter] = [])
    -> CardPropertyFilter
{
    var filter = CardPropertyFilter(name: name)
    filter.texts = texts
    filter.parameters = parameters
    filter.isAnyOf = isAnyOf
    return filter
}

func absent(_ name: String) -> CardPropertyFilter {
    var filter = CardPropertyFilter(name: name)
    filter.isNotDefined = true
    return filter
}

func match(
    _ text: String, _ type: TextMatch.MatchType = .contains, not: Bool = false, collation: Collation = .unicodeCasemap
) -> TextMatch {
    TextMatch(text, collation: collation, isNegated: not, matchType: type)
}

func parameter(_ name: String, _ match: TextMatch? = nil) -> ParameterFilter {
    ParameterFilter(name: name, test: match.map { .matches($0) } ?? .isDefined)
}

func filter(_ properties: CardPropertyFilter..., isAnyOf: Bool = true) -> CardFilter {
    var filter = CardFilter()
    filter.properties = properties
    filter.isAnyOf = isAnyOf
    return filter
}

func passes(_ bytes: [UInt8], _ filter: CardFilter) throws -> Bool {
    CardFilterEvaluator(filter).matches(try VCardDocument.parse(bytes))
}

@Suite("Card filters: RFC 6352 §10.5")
struct CardFilterTests {
    @Test("C7: a group is found by KIND and MEMBER in either version, whatever the filter calls them", arguments: [
        ("3.0", "X-ADDRESSBOOKSERVER-"), ("4.0", ""),
    ])
    func groups(version: String, prefix: String) throws {
        let lines = ["BEGIN:VCARD", "VERSION:\(version)", "UID:1", "FN:G", "N:G;;;;", prefix + "KIND:group", prefix + "MEMBER:urn:uuid:7", "END:VCARD"]
        let group = [UInt8](lines.joined(separator: "\r\n").utf8)
        for name in ["KIND", "X-ADDRESSBOOKSERVER-KIND", "kind", "x-addressbookserver-kind"] {
            #expect(try passes(group, filter(property(name, match("group", .equals)))))
            #expect(try !passes(group, filter(property(name, match("org", .equals)))))
            #expect(try !passes(group, filter(absent(name))))
            #expect(try passes(person, filter(absent(name))))
        }
        #expect(try passes(group, filter(property("MEMBER", match("urn:uuid:7", .equals)))))
        #expect(try passes(group, filter(property("X-ADDRESSBOOKSERVER-MEMBER", match("uuid:7")))))
    }

    private let person = card([
        "UID:1", "FN:Zoë Müller", "N:Müller;Zoë;Anna,Maria;;", "NICKNAME:Zo,The boss\\, really",
        "item1.EMAIL;TYPE=INTERNET,pref:zoe@example.com", "item1.X-ABLabel:_$!<Work>!$_",
        "EMAIL;TYPE=home:z.mueller@example.org", "TEL;TYPE=\"voice,CELL\":+49 30 1234", "ORG:Tegu\\, Inc.;Research",
        "NOTE:a long", " er note\\nin two lines",
    ])

    @Test("Q19: no property filter, or an empty card filter, is all cards")
    func all() throws {
        #expect(try passes(person, filter()))
        #expect(try passes(person, filter(isAnyOf: false)))
    }

    @Test("Q19: one property filter is enough unless all are asked for")
    func tests() throws {
        let found = property("FN", match("zoë"))
        let other = property("FN", match("bob"))
        #expect(CardFilter().isAnyOf)
        #expect(try passes(person, filter(other, found)))
        #expect(try !passes(person, filter(other, found, isAnyOf: false)))
        #expect(try passes(person, filter(found, found, isAnyOf: false)))
        #expect(try !passes(person, filter(other, other)))
    }

    @Test("Q19: one text is enough unless all are asked for, and then of the same property")
    func propertyTests() throws {
        let both = [match("zoe"), match("example.org")]
        #expect(try passes(person, filter(property("EMAIL", both[0], both[1]))))
        #expect(try !passes(person, filter(property("EMAIL", both[0], both[1], isAnyOf: false))))
        #expect(try passes(person, filter(property("EMAIL", match("mueller"), both[1], isAnyOf: false))))
        let home = parameter("TYPE", match("home"))
        #expect(try !passes(person, filter(property("EMAIL", match("zoe@"), isAnyOf: false, parameters: [home]))))
        #expect(try passes(person, filter(property("EMAIL", match("zoe@"), parameters: [home]))))
        #expect(try passes(person, filter(property("EMAIL", match("none"), parameters: [home]))))
    }

    @Test("Q19: TYPE is a list, in whatever case, with or without quotes", arguments: [
        ("EMAIL", "PREF", true), ("EMAIL", "internet", true), ("TEL", "cell", true), ("TEL", "voice", true),
        ("TEL", "home", false), ("EMAIL", "inter", false),
    ])
    func types(name: String, type: String, expected: Bool) throws {
        let type = parameter("type", match(type, .equals))
        #expect(try passes(person, filter(property(name, parameters: [type]))) == expected)
    }

    @Test("bare words of version 2.1 are types")
    func bareWords() throws {
        let old = card(["TEL;HOME;PREF:1"], version: "2.1")
        #expect(try passes(old, filter(property("TEL", parameters: [parameter("TYPE", match("pref", .equals))]))))
        #expect(try !passes(old, filter(property("TEL", parameters: [parameter("TYPE", match("work", .equals))]))))
    }

    @Test("a quoted-printable value is looked at as what it says")
    func quotedPrintable() throws {
        let old = card(["FN;ENCODING=QUOTED-PRINTABLE;CHARSET=ISO-8859-1:M=FCller"], version: "2.1")
        #expect(try passes(old, filter(property("FN", match("MÜLLER", .equals)))))
    }

    // RFC 6352 §10.5.1
    @Test("a name finds its properties in each group, a name with a group only those in it")
    func groups() throws {
        #expect(try passes(person, filter(property("EMAIL", match("zoe@")))))
        #expect(try passes(person, filter(property("ITEM1.email", match("zoe@")))))
        #expect(try !passes(person, filter(property("item1.EMAIL", match("mueller")))))
        #expect(try !passes(person, filter(property("item2.EMAIL"))))
        #expect(try passes(person, filter(absent("item2.EMAIL"))))
        #expect(try passes(person, filter(property("x-ablabel", match("work")))))
    }

    @Test("what is not to be there is not there")
    func notDefined() throws {
        #expect(try passes(person, filter(absent("BDAY"))))
        #expect(try !passes(person, filter(absent("FN"))))
        let noType = ParameterFilter(name: "TYPE", test: .isNotDefined)
        #expect(try !passes(person, filter(property("EMAIL", parameters: [noType]))))
        #expect(try passes(person, filter(property("FN", parameters: [noType]))))
    }

    @Test("a negated text needs a property")
    func negated() throws {
        #expect(try passes(person, filter(property("FN", match("bob", not: true)))))
        #expect(try !passes(person, filter(property("FN", match("müller", not: true)))))
        #expect(try !passes(person, filter(property("TITLE", match("bob", not: true)))))
        // One of the two addresses is enough.
        #expect(try passes(person, filter(property("EMAIL", match("zoe@", not: true)))))
    }

    @Test("a structured value is one text, a list also its items", arguments: [
        ("N", match("müller;zoë", .startsWith), true), ("N", match("zoë", .equals), false),
        ("ORG", match("Tegu, Inc.;Research", .equals), true), ("ORG", match("inc.")
        , true),
        ("NICKNAME", match("zo", .equals), true), ("NICKNAME", match("the boss, really", .equals), true),
        ("NICKNAME", match("boss", .equals), false), ("NICKNAME", match("zo", .equals, not: true), false),
        ("NOTE", match("longer note\nin", .contains), true),
    ])
    func values(name: String, match: TextMatch, expected: Bool) throws {
        #expect(try passes(person, filter(property(name, match))) == expected)
    }

    @Test("Q12: collations decide what is the same", arguments: [
        ("zoe\u{308}", [false, false, true]), ("ZOë", [true, false, true]), ("Zoë", [true, true, true]),
        ("MU\u{308}LLER", [false, false, true]), ("Muller", [false, false, false]),
    ])
    func collations(needle: String, expected: [Bool]) throws {
        for (collation, expected) in zip([Collation.asciiCasemap, .octet, .unicodeCasemap], expected) {
            #expect(try passes(person, filter(property("FN", match(needle, collation: collation)))) == expected, "\(collation)")
        }
    }

    @Test("a text that is not UTF-8 is looked at as what it was")
    func illFormed() throws {
        var bytes = card(["FN:M_ller"])
        if let place = bytes.firstIndex(of: 0x5F) { bytes[place] = 0xFC }
        #expect(try passes(bytes, filter(property("FN", match("müller")))))
    }

    @Test("an agent's card is not the card")
    func agent() throws {
        let bytes = card(["FN:Boss", "AGENT:", "BEGIN:VCARD", "FN:Helper", "END:VCARD"], version: "2.1")
        #expect(try !passes(bytes, filter(property("FN", match("helper")))))
        #expect(try passes(bytes, filter(property("FN", match("boss")))))
    }

    @Test("the examples of RFC 6352 §8.6.3 and §8.6.4")
    func examples() throws {
        let daboo = card(["UID:1", "FN:Cyrus Daboo", "NICKNAME:me", "EMAIL:daboo@example.com"])
        let nickname = filter(property("NICKNAME", match("me", .equals)))
        #expect(try passes(daboo, nickname))
        #expect(try !passes(person, nickname))
        let nameOrAddress = filter(property("FN", match("daboo")), property("EMAIL", match("daboo")))
        #expect(try passes(daboo, nameOrAddress))
        #expect(try passes(card(["FN:x", "EMAIL:DABOO@example.com"]), nameOrAddress))
        #expect(try !passes(person, nameOrAddress))
    }
}
