// Stemming: which words of a text are forms of a word that is looked for, by the algorithms of Snowball for English and Russian. It owns
// what a word is, and what the index of grams can tell of it. It must never know what a text is of.
//
// Texts come folded, as all that is searched does (RFC 5051: in upper case, and decomposed), so that case and script are settled. Accents are
// dropped here, which makes е of ё; only й stays a letter of its own.
//
// Invariants: equal stems are found wherever they stand; a text that the grams rule out has not all of the words.
//
// Start reading at WordQuery.swift.

import CStemmer

/// One of Snowball's algorithms. For one thread at a time.
final class Stemmer {
    enum Language: String {
        /// Porter2.
        case english
        case russian
    }

    private let stemmer: OpaquePointer?

    init(_ language: Language) { stemmer = sb_stemmer_new(language.rawValue, "UTF_8") }

    deinit { sb_stemmer_delete(stemmer) }

    /// Of a word in lower case. The word itself where there is no memory.
    func stem(_ word: [UInt8]) -> [UInt8] {
        guard let stemmer, let stem = sb_stemmer_stem(stemmer, word, Int32(clamping: word.count)) else { return word }
        let count = Int(sb_stemmer_length(stemmer))
        return count > 0 && count <= word.count + 1 ? Array(UnsafeBufferPointer(start: stem, count: count)) : word
    }
}
