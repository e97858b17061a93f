// DirectoryLDAP: people who are in an LDAP directory (RFC 4511), over libldap. It owns the connections to its servers, the
// attribute maps that make an entry what this program calls somebody, and the check of a password by bind. It must know
// nothing of this program's database: what is kept of an entry is for Directory to decide.
//
// Invariants:
// - A password is sent to the directory and nowhere else, and never an empty one (RFC 4513 §5.1.2: that would be taken for
//   no sign-in at all, and be right).
// - No call waits without a time-out, and a server that was found dead is not waited for until its time has come.
// - What a person types becomes part of a filter escaped only (RFC 4515 §3).
// - What a directory says is hostile: every size and count is bounded, nothing needs to be UTF-8, nothing needs to be there.
//
// Start reading at LDAPDirectory.swift; for the maps at AttributeMap.swift and AttributeMap+Presets.swift; for the wire at
// LDAPConnection.swift, then LDAPServers.swift.

/// Bounds on what is taken from a directory.
package enum LDAPLimits {
    /// Bytes of one message; longer ones end the connection.
    static let message: UInt = 16 << 20
    /// Values of an attribute that are looked at; those above are passed over.
    static let values = 10_000
    /// Values of a ranged attribute in all (the members of a group).
    static let rangedValues = 200_000
    /// Bytes of a value that is text.
    static let text = 4 << 10
    /// Bytes of a photo.
    static let photo = 1 << 20
    /// Addresses, telephone numbers of one entry.
    static let contacts = 100
    /// Levels of groups in groups, and groups of one entry in all.
    static let groupDepth = 16
    static let groups = 1_000
}
