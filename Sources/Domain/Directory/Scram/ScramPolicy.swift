/// Whether SCRAM is offered where users sign in.
///
/// A client that is offered it takes it, and mostly does not try another mechanism after it failed: so who has no verifier, because
/// their password is a directory's or was set before, would be locked out by the offer.
package enum ScramPolicy: String, Sendable, CaseIterable {
    /// No verifiers are made either: what is kept of a password is its scrypt hash alone.
    case never
    /// Where no directory elsewhere has users, and as soon as all passwords of this database have verifiers.
    case auto
    case always

    /// Whether verifiers are worth to be kept: they are easier to guess at than scrypt's hashes, for who gets hold of the database.
    package func makesVerifiers(hasDirectories: Bool) -> Bool { self == .always || (self == .auto && !hasDirectories) }
}
