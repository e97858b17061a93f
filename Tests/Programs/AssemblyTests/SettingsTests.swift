import Assembly
import Bytes
import Glibc
import TestDirectory
import Testing
import Wire

@Suite struct SettingsTests {
    private static func load(
        _ yaml: String? = nil, environment: [String: String] = [:], flags: [String: String] = [:]
    ) async throws -> Settings {
        let directory = try TemporaryDirectory()
        // Always a file of the test's own: the machine's must not matter.
        let file = directory.write(yaml ?? "# all defaults\n", to: "tegu.yaml")
        return try await Settings.load(file: file, environment: environment, flags: flags)
    }

    /// What is wrong with settings, as one text.
    private static func problems(
        _ yaml: String? = nil, environment: [String: String] = [:], flags: [String: String] = [:]
    ) async throws -> [String] {
        do {
            _ = try await load(yaml, environment: environment, flags: flags)
            return []
        } catch let error as SettingsError {
            return error.problems
        }
    }

    @Test("a domain that nobody has said gives way to that of the first account, also for directories that have none of their own")
    func guessedDomain() async throws {
        let directory = "directories:\n  a:\n    servers: [ldap://a.example]\n    base: dc=a\n  b:\n    servers: [ldap://b.example]\n    base: dc=b\n    domains: [b.example]\n"
        var guessed = try await Self.load(directory)
        guessed.takeDomain(ofFirstStart: "first.example")
        #expect(guessed.domain == "first.example")
        #expect(guessed.directories.map(\.domains) == [["first.example"], ["b.example"]])
        var said = try await Self.load("domain: said.example\n" + directory)
        said.takeDomain(ofFirstStart: "first.example")
        #expect(said.domain == "said.example")
        #expect(said.directories.map(\.domains) == [["said.example"], ["b.example"]])
    }

    @Test("without anything given, all is the default and the names are this machine's")
    func defaults() async throws {
        var settings = try await Self.load("# nothing\n")
        #expect(!settings.domain.isEmpty && !settings.hostName.isEmpty)
        settings.domain = ""
        settings.hostName = ""
        #expect(settings.isDomainGuessed)
        settings.isDomainGuessed = false
        #expect(settings == Settings())
        #expect(settings.http.tlsListen.map(\.description) == ["*:8443"])
        #expect(settings.http.plainListen.isEmpty && !settings.http.allowsBasicOverPlain)
        #expect(settings.metrics.access.map(\.description) == ["127.0.0.0/8", "::1/128"])
    }

    @Test("flags win over the environment, the environment over the file, the file over the default")
    func precedence() async throws {
        let file = "http:\n  xml-limit: 1MiB\n  workers: 5\n  connections: 2000\n"
        let settings = try await Self.load(
            file, environment: ["TEGU_HTTP_WORKERS": "6", "TEGU_HTTP_CONNECTIONS": "3000", "HOME": "/home/tegu"],
            flags: ["http-connections": "4000"])
        #expect(settings.http.xmlLimit == 1 << 20)
        #expect(settings.http.workers == 6)
        #expect(settings.http.connections == 4_000)
        #expect(settings.http.waitingRequests == 1_024)
    }

    @Test("every form of a value is read from YAML")
    func values() async throws {
        let settings = try await Self.load(
            """
            ---
            data-directory: /srv/tegu
            domain: Example.ORG
            shutdown-time: 5s
            http:
              tls:
                listen: ["127.0.0.1:8443", "[::1]:0"]
              plain.listen: 127.0.0.1:8080, [::1]:8080
              allow-basic-over-plain: yes
              trusted-proxies: [10.0.0.0/8, "fd00::/8"]
              idle-time: 5m
            tls: {certificate: /etc/tegu/cert.pem, key: /etc/tegu/key.pem}
            limits:
              file: 1.5GiB
            """.replacing("1.5GiB", with: "20 GiB"))
        #expect(settings.dataDirectory == "/srv/tegu")
        #expect(settings.domain == "example.org")
        #expect(settings.shutdownTime == .seconds(5))
        #expect(
            settings.http.tlsListen == [
                ListenAddress(host: "127.0.0.1", port: 8443), ListenAddress(host: "::1", port: 0),
            ])
        #expect(settings.http.plainListen.map(\.description) == ["127.0.0.1:8080", "[::1]:8080"])
        #expect(settings.http.allowsBasicOverPlain)
        #expect(settings.http.trustedProxies.map(\.description) == ["10.0.0.0/8", "fd00::/8"])
        #expect(settings.http.idleTime == .seconds(300))
        #expect(settings.tls.key == "/etc/tegu/key.pem")
        #expect(settings.limits.file == 20 << 30)
    }

    @Test("an empty list, in each form in which it can be given, is empty", arguments: ["[]", "none", "''", ""])
    func emptyLists(value: String) async throws {
        let settings = try await Self.load("metrics:\n  access: \(value)\n")
        #expect(settings.metrics.access.isEmpty)
    }

    @Test(
        "an unknown setting, in file, environment or flags, is an error that names it and the nearest known one"
    )
    func unknown() async throws {
        let inFile = try await Self.problems("http:\n  tls:\n    lisen: 1\n")
        #expect(inFile.count == 1)
        #expect(inFile.first?.contains("\"http.tls.lisen\" in /") == true)
        #expect(inFile.first?.contains("did you mean \"http.tls.listen\"") == true)
        #expect(
            try await Self.problems(environment: ["TEGU_HTTP_XML_LIMITS": "1"]) == [
                "unknown setting \"TEGU_HTTP_XML_LIMITS\" in the environment; did you mean \"TEGU_HTTP_XML_LIMIT\"?"
            ])
        #expect(
            try await Self.problems(flags: ["htp-workers": "1"]) == [
                "unknown setting \"htp-workers\" on the command line; did you mean \"http-workers\"?"
            ])
        #expect(try await Self.problems("frobnicate: 1\n").first?.contains("docs/settings.md") == true)
    }

    @Test("a bad value is an error that names setting, value, place and what is expected")
    func bad() async throws {
        #expect(
            try await Self.problems(environment: ["TEGU_HTTP_XML_LIMIT": "4 megs"]) == [
                "http.xml-limit in the environment variable TEGU_HTTP_XML_LIMIT is \"4 megs\": "
                    + "expected a size such as 10MiB, from 16KiB to 256MiB"
            ])
        #expect(
            try await Self.problems(flags: ["http-workers": "0"]) == [
                "http.workers on the command line (--http-workers) is \"0\": expected a whole number from 1 to 1024"
            ])
        let inFile = try await Self.problems("log:\n  level: [info]\n  format: xml\n")
        #expect(inFile.count == 2)
        #expect(
            inFile.contains { $0.contains("log.format in /") && $0.contains("\"xml\": expected one of text, json") })
    }

    @Test(
        "values that are none are refused",
        arguments: [
            ("http.tls.listen", "8443"), ("http.tls.listen", "::1:8443"), ("http.tls.listen", "127.0.0.1:8443,"),
            ("http.tls.listen", "127.0.0.1:65536"), ("http.trusted-proxies", "10.0.0.0/33"),
            ("http.trusted-proxies", "proxy"),
            ("data-directory", "a\u{0}b"), ("data-directory", ""), ("domain", "exa mple"), ("domain", "-a.org"),
            ("domain", "."),
            ("shutdown-time", "30"), ("shutdown-time", "-1s"), ("shutdown-time", "99999999999999999999s"),
            ("shutdown-time", "2h"),
            ("limits.file", "9223372036854775807TiB"), ("limits.file", "1.5GiB"), ("log.requests", "maybe"),
            ("auth.scrypt-cost", "40"), ("dns.server", "localhost"), ("dns.server", "127.0.0.1@0"),
            ("dns.server", "127.0.0.1@5353@1"),
        ])
    func refuses(key: String, value: String) async throws {
        let problems = try await Self.problems(flags: [key: value])
        #expect(problems.count == 1)
        #expect(problems.first?.hasPrefix("\(key) on the command line") == true)
    }

    @Test("a path that does not begin at the root is taken from the working directory", arguments: ["data", "./data"])
    func relativePaths(path: String) async throws {
        let settings = try await Self.load(flags: ["data-directory": path])
        let directory = try #require(getcwd(nil, 0))
        defer { free(directory) }
        #expect(settings.dataDirectory == String(cString: directory) + "/data")
    }

    @Test("what Kubernetes puts into the environment for a service named tegu is no setting")
    func kubernetes() async throws {
        _ = try await Self.load(environment: [
            "TEGU_PORT": "tcp://10.0.0.1:443", "TEGU_PORT_443_TCP_ADDR": "10.0.0.1", "TEGU_SERVICE_HOST": "10.0.0.1",
        ])
    }

    @Test("everything that is wrong is told at once, and a value cannot steer the terminal it is shown on")
    func tellsAll() async throws {
        let problems = try await Self.problems(
            "nonsense: 1\n", environment: ["TEGU_LOG_LEVEL": "\u{1B}[2Jloud"], flags: ["http-workers": "many"])
        #expect(problems.count == 3)
        #expect(!problems.joined().utf8.contains(0x1B))
    }

    @Test("settings that contradict each other are refused")
    func contradictions() async throws {
        #expect(try await Self.problems(flags: ["tls-certificate": "/a"]).first?.contains("tls.key") == true)
        #expect(
            try await Self.problems(flags: ["http-tls-listen": "none"]).first?.contains("nothing would be served")
                == true)
    }

    @Test(
        "a file that is named must be there, readable and YAML",
        arguments: ["a: [", "- a\n- b\n", "a: 1\na: 2\n", "just text", "\t: x", "? [a]\n: 1\n"])
    func badFiles(text: String) async throws {
        let problems = try await Self.problems(text)
        #expect(problems.count == 1)
        #expect(problems.first?.contains("tegu.yaml") == true)
    }

    @Test(
        "what is wrong with a file is told without the lines in it, which may have a password",
        arguments: [
            "base: a\nbind-password: \"topsecret\"\nbase: b\n", "a:\n\tbind-password: topsecret\n", "bind-password: %topsecret\nbase: [x\n",
            "bind-password: \"topsecret\nbase: x\n", "a: [\r\n  bind-password: topsecret\r\n", "bind-password: topsecret: x\n", "- topsecret\n",
            "topsecret",
        ])
    func secretsInBadFiles(text: String) async throws {
        let problem = try #require(try await Self.problems(text).first)
        #expect(problem.contains("tegu.yaml") && !problem.contains("topsecret") && !problem.contains("\n"), "\(problem)")
    }

    @Test("a missing file, named by --config or TEGU_CONFIG, is an error with its path")
    func missingFile() async throws {
        await #expect(
            throws: SettingsError([
                "the configuration file cannot be used: cannot read /nowhere/tegu.yaml: No such file or directory"
            ])
        ) {
            try await Settings.load(file: "/nowhere/tegu.yaml", environment: [:])
        }
        await #expect(throws: SettingsError.self) {
            try await Settings.load(environment: ["TEGU_CONFIG": "/nowhere/tegu.yaml"])
        }
    }

    @Test("a section with nothing below it is none", arguments: ["http:", "http:\n  tls:\n", "directories: ~", "gal:\n  units: null", "http:\n  # workers: 2\n"])
    func emptySection(_ text: String) async throws {
        #expect(try await Self.problems(text + "\ndomain: example.org\n") == [])
        #expect(try await Self.problems("http: 5\n").first?.contains("unknown setting \"http\"") == true)
    }

    @Test("a setting that stands twice, once nested and once with dots, is an error")
    func twice() async throws {
        let problems = try await Self.problems("http:\n  workers: 2\nhttp.workers: 3\n")
        #expect(problems.first?.contains("http.workers stands twice") == true)
    }

    @Test("what the table says of a default is a value that gives that default")
    func defaultTexts() async throws {
        for definition in SettingDefinition.all where !definition.defaultText.contains(" ") {
            let settings = try await Self.load(flags: [
                definition.key: definition.defaultText, "domain": "example.org", "host-name": "example.org",
            ])
            var expected = Settings()
            expected.domain = "example.org"
            expected.hostName = "example.org"
            #expect(settings == expected, "\(definition.key)")
        }
    }

    @Test("each row of the table has names of its own, a sentence, and sets something else than the others")
    func table() async throws {
        let all = SettingDefinition.all
        #expect(Set(all.map(\.key)).count == all.count)
        #expect(Set(all.map(\.environmentName)).count == all.count)
        #expect(Set(all.map(\.flagName)).count == all.count)
        for definition in all {
            #expect(definition.meaning.hasSuffix("."), "\(definition.key)")
            #expect(
                definition.key.utf8.allSatisfy { $0.isASCIILetter || $0 == 0x2D || $0 == 0x2E }, "\(definition.key)")
        }
    }

    @Test("docs/settings.md is the program's own table")
    func documentation() throws {
        try expectPage("settings.md", SettingsDocumentation.page())
    }

    @Test("--help names every setting as a flag")
    func help() {
        let help = SettingsDocumentation.help()
        for definition in SettingDefinition.all { #expect(help.contains("--\(definition.flagName)")) }
    }
}
