"""Every commit of a node loses its connection, in turns before the database has it and before the node has the answer: each change is
made once, whatever it is, and its answer is that of a change that was made once."""
import time

import pytest

from lmtp import Lmtp
from nodes import Nodes
from objects import card, event
from postgres_proxy import Proxy
from tegu import DOMAIN, postgres_database

MESSAGE = "Subject: number {}\r\n\r\nbody\r\n"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    proxy = Proxy(postgres_database(str(tmp_path_factory.mktemp("commits"))))
    # The session's own row of `commit_mark` is made anew with each connection.
    nodes = Nodes(2, url=proxy.url)
    try:
        nodes.start()
        yield nodes, proxy
        nodes[0].check()
        nodes.stop()
    finally:
        nodes.close()
        proxy.close()


@pytest.fixture
def cut(world):
    """`who`, with nothing that is cut before and after the test."""
    nodes, proxy = world
    who = nodes.new_user()
    [user.dav().get(user.calendar) for user in who]
    before = proxy.cuts
    proxy.cut_each = 1
    yield nodes, proxy, who
    proxy.cut_each = 0
    assert proxy.cuts - before >= 4, "nothing was cut"


def changes(proxy, dav, path, token):
    """What is new in a collection, as another node tells it, without cuts."""
    each, proxy.cut_each = proxy.cut_each, 0
    found = dav.sync(path, token).multistatus()
    proxy.cut_each = each
    return sorted((r.path[len(path):], r.status == 404) for r in found if r.path != path), found.sync_token


def test_objects(cut):
    nodes, proxy, who = cut
    dav, other, path = who[0].dav(), who[1].dav(), who[0].calendar
    token = changes(proxy, other, path, "")[1]
    for number in range(4):
        name = f"{number}.ics"
        # RFC 9110 §13.1: what was made, and run again as if it had not been, would be refused with 412 or 404.
        made = dav.put(path + name, event(name), headers={"If-None-Match": "*"})
        assert made.status == 201, made
        replaced = dav.put(path + name, event(name, "later"), headers={"If-Match": made.etag})
        assert replaced.status == 204, replaced
        found, token = changes(proxy, other, path, token)
        assert found == [(name, False)]
        assert other.get(path + name).etag == replaced.etag
        assert dav.request("POST", path + name + "?action=attachment-add", b"text", {"Content-Type": "text/plain"}).status == 201
        assert other.get(path + name).text.count("ATTACH;") == 1
        found, token = changes(proxy, other, path, token)
        assert found == [(name, False)]
        moved = dav.move(path + name, path + "moved" + name)
        assert moved.status == 201, moved
        found, token = changes(proxy, other, path, token)
        assert found == [(name, True), ("moved" + name, False)]
        gone = dav.delete(path + "moved" + name)
        assert gone.status == 204, gone
        found, token = changes(proxy, other, path, token)
        assert found == [("moved" + name, True)]


def test_collections_and_properties(cut):
    nodes, proxy, who = cut
    dav = who[0].dav()
    for number in range(3):
        path = f"{who[0].calendars}c{number}/"
        answer = dav.make_calendar(path)
        assert answer.status == 201, answer
        assert dav.set_property(path, "<D:displayname>Name</D:displayname>").status == 207
        book = f"{who[0].books}b{number}/"
        assert dav.make_book(book).status == 201
        assert dav.put_card(book + "a.vcf", card(f"c{number}"), headers={"If-None-Match": "*"}).status == 201
        assert dav.move(book, f"{who[0].books}m{number}/").status == 201
        assert dav.delete(f"{who[0].books}m{number}/").status == 204
        folder = f"{who[0].files}f{number}/"
        assert dav.mkcol(folder).status == 201
        assert dav.put_file(folder + "large", b"x" * 400_000, headers={"If-None-Match": "*"}).status == 201
        copied = dav.copy(folder, f"{who[0].files}g{number}/")
        assert copied.status == 201, copied
        locked = dav.lock(folder + "large")
        assert locked.status == 200, locked
        assert dav.unlock(folder + "large", locked.header("Lock-Token").strip("<>")).status == 204
        assert dav.delete(folder).status == 204
        assert who[1].dav().get(f"{who[0].files}g{number}/large").body == b"x" * 400_000


def test_deliveries(cut):
    nodes, proxy, who = cut
    proxy.cut_each = 0
    others = nodes.new_user()
    [user.imap().close() for user in (who[0], others[0])]
    proxy.cut_each = 1
    client = Lmtp("127.0.0.1", nodes[0].lmtp_port)
    for number in range(6):
        replies = client.deliver(MESSAGE.format(number).encode(), [who[0].address, others[0].address])
        assert [reply.code for reply in replies] == [250, 250], replies
    proxy.cut_each = 0
    for user in (who[1], others[1]):
        found = user.imap().ok("STATUS INBOX (MESSAGES UIDNEXT)").one("STATUS")
        assert found == b"* STATUS INBOX (MESSAGES 6 UIDNEXT 7)"


def test_mailboxes_and_messages(cut):
    nodes, proxy, who = cut
    client = who[0].imap()
    client.ok("CREATE box")
    client.ok("SUBSCRIBE box")
    for number in range(4):
        message = MESSAGE.format(number).encode()
        client.ok([f"APPEND INBOX {{{len(message)}}}\r\n", message])
    client.ok("SELECT INBOX")
    client.ok(r"STORE 1:4 +FLAGS (\Flagged)")
    client.ok(r"STORE 2 -FLAGS (\Flagged)")
    client.ok("COPY 1:2 box")
    client.ok("MOVE 3 box")
    client.ok(r"STORE 1 +FLAGS (\Deleted)")
    client.ok("EXPUNGE")
    client.ok(f"SETACL box admin@{DOMAIN} lr")
    client.ok("RENAME box other")
    client.ok("CREATE gone")
    client.ok("DELETE gone")
    proxy.cut_each = 0
    other = who[1].imap()
    assert other.ok("STATUS INBOX (MESSAGES UIDNEXT)").one("STATUS") == b"* STATUS INBOX (MESSAGES 2 UIDNEXT 5)"
    assert other.ok("STATUS other (MESSAGES UIDNEXT)").one("STATUS") == b"* STATUS other (MESSAGES 3 UIDNEXT 4)"
    other.no("STATUS box (MESSAGES)")
    other.no("STATUS gone (MESSAGES)")
    other.ok("SELECT INBOX")
    flagged = other.ok("SEARCH FLAGGED").one("SEARCH")
    assert flagged == b"* SEARCH 2"


def test_commands(cut):
    nodes, proxy, who = cut
    server = nodes[0]
    # What the nodes do because of these is cut as well: were all, a command could lose its connection each time that it tries.
    proxy.cut_each = 2
    for number in range(4):
        name = f"made{number}@{DOMAIN}"
        # What was made, and run again as if it had not been, would say that the name is taken.
        server.run("user", "add", name, "--password-stdin", input="pw\n")
        server.run("user", "app-password", "add", name, "--name", "phone")
        server.run("group", "add", f"group{number}@{DOMAIN}")
        server.run("group", "member", "add", f"group{number}@{DOMAIN}", name)
        server.run("user", "set", name, "--alias", f"alias{number}@{DOMAIN}")
        server.run("share", "add", f"/calendars/{name}/calendar/", who[0].address, "--role", "editor")
        server.run("user", "app-password", "revoke", name, "phone")
        server.run("group", "member", "remove", f"group{number}@{DOMAIN}", name)
        server.run("user", "remove", name, "--yes")
    proxy.cut_each = 0
    assert "made" not in server.run("user", "list").out
