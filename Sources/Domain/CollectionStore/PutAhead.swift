package import Database
package import Directory

/// What a put asks besides where it goes: it is said before that is looked for, by its path, so that all of it is one journey to the database where each
/// statement is one.
///
/// Given to `Members.put` it also says that the collection was read in this transaction, which has changed nothing yet: its position is known.
package struct PutAhead: Sendable {
    private let spellings: [String]
    private let parameters: [Value]

    private static let holders: StaticString = """
        SELECT name, uid FROM member WHERE uid IN ($4, $5, $6, $7, $8) AND collection_id = (
            SELECT id FROM collection WHERE name = $3 AND trashed IS NULL AND parent_id = (
                SELECT id FROM collection WHERE owner_id = $1 AND kind = $2 AND parent_id IS NULL AND trashed IS NULL))
        """

    /// - Parameters:
    ///   - owner: of the home of this kind, in which `name` is the collection's.
    ///   - uid: the object's.
    package init(
        _ tx: borrowing ReadTransaction, of owner: PrincipalID, in kind: CollectionKind, child name: String, uid: String
    ) {
        spellings = kind == .bookHome ? CardUID.spellings(of: uid) : [uid]
        parameters = [.integer(owner.rawValue), .text(kind.rawValue), .text(name)] + CardUID.parameters(spellings)
        tx.foresee(Self.holders, parameters)
        Quota.foresee(tx, of: owner)
    }

    /// The name of the member that has the UID already, but for `name`.
    func holder(_ tx: borrowing ReadTransaction, except name: String?) throws -> String? {
        CardUID.first(
            of: try tx.all(Self.holders, parameters) { (name: $0.text(0), uid: $0.text(1)) }, by: spellings, except: name)
    }
}
