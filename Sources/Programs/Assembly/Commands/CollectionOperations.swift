import Bytes
import Calendars
import CollectionStore
import DAVServer
import Database
import Directory

/// `tegu calendar` and `tegu book`.
package struct CollectionOperations: Sendable {
    let installation: Installation
    let kind: CollectionKind

    private init(_ installation: Installation, kind: CollectionKind) {
        self.installation = installation
        self.kind = kind
    }

    package static func calendars(_ installation: Installation) -> CollectionOperations {
        CollectionOperations(installation, kind: .calendar)
    }

    package static func books(_ installation: Installation) -> CollectionOperations {
        CollectionOperations(installation, kind: .book)
    }

    private var homeKind: CollectionKind { kind == .calendar ? .calendarHome : .bookHome }

    package func list(_ user: String, asJSON: Bool) throws -> String {
        let (installation, owner) = try self.installation.account(user)
        return try installation.database.read { tx in
            var calendars = CommandTable("name", "title", "objects", "components", "origin")
            var books = CommandTable("name", "title", "objects")
            for child in try Collections.home(tx, of: owner.id, kind: homeKind).map({ try Collections.children(tx, of: $0.id) }) ?? [] {
                let (name, title) = (CommandTable.Cell.text(child.name), CommandTable.Cell.text(try CollectionTitle.read(tx, of: child)))
                calendars.append(
                    name, title, .number(child.memberCount), .texts(child.components ?? CalendarComponents.all),
                    .text(try SubscriptionOperations.note(tx, on: child) ?? ""))
                books.append(name, title, .number(child.memberCount))
            }
            return (kind == .calendar ? calendars : books).text(asJSON: asJSON)
        }
    }

    /// `color` and `components` for calendars only.
    package func add(
        _ user: String, _ name: String, title: String?, color: String? = nil, components: String? = nil
    ) throws -> String {
        let (installation, owner) = try self.installation.account(user)
        if let color { try Self.check(color: color) }
        let components = try components.map(Self.components)
        try installation.database.write { tx in
            guard let home = try Collections.home(tx.read, of: owner.id, kind: homeKind) else { throw StoreRefusal.notFound }
            try Accounts.make(
                tx, in: home, name: name, title: title ?? name, kind: kind, components: components, color: color,
                now: System.clock())
        }
        return "made \(kind.rawValue) \(name)"
    }

    static func check(color: String) throws {
        let digits = color.utf8.dropFirst()
        guard color.hasPrefix("#"), digits.count == 6 || digits.count == 8, digits.allSatisfy({ $0.hexadecimalValue != nil }) else {
            throw CommandError(.usage, "--color: “\(color)” is no colour, such as #ff8800")
        }
    }

    private static func components(_ text: String) throws -> [String] {
        try text.split(separator: ",").map { part in
            let name = part.uppercased().filter { $0 != " " }
            guard CalendarComponents.all.contains(name) else {
                throw CommandError(.usage, "--components: “\(part)” is none of \(CalendarComponents.all.joined(separator: ", "))")
            }
            return name
        }
    }

    package func remove(_ user: String, _ name: String) throws -> String {
        let (installation, owner) = try self.installation.account(user)
        let (_, collection) = try installation.collection(named: name, in: homeKind, of: owner)
        try installation.database.write { tx in
            guard let now = try Collections.find(tx.read, collection.id) else { throw StoreRefusal.notFound }
            try Collections.remove(tx, now, now: System.clock())
        }
        return "moved \(kind.rawValue) \(name) to the trash (`tegu trash restore \(user) \(collection.id.rawValue)` brings it back)"
    }
}
