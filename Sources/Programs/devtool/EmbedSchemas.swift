import ArgumentParser
import Foundation

/// Writes `schemas/NNNN-name[.sqlite|.postgres].sql` as Swift literals, so that the program needs no files beside it.
struct EmbedSchemas: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "embed-schemas", abstract: "Writes the migrations in schemas/ into the Database module.")

    @OptionGroup var project: ProjectOptions

    func run() throws {
        let folder = project.directory.appendingPathComponent("schemas")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".sql") }.sorted()
        if files.isEmpty { throw Complaint("schemas/ has no migrations") }
        var text = """
            // Generated from schemas/ by `devtool embed-schemas`; do not edit.

            /// The migrations of `schemas/`, in order.
            package enum Schema {
                package static let migrations: [Migration] = [

            """
        for file in files {
            let sql = try String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
            text += try Self.literal(file: file, sql: sql)
        }
        text += "    ]\n}\n"
        try project.put(
            text, at: "Sources/Storage/Database/Schema.generated.swift", remedy: "`devtool embed-schemas`")
    }

    private static func literal(file: String, sql: String) throws -> String {
        var parts = file.dropLast(".sql".count).split(separator: ".", omittingEmptySubsequences: false)
        let dialect = parts.count == 2 ? parts.removeLast() : nil
        let title = parts[0].split(separator: "-", maxSplits: 1)
        guard parts.count == 1, title.count == 2, title[0].count == 4, let number = Int(title[0]), number > 0,
            dialect == nil || dialect == "sqlite" || dialect == "postgres"
        else { throw Complaint("schemas/\(file): the name must be NNNN-name.sql, with .sqlite or .postgres before .sql") }
        guard !sql.contains("\"\"\"#"), sql.hasSuffix("\n") else {
            throw Complaint("schemas/\(file): must end with a line feed and not hold \"\"\"#")
        }
        let place = dialect.map { ", dialect: .\($0)" } ?? ""
        return "        Migration(number: \(number), name: \"\(title[1])\"\(place), sql: #\"\"\"\n\(sql)\n\"\"\"#),\n"
    }
}
