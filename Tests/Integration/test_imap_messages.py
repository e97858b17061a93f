"""APPEND, SELECT, FETCH, STORE, COPY, MOVE, EXPUNGE (RFC 9051 §6.3.12, §6.4)."""
import re

import pytest

SIMPLE = (b"Date: Mon, 7 Feb 1994 21:52:25 -0800 (PST)\r\nFrom: Fred Foobar <foobar@Blurdybloop.example>\r\n"
          b"Subject: afternoon meeting\r\nTo: mooch@owatagu.siam.edu.example\r\n"
          b"Message-Id: <B27397-0100000@Blurdybloop.example>\r\nMIME-Version: 1.0\r\n"
          b"Content-Type: TEXT/PLAIN; CHARSET=US-ASCII\r\n\r\n"
          b"Hello Joe, do you think we can meet at 3:30 tomorrow?\r\n\r\n")
MIXED = (b"From: a@example.org\r\nSubject: =?UTF-8?B?0J/RgNC40LLQtdGC?=\r\nMIME-Version: 1.0\r\n"
         b"Content-Type: multipart/mixed; boundary=b\r\n\r\npreamble\r\n"
         b"--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nca=66=C3=A9\r\n"
         b"--b\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n"
         b"Content-Disposition: attachment; filename=x.bin\r\n\r\nAAECAw==\r\n"
         b"--b\r\nContent-Type: message/rfc822\r\n\r\n" + SIMPLE + b"\r\n--b--\r\n")


def literal(line):
    return re.search(rb"\{(\d+)\}\r\n", line)


def body(line):
    match = literal(line)
    return line[match.end():match.end() + int(match.group(1))]


def fetch(imap, items, uid=1):
    return imap.ok(f"UID FETCH {uid} {items}").one("FETCH")


def test_select_tells_what_is_there(imap):
    imap.append("box", SIMPLE)
    answer = imap.ok("SELECT box")
    assert answer.one("EXISTS") == b"* 1 EXISTS"
    assert b"\\Deleted" in answer.one("FLAGS")
    assert answer.code("UIDNEXT") == "2" and int(answer.code("UIDVALIDITY")) > 0
    assert answer.code("PERMANENTFLAGS").endswith("\\*)")
    assert answer.code("READ-WRITE") is not None and int(answer.code("HIGHESTMODSEQ")) > 0
    assert imap.ok("EXAMINE box").code("READ-ONLY") is not None


def test_a_message_comes_back_byte_for_byte(imap):
    for message in (SIMPLE, MIXED, b"x", b"no header at all\r\n" * 3, b"Subject: " + b"y" * 5000 + b"\r\n\r\n" + b"z" * 300_000 + b"\r\n"):
        imap.append("box", message)
        imap.ok("SELECT box")
        line = imap.ok("FETCH * (BODY.PEEK[] RFC822.SIZE)").one("FETCH")
        assert body(line) == message
        assert b"RFC822.SIZE %d" % len(message) in line


def test_the_envelope_of_the_rfcs_example(imap):
    # RFC 3501 §8
    imap.append("box", SIMPLE)
    imap.ok("SELECT box")
    assert fetch(imap, "ENVELOPE") == (
        b'* 1 FETCH (UID 1 ENVELOPE ("Mon, 7 Feb 1994 21:52:25 -0800 (PST)" "afternoon meeting" '
        b'(("Fred Foobar" NIL "foobar" "Blurdybloop.example")) (("Fred Foobar" NIL "foobar" "Blurdybloop.example")) '
        b'(("Fred Foobar" NIL "foobar" "Blurdybloop.example")) ((NIL NIL "mooch" "owatagu.siam.edu.example")) NIL NIL NIL '
        b'"<B27397-0100000@Blurdybloop.example>"))')


def test_the_structure_of_a_multipart(imap):
    imap.append("box", MIXED)
    imap.ok("SELECT box")
    line = fetch(imap, "BODYSTRUCTURE")
    assert b'("text" "plain" ("charset" "utf-8") NIL NIL "quoted-printable" 11 ' in line
    assert b'("attachment" ("filename" "x.bin"))' in line and b'"mixed" ("boundary" "b")' in line
    assert b'"attachment"' not in fetch(imap, "BODY")


@pytest.mark.parametrize("section, content", [
    ("1", b"ca=66=C3=A9"), ("2", b"AAECAw=="), ("2.MIME", b"Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n"
     b"Content-Disposition: attachment; filename=x.bin\r\n\r\n"), ("3.1", SIMPLE.partition(b"\r\n\r\n")[2]),
    ("3.HEADER", SIMPLE.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"), ("3.TEXT", SIMPLE.partition(b"\r\n\r\n")[2]),
    ("3.HEADER.FIELDS (subject)", b"Subject: afternoon meeting\r\n\r\n"), ("HEADER.FIELDS (FROM X-NONE)", b"From: a@example.org\r\n\r\n"),
    ("HEADER", MIXED.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"), ("TEXT", MIXED.partition(b"\r\n\r\n")[2]),
])
def test_a_section_is_its_bytes(imap, section, content):
    imap.append("box", MIXED)
    imap.ok("SELECT box")
    line = fetch(imap, f"BODY.PEEK[{section}]")
    assert f"BODY[{section}]".encode() in line
    assert body(line) == content


def test_a_part_that_is_not_there_is_nil(imap):
    imap.append("box", MIXED)
    imap.ok("SELECT box")
    assert b"BODY[7] NIL" in fetch(imap, "BODY.PEEK[7]")


def test_partials_tell_their_origin_and_are_empty_past_the_end(imap):
    imap.append("box", SIMPLE)
    imap.ok("SELECT box")
    line = fetch(imap, "BODY.PEEK[]<5.7>")
    assert b"BODY[]<5> {7}" in line and body(line) == SIMPLE[5:12]
    # iOS hangs on {0}.
    assert b'BODY[]<100000> ""' in fetch(imap, "BODY.PEEK[]<100000.10>")


def test_binary_undoes_the_encoding(imap):
    # RFC 3516
    imap.append("box", MIXED)
    imap.ok("SELECT box")
    assert body(fetch(imap, "BINARY.PEEK[1]")) == "café".encode()
    assert b"BINARY[2] ~{4}\r\n\0\1\2\3" in fetch(imap, "BINARY.PEEK[2]")
    assert b"BINARY.SIZE[2] 4" in fetch(imap, "BINARY.SIZE[2]")
    assert body(fetch(imap, "BINARY.PEEK[1]<1.2>")) == b"af"


def test_reading_a_body_sets_seen_and_peeking_does_not(imap):
    imap.append("box", SIMPLE)
    imap.ok("SELECT box")
    fetch(imap, "BODY.PEEK[TEXT]")
    assert b"FLAGS (\\Recent)" in fetch(imap, "FLAGS")
    assert b"FLAGS (\\Recent \\Seen)" in fetch(imap, "BODY[TEXT]")
    assert b"FLAGS (\\Recent \\Seen)" in fetch(imap, "FLAGS")


def test_the_dates_are_those_that_were_given(imap):
    imap.append("box", SIMPLE, '(\\Flagged $Important) " 7-Feb-1994 22:43:04 -0800" ')
    imap.ok("SELECT box")
    line = fetch(imap, "(INTERNALDATE FLAGS SAVEDATE EMAILID THREADID)")
    assert b'INTERNALDATE " 7-Feb-1994 22:43:04 -0800"' in line and b"FLAGS (\\Recent \\Flagged $Important)" in line
    assert re.search(rb"EMAILID \(M[0-9]+\) THREADID \(T[0-9a-f]+\)", line)


def test_a_preview_is_the_first_words(imap):
    # RFC 8970
    imap.append("box", SIMPLE)
    imap.ok("SELECT box")
    assert b'PREVIEW "Hello Joe, do you think we can meet at 3:30 tomorrow?"' in fetch(imap, "PREVIEW")


def test_flags_are_added_removed_replaced_and_told(imap):
    for _ in range(3):
        imap.append("box", SIMPLE)
    imap.ok("SELECT box")
    assert [line for line in imap.ok("STORE 1:2 +FLAGS (\\Seen work)").all("FETCH") if b"\\Seen work" in line].__len__() == 2
    assert imap.ok("STORE 1 -FLAGS.SILENT (\\Seen)").all("FETCH") == []
    assert b"FLAGS (\\Recent work)" in fetch(imap, "FLAGS")
    assert b"FLAGS (\\Recent \\Draft)" in imap.ok("STORE 1 FLAGS (\\Draft)").one("FETCH")
    imap.bad("STORE 9 FLAGS (\\Draft)")


def test_another_session_is_told_of_flags_new_messages_and_expunges(user, imap):
    for _ in range(3):
        imap.append("box", SIMPLE)
    imap.ok("SELECT box")
    second = user.imap()
    second.ok("SELECT box")
    imap.ok("STORE 2 +FLAGS (\\Deleted)")
    assert b"* 2 FETCH (UID 2 FLAGS (\\Deleted))" in second.ok("NOOP").untagged
    imap.append("box", SIMPLE)
    imap.ok("EXPUNGE")
    # RFC 9051 §7.5.1: not while numbers are in use.
    answer = second.ok("FETCH 1:3 (UID FLAGS)")
    assert not answer.all("EXPUNGE") and [line for line in answer.all("FETCH") if b"UID 2" in line] == []
    answer = second.ok("NOOP")
    assert answer.untagged[0] == b"* 2 EXPUNGE" and b"* 3 EXISTS" in answer.untagged
    assert b"UID 4" in second.ok("FETCH 3 UID").one("FETCH")


def test_expunge_takes_what_is_deleted_and_uid_expunge_only_what_is_named(imap):
    for _ in range(5):
        imap.append("box", SIMPLE, "(\\Deleted) ")
    imap.ok("SELECT box")
    assert imap.ok("UID EXPUNGE 2,4").all("EXPUNGE") == [b"* 2 EXPUNGE", b"* 3 EXPUNGE"]
    assert imap.ok("EXPUNGE").all("EXPUNGE") == [b"* 1 EXPUNGE"] * 3


def test_close_expunges_silently_and_unselect_does_not(imap):
    imap.append("box", SIMPLE, "(\\Deleted) ")
    imap.ok("SELECT box")
    imap.ok("UNSELECT")
    assert imap.ok("SELECT box").one("EXISTS") == b"* 1 EXISTS"
    assert not imap.ok("CLOSE").untagged
    assert imap.ok("SELECT box").one("EXISTS") == b"* 0 EXISTS"


def test_copies_and_moves_tell_their_uids(imap):
    imap.ok("CREATE other")
    for _ in range(3):
        imap.append("box", SIMPLE, "(\\Flagged) ")
    imap.ok("SELECT box")
    assert imap.ok("COPY 1,3 other").code("COPYUID").split()[1:] == ["1,3", "1:2"]
    answer = imap.ok("UID MOVE 1:2 other")
    assert answer.untagged[0].startswith(b"* OK [COPYUID ") and answer.code("COPYUID").split()[1:] == ["1:2", "3:4"]
    assert answer.all("EXPUNGE") == [b"* 1 EXPUNGE", b"* 1 EXPUNGE"]
    assert imap.no("COPY 1 none").code("TRYCREATE") is not None
    imap.ok("SELECT other")
    assert imap.ok("FETCH 1:* FLAGS").all("FETCH") == [b"* %d FETCH (FLAGS (\\Recent \\Flagged))" % n for n in range(1, 5)]


def test_several_messages_are_appended_together_or_not_at_all(imap):
    # RFC 3502
    answer = imap.ok([f"APPEND box (\\Seen) {{{len(SIMPLE)}}}\r\n", SIMPLE + f" {{{len(MIXED)}}}\r\n".encode(), MIXED])
    assert answer.code("APPENDUID").split()[1] == "1:2"
    assert imap.no([f"APPEND none {{{len(SIMPLE)}}}"]).code("TRYCREATE") is not None


def test_a_message_beyond_the_limit_is_refused_before_it_is_sent(imap):
    # RFC 7889
    limit = int(re.search(rb"APPENDLIMIT=(\d+)", imap.ok("CAPABILITY").one("CAPABILITY")).group(1))
    assert imap.no(f"APPEND box {{{limit + 1}}}").code("TOOBIG") is not None
    imap.append("box", SIMPLE)


def test_a_replaced_message_is_one_message(imap):
    # RFC 8508
    imap.append("box", SIMPLE)
    imap.ok("SELECT box")
    answer = imap.ok([f"REPLACE 1 box {{{len(MIXED)}}}\r\n", MIXED])
    assert answer.code("APPENDUID").split()[1] == "2"
    assert b"* 1 EXPUNGE" in answer.untagged and b"* 1 EXISTS" in answer.untagged


def test_idle_tells_at_once(user, imap):
    imap.ok("SELECT box")
    tag = imap.begin("IDLE")
    assert imap.response().startswith(b"+ ")
    second = user.imap()
    second.append("box", SIMPLE)
    assert imap.response() == b"* 1 EXISTS"
    imap.response()  # RECENT of RFC 3501
    second.ok("SELECT box")
    second.ok("STORE 1 +FLAGS (\\Deleted)")
    assert imap.response() == b"* 1 FETCH (UID 1 FLAGS (\\Recent \\Deleted))"
    second.ok("EXPUNGE")
    assert imap.response() == b"* 1 EXPUNGE" and imap.response() == b"* 0 RECENT"
    # iOS sends DONE and more in one packet.
    imap.send("DONE\r\nn NOOP\r\n")
    assert imap.end(tag).status == "OK" and imap.response() == b"n OK done"


def test_a_big_message_passes_through_in_pieces(imap):
    message = b"Subject: big\r\n\r\n" + b"".join(b"line %d of a long message\r\n" % n for n in range(400_000))
    imap.append("box", message)
    imap.ok("SELECT box")
    assert body(fetch(imap, "BODY.PEEK[]")) == message
    assert body(fetch(imap, "BODY.PEEK[]<5000000.70000>")) == message[5_000_000:5_070_000]
