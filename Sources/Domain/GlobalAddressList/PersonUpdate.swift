import CollectionStore
import Contacts
import Database
import Directory

/// Writes the cards of the entries that are to be written, some of them a transaction.
struct PersonUpdate {
    let list: AddressList
    let positions: [String: Int64]
    let options: AddressListOptions

    /// Entries of one transaction: other writers wait for it.
    static let batch = 100

    /// What was done; nil where nothing is to be written any more.
    func step(_ tx: borrowing WriteTransaction, now: Milliseconds) throws -> ListChanges? {
        let pending = try EntryRows.pending(tx.read, of: list.collection, limit: Self.batch)
        guard !pending.isEmpty, let book = try Collections.find(tx.read, list.collection) else { return nil }
        let concerned = try self.concerned(tx.read, by: pending)
        let persons = try PersonMerge.persons(
            of: concerned.filter { $0.state != .gone }, positions: positions, domain: list.domain,
            isShared: { try EntryRows.isShared(tx.read, of: list.collection, address: $0) }
        ) { uid in
            // All entries of the cards concerned are here, so another has it.
            try !EntryRows.all(tx.read, of: list.collection, person: uid).isEmpty
        }
        for entry in concerned where entry.state == .gone { try EntryRows.remove(tx, of: list.collection, entry.key) }
        for person in persons {
            for entry in person.entries where entry.state != .written || entry.person != person.uid {
                try EntryRows.setWritten(tx, of: list.collection, entry.key, person: person.uid)
                if entry.person != person.uid { try EntryRows.markGroups(tx, of: list.collection, naming: entry.key) }
            }
        }
        // After all have their UIDs, for groups name them.
        var changes = ListChanges()
        try ChangeBatch.run(tx, in: book, now: now) { batch in
            for person in persons { try write(tx, person, in: book, &changes, with: batch, now: now) }
            for uid in Set(concerned.compactMap(\.person)).subtracting(persons.map(\.uid)).sorted() {
                guard let member = try Members.find(tx.read, in: book.id, name: Self.name(of: uid)) else { continue }
                try Members.discard(tx, member, in: book, with: batch, now: now)
                changes.removed += 1
            }
        }
        return changes
    }

    static func name(of uid: String) -> String { uid + ".vcf" }

    /// The entries that are or may become one person with those.
    private func concerned(_ tx: borrowing ReadTransaction, by pending: [ListEntry]) throws -> [ListEntry] {
        var found: [ListEntry.Key: ListEntry] = [:]
        for entry in pending { found[entry.key] = entry }
        for entry in pending where entry.state != .gone {
            for address in entry.addresses {
                for key in try EntryRows.keys(tx, of: list.collection, address: address) where found[key] == nil {
                    found[key] = try EntryRows.find(tx, of: list.collection, key)
                }
            }
        }
        for person in Set(found.values.compactMap(\.person)) {
            for entry in try EntryRows.all(tx, of: list.collection, person: person) { found[entry.key] = entry }
        }
        return Array(found.values)
    }

    private func write(
        _ tx: borrowing WriteTransaction, _ person: PersonMerge.Person, in book: Collection, _ changes: inout ListChanges,
        with batch: ChangeBatch, now: Milliseconds
    ) throws {
        let groups = person.entries.filter { $0.kind == .group }
        let members = try groups.flatMap { try self.members(tx.read, of: $0.key) }
        guard let card = PersonCard(uid: person.uid, of: person.entries, members: Set(members).subtracting([person.uid]).sorted())
        else { return }
        let content: MemberContent
        do throws(CardRefusal) {
            content = try CardContent(card.bytes, maximumSize: options.cardSize).content
        } catch {
            // Nothing that a directory says makes a card that is none; one that is too large stays as it was.
            changes.refused += 1
            return
        }
        let name = Self.name(of: person.uid)
        let existing = try Members.find(tx.read, in: book.id, name: name)
        switch try Members.put(tx, in: book, name: name, existing: existing, content: content, by: .origin, with: batch, now: now) {
        case .created: changes.created += 1
        case .replaced: changes.replaced += 1
        case .unchanged: break
        }
    }

    /// The UIDs of those whom a group names.
    private func members(_ tx: borrowing ReadTransaction, of group: ListEntry.Key) throws -> [String] {
        try tx.all(
            """
            SELECT DISTINCT e.person
            FROM address_list_member m CROSS JOIN address_list_name n CROSS JOIN address_list_entry e
            WHERE m.list_id = $1 AND m.directory = $2 AND m.group_id = $3
                AND n.list_id = m.list_id AND n.directory = m.directory AND n.name = m.name
                AND e.list_id = n.list_id AND e.directory = n.directory AND e.entry_id = n.entry_id
                AND e.person IS NOT NULL AND e.state <> 2
            ORDER BY e.person LIMIT $4
            """, EntryRows.parameters(list.collection, group) + [.integer(Int64(AddressListLimits.members))]
        ) { $0.text(0) }
    }
}

/// Cards that a refresh has written.
package struct ListChanges: Sendable, Equatable {
    package var created = 0
    package var replaced = 0
    package var removed = 0
    /// Cards that could not be made.
    package var refused = 0

    package init() {}

    package static func += (a: inout ListChanges, b: ListChanges) {
        a.created += b.created
        a.replaced += b.replaced
        a.removed += b.removed
        a.refused += b.refused
    }
}
