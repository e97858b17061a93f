import Bytes
import CollectionStore
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
        let isInline = try Blobs.withBytes(tx, member.blobID) { out.text($0) }
        if !isInline, case .file(let name) = try Blobs.read(tx, member.blobID) {
            out.text(try scope.exchange.server.files.open(name).readAll())
        }
        return true
    }
}
