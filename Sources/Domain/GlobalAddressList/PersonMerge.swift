import Bytes
import Cryptography

/// Which entries are one person: those with a common address, also through others. A pure function of the entries that can be
/// concerned by a change.
struct PersonMerge {
    struct Person: Equatable {
        var uid: String
        /// In the order of their directories' precedence.
        var entries: [ListEntry]
    }

    /// - Parameters:
    ///   - entries: all that are or were one person with one that changed, and all that have an address in common with one;
    ///     none that is gone.
    ///   - positions: of the directories.
    ///   - isShared: whether an address is that of more entries than one person can have, of whom not all are in `entries`.
    ///   - isTaken: whether a UID is that of a card which none of `entries` is part of.
    static func persons(
        of entries: [ListEntry], positions: [String: Int64], domain: String,
        isShared: (String) throws -> Bool = { _ in false }, isTaken: (String) throws -> Bool
    ) rethrows -> [Person] {
        let sorted = entries.sorted { a, b in
            let (x, y) = (positions[a.key.directory] ?? .max, positions[b.key.directory] ?? .max)
            return (x, a.key.directory, a.key.id) < (y, b.key.directory, b.key.id)
        }
        let groups = try components(of: sorted, isShared)
        var uids = [String?](repeating: nil, count: groups.count)
        var claimed: Set<String> = []
        // Where a person falls apart, the entry that the UID was made of keeps it, else the one of highest precedence.
        for (index, group) in groups.enumerated() {
            let kept = group.lazy.compactMap(\.person).first { person in
                group.contains { uid(of: $0.key, domain: domain) == person }
            }
            if let kept, claimed.insert(kept).inserted { uids[index] = kept }
        }
        for (index, group) in groups.enumerated() where uids[index] == nil {
            let kept = group.lazy.compactMap(\.person).first { !claimed.contains($0) }
            if let kept, claimed.insert(kept).inserted { uids[index] = kept }
        }
        for (index, group) in groups.enumerated() where uids[index] == nil {
            guard let first = group.first else { continue }
            var attempt = 0
            var uid = uid(of: first.key, domain: domain)
            while try claimed.contains(uid) || isTaken(uid) {
                attempt += 1
                uid = self.uid(of: first.key, domain: domain, attempt: attempt)
            }
            claimed.insert(uid)
            uids[index] = uid
        }
        return zip(uids, groups).compactMap { uid, group in uid.map { Person(uid: $0, entries: group) } }
    }

    /// Each in the order of `sorted`, which is also that of the components' first entries.
    private static func components(
        of sorted: [ListEntry], _ isShared: (String) throws -> Bool
    ) rethrows -> [[ListEntry]] {
        var parent = Array(sorted.indices)
        var size = [Int](repeating: 1, count: sorted.count)
        func root(_ index: Int) -> Int {
            var index = index
            while parent[index] != index {
                parent[index] = parent[parent[index]]
                index = parent[index]
            }
            return index
        }
        var owners: [String: [Int]] = [:]
        for (index, entry) in sorted.enumerated() {
            for address in entry.addresses { owners[address, default: []].append(index) }
        }
        // In a fixed order, for the bound on a person's entries must fall on the same ones each time.
        for (address, indices) in owners.sorted(by: { $0.key < $1.key })
        where 2...AddressListLimits.entriesOfAddress ~= indices.count {
            guard let first = indices.first, try !isShared(address) else { continue }
            for index in indices.dropFirst() {
                let (a, b) = (root(first), root(index))
                if a == b || size[a] + size[b] > AddressListLimits.entriesOfPerson { continue }
                parent[max(a, b)] = min(a, b)
                size[min(a, b)] = size[a] + size[b]
            }
        }
        var groups: [Int: [ListEntry]] = [:]
        for (index, entry) in sorted.enumerated() { groups[root(index), default: []].append(entry) }
        return groups.sorted { $0.key < $1.key }.map(\.value)
    }

    /// RFC 9562 §5.8: made of what never changes, so that a list that is made anew has the UIDs that it had.
    static func uid(of key: ListEntry.Key, domain: String, attempt: Int = 0) -> String {
        let texts = ["global address list", domain, key.directory, key.id, "\(attempt)"]
        var hash = SHA256.hash(Array(texts.joined(separator: "\0").utf8)).prefix(16).map { $0 }
        hash[6] = hash[6] & 0x0F | 0x80
        hash[8] = hash[8] & 0x3F | 0x80
        let digits = Hexadecimal.encode(hash)
        return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(utf8: digits[$0]) }.joined(separator: "-")
    }
}
