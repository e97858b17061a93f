import Bytes
import CollectionStore
import Cryptography
import DAVServer
import Database
import ForeignCalendars
import HTTPClient
import Locks
import Logging

/// Fetches subscribed calendars when their time has come, few at a time. Of several nodes the one in charge does it, so that a source is
/// asked once.
struct SubscriptionService: Sendable {
    let installation: Installation
    let logger: Logger
    let clock: @Sendable () -> Milliseconds
    private let fetcher: HTTPFetcher
    private let refresh: CalendarRefresh

    /// How long after its time a calendar may wait.
    private static let pause = Duration.seconds(1)

    init(_ installation: Installation, logger: Logger, clock: @escaping @Sendable () -> Milliseconds) {
        self.installation = installation
        self.logger = logger
        self.clock = clock
        let settings = installation.settings.subscriptions
        var limits = FetchLimits()
        limits.bodyBytes = settings.size
        limits.totalTime = settings.time
        limits.connectTime = min(limits.connectTime, settings.time)
        fetcher = HTTPFetcher(
            userAgent: "Tegu/\(Version.number) (calendar subscriptions)",
            policy: AddressPolicy(allowed: settings.allowedNetworks), limits: limits,
            trust: ServerTrust(additionalFile: settings.certificates.isEmpty ? nil : settings.certificates))
        refresh = CalendarRefresh(
            database: installation.database, files: installation.files,
            schedule: RefreshSchedule(
                byDefault: settings.interval.milliseconds, shortest: settings.shortestInterval.milliseconds,
                longest: settings.longestInterval.milliseconds))
    }

    /// Until the task is cancelled; what is on its way then is given up.
    func run() async {
        let onTheWay = OnTheWay()
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                do {
                    for subscription in try next(besides: onTheWay.collections.withLock { $0 }) {
                        _ = onTheWay.collections.withLock { $0.insert(subscription.collection) }
                        group.addTask {
                            await renew(subscription)
                            _ = onTheWay.collections.withLock { $0.remove(subscription.collection) }
                        }
                    }
                } catch {
                    logger.error("subscriptions cannot be refreshed", metadata: ["failure": "\(error)"])
                }
                try? await Task.sleep(for: Self.pause)
            }
        }
    }

    /// As many of those that are due as can begin now. A source that is slow keeps only its own place.
    private func next(besides busy: Set<CollectionID>) throws -> ArraySlice<Subscription> {
        let free = installation.settings.subscriptions.parallel - busy.count
        if free <= 0 || !installation.database.isInCharge { return [] }
        // Those on their way are due until they are done.
        return try installation.database.read { tx in
            try Subscriptions.due(tx, now: clock(), limit: free + busy.count)
        }.filter { !busy.contains($0.collection) }.prefix(free)
    }

    private func renew(_ subscription: Subscription) async {
        do {
            let outcome = try await attempt(subscription)
            logger.info("subscription refreshed", metadata: metadata(subscription, outcome))
        } catch {
            // A server that stops has no word about the source.
            if Task.isCancelled { return }
            fail(subscription, error)
        }
    }

    private func attempt(_ subscription: Subscription) async throws -> String {
        let result = try await fetcher.fetch(FetchRequest(
            url: try HTTPURL(subscription.url), etag: subscription.etag, lastModified: subscription.lastModified,
            accept: "text/calendar, */*;q=0.1"))
        let maximumAge = result.maximumAge.map { Milliseconds(min($0, 1 << 31)) * 1000 }
        let now = clock()
        let hash = result.body.map { String(utf8: Hexadecimal.encode(SHA256.hash($0).prefix(16))) }
        guard let body = result.body, let hash, hash != subscription.contentHash else {
            try refresh.succeeded(
                subscription, with: nil, contentHash: subscription.contentHash, etag: result.etag,
                lastModified: result.lastModified, maximumAge: maximumAge, outcome: "not modified", now: now,
                jitter: .random(in: 0..<1))
            return "not modified"
        }
        let foreign = try ForeignCalendar(
            body, limits: ForeignCalendar.Limits(objectBytes: installation.settings.limits.calendarObject),
            timeZones: installation.timeZones)
        guard let changes = try refresh.apply(foreign, to: subscription, now: now) else { return "gone meanwhile" }
        try setTitle(foreign.title, of: subscription)
        var outcome = "\(foreign.objects.count) objects, \(changes.count) changed"
        if foreign.refusedCount > 0 { outcome += ", \(foreign.refusedCount) could not be taken" }
        try refresh.succeeded(
            subscription, with: foreign, contentHash: hash, etag: result.etag, lastModified: result.lastModified,
            maximumAge: maximumAge, outcome: outcome, now: now, jitter: .random(in: 0..<1))
        return outcome
    }

    /// A calendar that nobody gave a name gets the source's, once.
    private func setTitle(_ title: String?, of subscription: Subscription) throws {
        guard let title, subscription.lastSuccess == nil else { return }
        try installation.database.write { tx in
            guard let calendar = try Collections.find(tx.read, subscription.collection),
                try CollectionTitle.read(tx.read, of: calendar) == calendar.name
            else { return }
            try CollectionTitle.set(tx, of: calendar, to: String(title.prefix(200)))
            try Collections.propertiesChanged(tx, of: calendar, now: clock())
        }
    }

    private func fail(_ subscription: Subscription, _ error: any Error) {
        var retryAfter: Milliseconds?
        let outcome: String
        switch error {
        case let failure as FetchFailure:
            outcome = failure.sentence
            if case .status(_, let seconds?) = failure { retryAfter = Milliseconds(min(seconds, 1 << 31)) * 1000 }
        case let unusable as ForeignCalendar.Unusable: outcome = unusable.sentence
        case let refusal as StoreRefusal: outcome = CommandError.text(of: refusal)
        case let failure as Failure:
            logger.error("subscription failed", metadata: ["failure": "\(failure)"])
            outcome = "the server has a fault"
        default: outcome = "it cannot be read"
        }
        logger.notice("subscription not refreshed", metadata: metadata(subscription, outcome))
        do {
            try refresh.failed(
                subscription, outcome: outcome, retryAfter: retryAfter, now: clock(), jitter: .random(in: 0..<1))
        } catch {
            logger.error("subscription failed", metadata: ["failure": "\(error)"])
        }
    }

    /// Without the URL's path, which may be a secret.
    private func metadata(_ subscription: Subscription, _ outcome: String) -> Logger.Metadata {
        [
            "collection": "\(subscription.collection.rawValue)", "outcome": "\(outcome)",
            "source": "\((try? HTTPURL(subscription.url).origin) ?? "")",
        ]
    }
}

/// The calendars that are being fetched.
private final class OnTheWay: Sendable {
    let collections = Guarded<Set<CollectionID>>([])
}
