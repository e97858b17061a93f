"""LIST and its kin, CREATE, DELETE, RENAME, SUBSCRIBE, STATUS, NAMESPACE (RFC 9051 §6.3)."""
import re

import pytest

MESSAGE = b"From: anna@example.org\r\nSubject: hello\r\n\r\nbody\r\n"


@pytest.fixture
def imap(user):
    client = user.imap()
    yield client
    client.close()


def names(answer, word="LIST"):
    return [re.search(rb'"/" "?([^"]*?)"?$', line).group(1).decode() for line in answer.all(word)]


def test_an_account_begins_with_an_inbox_and_special_mailboxes(imap):
    answer = imap.ok('LIST "" "*"')
    assert "INBOX" in names(answer)
    assert any(b"\\Sent" in line for line in answer.all("LIST"))


def test_the_separator_is_told_for_an_empty_pattern(imap):
    # RFC 9051 §6.3.9
    assert imap.ok('LIST "" ""').all("LIST") == [b'* LIST (\\Noselect) "/" ""']


def test_a_mailbox_is_made_with_those_above_it_and_listed_level_by_level(imap):
    imap.ok("CREATE a/b/c")
    assert "a" in names(imap.ok('LIST "" "%"')) and "a/b" not in names(imap.ok('LIST "" "%"'))
    assert names(imap.ok('LIST "" "a/%"')) == ["a/b"]
    assert names(imap.ok('LIST "a/" "*"')) == ["a/b", "a/b/c"]
    line = imap.ok('LIST "" a').one("LIST")
    assert b"\\HasChildren" in line and b"Noselect" not in line


def test_names_in_any_script_are_modified_utf7_until_utf8_is_enabled(imap):
    # RFC 3501 §5.1.3, RFC 9051 §5.1
    imap.ok('CREATE "&BB4EQgQ,BEAEMAQyBDsENQQ9BD0ESwQ1-"')
    assert "&BB4EQgQ,BEAEMAQyBDsENQQ9BD0ESwQ1-" in names(imap.ok('LIST "" "*"'))
    imap.ok("ENABLE IMAP4rev2")
    assert "Отправленные" in names(imap.ok('LIST "" "*"'))


def test_a_second_mailbox_of_a_name_is_refused_with_its_code(imap):
    imap.ok("CREATE twice")
    assert imap.no("CREATE twice").code("ALREADYEXISTS") is not None
    assert imap.no("CREATE inbox").code("ALREADYEXISTS") is not None


def test_what_is_not_there_cannot_be_deleted_renamed_selected_or_asked(imap):
    for command in ("DELETE none", "RENAME none other", "SELECT none", "STATUS none (MESSAGES)"):
        assert imap.no(command).code("NONEXISTENT") is not None


def test_inbox_cannot_be_deleted(imap):
    imap.no("DELETE INBOX")


def test_a_rename_keeps_uids_and_uidvalidity_and_takes_those_below_along(imap):
    imap.ok("CREATE old/below")
    uid = imap.append("old/below", MESSAGE)
    before = imap.ok("STATUS old/below (UIDVALIDITY UIDNEXT)").one("STATUS")
    imap.ok("RENAME old new")
    after = imap.ok("STATUS new/below (UIDVALIDITY UIDNEXT)").one("STATUS")
    assert after == before.replace(b"old", b"new")
    imap.ok("SELECT new/below")
    assert f"UID {uid}".encode() in imap.ok("FETCH 1 (UID)").one("FETCH")


def test_a_rename_of_inbox_moves_its_messages_and_leaves_it(imap):
    # RFC 9051 §6.3.6
    imap.append("INBOX", MESSAGE)
    imap.ok("RENAME INBOX kept")
    assert b"MESSAGES 0" in imap.ok("STATUS INBOX (MESSAGES)").one("STATUS")
    assert b"MESSAGES 1" in imap.ok("STATUS kept (MESSAGES)").one("STATUS")


def test_a_name_used_again_has_a_higher_uidvalidity(imap):
    def validity():
        return int(re.search(rb"UIDVALIDITY (\d+)", imap.ok("STATUS again (UIDVALIDITY)").one("STATUS")).group(1))
    imap.ok("CREATE again")
    first = validity()
    imap.ok("DELETE again")
    imap.ok("CREATE again")
    assert validity() > first


def test_status_counts(imap):
    imap.ok("CREATE counted")
    imap.append("counted", MESSAGE, "(\\Seen) ")
    imap.append("counted", MESSAGE)
    imap.append("counted", MESSAGE, "(\\Deleted) ")
    line = imap.ok("STATUS counted (MESSAGES UNSEEN DELETED SIZE UIDNEXT RECENT)").one("STATUS")
    assert line.endswith(b"(MESSAGES 3 UNSEEN 2 DELETED 1 SIZE %d UIDNEXT 4 RECENT 3)" % (3 * len(MESSAGE)))


def test_subscriptions_are_listed_and_stay_when_the_mailbox_goes(imap):
    imap.ok("CREATE news")
    imap.ok("SUBSCRIBE news")
    assert "news" in names(imap.ok('LSUB "" "*"'), "LSUB")
    imap.ok("DELETE news")
    assert b'* LIST (\\NonExistent \\HasNoChildren \\Subscribed) "/" news' in imap.ok('LIST (SUBSCRIBED) "" "*"').all("LIST")
    imap.ok("UNSUBSCRIBE news")
    assert "news" not in names(imap.ok('LIST (SUBSCRIBED) "" "*"'))


def test_a_recursive_match_tells_of_subscribed_children(imap):
    # RFC 5258 §3.5
    imap.ok("CREATE Foo/Bar")
    imap.ok("SUBSCRIBE Foo/Bar")
    line = imap.ok('LIST (SUBSCRIBED RECURSIVEMATCH) "" "%o"').one("LIST")
    assert b'("CHILDINFO" ("SUBSCRIBED"))' in line and b"Foo" in line


def test_list_with_status_answers_both(imap):
    # RFC 5819
    answer = imap.ok('LIST "" "INBOX" RETURN (STATUS (MESSAGES UNSEEN))')
    assert answer.one("STATUS") == b"* STATUS INBOX (MESSAGES 0 UNSEEN 0)"


def test_a_special_use_is_given_at_creation(imap):
    # RFC 6154 §3
    imap.ok("DELETE Archive") if "Archive" in names(imap.ok('LIST "" "*"')) else None
    imap.ok("CREATE Attic (USE (\\Archive))")
    assert b"\\Archive" in imap.ok('LIST "" "Attic" RETURN (SPECIAL-USE)').one("LIST")
    assert imap.no("CREATE More (USE (\\Nonsense))").code("USEATTR") is not None


def test_namespace(imap):
    assert imap.ok("NAMESPACE").one("NAMESPACE") == b'* NAMESPACE (("" "/")) (("Other Users/" "/")) (("Shared/" "/"))'
