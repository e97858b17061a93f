// DAVServer: WebDAV, CalDAV and CardDAV over the domain's calendars, address books and files. It is the only place where requests
// become questions to the domain, and outcomes become status codes and XML. It decides nothing about data: a rule about
// objects belongs to Calendars, Contacts, Files or CollectionStore.
//
// The way of a request (docs/architecture.md): Responder -> Authentication -> Routing/Locator -> Methods/<Method> -> the
// domain, in one transaction -> Answers/ -> bytes. There is one file a method, one a report, one an RFC's properties.
//
// Invariants: what may not be read is answered as if it were not there; a conditional header is judged in the transaction
// that makes the change; a body that is long is written piece by piece, each piece from a transaction of its own.
//
// Start reading at Responder.swift, Routing/Resource.swift, Properties/PropertyTable.swift.

package import CivilTime
package import CollectionStore
package import Database
package import Directory
package import GlobalAddressList
package import Logging

/// What the server works with.
package final class DAVServer: Sendable {
    let database: any Database
    let files: FileBlobStore
    let timeZones: TimeZoneDatabase
    let authenticator: Authenticator
    let principals: PrincipalCache
    let memberships: MembershipCache
    let mountFreshness = MountFreshness()
    let seenMounts = SeenMounts()
    let configuration: DAVConfiguration
    let logger: Logger
    /// Milliseconds since 1970 in UTC.
    let clock: @Sendable () -> Milliseconds
    /// So many random bytes.
    let random: @Sendable (Int) -> [UInt8]
    /// The server over the storage that has what somebody owns; nil: this one.
    let elsewhere: (@Sendable (Principal) throws -> DAVServer?)?
    /// Those in address lists who are no principals yet; nil: there are no directories that have any.
    let listed: ListedPrincipals?

    package init(
        database: any Database, files: FileBlobStore, timeZones: TimeZoneDatabase, authenticator: Authenticator,
        principals: PrincipalCache, memberships: MembershipCache = MembershipCache(), configuration: DAVConfiguration, logger: Logger, clock: @escaping @Sendable () -> Milliseconds,
        random: @escaping @Sendable (Int) -> [UInt8],
        elsewhere: (@Sendable (Principal) throws -> DAVServer?)? = nil,
        listed: ListedPrincipals? = nil
    ) {
        self.database = database
        self.files = files
        self.timeZones = timeZones
        self.authenticator = authenticator
        self.principals = principals
        self.memberships = memberships
        self.configuration = configuration
        self.logger = logger
        self.clock = clock
        self.random = random
        self.elsewhere = elsewhere
        self.listed = listed
    }
}

/// The limits and switches of the server; all have their place in the settings (docs/settings.md).
package struct DAVConfiguration: Sendable {
    /// The domain of a sign-in name that has none.
    package var defaultDomain: String
    package var isBasicAllowedOverPlain = false
    /// In bytes. RFC 4791 §5.2.5, RFC 6352 §6.2.3.
    package var maximumCalendarObjectSize = 10 << 20
    package var maximumCardSize = 10 << 20
    /// RFC 4791 §5.2.9.
    package var maximumAttendees = 10_000
    package var maximumFileSize = 10 << 30
    /// RFC 8607 §6.2, in bytes.
    package var maximumAttachmentSize = 50 << 20
    /// RFC 8607 §6.3.
    package var maximumAttachments = 50
    /// Bodies that are XML, in bytes.
    package var maximumXMLSize = 4 << 20
    /// Hrefs of one multiget.
    package var maximumHrefs = 10_000
    /// Changes that one answer to sync-collection tells.
    package var maximumSyncRows = 100_000
    /// Rows of one answer to a query.
    package var maximumQueryRows = 100_000
    /// Rows of one answer to a query of a book that is only searched.
    package var maximumDirectoryRows = 1_000
    /// What the filters and expansions of one request may cost, in steps of some ten to hundred nanoseconds.
    package var maximumRecurrenceSteps = 20_000_000
    /// Where the time zone service is (RFC 7809 §5.1); nil: there is none.
    package var timeZoneService: String?
    /// The longest time for which a lock is given, in seconds.
    package var maximumLockTimeout = 86_400
    /// For how long it is known what collections held, in milliseconds.
    package var historyKeep: Milliseconds = 14 * 86_400_000
    /// RFC 3744 §9.4: more principals than that are answered with DAV:number-of-matches-within-limits.
    package var maximumPrincipals = 500

    package init(defaultDomain: String) { self.defaultDomain = defaultDomain }
}
