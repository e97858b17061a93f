import Bytes
import ContentLines

/// Makes one vCard stream of many cards, piece by piece: RFC 6350 §3.3 lets them stand one after the other.
package enum VCardJoiner {
    /// The cards in `object`, with line ends of CRLF and the END that they may lack. Nil for bytes that are no vCard:
    /// the rest of the book is of use without them.
    package static func append(_ object: [UInt8]) -> [UInt8]? {
        guard let document = try? VCardDocument.parse(object) else { return nil }
        var out: [UInt8] = []
        out.reserveCapacity(object.count + 16)
        for card in document.cards { card.appendSource(to: &out) }
        return out
    }
}
