import CollectionStore
import XML

/// RFC 3744 §3: the privileges, how they contain each other, and which rights they are.
enum Privileges {
    /// Of what is in no home.
    static let ofReader: [XMLName] = [.dav(.read), .dav(.readCurrentUserPrivilegeSet)]

    /// The privileges that are rights, each for itself. RFC 4791 §6.1.1: who may read sees also when time is taken.
    static let single: [(name: XMLName, rights: Rights)] = [
        (.dav(.writeProperties), .writeProperties), (.dav(.writeContent), .writeContent), (.dav(.bind), .bind),
        (.dav(.unbind), .unbind), (.dav(.unlock), .unlock), (.dav(.readACL), .readACL), (.dav(.writeACL), .writeACL),
        (.caldav(.readFreeBusy), .readFreeBusy),
    ]

    static let writing: Rights = [.writeProperties, .writeContent, .bind, .unbind]

    /// What a privilege grants; nil for one that is not known. What one sees of oneself cannot be taken away.
    static func rights(of privilege: XMLName) -> Rights? {
        switch privilege {
        case .dav(.all): .all
        case .dav(.read): [.read, .readFreeBusy]
        case .dav(.write): writing
        case .dav(.readCurrentUserPrivilegeSet): []
        default: single.first { $0.name == privilege }?.rights
        }
    }

    /// The privileges that a set of rights is, in few words: what others contain is not said.
    static func shortest(_ rights: Rights) -> [XMLName] {
        if rights.isSuperset(of: .all) { return [.dav(.all)] }
        var names: [XMLName] = []
        var rest = rights
        if rest.contains(.read) {
            names.append(.dav(.read))
            rest.subtract([.read, .readFreeBusy])
        }
        if rest.isSuperset(of: writing) {
            names.append(.dav(.write))
            rest.subtract(writing)
        }
        return names + single.filter { rest.isSuperset(of: $0.rights) }.map(\.name)
    }

    /// All privileges that a set of rights is, those that contain others too (RFC 3744 §5.5: clients look for the one they know).
    static func complete(_ rights: Rights) -> [XMLName] {
        var names: [XMLName] = []
        if rights.isSuperset(of: .all) { names.append(.dav(.all)) }
        if rights.contains(.read) { names.append(.dav(.read)) }
        if rights.isSuperset(of: writing) { names.append(.dav(.write)) }
        names += single.filter { rights.isSuperset(of: $0.rights) }.map(\.name)
        return names + [.dav(.readCurrentUserPrivilegeSet)]
    }

    /// What the asker may do with what is no member. Clients (DAVx⁵, Thunderbird, Evolution) look here before they offer to change
    /// anything.
    static func of(_ collection: Collection?, _ access: Access) -> [XMLName] {
        guard let collection else { return ofReader }
        var rights = access.rights
        if collection.isReadOnly { rights.subtract([.writeContent, .bind, .unbind]) }
        // The name and the colour are the sharee's own to set.
        if access.isMountPoint(collection) { rights.insert(.writeProperties) }
        return complete(rights)
    }

    static func ofMember(_ rights: Rights, in collection: Collection) -> [XMLName] {
        collection.isReadOnly ? ofReader : complete(rights)
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
        Node(name: .dav(.writeACL), description: "Grant to others"),
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
