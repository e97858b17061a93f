import Bytes
import ContentLines
import Testing

@Suite("Components")
struct ComponentTreeTests {
    /// `A(B(C),D)` for nested components.
    private func shape(_ components: ComponentSequence) -> String {
        components.map { component in
            let inner = shape(component.children)
            return text(component.name) + (inner.isEmpty ? "" : "(\(inner))")
        }.joined(separator: ",")
    }

    @Test("unknown components and properties stay in their place and order")
    func order() throws {
        let bytes = document(
            "BEGIN:VCALENDAR", "X-A:1", "BEGIN:X-FOO", "BEGIN:X-BAR", "Q:2", "END:X-BAR", "R:3", "END:X-FOO", "B:4",
            "BEGIN:VEVENT", "END:VEVENT", "C:5", "END:VCALENDAR")
        let tree = try ComponentTree.parse(bytes)
        #expect(shape(tree.roots) == "VCALENDAR(X-FOO(X-BAR),VEVENT)")
        let calendar = try first(tree.roots)
        #expect(calendar.properties.map(\.text) == ["1", "4", "5"])
        let foo = try first(calendar.children(named: "x-foo"))
        #expect(foo.properties.map(\.text) == ["3"])
        #expect(foo.parent?.isSame(as: calendar) == true)
        #expect(calendar.normalizedSource == bytes)
        #expect(foo.normalizedSource == Array(bytes[foo.sourceRange]) + [0x0D, 0x0A])
        #expect(tree.allComponents.map { text($0.name) } == ["VCALENDAR", "X-FOO", "X-BAR", "VEVENT"])
    }

    @Test("an END that is missing is added where the component is written again", arguments: [
        (["BEGIN:A", "X:1"], ["BEGIN:A", "X:1", "END:A"]),
        (["BEGIN:A", "BEGIN:B", "X:1", "END:A"], ["BEGIN:A", "BEGIN:B", "X:1", "END:B", "END:A"]),
        (["BEGIN:A", "BEGIN:B", "BEGIN:C"], ["BEGIN:A", "BEGIN:B", "BEGIN:C", "END:C", "END:B", "END:A"]),
        (["BEGIN:A"], ["BEGIN:A", "END:A"]),
    ])
    func missingEnd(source: [String], written: [String]) throws {
        let tree = try ComponentTree.parse([UInt8](source.joined(separator: "\r\n").utf8))
        #expect(tree.repairs == .missingEnd)
        #expect(text(try first(tree.roots).normalizedSource) == written.map { $0 + "\r\n" }.joined())
    }

    @Test("BEGIN and END have no group and no parameters; what has them is a property")
    func delimiters() throws {
        let component = try root(document("BEGIN \t: X ", "g.BEGIN:Y", "END;A=1:X", "BEGINS:Y", "END : X", "A:1"))
        #expect(text(component.name) == "X")
        #expect(component.properties.map { text($0.name) } == ["BEGIN", "END", "BEGINS"])
    }

    @Test("an END that closes nothing is passed over, and left out")
    func strayEnd() throws {
        let tree = try ComponentTree.parse(document("BEGIN:A", "END:B", "X:1", "END:A"))
        #expect(tree.repairs == .strayEnd)
        let component = try first(tree.roots)
        #expect(component.properties.map(\.text) == ["1"])
        #expect(component.normalizedSource == document("BEGIN:A", "X:1", "END:A"))
    }

    @Test("text around the components is passed over")
    func outside() throws {
        let tree = try ComponentTree.parse(document("From: me", "BEGIN:A", "END:A", "-- ", "BEGIN:B", "END:B", "bye"))
        #expect(tree.repairs == [.textOutside, .lineWithoutValue])
        #expect(shape(tree.roots) == "A,B")
    }

    @Test("a component of the same level closes the one that has lost its END")
    func levels() throws {
        let rules = NestingRules { $0.count == 1 ? 1 : nil }
        let tree = try ComponentTree.parse(
            document("BEGIN:A", "BEGIN:XX", "BEGIN:B", "END:B"), rules: rules)
        #expect(shape(tree.roots) == "A(XX),B")
    }

    @Test("lines can be added before the END")
    func insertion() throws {
        var out: [UInt8] = []
        try root(document("BEGIN:A", "BEGIN:B", "END:B", "END:A")).appendSource(to: &out) { $0.append("X:1\r\n") }
        #expect(out == document("BEGIN:A", "BEGIN:B", "END:B", "X:1", "END:A"))
    }

    @Test("an empty document has no components")
    func empty() throws {
        #expect(try shape(ComponentTree.parse([]).roots) == "")
        #expect(try ComponentTree.parse([0xEF, 0xBB, 0xBF, 0x0D, 0x0A]).repairs.isEmpty)
    }
}
