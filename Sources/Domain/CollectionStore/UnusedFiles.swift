package import Database
import Glibc

/// Files in the file store that no row names: what a crash leaves between a body's arrival and its commit.
package enum UnusedFiles {
    /// A file younger than this may belong to a request that is not committed yet.
    package static let age: Milliseconds = 3_600_000

    /// Notes them for `Blobs.sweep`; the count of those found. At a start, before any request, `minimumAge` may be 0.
    @discardableResult
    package static func note(
        _ database: any Database, _ files: FileBlobStore, now: Milliseconds, minimumAge: Milliseconds = age
    ) throws -> Int {
        var count = 0
        try forEach(database, files, now: now, minimumAge: minimumAge) { names in
            try database.write { tx in
                for name in names where try !isNamed(tx.read, name) { try Blobs.markUnused(tx, name) }
            }
            count += names.count
        }
        return count
    }

    /// Calls `body` with the names of files that no row names, some at a time.
    static func forEach(
        _ database: any Database, _ files: FileBlobStore, now: Milliseconds, minimumAge: Milliseconds,
        body: ([String]) throws -> Void
    ) throws {
        var batch: [String] = []
        func flush() throws {
            let unnamed = try database.read { tx in try batch.filter { try !isNamed(tx, $0) } }
            batch.removeAll(keepingCapacity: true)
            let old = try unnamed.filter { try isOld(files.path(of: $0), now: now, minimumAge: minimumAge) }
            if !old.isEmpty { try body(old) }
        }
        try files.forEachName { name in
            batch.append(name)
            if batch.count == 500 { try flush() }
        }
        if !batch.isEmpty { try flush() }
    }

    private static func isNamed(_ tx: borrowing ReadTransaction, _ file: String) throws -> Bool {
        try tx.first(
            "SELECT 1 FROM blob WHERE file = $1 UNION ALL SELECT 1 FROM unused_file WHERE file = $1",
            [.text(file)]
        ) { _ in true } ?? false
    }

    /// By the time at which it came into the store (a rename keeps the time of the last write, not of the last change).
    private static func isOld(_ path: String, now: Milliseconds, minimumAge: Milliseconds) -> Bool {
        var status = stat()
        guard lstat(path, &status) == 0 else { return false }
        let came = Int64(status.st_ctim.tv_sec).multipliedReportingOverflow(by: 1000).partialValue
        return came <= now - minimumAge
    }
}
