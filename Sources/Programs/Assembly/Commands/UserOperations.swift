import Bytes
import CollectionStore
import Database
import Directory
import Glibc
import Mail

/// `tegu user`.
package struct UserOperations: Sendable {
    let installation: Installation

    package init(_ installation: Installation) { self.installation = installation }

    /// What to tell the administrator.
    package func add(
        _ text: String, kind: String = Principal.Kind.user.rawValue, displayName: String, aliases: [String], isAdministrator: Bool, quota: String?,
        password source: PasswordEntry.Source
    ) throws -> String {
        let name = try installation.signInName(text)
        var quotaBytes: Int64?
        if let quota {
            guard let bytes = ByteSize.parse(quota) else { throw CommandError(.usage, "--quota: “\(quota)” is no size, such as 5GiB") }
            quotaBytes = Int64(bytes)
        }
        guard let kind = Principal.Kind(rawValue: kind), kind != .group else {
            throw CommandError(.usage, "--kind is one of " + Self.kinds.joined(separator: ", "))
        }
        if kind != .user { return try addThing(name, kind, displayName: displayName, aliases: aliases, quotaBytes: quotaBytes) }
        let (password, isMadeUp) = try PasswordEntry.read(source, for: name)
        let hash = try Accounts.passwords(installation.settings).hash([UInt8](password.utf8))
        let scram = try Accounts.scramSalts(installation.settings, installation.database)?.verifier([UInt8](password.utf8), of: name)
        let user = NewPrincipal(
            name, displayName: displayName, addresses: [name.description] + aliases, isAdministrator: isAdministrator,
            quotaBytes: quotaBytes, password: hash, scram: scram, mustChangePassword: isMadeUp)
        _ = try installation.database.write { tx in 
            try Accounts.add(
                tx, user, hasBirthdays: installation.settings.birthdays.forNewUsers, now: System.clock())
        }
        return "added \(name)" + (isMadeUp ? "  one-time password: \(password)" : "")
    }

    /// What nobody signs in to: its calendars and mailboxes are for those to whom they are granted.
    private func addThing(
        _ name: SignInName, _ kind: Principal.Kind, displayName: String, aliases: [String], quotaBytes: Int64?
    ) throws -> String {
        let new = NewPrincipal(
            name, kind: kind, displayName: displayName, addresses: [name.description] + aliases, quotaBytes: quotaBytes)
        let now = System.clock()
        let made = try installation.database.write { tx in try Accounts.add(tx, new, now: now) }
        if kind == .mailbox {
            try installation.storages.bring()
            let place = try installation.place(of: made)
            try place.database.write { tx in _ = try place.mail.makeInbox(tx, of: made.id, now: now) }
        }
        return "added \(name)"
    }

    /// Kinds that have an account; groups are made by `tegu group`.
    package static let kinds = Principal.Kind.allCases.filter { $0 != .group }.map(\.rawValue)

    /// What is to be changed of an account; nil: it stays.
    package struct Change: Sendable {
        package var displayName: String?
        package var addedAliases: [String] = []
        package var removedAliases: [String] = []
        package var isDisabled: Bool?
        package var isHidden: Bool?
        /// Empty: no limit.
        package var quota: String?

        package init() {}
    }

    package func set(_ text: String, _ change: Change) throws -> String {
        let user = try installation.user(text)
        let name = user.signInText
        var quota: Int64??
        if let text = change.quota {
            guard text.isEmpty || ByteSize.parse(text) != nil else {
                throw CommandError(.usage, "--quota: “\(text)” is no size, such as 5GiB, nor none")
            }
            quota = .some(ByteSize.parse(text).map(Int64.init))
        }
        if change.removedAliases.contains(where: { MailAddress.folded($0) == name }) {
            throw CommandError(.usage, "\(name) is its name, and no alias")
        }
        try installation.database.write { tx in
            // What a directory says of its entries it says again at their next sign-in.
            let isOwn = try DirectoryAccounts.link(tx.read, of: user.id) == nil
            if !isOwn, change.displayName != nil || !change.addedAliases.isEmpty || !change.removedAliases.isEmpty || change.isHidden != nil {
                throw CommandError(.impossible, "\(name) is of a directory, which has its name, its addresses and whether it is hidden")
            }
            let local = LocalDirectory()
            if let displayName = change.displayName { try local.setDisplayName(tx, of: user.id, displayName) }
            for alias in change.addedAliases { try local.addAddress(tx, of: user.id, alias) }
            for alias in change.removedAliases { try local.removeAddress(tx, of: user.id, alias) }
            if let isDisabled = change.isDisabled { try local.setDisabled(tx, user.id, isDisabled) }
            if let isHidden = change.isHidden { try local.setHidden(tx, user.id, isHidden) }
            if let quota { try local.setQuota(tx, of: user.id, bytes: quota) }
        }
        return "changed \(name)"
    }

    package func list(asJSON: Bool) throws -> String {
        var rows: [(principal: Principal, used: Int64)] = []
        try installation.database.read { tx in
            var users: [Principal] = []
            try LocalDirectory.forEach(tx) { principal in
                if principal.kind != .group { users.append(principal) }
                return true
            }
            rows = try users.map { ($0, $0.storage == nil ? try LocalDirectory.usedBytes(tx, of: $0.id) : 0) }
        }
        // Each storage counts what is in it.
        for part in installation.storages.parts where rows.contains(where: { $0.principal.storage == part.name }) {
            try part.installation.database.read { tx in
                for index in rows.indices where rows[index].principal.storage == part.name {
                    rows[index].used = try LocalDirectory.usedBytes(tx, of: rows[index].principal.id)
                }
            }
        }
        var table = CommandTable("name", "displayName", "addresses", "kind", "administrator", "disabled", "oneTimePassword", "usedBytes", "quotaBytes")
        for (user, used) in rows {
            table.append(
                .text("\(user.name)@\(user.domain)"), .text(user.displayName), .texts(user.addresses), .text(user.kind.rawValue), .flag(user.isAdministrator),
                .flag(user.isDisabled), .flag(user.mustChangePassword), .bytes(Int(clamping: used)), .bytes(user.quotaBytes.map { Int(clamping: $0) }))
        }
        return table.text(asJSON: asJSON)
    }

    package func setPassword(_ text: String, from source: PasswordEntry.Source) throws -> String {
        let user = try installation.user(text)
        let name = try installation.signInName(text)
        let (password, isMadeUp) = try PasswordEntry.read(source, for: name)
        let hash = try Accounts.passwords(installation.settings).hash([UInt8](password.utf8))
        let scram = try user.signInName.flatMap { name in
            try Accounts.scramSalts(installation.settings, installation.database)?.verifier([UInt8](password.utf8), of: name)
        }
        try installation.database.write { tx in
            try LocalDirectory().setPassword(tx, of: user.id, hash, scram: scram, mustChange: isMadeUp)
        }
        return "set the password of \(name)" + (isMadeUp ? "  one-time password: \(password)" : "")
    }

    /// Throws unless the name is typed again.
    package func confirmRemoval(of text: String) throws {
        let name = try installation.signInName(text)
        guard isatty(STDIN_FILENO) == 1 else {
            throw CommandError(.usage, "this removes \(name) and everything of theirs for good; say --yes")
        }
        ConsoleOutput.write("This removes \(name) and everything of theirs for good. Type the name to go on: ")
        guard readLine() == name.description else { throw CommandError(.usage, "nothing was done") }
    }

    package func remove(_ text: String) throws -> String {
        let user = try installation.user(text)
        try installation.database.write { tx in try Accounts.remove(tx, user) }
        // What the storages have of them goes with the copies of their rows.
        try installation.storages.bring()
        for place in installation.all { try Blobs.sweep(place.database, place.files) }
        return "removed \(user.name)@\(user.domain)"
    }
}
