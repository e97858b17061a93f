import CollectionStore
import Database
import Directory
import XML

/// RFC 3744 §5.5: who may do what with a collection, by its own entries and by those of what it is in.
struct AccessList {
    struct Entry {
        var grantee: Grantee
        var rights: Rights
        /// The collection above that it comes from.
        var inheritedFrom: Collection?
    }

    let owner: Principal?
    /// Those of the collection itself first; what has ended is not among them.
    private(set) var entries: [Entry] = []
    /// The collections that it is in, the nearest first.
    let ancestors: [Collection]

    init(_ tx: borrowing ReadTransaction, of collection: Collection, now: Milliseconds? = nil) throws {
        owner = try LocalDirectory.find(tx, collection.owner)
        let path = try Collections.path(tx, of: collection)
        ancestors = Array(path.dropFirst())
        for part in path {
            for grant in try Grants.all(tx, on: part.id) where now.map(grant.isValid) ?? true {
                entries.append(Entry(
                    grantee: grant.grantee, rights: grant.rights.intersection(.all),
                    inheritedFrom: part.id == collection.id ? nil : part))
            }
        }
    }

    /// The URL of one of `ancestors`, in its owner's tree.
    func href(of ancestor: Collection) -> Href {
        guard let owner, let index = ancestors.firstIndex(where: { $0.id == ancestor.id }), let home = ancestors.last,
            let container = Container(homeKind: home.kind) else { return Href() }
        var href = Href.home(container, of: owner)
        for collection in ancestors[index...].reversed().dropFirst() { href.appendCollection(collection.name) }
        return href
    }

    /// `member`: the list is that of an object in the collection, whose URL is `href`: all is inherited.
    func write(_ tx: borrowing ReadTransaction, forMembersOf href: Href?, to out: inout XMLWriter) throws {
        writeEntry(to: &out, rights: .all, isProtected: true, inheritedFrom: nil) { out in
            out.open(.dav(.property))
            out.empty(.dav(.owner))
            out.close(.dav(.property))
        }
        for entry in entries {
            var principal = XMLWriter(capacity: 128)
            switch entry.grantee {
            case .everybody: principal.empty(.dav(.all))
            case .signedIn: principal.empty(.dav(.authenticated))
            case .principal(let id):
                guard let found = try LocalDirectory.find(tx, id) else { continue }
                principal.href(.principal(found))
            }
            let source = entry.inheritedFrom.map(self.href) ?? href
            writeEntry(to: &out, rights: entry.rights, isProtected: false, inheritedFrom: source) { $0.raw(principal.bytes) }
        }
    }

    private func writeEntry(
        to out: inout XMLWriter, rights: Rights, isProtected: Bool, inheritedFrom source: Href?,
        principal: (inout XMLWriter) -> Void
    ) {
        out.open(.dav(.ace))
        out.open(.dav(.principal))
        principal(&out)
        out.close(.dav(.principal))
        out.open(.dav(.grant))
        Privileges.write(Privileges.shortest(rights), to: &out)
        out.close(.dav(.grant))
        if isProtected { out.empty(.dav(.protected)) }
        if let source {
            out.open(.dav(.inherited))
            out.href(source)
            out.close(.dav(.inherited))
        }
        out.close(.dav(.ace))
    }

    /// RFC 3744 §9.2: the principals that stand in it, each once, the owner first.
    func principals(_ tx: borrowing ReadTransaction) throws -> [Principal] {
        var seen: Set<PrincipalID> = []
        var found = [owner].compactMap { $0 }
        seen.formUnion(found.map(\.id))
        for entry in entries {
            guard case .principal(let id) = entry.grantee, seen.insert(id).inserted,
                let principal = try LocalDirectory.find(tx, id) else { continue }
            found.append(principal)
        }
        return found
    }
}
