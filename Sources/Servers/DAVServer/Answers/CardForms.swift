import Bytes
import ContentLines
import DAVGrammar
import VCard

/// A stored card in the form that a client asks for: RFC 6352 §10.4 in reports, the Accept header in GET.
enum CardForms {
    /// What cannot be read as a card is given as it is.
    static func write(_ bytes: [UInt8], _ form: AddressDataForm) -> [UInt8] {
        guard let card = card(bytes) else { return bytes }
        switch form.mediaType {
        case .vCard(let version):
            let isStored = VCardVersion(of: card) == version
            if isStored { return form.selection?.card(card) ?? bytes }
            return select(version == .v4_0 ? VCardVersions.version4(of: card) : VCardVersions.version3(of: card), form)
        case .jCard:
            let version4 = select(VCardVersions.version4(of: card), form)
            return self.card(version4).map { JCard.json(of: $0) } ?? version4
        }
    }

    private static func select(_ bytes: [UInt8], _ form: AddressDataForm) -> [UInt8] {
        guard let selection = form.selection, let card = card(bytes) else { return bytes }
        return selection.card(card)
    }

    private static func card(_ bytes: [UInt8]) -> Component? {
        (try? VCardDocument.parse(bytes))?.cards.first
    }

    /// Whether the card is of that version, as far as its first VERSION line tells without reading the whole.
    static func isCertainly(_ version: VCardVersion, _ bytes: UnsafeRawBufferPointer) -> Bool {
        // It mostly stands right after BEGIN; one that stands after a photo is not worth the search.
        let head = UnsafeRawBufferPointer(rebasing: bytes.prefix(256))
        func offset(_ text: StaticString) -> Int? {
            head.firstOffset(of: UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
        }
        let found = offset(version == .v4_0 ? "\nVERSION:4.0\r\n" : "\nVERSION:3.0\r\n")
        return found != nil && found == offset("\nVERSION")
    }
}
