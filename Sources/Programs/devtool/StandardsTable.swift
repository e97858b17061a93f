import ArgumentParser
import Foundation

/// Holds `docs/standards/index.tsv` against what code and tests cite, and writes docs/standards/README.md.
struct StandardsTable: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rfc", abstract: "Checks the citations of RFCs and writes the page of standards.",
        discussion: """
            Fails where an RFC is cited that docs/standards/index.tsv does not list, and where one has the status "yes" \
            and is not cited in both Sources and Tests.
            """)

    @OptionGroup var project: ProjectOptions

    func run() throws {
        let standards = try Standard.list(in: project.directory.appendingPathComponent("docs/standards/index.tsv"))
        let code = try Citations(of: "Sources", in: project.directory)
        let tests = try Citations(of: "Tests", in: project.directory)

        var complaints: [String] = []
        let listed = Set(standards.map(\.number))
        for citations in [code, tests] {
            for (number, sections) in citations.files.sorted(by: { $0.key < $1.key }) where !listed.contains(number) {
                let places = Set(sections.values.joined()).sorted().joined(separator: ", ")
                complaints.append("RFC \(number) is cited and not listed in docs/standards/index.tsv: \(places)")
            }
        }
        for standard in standards where standard.status == .yes {
            for (citations, folder) in [(code, "Sources"), (tests, "Tests")] where citations.files[standard.number] == nil {
                complaints.append("RFC \(standard.number) has the status \"yes\" and is not cited in \(folder)")
            }
        }
        if !complaints.isEmpty { throw Complaint(complaints.joined(separator: "\n")) }
        try project.put(
            page(standards, code, tests), at: "docs/standards/README.md", remedy: "`make rfc`")
    }

    private func page(_ standards: [Standard], _ code: Citations, _ tests: Citations) -> String {
        var text = """
            # Standards

            Generated from index.tsv and the citations in code and tests by `devtool rfc`; do not edit.

            | RFC | Title | Status | Note |
            |---|---|---|---|

            """
        for standard in standards {
            let isCited = code.files[standard.number] != nil || tests.files[standard.number] != nil
            let name = isCited ? "[\(standard.number)](#rfc-\(standard.number))" : "\(standard.number)"
            text += "| \(name) | \(standard.title) | \(standard.status.rawValue) | \(standard.note) |\n"
        }
        for standard in standards {
            let inCode = code.files[standard.number] ?? [:]
            let inTests = tests.files[standard.number] ?? [:]
            let sections = Set(inCode.keys).union(inTests.keys).sorted()
            if sections.isEmpty { continue }
            text += "\n## RFC \(standard.number)\n\n\(standard.title)\n\n| Section | Code | Tests |\n|---|---|---|\n"
            for section in sections {
                text += "| \(section) | \(links(inCode[section])) | \(links(inTests[section])) |\n"
            }
        }
        return text
    }

    private func links(_ files: Set<String>?) -> String {
        (files ?? []).sorted().map { path in
            "[\(path.split(separator: "/").last ?? "")](../../\(path))"
        }.joined(separator: ", ")
    }
}
