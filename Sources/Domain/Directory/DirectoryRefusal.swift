/// A change that the rules of the directory do not allow. Nothing was changed.
package enum DirectoryRefusal: Error, Equatable, Sendable {
    /// The domain has a principal of this name.
    case nameTaken(by: PrincipalID)
    /// The address is another principal's, or one twice in the list.
    case addressTaken(String, by: PrincipalID?)
    /// Not an address that can be served.
    case invalidAddress(String)
    /// More than `LocalDirectory.maximumAddresses`.
    case tooManyAddresses
    /// Too long, or with control characters.
    case invalidDisplayName
    /// Less than nothing.
    case invalidQuota
    /// Empty, longer than `Passwords.maximumLength`, or with a zero byte.
    case invalidPassword
    /// Only groups have members.
    case notAGroup
    /// A group is no member of itself.
    case groupInItself
    /// More than `Groups.maximumMembers`.
    case tooManyMembers
    /// Only users have app passwords.
    case notAUser
    /// Empty, longer than `AppPasswords.maximumNameLength`, with control characters, or without a scope.
    case invalidAppPasswordName
    /// The user has an app password of this name.
    case appPasswordNameTaken
    /// More than `AppPasswords.maximumCount`.
    case tooManyAppPasswords
    /// It is not there, or not any more.
    case notFound
}
