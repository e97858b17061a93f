extension SettingDefinition {
    /// Every setting there is, in the order of the documentation.
    package static let all: [SettingDefinition] = general + http + imap + lmtp + tls + auth + limits + results + storage + calendars
        + addressList + discovery + observation

    private static let general: [SettingDefinition] = [
        .path(
            "data-directory", \.dataDirectory,
            "Where everything is kept: the database, large objects, and the certificate made at the first start."
        ),
        .database(
            "database", \.database,
            "A PostgreSQL database (13 or later, encoding UTF8) instead of the file in the data directory. The URL is as "
                + "libpq has it: several hosts with commas between, `sslmode`, `sslrootcert`, `target_session_attrs` "
                + "(here `read-write`). A password in it stands in no log; on the command line others can see it."
        )
        .byDefault("the file `tegu.db` in the data directory"),
        .name(
            "domain", \.domain,
            "The internet domain of users who sign in without one, and of the administrator made at the first start."
        )
        .byDefault("that of the first account, which at the first start is the domain of the machine's host name, or `localhost`"),
        .name(
            "host-name", \.hostName,
            "The name by which clients reach this server; it goes into the certificate made at the first start "
                + "and into `tegu dns`."
        )
        .byDefault("the machine's host name, or `localhost`"),
        .time(
            "shutdown-time", \.shutdownTime, .zero ... .seconds(3_600),
            "How long requests in flight may take to finish after SIGTERM."),
    ]

    private static let http: [SettingDefinition] = [
        .list("http.tls.listen", \.http.tlsListen, "Where HTTPS is served (HTTP/1.1 and HTTP/2)."),
        .list(
            "http.plain.listen", \.http.plainListen,
            "Where HTTP without TLS is served, for a proxy in front that does TLS."),
        .boolean(
            "http.allow-basic-over-plain", \.http.allowsBasicOverPlain,
            "Whether passwords are taken over HTTP without TLS. From this machine itself, and from a trusted proxy "
                + "that says that its client used TLS, they always are."),
        .list(
            "http.trusted-proxies", \.http.trustedProxies,
            "Proxies whose Forwarded and X-Forwarded-* fields are believed; they are counted as nobody's own address."),
        .number(
            "http.event-loops", \.http.eventLoops, 0...256,
            "Threads that move bytes; 0 is as many as the process has processors, at most 4."),
        .number("http.workers", \.http.workers, 1...1_024, "Threads that answer requests."),
        .number(
            "http.waiting-requests", \.http.waitingRequests, 1...100_000,
            "Requests that may wait for such a thread; those above are answered 503."),
        .size(
            "http.header-limit", \.http.headerLimit, 4 << 10...1 << 20,
            "The longest head of a request; a longer one is answered 431."),
        .size(
            "http.xml-limit", \.http.xmlLimit, 16 << 10...256 << 20,
            "The longest XML body of a request, as sent and when inflated; a longer one is answered 413."),
        .number("http.connections", \.http.connections, 1...1_000_000, "Connections open at once, in all."),
        .number(
            "http.connections-per-address", \.http.connectionsPerAddress, 1...1_000_000,
            "Connections open at once from one address; trusted proxies are not counted."),
        .time(
            "http.header-time", \.http.headerTime, .seconds(1) ... .seconds(3_600),
            "How long a TLS handshake and the head of a request may take together."),
        .time(
            "http.body-time", \.http.bodyTime, .seconds(1) ... .seconds(3_600),
            "How long a client may pause while it sends a body."),
        .time(
            "http.idle-time", \.http.idleTime, .seconds(1) ... .seconds(86_400),
            "How long a connection may stay open without a request."),
        .time(
            "http.write-time", \.http.writeTime, .seconds(1) ... .seconds(3_600),
            "How long a client may take nothing of an answer."),
    ]

    private static let imap: [SettingDefinition] = [
        .list("imap.tls.listen", \.imap.tlsListen, "Where IMAP is served with TLS from the first byte, such as `*:993`."),
        .list(
            "imap.plain.listen", \.imap.plainListen,
            "Where IMAP is served with STARTTLS, such as `*:143`."),
        .boolean(
            "imap.allow-login-over-plain", \.imap.allowsLoginOverPlain,
            "Whether passwords are taken over IMAP without TLS. From this machine itself they always are."),
        .number(
            "imap.event-loops", \.imap.eventLoops, 0...256,
            "Threads that move bytes; 0 is as many as the process has processors, at most 4."),
        .number("imap.workers", \.imap.workers, 1...1_024, "Threads that work on commands."),
        .number("imap.connections", \.imap.connections, 1...1_000_000, "Connections open at once, in all."),
        .number(
            "imap.connections-per-address", \.imap.connectionsPerAddress, 1...1_000_000,
            "Connections open at once from one address. Some clients open one for each folder."),
        .number(
            "imap.connections-per-user", \.imap.connectionsPerUser, 1...1_000_000,
            "Connections on which one user is signed in at once."),
        .boolean(
            "imap.allow-sharing-with-all", \.imap.allowsSharingWithAll,
            "Whether users may share mailboxes with `anyone` and `authenticated`. All of their mail domain see such mailboxes in "
                + "their lists; those of other domains can open by its name what is shared with `anyone`."),
        .list(
            "imap.capabilities-off", \.imap.capabilitiesOff,
            "Extensions that no client is told of, and that are not there; for one account `tegu mail capability` says so."),
        .time(
            "imap.sign-in-time", \.imap.signInTime, .seconds(1) ... .seconds(3_600),
            "How long a client may take to sign in, with its TLS handshake."),
        .time(
            "imap.command-time", \.imap.commandTime, .seconds(1) ... .seconds(3_600),
            "How long a client may pause within a command."),
        .time(
            "imap.idle-time", \.imap.idleTime, .seconds(1_800) ... .seconds(7 * 86_400),
            "How long a signed-in client may say nothing."),
        .time(
            "imap.write-time", \.imap.writeTime, .seconds(1) ... .seconds(3_600),
            "How long a client may take nothing of an answer."),
    ]

    private static let lmtp: [SettingDefinition] = [
        .list(
            "lmtp.listen", \.lmtp.listen,
            "Where a mail transfer agent delivers by LMTP (docs/mail.md). A socket in the file system may have its mode behind it "
                + "(660 by default): who may write to it may deliver."),
        .list(
            "lmtp.trusted", \.lmtp.trusted,
            "Addresses that may deliver. There is neither TLS nor a password: it must be a network of yours alone."),
        .number("lmtp.workers", \.lmtp.workers, 1...1_024, "Threads that work on deliveries."),
        .number("lmtp.connections", \.lmtp.connections, 1...100_000, "Connections open at once."),
        .number("lmtp.recipients", \.lmtp.recipients, 100...10_000, "Recipients of one message; the sender's server sends it again to the others."),
        .choice(
            "lmtp.over-quota", \.lmtp.overQuota,
            "What becomes of mail for who is over the quota: the mail transfer agent is told to try again for as long as it does "
                + "(452), or that it cannot be delivered (552)."),
        .delimiter(
            "lmtp.subaddress-delimiter", \.lmtp.delimiter,
            "What parts an address from a detail: mail to `anna+lists@` comes to anna, into her folder `lists` if she has one."),
        .time(
            "lmtp.idle-time", \.lmtp.idleTime, .seconds(1) ... .seconds(3_600),
            "How long a client may say nothing; RFC 5321 wants 5 minutes at least."),
    ]

    private static let tls: [SettingDefinition] = [
        .path(
            "tls.certificate", \.tls.certificate,
            "The certificate and those above it, in PEM; read again on SIGHUP and when the file changes."
        )
        .byDefault("`cert.pem` in the data directory, made (self-signed) if it is missing"),
        .path("tls.key", \.tls.key, "The certificate's private key, in PEM.")
            .byDefault("`key.pem` in the data directory, made if it is missing"),
    ]

    private static let auth: [SettingDefinition] = [
        .time(
            "auth.cache-time", \.auth.cacheTime, .zero ... .seconds(3_600),
            "How long a password that was found right is taken again without computing its hash; 0s is never."),
        .number(
            "auth.scrypt-cost", \.auth.scryptCost, 12...18,
            "Cost of a new password's hash, as the logarithm of scrypt's N (r is 8, p is 1): each step doubles the time "
                + "and the memory of guessing it, 32 MiB at 15. Passwords that are set already keep theirs."),
        .boolean(
            "auth.guess-guard", \.auth.guessGuard,
            "Whether addresses that guess passwords are slowed and then blocked. This machine, trusted proxies and the "
                + "addresses of signed-in users never are at once."),
        .time(
            "auth.outage-time", \.auth.outageTime, .zero ... .seconds(7 * 86_400),
            "How long a password that a directory found right is taken while that directory cannot be asked; kept in "
                + "memory only. While it can, it is asked again after `auth.cache-time`."),
        .choice(
            "auth.scram", \.auth.scram,
            "Whether SCRAM-SHA-256 is offered to mail programs. `auto`: where there are no directories, as soon as all passwords are known in the "
                + "form that it needs, which is made beside the hash when one is set or used; `always`: who is a directory's, or whose form is not known, "
                + "cannot sign in with programs that choose it; `never`: nothing but scrypt's hash is kept of a password (docs/mail.md)."),
    ]

    private static let limits: [SettingDefinition] = [
        .size(
            "limits.calendar-object", \.limits.calendarObject, 1 << 10...1 << 30,
            "The largest calendar object; a larger one is refused with CALDAV:max-resource-size."),
        .number(
            "limits.attendees", \.limits.attendees, 1...1_000_000,
            "Attendees of one instance of a calendar object; more are refused with CALDAV:max-attendees-per-instance."),
        .size(
            "limits.address-object", \.limits.addressObject, 1 << 10...1 << 30,
            "The largest address object (vCard); a larger one is refused with CARDDAV:max-resource-size."),
        .size("limits.file", \.limits.file, 1 << 10...1 << 44, "The largest file; a larger one is answered 413."),
        .size(
            "limits.message", \.limits.message, 64 << 10...1 << 30,
            "The largest message of mail; a larger one is refused with TOOBIG."),
        .size(
            "limits.retained-mail", \.limits.retainedMail, 0...1 << 44,
            "What is kept of one user's expunged messages and deleted mailboxes, which count for no quota; above it the oldest go "
                + "before `storage.trash-keep` is over."),
        .size(
            "limits.attachment", \.limits.attachment, 1 << 10...1 << 40,
            "The largest managed attachment of a calendar object; a larger one is refused with CALDAV:max-attachment-size."),
        .number(
            "limits.attachments-per-object", \.limits.attachmentsPerObject, 1...999,
            "Managed attachments of one calendar object; more are refused with CALDAV:max-attachments-per-resource."),
        .time(
            "limits.lock-time", \.limits.lockTime, .seconds(60) ... .seconds(365 * 86_400),
            "The longest time that a lock lives without being refreshed, whatever the client asks for."),
    ]

    private static let results: [SettingDefinition] = [
        .number(
            "results.sync-collection", \.results.syncCollection, 100...10_000_000,
            "Changes that one sync-collection answer tells; the client is told to ask for the rest (507 and a token)."),
        .number("results.multiget", \.results.multiget, 100...1_000_000, "Objects that one multiget may ask for."),
        .number(
            "results.query", \.results.query, 100...10_000_000,
            "Objects that the answer to one query may have; that there are more is told."),
        .number(
            "results.steps", \.results.steps, 100_000...1_000_000_000,
            "What filters, expansions and free-busy of one request may cost, in steps of some ten to hundred nanoseconds."),
        .number(
            "results.principal-search", \.results.principalSearch, 10...100_000,
            "Principals in the answer to a search; one that finds more is refused with DAV:number-of-matches-within-limits."),
    ]

    private static let storage: [SettingDefinition] = [
        .number(
            "storage.readers", \.storage.readers, 1...256, "Transactions that read the database at once; others wait."),
        .number(
            "storage.connections", \.storage.connections, 1...256,
            "Connections to a PostgreSQL database at once; transactions wait for one, and are refused after 5 seconds."),
        .path(
            "storage.files", \.storage.files,
            "Where bodies above 256 KiB are kept: for several nodes on one PostgreSQL a directory that all of them share."
        )
        .byDefault("`blobs` in the data directory"),
        .list(
            "storage.mail", \.storage.mail,
            "Where the mail of new accounts is, of all or of a domain: in the database, or in files that other programs read "
                + "too (docs/mail.md). An account stays where it began."),
        .path(
            "storage.maildirs", \.storage.maildirs,
            "Where Maildirs are kept: for several nodes on one PostgreSQL a directory that all of them share."
        )
        .byDefault("`mail` in the data directory"),
        .size("storage.cache-size", \.storage.cacheSize, 1 << 20...1 << 36, "Page cache of each database connection."),
        .size(
            "storage.map-size", \.storage.mapSize, 0...1 << 40,
            "How much of the database file is mapped into memory; 0 is nothing."),
        .time(
            "storage.sync-log-keep", \.storage.syncLogKeep, .seconds(86_400) ... .seconds(3_650 * 86_400),
            "How long changes are remembered for clients that sync; one that stayed away longer starts anew."),
        .time(
            "storage.trash-keep", \.storage.trashKeep, .zero ... .seconds(3_650 * 86_400),
            "How long a deleted object can be restored."),
        .time(
            "storage.history-keep", \.storage.historyKeep, .zero ... .seconds(3_650 * 86_400),
            "How far back calendars, books and folders can be restored to what they held at a time (docs/operations/backup.md); no further than "
                + "`storage.trash-keep` and `storage.sync-log-keep`. So long the bytes of what is replaced are kept; with 0 nothing is."),
        .time(
            "storage.attachment-keep", \.storage.attachmentKeep, .zero ... .seconds(3_650 * 86_400),
            "How long a managed attachment is kept to which no object refers any more, neither in a calendar nor in the "
                + "trash or the history."),
    ]

    private static let calendars: [SettingDefinition] = [
        .choice(
            "calendars.time-zones", \.calendars.timeZones,
            "What counts where an object names a zone of the time zone database and defines it too: the definition in the object, as "
                + "iCalendar has it, or the database, by which events move along where a government has changed its mind since they "
                + "were written. After a change the index is made anew beside the server at work (docs/administer.md)."),
        .time(
            "subscriptions.interval", \.subscriptions.interval, .seconds(1) ... .seconds(365 * 86_400),
            "How often a subscribed calendar is fetched where neither its owner nor its source says so."),
        .time(
            "subscriptions.shortest-interval", \.subscriptions.shortestInterval, .seconds(1) ... .seconds(365 * 86_400),
            "No subscribed calendar is fetched more often, whatever its owner or its source says."),
        .time(
            "subscriptions.longest-interval", \.subscriptions.longestInterval, .seconds(1) ... .seconds(365 * 86_400),
            "No subscribed calendar is fetched more seldom, whatever its owner or its source says."),
        .size(
            "subscriptions.size", \.subscriptions.size, 1 << 10...1 << 30,
            "The largest file that is taken from a source, when it is inflated."),
        .number(
            "subscriptions.parallel", \.subscriptions.parallel, 1...64, "Subscribed calendars that are fetched at once."),
        .time(
            "subscriptions.time", \.subscriptions.time, .seconds(1) ... .seconds(3_600),
            "How long fetching one may take, with its redirects."),
        .list(
            "subscriptions.allowed-networks", \.subscriptions.allowedNetworks,
            "Networks to which this server connects for users besides the public internet, such as your own ones. Each "
                + "user can then read what is served there over HTTP to this machine."),
        .path(
            "subscriptions.certificates", \.subscriptions.certificates,
            "Certificates (PEM) by which sources may be signed, besides those that the machine trusts."
        )
        .byDefault("those that the machine trusts, and no others"),
        .boolean(
            "birthdays.for-new-users", \.birthdays.forNewUsers,
            "Whether new users get a calendar of the birthdays in their address books (`tegu calendar birthdays` for "
                + "one user). Apple's, Google's and GNOME's calendars show birthdays by themselves, and then twice."),
    ]

    private static let addressList: [SettingDefinition] = [
        .boolean(
            "gal.enabled", \.gal.isEnabled,
            "Whether everybody of a mail domain who has an address, by all its directories, is an address book that all of the "
                + "domain see (docs/gal.md)."),
        .words("gal.name", \.gal.name, "What people see as the book's name."),
        .time(
            "gal.interval", \.gal.interval, .seconds(1) ... .seconds(86_400),
            "How often directories are asked for what changed."),
        .time(
            "gal.compare-interval", \.gal.compareInterval, .seconds(1) ... .seconds(30 * 86_400),
            "How often all entries are read, which finds those that are gone."),
        .boolean("gal.book", \.gal.isBook, "Whether it is a book in the homes of those who may see it."),
        .number(
            "gal.maximum-entries", \.gal.maximumEntries, 0...10_000_000,
            "A list with more cards stands in no home: it can only be searched."),
        .choice(
            "gal.gateway", \.gal.gateway,
            "When clients that know how (`directory-gateway`: macOS and iOS) are told of it as a directory to be searched. Those who "
                + "have the book too then find everybody twice."),
        .number(
            "gal.gateway-maximum-entries", \.gal.gatewayMaximum, 0...10_000_000, "A list with more cards is no such directory."),
        .boolean(
            "gal.principal-search", \.gal.isOfPrincipals,
            "Whether searches for somebody to share with or to invite find all who are in it; else those who are known here only."),
        .number(
            "gal.principal-search-maximum-entries", \.gal.principalsMaximum, 0...10_000_000,
            "In a list with more cards such searches find those who are known here only."),
        .size(
            "gal.photo-size", \.gal.photoSize, 0...1 << 20, "The largest photo; larger ones are left out, 0 leaves out all."),
        .boolean(
            "gal.show-disabled", \.gal.showsDisabled,
            "Whether users whose account is disabled or expired are in the list. Rooms and groups are in any case."),
    ]

    private static let discovery: [SettingDefinition] = [
        .number(
            "discovery.https-port", \.discovery.httpsPort, 0...65_535,
            "The port of HTTPS that clients are told, and `tegu dns` prints, where it is another than that of `http.tls.listen`: "
                + "behind a proxy or a redirection. 0 is that one."),
        .number(
            "discovery.imaps-port", \.discovery.imapsPort, 0...65_535,
            "The same for IMAP with TLS from the first byte, beside `imap.tls.listen`."),
        .number(
            "discovery.submissions-port", \.discovery.submissionsPort, 0...65_535,
            "The port on `host-name` where mail is sent from clients, with TLS from the first byte (465). 0: clients are told none."),
    ]

    private static let observation: [SettingDefinition] = [
        .choice("log.level", \.log.level, "The least important level that is logged."),
        .choice(
            "log.format", \.log.format, "Whether a line of the log is text for people or a JSON object for programs."),
        .choice("log.output", \.log.output, "Where the log is written."),
        .boolean("log.requests", \.log.requests, "Whether each request is logged, on one line."),
        .list(
            "metrics.access", \.metrics.access,
            "Addresses from which /metrics is answered; for all others it is not found."),
        .nameServer("dns.server", \.dns.server, "The name server that `tegu dns --check` asks.")
            .byDefault("those of /etc/resolv.conf"),
    ]
}
