/// The words of a folded text, one after the other: letters and digits in a row, without accents, English and Russian letters in lower
/// case. Bytes that are no UTF-8 part words.
struct WordScanner {
    /// What a word is made of.
    enum Script {
        /// English letters alone.
        case latin
        /// Russian letters alone.
        case cyrillic
        case other
    }

    /// Longer ones, as base64 has, are no words.
    static let longestWord = 64

    private let text: UnsafeBufferPointer<UInt8>
    private var position = 0
    private(set) var word: [UInt8] = []
    private(set) var script = Script.other

    init(_ text: UnsafeBufferPointer<UInt8>) {
        self.text = text
        word.reserveCapacity(Self.longestWord + 4)
    }

    /// Whether there is another word, which then is `word`.
    mutating func next() -> Bool {
        while position < text.count {
            word.removeAll(keepingCapacity: true)
            var isLatin = true
            var isCyrillic = true
            scanning: while position < text.count {
                let byte = text[position]
                switch byte {
                // Those in lower case are left of ligatures and signs (㎏), which a search without FUZZY does not find either.
                case UInt8(ascii: "A")...UInt8(ascii: "Z"):
                    append(byte | 0x20)
                    isCyrillic = false
                    position += 1
                case UInt8(ascii: "0")...UInt8(ascii: "9"):
                    append(byte)
                    (isLatin, isCyrillic) = (false, false)
                    position += 1
                case 0..<0x80: break scanning
                default:
                    guard let (scalar, length) = scalar(at: position), let kind = take(scalar) else { break scanning }
                    position += length
                    switch kind {
                    case .cyrillic: isLatin = false
                    case .other: (isLatin, isCyrillic) = (false, false)
                    // An accent.
                    case .latin: break
                    }
                }
            }
            if word.isEmpty {
                position += 1
                continue
            }
            if word.count > Self.longestWord { continue }
            script = isLatin ? .latin : isCyrillic ? .cyrillic : .other
            return true
        }
        return false
    }

    /// Takes a character that is none of ASCII into the word, and tells what it is; nil where it parts words.
    private mutating func take(_ scalar: UInt32) -> Script? {
        switch scalar {
        case 0x306 where word.suffix(2) == [0xD0, 0xB8]:
            // и with a breve is й.
            word[word.count - 1] = 0xB9
            return .latin
        case 0x300...0x36F: return word.isEmpty ? nil : .latin
        case 0x410...0x42F:
            append(scalar + 0x20)
            return .cyrillic
        case 0x430...0x44F: return nil
        default:
            guard let value = Unicode.Scalar(scalar), Self.isOfWords(value) else { return nil }
            append(scalar)
            return .other
        }
    }

    private static func isOfWords(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark, .spacingMark,
            .decimalNumber, .letterNumber, .otherNumber:
            true
        default: false
        }
    }

    private mutating func append(_ byte: UInt8) {
        if word.count <= Self.longestWord { word.append(byte) }
    }

    private mutating func append(_ scalar: UInt32) {
        guard word.count <= Self.longestWord, let scalar = Unicode.Scalar(scalar) else { return }
        word.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }

    /// A character of two to four bytes, and how many.
    private func scalar(at index: Int) -> (UInt32, Int)? {
        let first = text[index]
        let count = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 0
        guard count > 0, first < 0xF5, text.count - index >= count else { return nil }
        var value = UInt32(first) & (count == 2 ? 0x1F : count == 3 ? 0x0F : 0x07)
        for next in 1..<count {
            let byte = text[index + next]
            guard byte & 0xC0 == 0x80 else { return nil }
            value = value << 6 | UInt32(byte & 0x3F)
        }
        return (value, count)
    }
}
