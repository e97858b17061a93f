import Bytes
import ContentLines
import TestRandom
import Testing
import VCard

@Suite("Foreign bytes")
struct RobustnessTests {
    private let source = card([
                "UID:1", "N;CHARSET=koi8-r;ENCODING=QUOTED-PRINTABLE:=F0;=", "=C5", "item1.TEL;CELL;X=\"a;b\":1",
                "AGENT:", "BEGIN:VCARD",
        "VERSION:2.1", "FN:in", "END:VCARD", "PHOTO;BASE64:QQ==", " ", "ORG:a\\;b;c",
    ], version: "2.1") + card(["FN:Straße", "EMAIL:a@b"], version: "4.0")

    /// Whatever comes out of a file can be stored, and comes out of a joined file again.
    private func check(_ bytes: [UInt8]) throws {
        _ = refusal(bytes)
        let cards = try split(bytes).cards
        for card in cards {
            let resource = try AddressObjectResource.validate(card.bytes)
            _ = resource.formattedName
            _ = resource.emails
        }
        let again = try split(cards.flatMap { VCardJoiner.append($0.bytes) ?? [] }).cards
        #expect(again.map(\.uid) == cards.map(\.uid))
    }

    @Test("every prefix of a file is split or refused")
    func prefixes() throws {
        for count in 0...source.count { try check(Array(source.prefix(count))) }
    }

    @Test("random changes do no harm")
    func mutations() throws {
        var random = SeededGenerator(state: 13)
        for _ in 0..<2_000 {
            var bytes = source
            for _ in 0..<Int.random(in: 1..<8, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: place)
                default:
                    bytes.insert(
                        contentsOf: source[Int.random(in: 0..<source.count, using: &random)...].prefix(40), at: place)
                }
            }
            try check(bytes)
        }
    }
}
