package import Database

/// Which database of which installation a database is (the table `storage_identity`): one that was named by mistake is not written to.
package enum StorageIdentity {
    package struct Mismatch: Error, Sendable, Equatable {
        package var reason: String
    }

    /// Makes a database a storage of the installation, or sees that it is one. Before anything else is done to it.
    ///
    /// - Parameter installation: a new installation's name, where it has none yet: random, so that no two have one.
    package static func establish(
        _ storage: String, in database: any Database, of configuration: any Database, installation: @autoclosure () -> String
    ) throws {
        try mustBeConfiguration(configuration)
        let new = installation()
        let (own, number) = try configuration.write { tx in
            let known = try read(tx.read)
            if known == nil { try write(tx, installation: new, name: "") }
            try DirectoryChanges.follow(tx)
            return (known?.installation ?? new, try StorageMap.number(tx, of: storage))
        }
        if let found = try database.read({ tx in try read(tx) }) {
            if found.installation == own, found.name == storage { return }
            let what = found.name.isEmpty ? "a configuration database" : "the storage “\(found.name)”"
            throw Mismatch(reason: "it is \(what) of \(found.installation == own ? "this" : "another") installation")
        }
        try database.write { tx in
            // Another process may have been first.
            if let found = try read(tx.read), found.installation == own, found.name == storage { return }
            guard try LocalDirectory.isEmpty(tx.read) else { throw Mismatch(reason: "it is in use already, as a database of its own") }
            for sequence in Sequence.allCases {
                try tx.execute(
                    "INSERT INTO sequence (name, last) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET last = excluded.last",
                    [.text(sequence.rawValue), .integer(number * StorageMap.idsPerStorage)])
            }
            try write(tx, installation: own, name: storage)
        }
    }

    /// Throws `Mismatch` where the database is a storage.
    package static func mustBeConfiguration(_ database: any Database) throws {
        if let known = try database.read({ tx in try read(tx) }), !known.name.isEmpty {
            throw Mismatch(reason: "it is the storage “\(known.name)” of an installation, and no configuration database")
        }
    }

    private static func read(_ tx: borrowing ReadTransaction) throws -> (installation: String, name: String)? {
        try tx.first("SELECT installation, name FROM storage_identity WHERE id = 1") { ($0.text(0), $0.text(1)) }
    }

    private static func write(_ tx: borrowing WriteTransaction, installation: String, name: String) throws {
        try tx.execute(
            "INSERT INTO storage_identity (id, installation, name) VALUES (1, $1, $2)", [.text(installation), .text(name)])
    }
}
