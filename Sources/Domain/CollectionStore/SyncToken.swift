import Bytes

/// RFC 6578 §4: a position in a collection's history that a client brings back.
///
/// It names the collection, its epoch and a modseq. While a client takes the first listing page by page, it holds the
/// last name of the page too: the listing goes on after that name, and what changes meanwhile comes from the log after
/// the modseq at which the listing began. So any page size ends with the same state, whatever is written in between.
package struct SyncToken: Equatable, Sendable {
    package var collection: CollectionID
    package var epoch: Int64
    package var modseq: ModSeq
    /// The last name of the page that this token ended; nil where the first listing is through.
    package var listedUpTo: String?

    package init(collection: CollectionID, epoch: Int64, modseq: ModSeq, listedUpTo: String? = nil) {
        self.collection = collection
        self.epoch = epoch
        self.modseq = modseq
        self.listedUpTo = listedUpTo
    }

    /// The token of a collection as it is now.
    package init(of collection: Collection) {
        self.init(collection: collection.id, epoch: collection.epoch, modseq: collection.modseq)
    }

    private static let prefix = "urn:tegu:sync:"

    /// As a URI. RFC 6578 §4: a token is a URI.
    package var uri: String {
        var text = "\(Self.prefix)\(collection.rawValue).\(epoch).\(modseq.rawValue)"
        if let listedUpTo { text += "." + String(utf8: Base64.encodeURLSafe(listedUpTo.utf8)) }
        return text
    }

    /// Nil for a text that no server of this kind ever gave out.
    package init?(uri: String) {
        guard uri.utf8.count < 1000, uri.hasPrefix(Self.prefix) else { return nil }
        let parts = uri.dropFirst(Self.prefix.count).split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3 || parts.count == 4 else { return nil }
        guard let collection = parts[0].utf8.decimalValue, let epoch = parts[1].utf8.decimalValue,
            let modseq = parts[2].utf8.decimalValue
        else { return nil }
        self.init(
            collection: CollectionID(rawValue: Int64(collection)), epoch: Int64(epoch),
            modseq: ModSeq(rawValue: Int64(modseq)))
        if parts.count == 4 {
            guard let name = Base64.decode(parts[3].utf8) else { return nil }
            listedUpTo = String(utf8: name)
        }
    }

    /// Whether the log of `collection` can answer it. Where not, RFC 6578 §3.2 has one answer: DAV:valid-sync-token.
    package func isValid(for collection: Collection) -> Bool {
        self.collection == collection.id && epoch == collection.epoch && modseq >= collection.logFloor
            && modseq <= collection.modseq
    }
}
