import Bytes
import MIME
import Testing

@Suite("Parameters")
struct ParameterTests {
    private func joined(_ value: String) -> [String] {
        ContentType(slice(value)).map { $0.parameters.joined.map { "\(text($0.name))=\(text($0.value))" } } ?? ["no type"]
    }

    private func value(_ value: String, _ name: StaticString) -> String? {
        ContentType(slice(value))?.parameters.text(name).map { text($0) }
    }

    /// RFC 2231 §3, §4, §4.1; RFC 2045 §5.1.
    @Test("the examples of the RFCs")
    func examples() {
        #expect(joined("text/plain; charset=us-ascii (Plain text)") == ["charset=us-ascii"])
        #expect(joined("text/plain; charset=\"us-ascii\"") == ["charset=us-ascii"])
        let url = "message/external-body; access-type=URL;\r\n URL*0=\"ftp://\";\r\n URL*1=\"cs.utk.edu/pub/moore/bulk-mailer/bulk-mailer.tar\""
        #expect(joined(url) == ["access-type=URL", "URL=ftp://cs.utk.edu/pub/moore/bulk-mailer/bulk-mailer.tar"])
        let title = "application/x-stuff;\r\n title*=us-ascii'en-us'This%20is%20%2A%2A%2Afun%2A%2A%2A"
        #expect(value(title, "title") == "This is ***fun***")
        #expect(joined(title) == ["title*=us-ascii'en-us'This%20is%20%2A%2A%2Afun%2A%2A%2A"])
        let both = "application/x-stuff\r\n title*0*=us-ascii'en'This%20is%20even%20more%20\r\n title*1*=%2A%2A%2Afun%2A%2A%2A%20\r\n title*2=\"isn't it!\""
            .replacing("\r\n title*1", with: ";\r\n title*1").replacing("\r\n title*2", with: ";\r\n title*2").replacing("x-stuff", with: "x-stuff;")
        #expect(value(both, "title") == "This is even more ***fun*** isn't it!")
        #expect(joined(both) == ["title*=us-ascii'en'This%20is%20even%20more%20%2A%2A%2Afun%2A%2A%2A%20isn%27t%20it!"])
    }

    @Test("continuations in any order, twice, and a million of them")
    func continuations() {
        #expect(joined("a/b; x*1=c; y=d; x*0=b; x*1=e") == ["x=bc", "y=d"])
        #expect(joined("a/b; x*9999999=c") == ["x*9999999=c"])
        #expect(value("a/b; boundary*0=one; boundary*1=two", "boundary") == "onetwo")
    }

    @Test("what is met beside them", arguments: [
        ("a/b; name=\"=?utf-8?Q?=D0=9F?=.txt\"", "П.txt"), ("a/b; name==?utf-8?Q?=D0=9F?=", "П"), ("a/b; name=two words.txt; x=y", "two words.txt"),
        ("a/b;; name = \"x\" ; q", "x"), ("a/b; name*=x", "x"), ("a/b; name*=utf-8'en'%D0%9F%zz%", "П%zz%"), ("a/b; name=\"un\\\"closed", "un\"closed"),
        ("a/b; name=a; name*=utf-8''b", "b"), ("a/b name=x", "-"), ("a/b; x=\";name=z\"; name=y", "y"), ("a/b; name=\"\u{416}\"", "Ж"),
    ])
    func wild(field: String, expected: String) {
        // Without a semicolon there is no parameter.
        #expect(value(field, "name") ?? "-" == expected)
    }

    @Test("a type that cannot be read is none", arguments: ["", "text", "/plain", "text/", "text plain", ";charset=x"])
    func noType(field: String) { #expect(ContentType(slice(field)) == nil) }

    @Test("charsets by the names that are met", arguments: ["UTF-8", "utf8", "\"utf-8\"", "koi8-r", "windows-1251", "cp1251", "x-cp1251", "win-1251", "ISO8859-5", "iso_8859-5", "ks_c_5601-1987", "gb2312", "x-sjis", "ISO-8859-8-I", "latin1", "unicode-1-1-utf-7"])
    func charsets(name: String) {
        #expect(CharsetName(name) != nil)
        if case .iconv(let known)? = CharsetName(name) { #expect(CharsetDecoder.utf8(bytes("a b"), from: .iconv(known)) == bytes("a b")) }
    }
}
