// devtool: the maintainers' tool. It makes the files that are generated (the embedded schemas, the page of standards) and
// checks that they are up to date. No part of the server.
//
// Start reading at EmbedSchemas.swift.

import ArgumentParser
import Foundation

@main
struct Devtool: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "devtool", abstract: "Makes and checks the generated files of this project.",
        subcommands: [EmbedSchemas.self, StandardsTable.self])
}

/// Where the project is, and whether to write.
struct ProjectOptions: ParsableArguments {
    @Option(help: "The project's directory.")
    var root = "."

    @Flag(help: "Write nothing; fail where the file is not what it would become.")
    var check = false

    var directory: URL { URL(fileURLWithPath: root, isDirectory: true) }

    /// Writes `text` to `path`, or compares it with what is there.
    func put(_ text: String, at path: String, remedy: String) throws {
        let file = directory.appendingPathComponent(path)
        let present = try? String(contentsOf: file, encoding: .utf8)
        if present == text { return }
        if check { throw Complaint("\(path) is out of date: run \(remedy)") }
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try text.write(to: file, atomically: true, encoding: .utf8)
        print("wrote \(path)")
    }
}

/// What the maintainer must mend; the tool ends with status 1.
struct Complaint: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}
