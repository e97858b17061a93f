import MIME
import Testing

@Suite("Sections")
struct SectionTests {
    /// The tree of RFC 3501 §6.4.5 (RFC 9051 §6.4.5.1).
    private let bytes = message([
        "Subject: root", "To: x", "Content-Type: multipart/mixed; boundary=m", "", "--m", "Content-Type: text/plain", "", "1", "--m",
        "Content-Type: application/octet-stream", "", "2", "--m", "Content-Type: message/rfc822", "", "Subject: three", "Content-Type: multipart/mixed; boundary=n", "",
        "--n", "Content-Type: text/plain", "", "3.1", "--n", "Content-Type: application/octet-stream", "", "3.2", "--n--", "--m",
        "Content-Type: multipart/mixed; boundary=o", "", "--o", "Content-Type: image/gif", "", "4.1", "--o", "X: mime", "Content-Type: message/rfc822", "", "Subject: four",
        "Content-Type: multipart/mixed; boundary=p", "", "--p", "Content-Type: text/plain", "", "4.2.1", "--p", "Content-Type: multipart/alternative; boundary=q", "",
        "--q", "Content-Type: text/plain", "", "4.2.2.1", "--q", "Content-Type: text/richtext", "", "4.2.2.2", "--q--", "--p--", "--o--", "--m--",
    ])

    private func fetch(_ numbers: [Int], _ text: Section.Text = .all) -> String? {
        Message(bytes).fetch(Section(numbers: numbers, text: text), from: bytes)
    }

    @Test("every part of the example is found by its numbers", arguments: [[1], [2], [3, 1], [3, 2], [4, 1], [4, 2, 1], [4, 2, 2, 1], [4, 2, 2, 2]])
    func parts(numbers: [Int]) { #expect(fetch(numbers) == numbers.map(String.init).joined(separator: ".")) }

    @Test("what is not there is not found", arguments: [[0], [5], [1, 1], [2, 1], [3, 3], [-1], [4, 2, 2, 3], [4, 2, 2, 1, 1], [.max]])
    func absent(numbers: [Int]) { #expect(fetch(numbers) == nil) }

    @Test("headers and texts of the message, of messages in it, and of parts")
    func texts() {
        #expect(fetch([]) == text(bytes))
        #expect(fetch([], .header) == "Subject: root\r\nTo: x\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n")
        #expect(fetch([], .text)?.hasPrefix("--m\r\n") == true)
        #expect(fetch([], .mime) == nil)
        #expect(fetch([3], .header) == "Subject: three\r\nContent-Type: multipart/mixed; boundary=n\r\n\r\n")
        #expect(fetch([3], .text)?.hasPrefix("--n\r\n") == true)
        #expect(fetch([3])?.hasPrefix("Subject: three\r\n") == true)
        #expect(fetch([4, 2], .mime) == "X: mime\r\nContent-Type: message/rfc822\r\n\r\n")
        #expect(fetch([4, 2], .header)?.hasPrefix("Subject: four") == true)
        #expect(fetch([1], .header) == nil && fetch([4], .text) == nil)
    }

    @Test("subsets of fields keep their order and the empty line, whatever the case of names")
    func subsets() {
        func names(_ list: String..., isNot: Bool = false) -> Section.Text { .headerFields(list.map { [UInt8]($0.utf8) }, isNot: isNot) }
        #expect(fetch([], names("TO", "subject", "x")) == "Subject: root\r\nTo: x\r\n\r\n")
        #expect(fetch([], names("content-type", isNot: true)) == "Subject: root\r\nTo: x\r\n\r\n")
        #expect(fetch([], names("none")) == "\r\n")
        #expect(fetch([3], names("SUBJECT")) == "Subject: three\r\n\r\n")
        let bare = [UInt8]("Subject: a".utf8)
        #expect(Message(bare).fetch(Section(text: names("subject")), from: bare) == "Subject: a")
    }

    @Test("a message that is no multipart has one part, and so has a message in it")
    func single() {
        let plain = message(["Subject: a", "", "b"])
        #expect(Message(plain).fetch(Section(numbers: [1]), from: plain) == "b\r\n")
        #expect(Message(plain).fetch(Section(numbers: [1], text: .mime), from: plain) == "Subject: a\r\n\r\n")
        #expect(Message(plain).fetch(Section(numbers: [1, 1]), from: plain) == nil)
        let outer = message(["Content-Type: message/rfc822", "", "Subject: a", "", "b"])
        #expect(Message(outer).fetch(Section(numbers: [1]), from: outer) == "Subject: a\r\n\r\nb\r\n")
        #expect(Message(outer).fetch(Section(numbers: [1, 1]), from: outer) == "b\r\n")
        #expect(Message(outer).fetch(Section(numbers: [1], text: .header), from: outer) == "Subject: a\r\n\r\n")
    }

    @Test("where the message came in pieces, sections are the same ranges")
    func pieces() {
        let (whole, streamed) = (Message(bytes), inPieces(bytes, cuts: [10, 99, 500, 501]))
        for numbers in [[], [3], [4, 2], [4, 2, 2, 1]] {
            for text in [Section.Text.all, .header, .text, .mime, .headerFields([MIMETests.bytes("subject")], isNot: false), .headerFields([], isNot: true)] {
                let section = Section(numbers: numbers, text: text)
                #expect(whole.ranges(of: section) == streamed.ranges(of: section))
            }
        }
    }
}
