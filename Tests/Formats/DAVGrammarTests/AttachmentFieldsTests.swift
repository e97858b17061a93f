import Testing

@testable import DAVGrammar

@Suite("Fields of managed attachments: RFC 8607 §3.3, RFC 6266")
struct AttachmentFieldsTests {
    @Test("the query's parameters are told decoded, whatever stands between them")
    func query() throws {
        let query = try #require(AttachmentQuery("x=1&action=attachment-update&managed-id=a%20b&rid=M%2C20250101&action2="))
        #expect(query.action == .update && query.managedID == "a b" && query.recurrenceIDs == "M,20250101")
        #expect(AttachmentQuery("action=attachment-add")?.managedID == nil)
        #expect(AttachmentQuery.isIn(target: "/a?action=x") && !AttachmentQuery.isIn(target: "/action=x"))
    }

    @Test("what is no action, or two, is none; without the word it is another request")
    func noAction() {
        for text in ["action", "action=", "action=ADD", "action=attachment-add&action=attachment-add", "action=%ff"] {
            #expect(AttachmentQuery(text) != nil && AttachmentQuery(text)?.action == nil, "\(text)")
        }
        for text in [nil, "", "&&", "Action=attachment-add", "=action"] { #expect(AttachmentQuery(text) == nil) }
    }

    @Test("RFC 6266 §5: the names of files")
    func disposition() {
        #expect(ContentDisposition.filename(in: "Attachment; filename=example.html") == "example.html")
        #expect(ContentDisposition.filename(in: "INLINE; FILENAME= \"an example.html\"") == "an example.html")
        #expect(ContentDisposition.filename(in: "attachment; filename*= UTF-8''%e2%82%ac%20rates") == "€ rates")
        #expect(
            ContentDisposition.filename(in: "attachment; filename=\"EURO rates\"; filename*=utf-8''%e2%82%ac%20rates")
                == "€ rates")
    }

    @Test("a name is a name: no folders, no control characters, not too long")
    func names() {
        #expect(ContentDisposition.filename(in: "x;filename=\"a\\\"b;c.txt\"") == "a\"b;c.txt")
        #expect(ContentDisposition.filename(in: "x;filename=\"/etc/../a\u{202E}b\u{1}.txt\"") == "ab.txt")
        #expect(ContentDisposition.filename(in: "x;filename*=UTF-8''..%2F..%2fc;filename=d") == "c")
        for text in ["", "x", "x;filename=", "x;filename=\"\"", "x;filename=..", "x;filename=a/", ";;;", "x;filename", "x;filename*=a"] {
            #expect(ContentDisposition.filename(in: text) == nil, "\(text)")
        }
        let long = String(repeating: "ж", count: 300)
        #expect(ContentDisposition.filename(in: "x;filename=\"\(long)\"")?.utf8.count == 254)
        #expect(ContentDisposition.filename(in: "x;filename=" + String(repeating: "a", count: 5000)) == nil)
    }

    @Test("what is written is read again, by those too that know only ASCII", arguments: ["a.txt", "ж\".txt", "a\\b%41"])
    func written(_ name: String) {
        let header = ContentDisposition.attachment(filename: name)
        #expect(header.utf8.allSatisfy { 0x20...0x7E ~= $0 })
        #expect(ContentDisposition.filename(in: header) == (name == "a\\b%41" ? "b%41" : name))
    }

    @Test("a name without anything to say") func nameless() {
        #expect(ContentDisposition.attachment(filename: nil) == "attachment")
        #expect(ContentDisposition.attachment(filename: "a b.txt") == "attachment; filename=\"a b.txt\"")
    }
}
