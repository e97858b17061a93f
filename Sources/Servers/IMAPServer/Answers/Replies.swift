import Database
import IMAPGrammar
import Logging
import Mail

/// Outcomes that are errors, as responses. The client gets general words, the log the detail.
enum Replies {
    static func completion(of error: any Error, _ logger: Logger) -> Completion {
        switch error {
        case let refused as Refused: return refused.completion
        case let refusal as MailRefusal: return completion(of: refusal)
        case let failure as Failure:
            logger.error("command failed", metadata: ["failure": "\(failure)"])
            return completion(of: failure)
        default:
            logger.error("command failed", metadata: ["failure": "\(error)"])
            return .no(.serverBug, "the server has a fault")
        }
    }

    private static func completion(of failure: Failure) -> Completion {
        switch failure.code {
        case .unavailable: .no(.unavailable, "not possible now, try again later")
        case .sealed: .no(.unavailable, "it is being moved, try again in some seconds")
        case .storageFull: .no(.unavailable, "the server has no room now")
        case .damaged: .no(.corruption, "what is stored is damaged")
        case .constraint, .serverBug: .no(.serverBug, "the server has a fault")
        }
    }

    /// With the codes of RFC 9051 §7.1 and of the extensions.
    private static func completion(of refusal: MailRefusal) -> Completion {
        switch refusal {
        case .invalidName: .no(.cannot, "a mailbox cannot have this name")
        case .nameTaken: .no(.alreadyExists, "there is such a mailbox")
        case .notFound: .no(.nonexistent, "no such mailbox")
        case .notSelectable: .no(.nonexistent, "that is only a name above others")
        case .isInbox: .no(.cannot, "INBOX stays")
        case .hasChildren: .no(.hasChildren, "there are mailboxes below it")
        case .belowItself: .no(.cannot, "a mailbox cannot be put below itself")
        // RFC 6154 §3
        case .specialUseTaken: .no(.useAttribute, "this use cannot be given")
        case .tooManyMailboxes: .no(.limit, "too many mailboxes")
        // RFC 9208 §4.3.1
        case .quotaExceeded, .tooManyMessages: .no(.overQuota, "over the quota")
        case .messageTooLarge: .no(.tooBig, "the message is too big")
        case .mailboxFull: .no(.limit, "the mailbox can take no more messages")
        case .keywordNotKept: .no(.limit, "the mailbox has no room for another keyword")
        case .tooManyGrants: .no(.limit, "too many entries")
        case .otherStorage: .no(.cannot, "somebody of these is in another storage of this server, where it cannot be shared")
        case .cannotBeGranted: .no(.cannot, "the owner's rights cannot be changed")
        case .tooManySubscriptions: .no(.limit, "too many subscriptions")
        case .tooManyAnnotations: .no(.metadataTooMany, "too many entries")
        case .annotationTooLarge: .no(.metadataMaximumSize(UInt64(MailLimits().annotationSize)), "the value is too big")
        case .contentGone: .no(.unavailable, "the message has waited too long, send it again")
        }
    }
}
