import CollectionStore
import Database
import Files
import FoundationEssentials
import Glibc
import Testing

@Suite("File contents")
final class FileContentTests {
    private let directory: String
    private let files: FileBlobStore

    init() throws {
        var template = Array("/tmp/files-XXXXXX".utf8CString)
        let made = template.withUnsafeMutableBufferPointer { $0.baseAddress.flatMap { mkdtemp($0) } }
        directory = String(cString: try #require(made))
        files = try FileBlobStore(directory: directory + "/files")
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    private func spool(_ bytes: [UInt8]) throws -> String {
        let path = directory + "/spool"
        let file = try #require(fopen(path, "w"))
        #expect(fwrite(bytes, 1, bytes.count, file) == bytes.count)
        fclose(file)
        return path
    }

    private func storedNames() throws -> [String] {
        var names: [String] = []
        try files.forEachName { names.append($0) }
        return names
    }

    @Test("a small body is bytes of the database")
    func small() throws {
        let made = try FileContent.make(.bytes([1, 2, 3]), type: "text/plain; charset=utf-8", files: files)
        guard case .bytes([1, 2, 3]) = made.place else { Issue.record("\(made.place)"); return }
        #expect(made.size == 3 && made.etag == ETag.of([1, 2, 3]))
        #expect(made.facts == MemberFacts(contentType: "text/plain; charset=utf-8"))
        #expect(try storedNames().isEmpty)
    }

    @Test("a spooled body is taken away into the file store, with the ETag of its bytes")
    func spooled() throws {
        let bytes = [UInt8]((0..<700_001).map { UInt8(truncatingIfNeeded: $0 &* 31) })
        let path = try spool(bytes)
        let made = try FileContent.make(.spooled(path: path, size: bytes.count), type: nil, files: files)
        guard case .file(let name) = made.place else { Issue.record("\(made.place)"); return }
        #expect(made.size == bytes.count && made.etag == ETag.of(bytes))
        #expect(made.facts == MemberFacts())
        #expect(access(path, F_OK) != 0)
        #expect(try storedNames() == [name])
        #expect(try files.open(name).readAll() == bytes)
        FileContent.discard(made, files: files)
        #expect(try storedNames().isEmpty)
        FileContent.discard(made, files: files)
    }

    @Test("a spooled body that is gone is our fault, and leaves nothing")
    func missing() throws {
        #expect(throws: Failure.self) {
            try FileContent.make(.spooled(path: directory + "/nothing", size: 1), type: nil, files: files)
        }
        #expect(try storedNames().isEmpty)
    }

    @Test("a media type that is too long to keep is not kept")
    func longType() throws {
        let long = "text/" + String(repeating: "x", count: 251)
        #expect(try FileContent.make(.bytes([]), type: long, files: files).facts.contentType == nil)
        #expect(try FileContent.make(.bytes([]), type: String(long.dropLast()), files: files).facts.contentType != nil)
    }

    @Test("an empty file has the ETag of no bytes")
    func empty() {
        #expect(FileContent.empty.etag == ETag.of([]) && FileContent.empty.size == 0)
    }
}
