import TestRandom
import Testing

@testable import Grams

/// Texts of few different characters, so that they have much in common.
struct RandomTexts {
    static let alphabets = ["ab", "aé ", "ДОМ\u{301} ", "漢字仮名", "x😀y", "\u{0}a", "AB12@.-"]
    var random: SeededGenerator

    mutating func text(_ lengths: Range<Int>) -> String {
        let alphabet = Array((Self.alphabets.randomElement(using: &random) ?? "a").unicodeScalars)
        var scalars = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: lengths, using: &random) { scalars.append(alphabet.randomElement(using: &random) ?? "a") }
        return String(scalars)
    }
}

private func contains(_ text: [UInt8], _ needle: [UInt8]) -> Bool {
    needle.count <= text.count && (0...(text.count - needle.count)).contains { text[$0...].starts(with: needle) }
}

private func built(_ documents: [[UInt8]]) -> BuiltGrams {
    var builder = GramSegmentBuilder()
    var grams = GramSet()
    for text in documents {
        grams.removeAll()
        grams.insert(text)
        builder.append(grams)
    }
    return builder.build()
}

/// As a store asks it.
private func found(_ query: GramQuery, in segment: BuiltGrams) -> [Int] {
    var found = DocumentSet(all: segment.documentCount)
    for range in query.ranges {
        var documents = DocumentSet()
        for page in segment.pages {
            let isSound = page.data.withUnsafeBytes { GramPage.collect(range, firstGram: page.firstGram, $0, into: &documents) }
            #expect(isSound)
        }
        found = found.intersection(documents)
    }
    found.formUnion(segment.open)
    return found.documents
}

@Suite("Grams") struct GramsTests {
    @Test("every document that has a text is named, and of three characters no other one", arguments: 0..<40 as Range<UInt64>)
    func superset(seed: UInt64) {
        var texts = RandomTexts(random: SeededGenerator(seed: seed))
        let documents = (0..<300).map { _ in Array(texts.text(0..<40).utf8) }
        let segment = built(documents)
        #expect(segment.documentCount == documents.count)
        for _ in 0..<100 {
            let needle = Array(texts.text(2..<12).utf8)
            guard let query = GramQuery(needle) else {
                Issue.record("a text of two characters or more can be asked for")
                continue
            }
            let having = documents.indices.filter { contains(documents[$0], needle) }
            let named = found(query, in: segment)
            #expect(Set(having).isSubset(of: named))
            let characters = String(decoding: needle, as: UTF8.self).unicodeScalars
            if characters.count <= 3, !characters.contains("\u{0}") { #expect(named == having) }
        }
    }

    @Test("a text of one character, none, or of other bytes than UTF-8 cannot be asked for")
    func unknown() {
        #expect(GramQuery([]) == nil)
        #expect(GramQuery(Array("ж".utf8)) == nil)
        #expect(GramQuery([0x61, 0xFF, 0x62]) == nil)
        #expect(GramQuery([0x61, 0x62, 0xD0]) == nil)
        #expect(GramQuery([0x80, 0x61, 0x62]) == nil)
    }

    @Test("a document that is not UTF-8 or has too many grams is always named", arguments: [
        [0x61, 0xFF], [0xD0], [0xE2, 0x82], [0x80], [0xF8, 0x80, 0x80, 0x80],
    ] as [[UInt8]])
    func open(bytes: [UInt8]) throws {
        let segment = built([Array("xyz".utf8), bytes, []])
        #expect(found(try #require(GramQuery(Array("never".utf8))), in: segment) == [1])
        var grams = GramSet()
        var text: [UInt8] = []
        for number in 0..<200_000 as Range<UInt32> {
            text += Array(String(UnicodeScalar(0x4E00 + number % 20_000) ?? "a").utf8)
            if number.isMultiple(of: 3) { text += Array(String(UnicodeScalar(0x1_0000 + number % 997) ?? "b").utf8) }
        }
        grams.insert(text)
        #expect(grams.isOpen)
        grams.removeAll()
        #expect(!grams.isOpen && grams.count == 0)
    }

    @Test("segments that become one answer as one made of their documents", arguments: 0..<20 as Range<UInt64>)
    func merge(seed: UInt64) throws {
        var texts = RandomTexts(random: SeededGenerator(seed: seed))
        var kept: [[UInt8]] = []
        var sources: [GramMerge.Source] = []
        for _ in 0..<5 {
            var documents = (0..<60).map { _ in Array(texts.text(0..<40).utf8) }
            documents[7] = [0xFF]
            let segment = built(documents)
            let numbers = documents.map { document -> Int? in
                if Int.random(in: 0..<4, using: &texts.random) == 0 { return nil }
                kept.append(document)
                return kept.count - 1
            }
            sources.append(GramMerge.Source(numbers: numbers, open: segment.open, pages: segment.pages))
        }
        let merged = try #require(GramMerge.merge(sources))
        let whole = built(kept)
        #expect(merged.documentCount == kept.count)
        #expect(merged.open == whole.open)
        #expect(merged.pages.map(\.firstGram) == whole.pages.map(\.firstGram))
        #expect(merged.pages.map(\.data) == whole.pages.map(\.data))
    }

    @Test("sets of documents come back as they were, and are short")
    func sets() {
        var random = SeededGenerator(seed: 1)
        for _ in 0..<500 {
            let part = Int.random(in: 1...100, using: &random)
            var set = DocumentSet()
            for document in 0..<DocumentSet.most where Int.random(in: 0..<100, using: &random) < part { set.insert(document) }
            #expect(DocumentSet(encoded: set.encoded) == set)
            #expect(set.encoded.count <= DocumentSet.most / 8 + 1)
            #expect(set.documents.count == set.count)
        }
        #expect(DocumentSet(encoded: DocumentSet().encoded).isEmpty)
        #expect(DocumentSet(encoded: []).isEmpty)
        var none = DocumentSet()
        none.insert(-1)
        none.insert(DocumentSet.most)
        #expect(none.isEmpty)
    }

    @Test("damaged pages trap nowhere, and name all documents or are told", arguments: 0..<200 as Range<UInt64>)
    func damaged(seed: UInt64) {
        var texts = RandomTexts(random: SeededGenerator(seed: seed))
        let segment = built((0..<50).map { _ in Array(texts.text(0..<40).utf8) })
        for var page in segment.pages {
            for _ in 0..<3 where !page.data.isEmpty {
                let index = page.data.indices.randomElement(using: &texts.random) ?? 0
                page.data[index] = UInt8.random(in: 0...255, using: &texts.random)
            }
            if Bool.random(using: &texts.random) { page.data.removeLast(min(page.data.count, 3)) }
            var documents = DocumentSet()
            _ = page.data.withUnsafeBytes { GramPage.collect(0...Int64.max, firstGram: page.firstGram, $0, into: &documents) }
            _ = page.isSound(after: -1, documents: 50)
            _ = GramMerge.merge([GramMerge.Source(numbers: Array(0..<50), open: DocumentSet(), pages: [page])])
            _ = DocumentSet(encoded: page.data)
        }
        #expect(DocumentSet(encoded: [0, 0xFF]) == DocumentSet(all: DocumentSet.most))
    }

    @Test("what cannot be told is left out where all must be, and decides where any may be")
    func conditions() throws {
        let known = try #require(GramCondition.contains(Array("abc".utf8)))
        #expect(GramCondition.contains([0x61]) == nil)
        #expect(GramCondition.all(of: [known, nil]) == known)
        #expect(GramCondition.all(of: [nil, nil]) == nil)
        #expect(GramCondition.all(of: []) == nil)
        #expect(GramCondition.any(of: [known, nil]) == nil)
        #expect(GramCondition.any(of: [known]) == known)
        #expect(GramCondition.any(of: []) == .any([]))
        #expect(GramCondition.all(of: [known, known]) == .all([known, known]))
    }

    @Test("a page and its longest entry fit twice into a page of a database")
    func pageSizes() {
        var writer = GramPageWriter()
        let most = Array(stride(from: 0, to: DocumentSet.most, by: 2))
        for gram in 0..<2_000 as Range<Gram> { writer.append(gram << 42, gram.isMultiple(of: 3) ? [Int(gram)] : most) }
        let pages = writer.finish()
        #expect(pages.allSatisfy { $0.data.count <= 3_900 })
        #expect(pages.count > 10)
    }

    /// What evaluating a condition may ask for.
    private static func ranges(_ condition: GramCondition) -> Int {
        switch condition {
        case .has(let query): query.ranges.count
        case .all(let parts), .any(let parts): parts.reduce(0) { $0 + ranges($1) }
        }
    }

    @Test("a question of many texts is made weaker, or is none")
    func bounded() throws {
        func text(_ number: Int) -> GramCondition? { .contains(Array("some text of \(number)".utf8)) }
        let many = (0..<2_000).map(text)
        let all = try #require(GramCondition.all(of: many)?.bounded)
        #expect((1...GramCondition.mostRanges).contains(Self.ranges(all)))
        #expect(GramCondition.any(of: many)?.bounded == nil)
        // One text is asked for once.
        #expect(GramCondition.any(of: (0..<2_000).map { _ in text(7) })?.bounded == text(7))
        // What cannot be bounded is left out of what must be fulfilled as well.
        #expect(GramCondition.all(of: [.any(of: many), text(7)])?.bounded == text(7))
        #expect(GramCondition.any(of: [.any(of: many), text(7)])?.bounded == nil)
        // The longest texts come first.
        let short = try #require(GramCondition.contains(Array("ab".utf8)))
        let mixed = try #require(GramCondition.all(of: (0..<100).map { _ in short } + [text(1)])?.bounded)
        #expect(mixed == .all([try #require(text(1)), short]))
        #expect(GramCondition.any(of: [])?.bounded == .any([]))
    }
}
