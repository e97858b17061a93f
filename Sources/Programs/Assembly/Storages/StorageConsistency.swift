import Database
import Directory

/// What `tegu check` looks at between databases: the copies of the directory, and that nothing of an account is where it does not belong.
enum StorageConsistency {
    /// The count of faults.
    static func check(_ installation: Installation, tell: (String) -> Void) throws -> Int {
        let parts = installation.storages.parts
        let missing = try installation.missingStorages()
        for storage in missing { tell(storage.warning) }
        if parts.isEmpty { return missing.count }
        try installation.storages.bring()
        // What is on its way may be in two places.
        let moves = try installation.database.read { tx in try AccountMoves.all(tx) }
        for move in moves {
            tell("a move of principal \(move.account.rawValue) has not ended: `tegu storage move` goes on with it")
        }
        let moving = Set(moves.map(\.account))
        var count = missing.count
        for part in parts {
            try part.mirror.forEachDifference { id in
                tell("storage \(part.name): principal \(id.rawValue) is another one than in the configuration database")
                count += 1
            }
        }
        let places = [(name: "", database: installation.database)] + parts.map { ($0.name, $0.installation.database) }
        for (name, database) in places {
            for id in try strangers(database, name) where !moving.contains(id) {
                let shown = name.isEmpty ? StorageSettings.defaultName : name
                tell("storage \(shown): principal \(id.rawValue) has collections or mailboxes here, and is in another storage")
                count += 1
            }
        }
        return count
    }

    /// Who owns something in a storage that does not have them. Owners of its own address lists have ids of its own.
    private static func strangers(_ database: any Database, _ name: String) throws -> [PrincipalID] {
        try database.read { tx in
            try tx.all(
                """
                SELECT c.owner_id FROM collection c JOIN principal p ON p.id = c.owner_id
                WHERE p.id < $1 AND COALESCE(p.storage, '') <> $2
                UNION SELECT m.owner_id FROM mailbox m JOIN principal p ON p.id = m.owner_id
                WHERE p.id < $1 AND COALESCE(p.storage, '') <> $2
                """, [.integer(StorageMap.idsPerStorage), .text(name)]) { PrincipalID(rawValue: $0.integer(0)) }
        }
    }
}
