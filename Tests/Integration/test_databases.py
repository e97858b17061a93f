"""`tegu db` and `tegu backup`: a whole installation from one engine to the other and back, and into one file and out of it."""
import fcntl
import os
import sqlite3
import subprocess
import tarfile
import threading

import pytest

from objects import card, event
from tegu import Server, binary, postgres_database


def filled(server):
    """A user with something of each kind, and what a client sees of it."""
    user = server.new_user()
    dav, imap = user.dav(), user.imap()
    assert dav.put(user.calendar + "%C3%A9.ics", event("a", "Größe 漢字")).status == 201
    assert dav.put(user.calendar + "gone.ics", event("gone")).status == 201
    assert dav.delete(user.calendar + "gone.ics").status == 204
    assert dav.put_card(user.book + "a.vcf", card("c1")).status == 201
    assert dav.put_file(user.files + "zeros", bytes(range(256)) * 4).status == 201
    assert dav.put_file(user.files + "empty", b"").status == 201
    assert dav.put_file(user.files + "large", os.urandom(700_000)).status == 201
    imap.append("INBOX", b"Subject: \xff\xfe raw\r\n\r\n" + b"x" * 300_000 + b"\r\n")
    imap.close()
    token = dav.sync(user.calendar).multistatus().sync_token
    assert dav.put(user.calendar + "later.ics", event("later")).status == 201
    return user, token


def seen(user, token):
    dav, imap = user.new_dav(), user.imap()
    imap.ok("SELECT INBOX")
    found = {
        "listing": sorted(dav.propfind(user.calendar, "D:getetag", depth=1).body.split(b"<")),
        "event": (dav.get(user.calendar + "%C3%A9.ics").body, dav.get(user.calendar + "%C3%A9.ics").etag),
        "files": [dav.get(user.files + name).body for name in ("zeros", "empty", "large")],
        "card": dav.get(user.book + "a.vcf").body,
        # RFC 6578: a token of before is good after.
        "changes": sorted((r.path, r.status) for r in dav.sync(user.calendar, token).multistatus()),
        "mail": imap.ok("FETCH 1 (UID BODY.PEEK[])").untagged,
    }
    imap.close()
    return found


def psql(sql, url):
    return subprocess.run(["psql", "-X", "-A", "-t", "-c", sql, url], check=True, capture_output=True, text=True).stdout.strip()


def command(*arguments, check=True, **environment):
    done = subprocess.run([binary(), *arguments], capture_output=True, text=True, timeout=300, env={**os.environ, **environment})
    assert not check or done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture
def embedded(tmp_path):
    if os.environ.get("TEST_ENGINE") == "postgres":
        pytest.skip("of the embedded database")
    server = Server(str(tmp_path / "data"))
    try:
        yield server.start()
    finally:
        server.close()


def test_a_copy_to_postgres_and_back_is_the_same(embedded, tmp_path):
    user, token = filled(embedded)
    before = seen(user, token)
    url = postgres_database(str(tmp_path / "copy"))
    refused = command("db", "copy", embedded.data_directory, url, check=False)
    assert refused.returncode == 5 and "serves" in refused.stderr, refused.stderr
    assert embedded.stop() == 0
    told = command("db", "copy", embedded.data_directory, url).stdout
    assert "are the same" in told

    # Large bodies are files that both name.
    remote = Server(embedded.data_directory, environment={"TEGU_DATABASE": url})
    try:
        remote.start()
        user.server, user._dav = remote, {}
        assert seen(user, token) == before
        # Ids go on from where they were.
        assert user.dav().put(user.calendar + "new.ics", event("new")).status == 201
        assert remote.new_user("second").dav().propfind("/", depth=0).status == 207
        after = seen(user, token)
        back = str(tmp_path / "back")
        os.mkdir(back, 0o700)
        refused = command("db", "copy", url, back, check=False)
        assert refused.returncode == 5 and "stop" in refused.stderr, refused.stderr
        assert remote.stop() == 0
        remote.check()
    finally:
        remote.close()

    again = command("db", "copy", embedded.data_directory, url, check=False)
    assert again.returncode == 6 and "not empty" in again.stderr
    command("db", "copy", url, back)
    assert command("db", "copy", url, back, check=False).returncode == 6
    os.rename(os.path.join(embedded.data_directory, "blobs"), os.path.join(back, "blobs-of-before"))
    subprocess.run(["cp", "-a", os.path.join(back, "blobs-of-before") + "/.", os.path.join(back, "blobs")], check=True)
    returned = Server(back)
    try:
        returned.start()
        user.server = returned
        assert seen(user, token) == after
        returned.check()
        assert returned.stop() == 0, returned.log()
    finally:
        returned.close()


def test_a_copy_that_cannot_be_kept_leaves_nothing(embedded, tmp_path):
    filled(embedded)
    assert embedded.stop() == 0
    # SQLite takes a text that PostgreSQL does not.
    subprocess.run(["python3", "-c", "import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); "
                    "c.execute(\"UPDATE principal SET display_name = CAST(x'ff' AS TEXT)\"); c.commit()",
                    os.path.join(embedded.data_directory, "tegu.db")], check=True)
    url = postgres_database(str(tmp_path / "copy"))
    assert command("db", "copy", embedded.data_directory, url, check=False).returncode != 0
    count = subprocess.run(["psql", "-X", "-A", "-t", "-c", "SELECT count(*) FROM member", url], check=True, capture_output=True)
    assert count.stdout.strip() == b"0"


@pytest.mark.parametrize("suffix", ["", "-wal", "-shm", "-journal"])
def test_a_copy_is_not_put_beside_what_is_left_of_another_database(embedded, tmp_path, suffix):
    filled(embedded)
    assert embedded.stop() == 0
    target = tmp_path / "target"
    target.mkdir(mode=0o700)
    # SQLite would play such a log into the copy.
    left = target / ("tegu.db" + suffix)
    left.write_bytes(b"left")
    refused = command("db", "copy", embedded.data_directory, str(target), check=False)
    assert refused.returncode == 6 and left.name in refused.stderr, refused.stderr
    assert left.read_bytes() == b"left"
    left.unlink()
    command("db", "copy", embedded.data_directory, str(target))
    assert not (target / "tegu.db.copy").exists()


def test_a_copy_keeps_a_server_off_its_target(embedded, tmp_path):
    filled(embedded)
    assert embedded.stop() == 0
    target = tmp_path / "target"
    target.mkdir(mode=0o700)
    with open(target / "serve.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        refused = command("db", "copy", embedded.data_directory, str(target), check=False)
    assert refused.returncode == 5 and "serves" in refused.stderr, refused.stderr
    assert not (target / "tegu.db").exists()


def test_a_copy_is_of_all_that_commands_write(embedded, tmp_path):
    """A command at work keeps the copy waiting, or is kept waiting by it: neither is told of a success that the other side has not."""
    filled(embedded)
    assert embedded.stop() == 0
    database = sqlite3.connect(os.path.join(embedded.data_directory, "tegu.db"), isolation_level=None)
    database.execute("BEGIN IMMEDIATE")
    target = tmp_path / "target"
    refused = command("db", "copy", embedded.data_directory, str(target), check=False)
    assert refused.returncode == 5, refused.stderr
    assert not (target / "tegu.db").exists()
    database.execute("ROLLBACK")
    database.close()
    command("db", "copy", embedded.data_directory, str(target))


def test_a_database_in_use_is_neither_copied_nor_changed(embedded, tmp_path):
    filled(embedded)
    assert embedded.stop() == 0
    url = postgres_database(str(tmp_path / "used"))
    command("db", "migrate", TEGU_DATABASE=url)
    # Of an older program; the name is the administrator's.
    psql("DELETE FROM schema_version WHERE number = (SELECT max(number) FROM schema_version)", url)
    version = psql("SELECT max(number) FROM schema_version", url)
    node = subprocess.Popen(["psql", "-X", "-q", "-A", "-t", url + "&application_name=tegu-node1"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        node.stdin.write(b"SELECT pg_advisory_lock_shared(1413826389, hashtext(current_schema()));\n")
        node.stdin.flush()
        assert node.stdout.readline()
        for arguments in ((embedded.data_directory, url), (url, str(tmp_path / "target"))):
            refused = command("db", "copy", *arguments, check=False)
            assert refused.returncode == 5 and "stop" in refused.stderr, refused.stderr
        assert psql("SELECT max(number) FROM schema_version", url) == version
    finally:
        node.communicate(timeout=60)


def test_what_a_migration_would_do_is_told_and_not_done(embedded, tmp_path):
    assert embedded.stop() == 0
    assert "nothing to do" in command("db", "migrate", "--plan", "--data-directory", embedded.data_directory).stdout
    url = postgres_database(str(tmp_path / "new"))
    plan = command("db", "migrate", "--plan", TEGU_DATABASE=url).stdout
    assert "CREATE TABLE principal" in plan and "-- 1 core" in plan
    tables = ["psql", "-X", "-A", "-t", "-c", "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", url]
    assert subprocess.run(tables, check=True, capture_output=True).stdout.strip() == b"0"
    assert command("db", "migrate", TEGU_DATABASE=url).stdout.startswith("schema ")
    assert "nothing to do" in command("db", "migrate", TEGU_DATABASE=url).stdout
    assert int(subprocess.run(tables, check=True, capture_output=True).stdout) > 20


def test_a_backup_beside_writers_is_a_whole_installation(embedded, tmp_path):
    user, token = filled(embedded)
    done, failed = threading.Event(), []

    def write():
        dav, number = user.new_dav(), 0
        while not done.is_set():
            number += 1
            # Each body replaces one, which the server removes.
            for answer in (dav.put_file(user.files + "moving", os.urandom(300_000)),
                           dav.put(user.calendar + f"{number}.ics", event(f"moving-{number}"))):
                if answer.status not in (201, 204):
                    failed.append(answer.status)

    writer = threading.Thread(target=write)
    writer.start()
    archive = str(tmp_path / "backup.tar")
    try:
        told = embedded.run("backup", archive).out
    finally:
        done.set()
        writer.join()
    assert failed == []
    assert "large bodies" in told
    assert os.stat(archive).st_mode & 0o777 == 0o600
    assert embedded.run("backup", archive, check=False).returncode == 6
    before = seen(user, token)
    assert embedded.stop() == 0
    assert not os.path.exists(os.path.join(embedded.data_directory, "blobs", ".backup"))

    restored = str(tmp_path / "restored")
    with tarfile.open(archive) as tar:
        tar.extractall(restored)
    os.chmod(restored, 0o700)
    server = Server(restored)
    try:
        server.start()
        user.server = server
        found = seen(user, token)
        for what in ("event", "files", "card", "mail"):
            assert found[what] == before[what]
        assert len(user.new_dav().get(user.files + "moving").body) == 300_000
        server.check()
        assert server.stop() == 0
    finally:
        server.close()


def test_a_backup_says_where_large_bodies_go(tmp_path):
    if os.environ.get("TEST_ENGINE") == "postgres":
        pytest.skip("of the embedded database")
    files = str(tmp_path / "elsewhere")
    server = Server(str(tmp_path / "data"), environment={"TEGU_STORAGE_FILES": files})
    try:
        server.start()
        user = server.new_user()
        assert user.dav().put_file(user.files + "large", os.urandom(700_000)).status == 201
        told = server.run("backup", str(tmp_path / "backup.tar")).out
        assert "1 large bodies" in told and files in told, told
    finally:
        server.close()


def test_a_backup_of_what_is_no_embedded_database_is_refused(tmp_path):
    done = command("backup", str(tmp_path / "file"), "--data-directory", str(tmp_path / "none"), check=False)
    assert done.returncode == 5
    done = command("backup", str(tmp_path / "file"), check=False, TEGU_DATABASE="postgresql://nobody@nowhere/none")
    assert done.returncode == 6
    assert os.listdir(tmp_path) == []
