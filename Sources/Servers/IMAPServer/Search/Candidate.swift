import Bytes
import CollectionStore
import Database
import IMAPGrammar
import Mail
import MIME

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

    // MARK: Texts

    private func contains(_ header: Header, _ name: [UInt8], _ text: [UInt8]) -> Bool {
        for field in header.all(named: name) {
            // RFC 9051 §6.4.4: an empty text asks whether there is the field.
            if text.isEmpty || PreparedKey.folded(field.text).contains(bytes: text) { return true }
        }
        return false
    }
}
