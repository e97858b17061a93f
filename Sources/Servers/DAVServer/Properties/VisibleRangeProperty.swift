import Bytes
import CollectionStore
import XML

/// How far into the past and the future a calendar shows its members: `visible-range`, with `past-days` and `future-days` in it. Without
/// one of the two, that side has no bound; without the property, neither has.
extension PropertyTable {
    static let visibleRange: [LiveProperty] = [
        LiveProperty(
            name: Tegu.visibleRange,
            resource: { _, source, out in
                guard let range = source.collection?.visibleRange else { return false }
                for (name, days) in [(Tegu.pastDays, range.pastDays), (Tegu.futureDays, range.futureDays)] {
                    guard let days else { continue }
                    out.open(name)
                    out.text(decimal: days)
                    out.close(name)
                }
                return true
            },
            setting: .init(kinds: [.calendar], take: { tx, calendar, element, _, _ in
                try VisibleRange.set(tx, of: calendar, to: try element.flatMap { try range(in: $0) })
                return true
            }))
    ]

    /// Nil where nothing is bounded. Throws `Reply` for what is no number of days.
    private static func range(in element: XMLElement) throws -> VisibleRange? {
        VisibleRange(pastDays: try days(in: element, Tegu.pastDays), futureDays: try days(in: element, Tegu.futureDays))
    }

    private static func days(in element: XMLElement, _ name: XMLName) throws -> Int? {
        guard let child = element.firstChild(named: name) else { return nil }
        guard let days = child.trimmedText.decimalValue, days <= VisibleRange.maximumDays else {
            // RFC 4918 §9.2.1: a value that is not appropriate for the property.
            throw Reply(.conflict, "A number of days is from 0 to \(VisibleRange.maximumDays).")
        }
        return days
    }
}
