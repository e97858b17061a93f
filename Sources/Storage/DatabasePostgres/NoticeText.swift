import Bytes
import Database

/// The text of a NOTIFY: who sends it, and its notices. `5f3e...;m12,3,45;p7,0,0`
enum NoticeText {
    /// PostgreSQL takes less than 8,000 bytes.
    static let longest = 7_500
    /// In the place of notices that are too many to tell.
    private static let everything = "*"

    /// Nil: anything may have changed.
    static func texts(of notices: [ChangeNotice]?, from sender: String) -> [String] {
        guard let notices else { return ["\(sender);\(everything)"] }
        var texts: [String] = []
        var text = sender
        for notice in notices {
            let part = ";\(Character(Unicode.Scalar(notice.topic.letter)))\(notice.id),\(notice.owner),\(notice.position)"
            if text.utf8.count + part.utf8.count > longest {
                texts.append(text)
                text = sender
            }
            text += part
        }
        if text.utf8.count > sender.utf8.count { texts.append(text) }
        return texts
    }

    /// Nil where it is the receiver's own. What is not understood may be a later program's: then anything may have changed.
    static func changes(in text: String, for receiver: String) -> ChangesElsewhere? {
        let parts = text.utf8.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
        guard let sender = parts.first else { return .unknown }
        if sender.elementsEqual(receiver.utf8) { return nil }
        var notices: [ChangeNotice] = []
        for part in parts.dropFirst() {
            guard let letter = part.first, letter.isASCIILetter else { return .unknown }
            let numbers = part.dropFirst().split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
                .map { Int64(String(decoding: $0, as: UTF8.self)) }
            guard numbers.count == 3, let id = numbers[0], let owner = numbers[1], let position = numbers[2] else {
                return .unknown
            }
            notices.append(ChangeNotice(ChangeNotice.Topic(letter: letter), id: id, owner: owner, position: position))
        }
        return .notices(notices)
    }
}

/// What is to be told, each thing once, by its latest notice.
struct PendingNotices: Sendable {
    private struct Key: Hashable, Sendable {
        var topic: ChangeNotice.Topic
        var id: Int64
    }

    /// More than so many are told as “anything”.
    static let limit = 10_000

    private var order: [Key] = []
    private var latest: [Key: ChangeNotice] = [:]
    private var isTooMany = false

    var isEmpty: Bool { order.isEmpty && !isTooMany }

    /// Those that are too many count as one more than may be.
    var count: Int { isTooMany ? Self.limit + 1 : order.count }

    mutating func add(_ notices: [ChangeNotice]) {
        for notice in notices where !isTooMany {
            let key = Key(topic: notice.topic, id: notice.id)
            if let known = latest[key] {
                // Commits may be told in another order than they were made in.
                if notice.position >= known.position { latest[key] = notice }
                continue
            }
            latest[key] = notice
            order.append(key)
            if order.count > Self.limit { setTooMany() }
        }
    }

    /// Nobody knows any more which.
    mutating func setTooMany() {
        self = PendingNotices()
        isTooMany = true
    }

    /// Nil: too many.
    mutating func take() -> [ChangeNotice]? {
        defer { self = PendingNotices() }
        return isTooMany ? nil : order.compactMap { latest[$0] }
    }
}
