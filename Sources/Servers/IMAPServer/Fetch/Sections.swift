import Bytes
import Database
import IMAPGrammar
import Mail
import MIME

/// `BODY[...]` and its older names (RFC 9051 §6.4.5).
extension Session {
    func fetchSection(_ tx: borrowing ReadTransaction, _ section: BodySection, _ row: StoredMessage) throws -> FetchLiteral? {
        guard let ranges = try ranges(tx, of: section, row) else {
            out.fetchMissingSection(section)
            return nil
        }
        let size = UInt64(clamping: ranges.reduce(0) { $0 + $1.count })
        // RFC 9051 §6.4.5: past the end there is nothing.
        let wanted = section.partial.map { $0.range(of: size) } ?? 0..<size
        out.fetchSection(section, size: wanted.upperBound - wanted.lowerBound)
        return FetchLiteral(content: row.content, ranges: cut(ranges, to: wanted))
    }

    /// RFC 3501 §6.4.5.
    func fetchOldSection(_ tx: borrowing ReadTransaction, _ item: FetchItem, _ row: StoredMessage) throws -> FetchLiteral? {
        let text: BodySection.Text = switch item {
        case .rfc822Header: .header
        case .rfc822Text: .text
        default: .all
        }
        let ranges = try ranges(tx, of: BodySection(text: text), row) ?? []
        out.fetchOldSection(item, size: UInt64(clamping: ranges.reduce(0) { $0 + $1.count }))
        return FetchLiteral(content: row.content, ranges: ranges.filter { !$0.isEmpty })
    }

    func ranges(_ tx: borrowing ReadTransaction, of section: BodySection, _ row: StoredMessage) throws -> [Range<Int>]? {
        if section.part.isEmpty, section.text == .all { return [0..<row.size] }
        let numbers = section.part.map { Int($0) }
        let message = row.message
        let names: [[UInt8]]
        let isNot: Bool
        switch section.text {
        case .all: return message.ranges(of: Section(numbers: numbers, text: .all))
        case .header: return header(message, numbers)
        case .text: return message.ranges(of: Section(numbers: numbers, text: .text))
        case .mime: return message.ranges(of: Section(numbers: numbers, text: .mime))
        case .headerFields(let sent): (names, isNot) = (sent, false)
        case .headerFieldsNot(let sent): (names, isNot) = (sent, true)
        }
        // The stored structure has some of the fields; all of them are in the octets.
        guard let header = header(message, numbers)?.first else { return nil }
        let octets = try store.octets(tx, of: row.content, header.prefix(MessageTexts.mostHeaderBytes))
        let fields = Message(octets).ranges(of: Section(text: .headerFields(names, isNot: isNot))) ?? []
        return fields.map { ($0.lowerBound + header.lowerBound)..<($0.upperBound + header.lowerBound) }
    }

    private func header(_ message: Message, _ numbers: [Int]) -> [Range<Int>]? {
        message.ranges(of: Section(numbers: numbers, text: .header))
    }

    func cut(_ ranges: [Range<Int>], to wanted: Range<UInt64>) -> [Range<Int>] {
        var out: [Range<Int>] = []
        var position: UInt64 = 0
        for range in ranges {
            let end = position + UInt64(range.count)
            let low = max(position, wanted.lowerBound)
            let high = min(end, wanted.upperBound)
            if low < high {
                out.append((range.lowerBound + Int(low - position))..<(range.lowerBound + Int(high - position)))
            }
            position = end
        }
        return out
    }

    // MARK: Decoded (RFC 9051 §6.4.5: BINARY; RFC 3516)

    func fetchBinary(_ tx: borrowing ReadTransaction, _ section: BinarySection, _ row: StoredMessage) throws -> FetchLiteral? {
        if section.text != .all { return try fetchUndecoded(tx, section, row) }
        guard let part = try decodable(section.part, row) else {
            out.fetchMissingBinary(section)
            return nil
        }
        let (size, hasNUL) = try measure(tx, part, row)
        let wanted = section.partial.map { $0.range(of: size) } ?? 0..<size
        let count = wanted.upperBound - wanted.lowerBound
        out.fetchBinary(section, size: count, hasNUL: hasNUL)
        var literal = FetchLiteral(content: row.content, ranges: part.range.isEmpty ? [] : [part.range])
        literal.decoding = .init(decoder: TransferDecoder(part.encoding), skipped: wanted.lowerBound, remaining: count)
        return literal
    }

    /// A header or the like, which has no encoding.
    private func fetchUndecoded(_ tx: borrowing ReadTransaction, _ section: BinarySection, _ row: StoredMessage) throws -> FetchLiteral? {
        guard let ranges = try ranges(tx, of: BodySection(part: section.part, text: section.text), row) else {
            out.fetchMissingBinary(section)
            return nil
        }
        let size = UInt64(clamping: ranges.reduce(0) { $0 + $1.count })
        let wanted = section.partial.map { $0.range(of: size) } ?? 0..<size
        out.fetchBinary(section, size: wanted.upperBound - wanted.lowerBound, hasNUL: false)
        return FetchLiteral(content: row.content, ranges: cut(ranges, to: wanted))
    }

    func fetchBinarySize(_ tx: borrowing ReadTransaction, _ section: BinarySection, _ row: StoredMessage) throws {
        if section.text != .all {
            guard let ranges = try ranges(tx, of: BodySection(part: section.part, text: section.text), row) else {
                throw Refused.no(nil, "no such part")
            }
            return out.fetchBinarySize(section, UInt64(clamping: ranges.reduce(0) { $0 + $1.count }))
        }
        guard let part = try decodable(section.part, row) else { throw Refused.no(nil, "no such part") }
        out.fetchBinarySize(section, try measure(tx, part, row).size)
    }

    private struct DecodablePart {
        var range: Range<Int>
        var encoding: TransferEncoding
    }

    private func decodable(_ numbers: [UInt32], _ row: StoredMessage) throws -> DecodablePart? {
        // The whole message is no part, and has no encoding.
        if numbers.isEmpty { return DecodablePart(range: 0..<row.size, encoding: .binary) }
        let message = row.message
        guard let index = message.part(numbers.map { Int($0) }), message.parts.indices.contains(index) else { return nil }
        // RFC 2045 §6.4: a multipart is not encoded.
        let encoding = message.parts[index].kind == .multipart ? .binary : message.transferEncoding(of: index)
        if case .unknown = encoding { throw Refused.no(.unknownCTE, "the encoding of the part is not known") }
        return DecodablePart(range: message.parts[index].body, encoding: encoding)
    }

    /// The size must be told before the octets; so the part is decoded twice, and never held.
    private func measure(_ tx: borrowing ReadTransaction, _ part: DecodablePart, _ row: StoredMessage) throws -> (size: UInt64, hasNUL: Bool) {
        // One FETCH may ask for many pieces of one part.
        if let measured, measured.content == row.content, measured.range == part.range { return (measured.size, measured.hasNUL) }
        var decoder = TransferDecoder(part.encoding)
        var size: UInt64 = 0
        var hasNUL = false
        var decoded: [UInt8] = []
        if !part.range.isEmpty {
            try store.forEachPiece(tx, of: row.content, part.range) { piece in
                decoder.feed(piece, into: &decoded)
                size += UInt64(decoded.count)
                hasNUL = hasNUL || decoded.contains(0)
                decoded.removeAll(keepingCapacity: true)
            }
        }
        decoder.finish(into: &decoded)
        hasNUL = hasNUL || decoded.contains(0)
        size += UInt64(decoded.count)
        measured = MeasuredPart(content: row.content, range: part.range, size: size, hasNUL: hasNUL)
        return (size, hasNUL)
    }

    // MARK: RFC 8970

    func preview(_ tx: borrowing ReadTransaction, _ row: StoredMessage) throws -> String? {
        let message = row.message
        guard let part = message.previewPart, message.parts.indices.contains(part),
            var preview = Preview(message, part: part) else { return "" }
        let body = message.parts[part].body.prefix(Preview.mostBytes)
        var position = body.lowerBound
        while position < body.upperBound, !preview.isFull {
            let end = min(position + (16 << 10), body.upperBound)
            let octets = try store.octets(tx, of: row.content, position..<end)
            octets.withUnsafeBufferPointer { preview.feed($0) }
            position = end
        }
        return preview.finish()
    }
}

/// What a part has when its encoding is undone.
struct MeasuredPart {
    var content: ContentID
    var range: Range<Int>
    var size: UInt64
    var hasNUL: Bool
}
