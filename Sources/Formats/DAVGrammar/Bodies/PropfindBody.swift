import Bytes
import XML

/// RFC 4918 §14.20.
package struct PropfindBody: Sendable {
    package var request: PropertyRequest

    /// RFC 4918 §9.1: no body asks for all.
    package static func parse(_ bytes: [UInt8]) throws(RequestBodyError) -> PropfindBody {
        if bytes.trimmingASCIIWhitespace.isEmpty { return PropfindBody(request: .allprop(include: [])) }
        let root = try RequestDocument.root(bytes, [.dav(.propfind)])
        let kinds = root.children.filter { [.dav(.prop), .dav(.propname), .dav(.allprop)].contains($0.name) }
        // RFC 4918 §14.20: one of the three.
        guard kinds.count == 1 else { throw .notXML("A propfind has one of prop, propname and allprop.") }
        return PropfindBody(request: try PropertyRequest(in: root))
    }
}
