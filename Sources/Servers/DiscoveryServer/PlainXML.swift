import XML

/// XML without prefixes, as these formats are written and, by some clients, read.
struct PlainXML {
    private var writer = XMLWriter()

    init() { writer.raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n") }

    var bytes: [UInt8] { writer.bytes }

    /// What stands before the root.
    mutating func prologue(_ text: StaticString) { writer.raw(text) }

    /// `name` is a literal: what is no name writes nothing.
    mutating func element(
        _ name: String, _ attributes: [(String, String)] = [], _ body: (inout PlainXML) -> Void
    ) {
        guard let name = XMLName(namespace: "", local: name) else { return }
        writer.open(name, attributes: attributes)
        body(&self)
        writer.close(name)
    }

    mutating func element(_ name: String, _ text: String) {
        element(name) { $0.writer.text(text) }
    }

    mutating func empty(_ name: String) {
        guard let name = XMLName(namespace: "", local: name) else { return }
        writer.empty(name)
    }
}
