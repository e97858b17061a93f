import Bytes
import Directory
import DirectoryLDAP
import Glibc

/// `tegu directory add` and `remove`: the directories stand in the configuration file, which they change.
package struct DirectoryChanges: Sendable {
    let settings: Settings
    let file: String

    private static let fileLimit = 1 << 20

    /// - Parameter file: the one that the settings were read from, or would be.
    package init(_ settings: Settings, file: String) {
        self.settings = settings
        self.file = SmallFile.followingLinks(file)
    }

    /// - Parameters:
    ///   - values: the settings below `directories.NAME`, each `KEY=VALUE`.
    ///   - isTested: whether the directory is asked first, and must answer.
    package func add(_ name: String, _ values: [String], isTested: Bool) async throws -> String {
        guard DirectorySettings.isName(name) else {
            throw CommandError(.usage, "“\(name)” is no name for a directory: letters, digits, - and _, at most 32, and not `local`")
        }
        if settings.directories.contains(where: { $0.name == name }) {
            throw CommandError(.impossible, "there is a directory “\(name)” already")
        }
        let pairs = try values.map { text -> (key: String, value: String) in
            guard let sign = text.firstIndex(of: "="), DirectorySettingTable.rows.contains(where: { $0.key == text[..<sign] }),
                !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
            else { throw CommandError(.usage, "“\(text)” sets nothing of a directory (docs/settings.md)") }
            return (String(text[..<sign]), String(text[text.index(after: sign)...]))
        }
        for (index, pair) in pairs.enumerated() where pairs[..<index].contains(where: { $0.key == pair.key }) {
            throw CommandError(.usage, "\(pair.key) is given twice")
        }
        guard pairs.contains(where: { $0.key == "servers" }), pairs.contains(where: { $0.key == "base" }) else {
            throw CommandError(.usage, "give at least a server and below what it is searched: --server ldaps://host --base dc=example,dc=org")
        }
        let before = try text()
        guard let after = DirectoryBlock.adding(name, pairs, to: before) else { throw unchangeable }
        let loaded = try await check(after)
        if isTested {
            guard try DirectoryOperations(loaded).test(name, user: nil, password: nil) else {
                throw CommandError(.impossible, "the directory does not answer as it should: nothing was added (--no-test adds it all the same)")
            }
        }
        try replace(by: after)
        return "added directory \(name) to \(file); start the server anew"
    }

    package func remove(_ name: String) async throws -> String {
        guard settings.directories.contains(where: { $0.name == name }) else {
            throw CommandError(.impossible, "there is no directory “\(name)” in the settings")
        }
        guard let after = DirectoryBlock.removing(name, from: try text()) else { throw unchangeable }
        guard !(try await check(after)).directories.contains(where: { $0.name == name }) else { throw unchangeable }
        try replace(by: after)
        return "removed directory \(name) from \(file); start the server anew. Its users' data stays, and nobody signs in to it"
    }

    private var unchangeable: CommandError {
        CommandError(.impossible, "\(file) is not written in a way that this command can change: change it by hand")
    }

    private func text() throws -> String {
        if access(file, F_OK) != 0 { return "" }
        guard let text = String(validating: try SmallFile.read(file, limit: Self.fileLimit), as: UTF8.self) else {
            throw unchangeable
        }
        return text
    }

    private var draft: String { file + ".draft" }

    /// The settings of a file with this text; throws what is wrong with them.
    private func check(_ text: String) async throws -> Settings {
        unlink(draft)
        // There may be a password in it.
        try SmallFile.create(draft, [UInt8](text.utf8), mode: 0o600)
        defer { unlink(draft) }
        do {
            return try await Settings.load(file: draft, environment: [:])
        } catch {
            // Of the draft nobody knows.
            throw SettingsError(error.problems.map { $0.replacing(draft, with: file) })
        }
    }

    private func replace(by text: String) throws {
        var status = stat()
        let isThere = stat(file, &status) == 0
        unlink(draft)
        try SmallFile.create(draft, [UInt8](text.utf8), mode: 0o600)
        if isThere {
            // Who could read it before can read it after.
            chmod(draft, status.st_mode & 0o7777)
            if chown(draft, status.st_uid, status.st_gid) != 0 { throw FileError("change the owner of", draft) }
        }
        guard rename(draft, file) == 0 else { throw FileError("write", file) }
    }
}
