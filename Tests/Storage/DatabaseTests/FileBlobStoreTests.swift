import Glibc
import Testing

@testable import Database

@Suite("The store of large bodies")
struct FileBlobStoreTests {
    private let folder: TemporaryFolder
    private let store: FileBlobStore

    init() throws {
        folder = try TemporaryFolder()
        store = try FileBlobStore(directory: folder.path + "/blobs")
    }

    private let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }

    @Test("an adopted file is read back from any offset, and is no longer where it was")
    func roundTrip() throws {
        let spooled = try folder.file("spooled", bytes)
        let name = try store.adopt(path: spooled)
        #expect(access(spooled, F_OK) != 0)
        #expect(try store.path(of: name) == "\(folder.path)/blobs/\(name.prefix(2))/\(name.dropFirst(2).prefix(2))/\(name)")
        let blob = try store.open(name)
        defer { blob.close() }
        #expect(blob.size == 100_000)
        #expect(try blob.read(offset: 0, count: 200_000) == bytes)
        #expect(try blob.read(offset: 99_990, count: 100) == Array(bytes.suffix(10)))
        #expect(try blob.read(offset: 500, count: 3) == Array(bytes[500..<503]))
        #expect(try blob.read(offset: 100_000, count: 1) == [])
        #expect(try blob.read(offset: -1, count: 1) == [])
        #expect(try blob.read(offset: 0, count: -1) == [])
        #expect(try blob.read(offset: .max, count: .max) == [])
    }

    @Test("an empty body is a body")
    func empty() throws {
        let blob = try store.open(store.adopt(path: folder.file("empty", [])))
        #expect(blob.size == 0)
        #expect(try blob.read(offset: 0, count: 10) == [])
    }

    @Test("an open body can be read after it was removed; then it is gone")
    func removal() throws {
        let name = try store.adopt(path: folder.file("spooled", bytes))
        let blob = try store.open(name)
        #expect(try store.remove(name))
        #expect(try blob.read(offset: 0, count: 10) == Array(bytes.prefix(10)))
        #expect(try !store.remove(name))
        let failure = #expect(throws: Failure.self) { try store.open(name) }
        #expect(failure?.code == .damaged)
    }

    @Test("a closed body cannot be read")
    func closed() throws {
        let blob = try store.open(store.adopt(path: folder.file("spooled", bytes)))
        blob.close()
        blob.close()
        #expect(throws: Failure.self) { try blob.read(offset: 0, count: 1) }
    }

    @Test("a body that became shorter is damage, not a short answer")
    func truncated() throws {
        let name = try store.adopt(path: folder.file("spooled", bytes))
        let blob = try store.open(name)
        #expect(truncate(try store.path(of: name), 10) == 0)
        let failure = #expect(throws: Failure.self) { try blob.read(offset: 0, count: 100) }
        #expect(failure?.code == .damaged)
    }

    @Test("all names are found, and nothing else", arguments: [0, 1, 40])
    func names(count: Int) throws {
        let adopted = try Set((0..<count).map { try store.adopt(path: folder.file("spooled", [UInt8($0)])) })
        #expect(adopted.count == count)
        _ = try folder.file("blobs/README", [])
        if let name = adopted.first { _ = try folder.file("blobs/\(name.prefix(2))/stray", []) }
        var found: [String] = []
        try store.forEachName { found.append($0) }
        #expect(found.count == count)
        #expect(Set(found) == adopted)
    }

    @Test("a name that is none never becomes a path", arguments: [
        "", "..", "../../../../../../../../etc/passwd", "0123456789abcdef0123456789abcde/", "0123456789abcdef0123456789abcdef0",
    ])
    func foreignNames(name: String) throws {
        let failure = #expect(throws: Failure.self) { try store.path(of: name) }
        #expect(failure?.code == .damaged)
    }

    @Test("a spooled file that is missing is a failure and leaves nothing")
    func missing() throws {
        #expect(throws: Failure.self) { try store.adopt(path: folder.path + "/nowhere") }
        var found = 0
        try store.forEachName { _ in found += 1 }
        #expect(found == 0)
    }

    @Test("a store is opened again with what is in it")
    func again() throws {
        let name = try store.adopt(path: folder.file("spooled", bytes))
        #expect(try FileBlobStore(directory: folder.path + "/blobs").open(name).size == 100_000)
    }

    @Test("errors of the system are temporary where they can pass", arguments: [
        (ENOSPC, Failure.Code.storageFull), (EDQUOT, .storageFull), (EMFILE, .unavailable), (EIO, .unavailable),
        (EACCES, .serverBug), (EXDEV, .serverBug),
    ])
    func systemErrors(code: Int32, expected: Failure.Code) {
        let failure = Failure(systemCall: "write", path: "/data/x", code: code)
        #expect(failure.code == expected)
        #expect(failure.detail.hasPrefix("write of /data/x: "))
    }
}
