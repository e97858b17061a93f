import Bytes
import Testing

@Suite("URLs to fetch from")
struct HTTPURLTests {
    @Test("what people write is put into one form", arguments: [
        ("https://example.org/a.ics", "https://example.org/a.ics"), ("HTTP://Example.ORG:80", "http://example.org/"),
        ("https://example.org:443/?a=b", "https://example.org/?a=b"), ("webcal://example.org/x", "https://example.org/x"),
        ("webcals://example.org:8443/x", "https://example.org:8443/x"), (" https://example.org./a ", "https://example.org/a"),
        ("https://example.org:/a#part", "https://example.org/a"), ("https://example.org?q", "https://example.org/?q"),
        ("https://example.org/ä b\u{7F}\"<>^`{|}[]\\", "https://example.org/%C3%A4%20b%7F%22%3C%3E%5E%60%7B%7C%7D%5B%5D%5C"),
        ("https://example.org/100%/%2f", "https://example.org/100%25/%2f"), ("http://[::1]:8080/", "http://[::1]:8080/"),
        ("http://127.1/", "http://127.1/"), ("https://example.org/a\r\nHost: x", "https://example.org/a%0D%0AHost:%20x"),
    ])
    func forms(_ given: String, _ expected: String) throws {
        #expect(try HTTPURL(given).description == expected)
    }

    @Test("what is none, or hides where it leads to, is refused", arguments: [
        "", "example.org", "/a.ics", "ftp://example.org/", "file:///etc/passwd", "gopher://example.org/", "https:/a",
        "https://", "https:///a", "https://user@example.org/", "https://user:secret@example.org/", "https://a@b@example.org/",
        "https://example.org:0/", "https://example.org:65536/", "https://example.org:80a/", "https://exa mple.org/",
        "https://exämple.org/", "https://example.org\\@internal/", "https://[::1", "https://[]/", "https://[::1]x/",
        "https://[x]/", "https://.example.org/", "https://example.org%2f/", "https://example.org\r\n/",
        "https://" + String(repeating: "a", count: 254) + "/", "https://example.org/" + String(repeating: "a", count: 5000),
    ])
    func refused(_ text: String) {
        #expect(throws: ParseError.self) { try HTTPURL(text) }
    }

    @Test("RFC 3986 §5.4: references, as far as they stay in http", arguments: [
        ("g", "http://a/b/c/g"), ("./g", "http://a/b/c/g"), ("g/", "http://a/b/c/g/"), ("/g", "http://a/g"),
        ("//g", "http://g/"), ("?y", "http://a/b/c/d;p?y"), ("g?y", "http://a/b/c/g?y"), ("#s", "http://a/b/c/d;p?q"),
        ("g#s", "http://a/b/c/g"), (";x", "http://a/b/c/;x"), ("", "http://a/b/c/d;p?q"), (".", "http://a/b/c/"),
        ("..", "http://a/b/"), ("../g", "http://a/b/g"), ("../..", "http://a/"), ("../../g", "http://a/g"),
        ("../../../g", "http://a/g"), ("/./g", "http://a/g"), ("/../g", "http://a/g"), ("g.", "http://a/b/c/g."),
        ("..g", "http://a/b/c/..g"), ("./g/.", "http://a/b/c/g/"), ("g;x=1/../y", "http://a/b/c/y"),
        ("g?y/../x", "http://a/b/c/g?y/../x"), ("https://h/x", "https://h/x"),
    ])
    func references(_ reference: String, _ expected: String) throws {
        #expect(try HTTPURL("http://a/b/c/d;p?q").resolving(reference).description == expected)
    }

    @Test("a reference to another scheme is none", arguments: ["file:///etc/passwd", "g:h", "javascript:x", "http:g"])
    func otherSchemes(_ reference: String) throws {
        let base = try HTTPURL("http://a/b")
        #expect(throws: ParseError.self) { try base.resolving(reference) }
    }

    @Test("the origin has no path in it")
    func origin() throws {
        #expect(try HTTPURL("https://example.org:8443/secret?token").origin == "https://example.org:8443")
    }
}
