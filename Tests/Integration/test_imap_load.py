"""What many, slow and idle clients cost."""
import pathlib
import resource
import socket
import time

import pytest

from imap import Imap
from tegu import Server


def resident(server):
    text = pathlib.Path(f"/proc/{server.process.pid}/status").read_text()
    return int(text.split("VmRSS:")[1].split()[0]) << 10


@pytest.fixture
def alone():
    running = Server()
    try:
        running.start()
        yield running
        assert running.stop() == 0, running.log()
    finally:
        running.close()


def test_idle_connections_are_small_and_told_in_time(alone):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    user, count = alone.new_user(), 400
    warm = [user.imap() for _ in range(50)]
    for client in warm:
        client.ok("SELECT INBOX")
        client.begin("IDLE")
        client.response()
    before = resident(alone)
    clients = [user.imap() for _ in range(count)]
    for client in clients:
        client.ok("SELECT INBOX")
        client.begin("IDLE")
        client.response()
    each = (resident(alone) - before) / count
    # A debug build; the release's figure is in the benchmarks.
    assert each < 48 << 10, each
    began = time.monotonic()
    sender = user.imap()
    sender.append("INBOX", "Subject: news\r\n\r\nb\r\n")
    for client in clients:
        assert client.response() == b"* 1 EXISTS"
    assert time.monotonic() - began < 10
    for client in [*warm, *clients]:
        client.close()


def test_a_client_that_does_not_read_costs_bounded_memory(alone):
    user = alone.new_user()
    client = user.imap()
    for _ in range(20):
        client.append("INBOX", b"Subject: long\r\n\r\n" + b"x" * 70 + (b"\r\n" + b"y" * 70) * 20_000 + b"\r\n")
    client.ok("SELECT INBOX")
    slow = [user.imap() for _ in range(10)]
    before = resident(alone)
    for each in slow:
        each.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        each.ok("SELECT INBOX")
        each.send("".join(f"s{n} FETCH 1:* BODY.PEEK[]\r\n" for n in range(200)))
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        client.ok("NOOP")
        time.sleep(0.2)
    # 10 clients have asked for 57 GB.
    assert resident(alone) - before < 64 << 20
    # Others are served meanwhile, and what was begun goes on when it is read.
    assert len(client.ok("FETCH 1 BODY.PEEK[]").one("FETCH")) > 1_400_000
    assert len(slow[0].response()) > 1_400_000


def test_the_server_says_bye_when_it_stops():
    running = Server().start()
    try:
        client = Imap(running.host, running.imap_port)
        idle = running.new_user().imap()
        idle.begin("IDLE")
        idle.response()
        assert running.stop() == 0, running.log()
        assert client.response().startswith(b"* BYE") and idle.response().startswith(b"* BYE")
    finally:
        running.close()
