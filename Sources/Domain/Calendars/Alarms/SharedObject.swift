package import CivilTime
package import CollectionStore
package import Database
package import Directory
import ICalendar

/// Changes of what is in a calendar by somebody whose it is not: their alarms are split off and kept for them alone, and what is left is
/// everybody's.
package struct SharedObject {
    private let principal: PrincipalID
    private let files: FileBlobStore
    private let timeZones: TimeZoneDatabase
    private let maximumSize: Int
    private let now: Milliseconds

    package init(
        by principal: PrincipalID, files: FileBlobStore, timeZones: TimeZoneDatabase, maximumSize: Int, now: Milliseconds
    ) {
        self.principal = principal
        self.files = files
        self.timeZones = timeZones
        self.maximumSize = maximumSize
        self.now = now
    }

    package enum Refusal: Error, Equatable, Sendable {
        /// More than their own alarms is another, and they may change nothing else.
        case mayNotWrite
    }

    // MARK: PUT

    /// Puts what they sent in the place of `existing`, or where nothing is. What all see is stored only where it says something else than
    /// before: an alarm that is put off is nobody else's change.
    ///
    /// Whether what they see now is what they sent, to the byte. Throws `Refusal`, `CalendarRefusal` and the refusals of a put.
    package func put(
        _ tx: borrowing WriteTransaction, _ sent: CalendarContent, in calendar: Collection, name: String, existing: Member?,
        mayWrite: Bool
    ) throws -> (outcome: Members.PutOutcome, isAsSent: Bool) {
        guard case .bytes(let bytes) = sent.content.place, let object = try? CalendarObjectResource.validate(bytes) else {
            throw Failure(.serverBug, "a calendar object that is none")
        }
        let own = PersonalParts(of: object)
        let overlay = try PersonalAlarms.kept(own)
        guard let existing = existing?.stored else {
            let shared = PersonalParts().view(of: object)
            try Members.put(tx, in: calendar, name: name, existing: nil, content: try content(shared), now: now)
            guard let made = try Members.find(tx.read, in: calendar.id, name: name) else { throw StoreRefusal.notFound }
            _ = try Overlays.set(tx, overlay, on: made.id, for: principal)
            return (.created, sees(bytes, shared, own))
        }
        var stored = try files.bytes(of: Blobs.read(tx.read, existing.blobID))
        let before = try? CalendarObjectResource.validate(stored)
        var outcome = Members.PutOutcome.unchanged
        // Clients bring other VTIMEZONEs along; those of one who may not change them are nothing.
        if before.map({ object.saysTheSame(as: $0, ignoringTimeZones: !mayWrite) }) != true {
            guard mayWrite else { throw Refusal.mayNotWrite }
            stored = (before.map { PersonalParts(of: $0) } ?? PersonalParts()).view(of: object)
            outcome = try Members.put(tx, in: calendar, name: name, existing: existing, content: try content(stored), now: now)
        }
        if try Overlays.set(tx, overlay, on: existing.id, for: principal), outcome == .unchanged {
            try Overlays.changed(tx, existing, for: principal, now: now)
            outcome = .replaced
        }
        return (outcome, sees(bytes, stored, own))
    }

    private func sees(_ bytes: [UInt8], _ stored: [UInt8], _ own: PersonalParts) -> Bool {
        guard let object = try? CalendarObjectResource.validate(stored) else { return false }
        return own.view(of: object) == bytes
    }

    private func content(_ bytes: [UInt8]) throws -> MemberContent {
        try CalendarContent(bytes, maximumSize: maximumSize + PersonalAlarms.maximumSize, timeZones: timeZones).content
    }

    // MARK: COPY and MOVE

    /// Copies a member as they see it: with their alarms, and nobody else's.
    package func copy(
        _ tx: borrowing WriteTransaction, _ member: Member, from source: Collection, to target: Collection, name: String,
        with batch: ChangeBatch? = nil
    ) throws {
        guard let (bytes, overlay) = try transferred(tx.read, member, from: source, to: target) else {
            return try Members.copy(tx, member, to: target, name: name, with: batch, now: now)
        }
        try Members.copy(tx, member, to: target, name: name, content: try content(bytes), with: batch, now: now)
        guard let made = try Members.find(tx.read, in: target.id, name: name) else { return }
        _ = try Overlays.set(tx, overlay, on: made.id, for: principal)
    }

    /// Moves a member. Where it comes to another owner, the alarms of whose it was become an overlay of theirs.
    package func move(
        _ tx: borrowing WriteTransaction, _ member: Member, from source: Collection, to target: Collection, name: String
    ) throws {
        // Whose it is to be may have alarms on it.
        let theirs = source.owner == target.owner ? nil : try Overlays.data(tx.read, of: member.id, for: target.owner)
        let changed = source.owner == target.owner
            ? nil : try transferred(tx.read, member, from: source, to: target, always: theirs != nil)
        try Members.move(tx, member, from: source, to: target, name: name, now: now)
        guard let (bytes, overlay) = changed, let target = try Collections.find(tx.read, target.id),
            let moved = try Members.find(tx.read, in: target.id, name: name) else { return }
        let stored = theirs.map { PersonalAlarms.bytes(of: bytes, with: $0) } ?? bytes
        try Members.put(tx, in: target, name: name, existing: moved, content: try content(stored), now: now)
        _ = try Overlays.set(tx, nil, on: moved.id, for: target.owner)
        _ = try Overlays.set(tx, overlay, on: moved.id, for: principal)
    }

    /// What is to be stored, and to be kept for them; nil where that is what is stored, unless it is `always` asked for.
    private func transferred(
        _ tx: borrowing ReadTransaction, _ member: Member, from source: Collection, to target: Collection, always: Bool = false
    ) throws -> (bytes: [UInt8], overlay: [UInt8]?)? {
        if source.owner == principal, target.owner == principal { return nil }
        let stored = try files.bytes(of: Blobs.read(tx, member.blobID))
        guard let object = try? CalendarObjectResource.validate(stored) else { return nil }
        let own = source.owner == principal
            ? PersonalParts(of: object) : PersonalAlarms.parts(try Overlays.data(tx, of: member.id, for: principal))
        if !object.hasPersonal, own.isEmpty, !always { return nil }
        return target.owner == principal ? (own.view(of: object), nil) : (PersonalParts().view(of: object), try PersonalAlarms.kept(own))
    }
}
