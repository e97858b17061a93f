import Bytes
package import XML

/// The body of an ACL request (RFC 3744 §8.1): the entries as they were sent.
package struct ACLBody: Sendable {
    /// RFC 3744 §5.5.1.
    package enum Principal: Sendable, Equatable {
        /// As sent.
        case href(String)
        case all, authenticated, unauthenticated, myself
        /// Who a property of the resource names.
        case property(XMLName)
    }

    /// RFC 3744 §5.5.
    package struct Entry: Sendable {
        package var principal: Principal
        package var isInverted: Bool
        package var isGrant: Bool
        package var privileges: [XMLName]
        package var isProtected: Bool
        package var isInherited: Bool
    }

    package var entries: [Entry]

    package static func parse(_ bytes: [UInt8]) throws(RequestBodyError) -> ACLBody {
        let root = try RequestDocument.root(bytes, [.dav(.acl)])
        var entries: [Entry] = []
        for ace in root.children where ace.name == .dav(.ace) { entries.append(try entry(ace)) }
        return ACLBody(entries: entries)
    }

    private static func entry(_ ace: XMLElement) throws(RequestBodyError) -> Entry {
        let inverted = ace.firstChild(named: .dav(.invert))
        guard let principal = (inverted ?? ace).firstChild(named: .dav(.principal)) else {
            throw .notXML("An ace has a principal.")
        }
        let (grant, deny) = (ace.firstChild(named: .dav(.grant)), ace.firstChild(named: .dav(.deny)))
        guard let list = grant ?? deny, grant == nil || deny == nil else { throw .notXML("An ace has either grant or deny.") }
        var privileges: [XMLName] = []
        for privilege in list.children where privilege.name == .dav(.privilege) {
            guard let name = privilege.children.first(where: { _ in true })?.name else {
                throw .notXML("A privilege has a name.")
            }
            privileges.append(name)
        }
        if privileges.isEmpty { throw .notXML("A grant has privileges.") }
        return Entry(
            principal: try self.principal(principal), isInverted: inverted != nil, isGrant: grant != nil,
            privileges: privileges, isProtected: ace.firstChild(named: .dav(.protected)) != nil,
            isInherited: ace.firstChild(named: .dav(.inherited)) != nil)
    }

    private static func principal(_ element: XMLElement) throws(RequestBodyError) -> Principal {
        guard let child = element.children.first(where: { _ in true }) else { throw .notXML("A principal is one of somebody.") }
        switch child.name {
        case .dav(.href): return .href(String(utf8: child.trimmedText))
        case .dav(.all): return .all
        case .dav(.authenticated): return .authenticated
        case .dav(.unauthenticated): return .unauthenticated
        case .dav(.selfPrincipal): return .myself
        case .dav(.property):
            guard let name = child.children.first(where: { _ in true })?.name else { throw .notXML("A property has a name.") }
            return .property(name)
        default: throw .notXML("A principal is href, all, authenticated, unauthenticated, property or self.")
        }
    }
}
