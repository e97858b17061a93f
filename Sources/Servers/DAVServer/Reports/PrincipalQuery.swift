import DAVGrammar
import Database
import Directory
import GlobalAddressList
import XML

/// A search for principals in the words of the directory.
struct PrincipalQuery {
    /// RFC 3744 §9.5: what can be searched, for people.
    static let properties: [(name: XMLName, description: String)] = [
        (.dav(.displayname), "Name"), (.calendarServer(.emailAddressSet), "Mail address"),
        (.caldav(.calendarUserAddressSet), "Calendar address"), (.caldav(.calendarUserType), "Kind"), (Tegu.phoneNumberSet, "Telephone number"),
    ]

    private let searches: [PrincipalSearch]

    /// Nil where nobody can be found.
    init?(_ request: PrincipalPropertySearchRequest, asker: Principal, limit: Int) {
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
                case .caldav(.calendarUserType):
                    let own = Self.kinds(search.text)
                    kinds = kinds.map { request.isAnyOf ? $0.union(own) : $0.intersection(own) } ?? own
                case Tegu.phoneNumberSet: tests.append(.init(.phone, match, search.text))
                // A property that nobody has matches nobody (RFC 3744 §9.4).
                default: if !request.isAnyOf { return nil }
                }
            }
        }
        if tests.isEmpty && kinds == nil { return nil }
        searches = [PrincipalSearch(
            tests, isAnyOf: request.isAnyOf && !tests.isEmpty, kinds: kinds, domain: asker.domain, limit: limit)]
    }

    /// Every word must be in the name or in an address.
    init?(tokens: [String], asker: Principal, limit: Int) {
        if tokens.isEmpty { return nil }
        searches = tokens.map { token in
            PrincipalSearch(
                [.init(.displayName, .contains, token), .init(.address, .contains, token)], isAnyOf: true, domain: asker.domain,
                limit: limit)
        }
    }

    /// The principals that are found, and those in address lists who are none yet, as they show themselves. Nothing is written.
    func find(_ tx: borrowing ReadTransaction, _ locator: Locator, limit: Int) throws -> [Principal] {
        guard let first = searches.first else { return [] }
        let visibility = try locator.listVisibility(tx)
        var known = first
        known.limit = searches.count == 1 && visibility.keepsNothing ? limit : .max
        var found: [Principal] = []
        for principal in try LocalDirectory.search(tx, known).found where found.count < limit {
            guard searches.dropFirst().allSatisfy({ $0.matches(texts: principal) }),
                try !visibility.conceals(tx, principal) else { continue }
            found.append(principal)
        }
        var seen = Set(found.map(\.id))
        var others: [Principal] = []
        for person in try ListSearch.find(tx, in: visibility.lists, all: searches, limit: limit) {
            let known = try ListVisibility.principals(tx, of: person)
            if known.isEmpty, found.count + others.count < limit, let listed = try locator.listed(tx, person) {
                others.append(listed.principal)
            }
            for principal in known where principal.domain == locator.asker.domain && !principal.isDisabled {
                if seen.insert(principal.id).inserted { found.append(principal) }
            }
        }
        return Array((found + others).prefix(limit))
    }

    /// What a search at the request's URL finds.
    ///
    /// - Parameter query: nil: one that finds nobody.
    static func find(_ query: PrincipalQuery?, _ exchange: Exchange, limit: Int) throws -> [Principal] {
        try exchange.read { tx in
            _ = try exchange.find(tx)
            return try query?.find(tx, exchange.locator, limit: limit) ?? []
        }
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
        case "UNKNOWN": [.mailbox]
        default: []
        }
    }
}
