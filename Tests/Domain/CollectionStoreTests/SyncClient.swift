import CollectionStore
import Database
import Directory
import TestRandom
import Testing

/// A client that knows the server by sync tokens alone: first listings page by page, then changes page by page (RFC
/// 6578 §3).
final class SyncClient {
    /// What it holds of one collection.
    final class Node {
        var token: String?
        /// ETags by name, and collections by name, both by bytes.
        var members: [[UInt8]: String] = [:]
        var children: [[UInt8]: Node] = [:]

        func forget() { (token, members, children) = (nil, [:], [:]) }
    }

    /// Whether it takes `/x` and `/x/` for one thing, as some do.
    let ignoresSlashes: Bool
    var homes: [CollectionID: Node] = [:]
    private(set) var restarts = 0

    init(ignoresSlashes: Bool) { self.ignoresSlashes = ignoresSlashes }

    /// One request for one page; true where there is nothing more to come now.
    func page(_ tx: borrowing ReadTransaction, _ node: Node, of collection: Collection, limit: Int) throws -> Bool {
        guard let text = node.token else {
            return try list(tx, node, collection, SyncToken(of: collection, at: 0), limit)
        }
        let token = try #require(SyncToken(uri: text))
        guard token.isValid(for: collection) else {
            restarts += 1
            node.forget()
            return false
        }
        if token.listedUpTo != nil { return try list(tx, node, collection, token, limit) }
        let (changes, reached, isComplete) = try ChangeLog.changes(
            tx, in: collection, since: token.modseq, limit: limit)
        #expect(changes.count <= limit)
        #expect(isComplete || reached > token.modseq, "a page that does not go on")
        #expect(!isComplete || reached == collection.modseq)
        let urls = changes.map { change -> [UInt8] in
            switch change.state {
            case .member, .removed(isCollection: false): [UInt8](change.name.utf8)
            case .collection, .mount, .removed(isCollection: true): [UInt8]((change.name + "/").utf8)
            }
        }
        #expect(Set(urls).count == urls.count, "RFC 6578 §3.5: a URL stands in an answer once")
        for change in changes { apply(change, to: node) }
        node.token = SyncToken(collection: collection.id, epoch: collection.epoch, modseq: reached).uri
        return isComplete
    }

    private func apply(_ change: ChangeLog.Change, to node: Node) {
        let name = [UInt8](change.name.utf8)
        switch change.state {
        case .member(let member):
            node.members[name] = member.etag
            if ignoresSlashes { node.children[name] = nil }
        case .collection, .mount:
            if node.children[name] == nil { node.children[name] = Node() }
            if ignoresSlashes { node.members[name] = nil }
        case .removed(let isCollection):
            if ignoresSlashes || isCollection { node.children[name] = nil }
            if ignoresSlashes || !isCollection { node.members[name] = nil }
        }
    }

    /// A page of the first listing: the collections by name, then the members by name.
    private func list(
        _ tx: borrowing ReadTransaction, _ node: Node, _ collection: Collection, _ token: SyncToken, _ limit: Int
    ) throws -> Bool {
        var token = token
        var room = limit
        let cursor = token.listedUpTo
        token.listedUpTo = nil
        if cursor?.hasPrefix("m") != true {
            let after = [UInt8]((cursor?.dropFirst() ?? "").utf8)
            for child in try Collections.children(tx, of: collection.id)
            where after.isEmpty || after.lexicographicallyPrecedes(child.name.utf8) {
                if room == 0 { node.token = token.uri; return false }
                room -= 1
                apply(.init(modseq: .zero, name: child.name, state: .collection(child)), to: node)
                token.listedUpTo = "c" + child.name
            }
        }
        let lastMember = cursor?.hasPrefix("m") == true ? String(try #require(cursor).dropFirst()) : nil
        let members = try Members.page(tx, in: collection.id, after: lastMember, limit: room + 1)
        for member in members.prefix(room) {
            apply(.init(modseq: .zero, name: member.name, state: .member(member)), to: node)
            token.listedUpTo = "m" + member.name
        }
        if members.count <= room { token.listedUpTo = nil }
        node.token = token.uri
        // What changed since the listing began comes with the next request.
        return members.count <= room && token.modseq == collection.modseq
    }

    /// A page of some collection that it knows.
    func step(_ tx: borrowing ReadTransaction, limit: Int, using random: inout SeededGenerator) throws {
        guard let (home, root) = homes.sorted(by: { $0.key.rawValue < $1.key.rawValue }).randomElement(using: &random),
            var collection = try Collections.find(tx, home)
        else { return }
        var node = root
        while Bool.random(using: &random),
            let (name, child) = node.children.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }).randomElement(
                using: &random),
            let there = try Collections.child(tx, of: collection.id, name: String(decoding: name, as: UTF8.self))
        {
            (node, collection) = (child, there)
        }
        _ = try page(tx, node, of: collection, limit: limit)
    }

    /// Syncs to the end, then compares with what the server has.
    func finish(_ tx: borrowing ReadTransaction, limit: Int) throws {
        for (home, node) in homes { try finish(tx, node, try #require(try Collections.find(tx, home)), limit: limit) }
    }

    private func finish(_ tx: borrowing ReadTransaction, _ node: Node, _ collection: Collection, limit: Int) throws {
        var pages = 0
        while try !page(tx, node, of: collection, limit: limit) {
            pages += 1
            try #require(pages < 5000, "it never ends")
        }
        var members: [[UInt8]: String] = [:]
        for member in try Members.all(tx, in: collection.id) { members[[UInt8](member.name.utf8)] = member.etag }
        #expect(node.members == members)
        let children = try Collections.children(tx, of: collection.id)
        #expect(Set(node.children.keys) == Set(children.map { [UInt8]($0.name.utf8) }))
        for child in children {
            if let known = node.children[[UInt8](child.name.utf8)] { try finish(tx, known, child, limit: limit) }
        }
    }
}
