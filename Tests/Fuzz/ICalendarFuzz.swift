import Bytes
import ContentLines
import ICalendar

/// Reads everything that can be read of a calendar file, splits it, joins the objects and splits them again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    guard let document = try? CalendarDocument.parse(bytes) else { return 0 }
    for component in document.tree.allComponents {
        precondition(component.sourceRange.upperBound <= bytes.count)
        for line in component.properties {
            _ = line.group
            _ = line.text
            _ = StructuredValue.components(line.transferDecodedValue)
            for parameter in line.parameters { _ = parameter.values }
        }
    }
    _ = try? CalendarObjectResource.validate(document).summary
    precondition(WellFormedText.isUTF8(WellFormedText.document(bytes)[...]))

    var joiner = CalendarJoiner()
    var joined = joiner.header()
    let objects = split(bytes)
    for object in objects {
        precondition((try? CalendarObjectResource.validate(object.bytes))?.uid == object.uid)
        joined += joiner.append(object.bytes) ?? []
    }
    joined += joiner.footer()
    precondition(split(joined).map(\.uid) == objects.map(\.uid))
    return 0
}

private func split(_ bytes: [UInt8]) -> [CalendarSplitter.Object] {
    guard var splitter = try? CalendarSplitter(bytes) else { return [] }
    var objects: [CalendarSplitter.Object] = []
    while let item = try? splitter.next() {
        if case .object(let object) = item { objects.append(object) }
    }
    return objects
}
