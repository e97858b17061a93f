import CollectionStore
import Directory
import XML

/// RFC 3744 §4 and §5, RFC 5397: who one is, and what one may do. Granting to others comes with a later version.
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
                guard let principal = source.principal else { return false }
                out.href(.principal(principal))
                return true
            }),
        LiveProperty(
            name: .dav(.alternateURISet),
            resource: { _, source, _ in source.principal != nil }),
        LiveProperty(
            name: .dav(.groupMembership),
            resource: { _, source, _ in source.principal != nil }),
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
                out.href(.principal(scope.owner))
                return true
            },
            resource: { _, source, out in
                guard let owner = source.owner ?? source.principal else { return false }
                out.href(.principal(owner))
                return true
            }),
        LiveProperty(
            name: .dav(.currentUserPrivilegeSet),
            member: { _, _, scope, out in
                Privileges.write(scope.collection.isReadOnly ? Privileges.ofReader : Privileges.ofOwner, to: &out)
                return true
            },
            resource: { _, source, out in
                Privileges.write(Privileges.of(source.collection), to: &out)
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

/// RFC 3744 §3: the privileges, and how they contain each other.
enum Privileges {
    static let ofReader: [XMLName] = [.dav(.read), .dav(.readCurrentUserPrivilegeSet)]

    static let ofOwner: [XMLName] = [
        .dav(.all), .dav(.read), .dav(.write), .dav(.writeProperties), .dav(.writeContent), .dav(.bind), .dav(.unbind),
        .dav(.unlock), .dav(.readACL), .dav(.readCurrentUserPrivilegeSet), .caldav(.readFreeBusy),
    ]

    /// Of the owner on a calendar whose members come from somewhere else: clients (DAVx⁵, Thunderbird, Evolution) look here
    /// before they offer to change an event.
    static let ofReadOnly: [XMLName] = [
        .dav(.read), .dav(.writeProperties), .dav(.unlock), .dav(.readACL), .dav(.readCurrentUserPrivilegeSet),
        .caldav(.readFreeBusy),
    ]

    /// Nil: no collection in a home.
    static func of(_ collection: Collection?) -> [XMLName] {
        guard let collection else { return ofReader }
        return collection.isReadOnly ? ofReadOnly : ofOwner
    }

    static func write(_ privileges: [XMLName], to out: inout XMLWriter) {
        for privilege in privileges {
            out.open(.dav(.privilege))
            out.empty(privilege)
            out.close(.dav(.privilege))
        }
    }

    private struct Node {
        var name: XMLName
        var description: String
        var parts: [Node] = []
    }

    private static let tree = Node(name: .dav(.all), description: "Everything", parts: [
        Node(name: .dav(.read), description: "Read", parts: [
            Node(name: .caldav(.readFreeBusy), description: "See when the owner is busy"),
        ]),
        Node(name: .dav(.write), description: "Write", parts: [
            Node(name: .dav(.writeProperties), description: "Change properties"),
            Node(name: .dav(.writeContent), description: "Change what is there"),
            Node(name: .dav(.bind), description: "Add"),
            Node(name: .dav(.unbind), description: "Delete"),
        ]),
        Node(name: .dav(.unlock), description: "Remove the locks of others"),
        Node(name: .dav(.readACL), description: "See who may do what"),
        Node(name: .dav(.readCurrentUserPrivilegeSet), description: "See what one may do"),
    ])

    /// RFC 3744 §5.3: the tree of the privileges.
    static func writeSupported(to out: inout XMLWriter) { write(tree, to: &out) }

    private static func write(_ node: Node, to out: inout XMLWriter) {
        out.open(.dav(.supportedPrivilege))
        write([node.name], to: &out)
        out.open(.dav(.description))
        out.text(node.description)
        out.close(.dav(.description))
        for part in node.parts { write(part, to: &out) }
        out.close(.dav(.supportedPrivilege))
    }
}
