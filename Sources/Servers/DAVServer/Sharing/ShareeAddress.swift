import Bytes
import CollectionStore
import DAVGrammar
import Database
import Directory
import GlobalAddressList

/// By what calendarserver-sharing names people: the URL of a principal, a calendar user address, or a mail address.
enum ShareeAddress {
    /// Who is meant. Nobody of another domain, as in an access list, unless something is granted to them already.
    static func find(
        _ tx: borrowing ReadTransaction, _ text: String, on collection: Collection, _ exchange: Exchange
    ) throws -> Principal? {
        guard let found = try principal(tx, text, exchange) else { return nil }
        if found.domain == exchange.principal.domain { return found }
        let isThere = try Grants.all(tx, on: collection.id).contains { $0.grantee == .principal(found.id) }
        return isThere ? found : nil
    }

    /// Who is meant of those in address lists who are no principals yet.
    static func listed(_ tx: borrowing ReadTransaction, _ text: String, _ exchange: Exchange) throws -> ListedPrincipal? {
        switch Name(text) {
        case .address(let address): try exchange.locator.listed(tx, address: address)
        case .segment(let name): try exchange.locator.listed(tx, name)
        case nil: nil
        }
    }

    private enum Name {
        case address(String)
        /// Of a principal's URL.
        case segment(String)

        /// Nil where it names nobody.
        init?(_ text: String) {
            let bytes = [UInt8](text.utf8)
            if bytes.prefix(7).equalsIgnoringASCIICase("mailto:") {
                guard let address = PercentCoding.decode(bytes.dropFirst(7)) else { return nil }
                self = .address(String(utf8: address))
            } else if let path = try? RequestPath(text) {
                guard let name = path.principalSegment else { return nil }
                self = .segment(name)
            } else {
                self = .address(text)
            }
        }
    }

    private static func principal(
        _ tx: borrowing ReadTransaction, _ text: String, _ exchange: Exchange
    ) throws -> Principal? {
        switch Name(text) {
        case .address(let address): try LocalDirectory.find(tx, address: address)
        case .segment(let name): try exchange.locator.anyPrincipal(tx, name)
        case nil: nil
        }
    }

    /// How somebody is named to others.
    static func text(of principal: Principal) -> String {
        principal.addresses.first.map { "mailto:\($0)" } ?? Href.principal(principal).text
    }
}
