import Bytes

extension Message {
    /// What is stored of a message so that it need not be read again: all parts, and of each header the fields that tell of them (ENVELOPE,
    /// BODYSTRUCTURE, the coding of a text, what messages are threaded by). `Message(summary:)` reads it.
    package var summary: [UInt8] {
        var out: [UInt8] = [Self.summaryVersion]
        out.appendNumber(UInt64(clamping: byteCount))
        out.appendNumber(UInt64(parts.count))
        for index in parts.indices {
            let part = parts[index]
            let kind: UInt64 = switch part.kind { case .leaf: 0; case .multipart: 1; case .message: 2 }
            out.appendNumber(kind | (part.isInDigest ? 4 : 0))
            out.appendNumber(part.parent.map { UInt64($0) + 1 } ?? 0)
            out.appendNumber(UInt64(clamping: part.descendantsEnd))
            // The ranges follow each other in the message: distances are short numbers.
            out.appendNumber(UInt64(clamping: part.header.lowerBound))
            out.appendNumber(UInt64(clamping: part.header.count))
            out.appendNumber(UInt64(clamping: part.blankLine.count))
            out.appendNumber(UInt64(clamping: part.body.lowerBound - part.header.upperBound))
            out.appendNumber(UInt64(clamping: part.body.count))
            for count in [part.headerLines, part.bodyLines] {
                out.appendNumber(UInt64(clamping: count.all))
                out.appendNumber(UInt64(clamping: count.bare))
            }
            var fields: [UInt8] = []
            for field in header(of: index).fields where Self.isInSummary(field.name) { fields += field.bytes }
            out.appendCounted(fields)
        }
        return out
    }

    private static let summaryVersion: UInt8 = 1

    private static func isInSummary(_ name: ArraySlice<UInt8>) -> Bool {
        // Few lengths are of those that are kept.
        switch name.count {
        case 2: name.equalsIgnoringASCIICase("to") || name.equalsIgnoringASCIICase("cc")
        case 3: name.equalsIgnoringASCIICase("bcc")
        case 4: name.equalsIgnoringASCIICase("from") || name.equalsIgnoringASCIICase("date")
        case 6: name.equalsIgnoringASCIICase("sender")
        case 7: name.equalsIgnoringASCIICase("subject")
        case 8: name.equalsIgnoringASCIICase("reply-to")
        case 10:
            name.equalsIgnoringASCIICase("message-id") || name.equalsIgnoringASCIICase("references")
                || name.equalsIgnoringASCIICase("content-id")
        case 11: name.equalsIgnoringASCIICase("in-reply-to") || name.equalsIgnoringASCIICase("content-md5")
        default: name.count > 11 && name.prefix(8).equalsIgnoringASCIICase("content-")
        }
    }

    /// The message's own header as its summary has it, without a look at its parts. Nil where the bytes are no summary.
    package static func header(ofSummary summary: [UInt8]) -> Header? {
        guard summary.first == Self.summaryVersion else { return nil }
        var reader = NumberReader(Array(summary.dropFirst()))
        guard let byteCount = reader.nextCount(), let partCount = reader.nextCount(), partCount > 0, partCount <= summary.count,
            MessagePart(&reader, index: 0, partCount: partCount, byteCount: byteCount) != nil, let fields = reader.nextBytes()
        else { return nil }
        return Message(Array(fields)).header
    }

    /// A message as its summary tells of it: its parts are all there, of their fields those that a summary keeps. Nil where the bytes are no
    /// summary.
    package init?(summary: [UInt8]) {
        guard summary.first == Self.summaryVersion else { return nil }
        var reader = NumberReader(Array(summary.dropFirst()))
        guard let byteCount = reader.nextCount(), let partCount = reader.nextCount(),
            partCount > 0, partCount <= summary.count
        else { return nil }
        var parts: [MessagePart] = []
        parts.reserveCapacity(partCount)
        var source: [UInt8] = []
        for index in 0..<partCount {
            guard var part = MessagePart(&reader, index: index, partCount: partCount, byteCount: byteCount),
                let fields = reader.nextBytes()
            else { return nil }
            part.headerSourceStart = source.count
            source += fields
            parts.append(part)
        }
        var fields = HeaderFieldIndex()
        source.withUnsafeBufferPointer { bytes in
            for index in parts.indices {
                let start = parts[index].headerSourceStart
                let end = index + 1 < parts.count ? parts[index + 1].headerSourceStart : bytes.count
                let first = fields.count
                fields.add(bytes, start..<end, limit: end - start)
                parts[index].fields = first..<fields.count
            }
        }
        self.init(summarized: parts, fields: fields, source: source, byteCount: byteCount)
    }
}

extension MessagePart {
    /// Nil where a number is none that a scan could give.
    fileprivate init?(_ reader: inout NumberReader, index: Int, partCount: Int, byteCount: Int) {
        guard let kind = reader.next(), kind & 3 < 3, kind < 8, let above = reader.nextCount(), above <= index,
            (above == 0) == (index == 0), let end = reader.nextCount(), end > index, end <= partCount,
            let headerStart = reader.nextCount(), headerStart <= byteCount,
            let headerCount = reader.nextCount(), headerCount <= byteCount - headerStart,
            let blankCount = reader.nextCount(), blankCount <= headerCount,
            let gap = reader.nextCount(), gap <= byteCount - headerStart - headerCount,
            let bodyCount = reader.nextCount(), bodyCount <= byteCount - headerStart - headerCount - gap,
            let headerLines = LineCount(&reader), let bodyLines = LineCount(&reader)
        else { return nil }
        self.init(parent: above == 0 ? nil : above - 1, headerStart: headerStart)
        self.kind = switch kind & 3 { case 0: .leaf; case 1: .multipart; default: .message }
        isInDigest = kind & 4 != 0
        descendantsEnd = end
        let headerEnd = headerStart + headerCount
        header = headerStart..<headerEnd
        blankLine = (headerEnd - blankCount)..<headerEnd
        body = (headerEnd + gap)..<(headerEnd + gap + bodyCount)
        self.headerLines = headerLines
        self.bodyLines = bodyLines
    }
}

extension LineCount {
    fileprivate init?(_ reader: inout NumberReader) {
        guard let all = reader.nextCount(), let bare = reader.nextCount(), bare <= all else { return nil }
        self.init(all: all, bare: bare)
    }
}
