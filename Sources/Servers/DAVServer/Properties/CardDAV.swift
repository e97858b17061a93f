import CollectionStore
import Directory
import GlobalAddressList
import XML

/// RFC 6352 §6.2 and §7.1.
extension PropertyTable {
    static let cardDAV: [LiveProperty] = [
        LiveProperty(
            name: .carddav(.addressbookHomeSet),
            resource: { _, source, out in
                guard let principal = source.principal, principal.id == source.exchange.principal.id else { return false }
                out.href(.home(.contacts, of: principal))
                return true
            }),
        LiveProperty(
            name: .carddav(.supportedAddressData),
            resource: { _, source, out in
                guard source.collection?.kind == .book else { return false }
                for version in ["3.0", "4.0"] {
                    out.empty(.carddav(.addressDataType), attributes: [("content-type", "text/vcard"), ("version", version)])
                }
                out.empty(.carddav(.addressDataType), attributes: [("content-type", "application/vcard+json"), ("version", "4.0")])
                return true
            }),
        LiveProperty(
            name: .carddav(.supportedCollationSet),
            resource: { _, source, out in
                guard source.collection?.kind == .book else { return false }
                for collation in ["i;ascii-casemap", "i;octet", "i;unicode-casemap"] {
                    out.open(.carddav(.supportedCollation))
                    out.text(collation)
                    out.close(.carddav(.supportedCollation))
                }
                return true
            }),
        LiveProperty(
            name: .carddav(.maxResourceSize),
            resource: { _, source, out in
                guard source.collection?.kind == .book else { return false }
                out.text(decimal: source.exchange.server.configuration.maximumCardSize)
                return true
            }),
        LiveProperty(
            // draft-daboo-carddav-directory-gateway §4: where to search for those who are too many to be listed.
            name: .carddav(.directoryGateway),
            resource: { tx, source, out in
                guard let principal = source.principal, principal.id == source.exchange.principal.id else { return false }
                var isThere = false
                for list in try AddressLists.all(tx, domain: principal.domain) where list.isGateway {
                    guard let book = try Collections.find(tx, list.collection), book.origin != .addressIndex,
                        try source.exchange.locator.rights(tx, on: book).contains(.read),
                        let owner = try LocalDirectory.find(tx, book.owner)
                    else { continue }
                    out.href(Href.home(.contacts, of: owner).collection(book.name))
                    isThere = true
                }
                return isThere
            }),
        kept(.carddav(.addressbookDescription), on: [.book]),
        LiveProperty(
            name: .carddav(.addressData),
            member: { tx, member, scope, out in
                guard scope.collection.kind == .book else { return false }
                return try ObjectData.writeCard(tx, member, scope, to: &out)
            }),
    ]
}
