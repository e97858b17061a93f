package import Directory

/// One object of a collection: a calendar object, a card or a file; its bytes are in its blob.
package struct Member: Sendable, Equatable {
    package var collectionID: CollectionID
    /// The last segment of its URL, decoded.
    package var name: String
    package var id: MemberID
    /// Names the bytes, without quotes.
    package var etag: String
    /// Of the bytes.
    package var size: Int
    /// The position of its latest change in the collection's log.
    package var modseq: ModSeq
    /// `vevent`, `vtodo`, ... of a calendar object; `individual`, `group` of a card; empty for a file.
    package var component: String
    /// Of a calendar object or a card.
    package var uid: String?
    /// Of a file, as sent.
    package var contentType: String?
    package var blobID: Int64
    package var created: Milliseconds
    package var modified: Milliseconds
    /// The bytes of all attachments that it refers to; nil: it refers to none.
    package var attachedSize: Int?
    /// As what the asker sees it; the ETag is then that of what they see.
    package var form = MemberForm.stored
    /// Of the bytes, where the asker sees something else.
    var storedETag: String?

    /// As it is seen by those who may only know when it is. What they get is made from the stored bytes, so its tag moves with the
    /// member; it is no hash of these, by which a guess of them could be tried.
    package func masked() -> Member { seen(as: .masked, etag: Self.maskedTag(id, modseq)) }

    package var isMasked: Bool { form == .masked }

    /// As it is seen in a form, whose ETag is given.
    func seen(as form: MemberForm, etag: String) -> Member {
        var member = self
        member.form = form
        member.storedETag = storedETag ?? self.etag
        member.etag = etag
        return member
    }

    /// As it is stored.
    package var stored: Member {
        var member = self
        member.form = .stored
        member.etag = storedETag ?? etag
        member.storedETag = nil
        return member
    }

    /// The letter is another where they are made in another way.
    static func maskedTag(_ id: MemberID, _ modseq: ModSeq) -> String { "a\(id.rawValue)-\(modseq.rawValue)" }

    /// What it takes of its owner's quota: an attachment of two objects is counted twice, as a copy of a file is.
    var chargedSize: Int { size &+ (attachedSize ?? 0) }
}

/// As what somebody sees a member.
package enum MemberForm: Sendable, Equatable {
    case stored
    /// When it is, and no more.
    case masked
    /// Without what in it is its owner's alone, and with what is theirs (`Overlays`).
    case personal(PrincipalID)
}

/// What a kind of collection found out about the bytes of a member to be.
package struct MemberFacts: Sendable, Equatable {
    package var uid: String?
    package var component: String
    package var contentType: String?
    package var index: ObjectIndex
    /// The MANAGED-IDs in it (RFC 8607 §4.3), each once; there need not be such attachments.
    package var attachments: [String]

    package init(
        uid: String? = nil, component: String = "", contentType: String? = nil, index: ObjectIndex = ObjectIndex(),
        attachments: [String] = []
    ) {
        self.attachments = attachments
        self.uid = uid
        self.component = component
        self.contentType = contentType
        self.index = index
    }

    /// By bytes.
    package static func == (a: MemberFacts, b: MemberFacts) -> Bool {
        a.uid.isIdentical(to: b.uid) && a.component.isIdentical(to: b.component)
            && a.contentType.isIdentical(to: b.contentType) && a.index == b.index && a.attachments == b.attachments
    }

    /// Whether they are what the member's row says; the index is in rows of its own.
    func agree(with member: Member) -> Bool {
        uid.isIdentical(to: member.uid) && component.isIdentical(to: member.component)
            && contentType.isIdentical(to: member.contentType)
    }
}

/// The bytes of a member to be, with the ETag that names them.
package struct MemberContent: Sendable {
    package enum Place: Sendable {
        case bytes([UInt8])
        /// In the file store already, under this name.
        case file(String)
        /// The bytes of a blob that is there already, for a copy.
        case blob(Int64)
    }

    package var place: Place
    package var size: Int
    package var etag: String
    package var facts: MemberFacts

    package init(place: Place, size: Int, etag: String, facts: MemberFacts) {
        self.place = place
        self.size = size
        self.etag = etag
        self.facts = facts
    }
}
