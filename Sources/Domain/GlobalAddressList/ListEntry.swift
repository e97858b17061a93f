import Bytes
import CollectionStore
import Cryptography
import Directory

/// An entry as the list keeps it.
struct ListEntry: Sendable, Equatable {
    /// Which entry of which directory.
    struct Key: Hashable, Sendable {
        var directory: String
        var id: String
    }

    enum State: Int64, Sendable {
        /// Its card says what it says.
        case written = 0
        /// It is to be written.
        case changed = 1
        /// The directory has it no more.
        case gone = 2
    }

    var key: Key
    var digest = ""
    var state = State.changed
    /// The UID of the card that it is part of.
    var person: String?
    var kind: Principal.Kind
    /// The name to sign in with; empty: none.
    var login = ""
    /// `name@domain` by the login, which it will have here where that is free; empty: it has none, or is a principal anyway.
    var signInName = ""
    var displayName: String
    var givenName: String?
    var familyName: String?
    var title: String?
    var department: String?
    var addresses: [String]
    var phones: [String]
    var photo: [UInt8]?

    /// Groups are written when those in them are.
    var rank: Int64 { kind == .group ? 1 : 0 }
}

extension ListEntry {
    /// What the list takes of an entry. `addresses`: those that may be in it.
    init(_ entry: DirectoryEntry, of directory: String, addresses: [String], options: AddressListOptions) {
        key = Key(directory: directory, id: entry.id)
        kind = entry.kind
        login = Self.cut(entry.login)
        displayName = Self.cut(entry.displayName)
        givenName = entry.givenName.map(Self.cut)
        familyName = entry.familyName.map(Self.cut)
        title = entry.title.map(Self.cut)
        department = entry.department.map(Self.cut)
        self.addresses = Array(addresses.prefix(AddressListLimits.addresses))
        phones = entry.phones.prefix(AddressListLimits.phones).map(Self.cut)
        photo = entry.photo.flatMap { $0.count <= options.photoSize && PhotoType(of: $0) != nil ? $0 : nil }
    }

    /// On one line, and no longer than a text may be.
    private static func cut(_ text: String) -> String {
        var out = String.UnicodeScalarView()
        var length = 0
        for scalar in text.unicodeScalars {
            length += UTF8.width(scalar)
            if length > AddressListLimits.text { break }
            out.append(scalar.properties.generalCategory == .control ? " " : scalar)
        }
        return String(out)
    }

    /// Of all that the list takes of an entry, with what groups may call it and whom it calls.
    static func digest(_ entry: ListEntry, names: [String], members: [String]) -> String {
        var bytes: [UInt8] = []
        func add(_ text: String?) {
            bytes.append(text == nil ? 0 : 1)
            bytes.append(text ?? "")
            bytes.append(0)
        }
        func add(_ texts: [String]) {
            bytes.append(decimal: texts.count)
            for text in texts { add(text) }
        }
        add(entry.kind.rawValue)
        add(entry.login)
        add(entry.signInName)
        add(entry.displayName)
        for text in [entry.givenName, entry.familyName, entry.title, entry.department] { add(text) }
        add(entry.addresses)
        add(entry.phones)
        add(names)
        add(members)
        bytes += SHA256.hash(entry.photo ?? [])
        return String(utf8: Hexadecimal.encode(SHA256.hash(bytes).prefix(16)))
    }

    /// A name by which groups call entries, as it is kept: directories have names of any length.
    static func nameHash(_ name: String) -> String {
        String(utf8: Hexadecimal.encode(SHA256.hash([UInt8](name.utf8)).prefix(16)))
    }
}

/// A picture that clients show.
enum PhotoType: String {
    case jpeg, png, gif

    /// By its first bytes.
    init?(of bytes: [UInt8]) {
        if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) {
            self = .png
        } else if bytes.starts(with: "GIF8".utf8) {
            self = .gif
        } else {
            return nil
        }
    }
}
