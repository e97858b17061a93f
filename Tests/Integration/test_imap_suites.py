"""What public suites of tests ask of an IMAP server beyond single sentences of the RFCs: whole dialogues, with the forms that Dovecot's and Cyrus'
programs take and give."""
import base64
import re

import pytest

PLAIN = b"From: a@example.org\r\nSubject: %d\r\n\r\nbody %d\r\n"


@pytest.fixture
def box(imap):
    """Five messages, selected."""
    for number in range(5):
        imap.append("box", PLAIN % (number, number))
    imap.ok("SELECT box")
    return imap


def lines(answer, word):
    return [line.decode() for line in answer.all(word)]


# Numbers


@pytest.mark.parametrize("key, found", [
    ("6:*", "5"), ("*:6", "5"), ("*", "5"), ("4:2", "2 3 4"), ("1,4,*", "1 4 5"), ("1000", ""), ("not 1000", "1 2 3 4 5"), ("uid 1000:*", "5"),
    ("or 1 1000", "1"), ("1:3 not uid 2", "1 3")])
def test_a_search_by_numbers_that_no_message_has_finds_nothing(box, key, found):
    assert lines(box.ok(f"SEARCH {key}"), "SEARCH") == [f"* SEARCH {found}".strip()]


def test_an_extended_search_by_numbers_that_no_message_has(box):
    for option, result in [("", ""), ("MIN", ""), ("COUNT", " COUNT 0")]:
        for uid, mark in [("", ""), ("UID ", " UID")]:
            answer = box.ok(f"{uid}SEARCH RETURN ({option}) {'UID ' if uid else ''}1000")
            assert re.sub(r'\(TAG "\w+"\)', "", lines(answer, "ESEARCH")[0]) == f"* ESEARCH {mark}{result}"
    # What is fetched or changed must be there (RFC 9051 §9: seq-number).
    box.bad("FETCH 1000 FLAGS")
    box.bad("STORE 1000 +FLAGS (x)")


def test_sorted_results_are_sets_where_they_follow_each_other(box):
    for option, result in [("MIN", "MIN 1"), ("MAX", "MAX 5"), ("ALL", "ALL 1:5"), ("COUNT", "COUNT 5")]:
        assert lines(box.ok(f"SORT RETURN ({option}) (ARRIVAL) US-ASCII 1:5"), "ESEARCH")[0].endswith(result)


def test_parts_of_a_result(box):
    for asked, told in [("1:1", "(1:1 1)"), ("2:4", "(2:4 2:4)"), ("1:6", "(1:6 1:5)"), ("7:9", "(7:9 NIL)")]:
        assert lines(box.ok(f"SEARCH RETURN (PARTIAL {asked}) ALL"), "ESEARCH")[0].endswith(f"PARTIAL {told}")
    for wrong in ["1", "1:*", "*:1"]:
        box.bad(f"SEARCH RETURN (PARTIAL {wrong}) ALL")


def test_nil_is_a_word_where_a_string_stands(imap):
    imap.append("INBOX", b"Subject: nil\r\n\r\nNil\r\n")
    imap.ok("SELECT INBOX")
    assert lines(imap.ok("SEARCH SUBJECT NIL"), "SEARCH") == ["* SEARCH 1"]
    assert lines(imap.ok("SEARCH BODY nil"), "SEARCH") == ["* SEARCH 1"]
    imap.ok('LIST "" NIL')


# Searching addresses


def test_addresses_are_searched_as_the_envelope_has_them(imap):
    # RFC 9051 §6.4.4: "in the envelope structure's FROM field"
    messages = [
        b"From: user-from@domain.org", b"From: Real <user-from@domain.org>", b"From: <user-from (comment)@ (comment) domain.org>",
        b"From: user-from@domain.org (Real)", b'From: "user-from"@domain.org', b"From: one@domain.org, two@domain.org",
        b"To: names: first@domain.org, second@domain.org;,\r\n others: third@domain.org;"]
    for message in messages:
        imap.append("INBOX", message + b"\r\n\r\nbody\r\n")
    # So many that the index is asked.
    for number in range(20):
        imap.append("INBOX", PLAIN % (number, number))
    imap.ok("SELECT INBOX")
    for _ in range(2):
        for key, found in [
                ("FROM user-from@domain.org", "1 2 3 4 5"), ("FROM real", "2 4"), ("FROM ser-fro", "1 2 3 4 5"), ("FROM one@", "6"), ("TO names", "7"),
                ("TO others", "7"), ("TO third@domain", "7"), ("TO fourth", ""), ('HEADER TO ""', "7"), ("TEXT user-from@domain.org", "1 2 3 4 5"),
                ("HEADER From user-from@domain.org", "1 2 3 4 5"), ("FROM (comment)", "3")]:
            key = key.replace("(comment)", '"(comment)"')
            assert lines(imap.ok(f"SEARCH {key}"), "SEARCH") == [f"* SEARCH {found}".strip()], key
        imap.ok("NOOP")


# Envelopes and structures


def test_envelopes_of_odd_headers(imap):
    for header in [
            b"From: user@domain (Real Name)\r\nTo: group: g1@d1.org, g2@d2.org;, group2: g3@d3.org;",
            b"From: user@domain\r\nSender: \r\nReply-To: ", b"From: <@route:user@domain>"]:
        imap.append("INBOX", b"Date: Sat, 01 Feb 2007 01:02:03 +0200\r\n" + header + b"\r\n\r\nbody\r\n")
    imap.ok("SELECT INBOX")
    told = [line.split("ENVELOPE ", 1)[1] for line in lines(imap.ok("FETCH 1:* ENVELOPE"), "FETCH")]
    date = '("Sat, 01 Feb 2007 01:02:03 +0200" NIL '
    one = '(("Real Name" NIL "user" "domain"))'
    group = '((NIL NIL "group" NIL)(NIL NIL "g1" "d1.org")(NIL NIL "g2" "d2.org")(NIL NIL NIL NIL)(NIL NIL "group2" NIL)(NIL NIL "g3" "d3.org")(NIL NIL NIL NIL))'
    assert told[0] == f"{date}{one} {one} {one} {group} NIL NIL NIL NIL))"
    two = '((NIL NIL "user" "domain"))'
    assert told[1] == f"{date}{two} {two} {two} NIL NIL NIL NIL NIL))"
    three = '((NIL "@route" "user" "domain"))'
    assert told[2] == f"{date}{three} {three} {three} NIL NIL NIL NIL NIL))"


def test_a_boundary_that_is_folded(imap):
    imap.append("INBOX", b'Content-Type: multipart/mixed; boundary="foo\r\n bar"\r\n\r\n--foo bar\r\nContent-Type: text/html; charset=us-ascii\r\n\r\n'
                b"hello\r\n\r\n--foo bar--\r\n")
    imap.ok("SELECT INBOX")
    assert lines(imap.ok("FETCH 1 BODY"), "FETCH") == [
        '* 1 FETCH (BODY (("text" "html" ("charset" "us-ascii") NIL NIL "7bit" 7 1) "mixed"))']


NESTED = (b"From: user@domain.org\r\nMIME-Version: 1.0\r\nContent-Type: message/rfc822\r\n\r\nFrom: sub@domain.org\r\nSubject: submsg\r\n"
          b"Content-Type: multipart/digest; boundary=\"foo\"\r\n\r\nprologue\r\n\r\n--foo \r\n\r\nFrom: m1@example.com\r\nSubject: m1\r\n\r\nm1 body\r\n"
          b"\r\n--foo \r\nX-Mime: m2 header\r\n\r\nFrom: m2@example.com\r\nSubject: m2\r\n\r\nm2 body\r\n\r\n--foo--\r\n\r\nepilogue\r\n\r\n")


@pytest.mark.parametrize("section, content", [
    ("TEXT", NESTED.split(b"\r\n\r\n", 1)[1]), ("1", NESTED.split(b"\r\n\r\n", 1)[1]),
    ("1.HEADER", b"From: sub@domain.org\r\nSubject: submsg\r\nContent-Type: multipart/digest; boundary=\"foo\"\r\n\r\n"),
    ("1.TEXT", NESTED.split(b"\r\n\r\n", 2)[2]), ("1.1", b"From: m1@example.com\r\nSubject: m1\r\n\r\nm1 body\r\n"), ("1.1.MIME", b"\r\n"),
    ("1.1.HEADER", b"From: m1@example.com\r\nSubject: m1\r\n\r\n"), ("1.1.TEXT", b"m1 body\r\n"), ("1.2.MIME", b"X-Mime: m2 header\r\n\r\n"),
    ("1.2.TEXT", b"m2 body\r\n"), ("HEADER.FIELDS (xyz)", b"\r\n")])
def test_sections_of_messages_within_messages(imap, section, content):
    imap.append("INBOX", NESTED)
    imap.ok("SELECT INBOX")
    assert content in imap.ok(f"FETCH 1 BODY.PEEK[{section}]").one("FETCH")
    assert f"{{{len(content)}}}".encode() in imap.ok(f"FETCH 1 BODY.PEEK[{section}]").one("FETCH")


def test_binary_of_what_has_no_encoding(imap):
    part = b"Content-Type: text/x-own; charset=us-ascii\r\n\r\n"
    imap.append("INBOX", b"From: a@b\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n" + part + b"hello\r\n\r\n--x--\r\n")
    imap.ok("SELECT INBOX")
    for section, content in [("1.MIME", part), ("1", b"hello\r\n"), ("HEADER.FIELDS (From X-Foo)", b"From: a@b\r\n\r\n")]:
        assert content in imap.ok(f"FETCH 1 BINARY.PEEK[{section}]").one("FETCH")
        assert imap.ok(f"FETCH 1 BINARY.SIZE[{section}]").one("FETCH").endswith(f"BINARY.SIZE[{section}] {len(content)})".encode())
    assert b'BINARY[1]<2> {5}\r\nllo\r\n' in imap.ok("FETCH 1 BINARY.PEEK[1]<2>").one("FETCH")
    assert b"BODY[1]<2> {5}\r\nllo\r\n" in imap.ok("FETCH 1 BODY.PEEK[1]<2>").one("FETCH")


@pytest.mark.parametrize("encoding, sent, decoded", [
    ("base64", b"aGVs\r\nbG8gd29y\r\nbGQ=\r\n", b"hello world"), ("base64", b"  aGVs    \r\n bG8g  \r\n   d29y  \t \r\n    bGQ= \r\n\r\n", b"hello world"),
    ("quoted-printable", b"a=\r\nb=20 \r\nc_d\r\n", b"ab \r\nc_d\r\n"), ("7bit", b"plain\r\n", b"plain\r\n")])
def test_binary_with_partials(imap, encoding, sent, decoded):
    imap.append("INBOX", f"Content-Type: text/plain\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n".encode() + sent)
    imap.ok("SELECT INBOX")
    assert imap.ok("FETCH 1 BINARY.SIZE[1]").one("FETCH").endswith(f" {len(decoded)})".encode())
    for start, count in [(0, 100), (0, 3), (2, 4), (len(decoded), 5)]:
        piece = decoded[start:start + count]
        told = b'""' if not piece else b"{%d}\r\n%s" % (len(piece), piece)
        assert b"BINARY[1]<%d> %s)" % (start, told) in imap.ok(f"FETCH 1 BINARY.PEEK[1]<{start}.{count}>").one("FETCH")


# \Recent


def test_recent_is_told_to_one_session(user):
    first, second, third = user.imap(), user.imap(), user.imap()
    first.ok("CREATE box")
    first.ok("SELECT box")
    second.ok("SELECT box")
    for _ in range(2):
        first.append("box", PLAIN % (1, 1))
        second.ok("NOOP")
        assert b"RECENT 0" in third.ok("STATUS box (MESSAGES UNSEEN RECENT)").one("STATUS")
    told = [re.findall(rb"\* (\d) FETCH \(FLAGS \(\\Recent\)\)", b"\n".join(session.ok("FETCH 1:* FLAGS").untagged)) for session in (first, second)]
    assert sorted(told[0] + told[1]) == [b"1", b"2"]
    third.append("box", PLAIN % (2, 2))
    answer = second.ok("NOOP")
    assert answer.all("EXISTS") and answer.all("RECENT")


def test_recent_outlives_a_restart_of_sessions(user):
    imap = user.imap()
    imap.ok("CREATE box")
    for _ in range(2):
        imap.append("box", PLAIN % (1, 1))
    answer = user.imap().ok("SELECT box")
    assert answer.all("RECENT") == [b"* 2 RECENT"] and answer.code("UNSEEN") == "1"
    assert user.imap().ok("SELECT box").all("RECENT") == [b"* 0 RECENT"]


# What others have expunged


def test_what_others_have_expunged_is_told_by_its_code(user, box):
    other = user.imap()
    box.ok("CREATE target")
    other.ok("SELECT box")
    other.ok("STORE 2 +FLAGS (\\Deleted)")
    other.ok("EXPUNGE")
    # The numbers are those that this session knows.
    answer = box.ok("COPY 1:3 target")
    assert answer.code("EXPUNGEISSUED") is not None and answer.code("COPYUID").split()[1:] == ["1,3", "1:2"]
    other.ok("STORE 1 +FLAGS (\\Deleted)")
    other.ok("EXPUNGE")
    assert box.ok("UID STORE 1 +FLAGS (x)").status == "OK"
    box.ok("NOOP")
    other.ok("STORE 1 +FLAGS (\\Deleted)")
    other.ok("EXPUNGE")
    answer = box.ok("STORE 1:2 +FLAGS (y)")
    assert answer.code("EXPUNGEISSUED") is not None
    assert box.ok("NOOP").all("EXPUNGE")


def test_copies_to_a_mailbox_that_one_may_only_add_to_tell_no_uids(user, other):
    # RFC 4315 §3
    owner, sharee = user.imap(), other.imap()
    owner.ok("CREATE drop")
    owner.ok(f"SETACL drop {other.address} i")
    sharee.append("INBOX", PLAIN % (1, 1))
    sharee.ok("SELECT INBOX")
    for command in ["COPY", "MOVE"]:
        answer = sharee.ok(f'{command} 1 "Other Users/{user.name}/drop"')
        assert answer.code("COPYUID") is None
    assert b"MESSAGES 2" in owner.ok("STATUS drop (MESSAGES)").one("STATUS")


# URLs


def test_urls_are_fetched_decoded_and_with_their_structure(user):
    # RFC 5524
    imap = user.imap()
    imap.append("INBOX", b'Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/x-own; charset=us-ascii\r\nContent-Transfer-Encoding: base64'
                b"\r\n\r\n" + base64.b64encode(b"hello world") + b"\r\n--x\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: x-none\r\n\r\nwhat\r\n--x--\r\n")
    urls = []
    for section in ["/;SECTION=1", "/;SECTION=2", "/;SECTION=1.MIME", ""]:
        answer = imap.ok(f'GENURLAUTH "imap://{user.address.replace("@", "%40")}@localhost/INBOX/;UID=1{section};URLAUTH=user+{user.address.replace("@", "%40")}" INTERNAL')
        urls.append(re.search(r'"?(imap://[^" ]+)', answer.one("GENURLAUTH").decode())[1])
    one, two, mime, whole = urls

    def fetched(url, what):
        return imap.ok(f'URLFETCH ("{url}" {what})').one("URLFETCH").split(url.encode(), 1)[1].lstrip(b'"').strip()

    coded = base64.b64encode(b"hello world")
    assert fetched(one, "BINARY") == b"(BINARY {11}\r\nhello world)"
    assert fetched(one, "BODY") == b"(BODY {%d}\r\n%s)" % (len(coded), coded)
    assert fetched(one, "BODYPARTSTRUCTURE") == b'(BODYPARTSTRUCTURE ("text" "x-own" ("charset" "us-ascii") NIL NIL "base64" %d 0 NIL NIL NIL NIL))' % len(coded)
    assert fetched(one, "BODYPARTSTRUCTURE BINARY") == (
        b'(BODYPARTSTRUCTURE ("text" "x-own" ("charset" "us-ascii") NIL NIL "7BIT" 11 0 NIL NIL NIL NIL)) (BINARY {11}\r\nhello world)')
    assert fetched(two, "BINARY") == b"(BINARY NIL)"
    assert fetched(mime, "BINARY BODYPARTSTRUCTURE").startswith(b"(BINARY {")
    assert fetched(whole, "BODYPARTSTRUCTURE").startswith(b'(BODYPARTSTRUCTURE (("text" "x-own"')
    assert fetched(one + "0", "BINARY") == b"NIL"
    imap.bad(f'URLFETCH ("{one}" BODY BINARY)')
    imap.bad(f'URLFETCH ("{one}" NONSENSE)')
    answer = imap.ok(f'URLFETCH ("{one}" BINARY) "{one}"').one("URLFETCH")
    assert answer.count(b"hello world") == 1 and answer.endswith(coded)
    # What URLFETCH gives, CATENATE takes.
    assert imap.ok([b"APPEND INBOX CATENATE (TEXT {12}\r\n", b'A: b\r\n\r\n1234 URL "%s")' % whole.encode()]).code("APPENDUID")
    assert imap.no(f'APPEND INBOX CATENATE (URL "{whole}0")').code("BADURL") is not None


# Capabilities


def test_capabilities_are_switched_off_by_the_administrator(server, user):
    server.run("mail", "capability", user.address, "IDLE", "off")
    server.run("mail", "capability", user.address, "compress=deflate", "off")
    assert server.run("mail", "capability", user.address).stdout.decode() == "IDLE off\nCOMPRESS=DEFLATE off\n"
    imap = user.imap()
    told = imap.ok("CAPABILITY").one("CAPABILITY").split()
    assert b"IDLE" not in told and b"COMPRESS=DEFLATE" not in told and b"IMAP4rev2" not in told and b"IMAP4rev1" in told
    imap.bad("IDLE")
    imap.bad("COMPRESS DEFLATE")
    server.run("mail", "capability", user.address, "IDLE", "on")
    assert b"IDLE" in user.imap().ok("CAPABILITY").one("CAPABILITY").split()
    assert "there are: IMAP4rev2 ID" in server.run("mail", "capability", user.address, "NONSENSE", "off", check=False).stderr.decode()
