import Bytes
import XML

/// A request body as XML.
enum RequestDocument {
    /// The root, which must have one of the names.
    static func root(_ bytes: [UInt8], _ names: [XMLName]) throws(RequestBodyError) -> XMLElement {
        let root: XMLElement
        do {
            root = try XMLDocument.parse(bytes).root
        } catch {
            throw .notXML("The body is no XML that is taken: \(error).")
        }
        guard names.contains(root.name) else {
            throw .notUnderstood("The body must be \(names.first?.local ?? "").")
        }
        return root
    }
}
