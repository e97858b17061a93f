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
    /// As `Member.form`.
    package let form: MemberForm
    /// The bytes of its blob, where they have come along; nil says nothing.
    package let bytes: UnsafeRawBufferPointer?

    package var isMasked: Bool { form == .masked }

    /// Of the columns in the order in which all statements of this module name them.
    /// - Parameters: the form that is seen, and its ETag where it is not the stored one.
    init(row: borrowing Row, _ form: MemberForm = .stored, seenTag: UnsafeRawBufferPointer? = nil) {
        func text(_ column: Int) -> UnsafeRawBufferPointer { row.withBytes(column) { $0 } }
        name = text(1)
        id = MemberID(rawValue: row.integer(2))
        etag = seenTag ?? text(3)
        self.form = form
        size = Int(row.integer(4))
        modseq = ModSeq(rawValue: row.integer(5))
        component = text(6)
        contentType = text(8)
        blobID = row.integer(9)
        created = row.integer(10)
        modified = row.integer(11)
        bytes = nil
    }

    /// Of name, id and ETag: all that some listings need. What else a member has is empty or zero.
    init(entry row: borrowing Row, _ form: MemberForm = .stored, seenTag: UnsafeRawBufferPointer? = nil) {
        let none = UnsafeRawBufferPointer(start: nil, count: 0)
        name = row.withBytes(0) { $0 }
        id = MemberID(rawValue: row.integer(1))
        etag = seenTag ?? row.withBytes(2) { $0 }
        self.form = form
        (component, contentType) = (none, none)
        (size, modseq, blobID, created, modified) = (0, .zero, 0, 0, 0)
        bytes = nil
    }

    private init(
        _ member: Member, name: UnsafeRawBufferPointer, etag: UnsafeRawBufferPointer, component: UnsafeRawBufferPointer,
        contentType: UnsafeRawBufferPointer, bytes: UnsafeRawBufferPointer?
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
        form = member.form
        self.bytes = bytes
    }

    /// Calls `body` with the view of a member that is a value already.
    /// - Parameter bytes: of its blob, where they are at hand.
    package static func with<Result>(
        _ member: Member, bytes: UnsafeRawBufferPointer? = nil, _ body: (borrowing MemberView) throws -> Result
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
                                contentType: UnsafeRawBufferPointer(contentType), bytes: bytes))
                    }
                }
            }
        }
    }
}
