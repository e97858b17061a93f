import CollectionStore
import Directory
import XML

/// RFC 3744 §4 and §5, RFC 5397: who one is, and what one and others may do.
extension PropertyTable {
    static let accessControl: [LiveProperty] = [
        LiveProperty(
            name: .dav(.currentUserPrincipal),
            member: { _, _, scope, out in
                out.href(.principal(scope.exchange.principal))
                return true
            },
            resource: { _, source, out in
                out.href(.principal(source.exchange.principal))
                return true
            }),
        LiveProperty(
            name: .dav(.principalURL),
            resource: { _, source, out in
                guard let href = source.principal.map(Href.principal) ?? source.proxy?.href else { return false }
                out.href(href)
                return true
            }),
        LiveProperty(
            name: .dav(.alternateURISet),
            resource: { _, source, _ in source.principal != nil || source.proxy != nil }),
        LiveProperty(
            name: .dav(.principalCollectionSet),
            member: { _, _, _, out in
                out.href(Href().collection(Container.principals.rawValue))
                return true
            },
            resource: { _, _, out in
                out.href(Href().collection(Container.principals.rawValue))
                return true
            }),
        LiveProperty(
            name: .dav(.owner),
            member: { _, _, scope, out in
                guard let owner = scope.access.owner else { return false }
                out.href(.principal(owner))
                return true
            },
            resource: { _, source, out in
                guard let owner = source.owner ?? source.principal else { return false }
                out.href(.principal(owner))
                return true
            }),
        LiveProperty(
            name: .dav(.currentUserPrivilegeSet),
            member: { _, member, scope, out in
                let rights = member.isMasked ? scope.access.rights.intersection(.ofMasked) : scope.access.rights
                Privileges.write(Privileges.ofMember(rights, in: scope.collection), to: &out)
                return true
            },
            resource: { tx, source, out in
                // Whose delegates they are may change them.
                let isChangeable = try source.proxy?.home(tx, with: .writeACL, for: source.exchange.locator) != nil
                Privileges.write(
                    isChangeable
                        ? Privileges.complete([.read, .readFreeBusy, .writeProperties])
                        : Privileges.of(source.collection, source.access), to: &out)
                return true
            }),
        LiveProperty(
            name: .dav(.supportedPrivilegeSet),
            member: { _, _, _, out in
                Privileges.writeSupported(to: &out)
                return true
            },
            resource: { _, _, out in
                Privileges.writeSupported(to: &out)
                return true
            }),
    ]
}
