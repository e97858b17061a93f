import Bytes
import CollectionStore
import ContentLines
import DAVGrammar
import Database
import XML

/// Which form of an object's bytes a report asks for (RFC 4791 §9.6, RFC 6352 §10.4).
struct ObjectDataRequest: Sendable {
    /// Throws `Reply` with the precondition for a form that is not served.
    init(_ request: PropertyRequest) throws {
        for property in request.properties {
            switch property.name {
            case .caldav(.calendarData):
                guard let spec = property.calendarData else { continue }
                if let type = spec.contentType, type.lowercased() != "text/calendar" { throw Self.unsupported(.caldav(.supportedCalendarData)) }
                if let version = spec.version, version != "2.0" { throw Self.unsupported(.caldav(.supportedCalendarData)) }
            case .carddav(.addressData):
                guard let spec = property.addressData else { continue }
                if let type = spec.contentType, !["text/vcard", "text/directory"].contains(type.lowercased()) {
                    throw Self.unsupported(.carddav(.supportedAddressData))
                }
                if let version = spec.version, version != "3.0", version != "4.0" {
                    throw Self.unsupported(.carddav(.supportedAddressData))
                }
            default: continue
            }
        }
    }

    private static func unsupported(_ condition: XMLName) -> Reply {
        Reply(.forbidden, condition: condition, "Objects are not served in this form.")
    }
}

/// The bytes of an object as the content of calendar-data or address-data.
enum ObjectData {
    static func write(
        _ tx: borrowing ReadTransaction, _ member: borrowing MemberView, _ scope: MemberScope, to out: inout XMLWriter
    ) throws -> Bool {
        let isInline = try Blobs.withBytes(tx, member.blobID) { write($0, to: &out) }
        if !isInline, case .file(let name) = try Blobs.read(tx, member.blobID) {
            try scope.exchange.server.files.open(name).readAll().withUnsafeBytes { write($0, to: &out) }
        }
        return true
    }

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
