import Bytes
import ContentLines
package import VCard
import XML

/// RFC 6352 §10.3.
package struct AddressbookQueryRequest: Sendable {
    package var properties: PropertyRequest
    package var filter: CardFilter
    /// RFC 6352 §10.6
    package var limit: Int?

    init(_ root: XMLElement) throws(RequestBodyError) {
        properties = try PropertyRequest(in: root)
        // Thunderbird sends no filter where it means all.
        filter = try root.firstChild(named: .carddav(.filter)).map(CardFilter.init) ?? CardFilter()
        limit = try root.firstChild(named: .carddav(.limit)).limit(.carddav(.nresults))
    }
}

extension CardFilter {
    private static let elements = FilterElements.card
    /// Filters may be long, but nothing that is asked is so long.
    static let maximumCount = 200

    fileprivate init(_ element: XMLElement) throws(RequestBodyError) {
        self.init()
        isAnyOf = try Self.isAnyOf(element)
        var count = 0
        for child in element.children {
            guard child.name == .carddav(.propFilter) else { throw Self.elements.unsupported(child) }
            properties.append(try CardPropertyFilter(child, &count))
        }
    }

    /// RFC 6352 §10.5: `test`, by default anyof.
    fileprivate static func isAnyOf(_ element: XMLElement) throws(RequestBodyError) -> Bool {
        switch String(utf8: element.attribute("test") ?? []) {
        case "anyof", "": true
        case "allof": false
        default: throw elements.invalid("A test is anyof or allof.")
        }
    }
}

extension CardPropertyFilter {
    private static let elements = FilterElements.card

    fileprivate init(_ element: XMLElement, _ count: inout Int) throws(RequestBodyError) {
        self.init(name: try Self.elements.name(of: element))
        isAnyOf = try CardFilter.isAnyOf(element)
        count += 1
        for child in element.children {
            count += 1
            switch child.name {
            case .carddav(.isNotDefined): isNotDefined = true
            case .carddav(.textMatch): texts.append(try Self.elements.text(child))
            case .carddav(.paramFilter): parameters.append(try Self.elements.parameter(child))
            default: throw Self.elements.unsupported(child)
            }
        }
        if count > CardFilter.maximumCount { throw .refused(Self.elements.supportedFilter, "The filter is too large.") }
        if isNotDefined, !texts.isEmpty || !parameters.isEmpty {
            throw Self.elements.invalid("What is not defined has no other test.")
        }
    }
}
