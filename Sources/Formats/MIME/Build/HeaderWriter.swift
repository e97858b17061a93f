import Bytes

/// Writes header fields: folded at 78 (RFC 5322 §2.1.1), text that is no ASCII in encoded words (RFC 2047), parameters by RFC 2231.
/// Nothing that is given as text can end a line and begin another field.
package struct HeaderWriter: Sendable {
    package private(set) var bytes: [UInt8] = []
    private var column = 0
    private static let longestLine = 78
    /// RFC 5322 §2.1.1: 998. Longer words are encoded, to be cut.
    private static let longestWord = 700

    package init() {}

    // MARK: Fields

    /// Text as it is meant.
    package mutating func unstructured(_ name: String, _ text: String) {
        begin(name)
        let plain = Array(text.utf8)
        let isPlain = EncodedWordWriter.isPlain(plain) && plain.first != 0x20 && plain.last != 0x20 && !plain.contains(0x09)
            && plain.split(separator: 0x20).allSatisfy { $0.count <= Self.longestWord }
        if isPlain { words(plain) } else { encoded(text) }
        end()
    }

    package mutating func addresses(_ name: String, _ items: [AddressListItem]) {
        if items.isEmpty { return }
        begin(name)
        for (index, item) in items.enumerated() {
            let isLast = index == items.count - 1
            switch item {
            case .mailbox(let address): self.address(address, suffix: isLast ? "" : ",")
            case .group(let groupName, let members):
                phrase(String(utf8: groupName), suffix: ":")
                for (index, member) in members.enumerated() { address(member, suffix: index == members.count - 1 ? "" : ",") }
                glue(isLast ? ";" : ";,")
            }
        }
        end()
    }

    package mutating func date(_ name: String, _ date: MessageDate) { token(name, date.bytes) }

    /// RFC 5322 §3.6.4: without angle brackets.
    package mutating func identifiers(_ name: String, _ ids: [[UInt8]]) {
        if ids.isEmpty { return }
        begin(name)
        for id in ids { word([0x3C] + id.filter { $0 > 0x20 && $0 != 0x3C && $0 != 0x3E && $0 != 0x7F } + [0x3E]) }
        end()
    }

    /// A value that is a token, or several with blanks.
    package mutating func token(_ name: String, _ value: some Collection<UInt8>) {
        begin(name)
        words(value.filter { $0 >= 0x20 && $0 < 0x7F })
        end()
    }

    /// A value with parameters, whose values are text.
    package mutating func structured(_ name: String, _ value: String, _ parameters: [(name: String, value: String)]) {
        begin(name)
        let last = parameters.count - 1
        word(value.utf8.filter { $0 > 0x20 && $0 < 0x7F } + (last >= 0 ? [0x3B] : []))
        for (index, parameter) in parameters.enumerated() { self.parameter(parameter.name, parameter.value, isLast: index == last) }
        end()
    }

    // MARK: Values

    private mutating func address(_ address: MailAddress, suffix: StaticString) {
        var spec = address.addressBytes.filter { $0 >= 0x20 && $0 != 0x7F }
        guard let name = address.displayName, !name.isEmpty else {
            spec.append(suffix)
            // An empty address, or one without a domain, is only one within brackets.
            word(spec)
            return
        }
        phrase(String(utf8: name), suffix: "")
        var bracketed: [UInt8] = [0x3C] + spec + [0x3E]
        bracketed.append(suffix)
        word(bracketed)
    }

    /// RFC 5322 §3.2.5
    private mutating func phrase(_ text: String, suffix: StaticString) {
        let plain = Array(text.utf8)
        var out: [UInt8] = []
        if !EncodedWordWriter.isPlain(plain) || plain.count > 300 || plain.contains(0x09) {
            encoded(text)
        } else if plain.split(separator: 0x20, omittingEmptySubsequences: false).allSatisfy({ word in
            !word.isEmpty && word.allSatisfy(HeaderQuoting.isAtomText)
        }) {
            words(plain)
        } else {
            HeaderQuoting.appendQuoted(plain, to: &out)
            word(out)
        }
        glue(suffix)
    }

    private mutating func parameter(_ name: String, _ value: String, isLast: Bool) {
        let bytes = Array(value.utf8)
        let suffix: [UInt8] = isLast ? [] : [0x3B]
        let name = [UInt8](name.utf8)
        if EncodedWordWriter.isPlain(bytes), bytes.count <= 200, !bytes.contains(0x09) {
            var out = name + [0x3D]
            if !bytes.isEmpty, bytes.allSatisfy(FieldCursor.isTokenByte) {
                out += bytes
            } else {
                HeaderQuoting.appendQuoted(bytes, to: &out)
            }
            return word(out + suffix)
        }
        // RFC 2231 §4.1
        var coded: [UInt8] = Array("utf-8''".utf8)
        var pieces: [[UInt8]] = []
        for byte in bytes {
            if coded.count > 50 {
                pieces.append(coded)
                coded = []
            }
            PercentCodedText.append(byte, to: &coded)
        }
        pieces.append(coded)
        for (index, piece) in pieces.enumerated() {
            var out = name + [0x2A]
            if pieces.count > 1 {
                out.append(decimal: index)
                out.append(0x2A)
            }
            out.append(0x3D)
            word(out + piece + (index == pieces.count - 1 ? suffix : [0x3B]))
        }
    }

    // MARK: Lines

    private mutating func begin(_ name: String) {
        let name = name.utf8.filter { $0 > 0x20 && $0 < 0x7F && $0 != 0x3A }
        bytes += name
        bytes.append(0x3A)
        column = name.count + 1
    }

    private mutating func end() {
        bytes.append("\r\n" as StaticString)
        column = 0
    }

    private mutating func encoded(_ text: String) {
        for word in EncodedWordWriter.words(text) { self.word(word) }
    }

    /// Words with their blanks, of which each begins the next one.
    private mutating func words(_ text: [UInt8]) {
        var blanks: [UInt8] = []
        for part in text.split(separator: 0x20, omittingEmptySubsequences: false) {
            if part.isEmpty {
                blanks.append(0x20)
            } else {
                word(part, blanks: blanks + [0x20])
                blanks = []
            }
        }
    }

    private mutating func word(_ word: some Collection<UInt8>, blanks: [UInt8] = [0x20]) {
        if column + blanks.count + word.count > Self.longestLine, column > 1 {
            bytes.append("\r\n" as StaticString)
            column = 0
        }
        bytes += blanks
        bytes += word
        column += blanks.count + word.count
    }

    /// What belongs to the word before.
    private mutating func glue(_ text: StaticString) {
        bytes.append(text)
        column += text.utf8CodeUnitCount
    }
}
