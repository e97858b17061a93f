import Glibc

/// How many files and connections the process may have open. Shells and systemd begin with 1,024, of which a program is
/// meant to take more by itself where it needs them; few have connections of so many devices.
enum OpenFiles {
    /// What is open beside connections: databases, readers, what is listened on.
    private static let others = 256

    /// Raises the limit as far as it may be, or as all connections that the settings allow need. What is to be said where
    /// that is too little.
    static func raiseLimit(for settings: Settings) -> String? {
        var connections = settings.http.connections
        if !(settings.imap.tlsListen.isEmpty && settings.imap.plainListen.isEmpty) { connections += settings.imap.connections }
        let kind = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard getrlimit(kind, &limit) == 0 else { return nil }
        // Each may be reading or writing a file.
        let wanted = rlim_t(2 * connections + others)
        if limit.rlim_cur < wanted {
            limit.rlim_cur = min(wanted, limit.rlim_max)
            _ = setrlimit(kind, &limit)
            guard getrlimit(kind, &limit) == 0 else { return nil }
        }
        if limit.rlim_cur >= rlim_t(connections + others) { return nil }
        return "only \(limit.rlim_cur) files may be open, too few for \(connections) connections: raise the limit (LimitNOFILE, "
            + "ulimit -Hn), or lower http.connections and imap.connections"
    }
}
