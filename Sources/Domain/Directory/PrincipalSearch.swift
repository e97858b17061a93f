import Bytes
package import Database

/// Finding principals by text in their names and addresses, without regard to case.
package struct PrincipalSearch: Sendable {
    package enum Property: Sendable {
        case displayName
        /// Any of the mail addresses.
        case address
        /// The sign-in name, `name@domain`.
        case signInName
        /// Any of the telephone numbers, in whatever way they are written.
        case phone
    }

    package enum Match: Sendable {
        case equals, contains, startsWith, endsWith
    }

    /// One property that must have one text.
    package struct Test: Sendable {
        package let property: Property
        let match: Match
        /// As it was typed.
        package let text: String
        let needle: [UInt8]

        package init(_ property: Property, _ match: Match, _ text: String) {
            self.property = property
            self.match = match
            self.text = text
            needle = Array((property == .phone ? PhoneNumber.dialled(text) : text.lowercased()).utf8)
        }
    }

    package var tests: [Test]
    /// Whether one test that holds is enough.
    package var isAnyOf: Bool
    /// Nil: all.
    package var kinds: Set<Principal.Kind>?
    /// In lower case; nil: all domains.
    package var domain: String?
    /// How many are wanted.
    package var limit: Int

    package init(
        _ tests: [Test], isAnyOf: Bool = false, kinds: Set<Principal.Kind>? = nil, domain: String? = nil, limit: Int
    ) {
        self.tests = tests
        self.isAnyOf = isAnyOf
        self.kinds = kinds
        self.domain = domain
        self.limit = limit
    }

    /// Whether it is one of those that are looked for. Those that are disabled are not.
    package func matches(_ principal: Principal) -> Bool { !principal.isDisabled && matches(texts: principal) }

    package func matches(texts searched: some Searched) -> Bool {
        if let kinds, !kinds.contains(searched.kind) { return false }
        return isAnyOf
            ? tests.contains { $0.matches(searched) }
            : tests.allSatisfy { $0.matches(searched) }
    }
}

/// What is looked at in a search.
package protocol Searched {
    var kind: Principal.Kind { get }
    var displayName: String { get }
    var addresses: [String] { get }
    var phones: [String] { get }
    /// Empty: it has none.
    var signInText: String { get }
}

extension Principal: Searched {
    /// Of principals none are kept; those of directories are in the address list.
    package var phones: [String] { [] }
}

/// Telephone numbers, which people and directories write in different ways.
package enum PhoneNumber {
    /// As it is dialled: without blanks and punctuation.
    package static func dialled(_ phone: String) -> String {
        let kept = phone.utf8.filter { $0.isASCIIDigit || $0 == UInt8(ascii: "+") || $0.isASCIILetter }
        return kept.isEmpty ? phone : String(decoding: kept, as: UTF8.self).lowercased()
    }
}

extension PrincipalSearch.Test {
    func matches(_ searched: some Searched) -> Bool {
        switch property {
        case .displayName: matches(searched.displayName)
        case .address: searched.addresses.contains { matches($0) }
        case .signInName: !searched.signInText.isEmpty && matches(searched.signInText)
        case .phone: searched.phones.contains { matches(PhoneNumber.dialled($0)) }
        }
    }

    private func matches(_ text: String) -> Bool {
        if text.utf8.count < needle.count && text.utf8.allSatisfy({ $0 < 0x80 }) { return false }
        let hay = Array(text.lowercased().utf8)
        switch match {
        case .equals: return hay == needle
        case .startsWith: return hay.starts(with: needle)
        case .endsWith: return hay.reversed().starts(with: needle.reversed())
        case .contains: return Self.contains(hay, needle)
        }
    }

    private static func contains(_ hay: [UInt8], _ needle: [UInt8]) -> Bool {
        guard let first = needle.first else { return true }
        guard hay.count >= needle.count else { return false }
        return (0...(hay.count - needle.count)).contains { start in
            hay[start] == first && hay[start...].starts(with: needle)
        }
    }
}

extension LocalDirectory {
    /// Those that `search` looks for, in order of domain and name; `isComplete` is false where there are more than
    /// its limit.
    ///
    /// Reads the principals one after the other (SQL's own comparison without case is of ASCII only), and keeps what
    /// is found.
    package static func search(
        _ tx: borrowing ReadTransaction, _ search: PrincipalSearch
    ) throws -> (found: [Principal], isComplete: Bool) {
        var found: [Principal] = []
        var isComplete = true
        try forEach(tx, domain: search.domain) { principal in
            guard search.matches(principal) else { return true }
            if found.count >= search.limit {
                isComplete = false
                return false
            }
            found.append(principal)
            return true
        }
        return (found, isComplete)
    }
}
