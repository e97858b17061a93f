/// What the grams of a document must have so that a text can be in it.
package struct GramQuery: Sendable, Hashable {
    /// Of more grams the answer is hardly better.
    static let mostGrams = 8

    /// Of each range the document has a gram.
    package let ranges: [ClosedRange<Gram>]

    /// Nil where grams cannot tell: of texts of fewer than two characters, and of what is not UTF-8.
    package init?(_ needle: [UInt8]) {
        var characters: [Int64] = []
        let isText = needle.withUnsafeBufferPointer { bytes in
            GramCoding.forEachCharacter(bytes) { characters.append($0) }
        }
        guard isText, characters.count >= 2 else { return nil }
        if characters.count == 2 {
            let low = GramCoding.gram(characters[0], characters[1], 0)
            ranges = [low...(low | GramCoding.mostCharacter)]
            return
        }
        let grams = (0...(characters.count - 3)).map { GramCoding.gram(characters[$0], characters[$0 + 1], characters[$0 + 2]) }
        var chosen: [Gram] = []
        // The first and the last one, and as many from between.
        let steps = min(grams.count, Self.mostGrams)
        for step in 0..<steps {
            let gram = grams[steps == 1 ? 0 : step * (grams.count - 1) / (steps - 1)]
            if !chosen.contains(gram) { chosen.append(gram) }
        }
        ranges = chosen.map { $0...$0 }
    }
}

extension GramQuery {
    fileprivate init(_ range: ClosedRange<Gram>) { ranges = [range] }
}

/// A question about several texts.
package indirect enum GramCondition: Sendable, Hashable {
    case has(GramQuery)
    case all([GramCondition])
    case any([GramCondition])

    /// Nil where the grams cannot tell.
    package static func contains(_ needle: [UInt8]) -> GramCondition? { GramQuery(needle).map { .has($0) } }

    /// That one of these characters is in the document.
    package static func begins(with characters: ClosedRange<UInt32>) -> GramCondition {
        .has(GramQuery(
            GramCoding.gram(Int64(characters.lowerBound), 0, 0)
                ... GramCoding.gram(Int64(characters.upperBound), GramCoding.mostCharacter, GramCoding.mostCharacter)))
    }

    /// That this character is in the document, with one of those behind it.
    package static func begins(with character: UInt32, then next: ClosedRange<UInt32>) -> GramCondition {
        .has(GramQuery(
            GramCoding.gram(Int64(character), Int64(next.lowerBound), 0)
                ... GramCoding.gram(Int64(character), Int64(next.upperBound), GramCoding.mostCharacter)))
    }

    /// Parts that cannot be told are left out.
    package static func all(of parts: [GramCondition?]) -> GramCondition? {
        let known = parts.compactMap(\.self)
        return known.isEmpty ? nil : known.count == 1 ? known[0] : .all(known)
    }

    /// Each range is a statement for so many segments: of more the question is made weaker.
    static let mostRanges = 64

    /// What asks for a bounded number of ranges, and is fulfilled wherever this is; nil: that would be everything.
    package var bounded: GramCondition? { bounded(Self.mostRanges)?.condition }

    private func bounded(_ most: Int) -> (condition: GramCondition, cost: Int)? {
        switch self {
        case .has(let query): return query.ranges.count <= most ? (self, query.ranges.count) : nil
        case .all(let parts):
            // Those with the most grams rule the most out; one text is asked for once.
            let ordered = Self.distinct(parts).sorted { $0.length > $1.length }
            var (chosen, cost): ([GramCondition], Int) = ([], 0)
            for part in ordered {
                guard cost < most, let part = part.bounded(most - cost) else { continue }
                chosen.append(part.condition)
                cost += part.cost
            }
            return GramCondition.all(of: chosen).map { ($0, cost) }
        case .any(let parts):
            var (chosen, cost): ([GramCondition], Int) = ([], 0)
            for part in Self.distinct(parts) {
                guard let part = part.bounded(most - cost) else { return nil }
                chosen.append(part.condition)
                cost += part.cost
            }
            return GramCondition.any(of: chosen).map { ($0, cost) }
        }
    }

    private var length: Int { if case .has(let query) = self { query.ranges.count } else { 0 } }

    private static func distinct(_ parts: [GramCondition]) -> [GramCondition] {
        var seen: Set<GramCondition> = []
        return parts.filter { seen.insert($0).inserted }
    }

    /// Nil where one part cannot be told. Of none it is what nothing fulfils.
    package static func any(of parts: [GramCondition?]) -> GramCondition? {
        let known = parts.compactMap(\.self)
        return known.count < parts.count ? nil : known.count == 1 ? known[0] : .any(known)
    }
}
