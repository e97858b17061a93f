import CollectionStore
import Directory

/// As whose something shows itself to the asker, and what they may do with it.
struct Access: Sendable {
    /// In whose home the URL is; nil outside homes.
    var tree: Principal?
    /// Whose it is: another's than `tree`'s in what is shared. Nil outside homes.
    var owner: Principal?
    var rights: Rights
    /// The shared collection in the asker's home that it is, or is in.
    var mount: Mount?

    /// Of what is in no home.
    static let ofEverybody = Access(tree: nil, owner: nil, rights: .read, mount: nil)

    /// Of what somebody has in their own home.
    static func own(_ owner: Principal) -> Access { Access(tree: owner, owner: owner, rights: .all, mount: nil) }

    /// RFC 5545 §3.8.1.3: whether what is private or confidential in a calendar is not shown. Whoever may do everything sees it.
    func hidesPrivate(in collection: Collection) -> Bool {
        collection.kind == .calendar && !rights.isSuperset(of: .all)
    }

    /// Whether a collection is the one that the asker sees in their home, and not one below it.
    func isMountPoint(_ collection: Collection) -> Bool { mount?.collection == collection.id }

    /// What a collection is called in this tree.
    func segment(of collection: Collection) -> String {
        guard let mount, isMountPoint(collection) else { return collection.name }
        return mount.name
    }
}
