import Bytes
import CollectionStore
import Cryptography
import Database
import Directory

/// By which names those in address lists are found who are no principals yet.
///
/// A name that no principal has, neither as its own nor as an address, is that of whoever has it as a mail address; else of the first entry,
/// by the directories' precedence, which would sign in with it. Where all of somebody's names are another's, one with a digest of the
/// entry's id is theirs. So one name never means two, it means the same for all who ask, whatever they may see, and nobody who becomes a
/// principal changes what it means.
enum ListedNames {
    /// Who has the login of a name, at most.
    private static let mostOfLogin = 64

    /// Whose a name is that no principal has.
    static func find(_ tx: borrowing ReadTransaction, _ name: SignInName) throws -> ListedPlace? {
        if let place = try withAddress(tx, name.description, domain: name.domain) { return place }
        if let first = try withLogin(tx, name).first { return first.place }
        guard let stem = stem(of: name) else { return nil }
        return try withLogin(tx, stem).first { marked(stem, $0.key) == name }?.place
    }

    /// Who has a mail address.
    static func withAddress(_ tx: borrowing ReadTransaction, _ address: String, domain: String) throws -> ListedPlace? {
        try tx.first(
            """
            SELECT e.list_id, e.person
            FROM address_list l CROSS JOIN address_list_address a CROSS JOIN address_list_entry e
                LEFT JOIN address_list_source s ON s.list_id = e.list_id AND s.directory = e.directory
            WHERE l.domain = $1 AND a.list_id = l.collection_id AND a.address = $2
                AND e.list_id = a.list_id AND e.directory = a.directory AND e.entry_id = a.entry_id
                AND e.person IS NOT NULL AND e.state <> 2
            ORDER BY s.position, e.directory, e.entry_id LIMIT 1
            """, [.text(domain), .text(address)]
        ) { ListedPlace(list: CollectionID(rawValue: $0.integer(0)), person: $0.text(1)) }
    }

    /// Whether a name is another's than that of an entry.
    static func isReserved(_ tx: borrowing ReadTransaction, _ name: SignInName, for link: DirectoryLink) throws -> Bool {
        guard let found = try find(tx, name) else { return false }
        return try !EntryRows.isOf(tx, found, ListEntry.Key(directory: link.directory, id: link.entryID))
    }

    private struct Found {
        var key: ListEntry.Key
        var place: ListedPlace
    }

    /// The entries with this login that are no principals, in their order: groups after all who can sign in.
    private static func withLogin(_ tx: borrowing ReadTransaction, _ name: SignInName) throws -> [Found] {
        try tx.all(
            """
            SELECT e.directory, e.entry_id, e.list_id, e.person
            FROM address_list_entry e CROSS JOIN address_list l
                LEFT JOIN address_list_source s ON s.list_id = e.list_id AND s.directory = e.directory
            WHERE e.sign_in_name = $1 AND e.sign_in_name <> '' AND e.person IS NOT NULL AND e.state <> 2
                AND l.collection_id = e.list_id AND l.domain = $2 AND NOT EXISTS (
                    SELECT 1 FROM directory_account d WHERE d.directory = e.directory AND d.entry_id = e.entry_id)
            ORDER BY e.rank, s.position, e.directory, e.entry_id LIMIT $3
            """, [.text(name.description), .text(name.domain), .integer(Int64(mostOfLogin))]
        ) { row in
            Found(
                key: ListEntry.Key(directory: row.text(0), id: row.text(1)),
                place: ListedPlace(list: CollectionID(rawValue: row.integer(2)), person: row.text(3)))
        }
    }

    // MARK: Names with a mark

    private static let markLength = 8

    /// `anna-1f2e3d4c@example.org`: a name that is this entry's alone.
    static func marked(_ name: SignInName, _ key: ListEntry.Key) -> SignInName? {
        let digest = Hexadecimal.encode(SHA256.hash([UInt8]("\(key.directory)\n\(key.id)".utf8)).prefix(markLength / 2))
        return SignInName(name: "\(name.name)-\(String(utf8: digest))", domain: name.domain)
    }

    /// The name without its mark; nil where it has none.
    private static func stem(of name: SignInName) -> SignInName? {
        let (text, mark) = (name.name.utf8, name.name.utf8.suffix(markLength))
        guard text.count > markLength + 1, mark.allSatisfy({ $0.isASCIIDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0) })
        else { return nil }
        let rest = text.dropLast(markLength)
        return rest.last == UInt8(ascii: "-") ? SignInName(name: String(decoding: rest.dropLast(), as: UTF8.self), domain: name.domain) : nil
    }
}
