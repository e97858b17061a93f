package import Database
package import Directory

/// Somebody, or a group, in an address list, who is no principal yet and will be called so.
package struct ListedPrincipal: Sendable {
    package var person: ListedPerson
    package var name: SignInName

    /// As what it shows itself: like the principal that it will be, under a number that nobody has.
    package var principal: Principal {
        Principal(
            id: .ofNobody, kind: person.first.kind, domain: name.domain, name: name.name, displayName: person.first.displayName,
            addresses: person.first.addresses)
    }
}

/// Those in address lists who are no principals yet: they are found, have a URL and can be asked for their properties without anything being
/// written. They come to be when they are used: at their sign-in, or when something is granted to them.
package struct ListedPrincipals: Sendable {
    /// By which names an entry of a directory can be found, in their order (`Directories.names`).
    package typealias Names = @Sendable (_ entry: DirectoryEntry, _ directory: String) -> [SignInName]
    /// Makes the principal, under this name where that is free still; nil where that is not possible now.
    package typealias Admission = @Sendable (_ entry: DirectoryEntry, _ directory: String, SignInName) throws -> Principal?

    /// Where what new principals of a domain own is (`StorageMap`).
    package typealias Place = @Sendable (_ domain: String) throws -> String?

    private let names: Names
    private let place: Place
    private let admission: Admission

    package init(names: @escaping Names, place: @escaping Place = { _ in nil }, admission: @escaping Admission) {
        self.names = names
        self.place = place
        self.admission = admission
    }

    // MARK: Finding

    /// Whom a name means that no principal has, also as an address, of those whom the asker may find.
    package func find(
        _ tx: borrowing ReadTransaction, _ name: SignInName, _ visibility: @autoclosure () throws -> ListVisibility
    ) throws -> ListedPrincipal? {
        guard let place = try ListedNames.find(tx, name) else { return nil }
        return try find(tx, at: place, visibility())
    }

    /// Who has a mail address that is no principal's; `domain` is the asker's.
    package func find(
        _ tx: borrowing ReadTransaction, address: String, domain: String, _ visibility: @autoclosure () throws -> ListVisibility
    ) throws -> ListedPrincipal? {
        guard let folded = MailAddress.folded(address), let place = try ListedNames.withAddress(tx, folded, domain: domain) else { return nil }
        return try find(tx, at: place, visibility())
    }

    private func find(
        _ tx: borrowing ReadTransaction, at place: ListedPlace, _ visibility: ListVisibility
    ) throws -> ListedPrincipal? {
        guard visibility.lists.contains(where: { $0.collection == place.list && $0.isOfPrincipals }),
            let person = try ListSearch.person(tx, place.person, in: place.list, ListSearch.positions(tx, in: place.list)),
            try ListVisibility.principals(tx, of: person).isEmpty
        else { return nil }
        return try principal(tx, of: person)
    }

    /// As which principal a person who is none shows itself; nil where it can be none.
    package func principal(_ tx: borrowing ReadTransaction, of person: ListedPerson) throws -> ListedPrincipal? {
        guard let key = person.entries.first else { return nil }
        var candidates = names(person.first, key.directory)
        if let first = candidates.first, let marked = ListedNames.marked(first, ListEntry.Key(directory: key.directory, id: key.id)) {
            candidates.append(marked)
        }
        for name in candidates {
            // A name and an address of a principal go before what a list says.
            guard try LocalDirectory.find(tx, name) == nil, try LocalDirectory.find(tx, address: name.description) == nil,
                try ListedNames.find(tx, name) == person.place else { continue }
            return ListedPrincipal(person: person, name: name)
        }
        return nil
    }

    // MARK: Use

    /// Whether what they will own is in another storage than that, where nothing of it can be granted to them. Not in a transaction.
    package func isElsewhere(_ listed: ListedPrincipal, than storage: String?) throws -> Bool {
        // A group owns nothing.
        try listed.principal.kind != .group && place(listed.name.domain) != storage
    }

    /// Makes the principal; nil where that is not possible now. Not in a transaction: it writes.
    package func admit(_ listed: ListedPrincipal) throws -> Principal? {
        guard let key = listed.person.entries.first else { return nil }
        return try admission(listed.person.first, key.directory, listed.name)
    }

    /// Whether a name is another's than that of an entry which is about to become a principal (`Directories.Reservation`).
    package static func isReserved(
        _ tx: borrowing ReadTransaction, _ name: SignInName, for link: DirectoryLink
    ) throws -> Bool {
        try ListedNames.isReserved(tx, name, for: link)
    }
}
