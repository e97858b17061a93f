import Calendars
import CollectionStore
import Contacts
import DNSClient
import Database
import Directory
import ForeignCalendars
import Mail
import Wire

/// Why a command could not do what it was asked: one line that says what to do, and the code that scripts see.
package struct CommandError: Error, Sendable, CustomStringConvertible {
    package var code: ExitCode
    package var description: String

    package init(_ code: ExitCode, _ description: String) {
        self.code = code
        self.description = description
    }

    /// Nil for an error that is not of this program.
    package static func exitCode(of error: any Error) -> ExitCode? { known(error)?.code }

    /// Nil for an error that is not of this program.
    package static func describe(_ error: any Error) -> String? { known(error)?.description }

    private static func known(_ error: any Error) -> CommandError? {
        switch error {
        case let error as CommandError: error
        case let error as SettingsError: CommandError(.configuration, error.description)
        case let error as DataDirectoryError: CommandError(.unavailable, error.description)
        case let error as CertificateFilesError: CommandError(.configuration, error.description)
        case let error as TLSFailure: CommandError(.configuration, error.description)
        case let error as ListenFailure: CommandError(.unavailable, "\(error)")
        case let error as StorageIdentity.Mismatch: CommandError(.configuration, "the database cannot be used: \(error.reason)")
        case let error as FileError: CommandError(.unavailable, error.description)
        case let error as ResolverError: CommandError(.unavailable, "\(error)")
        case let error as DirectoryRefusal: CommandError(.impossible, text(of: error))
        case let error as StoreRefusal: CommandError(.impossible, text(of: error))
        case let error as Rewind.Refusal: CommandError(.impossible, text(of: error))
        case let error as MailRefusal: CommandError(.impossible, text(of: error))
        case SubscriptionRefusal.invalidURL(let expected): CommandError(.usage, "the URL: expected \(expected)")
        case SubscriptionRefusal.tooMany(let limit): CommandError(.impossible, "a user has at most \(limit) subscriptions")
        case let error as Failure:
            CommandError(code(of: error), error.description + remedy(for: error))
        default: nil
        }
    }

    private static let otherStorage =
        "somebody with whom it would be shared is in another storage, and sharing ends there (docs/operations/storages.md)"

    private static func remedy(for failure: Failure) -> String {
        switch failure.code {
        case .damaged: "; what is stored cannot be read: bring a backup back (docs/operations/backup.md)"
        case .storageFull: "; make room on the disk, and try again"
        case .unavailable, .sealed, .constraint, .serverBug: ""
        }
    }

    private static func code(of failure: Failure) -> ExitCode {
        switch failure.code {
        case .unavailable, .storageFull, .sealed: .unavailable
        case .damaged: .damaged
        case .constraint, .serverBug: .serverBug
        }
    }

    private static func text(of refusal: DirectoryRefusal) -> String {
        switch refusal {
        case .nameTaken: "there is a user of this name already"
        case .addressTaken(let address, _): "the address \(address) is somebody's already"
        case .invalidAddress(let address): "“\(address)” is no mail address that can be served"
        case .tooManyAddresses: "a user has at most \(LocalDirectory.maximumAddresses) addresses"
        case .invalidDisplayName: "a display name has 1 to \(LocalDirectory.maximumDisplayNameLength) bytes and no control characters"
        case .invalidQuota: "a quota is not below nothing"
        case .invalidPassword: "a password has 1 to \(Passwords.maximumLength) bytes"
        case .notAGroup: "it is no group; `tegu group list` shows all"
        case .groupInItself: "a group is no member of itself"
        case .tooManyMembers: "a group has at most \(Groups.maximumMembers) members"
        case .notAUser: "only users have app passwords"
        case .invalidAppPasswordName:
            "an app password's name has 1 to \(AppPasswords.maximumNameLength) bytes and no control characters"
        case .appPasswordNameTaken: "the user has an app password of this name; revoke it first, or choose another"
        case .tooManyAppPasswords: "a user has at most \(AppPasswords.maximumCount) app passwords"
        case .notFound: "there is no such user or group"
        }
    }

    static func text(of refusal: StoreRefusal) -> String {
        switch refusal {
        case .quotaExceeded: "there is no room left in the quota"
        case .uidConflict(let name): "\(name) has this UID already"
        case .uidChanged: "an object keeps its UID"
        case .nameTaken: "there is something of this name already"
        case .kindNotAllowed: "it may not be there"
        case .intoItself: "a collection cannot be put into itself"
        case .notFound: "it is not there, or its place is gone"
        case .invalidName: "a name has 1 to 255 bytes and no slash or control character"
        case .readOnly: "its content comes from somewhere else; nothing can be put into it"
        case .otherStorage: otherStorage
        case .tooManyGrants: "a collection has at most \(Grants.maximumPerCollection) grants"
        case .cannotBeGranted: "the owner may do everything already"
        case .tooDeep: "there are too many collections in each other"
        }
    }

    private static func text(of refusal: Rewind.Refusal) -> String {
        switch refusal {
        case .notYetMade: "it was made later"
        case .forgotten: "what it held then is not known any more (storage.history-keep)"
        case .future: "that time has not come yet"
        case .locked: "a client holds a lock on something in it"
        }
    }

    static func text(of refusal: MailRefusal) -> String {
        switch refusal {
        case .invalidName: "a mailbox's name has levels parted by a slash, none of them empty, and no control character"
        case .nameTaken: "there is a mailbox of this name already"
        case .notFound: "there is no such mailbox"
        case .notSelectable: "it is only a name above others, and holds no messages"
        case .isInbox: "INBOX stays"
        case .hasChildren: "there are mailboxes below it"
        case .belowItself: "a mailbox cannot be put below itself"
        case .specialUseTaken: "another mailbox has this use"
        case .tooManyMailboxes: "there are as many mailboxes as may be"
        case .quotaExceeded: "there is no room left in the quota"
        case .tooManyMessages: "there are as many messages as may be"
        case .messageTooLarge: "the message is too large"
        case .mailboxFull: "the mailbox has no UIDs left"
        case .keywordNotKept: "the mailbox has no room for another keyword"
        case .otherStorage: otherStorage
        case .tooManyGrants: "there are as many grants on it as may be"
        case .cannotBeGranted: "the owner may do everything already"
        case .tooManySubscriptions: "there are as many subscriptions as may be"
        case .tooManyAnnotations: "there are as many annotations as may be"
        case .annotationTooLarge: "the annotation is too large"
        case .contentGone: "the message waited too long"
        }
    }

    static func text(of refusal: CalendarRefusal) -> String {
        switch refusal {
        case .notCalendarData(let reason), .notObjectResource(let reason), .unsupportedData(let reason): reason
        case .unsupportedComponent(let name): "the calendar takes no \(name)"
        case .unsupportedScale(let name): "its rule is by the calendar \(name), which is not evaluated"
        case .tooLarge(let limit): "it is larger than \(limit) bytes (limits.calendar-object)"
        case .tooManyAttendees(let limit): "it has more than \(limit) attendees (limits.attendees)"
        case .tooManyAlarms(let limit): "it has more than \(limit) bytes of alarms"
        }
    }

    static func text(of refusal: CardRefusal) -> String {
        switch refusal {
        case .notAddressData(let reason), .unsupportedData(let reason): reason
        case .tooLarge(let limit): "it is larger than \(limit) bytes (limits.address-object)"
        }
    }
}
