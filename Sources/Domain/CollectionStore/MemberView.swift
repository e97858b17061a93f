import Database

/// A member in place, as a row of the database holds it: a listing of many copies nothing that is not asked for. The
/// texts live as long as the closure that it was given to; it cannot leave that closure.
package struct MemberView: ~Copyable {
    package let name: UnsafeRawBufferPointer
    package let id: MemberID
    package let etag: UnsafeRawBufferPointer
    package let size: Int
    package let modseq: ModSeq
    package let component: UnsafeRawBufferPointer
    /// Empty where there is none.
    package let contentType: UnsafeRawBufferPointer
    package let blobID: Int64
    package let created: Milliseconds
    package let modified: Milliseconds
    /// As `Member.isMasked`.
    package let isMasked: Bool

    /// Of the columns in the order in which all statements of this module name them.
    /// - Parameter maskedTag: the ETag of what is masked.
    init(row: borrowing Row, maskedTag: UnsafeRawBufferPointer? = nil) {
        func text(_ column: Int) -> UnsafeRawBufferPointer { row.withBytes(column) { $0 } }
        name = text(1)
        id = MemberID(rawValue: row.integer(2))
        etag = maskedTag ?? text(3)
        isMasked = maskedTag != nil
        size = Int(row.integer(4))
        modseq = ModSeq(rawValue: row.integer(5))
        component = text(6)
        contentType = text(8)
        blobID = row.integer(9)
        created = row.integer(10)
        modified = row.integer(11)
    }

    /// Of name, id and ETag: all that some listings need. What else a member has is empty or zero.
    init(entry row: borrowing Row, maskedTag: UnsafeRawBufferPointer? = nil) {
        let none = UnsafeRawBufferPointer(start: nil, count: 0)
        name = row.withBytes(0) { $0 }
        id = MemberID(rawValue: row.integer(1))
        etag = maskedTag ?? row.withBytes(2) { $0 }
        isMasked = maskedTag != nil
        (component, contentType) = (none, none)
        (size, modseq, blobID, created, modified) = (0, .zero, 0, 0, 0)
    }

    /// Calls `body` with the ETag of a masked member; nil where it is none.
    static func withMaskedTag<Result>(
        _ privacy: Privacy, _ id: MemberID, _ modseq: ModSeq, _ body: (UnsafeRawBufferPointer?) throws -> Result
    ) rethrows -> Result {
        guard privacy == .masked else { return try body(nil) }
        var tag = Member.maskedTag(id, modseq)
        return try tag.withUTF8 { try body(UnsafeRawBufferPointer($0)) }
    }

    private init(
        _ member: Member, name: UnsafeRawBufferPointer, etag: UnsafeRawBufferPointer, component: UnsafeRawBufferPointer,
        contentType: UnsafeRawBufferPointer
    ) {
        self.name = name
        id = member.id
        self.etag = etag
        size = member.size
        modseq = member.modseq
        self.component = component
        self.contentType = contentType
        blobID = member.blobID
        created = member.created
        modified = member.modified
        isMasked = member.isMasked
    }

    /// Calls `body` with the view of a member that is a value already.
    package static func with<Result>(
        _ member: Member, _ body: (borrowing MemberView) throws -> Result
    ) rethrows -> Result {
        var (name, etag, component, contentType) = (
            member.name, member.etag, member.component, member.contentType ?? ""
        )
        return try name.withUTF8 { name in
            try etag.withUTF8 { etag in
                try component.withUTF8 { component in
                    try contentType.withUTF8 { contentType in
                        try body(
                            MemberView(
                                member, name: UnsafeRawBufferPointer(name), etag: UnsafeRawBufferPointer(etag),
                                component: UnsafeRawBufferPointer(component),
                                contentType: UnsafeRawBufferPointer(contentType)))
                    }
                }
            }
        }
    }
}
