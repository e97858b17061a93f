import Bytes
package import CollectionStore
import Database
package import Directory

/// What commands name on their command lines.
extension Installation {
    package func signInName(_ text: String) throws -> SignInName {
        guard let name = SignInName(text, defaultDomain: settings.domain) else {
            throw CommandError(.usage, "“\(text)” is no name of a user: it is name@domain, of letters, digits and . - _ + = ~ '")
        }
        return name
    }

    package func user(_ text: String) throws -> Principal {
        let name = try signInName(text)
        guard let user = try database.read({ tx in try LocalDirectory.find(tx, name) }) else {
            throw CommandError(.impossible, "there is no user \(name); `tegu user list` shows all")
        }
        return user
    }

    /// The calendar or book at `/calendars/USER/NAME/` or `/contacts/USER/NAME/`.
    package func collection(at path: String) throws -> (owner: Principal, collection: Collection) {
        let segments = path.split(separator: "/").map { String(utf8: PercentCoding.decode($0.utf8) ?? [UInt8]($0.utf8)) }
        let kinds: [String: CollectionKind] = ["calendars": .calendarHome, "contacts": .bookHome]
        guard segments.count == 3, let kind = kinds[segments[0]] else {
            throw CommandError(.usage, "“\(path)” is no path of a calendar or a book: it is /calendars/USER/NAME/ or /contacts/USER/NAME/")
        }
        return try collection(named: segments[2], in: kind, of: try user(segments[1]))
    }

    package func collection(
        named name: String, in home: CollectionKind, of owner: Principal
    ) throws -> (owner: Principal, collection: Collection) {
        let found = try database.read { tx in
            try Collections.home(tx, of: owner.id, kind: home).flatMap { try Collections.child(tx, of: $0.id, name: name) }
        }
        guard let found else {
            let command = home == .calendarHome ? "calendar" : "book"
            throw CommandError(.impossible, "\(owner.name)@\(owner.domain) has no \(command) “\(name)”; `tegu \(command) list` shows all")
        }
        return (owner, found)
    }
}
