package import CollectionStore
package import Database
import Directory

/// The list of one mail domain, or of a unit of it.
package struct AddressList: Sendable, Equatable {
    /// The book.
    package var collection: CollectionID
    package var domain: String
    /// Empty: all of the domain who are in no unit.
    package var unit: String
    /// Whether clients are told of it as a directory to be searched.
    package var isGateway: Bool
    /// Whether searches for principals find who is in it.
    package var isOfPrincipals: Bool
    package var nextRefresh: Milliseconds
    package var lastAttempt: Milliseconds?
    /// With all directories.
    package var lastSuccess: Milliseconds?

    /// For administrators: the domain, and the unit if it is of one.
    package var title: String { unit.isEmpty ? domain : "\(domain)/\(unit)" }
}

/// Finds and makes lists, and gives the lease of one.
package enum AddressLists {
    /// The principal that the book of a domain belongs to; nobody can sign in as it.
    package static let ownerName = "global-address-list"
    package static let bookName = "list"

    package static func find(_ tx: borrowing ReadTransaction, domain: String, unit: String = "") throws -> AddressList? {
        try tx.first(
            """
            SELECT collection_id, domain, next_refresh, last_attempt, last_success, unit, is_gateway, is_principals
            FROM address_list WHERE domain = $1 AND unit = $2
            """, [.text(domain), .text(unit)], row: read)
    }

    package static func all(_ tx: borrowing ReadTransaction) throws -> [AddressList] {
        try tx.all(
            """
            SELECT collection_id, domain, next_refresh, last_attempt, last_success, unit, is_gateway, is_principals
            FROM address_list ORDER BY domain, unit
            """, row: read)
    }

    /// Those of a domain: everybody's first, then those of units.
    package static func all(_ tx: borrowing ReadTransaction, domain: String) throws -> [AddressList] {
        try tx.all(
            """
            SELECT collection_id, domain, next_refresh, last_attempt, last_success, unit, is_gateway, is_principals
            FROM address_list WHERE domain = $1 ORDER BY unit
            """, [.text(domain)], row: read)
    }

    private static func read(_ row: borrowing Row) -> AddressList {
        AddressList(
            collection: CollectionID(rawValue: row.integer(0)), domain: row.text(1), unit: row.text(5),
            isGateway: row.integer(6) == 1, isOfPrincipals: row.integer(7) == 1, nextRefresh: row.integer(2),
            lastAttempt: row.optionalInteger(3), lastSuccess: row.optionalInteger(4))
    }

    /// The list of a domain, made where there is none: an empty book that all of the domain who are signed in may read. That of a unit
    /// nobody may, until it is granted to them. What an administrator grants or takes away later stays so.
    package static func make(
        _ tx: borrowing WriteTransaction, domain: String, unit: String = "", displayName: String, isBook: Bool = true,
        now: Milliseconds
    ) throws -> AddressList {
        if let list = try find(tx.read, domain: domain, unit: unit) { return list }
        let home = try home(tx, domain: domain, displayName: displayName, now: now)
        let name = unit.isEmpty ? bookName : unit
        // What else it is its first refresh says.
        let origin = isBook ? CollectionOrigin.addressList : .addressIndex
        let book = try Collections.make(tx, in: home, name: name, kind: .book, origin: origin, now: now)
        if unit.isEmpty {
            try Grants.set(
                tx, Grant(collection: book.id, grantee: .signedIn, rights: Role.reader.rights), on: book, isInEachStorage: true,
                now: now)
        }
        try tx.execute(
            "INSERT INTO address_list (collection_id, domain, unit, next_refresh) VALUES ($1, $2, $3, $4)",
            [.integer(book.id.rawValue), .text(domain), .text(unit), .integer(now)])
        return AddressList(
            collection: book.id, domain: domain, unit: unit, isGateway: false, isOfPrincipals: false, nextRefresh: now)
    }

    /// In which forms a list is offered besides the book.
    static func setForms(
        _ tx: borrowing WriteTransaction, of list: CollectionID, isGateway: Bool, isOfPrincipals: Bool
    ) throws {
        try tx.execute(
            "UPDATE address_list SET is_gateway = $2, is_principals = $3 WHERE collection_id = $1",
            [.integer(list.rawValue), .integer(isGateway ? 1 : 0), .integer(isOfPrincipals ? 1 : 0)])
    }

    /// The home of the books of a domain's lists.
    private static func home(
        _ tx: borrowing WriteTransaction, domain: String, displayName: String, now: Milliseconds
    ) throws -> Collection {
        for list in try all(tx.read, domain: domain) {
            guard let book = try Collections.find(tx.read, list.collection),
                let home = try Collections.home(tx.read, of: book.owner, kind: .bookHome)
            else { continue }
            return home
        }
        var new = NewPrincipal(try freeName(tx.read, domain), kind: .resource, displayName: displayName)
        // Each storage has a list of its own.
        new.followsDomain = false
        let owner = try LocalDirectory().add(tx, new, now: now)
        try LocalDirectory().setDisabled(tx, owner.id, true)
        return try Collections.makeHome(tx, of: owner.id, kind: .bookHome, now: now)
    }

    /// Somebody may have the name already.
    private static func freeName(_ tx: borrowing ReadTransaction, _ domain: String) throws -> SignInName {
        for number in 1...1_000 {
            let text = number == 1 ? ownerName : "\(ownerName)-\(number)"
            guard let name = SignInName(name: text, domain: domain) else { continue }
            if try LocalDirectory.find(tx, name) == nil { return name }
        }
        throw DirectoryRefusal.invalidAddress("\(ownerName)@\(domain)")
    }

    /// Removes a list with its book, as it is not to be any more.
    package static func remove(_ tx: borrowing WriteTransaction, _ list: AddressList, now: Milliseconds) throws {
        let id = Value.integer(list.collection.rawValue)
        for statement: StaticString in [
            "DELETE FROM address_list_member WHERE list_id = $1", "DELETE FROM address_list_name WHERE list_id = $1",
            "DELETE FROM address_list_address WHERE list_id = $1", "DELETE FROM address_list_entry WHERE list_id = $1",
            "DELETE FROM address_list_source WHERE list_id = $1", "DELETE FROM address_list_hidden WHERE list_id = $1",
            "DELETE FROM address_list WHERE collection_id = $1",
        ] { try tx.execute(statement, [id]) }
        guard let book = try Collections.find(tx.read, list.collection) else { return }
        // The owner has those of other units too.
        if try !all(tx.read, domain: list.domain).isEmpty { return try Trash.destroy(tx, book, now: now) }
        try Trash.destroyAll(tx, of: book.owner)
        try LocalDirectory().remove(tx, book.owner)
    }

    // MARK: The lease

    /// Milliseconds for which a lease holds when it is not renewed.
    /// Longer than a directory may take until it answers, for meanwhile nothing renews it.
    package static let leaseTime: Milliseconds = 600_000

    /// Begins the names of nodes. Of these one refreshes at a time, so one that finds another's lease finds that of a node which has ended,
    /// or will see that it has lost it; it need not wait for the lease's end.
    package static let nodePrefix = "node "

    /// Takes the lease, or renews it; false where another holds it.
    package static func take(
        _ tx: borrowing WriteTransaction, _ list: CollectionID, holder: String, now: Milliseconds
    ) throws -> Bool {
        try tx.rowsChanged(
            by: """
            UPDATE address_list SET holder = $2, held_until = $4
            WHERE collection_id = $1 AND (holder IS NULL OR holder = $2 OR held_until <= $3
                OR (substr(holder, 1, 5) = $5 AND substr($2, 1, 5) = $5))
            """,
            [.integer(list.rawValue), .text(holder), .integer(now), .integer(now + leaseTime), .text(nodePrefix)]) > 0
    }

    /// Throws `LeaseLost` where another has taken it since.
    static func renew(_ tx: borrowing WriteTransaction, _ list: CollectionID, holder: String, now: Milliseconds) throws {
        let renewed = try tx.rowsChanged(
            by: "UPDATE address_list SET held_until = $3 WHERE collection_id = $1 AND holder = $2",
            [.integer(list.rawValue), .text(holder), .integer(now + leaseTime)])
        if renewed == 0 { throw LeaseLost() }
    }

    static func release(
        _ tx: borrowing WriteTransaction, _ list: CollectionID, holder: String, isComplete: Bool, next: Milliseconds,
        now: Milliseconds
    ) throws {
        try tx.execute(
            """
            UPDATE address_list SET holder = NULL, held_until = 0, next_refresh = $3, last_attempt = $4,
                last_success = CASE WHEN $5 = 1 THEN $4 ELSE last_success END
            WHERE collection_id = $1 AND holder = $2
            """,
            [.integer(list.rawValue), .text(holder), .integer(next), .integer(now), .integer(isComplete ? 1 : 0)])
    }
}

/// Another process refreshes the list by now; nothing was written.
package struct LeaseLost: Error {}
