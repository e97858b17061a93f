/// The names that Apple's server brought and clients still ask for. Append new ones where their RFC stands; nothing depends on the order.
@frozen package enum CalendarServer: String, CaseIterable, Sendable {
    case getctag
    case calendarProxyRead = "calendar-proxy-read"
    case calendarProxyWrite = "calendar-proxy-write"
    case calendarProxyReadFor = "calendar-proxy-read-for"
    case calendarProxyWriteFor = "calendar-proxy-write-for"
    case calendarserverPrincipalSearch = "calendarserver-principal-search"
    case searchToken = "search-token"
    case emailAddressSet = "email-address-set"
    case emailAddress = "email-address"
    case firstName = "first-name"
    case lastName = "last-name"
    case recordType = "record-type"

    // Sharing and notifications
    case invite, share, shared, sharer, notification, notifications, notificationtype
    case set, remove, user, uid, access, read, summary, organizer, dtstamp, hosturl
    case inviteNotification = "invite-notification"
    case inviteReply = "invite-reply"
    case inviteNoresponse = "invite-noresponse"
    case inviteAccepted = "invite-accepted"
    case inviteDeclined = "invite-declined"
    case inviteDeleted = "invite-deleted"
    case inReplyTo = "in-reply-to"
    case commonName = "common-name"
    case readWrite = "read-write"
    case sharedAs = "shared-as"
    case sharedURL = "shared-url"
    case validRequest = "valid-request"
    case invalidShare = "invalid-share"
    case sharedOwner = "shared-owner"
    case allowedSharingModes = "allowed-sharing-modes"
    case canBeShared = "can-be-shared"
    case canBePublished = "can-be-published"
    case publishUrl = "publish-url"
    case prePublishUrl = "pre-publish-url"
    case notificationURL = "notification-URL"
    case dropboxHomeURL = "dropbox-home-URL"

    // Subscriptions
    case source, subscribed
    case subscribedStripAlarms = "subscribed-strip-alarms"
    case subscribedStripAttachments = "subscribed-strip-attachments"
    case subscribedStripTodos = "subscribed-strip-todos"

    // Others that Apple's clients ask for
    case pushkey
    case pushTransports = "push-transports"
    case meCard = "me-card"
    case xmppServer = "xmpp-server"
    case xmppURI = "xmpp-uri"
    case xmppHeartbeatURI = "xmpp-heartbeat-uri"
    case calendarAvailability = "calendar-availability"
    case expandedGroupMemberSet = "expanded-group-member-set"
    case expandedGroupMembership = "expanded-group-membership"
}
