import Bytes
import CollectionStore
import ContentLines
import DAVGrammar
import Database
import ICalendar
import XML

/// RFC 4791 §9.7: whether an object is what a filter asks for.
enum ComponentMatcher {
    /// Throws `Reply` for a filter with a collation that is not known.
    static func check(_ filter: ComponentFilter) throws {
        for property in filter.properties { try LineMatcher.check(property, unsupported: .caldav(.supportedCollation)) }
        for component in filter.components { try check(component) }
    }

    /// The filter for a listing. What the row tells already is not read from the object.
    static func memberFilter(_ filter: ComponentFilter, files: FileBlobStore) -> MemberListing.Filter {
        let names = filter.components.map { [UInt8]($0.name.lowercased().utf8) }
        let needsObject = !filter.properties.isEmpty || filter.isNotDefined || filter.components.contains {
            $0.isNotDefined || !$0.properties.isEmpty || !$0.components.isEmpty || $0.name == "VTIMEZONE"
        }
        return { tx, member in
            // All components of an object but its time zones are of one kind (RFC 4791 §4.1).
            for (name, component) in zip(names, filter.components) where !component.isNotDefined && component.name != "VTIMEZONE" {
                if !member.component.elementsEqual(name) { return false }
            }
            guard needsObject else { return true }
            let bytes = switch try Blobs.read(tx, member.blobID) {
            case .bytes(let bytes): bytes
            case .file(let name): try files.open(name).readAll()
            }
            guard let document = try? CalendarDocument.parse(bytes) else { return false }
            return document.calendars.contains { matches($0, filter) }
        }
    }

    /// `component` has the filter's name. All tests must hold, on this one component.
    static func matches(_ component: Component, _ filter: ComponentFilter) -> Bool {
        if filter.isNotDefined { return false }
        for property in filter.properties {
            guard LineMatcher.matches(Array(component.properties(named: [UInt8](property.name.utf8))), property) else { return false }
        }
        for inner in filter.components {
            let candidates = component.children(named: [UInt8](inner.name.utf8))
            if inner.isNotDefined {
                if candidates.contains(where: { _ in true }) { return false }
            } else if !candidates.contains(where: { matches($0, inner) }) {
                return false
            }
        }
        return true
    }
}
