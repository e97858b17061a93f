import CollectionStore
import DAVGrammar
import Database
import Directory
import HTTPServer
import ICalendar
import XML

/// RFC 8607 §3.7 and §3.11: the attachments to which a PUT refers.
enum AttachmentReferences {
    /// Whether the asker may read an attachment: who may read an object that refers to it may.
    static func mayRead(_ tx: borrowing ReadTransaction, _ exchange: Exchange, _ attachment: Attachment) throws -> Bool {
        for collection in try Attachments.collections(tx, referringTo: attachment, for: exchange.principal.id) {
            let rights = try exchange.locator.rights(tx, on: collection)
            guard rights.contains(.read) else { continue }
            // By an object that is kept from the asker they learn nothing.
            if try !rights.hidesPrivate(in: collection)
                || Attachments.isShown(tx, attachment, in: collection.id, by: .ofPublic) { return true }
        }
        return false
    }

    /// Throws `Reply` 403 with CALDAV:valid-managed-id-parameter where a MANAGED-ID is none that the asker may use, and with
    /// CALDAV:max-attachments-per-resource where there are too many. What the object had before, it may keep: it came by an
    /// import, or from another server.
    static func check(
        _ tx: borrowing ReadTransaction, _ exchange: Exchange, _ managedIDs: [String], existing: Member?
    ) throws {
        if managedIDs.isEmpty { return }
        var known: Set<String>?
        func isKnown(_ managedID: String) throws -> Bool {
            let ids = try known ?? existing.map { try self.managedIDs(tx, exchange, of: $0) } ?? []
            known = ids
            return ids.contains(managedID)
        }
        let limit = exchange.server.configuration.maximumAttachments
        if managedIDs.count > limit {
            _ = try isKnown("")
            guard managedIDs.count <= known?.count ?? 0 else { throw tooMany(limit) }
        }
        for managedID in managedIDs {
            if let attachment = try Attachments.find(tx, managedID: managedID) {
                // Also one that no object refers to just now: what was cut may be pasted.
                if attachment.owner == exchange.principal.id { continue }
                if try mayRead(tx, exchange, attachment) { continue }
            }
            if try !isKnown(managedID) {
                throw Reply(
                    .forbidden, condition: .caldav(.validManagedIdParameter), "A MANAGED-ID is no attachment's of yours.")
            }
        }
    }

    static func tooMany(_ limit: Int) -> Reply {
        Reply(.forbidden, condition: .caldav(.maxAttachmentsPerResource), "An object may have \(limit) attachments.")
    }

    private static func managedIDs(
        _ tx: borrowing ReadTransaction, _ exchange: Exchange, of member: Member
    ) throws -> Set<String> {
        let bytes = try exchange.server.files.bytes(of: Blobs.read(tx, member.blobID))
        guard let object = try? CalendarObjectResource.validate(bytes) else { return [] }
        return Set(object.managedIDs(limit: Attachments.maximumReferences))
    }
}
