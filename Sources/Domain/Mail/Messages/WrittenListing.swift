import Bytes
import IMAPGrammar
import MIME

/// ENVELOPE and BODYSTRUCTURE of a message (RFC 9051 §7.5.2) as they are sent, so that who lists a mailbox needs nothing to be read but
/// them. It is made from the structure when a message comes, and can be made anew from it at any time.
package struct WrittenListing: Sendable, Equatable {
    package var envelope: ArraySlice<UInt8>
    package var bodyStructure: ArraySlice<UInt8>

    private static let version: UInt8 = 1
    /// Larger ones are read from the structure.
    private static let mostBytes = 16 << 10

    /// Empty where it is not kept: it is large, or has letters that are written in one way for some clients and in another for others (RFC
    /// 6855 §3).
    static func encoded(_ message: Message) -> [UInt8] {
        var envelope: [UInt8] = []
        var structure: [UInt8] = []
        IMAPGrammar.Envelope(message.envelope()).append(to: &envelope)
        IMAPGrammar.BodyStructure(message.bodyStructure()).append(to: &structure, extended: true)
        guard envelope.count + structure.count <= mostBytes, envelope.allSatisfy({ $0 < 0x80 }), structure.allSatisfy({ $0 < 0x80 })
        else { return [] }
        var out: [UInt8] = [version]
        out.reserveCapacity(envelope.count + structure.count + 7)
        out.appendCounted(envelope)
        out.appendCounted(structure)
        return out
    }

    /// Nil where the bytes are none of ours, or none are kept.
    init?(encoded bytes: [UInt8]) {
        guard bytes.first == Self.version else { return nil }
        var reader = NumberReader(bytes)
        _ = reader.next()
        guard let envelope = reader.nextBytes(), let structure = reader.nextBytes() else { return nil }
        (self.envelope, bodyStructure) = (envelope, structure)
    }
}
