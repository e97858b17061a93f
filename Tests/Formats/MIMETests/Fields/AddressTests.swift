import MIME
import Testing

@Suite("Addresses")
struct AddressTests {
    /// `name<route:local|domain>`, groups in braces.
    private func parse(_ value: String) -> [String] {
        func one(_ address: MailAddress) -> String {
            let name = address.name.map { text($0) } ?? "-"
            let route = address.route.map { text($0) + ":" } ?? ""
            return "\(name)<\(route)\(text(address.localPart))|\(text(address.domain))>"
        }
        return AddressParser.parse(slice(value)).map { item in
            switch item {
            case .mailbox(let address): one(address)
            case .group(let name, let members): "\(text(name)){\(members.map(one).joined(separator: ","))}"
            }
        }
    }

    /// RFC 5322 appendices A.1.2, A.1.3, A.5, A.6.1, A.6.3.
    @Test("the examples of RFC 5322", arguments: [
        ("\"Joe Q. Public\" <john.q.public@example.com>", ["Joe Q. Public<john.q.public|example.com>"]),
        ("Mary Smith <mary@x.test>, jdoe@example.org, Who? <one@y.test>", ["Mary Smith<mary|x.test>", "-<jdoe|example.org>", "Who?<one|y.test>"]),
        ("<boss@nil.test>, \"Giant; \\\"Big\\\" Box\" <sysservices@example.net>", ["-<boss|nil.test>", "Giant; \"Big\" Box<sysservices|example.net>"]),
        ("A Group:Ed Jones <c@a.test>,joe@where.test,John <jdoe@one.test>;", ["A Group{Ed Jones<c|a.test>,-<joe|where.test>,John<jdoe|one.test>}"]),
        ("Undisclosed recipients:;", ["Undisclosed recipients{}"]),
        ("Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>", ["Pete<pete|silly.test>"]),
        ("A Group(Some people)\r\n     :Chris Jones <c@(Chris's host.)public.example>,\r\n         joe@example.org,\r\n  John <jdoe@one.test> (my dear friend); (the end of the group)",
         ["A Group{Chris Jones<c|public.example>,-<joe|example.org>,John<jdoe|one.test>}"]),
        ("(Empty list)(start)Hidden recipients  :(nobody(that I know))  ;", ["Hidden recipients{}"]),
        ("Joe Q. Public <john.q.public@example.com>", ["Joe Q. Public<john.q.public|example.com>"]),
        ("Mary Smith <@node.test:mary@example.net>, , jdoe@test  . example", ["Mary Smith<@node.test:mary|example.net>", "-<jdoe|test.example>"]),
        ("John Doe <jdoe@machine(comment).  example>", ["John Doe<jdoe|machine.example>"]),
    ])
    func examples(value: String, expected: [String]) { #expect(parse(value) == expected) }

    @Test("what is met beside them", arguments: [
        ("user@host (Real Name)", ["Real Name<user|host>"]),
        ("user@host <user@host>", ["user@host<user|host>"]),
        ("a@b; c@d", ["-<a|b>", "-<c|d>"]),
        ("undisclosed-recipients", ["-<undisclosed-recipients|>"]),
        ("\"john doe\"@example.com", ["-<john doe|example.com>"]),
        ("john . doe@example.com", ["-<john.doe|example.com>"]),
        ("x@[192.0.2.1], y@[IPv6:2001:db8::1]", ["-<x|[192.0.2.1]>", "-<y|[IPv6:2001:db8::1]>"]),
        ("=?utf-8?Q?J=C3=BCrgen?= <j@x>", ["=?utf-8?Q?J=C3=BCrgen?=<j|x>"]),
        ("Ärger <ä@ö.example>", ["Ärger<ä|ö.example>"]),
        ("<>", ["-<|>"]), ("", []), (",;:,,", ["{}"]), ("\"open <a@b>", ["-<open <a@b>|>"]), ("a <b@c", ["a<b|c>"]),
        ("Doe, John <j@x>", ["-<Doe|>", "John<j|x>"]),
        ("a@b c@d", ["-<a|b>"]),
    ])
    func wild(value: String, expected: [String]) { #expect(parse(value) == expected) }

    @Test("at most 10,000 are read")
    func many() { #expect(AddressParser.parse(slice(String(repeating: "a@b,", count: 12_000))).count == 10_000) }
}
