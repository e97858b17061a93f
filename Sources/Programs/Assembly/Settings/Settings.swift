import Bytes
package import CivilTime
package import Directory
package import GlobalAddressList
package import IMAPServer
import Mail
package import Wire

/// All settings, as one unchanging value. What each is called in the file, the environment and on the command line,
/// what it may be, and what it means, is in `SettingDefinition.all`: one row there for each property here. The values
/// here are the defaults.
package struct Settings: Sendable, Equatable {
    package var dataDirectory = "/var/lib/tegu"
    /// Empty: the embedded one, a file in the data directory.
    package var database = ""
    /// Lower case. Empty only before `load` has filled in this machine's own.
    package var domain = ""
    /// `domain` comes from the name of the machine: nobody has said one.
    package var isDomainGuessed = false
    /// Lower case. Empty only before `load` has filled in this machine's own.
    package var hostName = ""
    package var shutdownTime: Duration = .seconds(30)
    package var http = HTTP()
    package var imap = IMAP()
    package var lmtp = LMTP()
    package var tls = TLS()
    package var auth = Auth()
    package var limits = Limits()
    package var results = Results()
    package var storage = Storage()
    package var calendars = Calendars()
    package var subscriptions = Subscriptions()
    package var birthdays = Birthdays()
    package var gal = GAL()
    package var log = Log()
    package var metrics = Metrics()
    package var dns = DNS()
    package var discovery = Discovery()
    /// In the order in which they are asked.
    package var directories: [DirectorySettings] = []
    /// Those beside the default one, in the order of their names.
    package var storages: [StorageSettings] = []

    package init() {}

    package struct HTTP: Sendable, Equatable {
        package var tlsListen = [ListenAddress(host: nil, port: 8443)]
        package var plainListen: [ListenAddress] = []
        package var allowsBasicOverPlain = false
        package var trustedProxies: [AddressRange] = []
        package var eventLoops = 0
        package var workers = 32
        package var waitingRequests = 1_024
        package var headerLimit = 64 << 10
        package var xmlLimit = 4 << 20
        package var connections = 10_000
        package var connectionsPerAddress = 1_000
        package var headerTime: Duration = .seconds(30)
        package var bodyTime: Duration = .seconds(60)
        package var idleTime: Duration = .seconds(120)
        package var writeTime: Duration = .seconds(60)
    }

    package struct IMAP: Sendable, Equatable {
        package var tlsListen: [ListenAddress] = []
        package var plainListen: [ListenAddress] = []
        package var allowsLoginOverPlain = false
        package var eventLoops = 0
        package var workers = 16
        package var connections = 20_000
        package var connectionsPerAddress = 1_000
        package var connectionsPerUser = 500
        package var allowsSharingWithAll = false
        package var capabilitiesOff: [Capability] = []
        package var signInTime: Duration = .seconds(60)
        package var commandTime: Duration = .seconds(120)
        package var idleTime: Duration = .seconds(1_920)
        package var writeTime: Duration = .seconds(120)
    }

    /// Local delivery.
    package struct LMTP: Sendable, Equatable {
        package var listen: [MachineAddress] = []
        package var trusted = ["127.0.0.0/8", "::1"].compactMap { AddressRange($0) }
        package var workers = 16
        package var connections = 200
        package var recipients = 1_000
        package var overQuota = OverQuota.retry
        /// One character; empty: addresses have no details.
        package var delimiter = "+"
        package var idleTime: Duration = .seconds(300)

        package enum OverQuota: String, Sendable, CaseIterable {
            case retry, refuse
        }
    }

    package struct TLS: Sendable, Equatable {
        /// Empty: the one in the data directory, made at the first start.
        package var certificate = ""
        package var key = ""
    }

    package struct Auth: Sendable, Equatable {
        package var cacheTime: Duration = .seconds(300)
        /// The logarithm of scrypt's N.
        package var scryptCost = 15
        package var guessGuard = true
        package var outageTime: Duration = .seconds(12 * 3_600)
        package var scram = ScramPolicy.auto
    }

    package struct Limits: Sendable, Equatable {
        package var calendarObject = 10 << 20
        package var attendees = 10_000
        package var addressObject = 10 << 20
        package var file = 10 << 30
        package var message = 100 << 20
        package var retainedMail = 10 << 30
        package var attachment = 50 << 20
        package var attachmentsPerObject = 50
        package var lockTime: Duration = .seconds(86_400)
    }

    package struct Results: Sendable, Equatable {
        package var syncCollection = 100_000
        package var multiget = 10_000
        package var query = 100_000
        package var steps = 20_000_000
        package var principalSearch = 500
    }

    package struct Storage: Sendable, Equatable {
        package var readers = 16
        package var connections = 8
        /// Empty: in the data directory.
        package var files = ""
        package var mail = [MailStorageRule(.database)]
        /// Empty: in the data directory.
        package var maildirs = ""
        package var cacheSize = 4 << 20
        package var mapSize = 0
        package var syncLogKeep: Duration = .seconds(90 * 86_400)
        package var trashKeep: Duration = .seconds(30 * 86_400)
        package var historyKeep: Duration = .seconds(14 * 86_400)
        package var attachmentKeep: Duration = .seconds(86_400)

        /// For how long it can be told what a collection held: it is told by the changes too, and what was deleted for good is not to come back.
        package var historyReach: Duration { min(historyKeep, trashKeep, syncLogKeep) }
    }

    package struct Calendars: Sendable, Equatable {
        package var timeZones = TimeZoneDatabase.Precedence.embedded
    }

    package struct Subscriptions: Sendable, Equatable {
        package var interval: Duration = .seconds(12 * 3_600)
        package var shortestInterval: Duration = .seconds(15 * 60)
        package var longestInterval: Duration = .seconds(7 * 86_400)
        package var size = 32 << 20
        package var parallel = 4
        package var time: Duration = .seconds(60)
        package var allowedNetworks: [AddressRange] = []
        /// Empty: those that the machine trusts, and no others.
        package var certificates = ""
    }

    package struct Birthdays: Sendable, Equatable {
        package var forNewUsers = false
    }

    /// The Global Address List.
    package struct GAL: Sendable, Equatable {
        package var isEnabled = false
        package var name = "Global Address List"
        package var interval: Duration = .seconds(5 * 60)
        package var compareInterval: Duration = .seconds(3_600)
        package var isBook = true
        package var maximumEntries = 10_000
        package var gateway = GatewayOffer.insteadOfBook
        package var gatewayMaximum = 10_000_000
        package var isOfPrincipals = true
        package var principalsMaximum = 10_000_000
        package var photoSize = 64 << 10
        package var showsDisabled = false
        /// What domains have for themselves, in the order in which it was given.
        package var domainChanges: [DomainChange] = []
        package var units: [Unit] = []

        package struct DomainChange: Sendable, Equatable {
            package var domain: String
            package var key: String
            package var value: String
        }

        /// What this database is called among directories.
        static let localDirectory = LocalBackend.reservedName
    }

    package struct Log: Sendable, Equatable {
        package var level = Level.info
        package var format = Format.text
        package var output = Output.stderr
        package var requests = true

        package enum Level: String, Sendable, CaseIterable {
            case trace, debug, info, notice, warning, error, critical
        }

        package enum Format: String, Sendable, CaseIterable {
            case text, json
        }

        package enum Output: String, Sendable, CaseIterable {
            case stdout, stderr
        }
    }

    package struct Metrics: Sendable, Equatable {
        package var access = ["127.0.0.0/8", "::1"].compactMap { AddressRange($0) }
    }

    package struct DNS: Sendable, Equatable {
        /// Empty: the name servers of /etc/resolv.conf.
        package var server = ""
    }

    /// Which ports clients are told. 0: those on which this server listens.
    package struct Discovery: Sendable, Equatable {
        package var httpsPort = 0
        package var imapsPort = 0
        package var submissionsPort = 0
    }
}
