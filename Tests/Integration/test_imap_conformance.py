"""Single sentences of the RFCs that clients and suites of tests hold a server to, each by the dialogue that shows it."""
import re

import pytest

MESSAGE = b"From: anna@example.org\r\nSubject: hello\r\n\r\nbody\r\n"


@pytest.fixture
def box(imap):
    """A mailbox with three messages, selected."""
    for _ in range(3):
        imap.append("box", MESSAGE)
    imap.ok("SELECT box")
    return imap


def numbers(answer, word):
    return [int(line.split()[1]) for line in answer.all(word)]


# CONDSTORE and QRESYNC


@pytest.mark.parametrize("command", [
    "ENABLE CONDSTORE", "ENABLE QRESYNC", "FETCH 1 (MODSEQ)", "FETCH 1 (FLAGS) (CHANGEDSINCE 1)", "SEARCH MODSEQ 1", "STATUS INBOX (HIGHESTMODSEQ)",
    "STORE 1 (UNCHANGEDSINCE 100000) +FLAGS (x)"])
def test_the_first_command_that_enables_condstore_tells_how_far_the_mailbox_is(box, command):
    # RFC 7162 §3.1
    highest = box.ok("SELECT box").code("HIGHESTMODSEQ")
    answer = box.ok(command)
    assert [line for line in answer.untagged if line.startswith(f"* OK [HIGHESTMODSEQ {highest}]".encode())]
    assert b"HIGHESTMODSEQ" not in b"".join(box.ok("FETCH 2 (MODSEQ)").untagged)


def test_close_does_not_tell_the_modseq(box):
    # RFC 7162 §3.2.8: "The server MUST NOT send the updated per-mailbox modification sequence".
    box.ok("ENABLE QRESYNC")
    box.ok("STORE 1 +FLAGS (\\Deleted)")
    assert b"HIGHESTMODSEQ" not in box.ok("CLOSE").last


def test_what_takes_messages_away_tells_the_modseq(box):
    # RFC 7162 §3.2.7, §3.2.9, RFC 6851 §4.4
    box.ok("ENABLE QRESYNC")
    box.ok("STORE 1 +FLAGS (\\Deleted)")
    for command in ["EXPUNGE", "UID MOVE 2 INBOX", "UID MOVE 3 box"]:
        answer = box.ok(command)
        assert answer.one("VANISHED") and re.search(rb"\[HIGHESTMODSEQ \d+\]", answer.last), answer.last
    assert b"HIGHESTMODSEQ" not in box.ok("UID MOVE 99 INBOX").last
    answer = box.ok("REPLACE 1 box {%d+}\r\n%s" % (len(MESSAGE), MESSAGE.decode()))
    assert re.search(rb"\[HIGHESTMODSEQ \d+\]", answer.last), answer.last


def test_seen_that_is_set_by_reading_is_told_with_uid_and_modseq(box):
    # RFC 7162 §3.2.4
    box.ok("ENABLE CONDSTORE")
    assert re.search(rb" UID 2 FLAGS \(\\Recent \\Seen\) MODSEQ \(\d+\)\)$", box.ok("FETCH 2 BODY[TEXT]").one("FETCH"))
    assert b" UID" not in box.ok("FETCH 2 BODY[TEXT]").one("FETCH")


def test_the_modseq_of_min_and_max_is_that_of_these_messages(box):
    # RFC 4731 §3.2
    box.ok("STORE 2 +FLAGS (\\Seen)")
    first, second, third = (int(re.search(rb"\((\d+)\)\)$", line)[1]) for line in box.ok("FETCH 1:3 (MODSEQ)").all("FETCH"))
    assert first < third < second
    for options, expected in [("MIN", first), ("MAX", third), ("MIN MAX", third), ("ALL", second), ("COUNT", second), ("MIN COUNT", second)]:
        assert box.ok(f"SEARCH RETURN ({options}) MODSEQ 1").one("ESEARCH").endswith(b" MODSEQ %d" % expected), options


def test_a_conditional_store_tells_each_modseq_also_where_nothing_changed(box):
    # RFC 7162 §3.1.3: "An untagged FETCH response MUST be sent, even if the .SILENT suffix is specified".
    box.ok("STORE 1 +FLAGS (\\Seen)")
    answer = box.ok("STORE 1:2 (UNCHANGEDSINCE 100000) +FLAGS.SILENT (\\Seen)")
    assert numbers(answer, "FETCH") == [1, 2] and all(b"MODSEQ" in line and b"FLAGS" not in line for line in answer.all("FETCH"))


def test_numbers_that_match_tell_what_the_client_knows_to_be_gone(box):
    # RFC 7162 §3.2.5.2
    box.ok("ENABLE QRESYNC")
    for _ in range(3):
        box.append("box", MESSAGE)
    validity = box.ok("SELECT box").code("UIDVALIDITY")
    box.ok("STORE 1,3,5 +FLAGS (\\Deleted)")
    box.ok("EXPUNGE")
    for match, gone in [("", b"1,3,5"), (" 1:6", b"1,3,5"), (" 1:6 (1:2 2,4)", b"5"), (" (1:2 2,3)", b"3,5"), (" (1:3 1:3)", b"1,3,5"),
                        (" 2:6 (1:4294967295 1:4294967295)", b"3,5")]:
        assert box.ok(f"SELECT box (QRESYNC ({validity} 1{match}))").one("VANISHED") == b"* VANISHED (EARLIER) " + gone, match
    assert not box.ok(f"SELECT box (QRESYNC ({validity} 1 1:6 (1:3 2,4,6)))").all("VANISHED")


def test_a_select_closes_the_mailbox_before(box):
    # RFC 7162 §3.2.11
    assert box.ok("SELECT INBOX").untagged[0].startswith(b"* OK [CLOSED]")
    assert box.no("SELECT none").untagged[0].startswith(b"* OK [CLOSED]")
    assert b"CLOSED" not in b"".join(box.ok("SELECT box").untagged)


# SEARCH


def test_a_search_that_is_refused_empties_the_saved_result(box):
    # RFC 5182 §2.1
    box.ok("SEARCH RETURN (SAVE) ALL")
    assert numbers(box.ok("FETCH $ UID"), "FETCH") == [1, 2, 3]
    assert box.no("SEARCH RETURN (SAVE) CHARSET X-NONE ALL").code("BADCHARSET")
    assert not box.ok("FETCH $ UID").untagged
    box.ok("SEARCH RETURN (SAVE) ALL")
    box.no("SORT RETURN (SAVE) (DATE) X-NONE ALL")
    assert not box.ok("FETCH $ UID").untagged


@pytest.mark.parametrize("options, saved", [
    ("PARTIAL 2:3", [2, 3]), ("PARTIAL 2:2 MIN", [1, 2]), ("PARTIAL -1:-1 MIN", [1, 3]), ("PARTIAL 2:2 MIN MAX", [1, 2, 3]),
    ("PARTIAL 2:2 COUNT", [1, 2, 3]), ("PARTIAL 9:10", []), ("MIN", [1]), ("", [1, 2, 3])])
def test_what_is_saved_beside_partial(box, options, saved):
    # RFC 9394 §3.2
    box.ok(f"SEARCH RETURN ({' '.join(['SAVE', *options.split(' ')]).strip()}) ALL")
    assert numbers(box.ok("FETCH $ UID"), "FETCH") == saved


def test_a_charset_has_no_place_where_all_is_utf8(imap):
    # RFC 6855 §3
    imap.ok("ENABLE UTF8=ACCEPT")
    imap.ok("SELECT box")
    imap.bad("SEARCH CHARSET UTF-8 ALL")
    imap.ok('SEARCH SUBJECT "é"')


# LIST and LSUB


def names(answer, word="LIST"):
    return [line.rsplit(b" ", 1)[1].decode() for line in answer.all(word)]


@pytest.fixture
def tree(imap):
    """foo is there, foo/a and bar/b are subscribed, bar is subscribed too."""
    for name in ["INBOX", "Archive", "Drafts", "Junk", "Sent", "Trash", "box"]:
        imap.ok(f"UNSUBSCRIBE {name}")
    for name in ["foo/a/x", "foo/b", "bar/b"]:
        imap.ok(f"CREATE {name}")
    for name in ["foo/a", "bar", "bar/b"]:
        imap.ok(f"SUBSCRIBE {name}")
    for name in ["foo", "foo/a/x", "foo/b"]:
        imap.ok(f"UNSUBSCRIBE {name}")
    return imap


def test_lsub_shows_what_is_not_subscribed_only_for_percent(tree):
    # RFC 3501 §6.3.9
    assert names(tree.ok('LSUB "" *'), "LSUB") == ["bar", "bar/b", "foo/a"]
    assert tree.ok('LSUB "" %').all("LSUB") == [b'* LSUB () "/" bar', b'* LSUB (\\Noselect) "/" foo']
    assert names(tree.ok('LSUB "" foo'), "LSUB") == []
    assert tree.ok('LSUB "" %/%').all("LSUB") == [b'* LSUB () "/" bar/b', b'* LSUB () "/" foo/a']


def test_childinfo_is_not_told_where_the_children_are_shown(tree):
    # RFC 5258 §3.5: "servers SHOULD suppress redundant CHILDINFO responses".
    assert names(tree.ok('LIST (SUBSCRIBED RECURSIVEMATCH) "" *')) == ['("SUBSCRIBED"))', "bar/b", "foo/a"]
    answer = tree.ok('LIST (SUBSCRIBED RECURSIVEMATCH) "" %').all("LIST")
    assert [re.sub(rb"^.*/\" ", b"", line) for line in answer] == [b'bar ("CHILDINFO" ("SUBSCRIBED"))', b'foo ("CHILDINFO" ("SUBSCRIBED"))']
    # Example 9: what matches "*a" is shown, and what stands for others is not.
    assert names(tree.ok('LIST (SUBSCRIBED RECURSIVEMATCH) "" *a')) == ["foo/a"]


def test_a_reference_and_a_pattern_are_put_together(tree):
    # RFC 9051 §6.3.9
    for reference, pattern in [("foo/", "%"), ("foo", "/%"), ('""', "foo/%"), ("fo", "o/%")]:
        assert names(tree.ok(f"LIST {reference} {pattern}")) == ["foo/a", "foo/b"], (reference, pattern)


def test_inbox_in_any_case_is_the_name_above_too(imap):
    # RFC 9051 §5.1
    imap.ok("CREATE inbox/Sub")
    assert names(imap.ok('LIST "" inBox/%')) == ["INBOX/Sub"] and names(imap.ok('LIST "" "i*"')) == ["INBOX", "INBOX/Sub"]
    assert names(imap.ok('LIST "" inbox/sub')) == []


# FETCH, STORE and others


def test_no_fetch_response_is_empty(imap):
    # RFC 9051 §9: msg-att has one item at least.
    message = b"Content-Transfer-Encoding: x-none\r\n\r\nabc\r\n"
    imap.append("box", message)
    imap.ok("SELECT box")
    answer = imap.no("FETCH 1 BINARY.SIZE[1]")
    assert answer.code("UNKNOWN-CTE") is not None and b"* 1 FETCH ()" not in answer.untagged
    imap.ok("ENABLE UIDONLY")
    assert imap.ok("UID FETCH 1 UID").one("UIDFETCH") == b"* 1 UIDFETCH (UID 1)"


def test_a_keyword_is_told_before_a_message_has_it_and_once(user, box):
    # RFC 9051 §7.3.2
    answer = box.ok("STORE 1 +FLAGS (new)")
    assert [line.split()[1] for line in answer.untagged] == [b"FLAGS", b"1"]
    second = user.imap()
    second.ok("SELECT box")
    second.ok("STORE 2 +FLAGS (newer)")
    second.ok("STORE 3 +FLAGS (\\Deleted)")
    second.ok("EXPUNGE")
    # The EXPUNGE waits, the flags do not.
    answer = box.ok("FETCH 2 FLAGS")
    assert answer.untagged[0].endswith(b" new newer)") and answer.untagged[1] == b"* 2 FETCH (FLAGS (\\Recent newer))"


def test_fields_that_are_there_and_empty_are_empty_strings(imap):
    # RFC 9051 §7.5.2
    imap.append("box", b"Date:\r\nSubject:\r\nIn-Reply-To:\r\nMessage-ID:\r\n\r\n")
    imap.append("box", b"From: a@example.org\r\n\r\n")
    imap.ok("SELECT box")
    assert imap.ok("FETCH 1 ENVELOPE").one("FETCH").endswith(b'("" "" NIL NIL NIL NIL NIL NIL "" ""))')
    assert imap.ok("FETCH 2 ENVELOPE").one("FETCH").endswith(b'NIL NIL NIL NIL NIL))')


def test_the_quota_of_a_mailbox_that_is_not_there_yet(imap):
    # RFC 9208 §4.1.2: "the mailbox name parameter doesn't have to reference an existing mailbox".
    assert imap.ok("GETQUOTAROOT new").one("QUOTAROOT") == b'* QUOTAROOT new ""'
    imap.no('GETQUOTAROOT "Other Users/nobody/INBOX"')


def test_the_right_that_a_command_needs_is_enough(user, other):
    # RFC 4314 §4
    owner, sharee = user.imap(), other.imap()
    owner.ok("CREATE drop")
    name = f'"Other Users/{user.name}/drop"'
    owner.ok(f"SETACL drop {other.address} i")
    assert sharee.ok([f"APPEND {name} {{{len(MESSAGE)}}}\r\n".encode(), MESSAGE]).code("APPENDUID") is None
    assert sharee.ok(f"MYRIGHTS {name}").one("MYRIGHTS").endswith(b" i")
    assert owner.ok("STATUS drop (MESSAGES)").one("STATUS") == b"* STATUS drop (MESSAGES 1)"
    for command in [f"SELECT {name}", f"STATUS {name} (MESSAGES)", f"GETACL {name}", f"DELETE {name}", f"SUBSCRIBE {name}"]:
        assert sharee.no(command).code("NONEXISTENT") is not None, command
    assert not [line for line in sharee.ok('LIST "" *').all("LIST") if b"drop" in line]
    owner.ok(f"SETACL drop {other.address} a")
    assert sharee.no(f"APPEND {name} {{3}}").code("NONEXISTENT") is not None
    sharee.ok(f"GETACL {name}")
    sharee.ok(f"SETACL {name} {other.address} x")
    sharee.ok(f"DELETE {name}")
    assert owner.no("SELECT drop").code("NONEXISTENT") is not None


# NOTIFY


def test_several_filters_may_have_one_mailbox(user, imap):
    # RFC 5465 §6
    imap.ok("NOTIFY SET (mailboxes INBOX (MessageNew MessageExpunge)) (personal (SubscriptionChange))")
    second = user.imap()
    second.append("INBOX", MESSAGE)
    assert imap.response().startswith(b"* STATUS INBOX (")
    second.ok("UNSUBSCRIBE INBOX")
    assert imap.response() == b'* LIST () "/" INBOX'


def test_the_status_of_notify_has_the_modseq_with_changes_of_flags(imap):
    # RFC 5465 §3.1
    answer = imap.ok("NOTIFY SET STATUS (mailboxes INBOX (MessageNew MessageExpunge FlagChange))")
    assert b"UIDVALIDITY" in answer.one("STATUS") and b"HIGHESTMODSEQ" in answer.one("STATUS")


def test_of_what_it_does_itself_a_client_is_not_told(user, imap):
    # RFC 5465 §5: "The server SHOULD omit notifying the client if the event is caused by this client."
    imap.ok("NOTIFY SET (personal (MailboxName SubscriptionChange))")
    second = user.imap()
    second.ok("CREATE others")
    for command in ["CREATE a/b/c", "RENAME a/b d", "SUBSCRIBE d", "UNSUBSCRIBE d", "RENAME d e/f", "DELETE e/f/c", "DELETE e/f"]:
        answer = imap.ok(command)
        assert [line for line in answer.untagged if b"others" not in line] == [], command
    second.ok("DELETE others")
    assert imap.response() in [b'* LIST () "/" others', b'* LIST (\\NonExistent) "/" others']


def test_children_that_are_renamed_with_their_parent_are_not_told(user, imap):
    # RFC 5465 §5.4
    imap.ok("CREATE a/b/c")
    imap.ok("NOTIFY SET (personal (MailboxName))")
    user.imap().ok("RENAME a z")
    assert imap.response() == b'* LIST () "/" z ("OLDNAME" (a))'
    user.imap().ok("CREATE last")
    assert imap.response() == b'* LIST () "/" last'


def test_changed_annotations_are_told(user, imap):
    # RFC 5465 §5.6, §5.7: with METADATA these events are REQUIRED.
    imap.ok("NOTIFY SET (mailboxes box (MailboxMetadataChange)) (personal (ServerMetadataChange))")
    second = user.imap()
    second.ok('SETMETADATA box (/private/comment "mine" /shared/comment "ours")')
    assert [imap.response(), imap.response()] == [b"* METADATA box /private/comment", b"* METADATA box /shared/comment"]
    second.ok('SETMETADATA INBOX (/private/comment "x")')
    second.ok('SETMETADATA "" (/private/vendor/x "y")')
    assert imap.response() == b'* METADATA "" /private/vendor/x'
    # What is as it was is no change, and of one's own the client is not told.
    second.ok('SETMETADATA box (/private/comment "mine")')
    assert imap.ok('SETMETADATA box (/shared/comment "other")').untagged == []
    second.ok("SETMETADATA box (/private/comment NIL)")
    assert imap.response() == b"* METADATA box /private/comment"


def test_a_changed_annotation_moves_the_modseq(imap):
    # RFC 7162 §3.2
    def highest():
        return int(re.search(rb"HIGHESTMODSEQ (\d+)", imap.ok("STATUS box (HIGHESTMODSEQ)").one("STATUS"))[1])
    before = highest()
    imap.ok('SETMETADATA box (/private/comment "mine")')
    assert highest() == before + 1
    imap.ok('SETMETADATA box (/private/comment "mine")')
    assert highest() == before + 1


# NUL


def test_what_came_binary_is_shown_in_base64_and_by_binary_as_it_was(imap):
    # RFC 3516 §6: "the results of a FETCH BODY MUST return the message body content in the format described by" BODYSTRUCTURE.
    message = b"Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n\r\n\0\1\r\n\2\n\xff"
    imap.ok([b"APPEND box ~{%d}\r\n" % len(message), message])
    imap.ok("SELECT box")
    assert b'NIL NIL "base64" 14' in imap.ok("FETCH 1 BODY").one("FETCH")
    assert imap.ok("FETCH 1 BODY.PEEK[1]").one("FETCH").endswith(b"{14}\r\nAAENCgIK/w==\r\n)")
    assert imap.ok("FETCH 1 BINARY.PEEK[1]").one("FETCH") == b"* 1 FETCH (BINARY[1] ~{7}\r\n\0\1\r\n\2\n\xff)"
    assert imap.no([b"APPEND box ~{16}\r\n", b"Subject: \0\r\n\r\nx\r\n"]).code("UNKNOWN-CTE") is not None


def test_no_literal_has_a_nul(user, imap):
    # RFC 9051 §9: CHAR8 is any octet but NUL.
    imap.append("box", b"Subject: a\0b\r\n\r\nc\0d\r\n")
    imap.ok("SELECT box")
    answer = imap.ok("FETCH 1 (BODY.PEEK[] BODY.PEEK[TEXT]<1.1> RFC822.HEADER ENVELOPE PREVIEW BODY.PEEK[HEADER.FIELDS (SUBJECT)])").one("FETCH")
    assert b"\0" not in answer and b"c\x80d\r\n" in answer
    assert imap.ok("FETCH 1 BINARY.PEEK[1]").one("FETCH") == b"* 1 FETCH (BINARY[1] ~{5}\r\nc\0d\r\n)"
