import Directory
import GlobalAddressList
import XML

/// The telephone numbers of a principal, as the address lists that the asker may read have them: `phone-number-set`, with a
/// `phone-number` each. RFC 3744 §9.4 lets search by what has no name in any RFC.
extension PropertyTable {
    static let phoneNumbers: [LiveProperty] = [
        LiveProperty(
            name: Tegu.phoneNumberSet,
            resource: { tx, source, out in
                guard let principal = source.principal else { return false }
                let visibility = try source.exchange.locator.listVisibility(tx)
                let listed = principal.id == .ofNobody ? try source.exchange.locator.listed(tx, principal.signInText)?.person.entries.first : nil
                let phones = try ListSearch.phones(
                    tx, of: listed ?? ListVisibility.key(tx, of: principal), in: visibility.lists.filter(\.isOfPrincipals))
                for phone in phones {
                    out.open(Tegu.phoneNumber)
                    out.text(phone)
                    out.close(Tegu.phoneNumber)
                }
                return !phones.isEmpty
            })
    ]
}
