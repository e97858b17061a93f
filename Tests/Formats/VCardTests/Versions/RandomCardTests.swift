import Bytes
import ContentLines
import TestRandom
import Testing
import VCard

/// What a card says, whichever of the forms of its version it says it in.
struct CardMeaning: Equatable {
    /// Of each line: group, name, parameters and value; in no order.
    var lines: [String]

    init(_ bytes: [UInt8]) throws {
        lines = try onlyCard(bytes).properties.map(Self.meaning).sorted()
    }

    private static func meaning(_ line: ContentLine) -> String {
        var parameters: [String] = []
        for parameter in line.parameters {
            let name = text(parameter.name).uppercased()
            for value in parameter.values.flatMap({ name == "TYPE" ? $0.split(separator: ",").map(String.init) : [$0] }) {
                let plain = name == "TYPE" || name == "ENCODING" || name == "VALUE" ? value.lowercased() : value
                // RFC 2426 §3.3.2, §3.1.5: what it is anyway.
                if line.isNamed("EMAIL") && plain == "internet" || name == "VALUE" && plain == "date" { continue }
                parameters.append("\(name)=\(plain == "base64" ? "b" : plain)")
            }
        }
        var value = line.text
        if line.isNamed("BDAY") || line.isNamed("REV") { value = value.filter { $0 != "-" || value.hasPrefix("--") } }
        if line.isNamed("PHOTO") { value = value.filter { !$0.isWhitespace } }
        let group = line.group.map { text($0).lowercased() } ?? ""
        return "\(group).\(line.uppercasedName);\(parameters.sorted().joined(separator: ";")):\(value)"
    }
}

@Suite("Random cards")
struct RandomCardTests {
    private static let words = ["", "a", "Анна", "😀", "b\\, c", "d\\;e", "f\\ng", "x y", "\\\\", "ß"]

    private func word(_ random: inout SeededGenerator) -> String { Self.words.randomElement(using: &random) ?? "" }

    private func components(_ count: Int, _ random: inout SeededGenerator) -> String {
        (0..<count).map { _ in word(&random) }.joined(separator: ";")
    }

    private func types(_ random: inout SeededGenerator, _ known: [String]) -> String {
        let chosen = known.filter { _ in Bool.random(using: &random) }
        return chosen.isEmpty ? "" : ";TYPE=" + chosen.joined(separator: ",")
    }

    private func common(_ random: inout SeededGenerator) -> [String] {
        var lines = ["UID:urn:uuid:1", "FN:A\(word(&random))", "N:B\(components(5, &random))", "NOTE:\(word(&random))"]
        lines.append("ORG:O\(components(Int.random(in: 1...3, using: &random), &random))")
        lines.append("item1.URL:http://x/\(Int.random(in: 0..<9, using: &random))")
        lines.append("item1.X-ABLabel:\(word(&random))")
        lines.append("X-UNKNOWN;X-P=\"a:b\":\(word(&random))")
        lines.append("NICKNAME:\(word(&random)),\(word(&random))")
        return lines
    }

    private func version3(_ random: inout SeededGenerator) -> [String] {
        let more = [
            "EMAIL;TYPE=INTERNET\(Bool.random(using: &random) ? ",pref" : ",home"):a@x", "TEL\(types(&random, ["home", "cell", "pref"])):+1 2",
            "ADR\(types(&random, ["dom", "work", "pref"])):\(components(7, &random))", "LABEL;TYPE=parcel:\(word(&random))",
            "BDAY:19\(Int.random(in: 10..<99, using: &random))-04-15", "PHOTO;ENCODING=b;TYPE=JPEG:/9j/QQ==",
            "PHOTO;VALUE=uri;TYPE=PNG:http://x", "GEO:1.5;-2", "TZ:+03:00", "REV:20200102T030405Z", "CLASS:PRIVATE",
            "MAILER:\(word(&random))", "SORT-STRING:\(word(&random))", "X-SKYPE:a b", "X-AIM;TYPE=home:c",
            "X-EVOLUTION-ANNIVERSARY:2001-02-03", "X-ADDRESSBOOKSERVER-KIND:group", "X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:2",
            "X-GENDER:\(word(&random))", "AGENT:\(word(&random))", "X-SOCIALPROFILE;TYPE=twitter;X-USER=u:http://t/u",
        ]
        return (common(&random) + more.filter { _ in Bool.random(using: &random) }).shuffled(using: &random)
    }

    private func version4(_ random: inout SeededGenerator) -> [String] {
        let more = [
            "EMAIL\(types(&random, ["home", "work"]));PREF=\(Int.random(in: 1...3, using: &random)):a@x",
            "TEL;VALUE=uri;TYPE=cell:tel:+1;ext=2", "TEL:+1", "ADR;LABEL=\"a^nb\":\(components(18, &random))", "BDAY:--0415",
            "BDAY;VALUE=text:\(word(&random))", "ANNIVERSARY:20090808", "DEATHDATE:19960415", "GENDER:M;\(word(&random))",
            "LANG;PREF=1:fr", "KIND:group", "MEMBER:urn:uuid:2", "MEMBER:mailto:a@x", "RELATED;TYPE=friend:urn:uuid:3",
            "RELATED;TYPE=agent:urn:uuid:4", "PHOTO:data:image/png;base64,QQ==", "LOGO;MEDIATYPE=image/gif:http://x",
            "GEO:geo:1.5,-2", "GEO:geo:1.5,-2;u=3", "TZ;VALUE=utc-offset:+0300", "REV:20200102T030405Z", "CLIENTPIDMAP:1;urn:x",
            "XML:<a/>", "IMPP;PREF=1:xmpp:a@x", "SOCIALPROFILE;SERVICE-TYPE=t;USERNAME=u:http://t/u", "HOBBY:\(word(&random))",
            "PRONOUNS;LANGUAGE=en:\(word(&random))x", "CREATED:20200102T030405Z", "FN;ALTID=1:B",
        ]
        // A property that stands once stands once.
        var seen: Set<String> = []
        let chosen = more.filter { line in
            let name = String(line.prefix { $0 != ":" && $0 != ";" })
            return Bool.random(using: &random) && (!["BDAY", "GEO"].contains(name) || seen.insert(name).inserted)
        }
        return common(&random) + chosen.shuffled(using: &random)
    }

    @Test("what a card of 3.0 says is what it says after 4.0")
    func from3() throws {
        var random = SeededGenerator(state: 3)
        for _ in 0..<500 {
            let source = card(version3(&random))
            let there = VCardVersions.version4(of: try onlyCard(source))
            #expect(try AddressObjectResource.validate(there).version == .v4_0)
            let back = VCardVersions.version3(of: try onlyCard(there))
            #expect(try CardMeaning(back) == CardMeaning(source), "\(text(source)) \(text(there))")
        }
    }

    @Test("what a card of 4.0 says is what it says after 3.0")
    func from4() throws {
        var random = SeededGenerator(state: 4)
        for _ in 0..<500 {
            let source = card(version4(&random), version: "4.0")
            let there = VCardVersions.version3(of: try onlyCard(source))
            #expect(try AddressObjectResource.validate(there).version == .v3_0)
            let back = VCardVersions.version4(of: try onlyCard(there))
            #expect(try CardMeaning(back) == CardMeaning(source), "\(text(source)) \(text(there))")
        }
    }

    @Test("what a card of 4.0 says is what it says after JSON")
    func json() throws {
        var random = SeededGenerator(state: 5)
        for _ in 0..<500 {
            let source = card(version4(&random), version: "4.0")
            let back = try JCard.vCard(from: JCard.json(of: try onlyCard(source)))
            #expect(try CardMeaning(back) == CardMeaning(source), "\(text(source))")
        }
    }
}
