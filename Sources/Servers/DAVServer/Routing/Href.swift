import Bytes
import Directory

/// The path of a resource in the one form in which this server writes it: absolute, percent-encoded in upper case, with a slash
/// at the end of what is a collection or a principal.
struct Href: Sendable {
    /// All of it is plain ASCII that needs no escaping in XML (PercentCoding sees to that).
    private(set) var bytes: [UInt8] = [0x2F]

    mutating func appendCollection(_ name: String) {
        PercentCoding.appendSegment(name.utf8, to: &bytes)
        bytes.append(0x2F)
    }

    mutating func appendMember(_ name: String) { PercentCoding.appendSegment(name.utf8, to: &bytes) }

    static func principal(_ principal: Principal) -> Href {
        var href = Href()
        href.appendCollection(Container.principals.rawValue)
        href.appendCollection(principal.signInText)
        return href
    }

    static func home(_ container: Container, of owner: Principal) -> Href {
        var href = Href()
        href.appendCollection(container.rawValue)
        href.appendCollection(owner.signInText)
        return href
    }

    func collection(_ name: String) -> Href {
        var child = self
        child.appendCollection(name)
        return child
    }

    func member(_ name: String) -> Href {
        var child = self
        child.appendMember(name)
        return child
    }

    /// Of the collection that holds what it names.
    var parent: Href {
        var parent = self
        parent.bytes.removeLast()
        while let last = parent.bytes.last, last != 0x2F { parent.bytes.removeLast() }
        if parent.bytes.isEmpty { parent.bytes = [0x2F] }
        return parent
    }

    var text: String { String(utf8: bytes) }
}
