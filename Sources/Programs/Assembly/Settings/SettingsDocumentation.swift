/// The pages about settings, made from `SettingDefinition.all`.
package enum SettingsDocumentation {
    /// docs/settings.md; a test compares the two.
    package static func page() -> String {
        var page = """
            # Settings

            Every setting has a default, so `tegu serve` needs none. A setting can be given in three places; a later one
            wins:

            1. the configuration file, YAML: the one that `--config` or the environment variable `TEGU_CONFIG` names, or
               `\(Settings.defaultFile)` if it is there;
            2. the environment, e.g. `TEGU_HTTP_XML_LIMIT=8MiB`: `TEGU_` and the setting's name in capitals, with
               `_` for `.` and `-`;
            3. the command line, e.g. `--http-xml-limit 8MiB`: the setting's name with `-` for `.`.

            An unknown setting, or a value that is none, is an error that names it, wherever it stands. In the file, a
            setting named `a.b` is `b` below `a`:

            ```yaml
            domain: example.org
            http:
              tls:
                listen: ["0.0.0.0:443", "[::]:443"]
              xml-limit: 8MiB
            ```

            Sizes are bytes, or have a unit: KiB, MiB, GiB, TiB (1,024 each) or kB, MB, GB, TB (1,000 each). Times have a
            unit: ms, s, m, h, d. A path that does not begin at the root is taken from the working directory. Lists are YAML lists, or
            text with commas between; `none` is the empty list.

            This page is generated from the program's table of settings.

            """
        var group: String?
        for definition in SettingDefinition.all {
            let own = definition.key.contains(".") ? String(definition.key.prefix { $0 != "." }) : "general"
            if own != group {
                group = own
                page += "\n## \(own)\n\n| setting | default | value | meaning |\n|---|---|---|---|\n"
            }
            page +=
                "| `\(definition.key)` | \(shown(definition.defaultText)) | \(definition.expected) "
                + "| \(definition.meaning) |\n"
        }
        page += addressLists() + directories() + storages()
        return page
    }

    private static func addressLists() -> String {
        let page = """

            ## gal.domains.DOMAIN

            Each mail domain can have its own of the settings of `gal`, but for the two intervals, in the file only:

            ```yaml
            gal:
              enabled: true
              domains:
                students.example.org:
                  book: false
                  gateway: always
            ```

            ## gal.units.NAME

            Each unit whose people not all of the domain may see ([gal.md](gal.md#units)) has a name and settings below it, in the file only:

            ```yaml
            gal:
              units:
                board:
                  below: ou=board,dc=corp,dc=example,dc=org
            ```

            | setting | default | value | meaning |
            |---|---|---|---|

            """
        return page + lines(AddressListSettingTable.ofUnit)
    }

    private static func lines<Target>(_ rows: [NamedSettingRow<Target>]) -> String {
        rows.map { "| `\($0.key)` | \(shown($0.byDefault)) | \($0.expected) | \($0.meaning) |\n" }.joined()
    }

    private static func directories() -> String {
        let page = """

            ## directories.NAME

            Each directory elsewhere ([directories.md](directories.md)) has a name and settings below it, in the file only:

            ```yaml
            directories:
              corp:
                preset: active-directory
                servers: [ldaps://dc1.corp.example.org, ldaps://dc2.corp.example.org]
                bind-dn: cn=tegu,ou=services,dc=corp,dc=example,dc=org
                bind-password-file: /etc/tegu/corp.password
                base: dc=corp,dc=example,dc=org
                domains: example.org
                map:
                  department: [department, physicalDeliveryOfficeName]
            ```

            | setting | default | value | meaning |
            |---|---|---|---|

            """
        return page + lines(DirectorySettingTable.rows)
    }

    private static func storages() -> String {
        let page = """

            ## storages.NAME

            Each storage beside the default one ([storages.md](operations/storages.md)) has a name and settings below it, in the file only:

            ```yaml
            storages:
              west:
                database: postgresql://tegu@west/tegu
                files: /srv/tegu-west
              archive:
                directory: /srv/tegu-archive
            ```

            | setting | default | value | meaning |
            |---|---|---|---|

            """
        return page + lines(StorageSettingTable.rows)
    }

    /// Words stay words, values are set as code.
    private static func shown(_ byDefault: String) -> String {
        byDefault.contains(" ") || byDefault.contains("`") ? byDefault : "`\(byDefault)`"
    }

    /// The same for a terminal: for `--help`.
    package static func help() -> String {
        var text = ""
        for definition in SettingDefinition.all {
            let value = definition.isBoolean ? "[=false]" : " VALUE"
            let byDefault = String(definition.defaultText.filter { $0 != "`" })
            text += "--\(definition.flagName)\(value)\n      \(definition.meaning)\n"
            text += "      Value: \(definition.expected). Default: \(byDefault).\n"
        }
        return text
    }
}
