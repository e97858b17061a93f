import Bytes

/// RFC 3516 §6: how a message that came with NULs is stored, so that those can read it who know nothing of BINARY: the parts that have them
/// are in base64. BINARY undoes that.
package enum BinaryParts {
    private struct Edit {
        var range: Range<Int>
        var bytes: [UInt8] = []
    }

    /// Nil where that cannot be: a NUL stands in a header, between parts, or in what is encoded already.
    package static func encoded(_ octets: [UInt8]) -> [UInt8]? {
        let message = Message(octets)
        var edits: [Edit] = []
        for (index, part) in message.parts.enumerated() where octets[part.body].contains(0) {
            let encoding = message.transferEncoding(of: index)
            guard encoding.isIdentity else { return nil }
            let fields = message.fieldRanges("content-transfer-encoding", of: index)
            if part.kind == .leaf {
                // Without the empty line there is no header that could be added to.
                guard !part.blankLine.isEmpty else { return nil }
                edits += fields.map { Edit(range: $0) }
                let field = [UInt8]("Content-Transfer-Encoding: base64\r\n".utf8)
                edits.append(Edit(range: part.blankLine.lowerBound..<part.blankLine.lowerBound, bytes: field))
                var body = BodyWriter.base64(Array(octets[part.body]))
                // RFC 2046 §5.1.1: the line end before a delimiter is the delimiter's.
                if part.body.upperBound < octets.count { body.removeLast(min(2, body.count)) }
                edits.append(Edit(range: part.body, bytes: body))
            } else if encoding == .binary, let first = fields.first {
                // RFC 2045 §6.4: what is in it is not binary any more.
                edits.append(Edit(range: first, bytes: [UInt8]("Content-Transfer-Encoding: 8bit\r\n".utf8)))
            }
        }
        var out: [UInt8] = []
        var position = 0
        for edit in edits.sorted(by: { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }) {
            guard edit.range.lowerBound >= position else { return nil }
            out += octets[position..<edit.range.lowerBound]
            out += edit.bytes
            position = edit.range.upperBound
        }
        out += octets[position...]
        return out.contains(0) ? nil : out
    }
}

extension Message {
    /// Where the fields of that name stand in the message.
    fileprivate func fieldRanges(_ name: StaticString, of part: Int) -> [Range<Int>] {
        let shift = parts[part].header.lowerBound - parts[part].headerSourceStart
        return header(of: part).all(name).map { ($0.extent.start + shift)..<($0.extent.end + shift) }
    }
}
