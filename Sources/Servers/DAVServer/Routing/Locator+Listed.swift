import Database
import Directory
import GlobalAddressList

/// Those of the address lists who are no principals yet: they have URLs as if they were.
extension Locator {
    /// Whom a segment of a URL means that is no principal's; nobody of another domain, and nobody whom the asker would not find by searching.
    func listed(_ tx: borrowing ReadTransaction, _ segment: String) throws -> ListedPrincipal? {
        guard let listed, let name = SignInName(segment, defaultDomain: defaultDomain), name.domain == asker.domain else { return nil }
        return try inDomain(listed.find(tx, name, try listVisibility(tx)))
    }

    /// Who has a mail address that is no principal's.
    func listed(_ tx: borrowing ReadTransaction, address: String) throws -> ListedPrincipal? {
        guard let listed else { return nil }
        return try inDomain(listed.find(tx, address: address, domain: asker.domain, try listVisibility(tx)))
    }

    /// As which principal somebody who was found shows itself.
    func listed(_ tx: borrowing ReadTransaction, _ person: ListedPerson) throws -> ListedPrincipal? {
        guard let listed else { return nil }
        return try inDomain(listed.principal(tx, of: person))
    }

    private func inDomain(_ found: ListedPrincipal?) -> ListedPrincipal? { found?.name.domain == asker.domain ? found : nil }
}
