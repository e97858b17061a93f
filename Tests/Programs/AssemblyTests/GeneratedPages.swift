import Bytes
import Glibc
import Testing

/// Compares a page in docs/ with what the program generates; with `WRITE_PAGES=1` in the environment, writes it.
func expectPage(_ name: String, _ generated: String, file: String = #filePath) throws {
    var root = file[...]
    // Tests/Programs/AssemblyTests/GeneratedPages.swift
    for _ in 0..<4 { root = root.lastIndex(of: "/").map { root[..<$0] } ?? "" }
    let path = "\(root)/docs/\(name)"
    if getenv("WRITE_PAGES") != nil {
        let file = try #require(fopen(path, "w"))
        fputs(generated, file)
        fclose(file)
    }
    let page = try String(utf8: contents(path))
    #expect(page == generated, "docs/\(name) is out of date: run the tests once with WRITE_PAGES=1")
}

struct UnreadableFile: Error {
    var path: String
}

/// A whole file.
func contents(_ path: String) throws -> [UInt8] {
    guard let file = fopen(path, "r") else { throw UnreadableFile(path: path) }
    defer { fclose(file) }
    var content: [UInt8] = []
    while case let byte = fgetc(file), byte != EOF { content.append(UInt8(truncatingIfNeeded: byte)) }
    return content
}
