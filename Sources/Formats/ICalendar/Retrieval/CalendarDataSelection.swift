/// Which part of a calendar object a report asks for (RFC 4791 §9.6).
package struct CalendarDataSelection: Hashable, Sendable {
    /// How recurring components are given.
    package enum Recurrence: Hashable, Sendable {
        /// As they are stored.
        case stored
        /// RFC 4791 §9.6.5: each instance in the range by itself, in UTC.
        case expanded(InstantRange)
        /// RFC 4791 §9.6.6: the master, and the overrides that the range is about.
        case limited(InstantRange)
    }

    /// RFC 4791 §9.6.1: the outermost component with what is asked of it; nil for everything.
    package var component: ComponentSelection?
    package var recurrence: Recurrence = .stored
    /// RFC 4791 §9.6.7: only FREEBUSY values that overlap it; nil for all.
    package var freeBusyRange: InstantRange?

    package init() {}
    /// Whether the object is asked for as it is stored.
    package var isWhole: Bool { component == nil && recurrence == .stored && freeBusyRange == nil }
}

/// RFC 4791 §9.6.1: what is asked of the components of one name.
package struct ComponentSelection: Hashable, Sendable {
    /// RFC 4791 §9.6.4
    package struct Property: Hashable, Sendable {
        /// Compared without case.
        package var name: String
        /// `novalue`: name and parameters, but nothing after the colon.
        package var isValueOmitted: Bool

        package init(name: String, isValueOmitted: Bool = false) {
            self.name = name
            self.isValueOmitted = isValueOmitted
        }
    }

    /// Compared without case.
    package var name: String
    /// Nil: all of them (RFC 4791 §9.6.3); empty: none.
    package var properties: [Property]?
    /// Nil: all of them, whole (RFC 4791 §9.6.2); empty: none.
    package var components: [ComponentSelection]?

    package init(name: String, properties: [Property]? = nil, components: [ComponentSelection]? = nil) {
        self.name = name
        self.properties = properties
        self.components = components
    }
}
