package import CollectionStore
import VCard

/// Bytes that are one card, with what the store keeps beside them.
package struct CardContent: Sendable {
    package let content: MemberContent

    /// Throws the reason for which the bytes are none.
    package init(_ bytes: [UInt8], maximumSize: Int) throws(CardRefusal) {
        if bytes.count > maximumSize { throw .tooLarge(limit: maximumSize) }
        let facts = try CardContent.facts(of: bytes)
        content = MemberContent(place: .bytes(bytes), size: bytes.count, etag: ETag.of(bytes), facts: facts)
    }

    /// What the store keeps beside the bytes; also how it is made anew from stored ones.
    package static func facts(of bytes: [UInt8]) throws(CardRefusal) -> MemberFacts {
        let card: AddressObjectResource
        do {
            card = try AddressObjectResource.validate(bytes)
        } catch {
            switch error {
            case .unsupportedVersion: throw .unsupportedData(error.sentence)
            case .notVCard, .containsNUL, .severalCards, .noUID, .emptyUID, .uidTooLong, .severalUIDs:
                throw .notAddressData(error.sentence)
            }
        }
        return MemberFacts(
            uid: card.uid, component: card.kind.rawValue, index: ObjectIndex(text: .init(CardSearchText.of(card.card))))
    }
}
