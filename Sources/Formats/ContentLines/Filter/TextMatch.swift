/// A test on a text (RFC 4791 §9.7.5, RFC 6352 §10.5.4).
package struct TextMatch: Hashable, Sendable {
    /// RFC 6352 §10.5.4; in CalDAV always `contains`.
    package enum MatchType: String, Hashable, Sendable {
        case contains
        case equals
        case startsWith = "starts-with"
        case endsWith = "ends-with"
    }

    package var text: String
    package var collation: Collation
    package var isNegated: Bool
    package var matchType: MatchType

    package init(
        _ text: String, collation: Collation, isNegated: Bool = false, matchType: MatchType = .contains
    ) {
        self.text = text
        self.collation = collation
        self.isNegated = isNegated
        self.matchType = matchType
    }
}
