import Bytes

/// RFC 9051 §6.4.5: what `BODY[...]` names: part numbers, and what of the part.
package struct Section: Sendable, Hashable {
    package enum Text: Sendable, Hashable {
        /// The body of a part, or the whole message.
        case all
        case header
        /// The names; with `isNot` all but those.
        case headerFields([[UInt8]], isNot: Bool)
        case text
        case mime
    }

    /// From 1 on.
    package var numbers: [Int]
    package var text: Text

    package init(numbers: [Int] = [], text: Text = .all) {
        self.numbers = numbers
        self.text = text
    }
}

extension Message {
    /// Where the bytes are that a section names: one piece, or the fields of a subset and the empty line that ends it. Nil where the
    /// message has no such part.
    package func ranges(of section: Section) -> [Range<Int>]? {
        if section.numbers.isEmpty {
            return ranges(of: section.text, entity: 0, whole: root.header.lowerBound..<byteCount)
        }
        guard let index = part(section.numbers) else { return nil }
        switch section.text {
        case .all: return [parts[index].body]
        case .mime: return [parts[index].header]
        case .header, .headerFields, .text:
            // "HEADER, HEADER.FIELDS and TEXT ... must be preceded by numeric part specifiers that refer to a MESSAGE/RFC822 part."
            guard parts[index].kind == .message, parts.indices.contains(index + 1) else { return nil }
            return ranges(of: section.text, entity: index + 1, whole: parts[index].body)
        }
    }

    private func ranges(of text: Section.Text, entity: Int, whole: Range<Int>) -> [Range<Int>]? {
        let part = parts[entity]
        switch text {
        case .all: return [whole]
        case .header: return [part.header]
        case .text: return [part.body]
        case .mime: return nil
        case .headerFields(let names, let isNot):
            return headerFields(of: entity, isNot: isNot) { name in names.contains { $0.equalsIgnoringASCIICase(name) } }
        }
    }

    private func headerFields(of index: Int, isNot: Bool, _ isNamed: (ArraySlice<UInt8>) -> Bool) -> [Range<Int>] {
        let part = parts[index]
        let header = header(of: index)
        // Where fields were taken out of a header that was kept apart, they stand elsewhere than in the message.
        let shift = part.header.lowerBound - part.headerSourceStart
        var ranges: [Range<Int>] = []
        for field in header.fields where isNamed(field.name) != isNot {
            let range = (field.extent.start + shift)..<(field.extent.end + shift)
            if let last = ranges.last, last.upperBound == range.lowerBound {
                ranges[ranges.count - 1] = last.lowerBound..<range.upperBound
            } else {
                ranges.append(range)
            }
        }
        // "Subsetting does not exclude the delimiting blank line", where there is one.
        if !part.blankLine.isEmpty { ranges.append(part.blankLine) }
        return ranges
    }

    /// The part that the numbers name. "Every message has at least one part number"; those within a message/rfc822 part go on with the
    /// parts of the message in it.
    package func part(_ numbers: [Int]) -> Int? {
        guard !numbers.isEmpty else { return 0 }
        // Of which the next number is a part.
        var entity: Int? = 0
        var found = 0
        for number in numbers {
            guard let container = entity else { return nil }
            if parts[container].kind == .multipart {
                guard let child = child(number, of: container) else { return nil }
                found = child
            } else {
                guard number == 1 else { return nil }
                found = container
            }
            entity = switch parts[found].kind {
            case .multipart: found
            case .message: parts.indices.contains(found + 1) ? found + 1 : nil
            case .leaf: nil
            }
        }
        return found
    }

    private func child(_ number: Int, of part: Int) -> Int? {
        guard number > 0 else { return nil }
        var left = number
        for child in children(of: part) {
            left -= 1
            if left == 0 { return child }
        }
        return nil
    }
}
