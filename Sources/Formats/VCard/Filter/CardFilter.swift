package import ContentLines

/// RFC 6352 §10.5: which cards are asked for. Without any property filter: all.
package struct CardFilter: Hashable, Sendable {
    /// `test`: whether one property filter that holds is enough (the default), or all must hold.
    package var isAnyOf = true
    package var properties: [CardPropertyFilter] = []

    package init() {}
}

/// A test on the properties of one name (RFC 6352 §10.5.1). It holds where one of them passes what is asked.
package struct CardPropertyFilter: Hashable, Sendable {
    /// Compared without case; `group.name` asks for the property in that group only, a plain name for that in any.
    package var name: String
    /// The test holds where there is no such property; the rest is then empty.
    package var isNotDefined = false
    /// `test`: whether one text or parameter test that holds is enough (the default), or all must hold.
    package var isAnyOf = true
    package var texts: [TextMatch] = []
    package var parameters: [ParameterFilter] = []

    package init(name: String) { self.name = name }
}
