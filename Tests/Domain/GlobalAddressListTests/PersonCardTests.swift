import Contacts
import ContentLines
import Directory
import Testing
import VCard

@testable import GlobalAddressList

@Suite("Cards of a list")
struct PersonCardTests {
    private static let jpeg: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE0, 1, 2, 3]

    private static func entry(_ id: String, _ edit: (inout ListEntry) -> Void = { _ in }) -> ListEntry {
        var entry = ListEntry(
            key: ListEntry.Key(directory: "d", id: id), kind: .user, displayName: id, addresses: ["\(id)@x"], phones: [])
        edit(&entry)
        return entry
    }

    private static func text(_ card: PersonCard?) throws -> [String] {
        let bytes = try #require(card).bytes
        return String(decoding: bytes, as: UTF8.self).replacing("\r\n ", with: "").split(separator: "\r\n").map(String.init)
    }

    @Test("a person, by RFC 6350")
    func person() throws {
        let card = PersonCard(uid: "u", of: [
            Self.entry("anna") {
                ($0.displayName, $0.givenName, $0.familyName) = ("Anna, B; erg", "Anna", "Berg; sen.")
                ($0.title, $0.department, $0.photo) = ("Engineer", "R&D", Self.jpeg)
                ($0.addresses, $0.phones) = (["anna@x", "a@x"], ["+49 30 1"])
            },
        ], members: [])
        #expect(try Self.text(card) == [
            "BEGIN:VCARD", "VERSION:4.0", "UID;VALUE=text:u", "KIND:individual", "FN:Anna\\, B\\; erg", "N:Berg\\; sen.;Anna;;;",
            "EMAIL;PREF=1:anna@x", "EMAIL:a@x", "TEL;TYPE=work:+49 30 1", "TITLE:Engineer", "ORG:;R&D",
            "PHOTO:data:image/jpeg;base64,/9j/4AECAw==", "END:VCARD",
        ])
    }

    @Test("of several entries the first says what there is one of; addresses and telephone numbers are all there")
    func merged() throws {
        let card = try #require(PersonCard(uid: "u", of: [
            Self.entry("first") { ($0.phones, $0.familyName) = (["+49 30 12"], "Berg") },
            Self.entry("second") {
                ($0.addresses, $0.phones) = (["second@x", "first@x"], ["+49-30-12", "+49 30 13"])
                ($0.title, $0.givenName) = ("Engineer", "Anna")
            },
        ], members: ["x"]))
        #expect(card.displayName == "first" && card.title == "Engineer")
        #expect(card.familyName == "Berg" && card.givenName == nil)
        #expect(card.addresses == ["first@x", "second@x"] && card.phones == ["+49 30 12", "+49 30 13"])
        #expect(card.members.isEmpty)
    }

    @Test("a group has its members by their UIDs, and in version 3.0 as Apple's clients have them")
    func group() throws {
        let card = try #require(PersonCard(uid: "g", of: [Self.entry("staff") { $0.kind = .group }], members: ["a", "b"]))
        #expect(try Self.text(card).suffix(3) == ["MEMBER:urn:uuid:a", "MEMBER:urn:uuid:b", "END:VCARD"])
        let parsed = try AddressObjectResource.validate(card.bytes)
        #expect(parsed.kind == .group && parsed.uid == "g")
        let old = String(decoding: VCardVersions.version3(of: parsed.card), as: UTF8.self)
        for line in ["UID:g", "X-ADDRESSBOOKSERVER-KIND:group", "X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:a"] {
            #expect(old.contains(line + "\r\n"), "\(line) in \(old)")
        }
    }

    @Test("whatever a directory says, what comes of it is one card", arguments: [
        "END:VCARD\r\nBEGIN:VCARD", "\u{0}\u{7}\u{85}", "\\n\\,;:", String(repeating: "ä", count: 5_000), "\u{202E}abc", " ",
    ])
    func hostile(_ text: String) throws {
        let directory = DirectoryEntryFixture.entry("x", text)
        let entry = ListEntry(directory, of: "d", addresses: ["a@x"], options: AddressListOptions())
        let card = try #require(PersonCard(uid: "u", of: [entry], members: []))
        let parsed = try AddressObjectResource.validate(card.bytes)
        #expect(parsed.uid == "u" && parsed.emails == ["a@x"])
        _ = try CardContent(card.bytes, maximumSize: 1 << 20)
    }

    @Test("a photo that is none, or too large, is left out")
    func photos() {
        var options = AddressListOptions()
        options.photoSize = 10
        func photo(_ bytes: [UInt8]) -> [UInt8]? {
            var entry = DirectoryEntryFixture.entry("x", "x")
            entry.photo = bytes
            return ListEntry(entry, of: "d", addresses: [], options: options).photo
        }
        #expect(photo(Self.jpeg) == Self.jpeg)
        #expect(photo(Self.jpeg + [4, 5, 6, 7]) == nil)
        #expect(photo(Array("<svg>".utf8)) == nil)
    }
}
