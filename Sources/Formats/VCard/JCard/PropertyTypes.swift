import ContentLines

/// The type that each property's value has where no VALUE says otherwise: RFC 6350 §6, and the extensions that add
/// properties.
enum PropertyTypes {
    static let dialect = JSONDialect(
        types: types, hasGroups: true, hasTruncatedDates: true, quotedLists: ["type", "sort-as", "pid"])

    private static let types: [String: JSONPropertyType] = {
        var types: [String: JSONPropertyType] = [
            // RFC 7095 §3.3.1.3
            "N": JSONPropertyType("text", .structuredLists), "ADR": JSONPropertyType("text", .structuredLists),
            "ORG": JSONPropertyType("text", .structured), "GENDER": JSONPropertyType("text", .structured),
            "CLIENTPIDMAP": JSONPropertyType("text", .structured),
            // RFC 6350 §3.3
            "NICKNAME": JSONPropertyType("text", .list), "CATEGORIES": JSONPropertyType("text", .list),
        ]
        for (identifier, names) in single {
            for name in names { types[name] = JSONPropertyType(identifier) }
        }
        return types
    }()

    private static let single: [(String, [String])] = [
        (
            "text",
            [
                "KIND", "XML", "FN", "TEL", "EMAIL", "TZ", "TITLE", "ROLE", "NOTE", "PRODID", "VERSION",
                // RFC 6474, RFC 6715, RFC 9554 and RFC 9555
                "BIRTHPLACE", "DEATHPLACE", "EXPERTISE", "HOBBY", "INTEREST", "GRAMGENDER", "PRONOUNS",
                "JSPROP",
            ]
        ),
        (
            "uri",
            [
                "SOURCE", "PHOTO", "IMPP", "GEO", "LOGO", "MEMBER", "RELATED", "SOUND", "UID", "URL", "KEY", "FBURL",
                "CALADRURI", "CALURI",
                // RFC 6715, RFC 8605 and RFC 9554
                "CONTACT-URI", "SOCIALPROFILE", "ORG-DIRECTORY",
            ]
        ),
        ("date-and-or-time", ["BDAY", "ANNIVERSARY", "DEATHDATE"]),
        ("timestamp", ["REV", "CREATED"]),
        ("language-tag", ["LANG", "LANGUAGE"]),
    ]
}
