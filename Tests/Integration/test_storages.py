"""Several databases for one installation: accounts are in one of them, and nobody notices which.

`TEST_ENGINE=postgres` has the configuration database in PostgreSQL; the storages are SQLite and PostgreSQL in either case."""
import contextlib
import json
import os
import sqlite3
import subprocess
import tarfile
import time

import pytest

from gal import book, wait_for_card
from lmtp import Lmtp
from objects import card, event
from tegu import Server, postgres_database, wait_for
from test_sharing import mounts, share

MESSAGE = b"From: anna@example.org\r\nSubject: hello\r\n\r\nbody\r\n"


def storages_file(directory):
    """Settings with a storage of each engine."""
    postgres = postgres_database(f"{directory}/west")
    path = os.path.join(directory, "tegu.yaml")
    with open(path, "w") as file:
        file.write(f"""gal: {{enabled: true, interval: 1s}}
storages:
  west:
    database: "{postgres}"
  east: {{directory: "{directory}/east"}}
""")
    return path


class Site:
    """A server with the storages west (PostgreSQL) and east (SQLite) beside the default one."""

    def __init__(self, directory, *settings):
        self.directory = str(directory)
        self.file = storages_file(self.directory)
        self.server = Server(os.path.join(self.directory, "data"), settings=settings, environment={"TEGU_CONFIG": self.file})

    def new_user(self, storage, name=None):
        """A new user in a storage."""
        self.assign(storage)
        try:
            return self.server.new_user(name)
        finally:
            self.assign("default")

    def assign(self, storage):
        self.server.run("storage", "assign", "example.org", storage)

    def storages(self):
        return {row["name"]: row for row in json.loads(self.server.run("storage", "list", "--json").out)}

    def seal(self, user):
        """As a process leaves an account of the default storage that was killed at the end of a move."""
        now = int(time.time() * 1000)
        statements = [
            f"INSERT INTO account_move SELECT id, '', 'west', 'sealed', 'nobody 1', {now} FROM principal WHERE name = '{user.name}'",
            f"UPDATE principal SET sealed = used_bytes WHERE name = '{user.name}'",
            f"UPDATE collection SET sealed = modseq WHERE owner_id = (SELECT id FROM principal WHERE name = '{user.name}')",
            "INSERT INTO mail_account (owner_id, uid_validity, list_version, sealed) "
            f"SELECT id, 0, 1, 1 FROM principal WHERE name = '{user.name}' ON CONFLICT (owner_id) DO UPDATE SET sealed = mail_account.list_version",
        ]
        url = self.server.environment.get("TEGU_DATABASE")
        if url:
            for statement in statements:
                subprocess.run(["psql", "-X", "-q", "-c", statement, url], check=True)
        else:
            with sqlite3.connect(os.path.join(self.server.data_directory, "tegu.db"), timeout=10) as database:
                for statement in statements:
                    database.execute(statement)

    @contextlib.contextmanager
    def served(self):
        """While it is at work; at the end all is whole."""
        try:
            self.server.start()
            yield self
            self.server.check()
            assert self.server.stop() == 0, self.server.log()
        finally:
            self.server.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with Site(tmp_path_factory.mktemp("storages")).served() as running:
        yield running


@pytest.fixture(params=["west", "east"])
def storage(request):
    return request.param


def test_new_accounts_of_a_domain_are_in_its_storage(site, storage):
    # The owner of the address list, who comes a moment after the first start, is nobody's account.
    before = site.storages()
    user = site.new_user(storage)
    after = site.storages()
    assert after[storage]["accounts"] == before[storage]["accounts"] + 1
    assert after["default"]["accounts"] == before["default"]["accounts"]
    # All that every new user has.
    dav = user.dav()
    names = {r.path for r in dav.propfind(user.calendars, "D:displayname", depth=1).multistatus()}
    assert {user.calendar, user.tasks} <= names
    used = after[storage]["usedBytes"]
    assert dav.put(user.calendar + "a.ics", event("a")).status == 201
    assert site.storages()[storage]["usedBytes"] > used


def test_everything_works_there(site, storage):
    user = site.new_user(storage)
    dav = user.dav()
    token = dav.sync(user.calendar).multistatus().sync_token
    put = dav.put(user.calendar + "a.ics", event("a"))
    assert put.status == 201
    assert dav.get(user.calendar + "a.ics").etag == put.etag
    assert [r.path for r in dav.sync(user.calendar, token).multistatus()] == [user.calendar + "a.ics"]
    assert dav.put_card(user.book + "a.vcf", card("c")).status == 201
    large = os.urandom(700_000)
    assert dav.put_file(user.files + "large", large).status == 201
    assert dav.get(user.files + "large").body == large
    assert dav.propfind(user.principal, "D:displayname").status == 207
    assert site.server.run("calendar", "list", user.address).out.count("calendar") > 0
    assert "large" not in site.server.run("trash", "list", user.address).out
    assert dav.delete(user.files + "large").status == 204
    assert "large" in site.server.run("trash", "list", user.address).out
    export = os.path.join(site.directory, f"{user.name}.ics")
    site.server.run("export", user.calendar, "--output", export)
    assert "UID:a" in open(export).read()


def test_mail_is_there(site, storage):
    user = site.new_user(storage)
    imap, idle = user.imap(), user.imap()
    idle.ok("SELECT INBOX")
    idle.begin("IDLE")
    imap.append("INBOX", MESSAGE)
    while b"EXISTS" not in idle.line():
        pass
    imap.ok("CREATE box")
    imap.ok("SELECT INBOX")
    imap.ok("COPY 1 box")
    imap.ok("SELECT box")
    assert imap.ok("FETCH 1 (BODY.PEEK[])").one("FETCH").endswith(MESSAGE + b")")


def test_one_delivery_goes_to_several_storages(site):
    users = [site.new_user(name) for name in ("west", "east", "default")]
    for size in (100, 3_000_000):
        client = Lmtp(site.server.host, site.server.lmtp_port)
        assert [reply.code for reply in client.begin([user.address for user in users])] == [250] * 3
        assert client.do("DATA").code == 354
        body = b"x" * 70 + b"\r\n"
        client.send(b"Subject: all\r\n\r\n" + body * (size // 72) + b".\r\n")
        assert [client.reply().code for _ in users] == [250] * 3
    for user in users:
        imap = user.imap()
        imap.ok("SELECT INBOX")
        assert len(imap.ok("FETCH 1:* (UID)").all("FETCH")) == 2


def test_what_the_directory_says_is_known_in_every_storage(site, storage):
    user, other = site.new_user(storage), site.new_user(storage)
    site.server.run("group", "add", f"{storage}-team@example.org")
    share(site.server, user.calendar, f"{storage}-team@example.org", "editor")
    assert mounts(other, other.calendars) == []
    site.server.run("group", "member", "add", f"{storage}-team@example.org", other.address)
    assert wait_for(lambda: mounts(other, other.calendars), what="the share by a group")
    site.server.run("group", "member", "remove", f"{storage}-team@example.org", other.address)
    wait_for(lambda: mounts(other, other.calendars) == [], what="the end of the share by a group")


def test_within_a_storage_all_is_shared_as_ever(site, storage):
    user, other = site.new_user(storage), site.new_user(storage)
    share(site.server, user.calendar, other.address, "editor")
    (path,) = mounts(other, other.calendars)
    assert other.dav().put(path + "a.ics", event("a")).status == 201
    assert user.dav().get(user.calendar + "a.ics").status == 200
    owner, sharee = user.imap(), other.imap()
    owner.ok("CREATE team")
    owner.ok(f"SETACL team {other.address} lrs")
    assert f'Other Users/{user.name}/team' in str(sharee.ok('LIST "" "*"').untagged)


def test_the_address_list_is_in_every_storage(site, storage):
    user, other = site.new_user(storage), site.new_user("default")
    dav = user.dav()
    assert other.address in wait_for_card(dav, book(dav, user.books), other.name)


def test_sharing_ends_at_a_storage(site):
    user, other, third = (site.new_user(name) for name in ("west", "east", "default"))
    for one, two in ((user, other), (other, third), (third, user)):
        done = site.server.run("share", "add", one.calendar, two.address, check=False)
        assert done.returncode != 0 and "another storage" in done.err
        one.imap().no(f"SETACL INBOX {two.address} lr")
        # RFC 3744 §8.1.1
        acl = f'<D:acl xmlns:D="DAV:"><D:ace><D:principal><D:href>{two.principal}</D:href></D:principal>' \
              '<D:grant><D:privilege><D:read/></D:privilege></D:grant></D:ace></D:acl>'
        answer = one.dav().xml("ACL", one.calendar, acl)
        assert answer.status == 403 and answer.error("D:allowed-principal") is not None, answer.text
        assert one.dav().get(two.calendar).status == 404
    # A group that has somebody elsewhere, and all of a domain that has.
    site.server.run("group", "add", "mixed@example.org")
    site.server.run("group", "member", "add", "mixed@example.org", other.address)
    for who in ("mixed@example.org", "signed-in", "everybody"):
        assert site.server.run("share", "add", user.calendar, who, check=False).returncode != 0


def test_an_account_without_anything_is_assigned(site):
    user = site.new_user("default")
    assert user.dav().propfind(user.calendars, "D:displayname").status == 207
    site.server.run("storage", "assign", user.address, "west")
    assert wait_for(lambda: user.dav().put(user.calendar + "a.ics", event("a")).status == 201)
    assert site.storages()["west"]["usedBytes"] > 0
    done = site.server.run("storage", "assign", user.address, "east", check=False)
    assert done.returncode != 0 and "storage move" in done.err


def test_who_is_removed_is_gone_everywhere(site, storage):
    user = site.new_user(storage)
    # Larger than what the storage's address list may grow by meanwhile.
    assert user.dav().put(user.calendar + "a.ics", event("a", "Meeting", "DESCRIPTION:" + "word " * 20_000)).status == 201
    used = site.storages()[storage]["usedBytes"]
    site.server.run("user", "remove", user.address, "--yes")
    assert site.storages()[storage]["usedBytes"] < used
    wait_for(lambda: user.new_dav().get(user.calendars).status == 401, what="the end of the account")
    again = site.new_user(storage, user.name)
    # That the name is nobody's is known for some seconds.
    wait_for(lambda: again.new_dav().get(again.calendar + "a.ics").status == 404, what="the new account")


def test_ids_of_storages_never_meet(site):
    users = [site.new_user(name) for name in ("default", "west", "east")]
    ids = set()
    for user in users:
        imap = user.imap()
        imap.ok("CREATE box")
        ids.add(imap.ok("STATUS box (MAILBOXID)").untagged[0])
    assert len(ids) == 3


def test_a_storage_is_one_of_its_installation_only(site, tmp_path):
    stranger = Server(str(tmp_path / "data"), environment={"TEGU_CONFIG": site.file})
    try:
        stranger.start(wait=False)
        assert stranger.process.wait(30) != 0
        assert "another installation" in stranger.log()
    finally:
        stranger.close()


def test_the_plan_of_an_upgrade_knows_all_storages(site):
    assert site.server.run("db", "migrate", "--plan").out.count("nothing to do") == 3


def test_a_backup_has_all_that_are_files(site, tmp_path):
    user = site.new_user("east")
    large = os.urandom(700_000)
    assert user.dav().put_file(user.files + "large", large).status == 201
    archive = str(tmp_path / "all.tar")
    told = site.server.run("backup", archive).out
    assert "storages/west is a PostgreSQL" in told
    with tarfile.open(archive) as tar:
        tar.extractall(tmp_path / "restored", filter="data")
    found = tmp_path / "restored" / "storages" / "east"
    with sqlite3.connect(found / "tegu.db") as database:
        (name,) = database.execute("SELECT name FROM storage_identity").fetchone()
        files = [file for (file,) in database.execute("SELECT file FROM blob WHERE file IS NOT NULL")]
    assert name == "east"
    assert large in [(found / "blobs" / file[:2] / file[2:4] / file).read_bytes() for file in files]


def test_a_storage_that_is_not_in_the_settings_any_more(tmp_path):
    site = Site(tmp_path)
    with site.served():
        users = [site.new_user("east"), site.new_user("default")]
        for user in users:
            assert user.dav().put(user.calendar + "a.ics", event("a")).status == 201
    for storages in ("", f'storages: {{west: {{database: "{postgres_database(f"{site.directory}/west")}"}}}}\n'):
        with open(site.file, "w") as file:
            file.write("gal: {enabled: true, interval: 1s}\n" + storages)
        try:
            site.server.start()
            log = site.server.log()
            assert "storage “east” is not in the settings" in log and users[0].address in log
            gone, here = users
            # Nothing is looked for, or made, where it is not.
            for answer in (gone.new_dav().get(gone.calendar + "a.ics"), gone.new_dav().put(gone.calendar + "b.ics", event("b")),
                           gone.new_dav().propfind(gone.calendars, "D:displayname")):
                assert answer.status == 503, answer.body
            imap = gone.imap(sign_in=False)
            assert "UNAVAILABLE" in str(imap.no(f'LOGIN {gone.address} "{gone.password}"').last)
            assert [reply.code for reply in Lmtp(site.server.host, site.server.lmtp_port).begin([gone.address])] == [451]
            assert here.new_dav().get(here.calendar + "a.ics").status == 200
            rows = site.storages()
            assert rows["east"]["accounts"] == 1 and rows["east"]["database"] == "not in the settings"
            done = site.server.run("check", check=False)
            assert done.returncode != 0 and "storage “east”" in done.out
        finally:
            site.server.stop()
    storages_file(site.directory)
    with site.served():
        assert users[0].new_dav().get(users[0].calendar + "a.ics").status == 200
