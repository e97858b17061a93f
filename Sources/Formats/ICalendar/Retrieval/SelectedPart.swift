import Bytes
import ContentLines

/// A `ComponentSelection`, ready to be compared with lines.
struct SelectedPart {
    /// How much of a property is asked for.
    enum Extent {
        case nothing, nameAndParameters, whole
    }

    let name: [UInt8]
    private let properties: [(name: [UInt8], extent: Extent)]?
    private let components: [SelectedPart]?

    static let everything = SelectedPart(ComponentSelection(name: ""))

    init(_ selection: ComponentSelection) {
        name = Array(selection.name.utf8)
        properties = selection.properties.map { properties in
            properties.map { (Array($0.name.utf8), $0.isValueOmitted ? .nameAndParameters : .whole) }
        }
        components = selection.components.map { $0.map { SelectedPart($0) } }
    }

    var isEverything: Bool { properties == nil && components == nil }

    /// Names are those without a group: `A.SUMMARY` is a SUMMARY (RFC 4791 §9.6.4).
    func extent(of name: some Collection<UInt8>) -> Extent {
        guard let properties else { return .whole }
        var extent = Extent.nothing
        for property in properties where property.name.equalsIgnoringASCIICase(name) {
            // Asked for twice, once with its value: the value is wanted.
            if property.extent == .whole { return .whole }
            extent = property.extent
        }
        return extent
    }

    func extent(of name: StaticString) -> Extent { name.withUTF8Buffer { extent(of: $0) } }

    /// What is asked of a component within; nil for nothing.
    func part(of child: Component) -> SelectedPart? {
        guard let components else { return .everything }
        return components.first { child.isNamed($0.name) }
    }
}
