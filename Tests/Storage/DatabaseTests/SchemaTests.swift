import FoundationEssentials
import Testing

@testable import Database

@Suite("The embedded schema")
struct SchemaTests {
    /// Found from this file: Tests/Storage/DatabaseTests.
    private var folder: String {
        #filePath.split(separator: "/").dropLast(4).reduce(into: "") { $0 += "/" + $1 } + "/schemas"
    }

    @Test("the generated migrations are the files in schemas/; after a change run `devtool embed-schemas`")
    func comparesWithFiles() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".sql") }.sorted()
        #expect(!files.isEmpty)
        #expect(Schema.migrations.count == files.count)
        for (file, migration) in zip(files, Schema.migrations) {
            let digits = String(migration.number)
            let number = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
            let dialect = migration.dialect.map { ".\($0.rawValue)" } ?? ""
            #expect(file == "\(number)-\(migration.name)\(dialect).sql")
            #expect(try String(contentsOfFile: folder + "/" + file, encoding: .utf8) == migration.sql)
        }
    }
}
