import CollectionStore
import ContentLines
package import Database
package import Directory

/// Somebody who is in a list, for searches for principals: they may be no principal here yet (`ListedPrincipals`).
package struct ListedPerson: Sendable {
    /// In the order of their directories' precedence.
    package var entries: [ListedEntryKey]
    /// The first one, as its directory has it.
    package var first: DirectoryEntry
    /// Their card.
    var place: ListedPlace
}

/// A card in a list.
struct ListedPlace: Hashable {
    var list: CollectionID
    var person: String
}

/// Which entry of which directory; `LocalBackend.reservedName` is this database, whose ids are those of principals.
package struct ListedEntryKey: Sendable, Hashable {
    package var directory: String
    package var id: String
}

/// Finds people in lists by what principals are searched for, telephone numbers too.
package enum ListSearch {
    /// Those of `lists` whom all of `searches` look for, each once, at most `limit`.
    package static func find(
        _ tx: borrowing ReadTransaction, in lists: [AddressList], all searches: [PrincipalSearch], limit: Int
    ) throws -> [ListedPerson] {
        guard let first = searches.first else { return [] }
        var found: [ListedPerson] = []
        for list in lists where list.isOfPrincipals {
            let positions = try positions(tx, in: list.collection)
            var seen: Set<String> = []
            for candidates in try candidates(tx, in: list.collection, first, limit: limit) {
                for uid in candidates where seen.insert(uid).inserted {
                    guard found.count < limit else { return found }
                    if let person = try person(tx, uid, in: list.collection, positions, searches) { found.append(person) }
                }
            }
        }
        return found
    }

    /// The directories in their order of precedence.
    static func positions(_ tx: borrowing ReadTransaction, in list: CollectionID) throws -> [String: Int64] {
        Dictionary(try AddressListSources.all(tx, of: list).map { ($0.directory, $0.position) }) { first, _ in first }
    }

    /// Whose card it is; nil also where not all of `searches` look for them.
    static func person(
        _ tx: borrowing ReadTransaction, _ uid: String, in list: CollectionID, _ positions: [String: Int64],
        _ searches: [PrincipalSearch] = []
    ) throws -> ListedPerson? {
        let entries = try EntryRows.all(tx, of: list, person: uid).filter { $0.state != .gone }.sorted { a, b in
            let (x, y) = (positions[a.key.directory] ?? .max, positions[b.key.directory] ?? .max)
            return (x, a.key.directory, a.key.id) < (y, b.key.directory, b.key.id)
        }
        guard let first = entries.first, let card = PersonCard(uid: uid, of: entries, members: []),
            searches.allSatisfy({ $0.matches(texts: card) })
        else { return nil }
        return ListedPerson(
            entries: entries.map { ListedEntryKey(directory: $0.key.directory, id: $0.key.id) },
            first: DirectoryEntry(
                id: first.key.id, location: "", kind: first.kind, login: first.login, displayName: first.displayName,
                addresses: first.addresses),
            place: ListedPlace(list: list, person: uid))
    }

    /// The UIDs of cards that may be of those who are looked for, in pieces.
    private static func candidates(
        _ tx: borrowing ReadTransaction, in list: CollectionID, _ search: PrincipalSearch, limit: Int
    ) throws -> [[String]] {
        let texts = search.tests.filter { $0.property == .displayName || $0.property == .address }
            .map { Collation.unicodeCasemap.folded($0.text) }
        let phones = search.tests.contains { $0.property == .phone }
        // What names nobody in particular finds nobody.
        if search.tests.isEmpty { return try (search.kinds ?? []).subtracting([.user]).map { try byKind(tx, in: list, $0, limit: limit) } }
        guard search.tests.contains(where: { $0.text.utf8.count >= 2 }) else { return [] }
        // All must hold: one way to find them is enough.
        if !search.isAnyOf, !texts.isEmpty { return [try byText(tx, in: list, .all(texts))] }
        return (texts.isEmpty ? [] : [try byText(tx, in: list, .any(texts))]) + (phones ? [try withPhones(tx, in: list, search)] : [])
    }

    private static func byText(
        _ tx: borrowing ReadTransaction, in list: CollectionID, _ needles: SearchTextQuery.Needles
    ) throws -> [String] {
        try SearchTextQuery.names(tx, in: list, matching: needles, limit: mostCandidates).map { String($0.dropLast(4)) }
    }

    /// Cards that are looked at in one search: a word that all have names more than anybody can be shown.
    private static let mostCandidates = 20_000

    private static func byKind(
        _ tx: borrowing ReadTransaction, in list: CollectionID, _ kind: Principal.Kind, limit: Int
    ) throws -> [String] {
        // The index has all but users.
        try tx.all(
            """
            SELECT person FROM address_list_entry
            WHERE list_id = $1 AND kind = $2 AND kind <> 'user' AND person IS NOT NULL LIMIT $3
            """, [.integer(list.rawValue), .text(kind.rawValue), .integer(Int64(min(mostCandidates, 2 * limit)))]
        ) { $0.text(0) }
    }

    /// By reading all numbers: they are written in so many ways that no index of texts has them.
    private static func withPhones(
        _ tx: borrowing ReadTransaction, in list: CollectionID, _ search: PrincipalSearch
    ) throws -> [String] {
        var found: [String] = []
        let wanted = PrincipalSearch(
            search.tests.filter { $0.property == .phone }, isAnyOf: search.isAnyOf, limit: search.limit)
        try tx.forEach(
            "SELECT person, phones FROM address_list_entry WHERE list_id = $1 AND phones <> '' AND person IS NOT NULL",
            [.integer(list.rawValue)]
        ) { row in
            let phones = Phones(phones: row.text(1).split(separator: "\n").map(String.init))
            if wanted.matches(texts: phones) { found.append(row.text(0)) }
            return found.count < mostCandidates
        }
        return found
    }

    private struct Phones: Searched {
        var phones: [String]
        var kind: Principal.Kind { .user }
        var displayName: String { "" }
        var addresses: [String] { [] }
        var signInText: String { "" }
    }

    /// The telephone numbers of an entry, as the lists that somebody may read have it.
    package static func phones(
        _ tx: borrowing ReadTransaction, of key: ListedEntryKey, in lists: [AddressList]
    ) throws -> [String] {
        for list in lists {
            let known = try EntryRows.find(tx, of: list.collection, ListEntry.Key(directory: key.directory, id: key.id))
            if let known, known.state != .gone { return known.phones }
        }
        return []
    }
}
