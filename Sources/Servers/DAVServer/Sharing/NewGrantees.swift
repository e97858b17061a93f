import CollectionStore
import Directory
import GlobalAddressList
import XML

/// Something is to be granted to those whom address lists have and who are no principals yet. They become that first, when all else about
/// the request is right; it then begins anew. So it is thrown last, in the transaction that did the rest, which is undone: a request that is
/// refused makes nobody.
struct NewGrantees: Preparation {
    private(set) var listed: [ListedPrincipal] = []

    mutating func add(_ found: ListedPrincipal) { listed.append(found) }

    /// Throws where there are any.
    func check() throws {
        if !listed.isEmpty { throw self }
    }

    func perform(_ exchange: Exchange) throws {
        // Before anybody is made.
        for found in listed where try exchange.server.listed?.isElsewhere(found, than: exchange.principal.storage) ?? true {
            throw StoreRefusal.otherStorage
        }
        for found in listed where try exchange.server.listed?.admit(found) == nil {
            throw Reply(.forbidden, condition: .dav(.recognizedPrincipal), "\(found.name) cannot be shared with now.")
        }
    }
}
