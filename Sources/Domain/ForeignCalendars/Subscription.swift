// ForeignCalendars: calendars that are copies of a foreign .ics. It owns the table `subscription`, what a foreign file means
// as calendar objects, when a source is asked again, and how a copy is brought up to date. It must never fetch anything,
// and knows nothing of a protocol.
//
// Invariants:
// - A refresh writes only what differs: an event that stayed as it was has no new ETag and no row in the change log.
// - A refresh that failed changes nothing in the calendar.
// - No event of a file is lost for want of an identity of its own.
//
// Start reading at ForeignCalendar.swift, then CalendarRefresh.swift and RefreshSchedule.swift.

import Bytes
package import CollectionStore
package import Database

/// A calendar that is a copy of a foreign one, and how its refreshing stands.
package struct Subscription: Sendable, Equatable {
    package var collection: CollectionID
    /// As it was given.
    package var url: String
    /// What its owner wants.
    package var wishedInterval: Milliseconds?
    /// What the source says of itself.
    package var sourceInterval: Milliseconds?
    /// Of the content that was taken last, as they came.
    package var etag: String?
    package var lastModified: String?
    package var contentHash: String?
    package var nextRefresh: Milliseconds
    package var lastAttempt: Milliseconds?
    package var lastSuccess: Milliseconds?
    /// Since the last success.
    package var failureCount: Int
    /// Of the last attempt, in words; nil: there was none yet.
    package var outcome: String?
}

/// Why there cannot be such a subscription.
package enum SubscriptionRefusal: Error, Equatable, Sendable {
    /// It is no URL to fetch from.
    case invalidURL(expected: String)
    case tooMany(limit: Int)
}

/// Finds, makes and changes subscriptions.
package enum Subscriptions {
    /// In one home.
    package static let maximumCount = 200

    // MARK: Finding

    package static func find(_ tx: borrowing ReadTransaction, _ collection: CollectionID) throws -> Subscription? {
        try tx.first(
            """
            SELECT collection_id, url, wished_interval, source_interval, etag, last_modified, content_hash, next_refresh,
                last_attempt, last_success, failure_count, outcome
            FROM subscription WHERE collection_id = $1
            """, [.integer(collection.rawValue)], row: read)
    }

    /// Those whose time has come, the longest waiting first. One whose calendar is in the trash rests.
    package static func due(_ tx: borrowing ReadTransaction, now: Milliseconds, limit: Int) throws -> [Subscription] {
        try tx.all(
            """
            SELECT s.collection_id, s.url, s.wished_interval, s.source_interval, s.etag, s.last_modified, s.content_hash,
                s.next_refresh, s.last_attempt, s.last_success, s.failure_count, s.outcome
            FROM subscription s JOIN collection c ON c.id = s.collection_id
            WHERE s.next_refresh <= $1 AND c.trashed IS NULL ORDER BY s.next_refresh LIMIT $2
            """, [.integer(now), .integer(Int64(limit))], row: read)
    }

    private static func read(_ row: borrowing Row) -> Subscription {
        Subscription(
            collection: CollectionID(rawValue: row.integer(0)), url: row.text(1),
            wishedInterval: row.optionalInteger(2), sourceInterval: row.optionalInteger(3), etag: row.optionalText(4),
            lastModified: row.optionalText(5), contentHash: row.optionalText(6), nextRefresh: row.integer(7),
            lastAttempt: row.optionalInteger(8), lastSuccess: row.optionalInteger(9),
            failureCount: Int(clamping: row.integer(10)), outcome: row.optionalText(11))
    }

    // MARK: Changing

    /// Makes an empty calendar in `home` that is filled when its source has been fetched. Throws `SubscriptionRefusal`
    /// and what `Collections.make` throws. `isDeclared`: whoever makes it looks for the type `CS:subscribed`.
    package static func make(
        _ tx: borrowing WriteTransaction, in home: Collection, name: String, url: String,
        wishedInterval: Milliseconds? = nil, isDeclared: Bool = false, now: Milliseconds
    ) throws -> Collection {
        try check(url)
        let count = try tx.read.first(
            """
            SELECT COUNT(*) FROM collection c JOIN subscription s ON s.collection_id = c.id
            WHERE c.parent_id = $1 AND c.trashed IS NULL
            """, [.integer(home.id.rawValue)]) { $0.integer(0) }
        if count ?? 0 >= Int64(maximumCount) { throw SubscriptionRefusal.tooMany(limit: maximumCount) }
        let made = try Collections.make(
            tx, in: home, name: name, kind: .calendar, origin: isDeclared ? .subscribed : .subscription, now: now)
        try tx.execute(
            "INSERT INTO subscription (collection_id, url, wished_interval, next_refresh) VALUES ($1, $2, $3, $4)",
            [.integer(made.id.rawValue), .text(url), Value(wishedInterval), .integer(now)])
        return made
    }

    /// Another source: it is fetched at once, whatever is known of the one before.
    package static func setURL(
        _ tx: borrowing WriteTransaction, of collection: CollectionID, to url: String, now: Milliseconds
    ) throws {
        try check(url)
        try tx.execute(
            """
            UPDATE subscription SET url = $2, source_interval = NULL, etag = NULL, last_modified = NULL,
                content_hash = NULL, failure_count = 0, next_refresh = $3
            WHERE collection_id = $1 AND url <> $2
            """, [.integer(collection.rawValue), .text(url), .integer(now)])
    }

    /// How often its owner wants it to be fetched; nil: as often as the source says.
    package static func setWishedInterval(
        _ tx: borrowing WriteTransaction, of collection: CollectionID, to interval: Milliseconds?
    ) throws {
        try tx.execute(
            "UPDATE subscription SET wished_interval = $2 WHERE collection_id = $1",
            [.integer(collection.rawValue), Value(interval)])
    }

    /// Makes it due.
    package static func refreshSoon(
        _ tx: borrowing WriteTransaction, _ collection: CollectionID, now: Milliseconds
    ) throws {
        try tx.execute(
            "UPDATE subscription SET next_refresh = $2 WHERE collection_id = $1",
            [.integer(collection.rawValue), .integer(now)])
    }

    /// What an attempt came to, where the source is still the same and nobody has made another one meanwhile.
    ///
    /// - Parameter before: the last attempt when this one began.
    static func record(_ tx: borrowing WriteTransaction, _ state: Subscription, after before: Milliseconds?) throws {
        try tx.execute(
            """
            UPDATE subscription SET source_interval = $3, etag = $4, last_modified = $5, content_hash = $6,
                next_refresh = $7, last_attempt = $8, last_success = $9, failure_count = $10, outcome = $11
            WHERE collection_id = $1 AND url = $2 AND COALESCE(last_attempt, -1) = $12
            """,
            [
                .integer(state.collection.rawValue), .text(state.url), Value(state.sourceInterval), Value(state.etag),
                Value(state.lastModified), Value(state.contentHash), .integer(state.nextRefresh),
                Value(state.lastAttempt), Value(state.lastSuccess), .integer(Int64(state.failureCount)),
                Value(state.outcome), .integer(before ?? -1),
            ])
    }

    private static func check(_ url: String) throws(SubscriptionRefusal) {
        do {
            _ = try HTTPURL(url)
        } catch {
            throw .invalidURL(expected: error.expected)
        }
    }
}
