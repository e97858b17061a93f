import DirectoryLDAP

/// The rows of an attribute map, `directories.NAME.map.KEY`: what differs from the preset's.
enum DirectoryMapSettings {
    static let prefix = "map."

    static let rows: [DirectorySettingTable.Row] =
        filters.map { filter in
            row(filter.key, "a search filter (RFC 4515), or none", filter.meaning, isList: false)
        } + [
            row("id", "an attribute", "What never changes of an entry."),
            row("changed", "an attribute, or none", "When an entry was last changed; searches by it must be possible. none: all are read each time."),
            row("id-form", "one of text, guid", "How it is stored: as text, or as the 16 bytes of an objectGUID."),
            row("primary-group", "an attribute, or none", "Of accounts of Active Directory: the number of the group that has them without naming them."),
        ] + attributes.map { attribute in
            row(attribute.key, "attributes, several with commas between, or none", attribute.meaning, isList: true)
        } + tests.map { test in
            row(test.key, "\(EntryTest.expected), several with commas between, or none", test.meaning, isList: true)
        }

    /// False where the value is none for the key.
    static func apply(_ key: String, _ value: String, to map: inout AttributeMap) -> Bool {
        if let filter = filters.first(where: { $0.key == key }) {
            guard value == "none" || LDAPFilter.isWellFormed(value) else { return false }
            map[keyPath: filter.path] = value == "none" ? "" : value
        } else if let attribute = attributes.first(where: { $0.key == key }) {
            let names = DirectorySettingTable.list(value)
            guard names.allSatisfy(AttributeMap.isAttribute) else { return false }
            map[keyPath: attribute.path] = names
        } else if let test = tests.first(where: { $0.key == key }) {
            guard let parsed = EntryTest.list(value) else { return false }
            map[keyPath: test.path] = parsed
        } else if key == "changed" {
            guard value == "none" || AttributeMap.isAttribute(value) else { return false }
            map.changed = value == "none" ? "" : value
        } else if key == "primary-group" {
            guard value == "none" || AttributeMap.isAttribute(value) else { return false }
            map.primaryGroup = value == "none" ? "" : value
        } else if key == "id" {
            guard AttributeMap.isAttribute(value) else { return false }
            map.id = value
        } else if key == "id-form", let form = AttributeMap.IDForm(rawValue: value) {
            map.idForm = form
        } else {
            return false
        }
        return true
    }

    private typealias Path<Value> = any WritableKeyPath<AttributeMap, Value> & Sendable

    private static let filters: [(key: String, path: Path<String>, meaning: String)] = [
        ("user-filter", \.userFilter, "Which entries are people."),
        ("group-filter", \.groupFilter, "Which are groups."),
        ("room-filter", \.roomFilter, "Which are rooms."),
        ("resource-filter", \.resourceFilter, "Which are other things that can be booked."),
        ("mailbox-filter", \.mailboxFilter, "Which are functional mailboxes."),
    ]

    private static let attributes: [(key: String, path: Path<[String]>, meaning: String)] = [
        ("login", \.login, "What one may sign in with; the first one becomes the name here."),
        ("display-name", \.displayName, "What people see; the first that an entry has."),
        ("given-name", \.givenName, "The given name; the first that an entry has."),
        ("family-name", \.familyName, "The family name; the first that an entry has."),
        ("addresses", \.addresses, "All mail addresses, the preferred one first; proxyAddresses too."),
        ("phones", \.phones, "Telephone numbers."),
        ("title", \.title, "The position; the first that an entry has."),
        ("department", \.department, "The department; the first that an entry has."),
        ("photo", \.photo, "The photo; the first that an entry has."),
        ("member", \.member, "Of groups: the distinguished names of those in them."),
        ("member-login", \.memberLogin, "Of groups: the logins of those in them."),
        ("member-of", \.memberOf, "The distinguished names of one's groups."),
    ]

    private static let tests: [(key: String, path: Path<[EntryTest]>, meaning: String)] = [
        ("disabled", \.disabled, "Who is disabled: any that holds."),
        ("expired", \.expired, "Whose time is over: any that holds."),
        ("hidden", \.hidden, "Who is in no address list: any that holds."),
        ("not-people", \.notPeople, "What `map.user-filter` finds and is no person: any that holds."),
    ]

    private static func row(
        _ key: String, _ expected: String, _ meaning: String, isList: Bool = false
    ) -> DirectorySettingTable.Row {
        DirectorySettingTable.Row(
            key: prefix + key, expected: expected, byDefault: "the preset's", meaning: meaning, isList: isList
        ) { text, settings in
            var trial = AttributeMap()
            guard apply(key, text, to: &trial) else { return false }
            settings.mapChanges.append(DirectorySettings.MapChange(key: key, value: text))
            return true
        }
    }
}
