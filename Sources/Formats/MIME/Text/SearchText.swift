import Bytes

/// What a search for text looks at: the fields of the headers, decoded, and the text of every part that has some (RFC 9051 §6.4.4: TEXT
/// and BODY), as lines of UTF-8. Bytes are asked for in pieces, so a message need not be in memory.
package struct SearchText: Sendable {
    /// Bytes of text of a message; what is beyond is not found.
    package var mostBytes: Int
    /// Bytes that are asked for at once.
    package var pieceCount: Int

    package init(mostBytes: Int = 8 << 20, pieceCount: Int = 64 << 10) {
        self.mostBytes = mostBytes
        self.pieceCount = max(pieceCount, 1)
    }

    /// The header of a part: `name: text`, a line each.
    package func appendHeader(_ header: Header, to out: inout [UInt8]) {
        for field in header.fields {
            if out.count >= mostBytes { break }
            out += field.name
            out.append(": " as StaticString)
            out += field.text
            if let addresses = field.plainAddresses {
                out.append(0x20)
                out += addresses
            }
            out.append(0x0A)
        }
        cut(&out)
    }

    /// The texts of the message below its own header: of each part, with the headers of parts and of messages within it.
    ///
    /// - Parameter read: gives the bytes of a range of the message.
    /// - Parameter emit: gets the text in pieces; a character may be cut between two.
    package func body<E: Error>(
        of message: Message, read: (Range<Int>) throws(E) -> [UInt8], emit: ([UInt8]) throws(E) -> Void
    ) throws(E) {
        var left = mostBytes
        func pass(_ text: inout [UInt8]) throws(E) {
            if text.count > left { text.removeLast(text.count - left) }
            left -= text.count
            if !text.isEmpty { try emit(text) }
            text.removeAll(keepingCapacity: true)
        }
        var text: [UInt8] = []
        for index in message.parts.indices {
            if left == 0 { return }
            if index > 0 {
                appendHeader(message.header(of: index), to: &text)
                try pass(&text)
            }
            guard var decoder = message.textDecoder(of: index) else { continue }
            var position = message.parts[index].body.lowerBound
            let end = message.parts[index].body.upperBound
            while position < end, left > 0 {
                let next = min(position + pieceCount, end)
                try read(position..<next).withUnsafeBufferPointer { decoder.feed($0, into: &text) }
                try pass(&text)
                position = next
            }
            decoder.finish(into: &text)
            if left > 0 { text.append(0x0A) }
            try pass(&text)
        }
    }

    /// Header and body of a message that is in memory.
    package func all(of message: Message, in bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        appendHeader(message.header, to: &out)
        let rest = SearchText(mostBytes: mostBytes - out.count, pieceCount: pieceCount)
        rest.body(of: message, read: { Array(bytes[$0.clamped(to: bytes.indices)]) }, emit: { out += $0 })
        return out
    }

    private func cut(_ out: inout [UInt8]) {
        if out.count > mostBytes { out.removeLast(out.count - mostBytes) }
    }
}
