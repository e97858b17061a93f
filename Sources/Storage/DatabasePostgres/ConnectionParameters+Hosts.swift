/// Several hosts: libpq tries them in the order in which they are named.
extension ConnectionParameters {
    /// The same with this host first, where it is one of several. After a failover the old primary may be a machine that does not even
    /// refuse: were it asked first, each new connection would wait for it.
    func beginning(with host: String, port: String) -> ConnectionParameters {
        let hosts = list("host") ?? list("hostaddr") ?? []
        let ports = list("port") ?? []
        guard hosts.count > 1 else { return self }
        let found = hosts.indices.first { index in
            hosts[index] == host && (ports.count < hosts.count || ports[index] == port)
        }
        guard let found, found > 0 else { return self }
        var copy = self
        for keyword in ["host", "hostaddr", "port"] {
            // One port may stand for all.
            guard let values = list(keyword), values.count == hosts.count else { continue }
            copy.set(keyword, (values[found...] + values[..<found]).joined(separator: ","))
        }
        return copy
    }

    private func list(_ keyword: String) -> [String]? {
        value(of: keyword).map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    }
}
