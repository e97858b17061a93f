import Bytes
import CollectionStore
import Database
import Directory
import Glibc
import Testing

@testable import Mail

/// A mailbox in Maildir, and what other programs do there.
struct MaildirSite {
    let fixture: Fixture
    let store: MailStore
    let box: Mailbox

    init() throws {
        fixture = try Fixture(storage: .maildir)
        store = fixture.store
        box = try fixture.mailbox("work")
        try store.arrangeFolders(fixture.database, of: Fixture.alice, now: 1)
    }

    var root: String { store.maildirs?.root ?? "" }

    func path(_ box: Mailbox) throws -> String { try folder(box).path }

    func folder(_ box: Mailbox) throws -> MaildirFolder { try #require(store.maildirs).folder(try #require(box.maildir)) }

    func names(_ part: String, of box: Mailbox? = nil) throws -> [String] {
        try Self.names(path(box ?? self.box) + "/" + part)
    }

    static func names(_ path: String) throws -> [String] { try DirectoryNames.of(path).map { String(decoding: $0, as: UTF8.self) }.sorted() }

    func put(_ text: String, _ name: String, in part: String, of box: Mailbox? = nil) throws {
        let file = try #require(fopen(path(box ?? self.box) + "/" + part + "/" + name, "w"))
        defer { fclose(file) }
        #expect(fwrite(text, 1, text.utf8.count, file) == text.utf8.count)
    }

    func move(_ old: String, _ new: String) { #expect(Glibc.rename(old, new) == 0, "\(old): \(errno)") }

    @discardableResult
    func look(_ box: Mailbox? = nil, now: Milliseconds = 9_000) throws -> MaildirOutcome {
        try store.lookAtFiles(fixture.database, of: (box ?? self.box).id, isTouched: true, now: now)
    }

    /// One of the server's rounds; what it reports.
    func round(isWhole: Bool = false, now: Milliseconds = 9_000) throws -> [String] {
        var lines: [String] = []
        try store.workOnFiles(fixture.database, isWhole: isWhole, now: now, report: { lines.append($0) })
        return lines
    }

    /// The failure that `body` ends with.
    func failure(_ body: () throws -> Void) throws -> Failure? {
        do {
            try body()
            return nil
        } catch let failure as Failure {
            return failure
        }
    }
}
