"""LMTP: what a mail transfer agent says, and what the mailboxes have then. Python's smtplib is another client."""
import os
import re
import smtplib
import socket
import stat
import threading
import time

import pytest

from lmtp import Lmtp, stuffed
from tegu import Server, serving, wait_for


def mail(subject, body="text\r\n"):
    return (f"From: a@example.com\r\nTo: b@example.org\r\nSubject: {subject}\r\nDate: Mon, 7 Feb 2022 10:00:00 +0000\r\n"
            f"Message-ID: <{subject}@example.com>\r\n\r\n{body}").encode()


def octets(client, mailbox="INBOX"):
    """The messages of a mailbox in the order of their UIDs."""
    client.ok(f'EXAMINE "{mailbox}"')
    found = []
    for line in client.ok("UID FETCH 1:* (BODY.PEEK[])").all("FETCH"):
        head = re.search(rb"BODY\[\] \{(\d+)\}\r\n", line)
        found.append(line[head.end():head.end() + int(head.group(1))])
    return found


@pytest.fixture
def lmtp(server):
    client = Lmtp(server.host, server.lmtp_port)
    yield client
    client.close()


def test_smtplib(server, user):
    with smtplib.LMTP(server.host, server.lmtp_port) as client:
        code, text = client.ehlo()
        assert code == 250
        for extension in ["pipelining", "enhancedstatuscodes", "8bitmime", "smtputf8", "chunking"]:
            assert client.has_extn(extension), text
        assert int(client.esmtp_features["size"]) > 50_000_000
        assert client.sendmail("a@example.com", [user.address], mail("smtplib", "..a\r\n.\r\n. b\r\n"), ["BODY=8BITMIME"]) == {}
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            client.sendmail("a@example.com", ["nobody@example.org"], mail("x"))
        code, text = refused.value.recipients["nobody@example.org"]
        assert code == 550 and text.startswith(b"5.1.1")
    [got] = octets(user.imap())
    assert got.startswith(f"Return-Path: <a@example.com>\r\nDelivered-To: {user.address}\r\nReceived: from ".encode())
    assert got.endswith(mail("smtplib", "..a\r\n.\r\n. b\r\n"))


def test_each_recipient_has_an_answer_and_sees_no_other(server, lmtp, user, other):
    replies = lmtp.deliver(mail("two"), [user.address, "nobody@example.org", other.address])
    assert [reply.status for reply in replies] == ["250 2.0.0", "550 5.1.1", "250 2.0.0"]
    for someone in (user, other):
        [got] = octets(someone.imap())
        assert got.endswith(mail("two")) and b"Delivered-To" not in got
        head = got[:-len(mail("two"))].decode()
        assert user.address not in head and other.address not in head


def test_those_who_idle_are_told(server, lmtp, user):
    client = user.imap()
    client.ok("SELECT INBOX")
    client.begin("IDLE")
    assert client.response().startswith(b"+")
    assert lmtp.deliver(mail("new"), [user.address])[0].code == 250
    assert client.response() == b"* 1 EXISTS"


def test_details_aliases_and_quotas(server, lmtp):
    user = server.new_user("lmtp-anna", None, "--alias", "lmtp.alias@example.org", "--quota", "20kB")
    client = user.imap()
    client.ok("CREATE Lists/Swift")
    replies = lmtp.deliver(mail("one"), ["LMTP-Anna+lists/swift@example.org", "lmtp.alias@example.org", "lmtp-anna+none@example.org"])
    assert [reply.code for reply in replies] == [250, 250, 250]
    assert len(octets(client, "Lists/Swift")) == 1
    # The detail that is no folder goes to INBOX, and each address has its own answer.
    assert 1 <= len(octets(client)) <= 2
    assert lmtp.begin([user.address], parameters=" SIZE=30000")[0].status == "452 4.2.2"
    lmtp.do("RSET")
    assert lmtp.deliver(mail("big", ("x" * 70 + "\r\n") * 400), [user.address])[0].status == "452 4.2.2"
    assert lmtp.deliver(mail("small"), [user.address])[0].status == "250 2.0.0"
    server.check()


def test_a_large_message_in_chunks_is_kept_to_the_octet(server, lmtp, user):
    body = mail("chunks") + b"".join(b"%d " % n + bytes([0x80 + n % 100]) * 60 + b"\r\n.\r\n" for n in range(60_000))
    lmtp.begin([user.address], parameters=f" SIZE={len(body)} BODY=8BITMIME")
    for start in range(0, len(body), 700_000):
        piece = body[start:start + 700_000]
        last = " LAST" if start + 700_000 >= len(body) else ""
        lmtp.send(f"BDAT {len(piece)}{last}\r\n".encode() + piece)
        assert lmtp.reply().code == 250
    [got] = octets(user.imap())
    assert got.endswith(body)


def test_what_others_take_for_an_end_is_none(server, lmtp, user):
    """Smuggling: commands in a message, behind an end of it that only some see."""
    ends = [b"\n.\n", b"\n.\r\n", b"\r.\r", b"\r.\r\n", b"\r\n.\n", b"\r\n.\r", b"\n.\r"]
    for end in ends:
        smuggled = b"MAIL FROM:<evil@example.com>\r\nRCPT TO:<" + user.address.encode() + b">\r\nDATA\r\nsmuggled\r\n"
        lmtp.begin([user.address])
        assert lmtp.do("DATA").code == 354
        lmtp.send(mail("smuggling") + b"text" + end + smuggled + b".\r\n")
        assert lmtp.reply().code == 250
        assert lmtp.do("NOOP").code == 250
    got = octets(user.imap())
    assert len(got) == len(ends) and all(b"smuggled" in message and b"evil@" in message for message in got)


def test_bad_input_ends_nothing(server, lmtp, user):
    lmtp.send(b"\x00\xff\r\n" + b"x" * 100_000 + b"\r\nNOOP\nRCPT TO:<" + b"a" * 5000 + b">\r\nNOOP\r\n")
    assert [lmtp.reply().status for _ in range(5)] == ["500 5.5.2"] * 4 + ["250 2.0.0"]
    assert lmtp.do("MAIL FROM:<a@b> SIZE=999999999999").status == "552 5.3.4"
    assert lmtp.deliver(mail("still here"), [user.address])[0].code == 250


def test_many_connections_share_commits(server, user):
    """Durable answers to many at once: each has its message, in whatever order."""
    def work(number, failures):
        try:
            client = Lmtp(server.host, server.lmtp_port)
            for count in range(20):
                [reply] = client.deliver(mail(f"m{number}-{count}"), [user.address])
                if reply.code != 250:
                    failures.append(reply)
            assert client.do("QUIT").code == 221
        except Exception as error:  # noqa: BLE001 (told by the main thread)
            failures.append(error)

    failures = []
    threads = [threading.Thread(target=work, args=(number, failures)) for number in range(20)]
    [thread.start() for thread in threads]
    [thread.join(120) for thread in threads]
    assert not failures, failures[:3]
    got = octets(user.imap())
    assert sorted(re.search(rb"Subject: (\S+)", m).group(1) for m in got) == sorted(b"m%d-%d" % (n, c) for n in range(20) for c in range(20))


def test_a_socket_in_the_file_system(tmp_path):
    path = tmp_path / "lmtp"
    with serving("--lmtp-listen", f"unix:{path}:606", "--lmtp-trusted", "none") as server:
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o606
        assert f"lmtp: {path}" in server.output
        user = server.new_user()
        client = Lmtp(str(path))
        assert client.deliver(mail("socket"), [user.address])[0].code == 250
        [got] = octets(user.imap())
        assert b"Received: from client.example\r\n" in got
        server.kill()
        # What the killed one left behind is no obstacle.
        server.start()
        assert Lmtp(str(path)).greeting.code == 220
        assert server.stop() == 0
        assert not path.exists()


def test_others_are_turned_away_and_port_25_is_not_taken():
    with serving("--lmtp-trusted", "192.0.2.0/24") as server:
        with socket.create_connection((server.host, server.lmtp_port), timeout=10) as connection:
            assert connection.recv(1000).startswith(b"554 ") and connection.recv(1000) == b""
    server = Server(settings=["--lmtp-listen", "127.0.0.1:25"])
    try:
        server.start(wait=False)
        assert server.process.wait(30) != 0
        server._reader.join(10)
        assert "port 25" in server.log()
    finally:
        server.close()


def test_a_client_that_says_nothing_is_let_go():
    with serving("--lmtp-idle-time", "1s") as server:
        client = Lmtp(server.host, server.lmtp_port)
        assert client.reply().status == "421 4.4.2"
        with pytest.raises(EOFError):
            client.reply()


def test_a_drain_lets_messages_end(tmp_path):
    with serving() as server:
        user = server.new_user()
        busy, idle = Lmtp(server.host, server.lmtp_port), Lmtp(server.host, server.lmtp_port)
        busy.begin([user.address])
        assert busy.do("DATA").code == 354
        busy.send(stuffed(mail("drain")))
        # A message that comes in is known to the server as soon as a part of it was taken.
        wait_for(lambda: server.metrics().get("lmtp_connections") == 2, what="both connections")
        time.sleep(0.2)
        stopping = threading.Thread(target=server.stop)
        stopping.start()
        assert idle.reply().status == "421 4.3.2"
        busy.send(b".\r\n")
        assert [busy.reply().status, busy.reply().status] == ["250 2.0.0", "421 4.3.2"]
        stopping.join(60)
        assert server.process.returncode == 0
        server.start()
        assert len(octets(user.imap())) == 1


def test_deliveries_are_counted(server, lmtp, user):
    def count(outcome):
        return server.metrics().get(f'lmtp_deliveries_total{{outcome="{outcome}"}}', 0)

    before = count("delivered"), count("refused")
    lmtp.deliver(mail("counted"), [user.address, "nobody@example.org"])
    assert (count("delivered"), count("refused")) == (before[0] + 1, before[1] + 1)
