/// Where the components of a file stand, by UID.
struct CalendarFileIndex {
    /// One component of a group.
    struct Entry {
        var range: Range<Int>
        var lineNumber: Int
        /// In `calendars`.
        var calendar: Int
    }

    /// The components of one UID.
    struct Group {
        var uid: String
        var kind: CalendarComponentKind
        var lineNumber: Int
        var entries: [Entry]
    }

    /// One VCALENDAR without its objects.
    struct Calendar {
        /// VCALENDAR of version 1.0.
        var isVersion1 = false
        /// In `headers`.
        var header = 0
        /// TZID to place in `timeZones`.
        var timeZones: [String: Int] = [:]
    }

    var properties = CalendarProperties()
    var groups: [Group] = []
    var calendars: [Calendar] = []
    /// The lines of a VCALENDAR that go with each of its objects.
    var headers: [[UInt8]] = []
    var timeZones: [[UInt8]] = []
    var refusals: [CalendarSplitter.Refusal] = []
}
