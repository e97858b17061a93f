import CollectionStore
import Database
import Directory
import XML

/// Apple's calendarserver-sharing: with whom something is shared, and where one learns of it. The list of a domain's addresses is no
/// share: nobody invites to it.
extension PropertyTable {
    static let sharing: [LiveProperty] = [
        LiveProperty(
            name: .calendarServer(.notificationURL),
            resource: { _, source, out in
                guard let principal = source.principal, principal.id == source.exchange.principal.id else { return false }
                out.href(.home(.notifications, of: principal))
                return true
            }),
        LiveProperty(
            name: .calendarServer(.notificationtype),
            member: { _, member, scope, out in
                guard scope.collection.kind == .notifications,
                    let type = NotificationType(rawValue: String(decoding: member.component, as: UTF8.self)) else { return false }
                out.empty(type.element, attributes: type.attributes)
                return true
            }),
        LiveProperty(
            name: .calendarServer(.allowedSharingModes),
            resource: { _, source, out in
                guard let collection = source.collection, isSharable(collection) else { return false }
                if source.access.rights.contains(.writeACL) { out.empty(.calendarServer(.canBeShared)) }
                return true
            }),
        LiveProperty(
            name: .calendarServer(.sharedURL),
            resource: { _, source, out in
                guard let collection = source.collection, isSharable(collection), source.access.isMountPoint(collection),
                    let owner = source.owner else { return false }
                out.href(InvitationDocuments.hostURL(of: collection, owner: owner))
                return true
            }),
        LiveProperty(
            name: .calendarServer(.invite),
            resource: { tx, source, out in try writeInvite(tx, source, to: &out) }),
    ]

    static func isSharable(_ collection: Collection) -> Bool {
        (collection.kind == .calendar || collection.kind == .book) && collection.origin?.isOfDirectories != true
    }

    /// CS:shared and CS:shared-owner in DAV:resourcetype.
    static func writeSharingTypes(
        _ tx: borrowing ReadTransaction, of source: ResourceSource, to out: inout XMLWriter
    ) throws {
        guard let collection = source.collection, isSharable(collection) else { return }
        if source.access.isMountPoint(collection) {
            out.raw(sharedTag)
        } else if source.owner?.id == source.exchange.principal.id {
            let isShared = try source.shared?.contains(collection.id)
                ?? Invitations.isShared(tx, collection.id, now: source.exchange.now)
            if isShared { out.raw(sharedOwnerTag) }
        }
    }

    private static let sharedTag = ElementTags(.calendarServer(.shared)).empty
    private static let sharedOwnerTag = ElementTags(.calendarServer(.sharedOwner)).empty

    /// CS:invite. Of other sharees those learn who may read the access list; each sees what is granted to themselves.
    private static func writeInvite(
        _ tx: borrowing ReadTransaction, _ source: ResourceSource, to out: inout XMLWriter
    ) throws -> Bool {
        guard let collection = source.collection, isSharable(collection), let owner = source.owner else { return false }
        let (asker, now) = (source.exchange.principal.id, source.exchange.now)
        let isMount = source.access.isMountPoint(collection)
        let seesAll = source.access.rights.contains(.readACL)
        guard isMount || seesAll else { return false }
        let sharees = try Invitations.sharees(tx, of: collection.id, only: seesAll ? nil : asker, now: now)
        if !isMount, sharees.isEmpty { return false }
        if isMount { InvitationDocuments.writeOrganizer(owner, to: &out) }
        let principals = try LocalDirectory.find(tx, all: Set(sharees.map(\.id)))
        for sharee in sharees {
            guard let principal = principals[sharee.id] else { continue }
            out.open(.calendarServer(.user))
            InvitationDocuments.text(.dav(.href), ShareeAddress.text(of: principal), to: &out)
            InvitationDocuments.text(
                .calendarServer(.commonName), sharee.invitation?.commonName ?? principal.displayName, to: &out)
            out.empty(InvitationDocuments.Status(sharee.status).element)
            InvitationDocuments.write(sharee.grant.rights, to: &out)
            if let summary = sharee.invitation?.summary {
                InvitationDocuments.text(.calendarServer(.summary), summary, to: &out)
            }
            out.close(.calendarServer(.user))
        }
        return true
    }
}
