import Bytes

/// RFC 8970: the first words of a message, in one line.
package struct Preview: ~Copyable {
    /// RFC 8970 §3.1: at most 256 characters, 200 are to be preferred.
    package static let mostCharacters = 200
    /// Bytes of a part that are looked at: an HTML part may begin with any amount of styles.
    package static let mostBytes = 256 << 10

    private var decoder: PartTextDecoder
    private var text: [UInt8] = []
    /// Bytes of `text` from which a preview is made: four are the longest character, and blanks go.
    private static let enough = mostCharacters * 16

    /// Reads a part's encoded bytes; nil where the part is no text.
    package init?(_ message: Message, part: Int) {
        guard let decoder = message.textDecoder(of: part) else { return nil }
        self.decoder = decoder
    }

    /// Whether more bytes would change nothing that is worth reading them.
    package private(set) var isFull = false

    package mutating func feed(_ bytes: UnsafeBufferPointer<UInt8>) {
        if isFull { return }
        decoder.feed(bytes, into: &text)
        isFull = text.count >= Self.enough
    }

    package consuming func finish() -> String {
        if !isFull { decoder.finish(into: &text) }
        return Self.line(text)
    }

    /// Blanks become one; what nobody sees (the padding that newsletters put behind their first line) goes.
    private static func line(_ text: [UInt8]) -> String {
        var out = String.UnicodeScalarView()
        var count = 0
        var isSpaced = false
        for scalar in String(utf8: text).unicodeScalars {
            switch scalar.value {
            case 0xAD, 0x34F, 0x61C, 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x2064, 0xFEFF: continue
            case 0...0x20, 0x7F...0xA0, 0x2000...0x200A, 0x2028, 0x2029, 0x3000:
                isSpaced = count > 0
                continue
            default: break
            }
            let added = isSpaced ? 2 : 1
            if count + added > mostCharacters { break }
            if isSpaced { out.append(" ") }
            out.append(scalar)
            count += added
            isSpaced = false
        }
        return String(out)
    }

    /// The preview of a message that is in memory; nil where it has no text.
    package static func text(of message: Message, in bytes: [UInt8]) -> String? {
        guard let part = message.previewPart, var preview = Preview(message, part: part) else { return nil }
        let body = message.parts[part].body.clamped(to: bytes.indices)
        bytes[body].prefix(mostBytes).withUnsafeBufferPointer { bytes in
            var start = 0
            while start < bytes.count, !preview.isFull {
                let end = min(start + 4096, bytes.count)
                preview.feed(UnsafeBufferPointer(rebasing: bytes[start..<end]))
                start = end
            }
        }
        return preview.finish()
    }
}

extension Message {
    /// The part whose text is read first: no attachment, plain text before HTML where there is a choice (RFC 2046 §5.1.4). Nil where there
    /// is no text.
    package var previewPart: Int? {
        var html: Int?
        var index = 0
        while index < parts.count {
            let part = parts[index]
            // A message within the message is an attachment.
            let isHidden = part.kind == .message || index > 0 && isAttachment(index)
            if part.kind == .leaf, !isHidden {
                let type = contentType(of: index)
                if type.isType("text"), !part.body.isEmpty {
                    if type.isSubtype("plain") { return html.map { isAlternative($0, index) ? index : $0 } ?? index }
                    if html == nil, type.isSubtype("html") || type.isSubtype("enriched") { html = index }
                }
            }
            index = isHidden ? max(part.descendantsEnd, index + 1) : index + 1
        }
        return html
    }

    private func isAttachment(_ index: Int) -> Bool {
        header(of: index).value("content-disposition").flatMap { ContentDisposition($0) }?.isAttachment ?? false
    }

    /// Whether two parts lie in one multipart/alternative.
    private func isAlternative(_ first: Int, _ second: Int) -> Bool {
        var parent = parts[first].parent
        while let index = parent {
            if parts[index].descendantsEnd > second { return contentType(of: index).isSubtype("alternative") }
            parent = parts[index].parent
        }
        return false
    }
}
