/// A change that the rules of the mail store do not allow. Nothing was changed.
package enum MailRefusal: Error, Equatable, Sendable {
    /// A name that cannot be: empty, too long or deep, an empty level, a control character.
    case invalidName
    /// There is a mailbox under this name.
    case nameTaken
    /// It is not there, or not any more.
    case notFound
    /// It is only a name above others.
    case notSelectable
    /// INBOX cannot be deleted.
    case isInbox
    /// Only a name above others, and there still are some below.
    case hasChildren
    /// A mailbox cannot be renamed to a name below itself.
    case belowItself
    /// RFC 6154: another mailbox has this use, or it is one that nobody can give.
    case specialUseTaken
    case tooManyMailboxes
    /// The owner's quota has no room for the octets.
    case quotaExceeded
    /// The owner may have no more messages.
    case tooManyMessages
    case messageTooLarge
    /// UIDs have come to their end.
    case mailboxFull
    /// No room for a new keyword in the mailbox, or it cannot be one.
    case keywordNotKept
    case tooManyGrants
    case cannotBeGranted
    /// Somebody to whom it would be granted is in another storage.
    case otherStorage
    case tooManySubscriptions
    case tooManyAnnotations
    case annotationTooLarge
    /// The staged octets are gone: they waited too long.
    case contentGone
}
