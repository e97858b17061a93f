import Bytes
import TestRandom
import Testing

@testable import IMAPGrammar

@Suite("Searches")
struct SearchTests {
    @Test("every key", arguments: [
        ("ALL", SearchKey.all), ("ANSWERED", .flag(.answered)), ("UNSEEN", .not(.flag(.seen))), ("NEW", .new), ("OLD", .not(.flag(.recent))),
        ("KEYWORD $Junk", .flag(.keyword([UInt8]("$Junk".utf8)))), ("UNKEYWORD x", .not(.flag(.keyword([0x78])))), ("BCC a", .envelope(.bcc, contains: [0x61])),
        ("CC a", .envelope(.cc, contains: [0x61])), ("FROM a", .envelope(.from, contains: [0x61])), ("TO a", .envelope(.to, contains: [0x61])),
        ("SUBJECT \"\"", .envelope(.subject, contains: [])), ("BODY a", .body([0x61])), ("TEXT a", .text([0x61])),
        ("HEADER X-A \"\"", .header([UInt8]("X-A".utf8), contains: [])), ("LARGER 5000000000", .larger(5_000_000_000)), ("SMALLER 0", .smaller(0)),
        ("OLDER 1", .older(1)), ("YOUNGER 86400", .younger(86400)), ("MODSEQ 5", .modSeq(5)), ("MODSEQ \"/flags/\\\\draft\" all 5", .modSeq(5)),
        ("EMAILID M1", .emailID([UInt8]("M1".utf8))), ("THREADID T1", .threadID([UInt8]("T1".utf8))), ("SAVEDATESUPPORTED", .saveDateSupported),
        ("FUZZY TEXT a", .fuzzy(.text([0x61]))), ("NOT NOT ALL", .not(.not(.all))), ("1:3,7", .sequence(set(1...3, 7...7))), ("$", .sequence(.savedResult)),
        ("UID 1:*", .uid(.all)), ("UID $", .uid(.savedResult)), ("OR SEEN (DRAFT ALL)", .or(.flag(.seen), .and([.flag(.draft), .all]))), ("((ALL))", .all),
        ("SEEN DRAFT", .and([.flag(.seen), .flag(.draft)])),
    ])
    func keys(_ text: String, _ key: SearchKey) throws {
        #expect(try command("a SEARCH \(text)").searchKey == key)
    }

    @Test("dates of three kinds", arguments: ["", "SENT", "SAVED"])
    func dates(_ kind: String) throws {
        let day = try #require(SearchDate(year: 1994, month: 2, day: 1))
        let field: SearchKey.DateField = kind == "" ? .internalDate : kind == "SENT" ? .sent : .saved
        #expect(try command("a SEARCH \(kind)BEFORE 1-Feb-1994").searchKey == .date(field, .before, day))
        #expect(try command("a SEARCH \(kind)ON \"01-feb-1994\"").searchKey == .date(field, .on, day))
        #expect(try command("a SEARCH \(kind)SINCE 1-Feb-1994").searchKey == .date(field, .since, day))
    }

    @Test("bad keys", arguments: [
        "", "FOO", "()", "(ALL", "ALL)", "NOT", "OR ALL", "OLDER 0", "OLDER -1", "LARGER", "ON 31-Feb-1994", "UID", "HEADER a", "ALL  ALL",
        "EMAILID \"a b\"", "THREADID \"\"", "RETURN (FOO) ALL", "RETURN (PARTIAL 1:2 ALL) ALL", "RETURN (ALL)", "CHARSET UTF-8", "MODSEQ \"x\" 5", "0",
    ])
    func bad(_ text: String) {
        #expect(throws: CommandError.self) { try command("a SEARCH \(text)") }
    }

    @Test("what is returned, and the charset")
    func returning() throws {
        #expect(try command("a UID SEARCH RETURN (MIN SAVE PARTIAL 1:500) CHARSET \"utf-8\" ALL") == .search(Search(
            isUID: true, returning: SearchReturn([.min, .save], partial: PartialRange(1, 500)), charset: bytes("UTF-8"), key: .all)))
        #expect(try command("a SEARCH RETURN () ALL") == .search(Search(isUID: false, returning: SearchReturn(.all), charset: nil, key: .all)))
        #expect(try command("a SEARCH ALL") == .search(Search(isUID: false, returning: nil, charset: nil, key: .all)))
        #expect(try command("a UID SORT RETURN (COUNT) (REVERSE DATE SUBJECT) UTF-8 ALL") == .sort(Sort(
            isUID: true, returning: SearchReturn(.count),
            criteria: [SortCriterion(key: .date, isReversed: true), SortCriterion(key: .subject, isReversed: false)],
            charset: bytes("UTF-8"), key: .all)))
        #expect(try command("a THREAD REFS US-ASCII ALL")
            == .thread(Thread(isUID: false, algorithm: .refs, charset: bytes("US-ASCII"), key: .all)))
        #expect(try command("a ESEARCH IN (personal subtree-one x) RETURN (MAX) UNSEEN") == .multiSearch(MultiSearch(
            sources: [.personal, .subtreeOne([box("x")])], returning: SearchReturn(.max), charset: nil, key: .not(.flag(.seen)))))
    }

    @Test("a chain of ORs as Roundcube writes it for many fields is read; one without end is refused")
    func depth() throws {
        func chain(_ count: Int) -> String {
            String(repeating: "OR ", count: count) + Array(repeating: "HEADER X a", count: count + 1).joined(separator: " ")
        }
        #expect(throws: Never.self) { try command("a SEARCH \(chain(150))") }
        #expect(throws: CommandError.self) { try command("a SEARCH \(chain(5000))") }
        #expect(throws: CommandError.self) { try command("a SEARCH " + String(repeating: "NOT ", count: 100_000) + "ALL") }
        #expect(throws: CommandError.self) { try command("a SEARCH " + String(repeating: "(", count: 100_000)) }
        #expect(throws: CommandError.self) { try command("a SEARCH " + Array(repeating: "ALL", count: 3000).joined(separator: " ")) }
    }

    @Test("a key that is written is read again as it was", arguments: 0..<300)
    func roundTrip(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let key = makeKey(depth: 4, &random)
        let line = text { key.append(to: &$0) }
        #expect(try TaggedCommand.parse(bytes("a SEARCH ") + bytesOf(key)).command.searchKey == key, "\(line)")
    }

    private func bytesOf(_ key: SearchKey) -> [UInt8] {
        var out: [UInt8] = []
        key.append(to: &out)
        return out
    }

    private func makeKey(depth: Int, _ random: inout SeededGenerator) -> SearchKey {
        let text = (0..<Int.random(in: 0...6, using: &random)).map { _ in UInt8.random(in: 1...255, using: &random) }
        switch Int.random(in: 0...(depth > 0 ? 16 : 12), using: &random) {
        case 0: return .all
        case 1: return .flag([Flag.seen, .answered, .draft, .recent, .keyword(bytes("$x"))].randomElement(using: &random) ?? .seen)
        case 2: return .sequence(makeSet(&random))
        case 3: return .uid(makeSet(&random))
        case 4: return .envelope(SearchKey.EnvelopeField.allCases.randomElement(using: &random) ?? .to, contains: text)
        case 5: return .header(bytes("X-A"), contains: text)
        case 6: return .body(text)
        case 7: return .text(text)
        case 8:
            guard let date = SearchDate(year: 1994, month: 2, day: Int.random(in: 1...28, using: &random)) else { return .all }
            return .date(SearchKey.DateField.allCases.randomElement(using: &random) ?? .sent,
                         SearchKey.DateRelation.allCases.randomElement(using: &random) ?? .on, date)
        case 9: return .larger(UInt64.random(in: 0...UInt64(Int64.max), using: &random))
        case 10: return .older(UInt32.random(in: 1...(.max), using: &random))
        case 11: return .modSeq(UInt64.random(in: 0...UInt64(Int64.max), using: &random))
        case 12: return .emailID(bytes("M-1_a"))
        case 13: return .not(makeKey(depth: depth - 1, &random))
        case 14: return .fuzzy(makeKey(depth: depth - 1, &random))
        case 15: return .or(makeKey(depth: depth - 1, &random), makeKey(depth: depth - 1, &random))
        default: return .and((0..<Int.random(in: 2...4, using: &random)).map { _ in makeKey(depth: depth - 1, &random) })
        }
    }
}

func makeSet(_ random: inout SeededGenerator) -> SequenceSet {
    if Int.random(in: 0...9, using: &random) == 0 { return .savedResult }
    let ranges = (0..<Int.random(in: 0...5, using: &random)).map { _ in
        let low = UInt32.random(in: 1...40, using: &random)
        return low...(low + UInt32.random(in: 0...5, using: &random))
    }
    let from: UInt32? = ranges.isEmpty || Bool.random(using: &random) ? [1, 17, .max].randomElement(using: &random) : nil
    return SequenceSet(NumberSet(ranges: ranges), fromOrLast: from)
}
