import Assembly
import Testing

@Suite struct SettingFlagsTests {
    @Test("settings are taken out of a command line and the rest is left in its order")
    func takes() throws {
        let flags = try SettingFlags([
            "serve", "--http-xml-limit", "8MiB", "--config", "/etc/a.yaml", "--domain=example.org",
            "--http-allow-basic-over-plain",
            "--log-requests=false", "name", "--log-requests", "off",
        ])
        #expect(
            flags.flags == [
                "http-xml-limit": "8MiB", "domain": "example.org", "http-allow-basic-over-plain": "true",
                "log-requests": "off",
            ])
        #expect(flags.rest == ["serve", "--config", "/etc/a.yaml", "name"])
    }

    @Test("what stands after -- is left alone")
    func stops() throws {
        let flags = try SettingFlags(["import", "--", "--domain", "x"])
        #expect(flags.flags.isEmpty)
        #expect(flags.rest == ["import", "--", "--domain", "x"])
    }

    @Test(
        "a flag without its value is an error that says what is expected",
        arguments: [["--domain"], ["--domain", "--config", "x"]])
    func needsValue(arguments: [String]) {
        #expect(throws: SettingsError(["--domain needs a value: expected a name such as example.org"])) {
            try SettingFlags(arguments)
        }
    }

    @Test("an empty value can be given with =")
    func emptyValue() throws {
        #expect(try SettingFlags(["--metrics-access="]).flags == ["metrics-access": ""])
    }
}
