import Bytes
import Database
import Directory
import IMAPGrammar
import Mail

/// GETMETADATA and SETMETADATA (RFC 5464).
extension Session {
    private static let prefixes: [(text: [UInt8], isPrivate: Bool)] = [
        ([UInt8]("/private/".utf8), true), ([UInt8]("/shared/".utf8), false),
    ]

    func getMetadata(_ command: GetMetadata) throws -> Completion {
        let principal = try signedInPrincipal()
        var longest: UInt64 = 0
        let found: [MetadataEntry] = try database.read { tx in
            let place = try command.mailbox.map { name in
                let found = try find(tx, name)
                // RFC 5464 §4.1: who may read the mailbox.
                try require(.read, of: found)
                return found
            }
            let mailbox = place?.mailbox.id
            var entries: [MetadataEntry] = []
            func tell(_ name: [UInt8], _ value: [UInt8]) {
                if let limit = command.maximumSize, value.count > Int(limit) {
                    longest = max(longest, UInt64(value.count))
                } else {
                    entries.append(MetadataEntry(name: name, value: value))
                }
            }
            // What is made when it is asked for by its name.
            if command.entries.contains(where: { $0.equalsIgnoringASCIICase(Self.deletedEntry) }), let value = try told(tx, deletedFrom: place) {
                tell(Self.deletedEntry, value)
            }
            for (prefix, isPrivate) in Self.prefixes {
                for (entry, value) in try store.annotations(tx, of: mailbox, for: isPrivate ? principal.id : nil) {
                    let name = Array(prefix.dropLast() + Array(entry.utf8))
                    if command.entries.contains(where: { Self.asks($0, command.depth, for: name) }) { tell(name, value) }
                }
            }
            // RFC 5464 §4.2: of an entry that was named and is not there the value is NIL.
            for name in command.entries where !entries.contains(where: { $0.name.equalsIgnoringASCIICase(name) }) && longest == 0 {
                if command.depth == .zero { entries.append(MetadataEntry(name: name, value: nil)) }
            }
            return entries
        }
        if !found.isEmpty { out.metadata(command.mailbox, found) }
        return .ok(longest > 0 ? .metadataLongEntries(longest) : nil, "done")
    }

    private static func asks(_ asked: [UInt8], _ depth: GetMetadata.Depth, for name: [UInt8]) -> Bool {
        if asked.equalsIgnoringASCIICase(name) { return true }
        guard depth != .zero, name.count > asked.count + 1, name.prefix(asked.count).equalsIgnoringASCIICase(asked),
            name[asked.count] == 0x2F else { return false }
        return depth == .infinity || !name.dropFirst(asked.count + 1).contains(0x2F)
    }

    func setMetadata(_ mailbox: WireName?, _ entries: [MetadataEntry]) throws -> Completion {
        let principal = try signedInPrincipal()
        let changed = try database.write { tx in
            var changed: [Notifications.Annotation] = []
            let found = try mailbox.map { try find(tx.read, $0) }
            for entry in entries {
                if entry.name.equalsIgnoringASCIICase(Self.restoreEntry) {
                    try restore(tx, entry.value, to: found)
                    continue
                }
                if entry.name.equalsIgnoringASCIICase(Self.deletedEntry) { throw Refused.no(.cannot, "that is only read") }
                guard let (prefix, isPrivate) = Self.prefixes.first(where: { entry.name.prefix($0.text.count).equalsIgnoringASCIICase($0.text) })
                else { throw Refused.no(.cannot, "entries begin with /private or /shared") }
                // RFC 5464 §4.1, §3: what all share is changed by who may write to the mailbox; of the server by nobody here.
                if let found { try require(isPrivate ? .read : [.read, .write], of: found) }
                if found == nil, !isPrivate { throw Self.noRight }
                let name = String(utf8: entry.name.dropFirst(prefix.count - 1).map(\.asciiLowercased))
                try store.setAnnotation(
                    tx, of: found?.mailbox.id, for: isPrivate ? principal.id : nil, entry: name, value: entry.value, now: now)
                changed.append(Notifications.Annotation(
                    mailbox: found?.mailbox.id, entry: name, principal: isPrivate ? principal.id : nil))
            }
            return changed
        }
        // RFC 5465 §5: a client is not told of what it did itself.
        notification?.news.forget(changed)
        return .ok(nil, "done")
    }
}
