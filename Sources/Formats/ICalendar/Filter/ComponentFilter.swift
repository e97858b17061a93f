package import ContentLines

/// A test on the components of one name that stand side by side (RFC 4791 §9.7.1). It holds where one of them passes all
/// that is asked.
package struct ComponentFilter: Hashable, Sendable {
    /// Compared without case.
    package var name: String
    /// The test holds where there is no such component; the rest is then empty.
    package var isNotDefined = false
    package var timeRange: InstantRange?
    package var properties: [CalendarPropertyFilter] = []
    package var components: [ComponentFilter] = []

    package init(name: String) { self.name = name }
}

/// A test on the properties of one name in one component (RFC 4791 §9.7.2). It holds where one of them passes all that
/// is asked.
package struct CalendarPropertyFilter: Hashable, Sendable {
    /// Compared without case.
    package var name: String
    /// The test holds where there is no such property; the rest is then empty.
    package var isNotDefined = false
    package var timeRange: InstantRange?
    package var text: TextMatch?
    package var parameters: [ParameterFilter] = []

    package init(name: String) { self.name = name }
}
