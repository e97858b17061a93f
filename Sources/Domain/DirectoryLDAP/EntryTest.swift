/// A question to an entry that an administrator can write: `nsAccountLock=TRUE` (a value, without regard to case; `*` is any),
/// `userAccountControl&2` (a bit), `accountExpires@filetime`, `shadowExpire@days`, `krbPrincipalExpiration@time` (a time that
/// is over).
package struct EntryTest: Sendable, Equatable, CustomStringConvertible {
    private enum Condition: Sendable, Equatable {
        case equals(String)
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
        case "=": condition = operand == "*" ? .isPresent : .equals(operand)
        case "&":
            guard let bits = Int64(operand), bits != 0 else { return nil }
            condition = .hasBits(bits)
        default:
            guard let form = TimeForm(rawValue: operand) else { return nil }
            condition = .isOver(form)
        }
        self.attribute = attribute
    }

    package var description: String {
        switch condition {
        case .equals(let value): "\(attribute)=\(value)"
        case .isPresent: "\(attribute)=*"
        case .hasBits(let bits): "\(attribute)&\(bits)"
        case .isOver(let form): "\(attribute)@\(form.rawValue)"
        }
    }

    /// - Parameter now: milliseconds since 1970.
    func holds(_ entry: LDAPEntry, now: Int64) -> Bool {
        if condition == .isPresent { return !entry.values(attribute).isEmpty }
        return entry.exactTexts([attribute]).contains { value in
            switch condition {
            case .equals(let wanted): value.lowercased() == wanted.lowercased()
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
