package import Bytes

/// What a property's value is made of where it does not say so.
package struct JSONPropertyType: Sendable {
    /// How the values of a property are told apart.
    package enum Form: Sendable {
        case single
        /// RFC 5545 §3.1.2, RFC 6350 §3.3: values with commas between them.
        case list
        /// RFC 7095 §3.3.1.3, RFC 7265 §3.4.1: components with semicolons between them.
        case structured
        /// The same, and each component may be a list.
        case structuredLists
    }

    /// The type identifier, in lower case.
    package var identifier: String
    package var form: Form

    package init(_ identifier: String, _ form: Form = .single) {
        self.identifier = identifier
        self.form = form
    }
}

/// What makes jCal (RFC 7265) and jCard (RFC 7095) of what both share.
package struct JSONDialect: Sendable {
    /// By the property's name, in upper case; others are `unknown`.
    package var types: [String: JSONPropertyType]
    /// Those, in upper case, of which a line always says the type, since their RFC gives none that goes without saying.
    package var alwaysTyped: Set<String>
    /// RFC 7095 §3.3.1.2: the group stands among the parameters.
    package var hasGroups: Bool
    /// RFC 6350 §4.3: whether parts of a date and a time may be missing.
    package var hasTruncatedDates: Bool
    /// Whose values are a list although quotes are around it, in lower case: RFC 7095 §3.4.2.
    package var quotedLists: Set<String>

    package init(
        types: [String: JSONPropertyType], alwaysTyped: Set<String> = [], hasGroups: Bool, hasTruncatedDates: Bool,
        quotedLists: Set<String>
    ) {
        self.types = types
        self.alwaysTyped = alwaysTyped
        self.hasGroups = hasGroups
        self.hasTruncatedDates = hasTruncatedDates
        self.quotedLists = quotedLists
    }
}

/// Why JSON is no calendar or card that text could hold.
package enum JSONContentError: Error, Equatable, Sendable {
    case notJSON(ParseError)
    /// Not the arrays that RFC 7265 §3.3 and RFC 7095 §3.2 have; says what should be there.
    case structure(String)
    case componentName(String)
    case propertyName(String)
    case parameter(property: String, name: String)
    case value(property: String)
    /// RFC 7095 §3.3.1: VERSION is there, and 4.0.
    case version

    /// What is wrong, for whoever sent it.
    package var sentence: String {
        switch self {
        case .notJSON(let error): "This is not JSON: \(error)."
        case .structure(let expected): "There should be \(expected)."
        case .componentName(let name): "A component cannot be named “\(name)”."
        case .propertyName(let name): "A property cannot be named “\(name)”."
        case .parameter(let property, let name): "The parameter “\(name)” of “\(property)” cannot be written as text."
        case .value(let property): "The value of “\(property)” is not of its type, or cannot be written as text."
        case .version: "The card's version is not 4.0."
        }
    }
}
