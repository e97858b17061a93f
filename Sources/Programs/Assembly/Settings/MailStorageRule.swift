package import Mail

/// Where the mail of new accounts is: of all (`maildir`), or of one domain (`example.org=maildir`).
package struct MailStorageRule: Sendable, Equatable, TextSettingElement {
    /// Nil: of those that no other rule names.
    package var domain: String?
    package var storage: MailStorage

    package init(_ storage: MailStorage, of domain: String? = nil) {
        self.domain = domain
        self.storage = storage
    }

    init?(_ text: String) {
        let parts = text.split(separator: "=", omittingEmptySubsequences: false).map { String($0.trimmingBlanks) }
        guard let last = parts.last, let storage = MailStorage(rawValue: last.lowercased()), parts.count <= 2 else { return nil }
        self.storage = storage
        if parts.count == 2 {
            guard let domain = HostName.normalized(parts[0]) else { return nil }
            self.domain = domain
        }
    }

    package var description: String { (domain.map { $0 + "=" } ?? "") + storage.rawValue }
    static let expected = "database, maildir, or one of them for a domain such as example.org=maildir"

    /// The last rule for a domain holds.
    static func storage(of domain: String, by rules: [MailStorageRule]) -> MailStorage {
        (rules.last { $0.domain == domain } ?? rules.last { $0.domain == nil })?.storage ?? .database
    }
}
