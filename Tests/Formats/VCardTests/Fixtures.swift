import Bytes
import ContentLines
import VCard

/// The lines, each ended by CRLF.
func document(_ lines: [String]) -> [UInt8] { [UInt8](lines.map { $0 + "\r\n" }.joined().utf8) }

/// A card around the lines.
func card(_ lines: [String], version: String = "3.0") -> [UInt8] {
    document(["BEGIN:VCARD", "VERSION:\(version)"] + lines + ["END:VCARD"])
}

func text(_ bytes: some Collection<UInt8>) -> String { String(utf8: bytes) }

/// Why the bytes are refused; nil where they are not.
func refusal(_ bytes: [UInt8]) -> AddressObjectInvalid? {
    do {
        _ = try AddressObjectResource.validate(bytes)
        return nil
    } catch {
        return error
    }
}

/// Everything that the file gives.
func split(
    _ bytes: [UInt8], fallbackCharset: String = "windows-1252"
) throws -> (cards: [VCardSplitter.Card], refusals: [VCardSplitter.Refusal]) {
    var splitter = VCardSplitter(bytes, fallbackCharset: fallbackCharset) { "made-\($0.count)" }
    var cards: [VCardSplitter.Card] = []
    var refusals: [VCardSplitter.Refusal] = []
    while let item = try splitter.next() {
        switch item {
        case .card(let card): cards.append(card)
        case .refused(let refusal): refusals.append(refusal)
        }
    }
    return (cards, refusals)
}
