"""`tegu check` and `tegu reindex` on a database that is damaged, and what the server forgets in time."""
import os
import pathlib
import pty
import re
import select
import sqlite3
import subprocess
import time

import pytest

from objects import card, event
from tegu import Server, binary, wait_for

DAY = 86_400_000


@pytest.fixture
def store():
    """A server that is stopped, with a user who has an event and a large file."""
    server = Server()
    try:
        server.start()
        user = server.new_user()
        assert user.dav().put(user.calendar + "a.ics", event("a")).status == 201
        assert user.dav().put_file(user.files + "large", os.urandom(300_000)).status == 201
        assert server.stop() == 0
        yield server, user
    finally:
        server.close()


def execute(server, sql):
    """Changes what the database has, behind the program's back."""
    url = server.environment.get("TEGU_DATABASE")
    if url:
        subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", sql, url], check=True)
        return
    database = sqlite3.connect(os.path.join(server.data_directory, "tegu.db"))
    with database:
        assert database.execute(sql).rowcount > 0, f"nothing is damaged by {sql}"
    database.close()


def kept_files(server):
    return [path for path in pathlib.Path(server.data_directory, "blobs").rglob("*") if path.is_file()]


@pytest.mark.parametrize("damage,fault", [
    ("UPDATE member SET size = size + 1 WHERE name = 'a.ics'", "its size is"),
    ("UPDATE member SET etag = 'x' WHERE name = 'a.ics'", "its ETag is x"),
    ("UPDATE member SET etag = 'x' WHERE name = 'large'", "its ETag is x"),
    ("DELETE FROM occurrence", "the times in the index"),
    ("UPDATE collection SET member_count = 7 WHERE name = 'calendar'", "member_count is 7"),
])
def test_what_check_finds_reindex_mends(store, damage, fault):
    server, user = store
    execute(server, damage)
    checked = server.run("check", check=False)
    assert checked.returncode == 4 and fault in checked.out and "no faults" not in checked.out, checked.out + checked.err
    mended = server.run("reindex")
    assert re.search(r"(?m)^\d+ objects, [1-9]\d* corrected$", mended.out), mended.out
    server.check()
    assert "0 corrected" in server.run("reindex").out
    server.start()
    assert user.dav().get(user.calendar + "a.ics").body == event("a").encode()


@pytest.mark.parametrize("lost", ["a.ics", "large"])
def test_what_is_lost_is_told_by_both_and_mended_by_neither(store, lost):
    server, user = store
    if lost == "a.ics":
        execute(server, "DELETE FROM blob WHERE id = (SELECT blob_id FROM member WHERE name = 'a.ics')")
    else:
        [path.unlink() for path in kept_files(server)]
    for command in ("check", "reindex", "check"):
        done = server.run(command, check=False)
        assert done.returncode == 4 and re.search(rf"“{lost}” in .* missing", done.out), (command, done.returncode, done.out + done.err)
    server.start()
    whole, damaged = sorted((user.calendar + "a.ics", user.files + "large"), key=lambda path: path.endswith(lost))
    assert user.dav().get(whole).status == 200
    assert user.dav().get(damaged).status == 500, "there is no answer to be made up"
    assert server.process.poll() is None


@pytest.mark.skipif(
    os.environ.get("TEST_ENGINE") == "postgres", reason="of the embedded database: beside other nodes a young file may be a request's")
def test_a_file_that_a_crash_left_is_gone_after_a_start(store):
    """Between a large body's arrival and its commit it belongs to nothing."""
    server, user = store
    [kept] = kept_files(server)
    stray = kept.with_name(kept.name[:4] + "0" * 28)
    stray.write_bytes(b"x")
    server.check()  # it is young, and may be a request's
    server.start()
    wait_for(lambda: not stray.exists(), 20, "the end of the file")
    assert kept.exists() and user.dav().get(user.files + "large").status == 200


@pytest.mark.skipif(os.environ.get("TEST_ENGINE") == "postgres", reason="of the embedded database")
@pytest.mark.parametrize("command", ["check", "reindex", "serve"])
def test_a_database_that_is_none_is_said(store, command):
    server, _ = store
    for path in pathlib.Path(server.data_directory).glob("tegu.db*"):
        path.write_bytes(b"this is no database at all" * 1000)
    done = server.run(command, check=False, timeout=60)
    assert done.returncode == 4 and "database" in done.err, (done.returncode, done.out, done.err)


def test_a_server_forgets_what_is_old_when_it_starts(store):
    """The change log, the trash, and the files of neither: each by its own time."""
    server, user = store
    server.start()
    dav = user.new_dav()
    token = dav.sync(user.calendar).multistatus().sync_token
    assert dav.put(user.calendar + "b.ics", event("b")).status == 201
    assert dav.delete(user.calendar + "b.ics").status == 204
    assert dav.delete(user.files + "large").status == 204
    assert dav.sync(user.calendar, token).multistatus().paths() == [user.calendar + "b.ics"]
    assert len(kept_files(server)) == 1 and server.run("trash", "list", user.address, "--json").out.count('"id"') == 2
    server.stop()

    server.start()
    assert user.new_dav().sync(user.calendar, token).status == 207, "nothing is old"
    assert len(kept_files(server)) == 1
    server.stop()

    execute(server, f"UPDATE change SET at = at - {91 * DAY}")
    execute(server, f"UPDATE trash SET trashed = trashed - {31 * DAY}")
    execute(server, f"UPDATE past_member SET ended = ended - {15 * DAY}")
    server.start()
    wait_for(lambda: not kept_files(server), 20, "the end of the file")
    assert server.run("trash", "list", user.address, "--json").out.count('"id"') == 0
    refused = user.new_dav().sync(user.calendar, token)
    assert refused.status == 403
    refused.error("D:valid-sync-token")
    assert user.new_dav().sync(user.calendar).multistatus().paths() == [user.calendar + "a.ics"]
    server.check()


# The bar of long commands

def on_terminal(server, *arguments):
    """What a command writes to standard error where that is a terminal."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen([binary(), *arguments, "--data-directory", server.data_directory], stdout=subprocess.DEVNULL, stderr=theirs,
                               env={**server.environment, "TEGU_DOMAIN": "example.org"})
    os.close(theirs)
    text = b""
    while select.select([ours], [], [], 120)[0]:
        try:
            part = os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        text += part
    os.close(ours)
    assert process.wait(30) == 0, text
    return text.decode()


@pytest.mark.parametrize("kind", ["calendar", "book"])
def test_import_and_export_draw_their_bar_on_a_terminal(server, user, tmp_path, kind):
    count = 4000
    path, whole = getattr(user, kind), tmp_path / "whole"
    if kind == "calendar":
        inner = "".join("".join(event(f"i-{n}").splitlines(keepends=True)[3:-1]) for n in range(count))
        whole.write_text(f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{inner}END:VCALENDAR\r\n", newline="")
    else:
        whole.write_text("".join(card(f"c-{n}") for n in range(count)), newline="")
    size = whole.stat().st_size
    text = on_terminal(server, "import", path, str(whole))
    assert re.search(rf"\r\[#* *\] \d+ %  \d+ of {size} bytes, \d+/s, \d+ \w+", text), text[-500:]
    assert re.search(r"\r\x1b\[K\d+ bytes, \d+/s, \d+ s\r?\n$", text), text[-500:]
    text = on_terminal(server, "export", path, "-o", str(tmp_path / "out"))
    assert re.search(rf"\r\x1b\[K{count} objects, \d+/s, \d+ s\r?\n$|^{count} objects, \d+/s, \d+ s\r?\n$", text), text[-500:]
    assert server.run("export", path, "-o", str(tmp_path / "again")).err == "", "elsewhere a short command is silent"
