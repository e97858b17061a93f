internal import Bytes

/// The table of contents: the names of all commands, those behind `UID` too, and who reads what follows them.
package enum CommandName: String, CaseIterable, Sendable {
    case capability = "CAPABILITY", noop = "NOOP", logout = "LOGOUT", idle = "IDLE", namespace = "NAMESPACE", id = "ID"
    case compress = "COMPRESS", startTLS = "STARTTLS", unauthenticate = "UNAUTHENTICATE", authenticate = "AUTHENTICATE"
    case login = "LOGIN", enable = "ENABLE"
    case select = "SELECT", examine = "EXAMINE", create = "CREATE", delete = "DELETE", rename = "RENAME"
    case subscribe = "SUBSCRIBE", unsubscribe = "UNSUBSCRIBE", status = "STATUS", list = "LIST", lsub = "LSUB", xlist = "XLIST"
    case check = "CHECK", close = "CLOSE", unselect = "UNSELECT", expunge = "EXPUNGE", fetch = "FETCH", store = "STORE"
    case copy = "COPY", move = "MOVE", search = "SEARCH", sort = "SORT", thread = "THREAD", multiSearch = "ESEARCH"
    case cancelUpdate = "CANCELUPDATE", append = "APPEND", replace = "REPLACE"
    case setACL = "SETACL", deleteACL = "DELETEACL", getACL = "GETACL", myRights = "MYRIGHTS", listRights = "LISTRIGHTS"
    case getQuota = "GETQUOTA", getQuotaRoot = "GETQUOTAROOT", setQuota = "SETQUOTA"
    case getMetadata = "GETMETADATA", setMetadata = "SETMETADATA"
    case generateURLs = "GENURLAUTH", resetKey = "RESETKEY", fetchURLs = "URLFETCH", notify = "NOTIFY"
    case uidFetch = "UID FETCH", uidStore = "UID STORE", uidCopy = "UID COPY", uidMove = "UID MOVE", uidSearch = "UID SEARCH"
    case uidSort = "UID SORT", uidThread = "UID THREAD", uidExpunge = "UID EXPUNGE", uidReplace = "UID REPLACE"

    fileprivate static let byWord = table { !$0.hasPrefix("UID ") ? $0[...] : nil }
    fileprivate static let byWordAfterUID = table { $0.hasPrefix("UID ") ? $0.dropFirst(4) : nil }

    private static func table(_ word: (String) -> Substring?) -> [Word: CommandName] {
        var table: [Word: CommandName] = [:]
        for name in allCases {
            guard let text = word(name.rawValue) else { continue }
            var word = Word()
            for byte in text.utf8 { _ = word.append(byte) }
            table[word] = name
        }
        return table
    }

    func parse(_ cursor: inout CommandCursor) throws(ParseError) -> Command {
        switch self {
        case .capability: .capability
        case .noop: .noop
        case .logout: .logout
        case .idle: .idle
        case .namespace: .namespace
        case .startTLS: .startTLS
        case .unauthenticate: .unauthenticate
        case .check: .check
        case .close: .close
        case .unselect: .unselect
        case .expunge: .expunge(nil)
        case .id: try cursor.id()
        case .compress: try cursor.compress()
        case .authenticate: try cursor.authenticate()
        case .login: try cursor.login()
        case .enable: try cursor.enable()
        case .select: .select(try cursor.select(isReadOnly: false))
        case .examine: .select(try cursor.select(isReadOnly: true))
        case .create: try cursor.create()
        case .delete: .delete(try cursor.mailboxArgument())
        case .rename: try cursor.rename()
        case .subscribe: .subscribe(try cursor.mailboxArgument())
        case .unsubscribe: .unsubscribe(try cursor.mailboxArgument())
        case .status: try cursor.status()
        case .list: .list(try cursor.list(.list))
        case .lsub: .list(try cursor.list(.lsub))
        case .xlist: .list(try cursor.list(.xlist))
        case .fetch: .fetch(try cursor.fetch(isUID: false))
        case .uidFetch: .fetch(try cursor.fetch(isUID: true))
        case .store: .store(try cursor.store(isUID: false))
        case .uidStore: .store(try cursor.store(isUID: true))
        case .copy: .copy(try cursor.copy(isUID: false))
        case .uidCopy: .copy(try cursor.copy(isUID: true))
        case .move: .move(try cursor.copy(isUID: false))
        case .uidMove: .move(try cursor.copy(isUID: true))
        case .uidExpunge: try cursor.uidExpunge()
        case .search: .search(try cursor.search(isUID: false))
        case .uidSearch: .search(try cursor.search(isUID: true))
        case .sort: .sort(try cursor.sort(isUID: false))
        case .uidSort: .sort(try cursor.sort(isUID: true))
        case .thread: .thread(try cursor.thread(isUID: false))
        case .uidThread: .thread(try cursor.thread(isUID: true))
        case .multiSearch: .multiSearch(try cursor.multiSearch())
        case .cancelUpdate: try cursor.cancelUpdate()
        case .append: cursor.skippingRest(.append)
        case .replace, .uidReplace: cursor.skippingRest(.replace)
        case .setACL: try cursor.setACL()
        case .deleteACL: try cursor.deleteACL()
        case .getACL: .getACL(try cursor.mailboxArgument())
        case .myRights: .myRights(try cursor.mailboxArgument())
        case .listRights: try cursor.listRights()
        case .getQuota: try cursor.getQuota()
        case .getQuotaRoot: .getQuotaRoot(try cursor.mailboxArgument())
        case .setQuota: try cursor.setQuota()
        case .getMetadata: .getMetadata(try cursor.getMetadata())
        case .setMetadata: try cursor.setMetadata()
        case .generateURLs: try cursor.generateURLs()
        case .resetKey: try cursor.resetKey()
        case .fetchURLs: try cursor.fetchURLs()
        case .notify: .notify(try cursor.notify())
        }
    }
}

extension CommandCursor {
    /// The name of a command, with the one behind `UID`; nil where there is no such command.
    mutating func commandName() -> CommandName? {
        guard let word = word() else { return nil }
        if let name = CommandName.byWord[word] { return name }
        guard word == Word("UID"), take(0x20), let second = self.word() else { return nil }
        return CommandName.byWordAfterUID[second]
    }

    /// A space and a mailbox.
    mutating func mailboxArgument() throws(ParseError) -> MailboxName {
        try space()
        return try mailbox()
    }

    /// A space and a string.
    mutating func stringArgument(_ name: StaticString = "an atom or a string") throws(ParseError) -> [UInt8] {
        try space()
        return try astring(name)
    }

    fileprivate mutating func skippingRest(_ command: Command) -> Command {
        position = bytes.count
        return command
    }
}
