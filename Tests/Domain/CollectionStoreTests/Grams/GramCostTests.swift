import CollectionStore
import Database
import Glibc
import Testing

/// What searching a book of 50,000 costs; `TEGU_COSTS=1 swift test -c release --filter "Costs of searching a book"` prints it.
@Suite("Costs of searching a book", .enabled(if: getenv("TEGU_COSTS") != nil), .serialized)
struct GramCostTests {
    private func milliseconds(_ rounds: Int, _ body: () throws -> Void) rethrows -> [Double] {
        try (0..<rounds).map { _ in
            let time = try ContinuousClock().measure(body)
            return Double(time.components.attoseconds) / 1e15 + Double(time.components.seconds) * 1e3
        }.sorted()
    }

    @Test("searches of 50,000 entries with grams and without")
    func searches() throws {
        let fixture = try Fixture()
        let given = ["ANNA", "BERT", "CLARA", "DMITRI", "EVA", "FARID", "GRETA", "HENK", "IDA", "JONAS"]
        let family = ["BERG", "ČAPEK", "IVANOV", "WEISS", "DE VRIES", "NOWAK", "SMITH", "KIM", "LUND", "ROSSI"]
        let calendar = try fixture.write { tx throws in try tx.calendar() }
        for start in stride(from: 0, to: 50_000, by: 1_000) {
            try fixture.write { tx throws in
                for number in start..<(start + 1_000) {
                    let (first, last) = (given[number % 10], family[number / 10 % 10])
                    var made = content("\(number)", uid: "u\(number)")
                    made.facts.index = ObjectIndex(text: .folded(Array(
                        """
                        \(first) \(last) \(number)\n\(last)\n\(first)\nP\(number)@EXAMPLE.ORG\n+49 30 \(number)\nENGINEER\nD\(number % 50)
                        EXAMPLE ORGANISATION\nBERLIN, STREET \(number % 300)\n
                        """.utf8)))
                    try tx.put(made, as: "u\(number).vcf", in: try tx.calendar())
                }
            }
        }
        func search(_ what: String) throws {
            for needle in ["BERG 4", "IVANOV 123", "P77@", "NOBODY AT ALL", "WEISS", "+49 30 777", "Q@", "AN"] {
                var count = 0
                let times = try milliseconds(100) {
                    count = try fixture.read { tx throws in
                        try SearchTextQuery.names(tx, in: calendar.id, matching: .any([Array(needle.utf8)]), limit: 500).count
                    }
                }
                print("\(what), “\(needle)”: \(count) names, median \(times[50]) ms, 99 of 100 below \(times[98]) ms")
            }
        }
        try search("without")
        let time = try milliseconds(1) { try MemberGrams.refresh(fixture.database, calendar.id, now: 1) }
        let bytes = try fixture.read { tx in try tx.first("SELECT SUM(byte_count), COUNT(*) FROM gram_segment") { ($0.integer(0), $0.integer(1)) } }
        let texts = try fixture.read { tx in try tx.first("SELECT SUM(LENGTH(text)) FROM search_text") { $0.integer(0) } }
        print("made in \(time[0]) ms, \(bytes?.0 ?? 0) bytes in \(bytes?.1 ?? 0) segments, of \(texts ?? 0) bytes of texts")
        try search("with grams")
        for number in 0..<1_000 {
            try fixture.write { tx throws in
                try tx.put(content("new \(number)", uid: "u\(number)"), as: "u\(number).vcf", in: try tx.calendar())
            }
        }
        try search("with grams and 1,000 changes since")
    }
}
