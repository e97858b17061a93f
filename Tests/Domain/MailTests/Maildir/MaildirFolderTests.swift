import Database
import Glibc
import TestDirectory
import Testing
import Threads

@testable import Mail

@Suite("A directory of a mailbox")
struct MaildirFolderTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func write(_ folder: MaildirFolder) throws {
        try folder.write("1.a", date: 1) { output in
            try [UInt8]("x".utf8).withUnsafeBufferPointer { try output.write($0) }
        }
    }

    @Test("a message is written where a backup has left out tmp")
    func withoutTmp() throws {
        let folder = MaildirFolder(directory.path + "/box")
        try folder.make()
        #expect(rmdir(folder.path + "/tmp") == 0)
        try write(folder)
        #expect(folder.has("tmp/1.a"))
        // Of what is no mailbox nothing is made.
        let none = MaildirFolder(directory.path + "/none")
        #expect(throws: Failure.self) { try write(none) }
        #expect(access(none.path, F_OK) != 0)
    }

    @Test("who finds the directory there can write, also while another still makes it")
    func concurrently() throws {
        for turn in 0..<300 {
            let folder = MaildirFolder(directory.path + "/box\(turn)")
            let thread = try SystemThread.start { try? folder.make() }
            while try !folder.isThereItself() { sched_yield() }
            #expect(access(folder.path + "/tmp", F_OK) == 0, "turn \(turn)")
            pthread_join(thread, nil)
        }
    }
}
