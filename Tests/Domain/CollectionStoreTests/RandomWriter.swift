import CollectionStore
import Database
import Directory
import TestRandom
import Testing

/// Clients at work: any change of the store, on any place, in any order. Few names and UIDs, so that they meet.
struct RandomWriter {
    private static let names = ["a", "b", "B", "c.ics", nfc, nfd, "x\(nfc).ics", "x\(nfd).ics"]
    private static let uids = ["u", "v", nfc, nfd, "w"]

    var random: SeededGenerator
    let usesFiles: Bool
    /// Whether the log forgets now and then, so that clients must begin anew.
    let forgets: Bool
    private(set) var now: Milliseconds = 100
    private(set) var refusals = 0
    /// All names that were ever put into the file store.
    private(set) var files: Set<String> = []
    private var count = 0

    init(seed: UInt64, usesFiles: Bool, forgets: Bool) {
        random = SeededGenerator(seed: seed)
        self.usesFiles = usesFiles
        self.forgets = forgets
    }

    /// One change, in a transaction that is committed even when it was refused: then nothing may have changed.
    mutating func step(_ fixture: Fixture) throws {
        now += 1
        count += 1
        // A closure that the database may run again must do the same again.
        let start = random
        var after = self
        let (isRefused, file) = try fixture.write { tx -> (Bool, String?) in
            after = self
            after.random = start
            let before = try Fixture.dump(tx.read)
            var file: String?
            do {
                try after.change(tx, &file)
                return (false, file)
            } catch is StoreRefusal {
                #expect(try Fixture.dump(tx.read) == before, "a refusal leaves nothing changed")
                return (true, nil)
            }
        }
        random = after.random
        if isRefused { refusals += 1 }
        if let file { files.insert(file) }
    }

    private mutating func pick<T>(_ list: [T]) -> T? { list.randomElement(using: &random) }

    private mutating func name() -> String { pick(Self.names) ?? "a" }

    private mutating func collections(_ tx: borrowing ReadTransaction) throws -> [Collection] {
        var all: [Collection] = []
        for owner in [Fixture.alice, Fixture.bob] {
            for kind in [CollectionKind.calendarHome, .fileHome] {
                all += try Collections.subtree(tx, of: try #require(try Collections.home(tx, of: owner, kind: kind)))
            }
        }
        return all
    }

    private mutating func someMember(_ tx: borrowing ReadTransaction) throws -> (Collection, Member)? {
        var all: [(Collection, Member)] = []
        for collection in try collections(tx) { all += try Members.all(tx, in: collection.id).map { (collection, $0) } }
        return pick(all)
    }

    private mutating func change(_ tx: borrowing WriteTransaction, _ file: inout String?) throws {
        let all = try collections(tx.read)
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<24: try put(tx, all, &file)
        case 24..<30: try putTogether(tx, all)
        case 30..<40: try remove(tx)
        case 40..<55: try transferMember(tx, all)
        case 55..<63: try make(tx, all)
        case 63..<68:
            guard let collection = pick(all.filter { !$0.kind.isHome }) else { return }
            try Collections.remove(tx, collection, now: now)
        case 68..<78: try transferCollection(tx, all)
        case 78..<84: try changeProperties(tx, all)
        case 84..<94: try restore(tx)
        case 94..<96:
            _ = try Trash.purge(
                tx, before: now - Int64.random(in: 0..<60, using: &random),
                limit: Int.random(in: 1..<10, using: &random))
        case 96..<97:
            guard forgets else { return }
            _ = try ChangeLog.forget(
                tx, before: now - Int64.random(in: 0..<60, using: &random),
                limit: Int.random(in: 1..<100, using: &random))
        case 97..<98:
            let owner = pick([Fixture.alice, Fixture.bob]) ?? Fixture.alice
            let used = try Quota.state(tx.read, of: owner).used
            let quota = pick([nil, used, used + 30, 0, used / 2])
            try tx.execute(
                "UPDATE principal SET quota_bytes = $2 WHERE id = $1", [.integer(owner.rawValue), Value(quota ?? nil)])
        default:
            guard let (collection, member) = try someMember(tx.read) else { return }
            try Locks.add(tx, lock("\(count)", in: collection, name: member.name, expires: 1 << 40), now: now)
        }
    }

    private mutating func put(_ tx: borrowing WriteTransaction, _ all: [Collection], _ file: inout String?) throws {
        guard let collection = pick(all.filter(\.kind.holdsMembers)) else { return }
        let name = name()
        let existing = try Members.find(tx.read, in: collection.id, name: name)
        let text =
            String(repeating: "x", count: Int.random(in: 0..<20, using: &random))
            + "\(Int.random(in: 0..<5, using: &random))"
        var made =
            collection.kind == .calendar
            ? content(text, uid: Bool.random(using: &random) ? existing?.uid ?? pick(Self.uids) : pick(Self.uids))
            : content(text)
        if usesFiles, collection.kind != .calendar, Bool.random(using: &random) {
            let stored = "file-\(count)"
            made.place = .file(stored)
            try Members.put(tx, in: collection, name: name, existing: existing, content: made, now: now)
            file = stored
            return
        }
        try Members.put(tx, in: collection, name: name, existing: existing, content: made, now: now)
    }

    /// Several in one batch, of which one that is refused leaves the others as they are.
    private mutating func putTogether(_ tx: borrowing WriteTransaction, _ all: [Collection]) throws {
        guard let collection = pick(all.filter(\.kind.holdsMembers)) else { return }
        try ChangeBatch.run(tx, in: collection, now: now) { batch in
            for _ in 0..<Int.random(in: 0..<6, using: &random) {
                let name = name()
                let existing = try Members.find(tx.read, in: collection.id, name: name)
                if let existing, Int.random(in: 0..<3, using: &random) == 0 {
                    try Members.discard(tx, existing, in: collection, with: batch, now: now)
                    continue
                }
                let text = String(repeating: "x", count: Int.random(in: 0..<20, using: &random))
                let made = content(text, uid: collection.kind == .calendar ? pick(Self.uids) : nil)
                do {
                    try Members.put(tx, in: collection, name: name, existing: existing, content: made, with: batch, now: now)
                } catch is StoreRefusal {}
            }
        }
    }

    private mutating func remove(_ tx: borrowing WriteTransaction) throws {
        guard let (collection, member) = try someMember(tx.read) else { return }
        try Members.remove(tx, member, in: collection, by: Fixture.alice, now: now)
    }

    /// As a MOVE or COPY with Overwrite does it: what is there goes to the trash first.
    private mutating func clear(_ tx: borrowing WriteTransaction, _ parent: Collection, _ name: String) throws {
        if let there = try Members.find(tx.read, in: parent.id, name: name) {
            try Members.remove(tx, there, in: parent, by: nil, now: now)
        }
        if let there = try Collections.child(tx.read, of: parent.id, name: name) {
            try Collections.remove(tx, there, now: now)
        }
    }

    private mutating func transferMember(_ tx: borrowing WriteTransaction, _ all: [Collection]) throws {
        guard let (source, member) = try someMember(tx.read) else { return }
        let isCalendar = source.kind == .calendar
        guard let target = pick(all.filter { $0.kind.holdsMembers && ($0.kind == .calendar) == isCalendar }) else {
            return
        }
        let name = name()
        if Int.random(in: 0..<3, using: &random) == 0 {
            // Only where the source is not in the way of itself, and nothing will be refused after the removal.
            let there = try Members.find(tx.read, in: target.id, name: name)
            let isFree = try member.uid.map { try Members.name(tx.read, in: target.id, uid: $0) == nil } ?? true
            if there?.id != member.id, isFree, source.owner == target.owner,
                try Collections.child(tx.read, of: target.id, name: name) == nil
            {
                try clear(tx, target, name)
                try Members.move(tx, member, from: source, to: target, name: name, now: now)
                return
            }
        }
        if Bool.random(using: &random) {
            try Members.move(tx, member, from: source, to: target, name: name, now: now)
        } else {
            try Members.copy(tx, member, to: target, name: name, now: now)
        }
    }

    private mutating func make(_ tx: borrowing WriteTransaction, _ all: [Collection]) throws {
        guard all.count < 40, let parent = pick(all.filter { !$0.kind.childKinds.isEmpty }),
            let kind = parent.kind.childKinds.first
        else { return }
        _ = try Collections.make(tx, in: parent, name: name(), kind: kind, now: now)
    }

    private mutating func transferCollection(_ tx: borrowing WriteTransaction, _ all: [Collection]) throws {
        guard let collection = pick(all),
            let parent = pick(all.filter { $0.kind.childKinds.contains(collection.kind) }) ?? all.first
        else { return }
        if Int.random(in: 0..<5, using: &random) < 3 {
            try Collections.move(tx, collection, to: parent, name: name(), now: now)
        } else if all.count < 40 {
            try Collections.copy(
                tx, collection, to: parent, name: name(), deeply: Bool.random(using: &random), now: now)
        }
    }

    private mutating func changeProperties(_ tx: borrowing WriteTransaction, _ all: [Collection]) throws {
        let value = [UInt8](repeating: 1, count: Int.random(in: 1..<5, using: &random))
        if Bool.random(using: &random), let (collection, member) = try someMember(tx.read) {
            try DeadProperties.set(tx, of: collection.id, member.id, namespace: "n", name: name(), value: value)
            try Members.propertiesChanged(tx, of: member, now: now)
        } else if let collection = pick(all) {
            try DeadProperties.set(tx, of: collection.id, nil, namespace: "n", name: name(), value: value)
            try Collections.propertiesChanged(tx, of: collection, now: now)
        }
    }

    private mutating func restore(_ tx: borrowing WriteTransaction) throws {
        let owner = pick([Fixture.alice, Fixture.bob]) ?? Fixture.alice
        guard let item = pick(try Trash.items(tx.read, of: owner)) else { return }
        _ = try tx.restore(item.id, of: owner, now: now)
    }
}
