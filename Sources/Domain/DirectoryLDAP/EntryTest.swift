/// A question to an entry that an administrator can write: `nsAccountLock=TRUE` (a value, without regard to case; `*` is any),
/// `userAccountControl&2` (a bit), `accountExpires@filetime`, `shadowExpire@days`, `krbPrincipalExpiration@time` (a time that
/// is over).
package struct EntryTest: Sendable, Equatable, CustomStringConvertible {
    private enum Condition: Sendable, Equatable {
        case equals(String)
        /// A distinguished name, in whatever way it is spaced and escaped.
        case names(DistinguishedName)
        case isPresent
        case hasBits(Int64)
        case isOver(TimeForm)
    }

    private enum TimeForm: String, Sendable {
        case filetime, days, time
    }

    package static let expected = "a test such as nsAccountLock=TRUE, userAccountControl&2 or accountExpires@filetime"

    let attribute: String
    private let condition: Condition

    package init?(_ text: String) {
        guard let index = text.firstIndex(where: { "=&@".contains($0) }) else { return nil }
        let attribute = String(text[..<index])
        let operand = String(text[text.index(after: index)...])
        guard AttributeMap.isAttribute(attribute), !operand.isEmpty else { return nil }
        switch text[index] {
        case "=" where operand == "*": condition = .isPresent
        case "=":
            let name = operand.contains("=") ? DistinguishedName(operand) : nil
            condition = name.map { .names($0) } ?? .equals(operand)
        case "&":
            guard let bits = Int64(operand), bits != 0 else { return nil }
            condition = .hasBits(bits)
        default:
            guard let form = TimeForm(rawValue: operand) else { return nil }
            condition = .isOver(form)
        }
        self.attribute = attribute
        self.text = text
    }

    /// Several, with commas between; nil where one is none. A distinguished name has commas itself: what goes on with one of the types of
    /// RFC 4514 §3 belongs to the name before.
    package static func list(_ text: String) -> [EntryTest]? {
        var texts: [String] = []
        for part in text.split(separator: ",") {
            let part = part.drop { $0 == " " }
            if let last = texts.last, last.count(where: { $0 == "=" }) > 1, isRelativeName(part) {
                texts[texts.endIndex - 1] = "\(last),\(part)"
            } else if !part.isEmpty, part != "none" {
                texts.append(String(part))
            }
        }
        let tests = texts.compactMap { text in
            EntryTest(String(text.reversed().drop { $0 == " " }.reversed()))
        }
        return tests.count == texts.count ? tests : nil
    }

    private static func isRelativeName(_ text: Substring) -> Bool {
        guard let sign = text.firstIndex(of: "=") else { return false }
        return ["cn", "l", "st", "o", "ou", "c", "street", "dc", "uid"].contains(text[..<sign].lowercased())
    }

    /// As it was written.
    private let text: String

    package var description: String { text }

    /// - Parameter now: milliseconds since 1970.
    func holds(_ entry: LDAPEntry, now: Int64) -> Bool {
        if condition == .isPresent { return !entry.values(attribute).isEmpty }
        return entry.exactTexts([attribute]).contains { value in
            switch condition {
            case .equals(let wanted): value.lowercased() == wanted.lowercased()
            case .names(let wanted): DistinguishedName(value) == wanted
            case .isPresent: true
            // A number with a sign, of 32 bits (userAccountControl); any of the bits.
            case .hasBits(let bits): Int64(value).map { $0 & bits != 0 } ?? false
            case .isOver(.filetime): DirectoryTimes.fileTime(value).map { $0 <= now } ?? false
            case .isOver(.days): DirectoryTimes.days(value).map { $0 <= now } ?? false
            case .isOver(.time): DirectoryTimes.generalizedTime(value).map { $0 <= now } ?? false
            }
        }
    }
}
