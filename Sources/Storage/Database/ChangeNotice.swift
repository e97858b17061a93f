/// What a commit changed, in a few numbers, for other processes that keep something of it in memory. It only wakes: what is true is
/// read from the database, and one that is lost is made up for by whoever looks from time to time.
package struct ChangeNotice: Sendable, Equatable {
    /// What it is about. The domain names its topics; no two have the same letter.
    package struct Topic: Hashable, Sendable {
        package let letter: UInt8

        /// - Parameter letter: in ASCII.
        package init(letter: UInt8) { self.letter = letter }
    }

    package var topic: Topic
    package var id: Int64
    /// Whose it is, where the topic has owners.
    package var owner: Int64
    /// What it has come to by this change, where the topic counts.
    package var position: Int64

    package init(_ topic: Topic, id: Int64, owner: Int64 = 0, position: Int64 = 0) {
        self.topic = topic
        self.id = id
        self.owner = owner
        self.position = position
    }
}

/// What other processes have told.
package enum ChangesElsewhere: Sendable, Equatable {
    case notices([ChangeNotice])
    /// Some may have been missed, or were too many to tell: anything may have changed.
    case unknown
}
