import Bytes
import CollectionStore
import XML

/// The media types of members.
enum ContentType {
    static func write(of member: borrowing MemberView, in kind: CollectionKind, to out: inout XMLWriter) {
        switch kind {
        case .calendar:
            // Some clients tell events from tasks by it without loading them.
            out.raw("text/calendar; charset=utf-8; component=")
            out.text(member.component)
        case .book: out.raw("text/vcard; charset=utf-8")
        case .folder, .fileHome, .calendarHome, .bookHome, .notifications:
            if member.contentType.isEmpty { out.raw("application/octet-stream") } else { out.text(member.contentType) }
        }
    }

    static func of(_ member: Member, in kind: CollectionKind) -> String {
        switch kind {
        case .calendar: "text/calendar; charset=utf-8; component=\(member.component)"
        case .book: "text/vcard; charset=utf-8"
        case .folder, .fileHome, .calendarHome, .bookHome, .notifications: member.contentType ?? "application/octet-stream"
        }
    }
}
