"""Disks that fail (EIO) or are full (ENOSPC) in the middle of a delivery by LMTP and of an APPEND: what is refused is not there, nothing is there
by half, what is acknowledged is there to the octet, and when the disk is well again the next message comes in, and a restart finds no fault.

`faults.c` makes calls of the system fail: write, fsync and rename of files whose paths have a part in common."""
import errno
import os
import re
import subprocess

import pytest

from imap import Imap
from lmtp import Lmtp
from tegu import ROOT, Server, wait_for

IS_EMBEDDED = os.environ.get("TEST_ENGINE") != "postgres"
FILES, DATABASE = "/mail/", "/tegu.db"
# One that is small, and one that is staged in parts before it is whole.
SIZES = [500, 1_700_000]

CASES = [("maildir", "write", errno.ENOSPC, FILES), ("maildir", "write", errno.EIO, FILES), ("maildir", "fsync", errno.EIO, FILES),
         ("maildir", "rename", errno.EIO, FILES), ("maildir", "rename", errno.ENOSPC, FILES)]
if IS_EMBEDDED:
    CASES += [(storage, call, code, DATABASE) for storage in ["maildir", "database"]
              for call, code in [("write", errno.ENOSPC), ("write", errno.EIO), ("fsync", errno.EIO)]]


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    path = tmp_path_factory.mktemp("faults") / "faults.so"
    source = ROOT / "Tests/Integration/faults.c"
    subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", str(path), str(source), "-ldl"], check=True)
    return path


def message(subject, size):
    line = b"x" * 70 + b"\r\n"
    head = f"From: a@example.com\r\nSubject: {subject}\r\n\r\n".encode()
    return head + line * (size // len(line))


class Site:
    def __init__(self, server, control):
        self.server, self.control = server, control
        self.users = [server.new_user("anna"), server.new_user("boris")]
        # By mailbox: what must be there, and what may.
        self.sent, self.acknowledged = {}, {}
        self.count = 0
        self.connect()
        self.clients[0].ok("CREATE box")

    def connect(self):
        self.clients = [user.imap() for user in self.users]
        self.lmtp = Lmtp(self.server.host, self.server.lmtp_port, timeout=60)

    def fail(self, text):
        new = str(self.control) + ".new"
        with open(new, "w") as file:
            file.write(text + "\n")
        os.rename(new, self.control)

    def heal(self):
        os.unlink(self.control)

    def deliver(self, size):
        """To both; the codes."""
        self.count += 1
        octets = message(f"m{self.count}", size)
        replies = self.lmtp.deliver(octets, [user.address for user in self.users])
        for user, reply in zip(self.users, replies):
            self.note((user.name, "INBOX"), octets, reply.code == 250)
        return [reply.code for reply in replies]

    def append(self, size):
        self.count += 1
        octets = message(f"m{self.count}", size)
        client = self.clients[0]
        # With a synchronising literal: a server that refuses it early has not taken it.
        client.send(f"a{self.count} APPEND box {{{len(octets)}}}\r\n")
        line = client.line()
        if line.startswith(b"+"):
            client.send(octets + b"\r\n")
            line = client.line()
        while not line.startswith(f"a{self.count} ".encode()):
            assert line.startswith(b"*"), line
            line = client.line()
        status = line.split()[1].decode()
        self.note(("anna", "box"), octets, status == "OK")
        return status

    def note(self, mailbox, octets, is_acknowledged):
        self.sent.setdefault(mailbox, []).append(octets)
        if is_acknowledged:
            self.acknowledged.setdefault(mailbox, []).append(octets)

    def verify(self):
        for (name, mailbox), acknowledged in self.acknowledged.items():
            client = next(user for user in self.users if user.name == name).imap()
            client.ok(f"EXAMINE {mailbox}")
            there = []
            for line in client.ok("UID FETCH 1:* (BODY.PEEK[])").all("FETCH"):
                head = re.search(rb"BODY\[\] \{(\d+)\}\r\n", line)
                there.append(line[head.end():head.end() + int(head.group(1))])
            # What a delivery puts before it is not of it.
            found = [next((sent for sent in self.sent[name, mailbox] if octets.endswith(sent)), None) for octets in there]
            assert None not in found, f"{mailbox} has what nobody sent"
            assert sorted(found) == sorted(acknowledged), (
                mailbox, [octets[:60] for octets in found], [octets[:60] for octets in acknowledged])
            client.close()


@pytest.mark.parametrize("storage,call,code,part", CASES, ids=lambda value: str(value).strip("/"))
def test_a_disk_that_fails_is_a_clean_refusal(library, tmp_path, storage, call, code, part):
    control = tmp_path / "faults"
    server = Server(str(tmp_path / "data"), settings=["--storage-mail", storage],
                    environment={"LD_PRELOAD": str(library), "FAULTS": str(control)})
    try:
        server.start()
        site = Site(server, control)
        for size in SIZES:
            assert site.deliver(size) == [250, 250] and site.append(size) == "OK"
        site.verify()

        site.fail(f"{call} {code} {part}")
        answers = []
        for size in SIZES:
            answers += site.deliver(size) + [site.append(size)]
        assert all(answer in ("OK", "NO") or answer == 250 or 400 <= answer < 500 for answer in answers), answers
        if call == "rename":
            # It comes after the commit, by which the message is durable in tmp.
            assert set(answers) == {250, "OK"}, answers
        else:
            assert not {250, "OK"} & set(answers), answers
        # Reading goes on.
        site.clients[1].ok("EXAMINE INBOX")
        assert server.process.poll() is None
        site.heal()

        for size in SIZES:
            assert site.deliver(size) == [250, 250], "it recovers by itself"
            assert site.append(size) == "OK"
        site.verify()
        server.kill()
        server.start()
        site.connect()
        site.verify()
        assert site.deliver(500) == [250, 250] and site.append(500) == "OK"
        site.verify()
        if storage == "maildir":
            # What was refused has left nothing, and other programs see what was not.
            files = {part: lambda part=part: len(list((tmp_path / "data/mail").rglob(f"{part}/*S=*"))) for part in ["new", "cur", "tmp"]}
            wait_for(lambda: files["tmp"]() == 0, what="an empty tmp")
            assert files["new"]() + files["cur"]() == sum(map(len, site.acknowledged.values()))
        server.check()
        assert server.stop() == 0
    finally:
        server.close()
