import Bytes
import XML

/// Reads a document; what was read stands alone, means the same, and can be put into an answer that is read again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    var writer = XMLWriter()
    writer.openRoot(.dav(.multistatus))
    writer.text(bytes)
    if let root = try? XMLDocument.parse(bytes).root {
        visit(root)
        let alone = root.standaloneBytes
        guard let again = try? XMLDocument.parse(alone, limits: XMLLimits(bytes: .max)).root else {
            preconditionFailure("what was read cannot be read again")
        }
        precondition(again.name == root.name && again.text == root.text)
        precondition(again.standaloneBytes == alone)
        for child in root.children {
            writer.raw(child.standaloneBytes)
            writer.empty(child.name)
        }
    }
    writer.close(.dav(.multistatus))
    let limits = XMLLimits(bytes: .max, depth: 200)
    precondition((try? XMLDocument.parse(writer.bytes, limits: limits)) != nil, "an answer is not well-formed")
    return 0
}

private func visit(_ element: XMLElement) {
    _ = (element.trimmedText, element.language, element.attribute("name"), element.name.namespace, element.name.local)
    for child in element.children { visit(child) }
}
