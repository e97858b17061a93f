import GlobalAddressList
import XML

/// The telephone numbers of a principal, as the address lists that the asker may read have them: `urn:tegu:dav phone-number-set`, with
/// a `phone-number` each. No RFC and no other server has a name for what RFC 3744 §9.4 lets search by.
extension PropertyTable {
    static let phoneNumbers: [LiveProperty] = PhoneNumberNames.all.map { names in
        [
            LiveProperty(
                name: names.set,
                resource: { tx, source, out in
                    guard let principal = source.principal else { return false }
                    let visibility = try source.exchange.locator.listVisibility(tx)
                    let phones = try ListSearch.phones(
                        tx, of: ListVisibility.key(tx, of: principal), in: visibility.lists.filter(\.isOfPrincipals))
                    for phone in phones {
                        out.open(names.number)
                        out.text(phone)
                        out.close(names.number)
                    }
                    return !phones.isEmpty
                })
        ]
    } ?? []
}

/// The elements of the property.
struct PhoneNumberNames: Sendable {
    let set: XMLName
    let number: XMLName

    static let all = PhoneNumberNames()

    private init?() {
        let namespace = "urn:tegu:dav"
        guard let set = XMLName(namespace: namespace, local: "phone-number-set"),
            let number = XMLName(namespace: namespace, local: "phone-number") else { return nil }
        (self.set, self.number) = (set, number)
    }
}
