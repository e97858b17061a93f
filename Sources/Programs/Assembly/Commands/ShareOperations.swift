import Bytes
import CivilTime
import CollectionStore
import DAVGrammar
import DAVServer
import Database
import Directory

/// `tegu share`.
package struct ShareOperations: Sendable {
    let installation: Installation

    package init(_ installation: Installation) { self.installation = installation }

    /// - Parameter until: the last day on which it counts, in UTC.
    package func add(_ path: String, to who: String, role: String, until: String?) throws -> String {
        guard let role = Role(rawValue: role) else {
            throw CommandError(.usage, "“\(role)” is none of \(Role.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        let expires = try until.map(Self.end)
        let now = System.clock()
        let (place, owner, segments) = try self.place(of: path)
        // Before anybody is made known.
        _ = try place.database.read { tx in try self.collection(tx, at: path, of: owner, segments) }
        let grantee = try self.grantee(who, by: owner)
        try place.database.write { tx in
            let collection = try self.collection(tx.read, at: path, of: owner, segments)
            try Grants.set(
                tx, Grant(collection: collection.id, grantee: grantee, rights: role.rights, expires: expires), on: collection,
                now: now)
        }
        return "\(path) is shared with \(who) as \(role.rawValue)" + (until.map { " until \($0)" } ?? "")
    }

    package func remove(_ path: String, from who: String) throws -> String {
        let (place, owner, segments) = try self.place(of: path)
        // Who is not known has nothing that could be taken away.
        let grantee = try known(who)
        let wasShared = try place.database.write { tx in
            try Grants.remove(tx, grantee, on: try self.collection(tx.read, at: path, of: owner, segments), now: System.clock())
        }
        guard wasShared else { throw CommandError(.impossible, "\(path) was not shared with \(who)") }
        return "\(path) is no longer shared with \(who)"
    }

    package func list(_ path: String, asJSON: Bool) throws -> String {
        var table = CommandTable("who", "role", "until", "ended")
        let (place, owner, segments) = try self.place(of: path)
        try place.database.read { tx in
            for grant in try Grants.all(tx, on: try collection(tx, at: path, of: owner, segments).id) {
                table.append(
                    .text(try name(tx, of: grant.grantee)), .text(Role(grant.rights)?.rawValue ?? Self.words(grant.rights)),
                    .text(grant.expires.map(Self.day) ?? ""), .flag(!grant.isValid(at: System.clock())))
            }
        }
        return table.text(asJSON: asJSON)
    }

    // MARK: What the command line names

    /// A home, or what is in one: `/calendars/USER/`, `/calendars/USER/NAME/`, `/files/USER/A/B/`.
    private func place(of path: String) throws -> (place: Installation, owner: Principal, segments: [String]) {
        let segments = path.split(separator: "/").map { String(utf8: PercentCoding.decode($0.utf8) ?? [UInt8]($0.utf8)) }
        guard segments.count >= 2, Self.homes[segments[0]] != nil else {
            throw CommandError(.usage, "“\(path)” is no path of a collection, such as /calendars/USER/NAME/")
        }
        let (place, owner) = try installation.account(segments[1])
        return (place, owner, segments)
    }

    private static let homes: [String: CollectionKind] = ["calendars": .calendarHome, "contacts": .bookHome, "files": .fileHome]

    private func collection(
        _ tx: borrowing ReadTransaction, at path: String, of owner: Principal, _ segments: [String]
    ) throws -> Collection {
        guard let kind = Self.homes[segments[0]], var found = try Collections.home(tx, of: owner.id, kind: kind) else {
            throw CommandError(.impossible, "\(owner.signInText) has no \(segments[0])")
        }
        for segment in segments.dropFirst(2) {
            guard let child = try Collections.child(tx, of: found.id, name: segment) else {
                throw CommandError(.impossible, "there is no collection “\(path)”")
            }
            found = child
        }
        return found
    }

    private static let words: [String: Grantee] = ["everybody": .everybody, "signed-in": .signedIn]

    func grantee(_ text: String, by owner: Principal) throws -> Grantee {
        if let grantee = Self.words[text] { return grantee }
        return .principal(try installation.grantee(text, by: owner).id)
    }

    /// From whom something is taken.
    func known(_ text: String) throws -> Grantee {
        if let grantee = Self.words[text] { return grantee }
        return .principal(try installation.user(text).id)
    }

    private func name(_ tx: borrowing ReadTransaction, of grantee: Grantee) throws -> String {
        guard case .principal(let id) = grantee else {
            return Self.words.first { $0.value == grantee }?.key ?? ""
        }
        return try LocalDirectory.find(tx, id).map { "\($0.name)@\($0.domain)" } ?? "principal \(id.rawValue)"
    }

    /// A set that has no name, by the names of RFC 3744.
    private static func words(_ rights: Rights) -> String { RightsText.of(rights).joined(separator: ",") }

    private static let dayLength: Int64 = 86_400_000

    /// Of the last day on which something counts.
    static func end(_ text: String) throws -> Milliseconds {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { $0.utf8.decimalValue.map { Int($0) } }
        guard parts.count == 3, text.utf8.count == 10, let year = parts[0], let month = parts[1], let day = parts[2],
            let date = CivilDate(year: year, month: month, day: day)
        else { throw CommandError(.usage, "--until: “\(text)” is no day, such as 2027-12-31") }
        return (Int64(date.dayNumber) + 1) * dayLength
    }

    /// The last day on which a grant counts.
    static func day(_ expires: Milliseconds) -> String {
        String(InternetDate.format(seconds: (expires - 1) / 1000).prefix(10))
    }
}
