import Calendars
import CivilTime
import CollectionStore
import Database
import Directory
import ICalendar

/// What a calendar with a visible range shows. Writing goes by what is stored: a PUT finds what is not shown, and what is
/// out of range is stored and acknowledged like all else; reading goes by what is shown.
extension DAVServer {
    func visibility(_ window: VisibleWindow, hidesPrivate: Bool = false, asker: PrincipalID? = nil) -> Visibility {
        let (database, files, timeZones) = (database, files, timeZones)
        return Visibility(window, range: OccurrenceRange(window), hidesPrivate: hidesPrivate, asker: asker) { tx, blobID in
            try database.takesLong()
            let bytes: [UInt8]
            do {
                bytes = try files.bytes(of: Blobs.read(tx, blobID))
            } catch let failure as Failure where failure.code == .damaged {
                // A listing does not fail for a body that is lost: who asks for it is told.
                return true
            }
            return VisibleInstances.isAny(of: bytes, in: window, timeZones: timeZones)
        }
    }
}

extension Exchange {
    /// What a collection shows to somebody with this access; nil where all members are shown.
    func visibility(of collection: Collection, _ access: Access) -> Visibility? {
        let hidesPrivate = access.hidesPrivate(in: collection)
        let asker = locator.keepsOwnAlarms(in: collection) ? principal.id : nil
        guard let range = collection.visibleRange else {
            return asker.map { .ofAll(for: $0, hidesPrivate: hidesPrivate) }
        }
        return server.visibility(range.window(at: now), hidesPrivate: hidesPrivate, asker: asker)
    }

    /// The time of which a collection's series show instances; nil: all.
    func window(of collection: Collection) -> InstantRange? {
        guard let window = collection.visibleRange?.window(at: now) else { return nil }
        return InstantRange(
            start: window.lower.map { Instant(seconds: $0) }, end: window.upper.map { Instant(seconds: $0) })
    }

    func syncToken(of collection: Collection, _ access: Access) -> SyncToken {
        SyncToken(
            of: collection, at: now, hidingPrivate: access.hidesPrivate(in: collection),
            ofAnother: locator.keepsOwnAlarms(in: collection))
    }

    /// Whether a token is one of a collection as somebody with this access sees it.
    func isValid(_ token: SyncToken, for collection: Collection, _ access: Access) -> Bool {
        token.isValid(
            for: collection, hidingPrivate: access.hidesPrivate(in: collection), ofAnother: locator.keepsOwnAlarms(in: collection))
    }

    /// Whether what is at a location may be read: false for a member that its calendar does not show now.
    func isShown(_ tx: borrowing ReadTransaction, _ location: Location) throws -> Bool {
        guard let member = location.member, let visibility = location.parent.flatMap({ visibility(of: $0, location.access) }) else {
            return true
        }
        return try visibility.shows(tx, member)
    }
}

/// Which of the names that an index gives are shown; each is asked once.
struct ShownNames {
    private let visibility: Visibility?
    private let collection: CollectionID
    /// By the bytes of the name.
    private var known: [[UInt8]: Bool] = [:]

    init(_ visibility: Visibility?, in collection: CollectionID) {
        self.visibility = visibility
        self.collection = collection
    }

    mutating func contain(_ tx: borrowing ReadTransaction, _ name: String) throws -> Bool {
        guard let visibility else { return true }
        let key = [UInt8](name.utf8)
        if let isShown = known[key] { return isShown }
        let isShown = try Members.find(tx, in: collection, name: name).map { try visibility.shows(tx, $0) } ?? false
        known[key] = isShown
        return isShown
    }
}
