import DAVGrammar
import Database
import Directory
import IMAPServer
import Mail

/// `tegu mail`.
package struct MailOperations: Sendable {
    let installation: Installation

    package init(_ installation: Installation) { self.installation = installation }

    /// How many messages were refused; each is printed.
    package func importMail(_ path: String, of user: String, below root: String?) throws -> Int {
        let (installation, owner) = try self.installation.account(user)
        let folders = try ImportFolder.find(path)
        var progress = Progress("bytes", total: try MailImport.size(of: folders))
        var refused: [String] = []
        func flush() {
            guard !refused.isEmpty else { return }
            progress.clear()
            for line in refused { ConsoleOutput.write("refused: \(line)\n") }
            refused.removeAll()
        }
        let transfer = MailImport(
            installation.database, installation.mail, owner: owner.id, clock: System.clock, report: { refused.append($0) },
            progress: { progress.advance(by: $0); flush() })
        var failed = 0
        for folder in folders {
            do {
                try transfer.run(folder, below: root)
            } catch let refusal as MailRefusal {
                refused.append("\(folder.levels.joined(separator: "/")): \(CommandError.text(of: refusal))")
                failed += 1
            }
            flush()
        }
        let levels = ImportFolder.subscriptions(of: path)
        try installation.database.write { tx in
            for name in levels {
                let reference = MailboxReference(owner: owner.id, name: root.map { "\($0)/\(name)" } ?? name)
                // A name that cannot be is no reason to stop.
                do { try installation.mail.subscribe(tx, owner.id, to: reference) } catch is MailRefusal {}
            }
        }
        flush()
        progress.finish()
        try settleFiles()
        let outcome = transfer.outcome
        var line = "imported \(outcome.imported), there already \(outcome.present), refused \(outcome.refused)"
        if outcome.deleted > 0 { line += ", deleted in the file \(outcome.deleted)" }
        ConsoleOutput.write(line + "\n")
        return outcome.refused + failed
    }

    package func exportMail(of user: String, to directory: String) throws -> String {
        let (installation, owner) = try self.installation.account(user)
        let total = try installation.database.read { tx in
            try installation.mail.mailboxes(tx, of: owner.id).reduce(0) { $0 + $1.messageCount }
        }
        var progress = Progress("messages", total: total)
        let export = MailExport(
            installation.database, installation.mail, owner: owner.id, to: directory, progress: { progress.advance(by: $0) })
        let outcome = try export.run()
        progress.finish()
        return "\(outcome.mailboxes) mailboxes, \(outcome.written) messages written, \(outcome.present) there already"
    }

    // MARK: Limits and sharing

    /// Nil: no limit.
    package func setMessageLimit(_ limit: Int?, of user: String) throws {
        let (installation, owner) = try self.installation.account(user)
        try installation.database.write { tx in try installation.mail.setMessageLimit(tx, of: owner.id, limit) }
    }

    package func setOwnSeen(_ hasOwnSeen: Bool, _ name: String, of user: String) throws {
        let (installation, owner) = try self.installation.account(user)
        try installation.database.write { tx in
            let stored = try MailboxName.stored(name, limits: installation.mail.limits)
            guard let mailbox = try installation.mail.mailbox(tx.read, of: owner.id, named: stored) else { throw MailRefusal.notFound }
            try installation.mail.setOwnSeen(tx, of: mailbox.id, hasOwnSeen, now: System.clock())
        }
    }

    /// Shares a mailbox. Those of functional mailboxes and rooms nobody else can share, for nobody signs in as them.
    ///
    /// - Parameter rights: letters of RFC 4314; empty: none any more.
    package func share(_ name: String, of user: String, with who: String, rights text: String) throws -> String {
        let (installation, owner) = try self.installation.account(user)
        guard let rights = MailRights(letters: text.utf8) else {
            throw CommandError(
                .usage, "“\(text)” are no rights: letters of \(String(decoding: MailRights.letters, as: UTF8.self)), or none")
        }
        let stored = try MailboxName.stored(name, limits: installation.mail.limits)
        // Before anybody is made known.
        guard try installation.database.read({ tx in try installation.mail.mailbox(tx, of: owner.id, named: stored) }) != nil else {
            throw MailRefusal.notFound
        }
        let shares = ShareOperations(self.installation)
        let grantee = rights.isEmpty ? try shares.known(who) : try shares.grantee(who, by: owner)
        try installation.database.write { tx in
            guard let mailbox = try installation.mail.mailbox(tx.read, of: owner.id, named: stored) else { throw MailRefusal.notFound }
            try installation.mail.setGrant(tx, MailGrant(grantee: grantee, rights: rights), on: mailbox.id)
        }
        return rights.isEmpty ? "\(name) is no longer shared with \(who)" : "\(name) is shared with \(who)"
    }

    /// The capabilities of IMAP that are off for a user's clients, a line each. With `name`, that one is switched before.
    package func capabilities(of user: String, _ name: String?, isOn: Bool) throws -> String {
        let (installation, owner) = try self.installation.account(user)
        let capability = try name.map { name in
            guard let known = Capability(named: name) else {
                throw CommandError(
                    .impossible, "there is no capability \(name) to switch; there are: " + Capability.allCases.map(\.rawValue).joined(separator: " "))
            }
            return known
        }
        return try installation.database.write { tx in
            var off = try installation.mail.capabilitiesOff(tx.read, of: owner.id)
            if let capability {
                off.removeAll { $0 == capability.rawValue }
                if !isOn { off.append(capability.rawValue) }
                try installation.mail.setCapabilitiesOff(tx, off, of: owner.id)
            }
            return off.map { "\($0) off\n" }.joined()
        }
    }

    // MARK: What was deleted

    package func retained(of user: String, asJSON: Bool) throws -> String {
        let (installation, owner) = try self.installation.account(user)
        var table = CommandTable("mailbox", "uid", "deleted", "name", "sizeBytes", "subject")
        let (mailboxes, messages) = try installation.database.read { tx in
            (
                try installation.mail.retainedMailboxes(tx, of: owner.id),
                try installation.mail.retainedMessages(tx, of: owner.id, limit: 10_000).map { message in
                    (
                        message, try installation.mail.mailbox(tx, message.mailbox)?.name ?? "",
                        try installation.mail.content(tx, message.content)?.keys.baseSubject ?? []
                    )
                }
            )
        }
        for mailbox in mailboxes {
            table.append(
                .number(Int(mailbox.id.rawValue)), .text(""), .text(InternetDate.format(seconds: mailbox.deleted / 1000)),
                .text(mailbox.name), .bytes(Int(mailbox.byteCount)), .text("\(mailbox.messageCount) messages"))
        }
        for (message, name, subject) in messages {
            table.append(
                .number(Int(message.mailbox.rawValue)), .number(Int(message.uid)),
                .text(InternetDate.format(seconds: message.expunged / 1000)), .text(name), .bytes(message.size),
                .text(String(decoding: subject, as: UTF8.self)))
        }
        return table.text(asJSON: asJSON)
    }

    /// A deleted mailbox, or with `uids` messages that were expunged from it.
    package func restore(_ mailbox: Int64, uids: [UInt32], of user: String) throws -> String {
        let (installation, owner) = try self.installation.account(user)
        let id = MailboxID(rawValue: mailbox)
        let told = try installation.database.write { tx in
            if uids.isEmpty {
                return "restored \(try installation.mail.restore(tx, mailbox: id, of: owner.id, now: System.clock()).name)"
            }
            let count = try installation.mail.restore(
                tx, messages: UIDSet(uids.filter { $0 > 0 }), from: id, of: owner.id, now: System.clock())
            return "restored \(count) messages"
        }
        try settleFiles()
        return told
    }

    // MARK: Files

    /// What was changed here and is in files; a server that runs sees the rest by itself.
    private func settleFiles() throws {
        try installation.mail.workOnFiles(
            installation.database, isWhole: false, now: System.clock(), report: { ConsoleOutput.writeError("tegu: \($0)\n") })
    }

    /// Where an account's mail is. With `storage`, where its new mailboxes will be.
    package func storage(of user: String, _ storage: String?) throws -> String {
        let (installation, owner) = try self.installation.account(user)
        if let storage {
            guard let storage = MailStorage(rawValue: storage) else {
                throw CommandError(.impossible, "mail is kept in 'database' or in 'maildir'")
            }
            try installation.database.write { tx in try installation.mail.setStorage(tx, storage, of: owner.id) }
        }
        return try installation.database.read { tx in
            var lines = ["new mailboxes: \(try installation.mail.storage(tx, of: owner.id).rawValue)"]
            let mailboxes = try installation.mail.mailboxes(tx, of: owner.id).filter(\.isSelectable)
            let count = mailboxes.count { $0.isInMaildir }
            lines.append("mailboxes: \(mailboxes.count - count) in the database, \(count) in files")
            if let path = try installation.mail.maildir(tx, of: owner.id) { lines.append("directory: \(path)") }
            return lines.joined(separator: "\n")
        }
    }
}
