import IMAPGrammar

extension Command {
    /// The table of contents: what each command is called, when it may be given, and what may be told beside its answer.
    var row: CommandRow {
        switch self {
        case .capability: CommandRow("CAPABILITY", .any)
        case .noop: CommandRow("NOOP", .any)
        case .logout: CommandRow("LOGOUT", .any, .none)
        case .id: CommandRow("ID", .any)
        case .startTLS: CommandRow("STARTTLS", .notAuthenticated, .none)
        case .authenticate: CommandRow("AUTHENTICATE", .notAuthenticated, .none)
        case .login: CommandRow("LOGIN", .notAuthenticated, .none)
        case .enable: CommandRow("ENABLE", .signedIn)
        case .compress: CommandRow("COMPRESS", .signedIn, .none)
        case .unauthenticate: CommandRow("UNAUTHENTICATE", .signedIn, .none)
        case .idle: CommandRow("IDLE", .signedIn)
        case .namespace: CommandRow("NAMESPACE", .signedIn)
        case .select: CommandRow("SELECT", .signedIn, .none)
        case .create: CommandRow("CREATE", .signedIn)
        case .delete: CommandRow("DELETE", .signedIn)
        case .rename: CommandRow("RENAME", .signedIn)
        case .subscribe: CommandRow("SUBSCRIBE", .signedIn)
        case .unsubscribe: CommandRow("UNSUBSCRIBE", .signedIn)
        case .status: CommandRow("STATUS", .signedIn)
        case .list: CommandRow("LIST", .signedIn)
        case .check: CommandRow("CHECK", .selected)
        case .close: CommandRow("CLOSE", .selected, .none)
        case .unselect: CommandRow("UNSELECT", .selected, .none)
        case .expunge: CommandRow("EXPUNGE", .selected)
        // RFC 9051 §7.5.1: EXPUNGE may not be told during these; with UIDs it may (§6.4.9).
        case .fetch(let fetch): CommandRow("FETCH", .selected, fetch.isUID ? .all : .withoutExpunge)
        case .store(let store): CommandRow("STORE", .selected, store.isUID ? .all : .withoutExpunge)
        case .search(let search): CommandRow("SEARCH", .selected, search.isUID ? .all : .withoutExpunge)
        case .sort(let sort): CommandRow("SORT", .selected, sort.isUID ? .all : .withoutExpunge)
        case .thread(let thread): CommandRow("THREAD", .selected, thread.isUID ? .all : .withoutExpunge)
        case .copy: CommandRow("COPY", .selected)
        case .move: CommandRow("MOVE", .selected)
        case .multiSearch: CommandRow("ESEARCH", .signedIn)
        case .cancelUpdate: CommandRow("CANCELUPDATE", .selected)
        case .append: CommandRow("APPEND", .signedIn)
        case .replace: CommandRow("REPLACE", .selected)
        case .setACL: CommandRow("SETACL", .signedIn)
        case .deleteACL: CommandRow("DELETEACL", .signedIn)
        case .getACL: CommandRow("GETACL", .signedIn)
        case .myRights: CommandRow("MYRIGHTS", .signedIn)
        case .listRights: CommandRow("LISTRIGHTS", .signedIn)
        case .getQuota: CommandRow("GETQUOTA", .signedIn)
        case .getQuotaRoot: CommandRow("GETQUOTAROOT", .signedIn)
        case .setQuota: CommandRow("SETQUOTA", .signedIn)
        case .getMetadata: CommandRow("GETMETADATA", .signedIn)
        case .setMetadata: CommandRow("SETMETADATA", .signedIn)
        case .generateURLs: CommandRow("GENURLAUTH", .signedIn)
        case .resetKey: CommandRow("RESETKEY", .signedIn)
        case .fetchURLs: CommandRow("URLFETCH", .signedIn)
        case .notify: CommandRow("NOTIFY", .signedIn)
        }
    }
}

extension Session {
    /// What each command does; each stands in the file of its name.
    func perform(_ tagged: TaggedCommand) throws -> Completion {
        let tag = tagged.tag
        switch tagged.command {
        case .capability: return capability()
        case .noop, .check: return try noop()
        case .logout: return logout()
        case .id(let fields): return id(fields)
        case .startTLS: return startTLS()
        case .authenticate(let mechanism, let response): return try authenticate(tag, mechanism, response)
        case .login(let user, let password): return signIn(user, password)
        case .enable(let names): return enable(names)
        case .compress(let algorithm): return compress(algorithm)
        case .unauthenticate: return unauthenticate()
        case .idle: return idle(tag)
        case .namespace: return namespace()
        case .select(let select): return try self.select(select)
        case .create(let name, let uses): return try create(name, uses: uses)
        case .delete(let name): return try delete(name)
        case .rename(let from, let to): return try rename(from, to: to)
        case .subscribe(let name): return try subscribe(name)
        case .unsubscribe(let name): return try unsubscribe(name)
        case .status(let name, let items): return try status(name, items)
        case .list(let list): return try self.list(list)
        case .close: return try close()
        case .unselect: return unselectCommand()
        case .expunge(let set): return try expunge(set)
        case .store(let store): return try self.store(store)
        case .copy(let copy): return try self.copy(copy)
        case .move(let copy): return try move(copy)
        case .fetch(let fetch): return try self.fetch(fetch)
        default: return .bad("not supported")
        }
    }
}
