import Bytes
import ContentLines
import Testing
import VCard

@Suite("Parts of a card: RFC 6352 §10.4.2")
struct AddressDataSelectionTests {
    private func selected(
        _ properties: [AddressDataSelection.Property], of lines: [String], version: String = "3.0"
    ) throws -> String {
        let resource = try AddressObjectResource.validate(card(lines, version: version))
        let bytes = AddressDataSelection(properties).card(resource.card)
        // What is left is a card again.
        #expect(try AddressObjectResource.validate(bytes).uid == resource.uid)
        return text(bytes)
    }

    private let lines = [
        "UID:1", "FN:A", "N:A;;;;", "item1.EMAIL;TYPE=home:a@x", "item1.X-ABLabel:La", " bel", "EMAIL:b@x", "PHOTO;ENCODING=b:QQ==",
    ]

    @Test("C19: the properties that are asked for, and those without which there is no card")
    func names() throws {
        #expect(
            try selected([.init(name: "email")], of: lines)
                == text(card(["UID:1", "FN:A", "N:A;;;;", "item1.EMAIL;TYPE=home:a@x", "EMAIL:b@x"])))
        #expect(try selected([], of: lines) == text(card(["UID:1", "FN:A", "N:A;;;;"])))
        #expect(try selected([], of: lines, version: "4.0") == text(card(["UID:1", "FN:A"], version: "4.0")))
    }

    @Test("a group asks for what stands in it; lines keep their folds")
    func groups() throws {
        #expect(
            try selected([.init(name: "Item1.EMAIL"), .init(name: "X-ABLABEL")], of: lines)
                == text(card(["UID:1", "FN:A", "N:A;;;;", "item1.EMAIL;TYPE=home:a@x", "item1.X-ABLabel:La", " bel"])))
    }

    @Test("novalue leaves the value out, but never that of what must be there")
    func novalue() throws {
        let asked = ["PHOTO", "UID", "FN", "N", "item1.EMAIL"].map {
            AddressDataSelection.Property(name: $0, isValueOmitted: true)
        }
        #expect(
            try selected(asked + [.init(name: "EMAIL")], of: lines) == text(card([
                "UID:1", "FN:A", "N:A;;;;", "item1.EMAIL;TYPE=home:a@x", "EMAIL:b@x", "PHOTO;ENCODING=b:",
            ])))
    }

    @Test("C2: FN and N that are missing are made")
    func made() throws {
        #expect(
            try selected([], of: ["UID:1", "ORG:A\\, B"])
                == text(card(["UID:1", "FN:A\\, B", "N:A\\, B;;;;"])))
        #expect(try selected([], of: ["UID:1", "TEL:5"], version: "4.0") == text(card(["UID:1", "FN:5"], version: "4.0")))
    }
}
