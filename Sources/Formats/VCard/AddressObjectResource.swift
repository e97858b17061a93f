import Bytes
package import ContentLines

/// RFC 6352 §5.1: one address object, that is one card with a UID.
package struct AddressObjectResource: Sendable {
    package let document: VCardDocument
    /// The only card.
    package let card: Component
    package let version: VCardVersion
    /// As sent, without escapes: what identifies the card within its book.
    package let uid: String

    /// What an index of a database can hold as a key.
    package static let maximumUIDByteCount = 2048

    /// A card of a person or a thing, or one that lists others.
    package enum Kind: String, Sendable {
        case individual
        case group
    }

    /// Parses, then as `validate(_:)` of a document.
    package static func validate(
        _ bytes: [UInt8], limits: ContentLineLimits = ContentLineLimits()
    ) throws(AddressObjectInvalid) -> AddressObjectResource {
        let document: VCardDocument
        do {
            document = try VCardDocument.parse(bytes, limits: limits)
        } catch {
            throw .notVCard(error)
        }
        return try validate(document)
    }

    /// RFC 6352 §5.1 and §6.3.2.1. Only what has no identity or no known version is refused: a card without FN or N is
    /// taken, and shown by what it has.
    package static func validate(_ document: VCardDocument) throws(AddressObjectInvalid) -> AddressObjectResource {
        if document.tree.containsNUL { throw .containsNUL }
        let cards = Array(document.cards)
        guard let card = cards.first, cards.count == 1 else { throw .severalCards(cards.count) }
        guard let version = VCardVersion(of: card), version != .v2_1 else {
            throw .unsupportedVersion(card.property("VERSION")?.text ?? "")
        }
        var uid: String?
        for line in card.properties(named: "UID") {
            let text = line.text
            if text.allSatisfy(\.isWhitespace) { throw .emptyUID }
            if text.utf8.count > maximumUIDByteCount { throw .uidTooLong(text.utf8.count) }
            if let uid, uid != text { throw .severalUIDs(uid, text) }
            uid = text
        }
        guard let uid else { throw .noUID }
        return AddressObjectResource(document: document, card: card, version: version, uid: uid)
    }

    /// RFC 6350 §6.1.4, and what Apple's clients write for it in version 3.0.
    package var kind: Kind {
        let line = card.property("KIND") ?? card.property("X-ADDRESSBOOKSERVER-KIND")
        return line?.isValue("group") == true ? .group : .individual
    }
    /// What to show; derived where FN is missing or empty; nil where nothing is there to derive it from.
    package var formattedName: String? { FormattedName.derive(from: card) }
    /// The addresses of all EMAIL properties, in their order.
    package var emails: [String] {
        card.properties(named: "EMAIL").compactMap { line in
            var address = line.text.trimmedOfWhitespace
            if address.utf8.prefix(7).equalsIgnoringASCIICase("mailto:") { address = String(address.dropFirst(7)) }
            return address.isEmpty ? nil : address
        }
    }
}
