import CollectionStore
import VCard

/// The text of a card, as an index holds it.
enum CardSearchText {
    static func of(_ card: AddressObjectResource) -> ObjectIndex.Text { .unknown }
}
