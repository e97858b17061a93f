import Bytes
import ContentLines
import Directory

/// What a card of a list says: of one or several entries, the first of which comes first in all that there is one of.
struct PersonCard: Equatable, Searched {
    var uid: String
    var kind: Principal.Kind
    var displayName: String
    var givenName: String?
    var familyName: String?
    var title: String?
    var department: String?
    var addresses: [String]
    var phones: [String]
    var photo: [UInt8]?
    /// UIDs, of a group.
    var members: [String]
    /// Nobody is known here by a card.
    var signInText: String { "" }

    /// Nil where there is no entry. `entries` are in the order of their directories' precedence.
    init?(uid: String, of entries: [ListEntry], members: [String]) {
        guard let first = entries.first else { return nil }
        self.uid = uid
        kind = first.kind
        displayName = first.displayName
        // Both names from one entry: a family name of another directory may be another name of theirs.
        let named = entries.first { $0.givenName != nil || $0.familyName != nil }
        (givenName, familyName) = (named?.givenName, named?.familyName)
        title = entries.lazy.compactMap(\.title).first { _ in true }
        department = entries.lazy.compactMap(\.department).first { _ in true }
        photo = entries.lazy.compactMap(\.photo).first { _ in true }
        var seen: Set<String> = []
        addresses = entries.flatMap(\.addresses).filter { seen.insert($0).inserted }
        seen = []
        phones = entries.flatMap(\.phones).filter { seen.insert(PhoneNumber.dialled($0)).inserted }
        addresses = Array(addresses.prefix(AddressListLimits.addresses))
        phones = Array(phones.prefix(AddressListLimits.phones))
        self.members = kind == .group ? Array(members.prefix(AddressListLimits.members)) : []
    }

    /// RFC 6350. The same bytes for the same card: no time of writing is in it.
    var bytes: [UInt8] {
        var out = ContentLineWriter()
        out.begin("VCARD")
        out.property("VERSION", text: "4.0")
        // RFC 6350 §6.7.6: as text, for Apple's clients compare it with what follows `urn:uuid:` in a group's members.
        out.property("UID", parameters: [("VALUE", "text")], text: uid)
        out.property("KIND", text: cardKind)
        out.property("FN", text: displayName)
        if givenName != nil || familyName != nil {
            out.property("N", value: Self.structured([familyName ?? "", givenName ?? "", "", "", ""]))
        }
        for (index, address) in addresses.enumerated() {
            out.property("EMAIL", parameters: index == 0 && addresses.count > 1 ? [("PREF", "1")] : [], text: address)
        }
        for phone in phones { out.property("TEL", parameters: [("TYPE", "work")], text: phone) }
        if let title { out.property("TITLE", text: title) }
        if let department { out.property("ORG", value: Self.structured(["", department])) }
        if let photo, let type = PhotoType(of: photo) {
            // RFC 6350 §6.2.4, RFC 2397.
            out.property("PHOTO", value: Array("data:image/\(type.rawValue);base64,".utf8) + Base64.encode(photo))
        }
        // RFC 6350 §6.6.5.
        for member in members { out.property("MEMBER", value: "urn:uuid:\(member)".utf8) }
        out.end("VCARD")
        return out.bytes
    }

    /// RFC 6350 §6.1.4, RFC 6869 §3.
    private var cardKind: String {
        switch kind {
        case .user: "individual"
        case .group: "group"
        case .room: "location"
        case .resource: "device"
        // RFC 6350 §6.1.4: what is of the organisation, and no person.
        case .mailbox: "org"
        }
    }

    /// RFC 6350 §3.3: components with semicolons between.
    private static func structured(_ components: [String]) -> [UInt8] {
        var out: [UInt8] = []
        for (index, component) in components.enumerated() {
            if index > 0 { out.append(UInt8(ascii: ";")) }
            TextValue.appendEscaped(component.utf8, to: &out)
        }
        return out
    }
}
