package import Directory

/// Bytes that calendar objects refer to by a MANAGED-ID (RFC 8607). They never change: an update makes another one.
package struct Attachment: Sendable, Equatable {
    package var id: Int64
    /// As it stands in objects and in URLs.
    package var managedID: String
    /// Whose calendar it was added in.
    package var owner: PrincipalID
    package var filename: String?
    /// As sent.
    package var contentType: String?
    /// Names the bytes, without quotes.
    package var etag: String
    package var size: Int
    package var blobID: Int64
    package var created: Milliseconds
}

extension Attachment {
    /// As what serves files, and looks through their bytes, wants it.
    package var asFile: Member {
        Member(
            collectionID: CollectionID(rawValue: 0), name: filename ?? managedID, id: MemberID(rawValue: id), etag: etag,
            size: size, modseq: .zero, component: "", contentType: contentType, blobID: blobID, created: created,
            modified: created)
    }
}
