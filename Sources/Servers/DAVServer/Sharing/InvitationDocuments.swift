import CollectionStore
import DAVGrammar
import Database
import Directory
import XML

/// What a notification tells (calendarserver-sharing, CS:notificationtype). The names are stored; append new ones.
enum NotificationType: String, Sendable {
    case calendarInvitation = "calendar-invitation"
    case bookInvitation = "book-invitation"
    case reply = "invitation-reply"

    var element: XMLName {
        switch self {
        case .calendarInvitation, .bookInvitation: .calendarServer(.inviteNotification)
        case .reply: .calendarServer(.inviteReply)
        }
    }

    /// Apple's server says on the element what is shared.
    var attributes: [(String, String)] {
        switch self {
        case .calendarInvitation: [("shared-type", "calendar")]
        case .bookInvitation: [("shared-type", "addressbook")]
        case .reply: []
        }
    }
}

/// The XML of invitations and of answers to them (calendarserver-sharing).
struct InvitationDocuments {
    let collection: Collection
    /// Whose the collection is.
    let owner: Principal
    /// What its owner calls it, cut: each sharee's notification has it.
    let title: String
    let now: Milliseconds

    init(_ tx: borrowing ReadTransaction, of collection: Collection, owner: Principal, now: Milliseconds) throws {
        self.collection = collection
        self.owner = owner
        self.now = now
        let title = try CollectionTitle.read(tx, of: collection)
        // Four bytes at most each.
        self.title = String(String.UnicodeScalarView(title.unicodeScalars.prefix(Invitations.maximumTextLength / 4)))
    }

    enum Status {
        case unanswered, accepted, declined, deleted

        var element: XMLName {
            switch self {
            case .unanswered: .calendarServer(.inviteNoresponse)
            case .accepted: .calendarServer(.inviteAccepted)
            case .declined: .calendarServer(.inviteDeclined)
            case .deleted: .calendarServer(.inviteDeleted)
            }
        }

        init(_ status: Sharee.Status) {
            switch status {
            case .unanswered: self = .unanswered
            case .accepted: self = .accepted
            case .declined: self = .declined
            }
        }
    }

    /// In the owner's tree; a calendar or book stands in a home.
    static func hostURL(of collection: Collection, owner: Principal) -> Href {
        Href.home(collection.kind == .book ? .contacts : .calendars, of: owner).collection(collection.name)
    }

    /// CS:invite-notification: to the sharee.
    func invitation(
        _ invitation: Invitation, to sharee: Principal, rights: Rights, _ status: Status
    ) -> Notifications.Content {
        let type: NotificationType = collection.kind == .book ? .bookInvitation : .calendarInvitation
        return document(uid: invitation.uid, type) { out in
            Self.text(.calendarServer(.uid), invitation.uid, to: &out)
            Self.text(.dav(.href), ShareeAddress.text(of: sharee), to: &out)
            out.empty(status.element)
            Self.write(rights, to: &out)
            writeHostURL(to: &out)
            Self.writeOrganizer(owner, to: &out)
            Self.text(.calendarServer(.summary), invitation.summary ?? title, to: &out)
            if let components = collection.components {
                out.open(.caldav(.supportedCalendarComponentSet))
                for component in components { out.empty(.caldav(.comp), attributes: [("name", component)]) }
                out.close(.caldav(.supportedCalendarComponentSet))
            }
        }
    }

    /// CS:invite-reply: to the sharer.
    func reply(
        to invitation: Invitation, of sharee: Principal, isAccepted: Bool, summary: String?
    ) -> Notifications.Content {
        document(uid: invitation.uid + "-reply", .reply) { out in
            Self.text(.dav(.href), ShareeAddress.text(of: sharee), to: &out)
            out.empty((isAccepted ? Status.accepted : .declined).element)
            writeHostURL(to: &out)
            Self.text(.calendarServer(.inReplyTo), invitation.uid, to: &out)
            if let summary { Self.text(.calendarServer(.summary), summary, to: &out) }
            Self.text(.calendarServer(.commonName), sharee.displayName, to: &out)
        }
    }

    private func document(
        uid: String, _ type: NotificationType, content: (inout XMLWriter) -> Void
    ) -> Notifications.Content {
        var out = XMLWriter()
        out.openRoot(.calendarServer(.notification))
        // As Apple's server writes it: RFC 5545 §3.3.5.
        let stamp = InternetDate.format(seconds: now / 1000).filter { $0 != "-" && $0 != ":" }
        Self.text(.calendarServer(.dtstamp), stamp, to: &out)
        out.open(type.element, attributes: type.attributes)
        content(&out)
        out.close(type.element)
        out.close(.calendarServer(.notification))
        return Notifications.Content(
            uid: uid, type: type.rawValue, contentType: "application/xml; charset=utf-8", bytes: out.bytes)
    }

    // MARK: Parts

    /// CS:access
    static func write(_ rights: Rights, to out: inout XMLWriter) {
        let isWriting = rights.isSuperset(of: [.writeContent, .bind, .unbind])
        out.open(.calendarServer(.access))
        out.empty(.calendarServer(isWriting ? .readWrite : .read))
        out.close(.calendarServer(.access))
    }

    static func writeOrganizer(_ owner: Principal, to out: inout XMLWriter) {
        out.open(.calendarServer(.organizer))
        text(.dav(.href), ShareeAddress.text(of: owner), to: &out)
        text(.calendarServer(.commonName), owner.displayName, to: &out)
        out.close(.calendarServer(.organizer))
    }

    private func writeHostURL(to out: inout XMLWriter) {
        out.open(.calendarServer(.hosturl))
        out.href(Self.hostURL(of: collection, owner: owner))
        out.close(.calendarServer(.hosturl))
    }

    static func text(_ name: XMLName, _ text: String, to out: inout XMLWriter) {
        out.open(name)
        out.text(text)
        out.close(name)
    }
}
