package import CollectionStore
import XML

/// Rights by the names of their privileges (RFC 3744 §3), for people.
package enum RightsText {
    package static func of(_ rights: Rights) -> [String] { Privileges.shortest(rights).map(\.local) }
}
