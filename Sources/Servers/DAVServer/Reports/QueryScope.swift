import CollectionStore
import DAVGrammar
import Database
import Directory
import XML

/// What a query is asked of: the objects of a calendar or book, those of all in a home, or one object.
struct QueryScope {
    struct Place {
        var collection: Collection
        var access: Access
        var href: Href
        /// Only this member; nil: all.
        var name: String?
    }

    let places: [Place]
    /// Of the request.
    let href: Href
    /// Of the request's URL.
    let access: Access

    /// Whether a calendar or book was named itself, or an object in it.
    let isOneCollection: Bool

    /// Throws `Reply` where objects of `kind` cannot be queried by who asks.
    init(_ tx: borrowing ReadTransaction, _ exchange: Exchange, kind: CollectionKind, needed: Rights = .read) throws {
        let location = try exchange.find(tx, needed: needed).location
        href = location.href
        access = location.access
        if let member = location.member, let parent = location.parent, parent.kind == kind {
            places = [Place(collection: parent, access: access, href: href.parent, name: member.name)]
            isOneCollection = true
            return
        }
        guard let collection = location.collection else { throw Self.unsupported }
        if collection.kind == kind {
            // Windows' client (MSFT-) sends Depth 0 and means 1, as its answer would else be empty.
            places = [Place(collection: collection, access: access, href: href)]
            isOneCollection = true
            return
        }
        guard collection.kind.isHome, collection.kind.childKinds.contains(kind) else { throw Self.unsupported }
        isOneCollection = false
        // RFC 4791 §7.8: a home has calendars in it, and objects only at a depth of infinity.
        guard try exchange.depth(absent: .zero) == .infinity else {
            places = []
            return
        }
        let home = href
        places = try VisibleChildren.list(tx, exchange.locator, of: collection, access)
            .filter { $0.access.rights.isSuperset(of: needed) }
            .map { Place(collection: $0.collection, access: $0.access, href: home.collection($0.name)) }
    }

    private static var unsupported: Reply {
        Reply(.forbidden, condition: .dav(.supportedReport), "This report is not for what is here.")
    }
}
