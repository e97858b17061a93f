import CivilTime
import MIME
import TestRandom
import Testing

@Suite("Dates")
struct DateTests {
    private func read(_ value: String) -> String? {
        MessageDate(slice(value)).map { "\(text($0.bytes)) \($0.utcSeconds)" }
    }

    /// RFC 5322 appendix A, and §4.3.
    @Test("dates in all forms", arguments: [
        ("Fri, 21 Nov 1997 09:55:06 -0600", "Fri, 21 Nov 1997 09:55:06 -0600 880127706"),
        ("Tue, 1 Jul 2003 10:52:37 +0200", "Tue, 1 Jul 2003 10:52:37 +0200 1057049557"),
        ("Thu,\r\n      13\r\n        Feb\r\n          1969\r\n      23:32\r\n               -0330 (Newfoundland Time)", "Thu, 13 Feb 1969 23:32:00 -0330 -27723480"),
        ("21 Nov 97 09:55:06 GMT", "Fri, 21 Nov 1997 09:55:06 +0000 880106106"),
        ("Fri, 21 Nov 1997 09(comment):   55  :  06 -0600", "Fri, 21 Nov 1997 09:55:06 -0600 880127706"),
        ("1 Jan 49 00:00 EST", "Fri, 1 Jan 2049 00:00:00 -0500 2493090000"),
        ("1 Jan 101 00:00 Z", "Mon, 1 Jan 2001 00:00:00 +0000 978307200"),
        ("Mon Jan  1 12:00:00 2001", "Mon, 1 Jan 2001 12:00:00 +0000 978350400"),
        ("Mon Jan  1 12:00:00 PST 2001", "Mon, 1 Jan 2001 12:00:00 +0000 978350400"),
        ("Nov 21, 1997 09:55", "Fri, 21 Nov 1997 09:55:00 +0000 880106100"),
        ("21-Nov-1997 09:55:06 +02:00", "Fri, 21 Nov 1997 09:55:06 +0200 880098906"),
        ("21 Nov 1997 09.55.06 GMT+0100", "Fri, 21 Nov 1997 09:55:06 +0100 880102506"),
        // RFC 5256 §2.2: a time that is none is midnight, a zone that is none is UTC.
        ("21 Nov 1997 29:55:06 -0600", "Fri, 21 Nov 1997 00:00:00 -0600 880092000"),
        ("21 Nov 1997", "Fri, 21 Nov 1997 00:00:00 +0000 880070400"),
        ("21 Nov 1997 09:55:60 X", "Fri, 21 Nov 1997 09:55:59 +0000 880106159"),
    ])
    func forms(value: String, expected: String) { #expect(read(value) == expected) }

    @Test("no day, no date", arguments: ["", "yesterday", "31 Feb 2001 00:00 +0000", "Fri, Nov", "1 2 3 4 5 6 7 8 9", "99999999999999999999 Jan 2000", "1 Jan 99999 0:0"])
    func none(value: String) { #expect(MessageDate(slice(value)) == nil) }

    @Test("what is written is read")
    func roundTrip() {
        var random = SeededGenerator(state: 3)
        for _ in 0..<500 {
            guard let local = CivilDateTime(wallSeconds: Int64.random(in: -2_000_000_000...8_000_000_000, using: &random)) else { continue }
            let date = MessageDate(local: local, offsetMinutes: Int.random(in: -1439...1439, using: &random))
            #expect(MessageDate(date.bytes[...]) == date)
        }
    }
}
