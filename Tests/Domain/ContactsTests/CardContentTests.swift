import CollectionStore
import Contacts
import Testing

/// RFC 6352 §6.3.2, the example.
private let example = vcard(
    """
    VERSION:3.0
    FN:Cyrus Daboo
    N:Daboo;Cyrus
    ADR;TYPE=POSTAL:;2822 Email HQ;Suite 2821;RFCVille;PA;15213;USA
    EMAIL;TYPE=INTERNET,PREF:cyrus@example.com
    NICKNAME:me
    NOTE:Example VCard.
    ORG:Self Employed
    TEL;TYPE=WORK,VOICE:412 605 0499
    TEL;TYPE=FAX:412 605 0705
    URL:http://www.example.com
    UID:1234-5678-9000-1
    """)

private func vcard(_ lines: String) -> [UInt8] {
    [UInt8]("BEGIN:VCARD\n\(lines)\nEND:VCARD\n".utf8.flatMap { $0 == 0x0A ? [0x0D, 0x0A] : [$0] })
}

@Suite("Cards")
struct CardContentTests {
    @Test("a card is stored as sent, with its UID and its kind")
    func stored() throws {
        let made = try CardContent(example, maximumSize: example.count).content
        guard case .bytes(let bytes) = made.place else { Issue.record("\(made.place)"); return }
        #expect(bytes == example)
        #expect(made.size == example.count && made.etag == ETag.of(example))
        #expect(made.facts.uid == "1234-5678-9000-1" && made.facts.component == "individual")
        #expect(try CardContent.facts(of: example) == made.facts)
        guard case .folded(let text) = made.facts.index.text else { Issue.record("no text"); return }
        #expect(String(decoding: text, as: UTF8.self).contains("CYRUS DABOO"))
    }

    // RFC 6350 §6.1.4, and the property of Apple's clients in version 3.0.
    @Test(
        "a group is known in both versions",
        arguments: ["VERSION:4.0\nKIND:group", "VERSION:3.0\nX-ADDRESSBOOKSERVER-KIND:group"])
    func groups(lines: String) throws {
        #expect(try CardContent.facts(of: vcard(lines + "\nFN:g\nUID:g")).component == "group")
    }

    // RFC 6352 §6.3.2.1: valid-address-data, supported-address-data, max-resource-size.
    @Test(
        "what is no card is refused with the reason that fits",
        arguments: [
            ("not vCard", [UInt8]("hello".utf8), "notAddressData"),
            ("empty", [], "notAddressData"),
            ("a calendar", [UInt8]("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n".utf8), "notAddressData"),
            ("two cards", example + example, "notAddressData"),
            ("no UID", vcard("VERSION:3.0\nFN:x"), "notAddressData"),
            ("an empty UID", vcard("VERSION:3.0\nFN:x\nUID: "), "notAddressData"),
            ("two UIDs", vcard("VERSION:3.0\nFN:x\nUID:a\nUID:b"), "notAddressData"),
            (
                "a UID that no index holds", vcard("VERSION:3.0\nUID:" + String(repeating: "u", count: 3000)),
                "notAddressData"
            ),
            ("a NUL", vcard("VERSION:3.0\nFN:a\u{0}\nUID:a"), "notAddressData"),
            ("version 2.1", vcard("VERSION:2.1\nFN:x\nUID:a"), "unsupportedData"),
            ("version 9", vcard("VERSION:9.0\nFN:x\nUID:a"), "unsupportedData"),
        ] as [(String, [UInt8], String)])
    func refused(what: String, bytes: [UInt8], expected: String) {
        var kind = "taken"
        do throws(CardRefusal) {
            _ = try CardContent(bytes, maximumSize: 1 << 20)
        } catch {
            switch error {
            case .notAddressData(let sentence): kind = sentence.hasSuffix(".") ? "notAddressData" : sentence
            case .unsupportedData(let sentence): kind = sentence.hasSuffix(".") ? "unsupportedData" : sentence
            case .tooLarge: kind = "tooLarge"
            }
        }
        #expect(kind == expected, "\(what)")
    }

    @Test("a byte more than the limit is refused")
    func tooLarge() {
        #expect(throws: CardRefusal.tooLarge(limit: example.count - 1)) {
            try CardContent(example, maximumSize: example.count - 1)
        }
    }
}
