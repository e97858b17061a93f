package import ContentLines

/// RFC 7095: vCard 4.0 as JSON, both ways.
///
/// What is understood has its type; what is not is `unknown`, with the text that stood there, so that the way back gives the
/// same card. From JSON only that is taken which lines of text can hold.
package enum JCard {
    /// One card, `["vcard", [...]]`, in UTF-8. A card of an earlier version is made one of 4.0 before: there is no other
    /// version in JSON.
    package static func json(of card: Component) -> [UInt8] {
        var out: [UInt8] = []
        let content = JSONContent(PropertyTypes.dialect)
        if VCardVersion(of: card) != .v4_0,
            let converted = try? VCardDocument.parse(VCardVersions.version4(of: card)).cards.first {
            content.append(converted, hasComponents: false, version: "4.0", to: &out)
        } else {
            content.append(card, hasComponents: false, version: "4.0", to: &out)
        }
        return out
    }

    /// RFC 7095 §3.2: one card, or several in an array, as vCard 4.0.
    package static func vCard(
        from json: [UInt8], limits: JSONValue.Limits = JSONValue.Limits()
    ) throws(JSONContentError) -> [UInt8] {
        var out: [UInt8] = []
        let content = JSONContent(PropertyTypes.dialect)
        for object in try JSONContent.objects(json, limits: limits) {
            guard let fields = object.array, fields.first?.string?.lowercased() == "vcard" else {
                throw .structure("[\"vcard\", [properties]]")
            }
            try checkVersion(fields)
            try content.append(object, hasComponents: false, to: &out)
        }
        return out
    }

    /// RFC 7095 §3.3.1: VERSION must be there.
    private static func checkVersion(_ fields: [JSONValue]) throws(JSONContentError) {
        let versions = (fields.dropFirst().first?.array ?? []).compactMap(\.array).filter { property in
            property.first?.string?.lowercased() == "version"
        }
        guard versions.count == 1, versions.first?.last == .string("4.0") else { throw .version }
    }
}
