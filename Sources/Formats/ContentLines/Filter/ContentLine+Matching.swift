import Bytes

extension ContentLine {
    /// What a text-match looks at (RFC 4791 §9.7.5, RFC 6352 §10.5.4): the value without folds, transfer encoding and escapes,
    /// in UTF-8 whatever it was written in. Of a value of several parts it is the whole, with the semicolons or commas between
    /// them. The bytes of `text`, without making a String where nothing is amiss.
    package var matchedText: ArraySlice<UInt8> {
        let text = TextValue.unescape(transferDecodedValue)
        return WellFormedText.isUTF8(text) ? text : ArraySlice(WellFormedText.string(text).utf8)
    }

    /// The parts between the commas of a list, each as `matchedText`.
    package var matchedItems: [ArraySlice<UInt8>] {
        StructuredValue.split(transferDecodedValue, at: 0x2C).map { part in
            let text = TextValue.unescape(part)
            return WellFormedText.isUTF8(text) ? text : ArraySlice(WellFormedText.string(text).utf8)
        }
    }
}

extension PreparedTextMatch {
    /// Whether the test holds for the value of a property. Of one that is a list, each item is a text of its own, and the whole
    /// is one too: the test finds its text where one of them has it, and a negated one holds where none has.
    package func matches(_ line: ContentLine, isList: Bool, scratch: inout [UInt8]) -> Bool {
        let isFound = finds(line.matchedText, scratch: &scratch)
            // What an item contains, the whole contains.
            || (isList && match.matchType != .contains
                && line.matchedItems.contains { finds($0, scratch: &scratch) })
        return isFound != match.isNegated
    }
}

/// A test on parameters, prepared for many properties.
package struct PreparedParameterFilter: Sendable {
    private let name: [UInt8]
    private let isNotDefined: Bool
    private let text: PreparedTextMatch?

    package init(_ filter: ParameterFilter) {
        name = [UInt8](filter.name.utf8)
        switch filter.test {
        case .isDefined: (isNotDefined, text) = (false, nil)
        case .isNotDefined: (isNotDefined, text) = (true, nil)
        case .matches(let match): (isNotDefined, text) = (false, PreparedTextMatch(match))
        }
    }

    /// Whether the test holds for a property. RFC 4791 §9.7.3, RFC 6352 §10.5.2: a text is looked for in each value of each
    /// parameter of that name, and where there is none, also a negated test does not hold.
    package func matches(_ line: ContentLine, scratch: inout [UInt8]) -> Bool {
        var isDefined = false
        for parameter in line.parameters where parameter.isNamed(name) {
            if isNotDefined { return false }
            isDefined = true
            guard let text else { return true }
            if Self.finds(text, in: parameter, scratch: &scratch) { return !text.match.isNegated }
        }
        return isDefined ? text?.match.isNegated ?? true : isNotDefined
    }

    private static func finds(_ text: PreparedTextMatch, in parameter: Parameter, scratch: inout [UInt8]) -> Bool {
        let values = parameter.rawValues
        // A comma that nobody quoted may also belong to a value.
        let whole = values.count > 1 ? [ArraySlice(parameter.value.utf8)] : []
        for value in values.map(ParameterValue.decode) + whole {
            var value = value
            if !WellFormedText.isUTF8(value) { value = ArraySlice(WellFormedText.string(value).utf8) }
            if text.finds(value, scratch: &scratch) { return true }
            // RFC 6350 §5.6: a list of types may stand between one pair of quotes.
            if parameter.isNamed("TYPE"), value.contains(0x2C),
                value.split(separator: 0x2C).contains(where: { text.finds($0.trimmingASCIIWhitespace, scratch: &scratch) })
            { return true }
        }
        return false
    }
}
