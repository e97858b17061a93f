import Bytes
import ContentLines
import Testing

@Suite("JSON: RFC 8259")
struct JSONValueTests {
    private func parsed(_ text: String) -> JSONValue? { try? JSONValue.parse([UInt8](text.utf8)) }

    @Test("values of each kind", arguments: [
        ("null", .null), (" true ", .boolean(true)), ("false", .boolean(false)), ("[]", .array([])), ("{}", .object([])),
        ("-12.50e+3", .number("-12.50e+3")), ("0", .number("0")), ("12345678901234567890123", .number("12345678901234567890123")),
        ("\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\"", .string("a\"\\/\u{8}\u{C}\n\r\tAé")),
        ("\"\\ud83d\\uDE00й\"", .string("😀й")), ("[1,[\"a\"],\t{\"b\" : null}]", .array([
            .number("1"), .array([.string("a")]), .object([.init(name: "b", value: .null)]),
        ])),
    ] as [(String, JSONValue)])
    func values(text: String, value: JSONValue) throws {
        #expect(try JSONValue.parse([UInt8](text.utf8)) == value)
        for count in 0..<text.utf8.count where value != .number("0") && !"0123456789 +e".contains(text.last ?? " ") {
            #expect((try? JSONValue.parse(Array(text.utf8.prefix(count)))) == nil)
        }
    }

    @Test("what is no JSON is refused", arguments: [
        "", " ", "nul", "tru", "[1,]", "[,1]", "[1 2]", "{\"a\":1,}", "{\"a\"}", "{a:1}", "{\"a\":1,\"a\":2}", "01", "+1", "1.", ".5",
        "1e", "-", "\"a", "\"\\x\"", "\"\\u12\"", "\"\\ud83d\"", "\"\\ud83dx\"", "\"\\ude00\"", "\"\\ud83d\\u0041\"", "\"a\nb\"", "1 2",
        "'a'", "[1]]", "\u{FEFF}1", "NaN", "//",
    ])
    func refused(text: String) {
        #expect(parsed(text) == nil)
    }

    @Test("neither depth nor size nor bad UTF-8 does harm")
    func limits() {
        #expect(parsed(String(repeating: "[", count: 80) + String(repeating: "]", count: 80)) != nil)
        #expect(parsed(String(repeating: "[", count: 81) + String(repeating: "]", count: 81)) == nil)
        #expect(parsed(String(repeating: "[", count: 1_000_000)) == nil)
        #expect(parsed(String(repeating: "{\"a\":", count: 100_000)) == nil)
        #expect((try? JSONValue.parse([0x22, 0xFF, 0x22])) == nil)
        #expect((try? JSONValue.parse(Array("[1,2,3]".utf8), limits: .init(valueCount: 3))) == nil)
        #expect((try? JSONValue.parse(Array("[1,2,3]".utf8), limits: .init(byteCount: 6))) == nil)
    }
}

@Suite("Dates with what may be missing: RFC 6350 §4.3")
struct DateOrTimeTests {
    @Test("the tables of RFC 7095 §3.5.3 and §3.5.5", arguments: [
        ("19850412", "1985-04-12"), ("1985-04", "1985-04"), ("1985", "1985"), ("--0412", "--04-12"), ("--04", "--04"),
        ("---12", "---12"), ("19850412T232050", "1985-04-12T23:20:50"), ("19850412T232050Z", "1985-04-12T23:20:50Z"),
        ("19850412T232050+0400", "1985-04-12T23:20:50+04:00"), ("19850412T232050+04", "1985-04-12T23:20:50+04"),
        ("19850412T2320", "1985-04-12T23:20"), ("19850412T23", "1985-04-12T23"), ("--0412T2320", "--04-12T23:20"),
        ("--04T2320", "--04T23:20"), ("---12T2320", "---12T23:20"), ("--04T23", "--04T23"), ("T232050", "T23:20:50"),
        ("T-2050", "T-20:50"), ("T-20", "T-20"), ("T--50", "T--50"), ("T2320-0800", "T23:20-08:00"),
    ])
    func table(basic: String, extended: String) throws {
        for text in [basic, extended] {
            let value = try #require(DateOrTime(ArraySlice(text.utf8)))
            #expect(String(utf8: value.basic) == basic)
            #expect(String(utf8: value.extended) == extended)
        }
    }

    @Test("what is no date is none", arguments: [
        "", "T", "198", "198504", "1985041", "19851301", "19850431", "19830229", "---32", "--13", "19850412T24", "19850412T2360",
        "19850412T232061", "19850412T1", "19850412T---5", "19850412 232050", "19850412T232050+1", "2020-1-1", "x", "-", "--", "---",
        "T12+", "T+04", "TZ", "99999999999999999999999",
    ])
    func none(text: String) {
        #expect(DateOrTime(ArraySlice(text.utf8)) == nil)
    }
}
