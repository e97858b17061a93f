import Bytes
import CollectionStore
import Database
import IMAPGrammar
import Mail
import MIME
import Stemming

/// A message that a search asks about; what is read of it is read once.
struct Candidate {
    let index: Int
    let snapshot: MailboxSnapshot
    let store: MailStore
    /// Nil where the snapshot is enough.
    let row: StoredMessage?
    private var texts: MessageTexts?

    init(index: Int, snapshot: MailboxSnapshot, store: MailStore, row: StoredMessage?) {
        (self.index, self.snapshot, self.store, self.row) = (index, snapshot, store, row)
        texts = row.map { MessageTexts($0, in: store) }
    }

    mutating func matches(_ key: PreparedKey, _ tx: borrowing ReadTransaction) throws -> Bool {
        switch key {
        case .not(let key): return try !matches(key, tx)
        case .or(let left, let right):
            if try matches(left, tx) { return true }
            return try matches(right, tx)
        case .and(let keys):
            for key in keys where try !matches(key, tx) { return false }
            return true
        case .envelope(let name, let text):
            guard let row else { return false }
            return contains(row.envelope ?? row.message.header, name, text)
        case .header(let name, let text): return try (texts?.header(tx)).map { contains($0, name, text) } ?? false
        case .body(let text): return try texts?.body(tx).contains(bytes: text) ?? false
        case .text(let text):
            if try texts?.headerText(tx).contains(bytes: text) ?? false { return true }
            return try texts?.body(tx).contains(bytes: text) ?? false
        case .fuzzy(let exact, let words):
            if try matches(exact, tx) { return true }
            return try has(words, exact, tx)
        default: return Self.matches(key, snapshot, index) ?? row.map { Self.matches(key, $0) } ?? false
        }
    }

    /// Nil where the snapshot does not know.
    static func matches(_ key: PreparedKey, _ snapshot: MailboxSnapshot, _ index: Int) -> Bool? {
        switch key {
        case .all: true
        case .none: false
        case .system(let flag): snapshot.flags(at: index).contains(flag)
        case .keyword(let number): snapshot.flags(at: index).hasKeyword(number)
        case .uids(let set): set.contains(snapshot.uid(at: index))
        case .modSeq(let modSeq): snapshot.modseq(at: index) >= modSeq
        case .not(let key): matches(key, snapshot, index).map { !$0 }
        case .or(let left, let right):
            if let left = matches(left, snapshot, index), let right = matches(right, snapshot, index) { left || right } else { nil }
        case .and(let keys): matchesAll(keys, snapshot, index)
        default: nil
        }
    }

    private static func matchesAll(_ keys: [PreparedKey], _ snapshot: MailboxSnapshot, _ index: Int) -> Bool? {
        for key in keys {
            guard let isMatch = matches(key, snapshot, index) else { return nil }
            if !isMatch { return false }
        }
        return true
    }

    private static func matches(_ key: PreparedKey, _ row: StoredMessage) -> Bool {
        switch key {
        case .date(let field, let relation, let day): dayNumber(of: field, row).map { compare($0, relation, day) } ?? false
        case .notAfter(let seconds): row.internalDate.seconds <= seconds
        case .notBefore(let seconds): row.internalDate.seconds >= seconds
        case .larger(let size): row.size > size
        case .smaller(let size): row.size < size
        case .emailID(let id): row.emailID.utf8.elementsEqual(id)
        case .threadID(let id): row.thread.objectID.utf8.elementsEqual(id)
        default: false
        }
    }

    /// RFC 9051 §6.4.4: "disregarding time and timezone": the day where it was told.
    private static func dayNumber(of field: SearchKey.DateField, _ row: StoredMessage) -> Int? {
        switch field {
        case .internalDate:
            let (wall, overflow) = row.internalDate.seconds.addingReportingOverflow(Int64(row.internalDate.zoneMinutes) * 60)
            return overflow ? nil : day(wall)
        case .sent: return row.keys?.sentDay.map { Int(clamping: $0) }
        case .saved: return day(row.saved / 1000)
        }
    }

    private static func day(_ seconds: Int64) -> Int {
        let (days, rest) = seconds.quotientAndRemainder(dividingBy: 86400)
        return Int(rest < 0 ? days - 1 : days)
    }

    private static func compare(_ day: Int, _ relation: SearchKey.DateRelation, _ wanted: Int) -> Bool {
        switch relation {
        case .before: day < wanted
        case .on: day == wanted
        case .since: day >= wanted
        }
    }

    // MARK: Words

    /// Whether all words are in the texts that the key is about. Several fields of a name are a text each.
    private mutating func has(_ words: WordQuery, _ key: PreparedKey, _ tx: borrowing ReadTransaction) throws -> Bool {
        try forEachText(of: key, tx) { words.counts(in: $0).allSatisfy { $0 > 0 } }
    }

    /// Calls `body` with each folded text that the key is about until it returns true, and tells whether it did. Of TEXT both parts are one.
    private mutating func forEachText(
        of key: PreparedKey, _ tx: borrowing ReadTransaction, _ body: ([UInt8]) throws -> Bool
    ) throws -> Bool {
        switch key {
        case .envelope(let name, _):
            guard let row else { return false }
            return try (row.envelope ?? row.message.header).all(named: name).contains { try body(PreparedKey.folded($0.text)) }
        case .header(let name, _):
            return try texts?.header(tx).all(named: name).contains { try body(PreparedKey.folded($0.text)) } ?? false
        case .body:
            let text = try texts?.body(tx) ?? []
            return try body(text)
        case .text:
            let header = try texts?.headerText(tx) ?? []
            let text = try texts?.body(tx) ?? []
            return try body(header + [0x0A] + text)
        default: return false
        }
    }

    // MARK: Relevancy

    /// Above this it does not count how often a word is there.
    private static let mostOccurrences = 16

    /// RFC 6203 §4: how relevant it is to the texts that are looked for with FUZZY, of a message that matches; 0 where nothing was looked for so.
    ///
    /// What has the text as it was asked for counts more than what has its words, a subject more than other fields and these more than a body,
    /// and often more than once.
    mutating func relevancy(_ key: PreparedKey, _ tx: borrowing ReadTransaction) throws -> Double {
        switch key {
        case .fuzzy(let exact, let words):
            var most = 0
            _ = try forEachText(of: exact, tx) { text in
                most = max(most, words.counts(in: text, upTo: Self.mostOccurrences).min() ?? 0)
                return false
            }
            let isExact = try matches(exact, tx)
            guard isExact || most > 0 else { return 0 }
            let frequency = 1 - 1 / Double(1 + max(most, 1))
            return try place(of: exact, words, tx) * (isExact ? 1 : 0.6) * frequency
        case .or(let left, let right): return max(try relevancy(left, tx), try relevancy(right, tx))
        case .and(let keys):
            var sum = 0.0
            for key in keys { sum += try relevancy(key, tx) }
            return sum
        default: return 0
        }
    }

    private func place(of key: PreparedKey, _ words: WordQuery, _ tx: borrowing ReadTransaction) throws -> Double {
        switch key {
        case .envelope(let name, _): return name.elementsEqual("subject".utf8) ? 1 : 0.8
        case .header: return 0.8
        case .text:
            // Of a text that may be anywhere, a subject that has it tells the most.
            let subjects = row.map { ($0.envelope ?? $0.message.header).all(named: [UInt8]("subject".utf8)) } ?? []
            return subjects.contains { words.counts(in: PreparedKey.folded($0.text)).allSatisfy { $0 > 0 } } ? 1 : 0.5
        default: return 0.5
        }
    }

    // MARK: Texts

    private func contains(_ header: Header, _ name: [UInt8], _ text: [UInt8]) -> Bool {
        for field in header.all(named: name) {
            // RFC 9051 §6.4.4: an empty text asks whether there is the field.
            if text.isEmpty || PreparedKey.folded(field.text).contains(bytes: text) { return true }
            if let addresses = field.plainAddresses, PreparedKey.folded(addresses).contains(bytes: text) { return true }
        }
        return false
    }
}
