package import Bytes

/// RFC 4918 §10.4: lists of conditions, of which one must hold.
package struct IfHeader: Equatable, Sendable {
    package enum Condition: Equatable, Sendable {
        /// A lock token, or another state token.
        case state(String, isNegated: Bool)
        /// An entity tag, without quotes.
        case tag(String, isNegated: Bool)
    }

    package struct List: Equatable, Sendable {
        /// What the list is about; nil: the request's own URL.
        package var resource: String?
        package var conditions: [Condition]
    }

    package var lists: [List]

    private static let maximumConditions = 1000

    package static func parse(_ bytes: [UInt8]) throws(ParseError) -> IfHeader {
        var parser = Parser(bytes: bytes)
        return IfHeader(lists: try parser.lists())
    }

    /// RFC 4918 §10.4.1: all state tokens in it count as submitted.
    package var submittedTokens: [String] {
        lists.flatMap(\.conditions).compactMap { if case .state(let token, _) = $0 { token } else { nil } }
    }

    /// The resources that lists name.
    package var resourceTags: Set<String> { Set(lists.compactMap(\.resource)) }

    /// Whether one of the lists holds. `etag`: the tag of a resource (nil: the request's) without quotes; `isLocked`:
    /// whether a state token is one of a resource's.
    package func holds(
        etag: (_ resource: String?) throws -> String?, isLocked: (_ token: String, _ resource: String?) throws -> Bool
    ) rethrows -> Bool {
        for list in lists {
            var holds = true
            for condition in list.conditions {
                let matches: Bool
                switch condition {
                case .state(let token, let isNegated): matches = try isLocked(token, list.resource) != isNegated
                case .tag(let tag, let isNegated): matches = try (etag(list.resource) == tag) != isNegated
                }
                if !matches {
                    holds = false
                    break
                }
            }
            if holds { return true }
        }
        return false
    }

    private struct Parser {
        let bytes: [UInt8]
        var index = 0
        var count = 0

        mutating func lists() throws(ParseError) -> [List] {
            var lists: [List] = []
            var resource: String?
            var isTagUsed = true
            skipBlanks()
            while index < bytes.count {
                switch bytes[index] {
                case 0x3C:
                    guard isTagUsed else { throw ParseError(at: index, expected: "a list after the resource") }
                    // RFC 4918 §10.4.2: "1*No-tag-list | 1*Tagged-list"
                    guard resource != nil || lists.isEmpty else { throw ParseError(at: index, expected: "a resource before the first list") }
                    resource = try upTo(0x3E)
                    isTagUsed = false
                case 0x28:
                    lists.append(List(resource: resource, conditions: try conditions()))
                    isTagUsed = true
                default: throw ParseError(at: index, expected: "a list or a resource")
                }
                skipBlanks()
            }
            guard !lists.isEmpty, isTagUsed else { throw ParseError(at: index, expected: "a list") }
            return lists
        }

        private mutating func conditions() throws(ParseError) -> [Condition] {
            index += 1
            var conditions: [Condition] = []
            while true {
                skipBlanks()
                guard index < bytes.count else { throw ParseError(at: index, expected: ")") }
                if bytes[index] == 0x29 {
                    index += 1
                    guard !conditions.isEmpty else { throw ParseError(at: index, expected: "a condition") }
                    return conditions
                }
                count += 1
                guard count <= maximumConditions else { throw ParseError(at: index, expected: "fewer conditions") }
                conditions.append(try condition())
            }
        }

        private mutating func condition() throws(ParseError) -> Condition {
            var isNegated = false
            if bytes[index...].prefix(3).equalsIgnoringASCIICase("not") {
                isNegated = true
                index += 3
                skipBlanks()
            }
            guard index < bytes.count else { throw ParseError(at: index, expected: "a condition") }
            switch bytes[index] {
            case 0x3C: return .state(try upTo(0x3E), isNegated: isNegated)
            case 0x5B: return .tag(EntityTagCondition.normalized(try upTo(0x5D).utf8), isNegated: isNegated)
            default: throw ParseError(at: index, expected: "<token> or [entity tag]")
            }
        }

        /// What stands between the bracket at `index` and `end`.
        private mutating func upTo(_ end: UInt8) throws(ParseError) -> String {
            let start = index + 1
            var isQuoted = false
            let close = bytes[start...].firstIndex { byte in
                // RFC 9110 §8.8.3: a tag may hold a bracket.
                if byte == 0x22 && end == 0x5D { isQuoted.toggle() }
                return byte == end && !isQuoted
            }
            guard let close else { throw ParseError(at: index, expected: "the closing bracket") }
            guard close > start else { throw ParseError(at: index, expected: "something in the brackets") }
            index = close + 1
            return String(utf8: bytes[start..<close].trimmingASCIIWhitespace)
        }

        private mutating func skipBlanks() { while index < bytes.count, bytes[index].isASCIIWhitespace { index += 1 } }
    }
}
