import Bytes
package import Database
import Directory

/// As what the asker sees members, and by which ETags.
extension Visibility {
    /// A member as it is seen for what it is, whenever it is; nil: not at all.
    package func seen(_ tx: borrowing ReadTransaction, _ member: Member) throws -> Member? {
        guard hidesPrivate || asker != nil else { return member }
        let found = try tx.first(
            """
            SELECT (SELECT is_private || COALESCE(shared_tag, '') FROM search_text WHERE collection_id = $1 AND name = $2),
                (SELECT tag FROM personal_alarm WHERE principal_id = $3 AND member_id = $4)
            """,
            [
                .integer(member.collectionID.rawValue), .text(member.name), .integer(asker?.rawValue ?? 0),
                .integer(member.id.rawValue),
            ]
        ) { row in SeenForm(self, row, at: 0, member.id, member.modseq) { member.etag } }
        return found.flatMap { $0.form == nil ? nil : $0.applied(to: member) }
    }
}

/// What the two columns at `place` tell of a member: its privacy as a digit with its shared tag behind it, and the tag of what the asker
/// has of their own on it.
struct SeenForm {
    /// Nil: it is not shown.
    let form: MemberForm?
    /// Nil: the stored one.
    let tag: String?

    init(
        _ visibility: Visibility, _ row: borrowing Row, at place: Int, _ id: MemberID, _ modseq: ModSeq, etag: () -> String
    ) {
        guard visibility.hidesPrivate || visibility.asker != nil else {
            (form, tag) = (.stored, nil)
            return
        }
        // Of what the index does not know, nothing is shown, and to those who see everything, nothing of what may be another's.
        let packed = row.isNull(place) ? nil : row.text(place)
        if visibility.hidesPrivate {
            switch packed?.utf8.first.flatMap({ Privacy(rawValue: Int64($0) - 0x30) }) ?? .hidden {
            case .hidden:
                (form, tag) = (nil, nil)
                return
            case .masked:
                (form, tag) = (.masked, Member.maskedTag(id, modseq))
                return
            case .open: break
            }
        }
        let overlay = row.optionalText(place + 1)
        guard let asker = visibility.asker, packed?.utf8.count != 1 || overlay != nil else {
            (form, tag) = (.stored, nil)
            return
        }
        let shared = packed.map { $0.utf8.count > 1 ? String($0.dropFirst()) : etag() } ?? Member.maskedTag(id, modseq)
        form = .personal(asker)
        tag = overlay.map { "\(shared)-\($0)" } ?? shared
    }

    func applied(to member: Member) -> Member {
        guard let form, let tag else { return member }
        return member.seen(as: form, etag: tag)
    }

    /// Calls `body` with the form, and its tag in place where it is not the stored one.
    func withTag<Result>(_ body: (MemberForm, UnsafeRawBufferPointer?) throws -> Result) rethrows -> Result {
        guard var tag else { return try body(form ?? .stored, nil) }
        return try tag.withUTF8 { try body(form ?? .stored, UnsafeRawBufferPointer($0)) }
    }
}
