import Bytes
import ContentLines
import ICalendar

/// Reads the input as jCal and as iCalendar. What comes out of JSON is iCalendar whose JSON reads again to the same text; what
/// comes out of iCalendar is JSON that is read.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    if let text = try? JCal.iCalendar(from: bytes) { check(text) }
    if let tree = try? ComponentTree.parse(bytes), let root = tree.roots.first(where: { _ in true }), isNamed(root) {
        let json = JCal.json(of: root)
        guard let text = try? JCal.iCalendar(from: json) else { preconditionFailure("own JSON is refused") }
        check(text)
    }
    return 0
}

/// What JSON is not made of nor read for: the name of the outermost component is none, as with spaces in it, or too long.
private func isNamed(_ component: Component) -> Bool {
    1...255 ~= component.name.count && component.name.allSatisfy(\.isASCIILetter)
}

private func check(_ text: [UInt8]) {
    guard let tree = try? ComponentTree.parse(text) else { preconditionFailure("own text is refused") }
    precondition(tree.repairs.isEmpty)
    for root in tree.roots {
        let json = JCal.json(of: root)
        guard let again = try? JCal.iCalendar(from: json), let second = try? ComponentTree.parse(again).roots.first(where: { _ in true })
        else { preconditionFailure("own JSON is refused") }
        precondition(JCal.json(of: second) == json)
    }
}
