/// The names of RFC 4791 and its companions. Append new ones where their RFC stands; nothing depends on the order.
@frozen package enum CalDAV: String, CaseIterable, Sendable {
    // RFC 4791 §5.2 and §6.2: properties
    case calendar
    case calendarDescription = "calendar-description"
    case calendarTimezone = "calendar-timezone"
    case supportedCalendarComponentSet = "supported-calendar-component-set"
    case supportedCalendarData = "supported-calendar-data"
    case maxResourceSize = "max-resource-size"
    case minDateTime = "min-date-time"
    case maxDateTime = "max-date-time"
    case maxInstances = "max-instances"
    case maxAttendeesPerInstance = "max-attendees-per-instance"
    case calendarHomeSet = "calendar-home-set"
    case supportedCollationSet = "supported-collation-set"
    case supportedCollation = "supported-collation"

    // RFC 4791 §9: bodies
    case mkcalendar, comp, allcomp, allprop, prop, expand, filter, timezone
    case mkcalendarResponse = "mkcalendar-response"
    case calendarQuery = "calendar-query"
    case calendarMultiget = "calendar-multiget"
    case freeBusyQuery = "free-busy-query"
    case calendarData = "calendar-data"
    case limitRecurrenceSet = "limit-recurrence-set"
    case limitFreebusySet = "limit-freebusy-set"
    case compFilter = "comp-filter"
    case propFilter = "prop-filter"
    case paramFilter = "param-filter"
    case isNotDefined = "is-not-defined"
    case textMatch = "text-match"
    case timeRange = "time-range"
    case readFreeBusy = "read-free-busy"

    // RFC 4791 §5.3 and §7: conditions
    case calendarCollectionLocationOk = "calendar-collection-location-ok"
    case validCalendarData = "valid-calendar-data"
    case validCalendarObjectResource = "valid-calendar-object-resource"
    case supportedCalendarComponent = "supported-calendar-component"
    case initializeCalendarCollection = "initialize-calendar-collection"
    case noUidConflict = "no-uid-conflict"
    case validFilter = "valid-filter"
    case supportedFilter = "supported-filter"

    // RFC 6638
    case opaque, transparent, response, recipient
    case scheduleInbox = "schedule-inbox"
    case scheduleOutbox = "schedule-outbox"
    case scheduleInboxURL = "schedule-inbox-URL"
    case scheduleOutboxURL = "schedule-outbox-URL"
    case calendarUserAddressSet = "calendar-user-address-set"
    case calendarUserType = "calendar-user-type"
    case scheduleCalendarTransp = "schedule-calendar-transp"
    case scheduleDefaultCalendarURL = "schedule-default-calendar-URL"
    case scheduleTag = "schedule-tag"
    case scheduleResponse = "schedule-response"
    case requestStatus = "request-status"
    case calendarFreeBusySet = "calendar-free-busy-set"

    // RFC 6638 §6: privileges
    case scheduleDeliver = "schedule-deliver"
    case scheduleDeliverInvite = "schedule-deliver-invite"
    case scheduleDeliverReply = "schedule-deliver-reply"
    case scheduleQueryFreebusy = "schedule-query-freebusy"
    case scheduleSend = "schedule-send"
    case scheduleSendInvite = "schedule-send-invite"
    case scheduleSendReply = "schedule-send-reply"
    case scheduleSendFreebusy = "schedule-send-freebusy"

    // RFC 6638: conditions
    case uniqueSchedulingObjectResource = "unique-scheduling-object-resource"
    case sameOrganizerInAllComponents = "same-organizer-in-all-components"
    case allowedOrganizerSchedulingObjectChange = "allowed-organizer-scheduling-object-change"
    case allowedAttendeeSchedulingObjectChange = "allowed-attendee-scheduling-object-change"
    case defaultCalendarNeeded = "default-calendar-needed"
    case validScheduleDefaultCalendarURL = "valid-schedule-default-calendar-URL"
    case validSchedulingMessage = "valid-scheduling-message"
    case validOrganizer = "valid-organizer"

    // RFC 7529, 7809, 7953, 8607
    case supportedRscale = "supported-rscale"
    case supportedRscaleSet = "supported-rscale-set"
    case timezoneServiceSet = "timezone-service-set"
    case calendarTimezoneId = "calendar-timezone-id"
    case timezoneId = "timezone-id"
    case validTimezone = "valid-timezone"
    case calendarAvailability = "calendar-availability"
    case managedAttachmentsServerURL = "managed-attachments-server-URL"
    case maxAttachmentSize = "max-attachment-size"
    case maxAttachmentsPerResource = "max-attachments-per-resource"
    case validAttachmentAdd = "valid-attachment-add"
    case validAttachmentUpdate = "valid-attachment-update"
    case validAttachmentRemove = "valid-attachment-remove"
    case validManagedId = "valid-managed-id"
    case validManagedIdParameter = "valid-managed-id-parameter"
    case validAction = "valid-action"
    case validRid = "valid-rid"

    // Apple's default alarms
    case defaultAlarmVeventDatetime = "default-alarm-vevent-datetime"
    case defaultAlarmVeventDate = "default-alarm-vevent-date"
    case defaultAlarmVtodoDatetime = "default-alarm-vtodo-datetime"
    case defaultAlarmVtodoDate = "default-alarm-vtodo-date"
    case supportedCalendarComponentSets = "supported-calendar-component-sets"
}
