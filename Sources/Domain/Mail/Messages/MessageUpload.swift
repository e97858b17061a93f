package import CollectionStore
package import Database
package import MIME

/// Takes a message in as it comes, in pieces of any size: reads its structure, and keeps at most `MailLimits.heldSize` of it. It
/// never waits: what must go to the database is handed out, for a thread that may.
///
///     upload.feed(bytes)
///     if let part = upload.takeDue() { upload.staged(try database.write { tx in try store.stage(tx, part, now: now) }) }
///     let content = try upload.finish()
package struct MessageUpload: Sendable {
    /// Octets to be staged.
    package struct Part: Sendable {
        let content: ContentID?
        let firstNumber: Int
        let pieces: [[UInt8]]
    }
}

extension MessageUpload {
    init(limits: MailLimits, keepsOctets: Bool) {}

    package mutating func feed(_ bytes: UnsafeBufferPointer<UInt8>) {}

    package mutating func feed(_ bytes: some Collection<UInt8>) {}

    /// Octets so far, as they will be stored.
    package var size: Int { 0 }

    /// Whether it has become larger than a message may be: what comes from then on is dropped, and `finish` throws messageTooLarge.
    package var isTooLarge: Bool { false }

    /// What must be staged before more is fed. `all`: everything that is held, where several messages together are too much for memory.
    package mutating func takeDue(all: Bool = false) -> Part? { nil }

    package mutating func staged(_ content: ContentID) {}

    /// What to discard where the message is not wanted after all.
    package var stagedContent: ContentID? { nil }

    /// Throws `MailRefusal.messageTooLarge`.
    package consuming func finish() throws(MailRefusal) -> NewContent { throw .messageTooLarge }
}
