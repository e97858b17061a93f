import Bytes
import Calendars
import CollectionStore
import ContentLines
import DAVGrammar
import Database
import ICalendar
import VCard
import XML

/// The bytes of an object as the content of calendar-data or address-data.
enum ObjectData {
    static func writeCalendar(
        _ tx: borrowing ReadTransaction, _ member: borrowing MemberView, _ scope: MemberScope, to out: inout XMLWriter
    ) throws -> Bool {
        let form = scope.form
        if form.isStoredCalendar { return try writeStored(tx, member, scope, to: &out) }
        let bytes = try bytes(tx, member, scope.exchange.server.files)
        guard let object = try? CalendarObjectResource.validate(bytes) else {
            write(bytes, to: &out)
            return true
        }
        write(
            try CalendarForms.write(
                object, form, scope.zone, scope.exchange.server.timeZones, shownIn: scope.exchange.window(of: scope.collection)),
            to: &out)
        return true
    }

    static func writeCard(
        _ tx: borrowing ReadTransaction, _ member: borrowing MemberView, _ scope: MemberScope, to out: inout XMLWriter
    ) throws -> Bool {
        let form = scope.form.card
        guard form.selection == nil, case .vCard(let version) = form.mediaType else {
            write(CardForms.write(try bytes(tx, member, scope.exchange.server.files), form), to: &out)
            return true
        }
        var isWritten = false
        let isInline = try withStored(tx, member) { bytes in
            guard CardForms.isCertainly(version, bytes) else { return }
            write(bytes, to: &out)
            isWritten = true
        }
        if !isInline || !isWritten {
            write(CardForms.write(try bytes(tx, member, scope.exchange.server.files), form), to: &out)
        }
        return true
    }

    /// The object's bytes as the asker sees them, wherever they are.
    static func bytes(
        _ tx: borrowing ReadTransaction, _ member: borrowing MemberView, _ files: FileBlobStore
    ) throws -> [UInt8] {
        let stored = try member.bytes.map { [UInt8]($0) } ?? files.bytes(of: Blobs.read(tx, member.blobID))
        return try seen(tx, stored, as: member.form, member.id)
    }

    /// Calls `body` with the stored bytes in place; false where they are in a file.
    private static func withStored(
        _ tx: borrowing ReadTransaction, _ member: borrowing MemberView, _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws -> Bool {
        guard let bytes = member.bytes else { return try Blobs.withBytes(tx, member.blobID, body) }
        try body(bytes)
        return true
    }

    /// Stored bytes as they are seen in a form.
    static func seen(
        _ tx: borrowing ReadTransaction, _ stored: [UInt8], as form: MemberForm, _ id: MemberID
    ) throws -> [UInt8] {
        switch form {
        case .stored: stored
        case .masked: TimesOnly.bytes(of: stored)
        case .personal(let principal): PersonalAlarms.bytes(of: stored, with: try Overlays.data(tx, of: id, for: principal))
        }
    }

    /// The same where a member is a value; its size is then that of what they see.
    ///
    /// - Parameter stored: where it was read already.
    static func body(
        _ tx: borrowing ReadTransaction, _ member: Member, _ files: FileBlobStore, stored: Blobs.Body? = nil
    ) throws -> (member: Member, body: Blobs.Body) {
        let stored = try stored ?? Blobs.read(tx, member.blobID)
        guard member.form != .stored else { return (member, stored) }
        let bytes = try seen(tx, try files.bytes(of: stored), as: member.form, member.id)
        var member = member
        member.size = bytes.count
        return (member, .bytes(bytes))
    }

    private static func writeStored(
        _ tx: borrowing ReadTransaction, _ member: borrowing MemberView, _ scope: MemberScope, to out: inout XMLWriter
    ) throws -> Bool {
        let isInline = try member.form == .stored && withStored(tx, member) { write($0, to: &out) }
        if !isInline { write(try bytes(tx, member, scope.exchange.server.files), to: &out) }
        return true
    }

    private static func write(_ bytes: [UInt8], to out: inout XMLWriter) { bytes.withUnsafeBytes { write($0, to: &out) } }

    /// A line may be folded inside a character, and old clients send Latin-1: XML can carry neither as it is.
    private static func write(_ bytes: UnsafeRawBufferPointer, to out: inout XMLWriter) {
        if isUTF8(bytes) { out.text(bytes) } else { out.text(WellFormedText.document([UInt8](bytes))) }
    }

    private static func isUTF8(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        while bytes.count - index >= 8 {
            if bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self) & 0x8080_8080_8080_8080 != 0 { break }
            index += 8
        }
        return index + 8 > bytes.count && bytes[index...].allSatisfy { $0 < 0x80 } || String(validating: bytes[index...], as: UTF8.self) != nil
    }
}
