import Database
import Directory
import Logging
import Mail
import SMTPGrammar

/// Outcomes as replies. The client gets general words, the log the detail.
///
/// What is wrong with us is temporary, whatever it is: a message that is refused for good on our fault is lost.
enum Replies {
    static let ok = Reply(250, EnhancedStatus(0, 0), "OK")
    static let badSequence = Reply(503, EnhancedStatus(5, 1), "not now")
    static let noSuchRecipient = Reply(550, EnhancedStatus(1, 1), "nobody has this address here")
    static let fault = Reply(451, EnhancedStatus(3, 0), "the server has a fault")
    /// RFC 1870 §6.1.
    static let tooLarge = Reply(552, EnhancedStatus(3, 4), "the message is too large")
    /// RFC 5321 §3.8.
    static let tooLong = Reply(421, EnhancedStatus(3, 4), "it has no end")
    /// RFC 6531 §3.3, RFC 5248's registry.
    static let needsUTF8 = Reply(553, EnhancedStatus(6, 7), "an address that is not ASCII needs SMTPUTF8")

    static func reply(to error: CommandError) -> Reply {
        switch error {
        case .unknownCommand: Reply(500, EnhancedStatus(5, 2), "no such command")
        case .unsupportedCommand: Reply(502, EnhancedStatus(5, 1), "not served here")
        case .badArgument: Reply(501, EnhancedStatus(5, 4), "the argument is wrong")
        case .badHostName: Reply(501, EnhancedStatus(5, 4), "that is no domain")
        case .badReversePath: Reply(501, EnhancedStatus(1, 7), "the sender's address is wrong")
        case .badForwardPath: Reply(501, EnhancedStatus(1, 3), "the recipient's address is wrong")
        case .badCharacter: Reply(500, EnhancedStatus(5, 2), "neither ASCII nor UTF-8")
        // RFC 5321 §4.1.1.11.
        case .unknownParameter: Reply(555, EnhancedStatus(5, 4), "a parameter is not known")
        case .badParameter: Reply(501, EnhancedStatus(5, 4), "a parameter is wrong")
        }
    }

    static func reply(to error: any Error, _ policy: LMTPServerConfiguration.OverQuota, _ logger: Logger) -> Reply {
        switch error {
        case let refusal as MailRefusal: return reply(to: refusal, policy)
        case let failure as Failure:
            logger.error("delivery failed", metadata: ["failure": "\(failure)"])
            return reply(to: failure)
        default:
            logger.error("delivery failed", metadata: ["failure": "\(error)"])
            return fault
        }
    }

    static func reply(to failure: Failure) -> Reply {
        switch failure.code {
        // RFC 3463 §3.4: X.3.1
        case .storageFull: Reply(452, EnhancedStatus(3, 1), "no room now")
        case .unavailable, .sealed: Reply(451, EnhancedStatus(3, 0), "not possible now")
        case .damaged, .constraint, .serverBug: fault
        }
    }

    static func reply(to refusal: MailRefusal, _ policy: LMTPServerConfiguration.OverQuota) -> Reply {
        switch refusal {
        case .quotaExceeded, .tooManyMessages:
            switch policy {
            // RFC 3463 §3.3: X.2.2
            case .retry: Reply(452, EnhancedStatus(2, 2), "the mailbox is full")
            case .refuse: Reply(552, EnhancedStatus(2, 2), "the mailbox is full")
            }
        case .messageTooLarge: tooLarge
        case .mailboxFull, .tooManyMailboxes: Reply(452, EnhancedStatus(2, 2), "the mailbox can take no more")
        case .contentGone: Reply(451, EnhancedStatus(3, 0), "the message has waited too long, send it again")
        // None of these can be of a delivery to an address.
        case .invalidName, .nameTaken, .notFound, .notSelectable, .isInbox, .hasChildren, .belowItself, .specialUseTaken,
            .keywordNotKept, .tooManyGrants, .cannotBeGranted, .otherStorage, .tooManySubscriptions, .tooManyAnnotations, .annotationTooLarge:
            fault
        }
    }

    /// RFC 3463 §3.5: X.4.3, a directory server.
    static func reply(to unavailable: DirectoryUnavailable) -> Reply {
        Reply(451, EnhancedStatus(4, 3), "the directory cannot be asked now")
    }
}
