import CollectionStore
import Directory
import XML

/// What Apple's server brought and other clients took over (calendarserver-ctag, -sharing; the properties of iCal).
extension PropertyTable {
    static let calendarServer: [LiveProperty] = subscriptions + [
        LiveProperty(
            name: .calendarServer(.emailAddressSet),
            resource: { _, source, out in
                guard let principal = source.principal else { return false }
                for address in principal.addresses {
                    out.open(.calendarServer(.emailAddress))
                    out.text(address)
                    out.close(.calendarServer(.emailAddress))
                }
                return true
            }),
        kept(.calendarServer(.meCard), on: [.book, .bookHome]),
        LiveProperty(
            name: .calendarServer(.calendarAvailability),
            resource: { _, _, _ in false },
            setting: .init(kinds: [.calendarHome], replaces: .caldav(.calendarAvailability))),
    ]

    static let appleICal: [LiveProperty] = [
        kept(.appleICal(.calendarColor), on: [.calendar, .book, .folder]),
        kept(.appleICal(.calendarOrder), on: [.calendar, .book]),
        kept(.appleICal(.calendarEnabled), on: [.calendar, .book]),
    ]
}
