"""`tegu storage move`: an account goes to another database while its clients are at work, and they do not notice but for a pause."""
import hashlib
import os
import random
import signal
import subprocess
import threading
import time

import pytest

from lmtp import Lmtp
from objects import card, event
from tegu import User, binary, postgres_database, wait_for
from test_storages import MESSAGE, Site
from test_sharing import share, unshare

WAYS = [("default", "west"), ("west", "east"), ("east", "default")]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    # With TEST_MAIL=maildir all mail is in files.
    settings = [] if os.environ.get("TEST_MAIL") == "maildir" else ["--storage-mail", "database,maildir.example.org=maildir"]
    with Site(tmp_path_factory.mktemp("moves"), *settings).served() as running:
        yield running


def start_move(site, what, storage, grace=10):
    return subprocess.Popen(
        [binary(), "storage", "move", what, storage, "--grace", str(grace), "--data-directory", site.server.data_directory],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**site.server.environment, "TEGU_DOMAIN": "example.org"})


def move(site, what, storage, grace=10):
    running = start_move(site, what, storage, grace)
    out, _ = running.communicate(timeout=300)
    assert running.returncode == 0, out
    return out


def sealed_milliseconds(out):
    return int(out.split("sealed for ")[1].split(" ms")[0])


def filled(user):
    """Something of each kind, with what clients keep of it."""
    dav, imap = user.dav(), user.imap()
    large = os.urandom(700_000)
    assert dav.put(user.calendar + "a.ics", event("a", "Größe 漢字")).status == 201
    assert dav.put(user.calendar + "gone.ics", event("gone")).status == 201
    assert dav.put_card(user.book + "a.vcf", card("c1")).status == 201
    assert dav.put_file(user.files + "large", large).status == 201
    assert dav.copy(user.files + "large", user.files + "copy").status == 201
    assert dav.set_property(user.calendar, "<X:colour xmlns:X='urn:x'>red</X:colour>").status == 207
    lock = dav.lock(user.files + "locked")
    assert lock.status == 201
    imap.ok("CREATE Old")
    for number in range(5):
        imap.append("INBOX", MESSAGE, "(\\Flagged kept) ")
    imap.append("INBOX", b"Subject: large\r\n\r\n" + b"0123456789" * 100_000 + b"\r\n")
    imap.ok("SELECT INBOX")
    imap.ok("COPY 1,6 Old")
    imap.ok("STORE 2 +FLAGS (\\Deleted)")
    imap.ok("EXPUNGE")
    box = imap.ok("SELECT INBOX")
    kept = {
        "token": dav.sync(user.calendar).multistatus().sync_token, "lock": lock.header("lock-token"), "large": large,
        "mail": (box.code("UIDVALIDITY"), box.code("HIGHESTMODSEQ")),
    }
    assert dav.delete(user.calendar + "gone.ics").status == 204
    assert dav.put(user.calendar + "later.ics", event("later")).status == 201
    imap.append("INBOX", MESSAGE)
    imap.close()
    return kept


def seen(user, kept):
    dav, imap = user.new_dav(), user.imap()
    # RFC 4918 §6: the lock is there, and its token is good.
    assert dav.put_file(user.files + "locked", b"no").status == 423
    assert dav.put_file(user.files + "locked", b"yes", headers={"If": f"({kept['lock']})"}).status in (201, 204)
    assert dav.get(user.files + "large").body == kept["large"]
    validity, modseq = kept["mail"]
    imap.ok("ENABLE QRESYNC")
    again = imap.ok(f"SELECT INBOX (QRESYNC ({validity} {modseq}))")
    found = {
        "event": (dav.get(user.calendar + "a.ics").body, dav.get(user.calendar + "a.ics").etag),
        "files": [hashlib.sha256(dav.get(user.files + name).body).digest() for name in ("large", "copy")],
        "card": dav.get(user.book + "a.vcf").body,
        "changes": sorted((r.path, r.status) for r in dav.sync(user.calendar, kept["token"]).multistatus()),
        "properties": dav.propfind(user.calendar, "D:displayname", "CS:getctag").body,
        "trash": [line.split()[2:] for line in user.server.run("trash", "list", user.address).out.splitlines()],
        "selected": again.untagged,
        "mail": imap.ok("UID FETCH 1:* (UID FLAGS MODSEQ INTERNALDATE EMAILID THREADID BODY.PEEK[])").untagged,
        "list": imap.ok('LIST "" "*" RETURN (STATUS (MESSAGES UIDNEXT UIDVALIDITY MAILBOXID SIZE))').untagged,
        "retained": user.server.run("mail", "deleted", user.address).out,
        "used": dav.propfind(user.files, "D:quota-used-bytes").multistatus().only().text("D:quota-used-bytes"),
    }
    imap.close()
    return found


@pytest.mark.parametrize("source,target", WAYS)
def test_all_that_clients_know_is_the_same_after_a_move(site, source, target):
    user = site.new_user(source)
    kept = filled(user)
    before = seen(user, kept)
    out = move(site, user.address, target)
    after = seen(user, kept)
    for key in before:
        assert before[key] == after[key], key
    assert sealed_milliseconds(out) < 10_000
    assert site.storages()[source]["accounts"] >= 0
    # Writing goes on, under ids that go on.
    assert user.new_dav().put(user.calendar + "new.ics", event("new")).status == 201
    imap = user.imap()
    imap.append("INBOX", MESSAGE)
    # And there and back.
    move(site, user.address, source)
    assert user.new_dav().get(user.calendar + "new.ics").status == 200
    site.server.check()


class Writer(threading.Thread):
    """Puts and appends without a pause, and remembers what was acknowledged."""

    def __init__(self, user):
        super().__init__(daemon=True)
        self.user, self.stop, self.fault = user, False, None
        self.objects, self.messages, self.refused, self.longest = {}, 0, 0, 0.0

    def run(self):
        try:
            self.work()
        except Exception as fault:  # noqa: BLE001  (told by the test)
            self.fault = fault

    def work(self):
        dav, imap, number, last = self.user.new_dav(), self.user.imap(), 0, time.monotonic()
        while not self.stop:
            number += 1
            name = f"{random.randrange(40)}.ics"
            body = event(f"uid {name}", f"{number}")
            answer = dav.put(self.user.calendar + name, body)
            if answer.status in (201, 204):
                self.objects[name] = body
                self.longest, last = max(self.longest, time.monotonic() - last), time.monotonic()
            else:
                assert answer.status == 503 and answer.header("retry-after"), answer
                self.refused += 1
                time.sleep(0.02)
            try:
                imap.append("INBOX", f"Subject: {number}\r\n\r\nbody\r\n".encode())
                self.messages += 1
            except AssertionError as refusal:
                assert "UNAVAILABLE" in str(refusal) or "no continuation" in str(refusal), refusal
                time.sleep(0.02)
                imap = self.user.imap()
            except (EOFError, OSError):
                # RFC 9051 §7.1.5: BYE; a mail program connects again.
                imap = self.user.imap()


class Synchroniser:
    """What a client has that synchronises a calendar and a mailbox by their changes only."""

    def __init__(self, user):
        self.user, self.token, self.objects = user, "", {}
        self.uids, self.known = set(), None

    def follow(self):
        dav = self.user.new_dav()
        answer = dav.sync(self.user.calendar, self.token, "D:getetag")
        assert answer.status == 207, answer
        rows = answer.multistatus()
        for row in rows:
            if row.path == self.user.calendar:
                continue
            if row.status == 404:
                self.objects.pop(row.path, None)
            else:
                self.objects[row.path] = row.text("D:getetag")
        self.token = rows.sync_token
        for _ in range(5):
            try:
                return self.follow_mail()
            except (EOFError, OSError):
                # BYE: whoever is told to connect again does.
                time.sleep(0.2)
        raise AssertionError("no connection stays")

    def follow_mail(self):
        imap = self.user.imap()
        imap.ok("ENABLE QRESYNC")
        box = imap.ok("SELECT INBOX" + (f" (QRESYNC ({self.known[0]} {self.known[1]}))" if self.known else ""))
        assert not self.known or box.code("UIDVALIDITY") == self.known[0]
        since = self.known[1] if self.known else "1"
        for line in imap.ok(f"UID FETCH 1:* (UID) (CHANGEDSINCE {since} VANISHED)").untagged + box.untagged:
            if b"VANISHED" in line:
                raise AssertionError(line)
            if b" FETCH " in line:
                self.uids.add(int(line.split(b"UID ")[1].split()[0].rstrip(b")")))
        self.known = box.code("UIDVALIDITY"), box.code("HIGHESTMODSEQ")
        imap.close()


@pytest.mark.parametrize("source,target", WAYS)
def test_nothing_that_was_acknowledged_is_lost_under_writers(site, source, target):
    user = site.new_user(source)
    client, writer = Synchroniser(user), Writer(user)
    client.follow()
    idle = user.imap()
    idle.ok("SELECT INBOX")
    idle.begin("IDLE")
    writer.start()
    time.sleep(1)
    client.follow()
    running = start_move(site, user.address, target)
    while running.poll() is None:
        client.follow()
        time.sleep(0.1)
    out = running.stdout.read()
    assert running.returncode == 0, out
    time.sleep(0.5)
    writer.stop = True
    writer.join(30)
    assert writer.fault is None, writer.fault
    client.follow()
    # Whoever waits is told to connect again.
    with pytest.raises((EOFError, OSError)):
        while b"BYE" not in idle.line():
            pass
        idle.line()
    dav = user.new_dav()
    for name, body in writer.objects.items():
        found = dav.get(user.calendar + name)
        assert found.text == body, name
        assert client.objects[user.calendar + name] == found.etag
    imap = user.imap()
    box = imap.ok("SELECT INBOX")
    uids = {int(line.split(b"UID ")[1].split()[0].rstrip(b")")) for line in imap.ok("UID FETCH 1:* (UID)").all("FETCH")}
    assert len(uids) >= writer.messages > 10
    assert client.uids == uids
    assert box.code("UIDVALIDITY") == client.known[0]
    print(f"{source} to {target}: {len(writer.objects)} objects, {writer.messages} messages, longest pause {writer.longest:.2f} s, "
          f"sealed {sealed_milliseconds(out)} ms")
    assert writer.longest < 15


@pytest.mark.parametrize("source,target", [("default", "west"), ("west", "default")])
def test_a_move_that_is_killed_is_begun_anew(site, source, target):
    user = site.new_user(source)
    dav = user.dav()
    for number in range(120):
        assert dav.put(user.calendar + f"{number}.ics", event(f"{number}")).status == 201
    imap = user.imap()
    for number in range(60):
        imap.append("INBOX", MESSAGE)
    kept = filled(user)
    before = seen(user, kept)
    for _ in range(6):
        running = start_move(site, user.address, target)
        time.sleep(random.uniform(0.05, 1.2))
        running.send_signal(signal.SIGKILL)
        running.wait()
        # Wherever it is, it is whole.
        assert user.new_dav().get(user.calendar + "119.ics").status == 200
    move(site, user.address, target)
    after = seen(user, kept)
    assert before == after
    assert user.new_dav().put(user.calendar + "new.ics", event("new")).status == 201
    site.server.check()


def test_a_server_that_is_killed_in_a_move_goes_on(site):
    user = site.new_user("west")
    kept = filled(user)
    before = seen(user, kept)
    running = start_move(site, user.address, "east", grace=12)
    time.sleep(0.3)
    site.server.kill()
    site.server.start()
    out, _ = running.communicate(timeout=120)
    assert running.returncode == 0, out
    assert seen(user, kept) == before
    site.server.check()


def test_a_seal_of_a_process_that_died_ends(site):
    user = site.new_user("default")
    assert user.dav().put(user.calendar + "a.ics", event("a")).status == 201
    imap = user.imap()
    site.seal(user)
    refused = user.dav().put(user.calendar + "a.ics", event("a", "changed"))
    assert refused.status == 503 and refused.header("retry-after")
    assert "UNAVAILABLE" in str(imap.no("CREATE box").last)
    assert user.dav().get(user.calendar + "a.ics").status == 200
    client = Lmtp(site.server.host, site.server.lmtp_port)
    assert [reply.code for reply in client.begin([user.address])] == [250]
    assert client.do("DATA").code == 354
    client.send(b"Subject: x\r\n\r\nbody\r\n.\r\n")
    assert client.reply().code == 451
    wait_for(lambda: user.dav().put(user.calendar + "a.ics", event("a", "changed")).status == 204, timeout=60, what="the end of the seal")


def test_shares_stand_in_the_way_and_are_named(site):
    user, other = site.new_user("west"), site.new_user("west")
    share(site.server, user.calendar, other.address)
    for who in (user, other):
        running = start_move(site, who.address, "east")
        out, _ = running.communicate(timeout=60)
        assert running.returncode != 0
        assert "calendar" in out and (other if who is user else user).address in out, out
    unshare(site.server, user.calendar, other.address)
    move(site, user.address, "east")


def test_mail_in_files_moves_too(site):
    site.server.run("storage", "assign", "maildir.example.org", "east")
    site.server.run("user", "add", "anna@maildir.example.org", "--password-stdin", input="secret of anna\n")
    user = User(site.server, "anna", "secret of anna", domain="maildir.example.org")
    imap = user.imap()
    for number in range(5):
        imap.append("INBOX", f"Subject: {number}\r\n\r\nbody\r\n".encode())
    # The first time they are \\Recent.
    imap.ok("SELECT INBOX")
    imap.ok("SELECT INBOX")
    before = imap.ok("UID FETCH 1:* (UID FLAGS MODSEQ BODY.PEEK[])").untagged
    imap.close()
    move(site, user.address, "west")
    imap = user.imap()
    imap.ok("SELECT INBOX")
    assert imap.ok("UID FETCH 1:* (UID FLAGS MODSEQ BODY.PEEK[])").untagged == before
    imap.append("INBOX", MESSAGE)
    site.server.check()


def test_all_of_a_domain_are_moved(site):
    for name in ("boris", "clara"):
        site.server.run("user", "add", f"{name}@other.example", "--password-stdin", input="secret\n")
    before = site.storages()["east"]["accounts"]
    move(site, "other.example", "east")
    assert site.storages()["east"]["accounts"] == before + 2


@pytest.mark.parametrize("source", ["default", "west"])
@pytest.mark.parametrize("pause", [0.2, 0.5, 1.5])
def test_who_is_removed_in_a_move_is_gone(site, source, pause):
    # Others of this file have left moves that nobody goes on with.
    before = site.server.run("check").out.count("has not ended")
    user = site.new_user(source)
    dav = user.dav()
    for number in range(60):
        assert dav.put(user.calendar + f"{number}.ics", event(f"{number}")).status == 201
    filled(user)
    running = start_move(site, user.address, "east", grace=10)
    time.sleep(pause)
    site.server.run("user", "remove", user.address, "--yes")
    out, _ = running.communicate(timeout=120)
    assert "Usage" not in out, out
    told = site.server.run("check", check=False).out
    assert told.count("has not ended") == before
    assert not [line for line in told.splitlines() if not any(word in line for word in ("has not ended", "no faults", "administrators"))], told
    site.server.check()


FLIP = """CREATE FUNCTION flip() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.data IS NOT NULL AND length(NEW.data) > 0 THEN NEW.data := set_byte(NEW.data, 0, get_byte(NEW.data, 0) # 1); END IF;
    RETURN NEW; END $$;
    CREATE TRIGGER flip BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION flip()"""


@pytest.mark.parametrize("table", ["blob", "mail_body"])
def test_what_the_target_does_not_keep_as_it_was_is_found(site, table):
    user = site.new_user("default")
    kept = filled(user)
    before = seen(user, kept)
    west = postgres_database(f"{site.directory}/west")

    def psql(sql):
        subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", sql, west], check=True)

    psql(FLIP.format(table=table))
    try:
        running = start_move(site, user.address, "west")
        out, _ = running.communicate(timeout=120)
        if table == "mail_body" and os.environ.get("TEST_MAIL") == "maildir":
            return
        assert running.returncode == 4 and "not what was written" in out, out
    finally:
        psql(f"DROP TRIGGER flip ON {table}; DROP FUNCTION flip()")
    # It goes on where it was.
    assert seen(user, kept) == before
    assert user.new_dav().put(user.calendar + "a.ics", event("a", "changed")).status == 204
    # What was written wrongly is not taken for right by the next one.
    running = start_move(site, user.address, "west")
    out, _ = running.communicate(timeout=120)
    assert running.returncode == 0, out
    assert user.new_dav().get(user.files + "large").body == kept["large"]
    assert "changed" in user.new_dav().get(user.calendar + "a.ics").text
    imap = user.imap()
    imap.ok("SELECT INBOX")
    assert MESSAGE in imap.ok("FETCH 1 (BODY.PEEK[])").untagged[0]
    site.server.check()


def test_two_moves_of_one_account_do_not_meet(site):
    user = site.new_user("default")
    kept = filled(user)
    before = seen(user, kept)
    runs = [start_move(site, user.address, target) for target in ("west", "east", "west")]
    outs = [running.communicate(timeout=120)[0] for running in runs]
    codes = [running.returncode for running in runs]
    assert 0 in codes, outs
    for code, out in zip(codes, outs):
        assert code == 0 or "another process moves" in out or "not moved" in out, out
    assert seen(user, kept) == before
    move(site, user.address, "default")
    assert seen(user, kept) == before
    site.server.check()


def test_rooms_and_groups_move_like_users(site):
    site.server.run("user", "add", "blue@example.org", "--kind", "room")
    calendar = "/calendars/blue@example.org/calendar/"
    site.server.run("group", "add", "team@example.org")
    move(site, "blue@example.org", "east")
    assert site.server.run("export", calendar).returncode == 0
    running = start_move(site, "team@example.org", "east")
    out, _ = running.communicate(timeout=60)
    assert running.returncode == 0, out
    site.server.check()
