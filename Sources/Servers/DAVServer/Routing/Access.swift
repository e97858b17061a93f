import CollectionStore
import Database
import Directory

/// As whose something shows itself to the asker, and what they may do with it.
struct Access: Sendable {
    /// Each row of a listing has an access of its own.
    let treeReference: PrincipalReference?
    private let ownerReference: PrincipalReference?
    var rights: Rights
    /// The shared collection in the asker's home that it is, or is in.
    var mount: Mount?

    init(tree: PrincipalReference?, owner: PrincipalReference?, rights: Rights, mount: Mount?) {
        (treeReference, ownerReference) = (tree, owner)
        self.rights = rights
        self.mount = mount
    }

    /// In whose home the URL is; nil outside homes.
    var tree: Principal? { treeReference?.principal }

    /// Whose it is: another's than `tree`'s in what is shared. Nil outside homes.
    var owner: Principal? { ownerReference?.principal }

    /// Of what is in no home.
    static let ofEverybody = Access(tree: nil, owner: nil, rights: .read, mount: nil)

    /// Of what somebody has in their own home.
    static func own(_ owner: Principal) -> Access { inHome(of: owner, rights: .all) }

    /// Of what is in somebody's home, by its own URL.
    static func inHome(of owner: Principal, rights: Rights) -> Access {
        let owner = PrincipalReference(owner)
        return Access(tree: owner, owner: owner, rights: rights, mount: nil)
    }

    /// Of what somebody is told: it is read and deleted, and nothing else.
    static func ofNotifications(of owner: Principal) -> Access { inHome(of: owner, rights: [.read, .unbind]) }

    /// Whether what is private or confidential is not shown.
    func hidesPrivate(in collection: Collection) -> Bool {
        rights.hidesPrivate(in: collection)
    }

    /// Whether they are not to know of the member with this name.
    func conceals(_ tx: borrowing ReadTransaction, _ name: String, in collection: Collection) throws -> Bool {
        try hidesPrivate(in: collection) && Visibility.ofPublic.isHidden(tx, in: collection.id, name: name)
    }

    /// Whether a collection is the one that the asker sees in their home, and not one below it.
    func isMountPoint(_ collection: Collection) -> Bool { mount?.collection == collection.id }

    /// What a collection is called in this tree.
    func segment(of collection: Collection) -> String {
        guard let mount, isMountPoint(collection) else { return collection.name }
        return mount.name
    }
}

extension Rights {
    /// What is left on an object of which only the times are seen.
    static let ofMasked: Rights = [.read, .readFreeBusy]

    /// RFC 5545 §3.8.1.3: whether what is private or confidential in a calendar is not shown. Whoever may do everything sees it.
    func hidesPrivate(in collection: Collection) -> Bool {
        collection.kind == .calendar && !isSuperset(of: .all)
    }
}
