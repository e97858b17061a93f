import Bytes
package import ContentLines

/// The texts of an object, folded, for ruling out objects by an index before they are read.
package enum CalendarSearchText {
    /// An object with more text is not told by it.
    package static let maximumByteCount = 16 * 1024

    /// Of the object's components and all that is within them, but not of its zones. Nil for an object with too much text: it can
    /// only be read.
    package static func of(_ object: CalendarObjectResource) -> [UInt8]? {
        var text = SearchText(limit: maximumByteCount)
        var pending = object.components
        while let component = pending.popLast() {
            for line in component.properties where !isBinary(line.name) {
                if !text.add(line) { return nil }
            }
            pending.append(contentsOf: component.children)
        }
        return text.result
    }

    /// RFC 5545 §3.8.1.1, RFC 7986 §5.10: files and pictures, in which nobody looks for words.
    static func isBinary(_ name: some Collection<UInt8>) -> Bool {
        switch name.count {
        case 5: name.equalsIgnoringASCIICase("IMAGE")
        case 6: name.equalsIgnoringASCIICase("ATTACH")
        default: false
        }
    }
}

extension ComponentFilter {
    /// What the search text of an object that the filter, which is about the VCALENDAR, matches must contain; nil where the
    /// filter asks for something else than that a text is there.
    package var requiredSubstrings: RequiredSubstrings? {
        if isNotDefined { return nil }
        return RequiredSubstrings(allOf: components.map(\.requiredOfObject))
    }

    private var requiredOfObject: RequiredSubstrings? {
        CalendarComponentKind(rawValue: String(utf8: name.utf8.map(\.asciiUppercased))) == nil ? nil : requiredWithin
    }

    private var requiredWithin: RequiredSubstrings? {
        // The text is that of the stored object: with whom a calendar is shared have other alarms on it.
        if isNotDefined || name.utf8.equalsIgnoringASCIICase("VALARM") { return nil }
        return RequiredSubstrings(
            allOf: properties.map(\.requiredSubstrings) + components.map(\.requiredWithin))
    }
}

extension CalendarPropertyFilter {
    fileprivate var requiredSubstrings: RequiredSubstrings? {
        if isNotDefined || CalendarSearchText.isBinary([UInt8](name.utf8)) || ContentLine.isPersonal(name.utf8) { return nil }
        return text.flatMap { RequiredSubstrings($0) }
    }
}
