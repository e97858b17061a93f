import CollectionStore
import XML

/// A row of a listing in which nothing differs from member to member but the name and the ETag: the text between them is made once
/// a request.
struct EntryRow: Sendable {
    enum Hole: Sendable {
        case name, etag
    }

    /// All texts, one after the other.
    var text = XMLWriter(capacity: 512)
    /// Where in `text` something of the member's stands, in order.
    private var holes: [(offset: Int, hole: Hole)] = []

    mutating func append(_ hole: Hole) { holes.append((text.count, hole)) }

    func write(_ member: borrowing MemberView, to out: inout XMLWriter) {
        text.bytes.withUnsafeBytes { text in
            var start = 0
            for (offset, hole) in holes {
                out.raw(UnsafeRawBufferPointer(rebasing: text[start..<offset]))
                start = offset
                switch hole {
                case .name: out.rawSegment(member.name)
                case .etag: out.raw(member.etag)
                }
            }
            out.raw(UnsafeRawBufferPointer(rebasing: text[start...]))
        }
    }
}
