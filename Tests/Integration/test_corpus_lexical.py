"""The corpus of odd iCalendar text (L1 to L18): each row is one object and what must become of it.

`TAKEN` means 201, and every byte comes back; `IDENTITY` that the server knows its UID, which a second object with that UID proves."""
import pytest

from dav import name
from objects import calendar, card, crlf, event

HEAD = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n"
TAIL = "END:VCALENDAR\r\n"


def vevent(*lines, uid="corpus"):
    return HEAD + "BEGIN:VEVENT\r\nUID:" + uid + "\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20260601T100000Z\r\n" + "".join(x + "\r\n" for x in lines) + "END:VEVENT\r\n" + TAIL


PLAIN = vevent("SUMMARY:x")
UTF8_FOLD = vevent("SUMMARY:Grüße").encode().replace("ü".encode(), b"\xc3\r\n \xbc")

TAKEN = {
    "L1 bare LF": PLAIN.replace("\r\n", "\n"), "L1 bare CR": PLAIN.replace("\r\n", "\r"),
    "L1 mixed": PLAIN.replace("\r\n", "\n", 3), "L1 trailing blank lines": PLAIN + "\r\n\r\n\n", "L1 leading blank lines": "\r\n\r\n" + PLAIN,
    "L1 blank lines inside": PLAIN.replace("UID", "\r\nUID"), "L1 BOM": "\ufeff" + PLAIN, "L1 no last line end": PLAIN.rstrip("\r\n"),
    "L2 fold in a UTF-8 sequence": UTF8_FOLD,
    "L3 fold in an escape": vevent("DESCRIPTION:a\\\r\n nb"), "L3 fold in a parameter": vevent("ATTENDEE;CN=An\r\n na:mailto:a@example.org"),
    "L3 fold in a quoted parameter": vevent('ATTENDEE;CN="An\r\n na; Example":mailto:a@example.org'), "L3 fold with TAB": vevent("SUMMARY:a\r\n\tb"),
    "L3 empty continuation": vevent("SUMMARY:a\r\n \r\n b"), "L3 fold in the UID": PLAIN.replace("UID:corpus", "UID:cor\r\n pus"),
    "L4 1 MB attachment on one line": vevent("ATTACH;ENCODING=BASE64;VALUE=BINARY:" + "QUJD" * 250_000),
    "L4 10 KB parameter": vevent('X-APPLE-STRUCTURED-LOCATION;X-TITLE="' + "x" * 10_000 + '":geo:1,2'),
    "L5 escapes": vevent("DESCRIPTION:\\n \\N \\, \\; \\\\ \\: \\\" \\  \\x \\"), "L5 trailing backslash": vevent("SUMMARY:x\\"),
    "L6 caret escapes": vevent("ATTENDEE;CN=a^nb^'c^^d:mailto:a@example.org"), "L6 unquoted comma and colon": vevent("X-A;B=a,b;C=http://x:y"),
    "L6 quote in the middle": vevent('X-A;B=a"b"c:v'), "L6 parameter without a value": vevent("X-A;B=:v"), "L6 a bare word": vevent("X-A;HOME:v"),
    "L6 repeated parameter": vevent("X-A;B=1;B=2:v"), "L6 an open quote": vevent('X-A;B="open:v'),
    "L7 lower case": PLAIN.lower().replace("uid:corpus", "uid:corpus"), "L7 mixed case": PLAIN.replace("BEGIN:VEVENT", "Begin:vEvent"),
    "L8 groups": vevent("item1.X-A:1", "A.b.X-C:2"), "L10 markup": vevent("SUMMARY:]]> & <b> \"q\" 'a'"),
    "L11 unknown things": vevent("X-UNKNOWN;X-P=1:v", "IANA-NEW:v", "BEGIN:X-COMP", "X-A:1", "BEGIN:X-INNER", "END:X-INNER", "END:X-COMP"),
    "L11 an unknown component beside": PLAIN.replace(TAIL, "BEGIN:X-OTHER\r\nUID:other\r\nEND:X-OTHER\r\n" + TAIL),
    "L12 no final END": PLAIN.replace(TAIL, ""),
    "L13 no VERSION": PLAIN.replace("VERSION:2.0\r\n", ""), "L13 no PRODID": PLAIN.replace("PRODID:x\r\n", ""),
    "L13 no DTSTAMP": PLAIN.replace("DTSTAMP:20260101T000000Z\r\n", ""),
    "L15 identical rules": vevent("RRULE:FREQ=DAILY", "RRULE:FREQ=DAILY"), "L15 two rules": vevent("RRULE:FREQ=DAILY", "RRULE:FREQ=WEEKLY"),
    "L15 two summaries": vevent("SUMMARY:a", "SUMMARY:b"), "L15 identical DTSTART": vevent("DTSTART:20260601T100000Z"),
    "L16 URIs": vevent("ORGANIZER:MAILTO:A@Example.org", "ATTENDEE:mailto:%D0%B0@example.org", "ATTENDEE:mailto: a b@example.org", "ATTENDEE:mailto:",
                       "ATTENDEE:invalid:nomail", "ATTENDEE:urn:uuid:1", "ATTENDEE:/principals/a/", "ATTENDEE:http://example.org/principals/a/"),
    "V10 a long UID": vevent(uid="u" * 1000), "V10 an odd UID": vevent(uid="a/b%c {d} é\\,;"), "V9 odd values": vevent("GEO:north", "URL:", "LOCATION:", "SUMMARY:"),
}


@pytest.mark.parametrize("row", TAKEN)
def test_what_is_taken_comes_back_as_it_was_sent(user, dav, row):
    data = TAKEN[row] if isinstance(TAKEN[row], bytes) else TAKEN[row].encode()
    put = dav.put(user.calendar + "x.ics", data)
    assert put.status == 201, put
    got = dav.get(user.calendar + "x.ics")
    assert got.body == data
    assert put.etag in (None, got.etag)
    other = dav.multiget(user.calendar, [user.calendar + "x.ics"]).multistatus().only()
    assert other.text("C:calendar-data") is not None


@pytest.mark.parametrize("row", [r for r in TAKEN if not r.startswith("V10")])
def test_its_uid_is_known_all_the_same(user, dav, row):
    data = TAKEN[row] if isinstance(TAKEN[row], bytes) else TAKEN[row].encode()
    dav.put(user.calendar + "x.ics", data)
    refused = dav.put(user.calendar + "y.ics", event("corpus"))
    assert refused.status == 403, refused
    assert refused.error("C:no-uid-conflict").findtext(name("D:href")) == user.calendar + "x.ics"


REFUSED = {
    "L12 two calendars": PLAIN + PLAIN.replace("corpus", "second"),
    "L15 two DTSTART": vevent("DTSTART:20260602T100000Z"), "L18 vCalendar 1.0": PLAIN.replace("VERSION:2.0", "VERSION:1.0"),
    "V10 an empty UID": vevent(uid=""), "V14 a zone only": calendar("BEGIN:VTIMEZONE", "TZID:x", "END:VTIMEZONE"),
}


@pytest.mark.parametrize("row", REFUSED)
def test_what_has_no_identity_is_refused(user, dav, row):
    response = dav.put(user.calendar + "x.ics", REFUSED[row])
    assert response.status == 403, response
    assert set(response.errors()) & {name("C:valid-calendar-data"), name("C:valid-calendar-object-resource"), name("C:supported-calendar-data")}
    assert dav.get(user.calendar + "x.ics").status == 404


@pytest.mark.parametrize("data", [vevent("SUMMARY:a\x00b").encode(), vevent("SUMMARY:").encode().replace(b"SUMMARY:", b"SUMMARY:\xc0\xaf"),
                                  vevent("SUMMARY:").encode().replace(b"SUMMARY:", b"SUMMARY:\xed\xa0\x80"), vevent("SUMMARY:Gr\xfc\xdfe").encode("latin-1"),
                                  vevent("SUMMARY:\x01\x02\x1f\x7f").encode(), vevent("SUMMARY:\ufffe\uffff").encode(), b"\xff\xfe" + PLAIN.encode("utf-16-le"),
                                  vevent("SUMMARY:text after").encode() + b"garbage\r\n", PLAIN.replace("END:VEVENT", "END:VTODO").encode()],
                         ids=["NUL", "overlong", "surrogate", "Latin-1", "controls", "noncharacters", "UTF-16", "text after the end", "an END of another"])
def test_bytes_that_are_no_text_never_break_an_answer(user, dav, data):
    """L9, L12: taken or refused, but an answer with them in it is well-formed and has the others."""
    dav.put(user.calendar + "good.ics", event("good"))
    put = dav.put(user.calendar + "x.ics", data)
    assert put.status in (201, 403), put
    rows = dav.sync(user.calendar, "", "D:getetag", "C:calendar-data").multistatus()
    assert rows.row(user.calendar + "good.ics").text("C:calendar-data") == event("good")
    if put.status == 201:
        assert dav.get(user.calendar + "x.ics").body == data
        assert rows.row(user.calendar + "x.ics").text("D:getetag")
    assert dav.get(user.calendar).status == 200, "the export too"


def test_a_method_is_decided_once(user, dav):
    """L14: refused by PUT (RFC 4791 §4.1), taken by import"""
    body = PLAIN.replace("PRODID:x", "PRODID:x\r\nMETHOD:PUBLISH")
    put = dav.put(user.calendar + "x.ics", body)
    assert put.status == 403, put
    done = user.server.run("import", user.calendar, "-", input=body)
    assert "created 1" in done.out


def test_import_takes_what_put_refuses(server, user, dav):
    """L12, L18: two calendars in one file, vCalendar 1.0"""
    both = PLAIN + PLAIN.replace("corpus", "second")
    assert "created 2" in server.run("import", user.calendar, "-", input=both).out
    old = crlf("BEGIN:VCALENDAR\nVERSION:1.0\nPRODID:x\nBEGIN:VEVENT\nUID:old\nDTSTART:20260601T100000Z\nDTEND:20260601T110000Z\n"
               "SUMMARY;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Gr=C3=BC=C3=9Fe=20an=\n=20alle\nEND:VEVENT\nEND:VCALENDAR")
    assert "created 1" in server.run("import", user.calendar, "-", input=old).out
    rows = dav.sync(user.calendar, "", "D:getetag", "C:calendar-data").multistatus()
    data = [r.text("C:calendar-data") for r in rows if r.path != user.calendar and "UID:old" in r.text("C:calendar-data")]
    assert len(data) == 1 and "VERSION:2.0" in data[0] and "SUMMARY:Grüße an alle" in data[0]


def test_cards_in_the_same_lexical_forms(user, dav):
    base = card("corpus")
    for n, text in enumerate((base.replace("\r\n", "\n"), base.replace("\r\n", "\r"), "\ufeff" + base, base + "\r\n\r\n", base.rstrip("\r\n"), base.lower().replace("fn:", "FN:"),
                              base.replace("FN:", "item1.FN:"), base.replace("FN:Anna", "FN:An\r\n na"), base.replace("END:VCARD\r\n", "X-A;B:\r\nEND:VCARD\r\n"))):
        put = dav.put_card(user.book + "x.vcf", text)
        assert put.status in (201, 204), (n, put)
        assert dav.get(user.book + "x.vcf").body == text.encode(), n
