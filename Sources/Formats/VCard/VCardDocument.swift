// VCard: RFC 6350 (4.0), RFC 2426 (3.0) and vCard 2.1, as documents whose bytes stay the client's.
//
// It owns the shape of a vCard stream, what makes one an address object resource (RFC 6352 §5.1), and how whole files
// become cards and cards become whole files. It must never change a card that is stored as it was sent, refuse one for
// a value that it does not understand, or know of a server, a clock or a store.
//
// Invariants: what `AddressObjectResource` accepts is one card of version 3.0 or 4.0 with one UID; what `VCardSplitter`
// gives out is accepted by it.
//
// Start reading here, then AddressObjectResource.swift and VCardSplitter.swift.

package import Bytes
package import ContentLines

/// A vCard stream: one card, or several.
package struct VCardDocument: Sendable {
    /// Everything that stands in the stream.
    package let tree: ComponentTree

    /// Throws where there is no VCARD, or a limit is passed; what can be read in spite of its faults, is read.
    package static func parse(
        _ bytes: [UInt8], limits: ContentLineLimits = ContentLineLimits()
    ) throws(ParseError) -> VCardDocument {
        let document = VCardDocument(tree: try ComponentTree.parse(bytes, rules: nesting, limits: limits))
        guard document.cards.contains(where: { _ in true }) else { throw ParseError(at: 0, expected: "BEGIN:VCARD") }
        return document
    }

    /// The cards, in their order; a card within another (AGENT) is not among them.
    package var cards: NamedComponentSequence { tree.roots(named: "VCARD") }
    /// The bytes that were parsed.
    package var source: [UInt8] { tree.source }

    /// vCard 2.1 §2.4.2: the card of an agent stands after AGENT; any other begins a new one.
    static let nesting = NestingRules(nestingProperty: "AGENT") { $0.equalsIgnoringASCIICase("VCARD") ? 1 : nil }
}
