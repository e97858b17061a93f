// Contacts: what may be a card of an address book. It owns the rules that RFC 6352 §5.1 and §6.3.2 lay on a card's
// bytes. It must never change those bytes, and knows nothing of a protocol.
//
// Start reading at CardContent.swift.

/// Why bytes cannot be a card of an address book.
package enum CardRefusal: Error, Equatable, Sendable {
    /// It is no vCard, or not one, or has no identity.
    case notAddressData(String)
    /// A version of vCard that is not stored.
    case unsupportedData(String)
    case tooLarge(limit: Int)
}
