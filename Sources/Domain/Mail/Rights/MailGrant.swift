package import CollectionStore

/// What one grantee may do with one mailbox.
package struct MailGrant: Sendable, Equatable {
    package var grantee: Grantee
    package var rights: MailRights

    package init(grantee: Grantee, rights: MailRights) {
        self.grantee = grantee
        self.rights = rights
    }
}
