package import CollectionStore
package import Database
package import Directory

extension MailStore {
    /// What the asker may do. The owner may do everything.
    package func rights(
        _ tx: borrowing ReadTransaction, on mailbox: Mailbox, of owner: Principal, for asker: Asker
    ) throws -> MailRights {
        throw Failure(.serverBug, "not written yet")
    }

    /// The mailboxes of others that the asker has `lookup` on, with what they may do, by owner and name. An owner that is no user (a
    /// group, a room, a resource) is the organisation.
    package func sharedMailboxes(
        _ tx: borrowing ReadTransaction, with asker: Asker
    ) throws -> [(mailbox: Mailbox, owner: Principal, rights: MailRights)] {
        throw Failure(.serverBug, "not written yet")
    }

    /// GETACL, without the owner, in the order of the grantees' numbers.
    package func grants(_ tx: borrowing ReadTransaction, on mailbox: MailboxID) throws -> [MailGrant] {
        throw Failure(.serverBug, "not written yet")
    }

    /// In the place of what the grantee had; without rights it is taken away. Throws `MailRefusal` tooManyGrants, or cannotBeGranted where the
    /// grantee is the owner.
    package func setGrant(
        _ tx: borrowing WriteTransaction, _ grant: MailGrant, on mailbox: MailboxID
    ) throws {
        throw Failure(.serverBug, "not written yet")
    }

    /// Whether each one but the owner has a \Seen of their own there.
    package func setOwnSeen(
        _ tx: borrowing WriteTransaction, of mailbox: MailboxID, _ hasOwnSeen: Bool, now: Milliseconds
    ) throws {
        throw Failure(.serverBug, "not written yet")
    }

    /// RFC 9208: STORAGE and MESSAGE of the owner's quota root.
    package func quota(_ tx: borrowing ReadTransaction, of owner: PrincipalID) throws -> MailQuota {
        throw Failure(.serverBug, "not written yet")
    }

    /// How many messages an owner may have; nil: no limit. Octets are the principal's (`quota_bytes`), for all that it owns.
    package func setMessageLimit(_ tx: borrowing WriteTransaction, of owner: PrincipalID, _ limit: Int?) throws {
        throw Failure(.serverBug, "not written yet")
    }
}

package struct MailQuota: Sendable, Equatable {
    /// Of all that the owner has, in octets.
    package var usedBytes: Int64
    package var byteLimit: Int64?
    package var messageCount: Int
    package var messageLimit: Int?
}
