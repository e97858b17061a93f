import Assembly
import DirectoryLDAP
import TestDirectory
import Testing

@Suite("Settings of directories")
struct DirectorySettingsTests {
    private static func load(_ yaml: String) async throws -> Settings {
        let directory = try TemporaryDirectory()
        return try await Settings.load(file: directory.write(yaml, to: "tegu.yaml"), environment: [:])
    }

    private static func problems(_ yaml: String) async throws -> [String] {
        do {
            _ = try await load(yaml)
            return []
        } catch let error as SettingsError {
            return error.problems
        }
    }

    @Test("directories are read in the order of their positions, then of their names")
    func order() async throws {
        let settings = try await Self.load(
            """
            domain: example.org
            directories:
              zeta: {servers: ldap://z, base: dc=z}
              beta: {servers: ldap://b, base: dc=b}
              last: {servers: ldap://l, base: dc=l, position: 200}
              first: {servers: ldap://f, base: dc=f, position: 1, domains: [A.test, b.test]}
            """)
        #expect(settings.directories.map(\.name) == ["first", "beta", "zeta", "last"])
        #expect(settings.directories[0].domains == ["a.test", "b.test"])
        #expect(settings.directories[1].domains == ["example.org"])
    }

    @Test("every form of a value is read, and names with commas stay whole")
    func values() async throws {
        let settings = try await Self.load(
            """
            directories:
              corp:
                map:
                  user-filter: (&(objectClass=user)(!(cn=a,b)))
                  login: [sAMAccountName, mail]
                  department: none
                  disabled: userAccountControl&2, employeeType=left
                preset: active-directory
                servers: [ldaps://dc1.corp.test, "ldap://[2001:db8::1]:1389"]
                bind-dn: cn=tegu,ou=services,dc=corp,dc=test
                bind-password: "a, b"
                base: dc=corp,dc=test
                before-local: yes
                operation-time: 500ms
                page-size: 0
            """)
        let corp = try #require(settings.directories.first)
        #expect(corp.preset == .activeDirectory && corp.precedesLocal && corp.pageSize == 0)
        #expect(corp.servers.map(\.description) == ["ldaps://dc1.corp.test:636", "ldap://[2001:db8::1]:1389"])
        #expect(corp.bindName == "cn=tegu,ou=services,dc=corp,dc=test" && corp.bindPassword == "a, b")
        #expect(corp.operationTime == .milliseconds(500))
        // The preset's map, whatever stands first, with the changes.
        let map = corp.map
        #expect(map.id == "objectGUID" && map.idForm == .guid)
        #expect(map.userFilter == "(&(objectClass=user)(!(cn=a,b)))")
        #expect(map.login == ["sAMAccountName", "mail"] && map.department.isEmpty)
        #expect(map.disabled.map(\.description) == ["userAccountControl&2", "employeeType=left"])
    }

    @Test("what is unknown, bad or missing is named", arguments: [
        ("preset: windows", "directories.corp.preset"), ("server: ldap://a", "did you mean \"directories.corp.servers\""),
        ("servers: http://a", "directories.corp.servers"), ("map: {user-filter: (a=}", "directories.corp.map.user-filter"),
        ("map: {hidden: x}", "directories.corp.map.hidden"), ("connections: 0", "directories.corp.connections"),
        ("bind-dn: cn=a", "directories.corp.bind-dn"), ("bind-password: a", "directories.corp.bind-dn"),
        ("domains: a b", "directories.corp.domains"), ("id: x", "directories.corp.id"),
    ])
    func problems(_ line: String, _ expected: String) async throws {
        let servers = line.hasPrefix("servers") ? "" : "    servers: ldap://a\n"
        let found = try await Self.problems("directories:\n  corp:\n    base: dc=a\n\(servers)    \(line)\n")
        #expect(found.count == 1 && found[0].contains(expected), "\(found)")
    }

    @Test("a directory needs servers and a base, and a name of its own")
    func incomplete() async throws {
        let found = try await Self.problems("directories:\n  corp:\n    preset: samba\n")
        #expect(found.count == 2 && found[0].contains("corp.servers") && found[1].contains("corp.base"))
        #expect(try await Self.problems("directories:\n  local: {servers: ldap://a, base: dc=a}\n").count == 2)
    }
}
