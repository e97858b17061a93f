import Bytes

/// RFC 6578 §4: a position in a collection's history that a client brings back.
///
/// It names the collection, its epoch and a modseq. While a client takes the first listing page by page, it holds the
/// last name of the page too: the listing goes on after that name, and what changes meanwhile comes from the log after
/// the modseq at which the listing began. So any page size ends with the same state, whatever is written in between.
///
/// Of a calendar that shows a window it says which window the client has seen, so that what has come into it since and
/// what has left it can be told (`VisibleChanges`).
package struct SyncToken: Equatable, Sendable {
    package var collection: CollectionID
    package var epoch: Int64
    package var modseq: ModSeq
    /// The last name of the page that this token ended; nil where the first listing is through.
    package var listedUpTo: String?
    /// What of the collection's time the client has been shown.
    package var window = VisibleWindow.all
    /// Nil where the client has been told of all of the window.
    package var move: Move?

    /// A move of the window that a client is being told of, page by page.
    package struct Move: Equatable, Sendable {
        package var window: VisibleWindow
        /// The last name of the page that this token ended.
        package var name: String

        package init(to window: VisibleWindow, after name: String) {
            self.window = window
            self.name = name
        }
    }

    package init(collection: CollectionID, epoch: Int64, modseq: ModSeq, listedUpTo: String? = nil) {
        self.collection = collection
        self.epoch = epoch
        self.modseq = modseq
        self.listedUpTo = listedUpTo
    }

    /// The token of a collection as it is at a time, for somebody to whom what is private is not shown, or is, and whose the calendar is
    /// or not.
    package init(of collection: Collection, at now: Milliseconds, hidingPrivate: Bool = false, ofAnother: Bool = false) {
        self.init(
            collection: collection.id, epoch: Self.epoch(of: collection, hidingPrivate, ofAnother), modseq: collection.modseq)
        if let range = collection.visibleRange { window = range.window(at: now) }
    }

    private static let prefix = "urn:tegu:sync:"

    /// Who gets or loses the right to see what is private sees another calendar, of which the log tells nothing: they begin anew.
    /// So do those who become the owner, or are it no more: they had the alarms of another.
    private static func epoch(of collection: Collection, _ hidingPrivate: Bool, _ ofAnother: Bool) -> Int64 {
        collection.epoch | (hidingPrivate ? 1 << 61 : 0) | (ofAnother ? 1 << 60 : 0)
    }

    /// As a URI. RFC 6578 §4: a token is a URI.
    package var uri: String { String(utf8: bytes) }

    /// The URI's octets, which are letters, digits, `:`, `.`, `-` and `_`.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(80)
        bytes.append(Self.prefix)
        bytes.append(decimal: collection.rawValue)
        bytes.append(0x2E)
        bytes.append(decimal: epoch)
        bytes.append(0x2E)
        bytes.append(decimal: modseq.rawValue)
        if let listedUpTo {
            bytes.append(0x2E)
            bytes += Base64.encodeURLSafe(listedUpTo.utf8)
        }
        if window != .all || move != nil {
            bytes.append(0x3A)
            bytes.append(window.text)
        }
        if let move {
            bytes.append(0x3A)
            bytes.append(move.window.text)
            bytes.append(0x3A)
            bytes += Base64.encodeURLSafe(move.name.utf8)
        }
        return bytes
    }

    /// Nil for a text that no server of this kind ever gave out.
    package init?(uri: String) {
        guard uri.utf8.count < 1000, uri.hasPrefix(Self.prefix) else { return nil }
        let fields = uri.dropFirst(Self.prefix.count).split(separator: ":", omittingEmptySubsequences: false)
        guard [1, 2, 4].contains(fields.count) else { return nil }
        let parts = fields[0].split(separator: ".", omittingEmptySubsequences: false)
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
        if fields.count > 1 {
            guard let window = VisibleWindow(text: fields[1]) else { return nil }
            self.window = window
        }
        if fields.count > 2 {
            guard let window = VisibleWindow(text: fields[2]), let name = Base64.decode(fields[3].utf8) else { return nil }
            move = Move(to: window, after: String(utf8: name))
        }
    }

    /// Whether the log of `collection` can answer it. Where not, RFC 6578 §3.2 has one answer: DAV:valid-sync-token.
    package func isValid(for collection: Collection, hidingPrivate: Bool = false, ofAnother: Bool = false) -> Bool {
        self.collection == collection.id && epoch == Self.epoch(of: collection, hidingPrivate, ofAnother) && modseq >= collection.logFloor
            && modseq <= collection.modseq
    }
}
