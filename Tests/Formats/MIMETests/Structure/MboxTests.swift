import CivilTime
import MIME
import Testing

@Suite("mbox files")
struct MboxTests {
    private func split(_ file: String, cut: Int? = nil) -> [String] {
        var splitter = MboxSplitter()
        var messages: [String] = []
        func handle(_ event: MboxSplitter.Event) {
            switch event {
            case .begin(let time): messages.append(time.map { "\($0.wallSeconds)|" } ?? "|")
            case .content(let bytes): messages[messages.count - 1] += text(bytes)
            }
        }
        let all = bytes(file)
        for part in [all[..<(cut ?? all.count)], all[(cut ?? all.count)...]] { part.withUnsafeBufferPointer { splitter.feed($0, handle) } }
        splitter.finish(handle)
        return messages
    }

    private let file = """
        no message

        From a@example.org Mon Feb  7 23:52:25 1994
        Subject: one

        text
        From here on it is text
        >From the start
        >>From twice

        From b Tue Aug  1 01:02 EST 2000
        Subject: two

        From nowhere, a line without a time

        From c at some 12:34 of no day

        """

    @Test("messages begin at From lines with a time, and quoted lines are as they were (RFC 4155)")
    func splitting() {
        #expect(
            split(file) == [
                "760665145|Subject: one\n\ntext\nFrom here on it is text\nFrom the start\n>From twice\n",
                "965091720|Subject: two\n\nFrom nowhere, a line without a time\n", "|",
            ])
    }

    @Test("however the file is cut")
    func pieces() {
        let whole = split(file)
        for cut in 0...file.utf8.count { #expect(split(file, cut: cut) == whole) }
    }

    @Test("lines without an end and of any length are content")
    func longLines() {
        let long = "From x 12:00:00\n" + String(repeating: "y", count: 20_000) + "\n\n" + String(repeating: "z", count: 9_000)
        #expect(split(long) == ["|" + long.dropFirst(16)])
        #expect(split("") == [] && split("\n\n") == [] && split("From x 1:2") == ["|"])
        #expect(MboxSplitter.isMbox(bytes("From - Thu Jan  1 00:00:00 1970\n")) && !MboxSplitter.isMbox(bytes("From: a\n")))
    }
}
