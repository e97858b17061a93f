"""kill -9 while mail comes in by LMTP and by APPEND: what was acknowledged is there once and to the octet, UIDs and modseqs only rise,
quotas are what a recount finds, and the store has no faults.

`CRASH_ROUNDS` is how often (5; `make soak`: 50). As a mail transfer agent does, a writer sends again what was not acknowledged: that
alone may be there twice."""
import hashlib
import json
import os
import random
import re
import threading
import time

import pytest

from imap import Imap
from lmtp import Lmtp
from tegu import DOMAIN, Server, postgres_database, wait_for

ROUNDS = int(os.environ.get("CRASH_ROUNDS", "5"))
USERS = ["anna", "boris", "clara"]
LMTP_WRITERS, APPEND_WRITERS = 5, 3


def message(identifier):
    """Mostly small; some are stored in parts before they are whole."""
    size = random.choice([200, 2_000, 2_000, 20_000, 60_000, 400_000, 1_700_000])
    text = f"From: a@example.com\r\nSubject: crash\r\nX-Id: {identifier}\r\n\r\n".encode()
    line = b"%d " % random.randrange(10**9) + b"x" * 60 + b"\r\n"
    return text + line * (size // len(line) + 1)


class Sent:
    """One message to one mailbox: how often it was said, and whether and as what it was acknowledged."""

    def __init__(self, octets):
        # What a delivery puts before it is not of it.
        self.digest, self.size = hashlib.sha256(octets).hexdigest(), len(octets)
        self.tries, self.is_acknowledged, self.uid = 0, False, None


class Writer(threading.Thread):
    def __init__(self, site, number):
        super().__init__(daemon=True)
        self.site, self.number, self.is_stopped, self.acknowledged, self.error = site, number, False, 0, None

    def run(self):
        try:
            self.work()
        except (OSError, EOFError):
            pass  # the server was killed: what was pending may be there or not
        except Exception as error:  # noqa: BLE001 (told by the main thread)
            self.error = error

    def note(self, mailbox, identifier, octets):
        return self.site.sent.setdefault((mailbox, identifier), Sent(octets))


class Delivering(Writer):
    def work(self):
        client = Lmtp(self.site.server.host, self.site.server.lmtp_port)
        while True:
            identifier, octets, names = self.site.queued.pop(self.number, None) or (
                self.site.next_id(), None, random.sample(USERS, random.choice([1, 1, 1, 2, 3])))
            octets = octets or message(identifier)
            # Until it is acknowledged, it waits here.
            self.site.queued[self.number] = (identifier, octets, names)
            notes = {name: self.note((name, "INBOX"), identifier, octets) for name in names}
            notes = {name: note for name, note in notes.items() if not note.is_acknowledged}
            for note in notes.values():
                note.tries += 1
            replies = client.deliver(octets, [f"{name}@{DOMAIN}" for name in notes])
            for note, reply in zip(notes.values(), replies):
                assert reply.code == 250, reply
                note.is_acknowledged = True
            del self.site.queued[self.number]
            self.acknowledged += 1


class Appending(Writer):
    def work(self):
        user = self.site.users[USERS[self.number % len(USERS)]]
        mailbox = f"box{self.number}"
        client = Imap(self.site.server.host, self.site.server.imap_port)
        client.ok(f'LOGIN {user.address} "{user.password}"')
        client.ok(f"SELECT {mailbox}")
        while True:
            identifier = self.site.next_id()
            octets = message(identifier)
            note = self.note((user.name, mailbox), identifier, octets)
            note.tries += 1
            note.uid = client.append(mailbox, octets)
            note.is_acknowledged = True
            self.acknowledged += 1
            if random.random() < 0.3:
                client.ok(f"UID STORE {note.uid} +FLAGS.SILENT (\\Seen)")


class Site:
    def __init__(self, server):
        self.server, self.count, self.lock = server, 0, threading.Lock()
        self.sent, self.queued = {}, {}
        # By mailbox: what a check has found, which must stay: {uid: identifier}, UIDVALIDITY, UIDNEXT and HIGHESTMODSEQ.
        self.found, self.state = {}, {}

    def next_id(self):
        with self.lock:
            self.count += 1
            return f"m{self.count}"

    def mailboxes(self):
        yield from ((name, "INBOX") for name in USERS)
        yield from ((USERS[number % len(USERS)], f"box{number}") for number in range(APPEND_WRITERS))

    def round(self):
        writers = [Delivering(self, number) for number in range(LMTP_WRITERS)] + [Appending(self, n) for n in range(APPEND_WRITERS)]
        [writer.start() for writer in writers]
        # A round in which nothing was acknowledged proves nothing.
        wait_for(lambda: any(w.acknowledged for w in writers[:LMTP_WRITERS]) and any(w.acknowledged for w in writers[LMTP_WRITERS:])
                 or any(w.error for w in writers), timeout=60, what="acknowledged messages of both kinds")
        time.sleep(random.uniform(0.1, 0.8))
        self.server.kill()
        [writer.join(60) for writer in writers]
        # What the server said of it is gone with it, else.
        assert not [writer.error for writer in writers if writer.error], "\n".join(
            [str(writer.error) for writer in writers if writer.error] + [line for line in self.server.log().splitlines() if " ERROR " in line])
        self.server.start()
        for mailbox in self.mailboxes():
            self.verify(*mailbox)
        self.verify_quotas()
        self.server.check()

    def verify(self, name, mailbox):
        client = self.users[name].imap()
        found = self.found.setdefault((name, mailbox), {})
        before = self.state.get((name, mailbox), (None, 1, 1))
        status = client.ok(f"STATUS {mailbox} (UIDVALIDITY UIDNEXT HIGHESTMODSEQ MESSAGES SIZE)").one("STATUS").decode()
        number = {word: int(value) for word, value in re.findall(r"([A-Z]+) (\d+)", status)}
        validity, next_uid, modseq = number["UIDVALIDITY"], number["UIDNEXT"], number["HIGHESTMODSEQ"]
        assert before[0] in (None, validity) and next_uid >= before[1] and modseq >= before[2], (before, status)
        self.state[name, mailbox] = (validity, next_uid, modseq)
        client.ok(f"EXAMINE {mailbox}")
        here = {int(uid): int(size) for uid, size in (
            re.search(rb"UID (\d+) RFC822.SIZE (\d+)", line).groups()
            for line in client.ok("UID FETCH 1:* (UID RFC822.SIZE)").all("FETCH"))} if number["MESSAGES"] else {}
        assert len(here) == number["MESSAGES"] and sum(here.values()) == number["SIZE"]
        assert set(found) <= set(here), f"{mailbox}: messages that were there are gone: {set(found) - set(here)}"
        new = sorted(set(here) - set(found))
        assert all(before[1] <= uid < next_uid for uid in new), (new, before, next_uid)
        for uid in new:
            # The last of several is its own; what is before it is of the delivery.
            line = client.ok(f"UID FETCH {uid} (BODY.PEEK[])").one("FETCH")
            head = re.search(rb"BODY\[\] \{(\d+)\}\r\n", line)
            octets = line[head.end():head.end() + int(head.group(1))]
            identifier = re.search(rb"^X-Id: (\S+)\r$", octets, re.M).group(1).decode()
            note = self.sent[(name, mailbox), identifier]
            assert hashlib.sha256(octets[-note.size:]).hexdigest() == note.digest, f"{identifier} is not what was sent"
            if mailbox != "INBOX":
                assert len(octets) == note.size
            found[uid] = identifier
        self.verify_counts(name, mailbox, found)
        client.close()

    def verify_counts(self, name, mailbox, found):
        counts = {}
        for uid, identifier in found.items():
            counts.setdefault(identifier, []).append(uid)
        for (place, identifier), note in self.sent.items():
            if place != (name, mailbox):
                continue
            uids = counts.get(identifier, [])
            assert len(uids) <= note.tries, f"{identifier} is there {len(uids)} times, and was sent {note.tries} times"
            if note.is_acknowledged:
                assert uids, f"{identifier} was acknowledged and is not in {place}"
            if note.uid is not None:
                assert uids == [note.uid], f"{identifier} was to have the UID {note.uid} and has {uids}"

    def verify_quotas(self):
        users = {row["name"]: row for row in json.loads(self.server.run("user", "list", "--json").out)}
        for name, user in self.users.items():
            client = user.imap()
            listed = client.ok('LIST "" * RETURN (STATUS (SIZE))').all("STATUS")
            assert sum(int(re.search(rb"SIZE (\d+)", line).group(1)) for line in listed) == users[user.address]["usedBytes"]
            client.close()


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("storage", ["database", "maildir"])
@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_acknowledged_mail_survives_kill_9(engine, storage, tmp_path):
    directory = str(tmp_path / "data")
    server = Server(directory, settings=["--storage-mail", storage], environment={"TEGU_DATABASE": postgres_database(directory)} if engine == "postgres" else {})
    try:
        server.start()
        site = Site(server)
        site.users = {name: server.new_user(name) for name in USERS}
        for number in range(APPEND_WRITERS):
            site.users[USERS[number % len(USERS)]].imap().ok(f"CREATE box{number}")
        for _ in range(ROUNDS):
            site.round()
        assert server.stop() == 0
        assert sum(note.is_acknowledged for note in site.sent.values()) > ROUNDS
    finally:
        server.close()
