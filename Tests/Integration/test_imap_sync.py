"""CONDSTORE, QRESYNC, ACL, QUOTA, METADATA, and what sessions are told of each other's work."""
import random
import re

import pytest

MESSAGE = b"From: anna@example.org\r\nSubject: hello\r\n\r\nbody\r\n"


def modseq(line):
    return int(re.search(rb"MODSEQ \((\d+)\)", line).group(1))


def test_a_conditional_store_leaves_what_has_changed(imap):
    # RFC 7162 §3.1.3
    for _ in range(3):
        imap.append("box", MESSAGE)
    imap.ok("SELECT box (CONDSTORE)")
    before = modseq(imap.ok("FETCH 3 (MODSEQ)").one("FETCH"))
    imap.ok("STORE 2 +FLAGS.SILENT (\\Seen)")
    answer = imap.ok(f"STORE 1:3 (UNCHANGEDSINCE {before}) +FLAGS (\\Flagged)")
    assert answer.code("MODIFIED") == "2"
    assert [line.split()[1] for line in answer.all("FETCH")] == [b"1", b"3"]
    assert all(modseq(line) > before for line in answer.all("FETCH"))


def test_changes_since_a_modseq_are_told_alone(imap):
    for _ in range(3):
        imap.append("box", MESSAGE)
    known = int(imap.ok("SELECT box").code("HIGHESTMODSEQ"))
    imap.ok("STORE 2 +FLAGS (\\Seen)")
    assert [line.split()[1] for line in imap.ok(f"FETCH 1:* (FLAGS) (CHANGEDSINCE {known})").all("FETCH")] == [b"2"]


def test_a_quick_resync_tells_what_vanished_and_what_changed(user, imap):
    # RFC 7162 §3.2.5
    for _ in range(5):
        imap.append("box", MESSAGE)
    answer = imap.ok("SELECT box")
    validity, known = answer.code("UIDVALIDITY"), answer.code("HIGHESTMODSEQ")
    imap.ok("STORE 2,4 +FLAGS (\\Deleted)")
    imap.ok("EXPUNGE")
    imap.ok("STORE 1 +FLAGS (\\Flagged)")
    second = user.imap()
    second.bad(f"SELECT box (QRESYNC ({validity} {known}))")
    second.ok("ENABLE QRESYNC")
    answer = second.ok(f"SELECT box (QRESYNC ({validity} {known} 1:5))")
    assert answer.one("VANISHED") == b"* VANISHED (EARLIER) 2,4"
    assert [line.split(b" MODSEQ")[0] for line in answer.all("FETCH")] == [b"* 1 FETCH (UID 1 FLAGS (\\Flagged)"]
    imap.ok("STORE 1 +FLAGS (\\Deleted)")
    imap.ok("EXPUNGE")
    assert b"* VANISHED 1" in second.ok("NOOP").untagged
    assert second.ok(f"UID FETCH 1:5 (FLAGS) (CHANGEDSINCE {known} VANISHED)").one("VANISHED") == b"* VANISHED (EARLIER) 1:2,4"


def test_a_shared_mailbox_is_listed_read_and_changed_by_its_rights(user, other):
    # RFC 4314
    owner, sharee = user.imap(), other.imap()
    owner.ok("CREATE team")
    owner.append("team", MESSAGE)
    name = f"Other Users/{user.name}/team"
    assert not [line for line in sharee.ok('LIST "" "*"').all("LIST") if b"Other Users" in line]
    sharee.no(f'SELECT "{name}"')
    owner.ok(f"SETACL team {other.address} lrs")
    assert any(name.encode() in line for line in sharee.ok('LIST "" "*"').all("LIST"))
    assert sharee.ok(f'MYRIGHTS "{name}"').one("MYRIGHTS").endswith(b" lrs")
    sharee.ok(f'SELECT "{name}"')
    sharee.ok("STORE 1 +FLAGS (\\Seen)")
    sharee.no("STORE 1 +FLAGS (\\Deleted)")
    sharee.no(f'COPY 1 "{name}"')
    owner.ok(f"SETACL team {other.address} +wite")
    sharee.ok("NOOP")
    sharee.ok("STORE 1 +FLAGS (\\Flagged)")
    assert f"{other.address} lrswite".encode() in owner.ok("GETACL team").one("ACL").replace(b"d", b"")
    owner.ok(f"DELETEACL team {other.address}")
    # RFC 2180 §3.3: a mailbox that may not be read any more is as one that is gone.
    with pytest.raises((EOFError, OSError)):
        sharee.ok("NOOP")
        sharee.ok("FETCH 1 FLAGS")


def test_rights_that_are_none_are_bad(imap):
    imap.bad("SETACL box anyone q")
    assert imap.ok("LISTRIGHTS box anyone").one("LISTRIGHTS").startswith(b"* LISTRIGHTS box anyone \"\" l r s w")


def test_quota_is_told_with_its_root(imap):
    # RFC 9208
    answer = imap.ok("GETQUOTAROOT box")
    assert answer.one("QUOTAROOT") == b'* QUOTAROOT box ""' and answer.one("QUOTA").startswith(b'* QUOTA ""')
    imap.no("GETQUOTA nobody")


def test_annotations_are_kept(imap):
    # RFC 5464
    imap.ok('SETMETADATA box (/private/comment "mine" /shared/comment "ours")')
    assert imap.ok("GETMETADATA box (/private/comment /shared/comment)").one("METADATA") == (
        b'* METADATA box (/private/comment "mine" /shared/comment "ours")')
    imap.ok("SETMETADATA box (/private/comment NIL)")
    assert imap.ok("GETMETADATA box /private/comment").one("METADATA") == b"* METADATA box (/private/comment NIL)"


class View:
    """A mailbox as its untagged responses tell it."""

    def __init__(self, client):
        self.client, self.messages = client, []
        answer = client.ok("SELECT box")
        self.messages = [None] * int(answer.one("EXISTS").split()[1])
        self.follow(client.ok("FETCH 1:* (UID FLAGS)"))

    def follow(self, answer):
        for line in answer.untagged:
            if match := re.match(rb"\* (\d+) EXISTS", line):
                assert int(match.group(1)) >= len(self.messages)
                self.messages += [None] * (int(match.group(1)) - len(self.messages))
            elif match := re.match(rb"\* (\d+) EXPUNGE", line):
                del self.messages[int(match.group(1)) - 1]
            elif match := re.match(rb"\* (\d+) FETCH \((.*)\)$", line):
                uid = re.search(rb"UID (\d+)", match.group(2))
                flags = re.search(rb"FLAGS \(([^)]*)\)", match.group(2))
                index = int(match.group(1)) - 1
                known = self.messages[index]
                assert known is None or uid is None or known[0] == int(uid.group(1)), "a number became another message"
                if flags:
                    self.messages[index] = (int(uid.group(1)) if uid else known[0], frozenset(flags.group(1).split()) - {b"\\Recent"})
        return answer


@pytest.mark.parametrize("seed", range(3))
def test_each_sessions_view_is_what_it_was_told(user, seed):
    """Sessions do what they like; each one's view, made of untagged responses alone, is the mailbox at the end."""
    chance = random.Random(seed)
    first = user.imap()
    first.ok("CREATE box")
    for _ in range(10):
        first.append("box", MESSAGE)
    views = [View(first)] + [View(user.imap()) for _ in range(5)]
    for _ in range(250):
        view = chance.choice(views)
        count = len(view.messages)
        number = chance.randint(1, count) if count else 0
        command = chance.choice(["NOOP", "APPEND", "STORE", "STORE", "STORE", "EXPUNGE", "FETCH", "SEARCH", "MOVE", "UID"])
        if command == "APPEND":
            view.client.send(f"x APPEND box {{{len(MESSAGE)}+}}\r\n".encode() + MESSAGE + b"\r\n")
            view.follow(view.client.end("x"))
        elif command in ("NOOP", "EXPUNGE"):
            view.follow(view.client.ok(command))
        elif not count:
            continue
        elif command == "STORE":
            flags = chance.choice(["\\Seen", "\\Deleted", "\\Flagged", "k1"])
            view.follow(view.client.ok(f"STORE {number} {chance.choice('+-')}FLAGS ({flags})"))
        elif command == "FETCH":
            view.follow(view.client.ok(f"FETCH {number}:* (UID FLAGS)"))
        elif command == "UID":
            view.follow(view.client.ok("UID FETCH 1:* (FLAGS)"))
        elif command == "SEARCH":
            view.follow(view.client.ok("SEARCH UNSEEN"))
        elif command == "MOVE":
            view.follow(view.client.ok(f"MOVE {number} box"))
    truth = None
    for view in views:
        view.follow(view.client.ok("NOOP"))
        for index, message in enumerate(view.messages):
            if message is None:
                view.follow(view.client.ok(f"FETCH {index + 1} (UID FLAGS)"))
    for view in views:
        fresh = View(user.imap())
        truth = truth or fresh.messages
        assert view.messages == truth == fresh.messages


def test_a_session_of_uids_alone_has_no_message_numbers(user, imap):
    # RFC 9586
    for _ in range(3):
        imap.append("box", MESSAGE)
    assert imap.ok("EXAMINE box").code("UNSEEN") == "1"
    assert b"UIDONLY" in imap.ok("ENABLE UIDONLY").one("ENABLED")
    assert imap.ok("SELECT box").code("UNSEEN") is None
    for command in ("FETCH 1 FLAGS", "STORE 1 FLAGS ()", "SEARCH ALL", "COPY 1 box", "UID SEARCH 1"):
        assert imap.bad(command).code("UIDREQUIRED") is not None, command
    assert imap.ok("UID FETCH 2 (FLAGS)").one("UIDFETCH") == b"* 2 UIDFETCH (FLAGS (\\Recent))"
    assert imap.ok("UID STORE 2 +FLAGS (\\Deleted)").one("UIDFETCH") == b"* 2 UIDFETCH (FLAGS (\\Recent \\Deleted))"
    assert imap.ok("EXPUNGE").one("VANISHED") == b"* VANISHED 2"
