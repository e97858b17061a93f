import CollectionStore
import ContentLines
import ICalendar

/// What of a filter can be told without reading objects.
struct CalendarQueryPlan {
    let filter: ComponentFilter
    /// What the calendar shows of its series; nil: all.
    let window: InstantRange?
    /// The kind of component that an object must have, in lower case as members have it; nil: any.
    let component: String?
    /// What its times must overlap.
    let range: InstantRange?
    /// What an object must have somewhere in its text; nil: nothing that is known.
    let texts: SearchTextQuery.Needles?
    /// Whether nothing is asked but the component and the range.
    let isOnlyRange: Bool
    /// Whether every object is wanted.
    let isAll: Bool

    /// - Parameter window: what a calendar shows of its series; nil: all. An instance that it does not show matches no range.
    init(_ filter: ComponentFilter, shownIn window: InstantRange? = nil) {
        var filter = filter
        if let window {
            filter.timeRange = filter.timeRange?.clipped(to: window)
            for place in filter.components.indices {
                filter.components[place].timeRange = filter.components[place].timeRange?.clipped(to: window)
            }
        }
        self.filter = filter
        self.window = window
        // All components of an object but its time zones are of one kind (RFC 4791 §4.1).
        let main = filter.components.first { !$0.isNotDefined && CalendarComponentKind(named: $0.name) != nil }
        component = main?.name.lowercased()
        range = main?.timeRange ?? filter.timeRange
        texts = filter.requiredSubstrings.map { .init(clauses: $0.clauses) }
        let isAlone = filter.properties.isEmpty && filter.components.count == (main == nil ? 0 : 1)
        if let main {
            isOnlyRange = isAlone && filter.timeRange == nil && main.properties.isEmpty && main.components.isEmpty
        } else {
            isOnlyRange = isAlone
        }
        isAll = isOnlyRange && main == nil && range == nil
    }
}
