import Glibc
import TestDirectory
import Testing

@testable import Bytes

@Suite("Names in a directory")
struct DirectoryNamesTests {
    @Test("all names are there but the directory's own and its parent's")
    func names() throws {
        let directory = try TemporaryDirectory()
        let files = (0..<3000).map { "file-\($0)" } + [String(repeating: "n", count: 255), ".hidden"]
        for name in files { directory.write("", to: name) }
        try #require(mkdir(directory.path + "/inner", 0o700) == 0)
        #expect(Set(try DirectoryNames.read(directory.path)) == Set((files + ["inner"]).map { Array($0.utf8) }))
        #expect(Set(try DirectoryNames.read(directory.path, onlyFiles: true)) == Set(files.map { Array($0.utf8) }))
    }

    @Test("a directory that is not there is told with the call and its error")
    func missing() throws {
        let directory = try TemporaryDirectory()
        let failure = #expect(throws: DirectoryNames.Unreadable.self) { try DirectoryNames.read(directory.path + "/none") }
        #expect(failure?.code == ENOENT)
    }

    @Test("an entry at the end of the memory is not read past its name")
    func entryAtTheEnd() throws {
        let page = sysconf(Int32(_SC_PAGESIZE))
        let memory = try #require(mmap(nil, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))
        defer { munmap(memory, 2 * page) }
        try #require(mprotect(memory + page, page, PROT_NONE) == 0)
        let offset = try #require(MemoryLayout<dirent>.offset(of: \.d_name))
        let start = memory + page - offset - 8
        (start + offset).copyMemory(from: "seven77", byteCount: 8)
        #expect(DirectoryNames.name(of: start.assumingMemoryBound(to: dirent.self)) == Array("seven77".utf8))
    }
}
