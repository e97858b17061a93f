// Directory: who there is (principals) and who is asking (sign-in). It owns the tables `principal` and `address`, the
// rules for names and addresses, the check of passwords, and the guard against guessing them. It must know nothing of
// a protocol, of collections (whoever removes a principal removes these first), or of where a peer's address came from.
//
// Invariants:
// - No password is kept, neither on disk nor in memory: on disk its scrypt hash, in memory a code under a key of this
//   process.
// - From the outcome and the time of a sign-in nobody learns whether a name exists.
// - A hash is never computed inside a transaction, and only a few at a time.
// - What guesses can fill (names, addresses of peers) is bounded.
//
// `tx` as a first parameter means: needs an open transaction. Times are milliseconds since 1970 in UTC, and always
// passed in.
//
// Start reading at Principal.swift and LocalDirectory.swift; for sign-in at Authenticator.swift, then GuessGuard.swift.

/// Makes so many random bytes, fit for secrets.
package typealias RandomSource = @Sendable (_ count: Int) -> [UInt8]
