import CollectionStore
import DAVServer
import Database
import Directory

/// `tegu demo`: a small organisation with calendars, tasks, cards and files that look like a week at work.
package enum DemoOperation {
    private static let people = [
        ("anna", "Anna Berg"), ("boris", "Борис Орлов"), ("clara", "Clara Müller"), ("dmitri", "Дмитрий Соколов"), ("emma", "Emma Jones"),
    ]

    /// Makes what is missing. Where the organisation is there already nothing is changed.
    package static func run(_ given: Settings, password: String?) throws {
        let installation = try Installation.open(given, creating: true)
        defer { installation.close() }
        let settings = installation.settings
        let domain = settings.domain
        guard let first = SignInName(name: people[0].0, domain: domain) else {
            throw CommandError(.configuration, "domain: “\(domain)” cannot be the domain of users")
        }
        if try installation.database.read({ tx in try LocalDirectory.find(tx, first) }) != nil {
            ConsoleOutput.write("the demo organisation is there already; sign in as \(first) (`tegu user password` sets a new password)\n")
            return
        }
        guard try installation.database.read({ tx in try StorageMap.storage(tx, ofDomain: domain) }) == nil else {
            throw CommandError(.impossible, "new accounts of \(domain) are in another storage; the demo organisation is made in the default one")
        }
        let chosen = password ?? OneTimePassword.make()
        let hash = try Accounts.passwords(settings).hash([UInt8](chosen.utf8))
        let salts = try Accounts.scramSalts(settings, installation.database)
        let now = System.clock()
        let content = DemoContent(domain: domain, now: now, colleagues: people.map { ($0.0, $0.1) })
        for (index, (name, displayName)) in people.enumerated() {
            guard let signIn = SignInName(name: name, domain: domain) else { continue }
            let scram = try salts?.verifier([UInt8](chosen.utf8), of: signIn)
            try installation.database.write { tx in
                let user = try Accounts.add(
                    tx, NewPrincipal(
                        signIn, displayName: displayName, addresses: [signIn.description], password: hash, scram: scram), now: now)
                try fill(tx, user, content, installation.projection, seed: index, now: now)
            }
            ConsoleOutput.write("made \(signIn)\n")
        }
        if let administrator = SignInName(name: "admin", domain: domain) {
            let scram = try salts?.verifier([UInt8](chosen.utf8), of: administrator)
            try installation.database.write { tx in
                guard try LocalDirectory.find(tx.read, administrator) == nil else { return }
                _ = try Accounts.add(
                    tx, NewPrincipal(
                        administrator, displayName: "Administrator", addresses: [administrator.description], isAdministrator: true,
                        password: hash, scram: scram), now: now)
            }
            ConsoleOutput.write("made \(administrator), an administrator\n")
        }
        ConsoleOutput.write("sign in as \(first), or any of the others, with the password: \(chosen)\n")
    }

    private static func fill(
        _ tx: borrowing WriteTransaction, _ user: Principal, _ content: DemoContent, _ projection: ObjectProjection,
        seed: Int, now: Milliseconds
    ) throws {
        guard let calendars = try Collections.home(tx.read, of: user.id, kind: .calendarHome),
            let books = try Collections.home(tx.read, of: user.id, kind: .bookHome),
            let files = try Collections.home(tx.read, of: user.id, kind: .fileHome) else { throw StoreRefusal.notFound }
        let projects = try Accounts.make(
            tx, in: calendars, name: "projects", title: "Projects", kind: .calendar, components: ["VEVENT"], color: "#2f7d6b", now: now)
        let calendar = try Collections.child(tx.read, of: calendars.id, name: "calendar")
        let tasks = try Collections.child(tx.read, of: calendars.id, name: "tasks")
        let contacts = try Collections.child(tx.read, of: books.id, name: "contacts")
        try put(tx, content.events(of: user.name, seed: seed), into: calendar, projection, now)
        try put(tx, content.projectEvents(seed: seed), into: projects, projection, now)
        try put(tx, content.tasks(seed: seed), into: tasks, projection, now)
        try put(tx, content.cards(), into: contacts, projection, now)
        for (folder, entries) in content.files(of: user.displayName) {
            let made = try Collections.make(tx, in: files, name: folder, kind: .folder, now: now)
            for (name, type, text) in entries {
                let bytes = [UInt8](text.utf8)
                try Members.put(tx, in: made, name: name, existing: nil, content: MemberContent(
                    place: .bytes(bytes), size: bytes.count, etag: ETag.of(bytes), facts: MemberFacts(contentType: type)), now: now)
            }
        }
    }

    private static func put(
        _ tx: borrowing WriteTransaction, _ objects: [(name: String, text: String)], into collection: Collection?,
        _ projection: ObjectProjection, _ now: Milliseconds
    ) throws {
        guard let collection else { throw StoreRefusal.notFound }
        for (name, text) in objects {
            let bytes = [UInt8](text.utf8)
            guard let facts = projection.facts(collection.kind, bytes) else {
                throw Failure(.serverBug, "the demo object \(name) is none")
            }
            try Members.put(tx, in: collection, name: name, existing: nil, content: MemberContent(
                place: .bytes(bytes), size: bytes.count, etag: ETag.of(bytes), facts: facts), now: now)
        }
    }
}
