import Bytes
package import VCard
import XML

/// RFC 6352 §10.4: in which form a card is asked for.
package struct AddressDataForm: Sendable {
    package enum MediaType: Sendable {
        case vCard(VCardVersion)
        /// RFC 7095
        case jCard
    }

    /// RFC 6352 §10.4: by default version 3.0.
    package var mediaType = MediaType.vCard(.v3_0)
    /// Nil: the whole card.
    package var selection: AddressDataSelection?

    package init() {}

    init(_ element: XMLElement) throws(RequestBodyError) {
        let version = element.attribute("version").map { String(utf8: $0) }
        switch (String(utf8: element.attribute("content-type") ?? []).lowercased(), version) {
        // KDE asks for text/directory, the name that RFC 2426 gave it.
        case ("text/vcard", nil), ("text/vcard", "3.0"), ("text/directory", nil), ("text/directory", "3.0"), ("", nil), ("", "3.0"):
            mediaType = .vCard(.v3_0)
        case ("text/vcard", "4.0"), ("text/directory", "4.0"), ("", "4.0"): mediaType = .vCard(.v4_0)
        case ("application/vcard+json", nil), ("application/vcard+json", "4.0"): mediaType = .jCard
        case (let type, let version):
            throw .refused(
                .carddav(.supportedAddressData), "Cards as \(type.isEmpty ? "text/vcard" : type) \(version ?? "") are not served.")
        }
        if element.firstChild(named: .carddav(.allprop)) != nil { return }
        var properties: [AddressDataSelection.Property] = []
        for child in element.children where child.name == .carddav(.prop) {
            guard let name = child.attribute("name"), !name.isEmpty else { throw .notUnderstood("A prop has a name.") }
            let novalue = child.attribute("novalue").map { $0.equalsIgnoringASCIICase("yes") } ?? false
            properties.append(.init(name: String(utf8: name), isValueOmitted: novalue))
            if properties.count > 1000 { throw .notUnderstood("address-data asks for too many properties.") }
        }
        if !properties.isEmpty { selection = AddressDataSelection(properties) }
    }
}
