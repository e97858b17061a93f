import CollectionStore
import XML

/// RFC 8607 §6.
extension PropertyTable {
    static let managedAttachments: [LiveProperty] = [
        LiveProperty(
            name: .caldav(.managedAttachmentsServerURL),
            resource: { _, source, _ in
                // RFC 8607 §6.1: without an href, clients take scheme and host from the home's own URL.
                source.collection?.kind == .calendarHome
            }),
        LiveProperty(
            name: .caldav(.maxAttachmentSize),
            resource: { _, source, out in
                guard hasAttachments(source) else { return false }
                out.text(decimal: source.exchange.server.configuration.maximumAttachmentSize)
                return true
            }),
        LiveProperty(
            name: .caldav(.maxAttachmentsPerResource),
            resource: { _, source, out in
                guard hasAttachments(source) else { return false }
                out.text(decimal: source.exchange.server.configuration.maximumAttachments)
                return true
            }),
    ]

    /// Whether a calendar's objects can have some, or those of a home's calendars.
    private static func hasAttachments(_ source: ResourceSource) -> Bool {
        source.collection?.kind == .calendar || source.collection?.kind == .calendarHome
    }
}
