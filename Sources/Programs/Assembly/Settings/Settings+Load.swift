import Glibc
import Wire

extension Settings {
    /// Read if it is there and no other file is named.
    package static let defaultFile = "/etc/tegu/tegu.yaml"

    /// Reads the settings: defaults, then the file, then the environment (`TEGU_...`), then flags, each over those
    /// before.
    ///
    /// - Parameters:
    ///   - file: What `--config` names. Nil: what `TEGU_CONFIG` names, or `defaultFile` if that is there.
    ///   - environment: All variables; others than `TEGU_...` are passed over.
    ///   - flags: By flag name (`http-tls-listen`) or key (`http.tls.listen`), as `SettingFlags` takes them from a
    ///     command line.
    package static func load(
        file: String? = nil, environment: [String: String], flags: [String: String] = [:]
    ) async throws(SettingsError) -> Settings {
        var sources: [SettingSource] = []
        if let path = file ?? environment[SettingSource.configVariable] {
            sources.append(try await .file(path))
        } else if access(defaultFile, F_OK) == 0 {
            sources.append(try await .file(defaultFile))
        }
        sources += [.environment(environment), .flags(flags)]

        var settings = Settings()
        var problems = sources.flatMap { settings.take($0) }
        if settings.hostName.isEmpty { settings.hostName = HostName.ofThisMachine() }
        settings.storages.sort { $0.name < $1.name }
        settings.directories.sort { ($0.position, $0.name) < ($1.position, $1.name) }
        for index in settings.directories.indices {
            settings.directories[index].takesServerDomain = settings.directories[index].domains.isEmpty
        }
        settings.isDomainGuessed = settings.domain.isEmpty
        settings.serve(domain: settings.domain.isEmpty ? HostName.domain(of: settings.hostName) : settings.domain)
        if problems.isEmpty { problems = settings.contradictions() }
        guard problems.isEmpty else { throw SettingsError(problems) }
        return settings
    }

    /// A guess must not make a second domain where the first start has made one.
    package mutating func takeDomain(ofFirstStart domain: String) {
        if isDomainGuessed { serve(domain: domain) }
    }

    private mutating func serve(domain: String) {
        self.domain = domain
        for index in directories.indices where directories[index].takesServerDomain { directories[index].domains = [domain] }
    }

    private mutating func take(_ source: SettingSource) -> [String] {
        var problems: [String] = []
        for name in source.names {
            let origin = source.origin(name)
            guard let definition = source.definition(name) else {
                let nearest = SettingsError.nearest(to: name, among: source.candidates)
                problems.append(SettingsError.unknown(name, nearest: nearest, origin: origin))
                continue
            }
            let text: String
            switch source.value(of: definition) {
            case .text(let value): text = value
            case .list(let values): text = values.joined(separator: ",")
            case .unreadable: text = ""
            }
            let isForm = if case .text = source.value(of: definition) { true } else { definition.isList }
            if !isForm || !definition.set(text, &self) {
                let shown = definition.isSecret ? "…" : text
                problems.append(SettingsError.bad(definition.key, shown, expected: definition.expected, origin: origin))
            }
        }
        return problems
    }

    /// Settings that are each right but not together.
    private func contradictions() -> [String] {
        var problems: [String] = []
        if tls.certificate.isEmpty != tls.key.isEmpty {
            problems.append(
                "tls.certificate and tls.key belong together: give both, or neither to have a self-signed one made")
        }
        if http.tlsListen.isEmpty && http.plainListen.isEmpty {
            problems.append(
                "http.tls.listen and http.plain.listen are both empty: nothing would be served; give one an address")
        }
        // RFC 2033 §5: not on the port of SMTP.
        if lmtp.listen.contains(where: { $0.port == 25 }) {
            problems.append("lmtp.listen: port 25 is that of SMTP, which this is not; take another, such as 24")
        }
        if http.connectionsPerAddress > http.connections {
            problems.append(
                "http.connections-per-address is above http.connections: lower it to at most \(http.connections)")
        }
        problems += commonPlaces()
        for directory in directories {
            let place = "directories.\(directory.name)"
            if directory.servers.isEmpty { problems.append("\(place).servers is missing: give ldaps://host or ldap://host") }
            if directory.base.isEmpty { problems.append("\(place).base is missing: give a name such as dc=example,dc=org") }
            if !directory.bindPassword.isEmpty && !directory.bindPasswordFile.isEmpty {
                problems.append("\(place).bind-password and \(place).bind-password-file exclude each other")
            }
            // RFC 4513 §5.1.2: a name without a password would search as nobody, without a word.
            let hasPassword = !directory.bindPassword.isEmpty || !directory.bindPasswordFile.isEmpty
            if directory.bindName.isEmpty == hasPassword {
                problems.append("\(place).bind-dn and its password belong together: give both, or neither")
            }
        }
        return problems
    }
}
