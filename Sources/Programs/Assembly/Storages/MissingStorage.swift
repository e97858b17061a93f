import Database
import Directory
import GlobalAddressList

/// A storage in which accounts are, or new ones of a domain are to be, and that the settings do not name (any more).
struct MissingStorage {
    let name: String
    /// Some of them.
    let accounts: [String]
    let count: Int
    let domains: [String]

    private static let mostNames = 5

    var warning: String {
        var words: [String] = []
        if count > 0 {
            words.append("\(count) account\(count == 1 ? " is" : "s are") in it (\(accounts.joined(separator: ", "))\(count > accounts.count ? ", ..." : ""))")
        }
        if !domains.isEmpty { words.append("new accounts of \(domains.joined(separator: ", ")) are to be in it") }
        return "the storage “\(name)” is not in the settings (storages.\(name)): \(words.joined(separator: ", and ")); "
            + "they are refused until it is"
    }

    static func all(_ tx: borrowing ReadTransaction, known: Set<String>) throws -> [MissingStorage] {
        let counts = try StorageMap.counts(tx, leavingOut: AddressLists.ownerName)
        let domains = try StorageMap.domains(tx)
        let names = Set(counts.keys.compactMap(\.self) + domains.map(\.storage)).subtracting(known)
        return try names.sorted().map { name in
            MissingStorage(
                name: name, accounts: try StorageMap.accounts(tx, in: name, limit: mostNames).map(\.signInText), count: counts[name] ?? 0,
                domains: domains.filter { $0.storage == name }.map(\.domain))
        }
    }
}

extension Installation {
    func missingStorages() throws -> [MissingStorage] {
        let known = Set(storages.parts.map(\.name))
        return try database.read { tx in try MissingStorage.all(tx, known: known) }
    }
}
