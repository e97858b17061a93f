package import Grams

/// The words of a text that is looked for, as stems: a text has one where one of its words has the same stem. For one thread at a time.
package final class WordQuery {
    /// Of more words those behind are not asked for.
    package static let mostWords = 16

    struct Word: Hashable {
        var stem: [UInt8]
        var script: WordScanner.Script
    }

    let words: [Word]
    // The words by their first byte or, where that is the same for a whole script, the two first: all that are not among them need no stem.
    private let beginnings: Set<UInt16>
    private let places: [[UInt8]: Int]
    private let english: Stemmer
    private let russian: Stemmer

    /// Nil where there is no word in the text.
    ///
    /// - Parameter folded: by RFC 5051, as the texts are that are looked at.
    package init?(_ folded: [UInt8]) {
        let (english, russian) = (Stemmer(.english), Stemmer(.russian))
        var words: [Word] = []
        folded.withUnsafeBufferPointer { text in
            var scanner = WordScanner(text)
            while words.count < Self.mostWords, scanner.next() {
                let word = Word(
                    stem: Self.stem(scanner.word, scanner.script, english: english, russian: russian), script: scanner.script)
                if !words.contains(word) { words.append(word) }
            }
        }
        // What stands behind an apostrophe, and initials, are asked for only where there is nothing else.
        let long = words.filter { $0.stem.count > ($0.script == .latin ? 1 : 2) }
        if !long.isEmpty { words = long }
        if words.isEmpty { return nil }
        self.words = words
        (self.english, self.russian) = (english, russian)
        beginnings = Set(words.map { Self.beginning($0.stem) })
        places = Dictionary(zip(words.map(\.stem), words.indices)) { first, _ in first }
    }

    /// How many words there are.
    package var count: Int { words.count }

    /// How often each word is in the text, up to `most` times.
    package func counts(in folded: [UInt8], upTo most: Int = 1) -> [Int] {
        var counts = [Int](repeating: 0, count: words.count)
        var missing = words.count * most
        folded.withUnsafeBufferPointer { text in
            var scanner = WordScanner(text)
            while missing > 0, scanner.next() {
                guard beginnings.contains(Self.beginning(scanner.word)) else { continue }
                let stem = Self.stem(scanner.word, scanner.script, english: english, russian: russian)
                guard let place = places[stem], counts[place] < most else { continue }
                counts[place] += 1
                missing -= 1
            }
        }
        return counts
    }

    /// No algorithm changes a word's first letter.
    private static func beginning(_ word: [UInt8]) -> UInt16 {
        let first = UInt16(word.first ?? 0)
        return first < 0x80 ? first : first << 8 | UInt16(word.count > 1 ? word[1] : 0)
    }

    private static func stem(
        _ word: [UInt8], _ script: WordScanner.Script, english: Stemmer, russian: Stemmer
    ) -> [UInt8] {
        switch script {
        case .latin: english.stem(word)
        case .cyrillic: russian.stem(word)
        case .other: word
        }
    }

    // MARK: The index

    /// What the grams of a text must have so that all words can be in it; nil where they cannot tell.
    package var condition: GramCondition? { .all(of: words.map { $0.condition }) }
}

extension WordQuery.Word {
    /// What all words with this stem begin with: a Russian stem itself, of an English one all but the two last letters, which Porter2
    /// may have put in the place of others (`-bility` becomes `-ble`, `y` becomes `i`, `dying` becomes `die`).
    var commonBeginning: ArraySlice<UInt8> { script == .latin ? stem.dropLast(2) : stem[...] }

    /// In a text the letters stand in a row, or there are accents among them. й and ё are a letter with an accent in folded texts: й always is,
    /// and what is е here may be ё there, so a row ends behind it.
    fileprivate var condition: GramCondition? {
        let letters = String(decoding: commonBeginning, as: UTF8.self).unicodeScalars
        var rows: [[UInt8]] = []
        var row: [UInt8] = []
        func end() {
            if !row.isEmpty { rows.append(row) }
            row = []
        }
        for letter in letters {
            switch letter.value {
            case 0x439: row += [0xD0, 0x98, 0xCC, 0x86]
            case 0x435:
                row += [0xD0, 0x95]
                end()
            case 0x430...0x44F: row += Array(String(Unicode.Scalar(letter.value - 0x20) ?? letter).utf8)
            case 0x61...0x7A: row.append(UInt8(letter.value - 0x20))
            default: row += Array(String(letter).utf8)
            }
        }
        end()
        guard let inRow = GramCondition.all(of: rows.map { GramCondition.contains($0) }) else { return nil }
        return .any(of: [inRow] + Self.accents(of: Set(letters.map(\.value))))
    }

    /// That there is an accent in the text which may stand among these letters.
    private static func accents(of letters: Set<UInt32>) -> [GramCondition] {
        // The breve of й and the dots of ё are in nearly every Russian text: of these two it must be known on which letter.
        var conditions: [GramCondition] = [0x300...0x305, 0x307...0x307, 0x309...0x36F].map { .begins(with: $0) }
        for letter in letters.sorted() {
            let folded: UInt32
            switch letter {
            case 0x438: // и: й is a letter of its own
                conditions.append(.begins(with: 0x418, then: 0x308...0x308))
                continue
            case 0x439: folded = 0x418
            case 0x430...0x44F, 0x61...0x7A: folded = letter - 0x20
            default: folded = letter
            }
            conditions.append(.begins(with: folded, then: 0x306...0x308))
        }
        return conditions
    }
}
