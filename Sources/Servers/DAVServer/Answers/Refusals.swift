import Calendars
import CollectionStore
import Contacts
import DAVGrammar
import Database
import ForeignCalendars
import HTTPServer
import ICalendar
import XML

// The one place where the domain's refusals and our faults become answers. A new case does not compile until it has one here.

extension Reply {
    /// For a refusal of the store, about something in `collection` whose URL is `href`.
    init(_ refusal: StoreRefusal, in kind: CollectionKind?, at parent: Href) {
        switch refusal {
        case .quotaExceeded:
            self.init(.insufficientStorage, condition: .dav(.quotaNotExceeded), "There is no room left in the quota.")
        case .uidConflict(let name):
            // RFC 4791 §5.3.2.1, RFC 6352 §6.3.2.1: with the href of the other object.
            self.init(.forbidden, condition: kind == .book ? .carddav(.noUidConflict) : .caldav(.noUidConflict),
                      hrefs: [parent.member(name)], "Another object here has this UID.")
        case .uidChanged:
            self.init(.forbidden, condition: kind == .book ? .carddav(.noUidConflict) : .caldav(.noUidConflict),
                      "An object keeps its UID.")
        case .nameTaken: self.init(.methodNotAllowed, "There is something under this name.")
        case .kindNotAllowed:
            switch kind {
            case .calendar:
                self.init(.forbidden, condition: .caldav(.calendarCollectionLocationOk), "A calendar may not be here.")
            case .book:
                self.init(.forbidden, condition: .carddav(.addressbookCollectionLocationOk), "An address book may not be here.")
            default: self.init(.forbidden, "A collection of this kind may not be here.")
            }
        case .intoItself: self.init(.forbidden, "A collection cannot be put into itself.")
        case .notFound: self.init(.notFound)
        case .invalidName: self.init(.forbidden, "A name has 1 to 255 bytes and no control characters.")
        case .readOnly: self.init(needs: .dav(.writeContent), at: parent)
        case .tooManyGrants:
            self.init(.forbidden, condition: .dav(.limitedNumberOfAces), "A collection has at most \(Grants.maximumPerCollection) grants.")
        // RFC 3744 §8.1.1
        case .otherStorage:
            self.init(
                .forbidden, condition: .dav(.allowedPrincipal),
                "Somebody of these is in another storage of this server, where this cannot be shared.")
        case .cannotBeGranted: self.init(.forbidden, condition: .dav(.noProtectedAceConflict), "The owner may do everything already.")
        case .tooDeep: self.init(.forbidden, "There are too many collections in each other.")
        }
    }

    init(_ refusal: CalendarRefusal) {
        switch refusal {
        case .notCalendarData(let reason): self.init(.forbidden, condition: .caldav(.validCalendarData), reason)
        case .notObjectResource(let reason): self.init(.forbidden, condition: .caldav(.validCalendarObjectResource), reason)
        case .unsupportedData(let reason): self.init(.forbidden, condition: .caldav(.supportedCalendarData), reason)
        case .unsupportedComponent(let name):
            self.init(.forbidden, condition: .caldav(.supportedCalendarComponent), "This calendar takes no \(name).")
        case .unsupportedScale(let name):
            self.init(.forbidden, condition: .caldav(.supportedRscale), "Rules by the calendar \(name) are not evaluated.")
        case .tooLarge(let limit):
            self.init(.forbidden, condition: .caldav(.maxResourceSize), "An object may have up to \(limit) bytes.")
        case .tooManyAlarms(let limit):
            self.init(.forbidden, condition: .caldav(.maxResourceSize), "Your alarms on an object may have up to \(limit) bytes.")
        case .tooManyAttendees(let limit):
            self.init(.forbidden, condition: .caldav(.maxAttendeesPerInstance), "An instance may have up to \(limit) attendees.")
        }
    }

    /// RFC 8607 §3.11.
    init(_ refusal: AttachmentEdit.Refusal) {
        switch refusal {
        case .noInstance: self.init(.forbidden, condition: .caldav(.validRid), "The object has no such instance.")
        case .noAttachment:
            self.init(.forbidden, condition: .caldav(.validManagedId), "There is no such attachment in what is meant.")
        case .tooLarge: self.init(.forbidden, condition: .caldav(.maxResourceSize), "The object would be too large.")
        case .tooManySteps:
            self.init(.forbidden, condition: .caldav(.validRid), "It takes too long to find the instance.")
        }
    }

    init(_ refusal: SubscriptionRefusal) {
        switch refusal {
        case .invalidURL(let expected): self.init(.forbidden, "CS:source: expected \(expected).")
        case .tooMany(let limit): self.init(.forbidden, "There may be \(limit) subscriptions.")
        }
    }

    /// RFC 3744 §7.1.1: which privilege is missing, and on what.
    init(needs privilege: XMLName, at href: Href) {
        self.init(.forbidden, condition: .dav(.needPrivileges), hrefs: [href], "The privilege \(privilege.local) is needed.")
        missingPrivilege = privilege
    }

    init(_ refusal: CardRefusal) {
        switch refusal {
        case .notAddressData(let reason): self.init(.forbidden, condition: .carddav(.validAddressData), reason)
        case .unsupportedData(let reason): self.init(.forbidden, condition: .carddav(.supportedAddressData), reason)
        case .tooLarge(let limit):
            self.init(.forbidden, condition: .carddav(.maxResourceSize), "A card may have up to \(limit) bytes.")
        }
    }

    init(_ failure: Failure) {
        switch failure.code {
        case .storageFull:
            self.init(.insufficientStorage, condition: .dav(.sufficientDiskSpace), "The server has no room left.")
        case .unavailable:
            self.init(.serviceUnavailable, "The server cannot answer now.", headers: [("Retry-After", "5")])
        case .sealed: self.init(.serviceUnavailable, "It is being moved, and cannot be changed for some seconds.", headers: [("Retry-After", "1")])
        case .damaged, .constraint, .serverBug: self.init(.internalServerError, "Something went wrong in the server.")
        }
    }

    init(_ error: RequestBodyError) {
        switch error {
        case .notXML(let reason): self.init(.badRequest, reason)
        case .notUnderstood(let reason): self.init(.unprocessableContent, reason)
        case .refused(let condition, let reason): self.init(.forbidden, condition: condition, reason)
        }
    }
}
