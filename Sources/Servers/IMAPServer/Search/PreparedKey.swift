import Bytes
import CollectionStore
import Database
import Directory
import Grams
import IMAPGrammar
import Mail
import Stemming

/// A search key made ready for many messages: texts are folded once, sets are UIDs, keywords are numbers.
indirect enum PreparedKey {
    case all, none
    case system(SystemFlags)
    case keyword(Int)
    case uids(UIDSet)
    case modSeq(ModSeq)
    case date(SearchKey.DateField, SearchKey.DateRelation, Int)
    /// Moments in seconds.
    case notAfter(Int64), notBefore(Int64)
    case larger(Int), smaller(Int)
    case emailID([UInt8]), threadID([UInt8])
    /// A field of the header whose text is at hand: those of ENVELOPE.
    case envelope([UInt8], contains: [UInt8])
    case header([UInt8], contains: [UInt8])
    case body([UInt8]), text([UInt8])
    /// What the key finds, and besides that where all words are, in any of their forms (RFC 6203).
    case fuzzy(PreparedKey, WordQuery)
    case not(PreparedKey)
    case or(PreparedKey, PreparedKey)
    /// The cheapest first.
    case and([PreparedKey])

    /// What has to be read to answer it, from nothing but the snapshot to the whole message.
    enum Cost: Int, Comparable {
        case snapshot, row, keys, structure, header, body
        static func < (a: Cost, b: Cost) -> Bool { a.rawValue < b.rawValue }
    }

    var cost: Cost {
        switch self {
        case .all, .none, .system, .keyword, .uids, .modSeq: .snapshot
        case .date(let field, _, _): field == .sent ? .keys : .row
        case .notAfter, .notBefore, .larger, .smaller, .emailID, .threadID: .row
        case .envelope: .structure
        case .header: .header
        case .body, .text: .body
        case .not(let key), .fuzzy(let key, _): key.cost
        case .or(let left, let right): max(left.cost, right.cost)
        case .and(let keys): keys.map(\.cost).max() ?? .snapshot
        }
    }

    /// - Parameter isFuzzy: below FUZZY.
    init(_ key: SearchKey, _ scope: SearchScope, isFuzzy: Bool = false, now: Int64) throws {
        self = try Self.prepared(key, scope, isFuzzy: isFuzzy, now: now)
        // RFC 6203 §5: what is no text is matched exactly.
        if isFuzzy, let text = wantedText, let words = WordQuery(text) { self = .fuzzy(self, words) }
    }

    private var wantedText: [UInt8]? {
        switch self {
        case .envelope(_, let text), .header(_, let text), .body(let text), .text(let text): text
        default: nil
        }
    }

    private static func prepared(_ key: SearchKey, _ scope: SearchScope, isFuzzy: Bool, now: Int64) throws -> PreparedKey {
        switch key {
        case .all: return .all
        case .flag(let flag): return Self.flag(flag, scope)
        case .sequence(let set): return .uids(try scope.uids(of: set, isUID: false))
        case .uid(let set): return .uids(try scope.uids(of: set, isUID: true))
        case .envelope(let field, let text):
            let name: StaticString = switch field {
            case .from: "from"
            case .to: "to"
            case .cc: "cc"
            case .bcc: "bcc"
            case .subject: "subject"
            }
            var bytes: [UInt8] = []
            bytes.append(name)
            return .envelope(bytes, contains: folded(text))
        case .header(let name, let text): return .header(name, contains: folded(text))
        case .body(let text): return text.isEmpty ? .all : .body(folded(text))
        case .text(let text): return text.isEmpty ? .all : .text(folded(text))
        case .date(let field, let relation, let date): return .date(field, relation, date.dayNumber)
        case .larger(let size): return .larger(Int(clamping: size))
        case .smaller(let size): return .smaller(Int(clamping: size))
        // RFC 5032 §3
        case .older(let seconds): return .notAfter(now / 1000 - Int64(seconds))
        case .younger(let seconds): return .notBefore(now / 1000 - Int64(seconds))
        case .modSeq(let modSeq): return .modSeq(ModSeq(rawValue: Int64(clamping: modSeq)))
        case .emailID(let id): return .emailID(id)
        case .threadID(let id): return .threadID(id)
        case .saveDateSupported: return .all
        // RFC 6203 §3: how fuzzy is the server's to choose.
        case .fuzzy(let key): return try PreparedKey(key, scope, isFuzzy: true, now: now)
        case .not(let key): return .not(try PreparedKey(key, scope, isFuzzy: isFuzzy, now: now))
        case .or(let left, let right):
            let left = try PreparedKey(left, scope, isFuzzy: isFuzzy, now: now)
            let right = try PreparedKey(right, scope, isFuzzy: isFuzzy, now: now)
            return left.cost <= right.cost ? .or(left, right) : .or(right, left)
        case .and(let keys):
            return .and(try keys.map { try PreparedKey($0, scope, isFuzzy: isFuzzy, now: now) }.sorted { $0.cost < $1.cost })
        }
    }

    private static func flag(_ flag: Flag, _ scope: SearchScope) -> PreparedKey {
        switch flag {
        case .keyword(let name): FlagNames.number(of: name, in: scope.snapshot.keywords).map { .keyword($0) } ?? .none
        // RFC 9051 has no \Recent any more: with it no message has it.
        case .recent: .uids(scope.recent)
        case .other: .none
        default: FlagNames.bit(flag).map { .system($0) } ?? .none
        }
    }

    /// Whether it asks for the id of what a message is.
    var usesContentID: Bool {
        switch self {
        case .emailID: true
        case .not(let key), .fuzzy(let key, _): key.usesContentID
        case .or(let left, let right): left.usesContentID || right.usesContentID
        case .and(let keys): keys.contains(where: \.usesContentID)
        default: false
        }
    }

    /// Each text is looked for in each message by itself, so their number is what one message costs.
    private static let mostTexts = 50
    private static let mostHeaderTexts = 500
    /// To go through a text word by word costs as much as to look for so many texts.
    private static let costOfWords = 5

    func checkCost() throws {
        var texts = 0
        var headers = 0
        count(&texts, &headers)
        if texts > Self.mostTexts || headers > Self.mostHeaderTexts { throw Refused.no(.limit, "too many texts to look for") }
    }

    private func count(_ texts: inout Int, _ headers: inout Int) {
        switch self {
        case .body, .text: texts += 1
        case .header, .envelope: headers += 1
        case .not(let key): key.count(&texts, &headers)
        case .fuzzy(let key, _): for _ in 0..<Self.costOfWords { key.count(&texts, &headers) }
        case .or(let left, let right):
            left.count(&texts, &headers)
            right.count(&texts, &headers)
        case .and(let keys): for key in keys { key.count(&texts, &headers) }
        default: break
        }
    }

    /// RFC 9051 §6.4.4: without regard to case; here of all scripts (RFC 5051).
    static func folded(_ text: [UInt8]) -> [UInt8] { MessageTexts.folded(text) }

    /// What the index must tell of a message that this finds; nil where it cannot. All texts of a message are one to it.
    var grams: GramCondition? {
        switch self {
        case .envelope(_, let text), .header(_, let text), .body(let text), .text(let text): .contains(text)
        case .fuzzy(let key, let words): .any(of: [key.grams, words.condition])
        case .or(let left, let right): .any(of: [left.grams, right.grams])
        case .and(let keys): .all(of: keys.map(\.grams))
        default: nil
        }
    }

    /// Of several keys of which all must be, those that the snapshot answers, and the rest.
    var parted: (cheap: [PreparedKey], rest: [PreparedKey]) {
        let keys: [PreparedKey] = if case .and(let keys) = self { keys } else { [self] }
        return (keys.filter { $0.cost == .snapshot }, keys.filter { $0.cost > .snapshot })
    }
}
