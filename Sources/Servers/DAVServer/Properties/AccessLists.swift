import CollectionStore
import Database
import Directory
import GlobalAddressList
import XML

/// RFC 3744 §5.5 to §5.7: who may do what, for those who may know (the privilege `read-acl`).
extension PropertyTable {
    static let accessLists: [LiveProperty] = [
        LiveProperty(
            name: .dav(.acl),
            member: { tx, _, scope, out in
                out.raw(try scope.accessList.bytes {
                    var out = XMLWriter()
                    try AccessList(tx, of: scope.collection, now: scope.exchange.now)
                        .write(tx, forMembersOf: scope.href, to: &out)
                    return out.bytes
                })
                return true
            },
            resource: { tx, source, out in
                guard let collection = source.collection else { return false }
                try AccessList(tx, of: collection, now: source.exchange.now).write(tx, forMembersOf: nil, to: &out)
                return true
            },
            // RFC 3744 §3.6 and §5.5.
            needed: (.readACL, .dav(.readACL))),
        LiveProperty(
            name: .dav(.aclRestrictions),
            member: { _, _, _, out in
                writeRestrictions(to: &out)
                return true
            },
            resource: { _, source, out in
                guard source.collection != nil else { return false }
                writeRestrictions(to: &out)
                return true
            }),
        LiveProperty(
            name: .dav(.inheritedACLSet),
            member: { _, _, scope, out in
                out.href(scope.href)
                return true
            },
            resource: { tx, source, out in
                guard let collection = source.collection, source.access.rights.contains(.readACL) else { return false }
                let list = try AccessList(tx, of: collection)
                for ancestor in list.ancestors { out.href(list.href(of: ancestor)) }
                return true
            }),
        LiveProperty(
            name: .dav(.groupMembership),
            resource: { tx, source, out in
                // RFC 3744 §4.4: the groups in which it is a member directly.
                guard let principal = source.principal else { return source.proxy != nil }
                try writePrincipals(tx, try Groups.groups(tx, of: principal.id), of: principal.domain, source.exchange, to: &out)
                // The groups of delegates that one is in.
                if principal.id == source.exchange.principal.id {
                    for (owner, delegation) in try owners(tx, source.exchange) { out.href(Proxy(owner, delegation).href) }
                }
                return true
            }),
        LiveProperty(
            name: .dav(.groupMemberSet),
            resource: { tx, source, out in
                // RFC 3744 §4.3
                if let proxy = source.proxy {
                    guard let home = try proxy.home(tx, with: .readACL, for: source.exchange.locator) else { return false }
                    let delegates = try proxy.delegation.delegates(tx, in: home, now: source.exchange.now)
                    try writePrincipals(tx, delegates, of: proxy.principal.domain, nil, to: &out)
                    return true
                }
                guard let principal = source.principal, principal.kind == .group else { return false }
                let members = try Groups.members(tx, of: principal.id, limit: maximumListedMembers)
                try writePrincipals(tx, members, of: principal.domain, source.exchange, to: &out)
                return true
            }),
    ]

    /// Of one group in one answer: each is a look-up.
    private static let maximumListedMembers = 1_000

    /// Those of other domains are not told of, and to who is named those whom the address lists keep from them.
    private static func writePrincipals(
        _ tx: borrowing ReadTransaction, _ ids: [PrincipalID], of domain: String, _ exchange: Exchange?, to out: inout XMLWriter
    ) throws {
        let visibility = try ids.isEmpty ? nil : exchange?.locator.listVisibility(tx)
        for id in ids {
            guard let principal = try LocalDirectory.find(tx, id), principal.domain == domain else { continue }
            if try visibility?.conceals(tx, principal) == true { continue }
            out.href(.principal(principal))
        }
    }

    private static func writeRestrictions(to out: inout XMLWriter) {
        out.empty(.dav(.grantOnly))
        out.empty(.dav(.noInvert))
    }
}
