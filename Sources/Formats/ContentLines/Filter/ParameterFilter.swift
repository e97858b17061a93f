/// A test on the parameters of one property (RFC 4791 §9.7.3, RFC 6352 §10.5.2).
package struct ParameterFilter: Hashable, Sendable {
    package enum Test: Hashable, Sendable {
        case isDefined
        case isNotDefined
        case matches(TextMatch)
    }

    /// Compared without case.
    package var name: String
    package var test: Test

    package init(name: String, test: Test = .isDefined) {
        self.name = name
        self.test = test
    }
}
