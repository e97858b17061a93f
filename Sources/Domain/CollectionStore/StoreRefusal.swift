/// A change that the rules of the store do not allow. Nothing was changed.
package enum StoreRefusal: Error, Equatable, Sendable {
    /// The owner's quota has no room for it.
    case quotaExceeded
    /// Another member of the collection has this UID.
    case uidConflict(existingName: String)
    /// A new content of a member has another UID than the member.
    case uidChanged
    /// There is something under this name.
    case nameTaken
    /// A collection of this kind may not be there.
    case kindNotAllowed
    /// A collection cannot be moved or copied into itself.
    case intoItself
    /// It is not there, or not any more.
    case notFound
    /// A name that cannot be stored: empty, too long, or with a control character or a slash.
    case invalidName
    /// The members of the collection come from somewhere else; clients cannot change them.
    case readOnly
    /// More grants on a collection than are served.
    case tooManyGrants
    /// The owner may do everything already.
    case cannotBeGranted
    /// Somebody to whom it would be granted is in another storage.
    case otherStorage
    /// More collections below each other than are served.
    case tooDeep
}
