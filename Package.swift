// swift-tools-version: 6.2
import PackageDescription

// The layers, lowest first, and the modules of each in order (docs/architecture.md). A module may import modules of lower
// layers and earlier ones of its own; servers never import each other; only Assembly names a database engine. The
// checks below stop the manifest on a wrong edge, and `make build` makes an import without an edge an error.

struct Layer {
    var name: String
    var modules: [Module]
    var modulesMayDependOnEachOther = true
}

struct Module {
    var name: String
    var uses: [String]
    var libraries: [Target.Dependency] = []
    var hasTests = true
    var isExecutable = false
}

func product(_ name: String, _ package: String) -> Target.Dependency { .product(name: name, package: package) }

let logging = product("Logging", "swift-log")
let metrics = product("Metrics", "swift-metrics")
let nio: [Target.Dependency] = [product("NIOCore", "swift-nio"), product("NIOPosix", "swift-nio")]

let layers: [Layer] = [
    Layer(name: "Formats", modules: [
        Module(name: "Bytes", uses: [], libraries: ["CGlibc"]),
        Module(name: "Locks", uses: [], hasTests: false),
        Module(name: "Grams", uses: ["Bytes"]),
        Module(name: "Stemming", uses: ["Bytes", "Grams"], libraries: ["CStemmer"]),
        Module(name: "Cryptography", uses: ["Bytes"], libraries: ["COpenSSL"]),
        Module(name: "SASL", uses: ["Bytes", "Cryptography"], libraries: ["CICU"]),
        Module(name: "XML", uses: ["Bytes"], libraries: ["CLibXML2"]),
        Module(name: "ContentLines", uses: ["Bytes"], libraries: ["CICU"]),
        Module(name: "CivilTime", uses: ["Bytes", "Locks"]),
        Module(name: "ICalendar", uses: ["Bytes", "Locks", "ContentLines", "CivilTime"], libraries: ["CICU"]),
        Module(name: "VCard", uses: ["Bytes", "ContentLines"]),
        Module(name: "MIME", uses: ["Bytes", "ContentLines", "CivilTime"]),
        Module(name: "DAVGrammar", uses: ["Bytes", "XML", "ContentLines", "CivilTime", "ICalendar", "VCard"]),
        Module(name: "IMAPGrammar", uses: ["Bytes", "CivilTime"]),
        Module(name: "SMTPGrammar", uses: ["Bytes"], libraries: ["CICU"]),
    ]),
    Layer(name: "Storage", modules: [
        Module(name: "Database", uses: ["Bytes"]),
        Module(name: "Threads", uses: ["Database"], hasTests: false),
        Module(name: "DatabaseSQLite", uses: ["Bytes", "Locks", "Database", "Threads"], libraries: ["CSQLite"]),
        Module(name: "DatabasePostgres", uses: ["Bytes", "Locks", "Database", "Threads"], libraries: ["CPostgreSQL"]),
    ]),
    Layer(name: "Network", modules: [
        Module(name: "Wire", uses: ["Bytes", "Locks", "Cryptography"],
               libraries: nio + [product("NIOSSL", "swift-nio-ssl"), logging, "CGlibc"]),
        Module(name: "HTTPServer", uses: ["Bytes", "Locks", "Wire"],
               libraries: nio + [product("NIOHTTP1", "swift-nio"), product("NIOHTTP2", "swift-nio-http2"),
                                 product("NIOSSL", "swift-nio-ssl"), logging, metrics, "CZlib"]),
        Module(name: "HTTPClient", uses: ["Bytes", "Wire"],
               libraries: nio + [product("AsyncHTTPClient", "async-http-client"), product("NIOHTTP1", "swift-nio"),
                                 product("NIOSSL", "swift-nio-ssl"), product("NIOHTTPCompression", "swift-nio-extras")]),
        Module(name: "DNSClient", uses: ["Bytes"], libraries: ["CUnbound"]),
    ]),
    Layer(name: "Domain", modules: [
        Module(name: "Directory", uses: ["Bytes", "Locks", "Cryptography", "SASL", "Database"]),
        Module(name: "DirectoryLDAP", uses: ["Bytes", "Locks", "CivilTime", "Cryptography", "Directory"], libraries: ["CLDAP"]),
        Module(name: "CollectionStore", uses: ["Bytes", "Locks", "Grams", "Cryptography", "Database", "Directory"]),
        Module(name: "Calendars", uses: ["Bytes", "ContentLines", "CivilTime", "ICalendar", "Database", "Directory", "CollectionStore"]),
        Module(name: "Contacts", uses: ["Bytes", "ContentLines", "VCard", "Database", "Directory", "CollectionStore"]),
        Module(name: "GlobalAddressList",
               uses: ["Bytes", "Cryptography", "ContentLines", "Database", "Directory", "CollectionStore", "Contacts"]),
        Module(name: "Files", uses: ["Bytes", "Database", "Directory", "CollectionStore"]),
        Module(name: "Mail",
               uses: ["Bytes", "Locks", "Grams", "Cryptography", "ContentLines", "CivilTime", "MIME", "IMAPGrammar", "Database", "Directory",
                      "CollectionStore"]),
        Module(name: "ForeignCalendars",
               uses: ["Bytes", "Cryptography", "ContentLines", "CivilTime", "ICalendar", "Database", "Directory",
                      "CollectionStore", "Calendars"]),
        Module(name: "BirthdayCalendars",
               uses: ["Bytes", "Cryptography", "ContentLines", "CivilTime", "VCard", "Database", "Directory",
                      "CollectionStore", "Calendars"]),
    ]),
    Layer(name: "Servers", modules: [
        Module(name: "DAVServer",
               uses: ["Bytes", "XML", "ContentLines", "CivilTime", "ICalendar", "VCard", "DAVGrammar", "Database", "HTTPServer",
                      "Directory", "CollectionStore", "Calendars", "Contacts", "GlobalAddressList", "Files", "ForeignCalendars"],
               libraries: [logging, metrics]),
        Module(name: "IMAPServer",
               uses: ["Bytes", "Locks", "Grams", "Stemming", "SASL", "ContentLines", "MIME", "IMAPGrammar", "Database", "Wire", "Directory",
                      "CollectionStore", "GlobalAddressList", "Mail"],
               libraries: nio + [product("NIOSSL", "swift-nio-ssl"), product("NIOTLS", "swift-nio"), logging, metrics, "CZlib"]),
        Module(name: "LMTPServer",
               uses: ["Bytes", "CivilTime", "MIME", "SMTPGrammar", "Database", "Wire", "Directory", "CollectionStore", "Mail"],
               libraries: nio + [logging, metrics]),
        Module(name: "DiscoveryServer", uses: ["Bytes", "Cryptography", "XML", "HTTPServer", "Directory"]),
        Module(name: "TimeZoneServer",
               uses: ["Bytes", "ContentLines", "CivilTime", "ICalendar", "DAVGrammar", "HTTPServer"]),
    ], modulesMayDependOnEachOther: false),
    Layer(name: "Programs", modules: [
        Module(name: "Assembly",
               uses: ["Bytes", "Locks", "Cryptography", "ContentLines", "CivilTime", "ICalendar", "VCard", "DAVGrammar", "Database",
                      "DatabaseSQLite", "DatabasePostgres", "Threads", "Wire", "HTTPServer", "HTTPClient", "DNSClient", "Directory",
                       "DirectoryLDAP", "CollectionStore", "Calendars", "Contacts", "GlobalAddressList", "Files", "Mail",
                       "ForeignCalendars", "BirthdayCalendars", "DAVServer", "IMAPServer", "LMTPServer", "DiscoveryServer",
                       "TimeZoneServer"],
               libraries: nio + [product("Configuration", "swift-configuration"), logging, metrics,
                                 product("UnixSignals", "swift-service-lifecycle"), "CGlibc", "COpenSSL", "CLibXML2", "CSQLite"]),
        Module(name: "tegu", uses: ["Bytes", "Assembly"],
               libraries: [product("ArgumentParser", "swift-argument-parser")], hasTests: false, isExecutable: true),
        Module(name: "devtool", uses: ["Bytes"],
               libraries: [product("ArgumentParser", "swift-argument-parser")], hasTests: false, isExecutable: true),
    ]),
]

// MARK: The checks

var earlier: Set<String> = []
for layer in layers {
    var ownLayer: Set<String> = []
    for module in layer.modules {
        for name in module.uses where !earlier.contains(name) {
            let isLegal = layer.modulesMayDependOnEachOther && ownLayer.contains(name)
            precondition(isLegal, "\(module.name) (\(layer.name)) may not depend on \(name): it is not in a lower layer")
        }
        for engine in ["DatabaseSQLite", "DatabasePostgres"] where module.uses.contains(engine) {
            precondition(module.name == "Assembly", "only Assembly may name a database engine, not \(module.name)")
        }
        ownLayer.insert(module.name)
    }
    earlier.formUnion(ownLayer)
}

// MARK: Targets

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

func systemLibrary(_ name: String, _ debianPackage: String) -> Target {
    .systemLibrary(name: name, path: "Sources/CLibraries/\(name)", providers: [.apt([debianPackage])])
}

var targets: [Target] = [
    .systemLibrary(name: "CLibXML2", path: "Sources/CLibraries/CLibXML2", pkgConfig: "libxml-2.0",
                   providers: [.apt(["libxml2-dev"])]),
    systemLibrary("CSQLite", "libsqlite3-dev"),
    systemLibrary("CPostgreSQL", "libpq-dev"),
    systemLibrary("COpenSSL", "libssl-dev"),
    systemLibrary("CZlib", "zlib1g-dev"),
    systemLibrary("CUnbound", "libunbound-dev"),
    systemLibrary("CLDAP", "libldap2-dev"),
    systemLibrary("CICU", "libicu-dev"),
    systemLibrary("CStemmer", "libstemmer-dev"),
    systemLibrary("CGlibc", "libc6-dev"),
]

for layer in layers {
    for module in layer.modules {
        let path = "Sources/\(layer.name)/\(module.name)"
        let dependencies = module.uses.map { Target.Dependency(stringLiteral: $0) } + module.libraries
        targets.append(
            module.isExecutable
                ? .executableTarget(name: module.name, dependencies: dependencies, path: path, swiftSettings: settings)
                : .target(name: module.name, dependencies: dependencies, path: path, swiftSettings: settings))
        if module.hasTests {
            // Tests above the storage run on a real engine, which TEST_ENGINE names: a store that is a mock proves nothing.
            let needsEngine = layer.name == "Domain" || layer.name == "Servers"
            let engine: [Target.Dependency] = needsEngine || module.name == "DatabasePostgres" ? ["TestEngines", "DatabaseSQLite"] : []
            let storage: [Target.Dependency] = module.name == "Mail" || module.uses.contains("Mail") ? ["TestMailStorage"] : []
            let certificate: [Target.Dependency] = ["Wire", "HTTPServer"].contains(module.name) ? ["TestCertificate"] : []
            targets.append(.testTarget(
                name: "\(module.name)Tests",
                dependencies: [.init(stringLiteral: module.name), "TestWaiting", "TestRandom", "TestDirectory"] + dependencies + engine + storage
                    + certificate,
                path: "Tests/\(layer.name)/\(module.name)Tests", swiftSettings: settings))
        }
    }
}

// What tests of several modules share, and the tests that all engines must pass.
let engines: [Target.Dependency] = ["Database", "DatabaseSQLite", "DatabasePostgres", "Locks", "Threads"]
targets += [
    .target(name: "TestCertificate", path: "Tests/Support/TestCertificate", swiftSettings: settings),
    .target(name: "TestDirectory", dependencies: ["Bytes"], path: "Tests/Support/TestDirectory", swiftSettings: settings),
    .target(name: "TestEngines", dependencies: engines, path: "Tests/Support/TestEngines", swiftSettings: settings),
    .target(name: "TestMailStorage", dependencies: ["Mail", "TestDirectory"], path: "Tests/Support/TestMailStorage", swiftSettings: settings),
    .target(name: "TestRandom", path: "Tests/Support/TestRandom", swiftSettings: settings),
    .target(name: "TestWaiting", path: "Tests/Support/TestWaiting", swiftSettings: settings),
    .testTarget(
        name: "EngineContractTests", dependencies: engines + ["TestEngines"], path: "Tests/Storage/EngineContractTests",
        swiftSettings: settings),
]

let package = Package(
    name: "tegu",
    products: [.executable(name: "tegu", targets: ["tegu"])],
    dependencies: [
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration", exact: "1.4.0", traits: ["YAML"]),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", exact: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", exact: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-http2", exact: "1.46.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
    ],
    targets: targets
)
