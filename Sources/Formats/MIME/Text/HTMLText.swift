import Bytes

/// The words of an HTML document, for search and preview, in pieces of any size: tags go, scripts, styles and comments go with their
/// content, references become characters, white space becomes one blank, and blocks one line end. Nothing is refused, and nothing is
/// kept but a tag's name and a reference.
package struct HTMLText: Sendable {
    private enum State: Sendable {
        case text
        case reference
        case tagStart
        case tagName
        /// In a tag, behind its name.
        case attributes
        /// Behind a `=`.
        case valueStart
        case quoted(UInt8)
        /// `<!` or `<?`: up to `>`; a comment up to `-->`.
        case markup
        case comment
        /// Up to the end tag of `tag`.
        case raw
    }

    private var state = State.text
    /// In lower case, cut off.
    private var tag: [UInt8] = []
    private var isEndTag = false
    private var reference: [UInt8] = []
    /// Of a comment's start or end, or of an end tag.
    private var matched = 0
    private enum Space { case none, blank, line }
    private var space = Space.none
    private var hasText = false

    private static let longestName = 16
    private static let longestReference = 32

    package init() {}

    package static func text(_ html: ArraySlice<UInt8>) -> [UInt8] {
        var reader = HTMLText()
        var out: [UInt8] = []
        html.withUnsafeBufferPointer { reader.feed($0, into: &out) }
        reader.finish(into: &out)
        return out
    }

    package mutating func feed(_ bytes: UnsafeBufferPointer<UInt8>, into out: inout [UInt8]) {
        for byte in bytes { next(byte, into: &out) }
    }

    package mutating func finish(into out: inout [UInt8]) {
        if case .reference = state { endReference(isClosed: false, into: &out) }
        if case .tagStart = state { emit(0x3C, into: &out) }
        state = .text
    }

    private mutating func next(_ byte: UInt8, into out: inout [UInt8]) {
        switch state {
        case .text: text(byte, into: &out)
        case .reference:
            if byte.isASCIILetter || byte.isASCIIDigit || byte == 0x23, reference.count < Self.longestReference {
                reference.append(byte)
            } else {
                endReference(isClosed: byte == 0x3B, into: &out)
                if byte != 0x3B { text(byte, into: &out) }
            }
        case .tagStart: tagStart(byte, into: &out)
        case .tagName: tagName(byte)
        case .attributes:
            if byte == 0x3E { endTag() } else if byte == 0x3D { state = .valueStart }
        case .valueStart:
            if byte == 0x3E {
                endTag()
            } else if byte == 0x22 || byte == 0x27 {
                state = .quoted(byte)
            } else if !byte.isASCIIWhitespace {
                state = .attributes
            }
        case .quoted(let quote): if byte == quote { state = .attributes }
        case .markup: markup(byte)
        case .comment:
            if byte == 0x3E, matched >= 2 { state = .text } else { matched = byte == 0x2D ? min(matched + 1, 2) : 0 }
        case .raw: raw(byte)
        }
    }

    private mutating func text(_ byte: UInt8, into out: inout [UInt8]) {
        switch byte {
        case 0x3C: state = .tagStart
        case 0x26:
            reference.removeAll(keepingCapacity: true)
            state = .reference
        default:
            if byte.isASCIIWhitespace {
                if space == .none { space = .blank }
            } else {
                emit(byte, into: &out)
            }
        }
    }

    private mutating func emit(_ byte: UInt8, into out: inout [UInt8]) {
        if space != .none {
            if hasText { out.append(space == .line ? 0x0A : 0x20) }
            space = .none
        }
        hasText = true
        out.append(byte)
    }

    private mutating func tagStart(_ byte: UInt8, into out: inout [UInt8]) {
        tag.removeAll(keepingCapacity: true)
        isEndTag = false
        matched = 0
        if byte == 0x2F {
            isEndTag = true
            state = .tagName
        } else if byte.isASCIILetter {
            tag.append(byte.asciiLowercased)
            state = .tagName
        } else if byte == 0x21 || byte == 0x3F {
            state = .markup
        } else {
            // A `<` of a text that was not escaped.
            state = .text
            emit(0x3C, into: &out)
            text(byte, into: &out)
        }
    }

    private mutating func tagName(_ byte: UInt8) {
        if byte == 0x3E {
            endTag()
        } else if byte.isASCIIWhitespace || byte == 0x2F {
            if !tag.isEmpty { state = .attributes }
        } else if tag.count < Self.longestName {
            tag.append(byte.asciiLowercased)
        }
    }

    private mutating func endTag() {
        state = .text
        if !isEndTag, Self.hidden.contains(where: { tag.elementsEqual($0.utf8) }) {
            matched = 0
            state = .raw
        }
        if tag.elementsEqual("td".utf8) || tag.elementsEqual("th".utf8) {
            if space == .none { space = .blank }
        } else if Self.blocks.contains(where: { tag.elementsEqual($0.utf8) }) {
            space = .line
        }
    }

    private static let hidden = ["script", "style", "title"]
    private static let blocks = [
        "p", "div", "br", "tr", "li", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "blockquote", "pre", "section", "article",
        "header", "footer", "dt", "dd", "center", "title", "style", "script", "body",
    ]

    private mutating func markup(_ byte: UInt8) {
        if byte == 0x3E {
            state = .text
        } else if matched >= 0, byte == 0x2D {
            matched += 1
            if matched == 2 {
                state = .comment
                // `<!-->` is a whole comment.
                matched = 2
            }
        } else {
            // A declaration, in which dashes say nothing.
            matched = -1
        }
    }

    /// Looks for `</` and the name of the tag.
    private mutating func raw(_ byte: UInt8) {
        let wanted: UInt8 = matched == 0 ? 0x3C : matched == 1 ? 0x2F : tag[min(matched - 2, tag.count - 1)]
        if byte.asciiLowercased == wanted {
            matched += 1
            if matched == tag.count + 2 {
                isEndTag = true
                state = .attributes
            }
        } else {
            matched = byte == 0x3C ? 1 : 0
        }
    }

    private mutating func endReference(isClosed: Bool, into out: inout [UInt8]) {
        state = .text
        if let scalar = HTMLReferences.scalar(reference[...]) {
            if scalar == "\u{A0}" || scalar.value < 0x80 && UInt8(scalar.value).isASCIIWhitespace {
                if space == .none { space = .blank }
            } else {
                for byte in String(scalar).utf8 { emit(byte, into: &out) }
            }
            return
        }
        emit(0x26, into: &out)
        for byte in reference { emit(byte, into: &out) }
        if isClosed { emit(0x3B, into: &out) }
    }
}
