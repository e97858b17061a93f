/// The latest snapshots of the mailboxes that are used.
final class SnapshotCache: Sendable {
    init(messages: Int) {}
}
