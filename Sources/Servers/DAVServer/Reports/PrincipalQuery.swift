import DAVGrammar
import Database
import Directory
import XML

/// A search for principals in the words of the directory.
enum PrincipalQuery {
    /// RFC 3744 §9.5: what can be searched, for people.
    static let properties: [(name: XMLName, description: String)] = [
        (.dav(.displayname), "Name"), (.calendarServer(.emailAddressSet), "Mail address"),
        (.caldav(.calendarUserAddressSet), "Calendar address"), (.caldav(.calendarUserType), "Kind"),
    ]

    static func find(
        _ tx: borrowing ReadTransaction, _ request: PrincipalPropertySearchRequest, asker: Principal, limit: Int
    ) throws -> [Principal] {
        var tests: [PrincipalSearch.Test] = []
        var kinds: Set<Principal.Kind>?
        for search in request.searches {
            let match = Self.match(search.matchType)
            for name in search.properties {
                switch name {
                case .dav(.displayname), .calendarServer(.firstName), .calendarServer(.lastName):
                    tests.append(.init(.displayName, match, search.text))
                case .calendarServer(.emailAddressSet): tests.append(.init(.address, match, search.text))
                case .caldav(.calendarUserAddressSet):
                    let isMail = search.text.lowercased().hasPrefix("mailto:")
                    tests.append(.init(.address, match, isMail ? String(search.text.dropFirst(7)) : search.text))
                case .caldav(.calendarUserType): kinds = Self.kinds(search.text).union(kinds ?? [])
                // A property that nobody has matches nobody (RFC 3744 §9.4).
                default: if !request.isAnyOf { return [] }
                }
            }
        }
        if tests.isEmpty && kinds == nil { return [] }
        return try LocalDirectory.search(tx, PrincipalSearch(
            tests, isAnyOf: request.isAnyOf && !tests.isEmpty, kinds: kinds, domain: asker.domain, limit: limit)).found
    }

    /// Every word must be in the name or in an address.
    static func find(
        _ tx: borrowing ReadTransaction, tokens: [String], asker: Principal, limit: Int
    ) throws -> [Principal] {
        guard let first = tokens.first else { return [] }
        let tests: (String) -> [PrincipalSearch.Test] = { [.init(.displayName, .contains, $0), .init(.address, .contains, $0)] }
        let found = try LocalDirectory.search(tx, PrincipalSearch(
            tests(first), isAnyOf: true, domain: asker.domain, limit: tokens.count == 1 ? limit : .max)).found
        return Array(found.filter { principal in
            tokens.dropFirst().allSatisfy { PrincipalSearch(tests($0), isAnyOf: true, limit: 1).matches(principal) }
        }.prefix(limit))
    }

    private static func match(_ type: PrincipalPropertySearchRequest.MatchType) -> PrincipalSearch.Match {
        switch type {
        case .contains: .contains
        case .startsWith: .startsWith
        case .endsWith: .endsWith
        case .equals: .equals
        }
    }

    private static func kinds(_ text: String) -> Set<Principal.Kind> {
        switch text.uppercased() {
        case "INDIVIDUAL": [.user]
        case "GROUP": [.group]
        case "ROOM": [.room]
        case "RESOURCE": [.resource]
        default: []
        }
    }
}
