/// The names that Apple Calendar keeps on calendars. Append new ones where their RFC stands; nothing depends on the order.
@frozen package enum AppleICal: String, CaseIterable, Sendable {
    case refreshrate, autoprovisioned
    case calendarColor = "calendar-color"
    case calendarOrder = "calendar-order"
    case languageCode = "language-code"
    case locationCode = "location-code"
    case calendarEnabled = "calendar-enabled"
}
