import Bytes
import Database
import Directory
import DirectoryLDAP

/// `tegu directory`.
package struct DirectoryOperations: Sendable {
    let settings: Settings

    package init(_ settings: Settings) { self.settings = settings }

    // MARK: list

    /// A line a directory, in the order in which they are asked.
    ///
    /// - Parameter installation: for the count of those who are known here; nil where there is no data directory yet.
    package func list(_ installation: Installation?) throws -> String {
        let counts = try installation?.database.read { tx in try DirectoryAccounts.counts(tx) } ?? [:]
        func line(_ directory: DirectorySettings) -> String {
            "\(directory.name)\t\(directory.preset.rawValue)\t\(directory.domains.joined(separator: ","))\t"
                + "\(directory.servers.map(\.description).joined(separator: ","))\t\(directory.base)\t"
                + "\(counts[directory.name] ?? 0) known here\n"
        }
        let before = settings.directories.filter(\.precedesLocal).map(line)
        let after = settings.directories.filter { !$0.precedesLocal }.map(line)
        return (before + ["\(LocalBackend.reservedName)\tthis database\t\(settings.domain)\n"] + after).joined()
    }

    // MARK: test

    /// Asks a directory as the server would, and tells each question and what was made of the answers. False where
    /// something could not be asked, or the user is not found or refused.
    ///
    /// - Parameter password: checked by bind where it is given.
    package func test(_ name: String, user: String?, password: [UInt8]?) throws -> Bool {
        guard let directory = settings.directories.first(where: { $0.name == name }) else {
            let names = settings.directories.map(\.name).joined(separator: ", ")
            throw CommandError(.impossible, "there is no directory “\(name)” in the settings" + (names.isEmpty ? "" : "; there are: \(names)"))
        }
        let configuration = try DirectoryBackends.configuration(of: directory)
        let backend = LDAPDirectory(configuration, wallClock: System.clock) { ConsoleOutput.write(Self.line($0)) }
        do throws(DirectoryUnavailable) {
            if let user { return try test(backend, user: user, password: password) }
            return try count(backend)
        } catch {
            ConsoleOutput.write("unavailable: \(Self.printable(error.reason))\n")
            return false
        }
    }

    private static let shownEntries = 3

    private func count(_ backend: LDAPDirectory) throws(DirectoryUnavailable) -> Bool {
        var isGood = true
        for kind in [Principal.Kind.user, .group, .room, .resource, .mailbox] {
            guard backend.filter(of: kind) != nil else {
                ConsoleOutput.write("\(kind.rawValue): none are looked for (map.\(kind.rawValue)-filter)\n")
                continue
            }
            var (count, withAddress, hidden, shut) = (0, 0, 0, 0)
            var shown: [DirectoryEntry] = []
            let isComplete = try backend.forEach(kind) { entry in
                count += 1
                if !entry.addresses.isEmpty { withAddress += 1 }
                if entry.isHidden { hidden += 1 }
                if entry.state != .active { shut += 1 }
                if shown.count < Self.shownEntries { shown.append(entry) }
                return true
            }
            ConsoleOutput.write(
                "\(kind.rawValue): \(count)\(isComplete ? "" : " and more (a limit was reached)"), \(withAddress) with an "
                    + "address, \(shut) disabled or expired, \(hidden) hidden\n")
            for entry in shown { ConsoleOutput.write(Self.text(entry)) }
            if !isComplete || (kind == .user && count == 0) { isGood = false }
        }
        return isGood
    }

    private func test(
        _ backend: LDAPDirectory, user: String, password: [UInt8]?
    ) throws(DirectoryUnavailable) -> Bool {
        guard let name = SignInName(user, defaultDomain: backend.domains.first ?? settings.domain) else {
            ConsoleOutput.write("“\(Self.printable(user))” is no name to sign in with\n")
            return false
        }
        guard let entry = try backend.find(name) else {
            ConsoleOutput.write("nobody, or more than one, signs in as \(name)\n")
            return false
        }
        ConsoleOutput.write(Self.text(entry))
        for group in try backend.groups(of: entry) {
            ConsoleOutput.write("  group: \(Self.printable(group.displayName))  (\(Self.printable(group.location)))\n")
        }
        guard let password else { return entry.state == .active }
        let verdict = try backend.verify(password, of: entry)
        switch verdict {
        case .right: ConsoleOutput.write("the password is right" + (entry.state == .active ? "\n" : ", but the account is \(entry.state.rawValue)\n"))
        case .wrong: ConsoleOutput.write("the password is wrong\n")
        case .refused(let reason): ConsoleOutput.write("the directory refuses: \(Self.printable(reason))\n")
        }
        return verdict == .right && entry.state == .active
    }

    private static func line(_ trace: LDAPTrace) -> String {
        switch trace {
        case .connected(let server, let milliseconds): "connected to \(server) in \(milliseconds) ms\n"
        case .failed(let server, let reason): "\(server) failed: \(printable(reason))\n"
        case .searched(let server, let base, let filter, let attributes, let entries, let milliseconds):
            "search at \(server)\n  base: \(printable(base))\n  filter: \(printable(filter))\n"
                + "  attributes: \(attributes.joined(separator: ", "))\n  entries: \(entries), in \(milliseconds) ms\n"
        case .bound(let server, let name, let outcome):
            "bind at \(server) as \(printable(name)): \(printable(outcome))\n"
        }
    }

    private static func text(_ entry: DirectoryEntry) -> String {
        var text = "  \(printable(entry.location))\n"
        func add(_ title: String, _ values: [String]) {
            if !values.isEmpty { text += "    \(title): \(values.map(printable).joined(separator: ", "))\n" }
        }
        add("id", [entry.id])
        add("login", entry.login.isEmpty ? [] : [entry.login])
        add("display name", [entry.displayName])
        add("addresses", entry.addresses)
        add("phones", entry.phones)
        add("title", [entry.title].compactMap { $0 })
        add("department", [entry.department].compactMap { $0 })
        add("photo", entry.photo.map { ["\($0.count) bytes"] } ?? [])
        add("state", [entry.state.rawValue] + (entry.isHidden ? ["hidden"] : []))
        return text
    }

    /// What a directory says must not steer a terminal.
    static func printable(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.prefix(1_000).map {
            $0.properties.generalCategory == .control || $0.properties.generalCategory == .format ? "\u{FFFD}" : $0
        }))
    }
}
