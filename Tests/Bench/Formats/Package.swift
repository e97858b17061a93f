// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that what is measured is built as the product is, and nothing of the benchmark gets into it.
// `Modules` is a link to the product's sources, which formats.py makes.

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

func module(_ name: String, _ uses: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: uses, path: "Modules/Formats/\(name)", swiftSettings: settings)
}

let package = Package(
    name: "formats-bench",
    targets: [
        .systemLibrary(name: "CICU", path: "Modules/CLibraries/CICU", providers: [.apt(["libicu-dev"])]),
        .systemLibrary(name: "CGlibc", path: "Modules/CLibraries/CGlibc", providers: [.apt(["libc6-dev"])]),
        module("Bytes", ["CGlibc"]),
        module("ContentLines", ["Bytes", "CICU"]),
        module("CivilTime", ["Bytes"]),
        module("ICalendar", ["Bytes", "ContentLines", "CivilTime", "CICU"]),
        module("VCard", ["Bytes", "ContentLines"]),
        module("MIME", ["Bytes", "ContentLines", "CivilTime"]),
        .executableTarget(
            name: "FormatsBench", dependencies: ["Bytes", "ContentLines", "CivilTime", "ICalendar", "VCard", "MIME"],
            path: "FormatsBench", swiftSettings: settings),
    ]
)
