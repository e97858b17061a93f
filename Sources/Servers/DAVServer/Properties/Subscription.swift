import Bytes
import CivilTime
package import CollectionStore
import DAVGrammar
package import Database
import ForeignCalendars
import ICalendar
import XML

/// What Apple's clients brought for calendars that are copies of a foreign one: `CS:source`, read by DAVx⁵ too, and the rate at
/// which it is refreshed. On an ordinary calendar they are only kept.
extension PropertyTable {
    static let subscriptions: [LiveProperty] = [
        LiveProperty(
            name: .calendarServer(.source),
            resource: { tx, source, out in
                guard let url = try subscription(tx, source)?.url else { return false }
                out.open(.dav(.href))
                out.text(url)
                out.close(.dav(.href))
                return true
            },
            setting: .init(kinds: [.calendar], take: { tx, calendar, element, access, server in
                guard calendar.origin?.isSubscription == true else { return false }
                guard access.rights.isSuperset(of: .all) else {
                    throw Reply(.forbidden, condition: .dav(.cannotModifyProtectedProperty), "The source is its owner's.")
                }
                guard let url = element.flatMap(SubscriptionSource.url) else {
                    throw Reply(.forbidden, "A subscription keeps a source.")
                }
                do {
                    try Subscriptions.setURL(tx, of: calendar.id, to: url, now: server.clock())
                } catch let refusal as SubscriptionRefusal {
                    throw Reply(refusal)
                }
                return true
            })),
        LiveProperty(
            name: .appleICal(.refreshrate), resource: { _, _, _ in false },
            setting: .init(kinds: [.calendar], take: { tx, calendar, element, _, _ in
                if calendar.origin?.isSubscription == true {
                    try Subscriptions.setWishedInterval(
                        tx, of: calendar.id, to: element.flatMap(SubscriptionSource.interval))
                }
                return false
            })),
        LiveProperty(
            // How the last refresh ended, in words for people.
            name: Tegu.subscriptionStatus,
            resource: { tx, source, out in
                guard let subscription = try subscription(tx, source) else { return false }
                let time = subscription.lastAttempt.map { InternetDate.format(seconds: $0 / 1000) + " " } ?? ""
                out.text(time + (subscription.outcome ?? "not fetched yet"))
                return true
            }),
    ]

    private static func subscription(
        _ tx: borrowing ReadTransaction, _ source: ResourceSource
    ) throws -> Subscription? {
        // The URL mostly has a password in it: those with whom the calendar is shared are not told where it comes from.
        guard let calendar = source.collection, calendar.origin?.isSubscription == true,
            source.access.rights.isSuperset(of: .all) else { return nil }
        return try Subscriptions.find(tx, calendar.id)
    }
}

/// What a subscription is made with.
package enum SubscriptionDefaults {
    /// RFC 6638 §9.1: nobody is busy because of a foreign calendar, unless its owner wants it so.
    package static func set(_ tx: borrowing WriteTransaction, of calendar: Collection) throws {
        let name = XMLName.caldav(.scheduleCalendarTransp)
        var out = XMLWriter()
        out.openStandalone(name)
        out.empty(.caldav(.transparent))
        out.close(name)
        try DeadProperties.set(
            tx, of: calendar.id, nil, namespace: name.namespace, name: name.local, value: out.bytes)
    }
}

/// What is in the elements.
enum SubscriptionSource {
    /// The text of DAV:href in `CS:source`; some clients leave the href out.
    static func url(_ element: XMLElement) -> String? {
        let text = (element.firstChild(named: .dav(.href)) ?? element).trimmedText
        return text.isEmpty ? nil : String(utf8: text)
    }

    /// A duration of RFC 5545 §3.3.6, in milliseconds.
    static func interval(_ element: XMLElement) -> Milliseconds? {
        guard let duration = CivilDuration(Array(element.trimmedText)[...]), duration.nominalSeconds > 0 else { return nil }
        return duration.nominalSeconds * 1000
    }
}
