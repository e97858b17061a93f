import Database

/// Which tables have what an account owns, and how their rows are found. Each table of the schema is in one of these lists; a test sees
/// to that, so that a table that comes later cannot be forgotten when an account is moved.
enum AccountTables {
    /// Rows of one table that belong to one collection or mailbox.
    struct Part: Sendable {
        var name: String
        /// The column that says whose the rows are.
        var owner: String
        /// In the order of which long ones are read; nil: they are few, and read at once.
        var page: String?
        /// Whether all of their changes move the counter of the collection or mailbox, so that they need not be looked at while that is the same.
        var isCounted: Bool
        /// What a row refers to.
        var reference: Reference?
    }

    enum Reference: Sendable {
        case blob, content
    }

    static let ofCollections: [Part] = [
        Part(name: "member", owner: "collection_id", page: "name", isCounted: true, reference: .blob),
        Part(name: "occurrence", owner: "collection_id", page: "name", isCounted: true),
        Part(name: "search_text", owner: "collection_id", page: "name", isCounted: true),
        Part(name: "change", owner: "collection_id", page: "modseq", isCounted: true),
        Part(name: "trash", owner: "collection_id", page: "id", isCounted: true, reference: .blob),
        Part(name: "past_member", owner: "collection_id", page: "until_modseq", isCounted: true, reference: .blob),
        Part(name: "past_property", owner: "collection_id", isCounted: true),
        Part(name: "property", owner: "collection_id", isCounted: false),
        Part(name: "lock", owner: "collection_id", isCounted: false),
        Part(name: "access_grant", owner: "collection_id", isCounted: false),
        Part(name: "invitation", owner: "collection_id", isCounted: false),
        Part(name: "subscription", owner: "collection_id", isCounted: false),
        Part(name: "birthday_calendar", owner: "collection_id", isCounted: false),
        Part(name: "birthday_book", owner: "book_id", isCounted: false),
        Part(name: "birthday_card", owner: "book_id", page: "name", isCounted: false),
    ]

    static let ofMailboxes: [Part] = [
        Part(name: "mail_message", owner: "mailbox_id", page: "uid", isCounted: true, reference: .content),
        Part(name: "mail_retained", owner: "mailbox_id", page: "uid", isCounted: true, reference: .content),
        Part(name: "mail_change", owner: "mailbox_id", page: "modseq", isCounted: true),
        // What is not brought is made anew.
        Part(name: "mail_snapshot", owner: "mailbox_id", isCounted: true),
        Part(name: "mail_file", owner: "mailbox_id", page: "uid", isCounted: false),
        Part(name: "mail_keyword", owner: "mailbox_id", isCounted: false),
        Part(name: "mail_seen", owner: "mailbox_id", isCounted: false),
        Part(name: "mail_grant", owner: "mailbox_id", isCounted: false),
        Part(name: "mail_annotation", owner: "mailbox_id", isCounted: false),
        Part(name: "mail_url_key", owner: "mailbox_id", isCounted: false),
    ]

    /// The account's own rows. Those of collections and mailboxes come after what is in them.
    static let ofAccounts: [Part] = [
        Part(name: "mail_account", owner: "owner_id", isCounted: false),
        Part(name: "mail_subscription", owner: "principal_id", isCounted: false),
    ]
    static let collections = Part(name: "collection", owner: "owner_id", isCounted: false)
    static let mailboxes = Part(name: "mailbox", owner: "owner_id", isCounted: false)

    /// What rows refer to goes with them.
    static let referredTo: Set = ["blob", "attachment", "attachment_use", "mail_content", "mail_body", "mail_listing"]

    /// Of the directory, which each storage has a copy of, or which the configuration database has alone.
    static let ofDirectory: Set = [
        "principal", "address", "group_member", "directory_account", "app_password", "secret", "storage", "storage_domain",
        "directory_change", "directory_state", "account_move",
    ]

    /// Each storage's own, or made anew from what was moved. Mounts are what others share: where nothing is shared beyond a storage, those
    /// of the account are of its domain's address list, which each storage has its own of.
    static let ofStorages: Set = [
        "sequence", "unused_file", "index_state", "rights_state", "own_change", "own_state", "storage_identity", "mail_directory_gone",
        "address_list", "address_list_source", "address_list_entry", "address_list_address", "address_list_name",
        "address_list_member", "address_list_hidden", "mount", "mount_property", "gram_segment", "gram_page", "mail_order",
        // What others keep for themselves on the account's objects, who cannot see these any more.
        "personal_alarm",
    ]

    static var all: Set<String> {
        Set((ofCollections + ofMailboxes + ofAccounts + [collections, mailboxes]).map(\.name))
            .union(referredTo).union(ofDirectory).union(ofStorages)
    }

    /// The columns of a table that are copied: a seal is not.
    static func columns(of table: StoredTable) -> [StoredTable.Column] { table.columns.filter { $0.name != "sealed" } }
}
