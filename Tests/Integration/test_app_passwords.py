"""App passwords: a password for one program, by the commands, over WebDAV and IMAP."""
import json
import re

import pytest

from dav import Dav
from imap import Imap
from ldap_server import Authority, Slapd, person, temporary_folder, unit
from tegu import Server, wait_for

CORP = "dc=corp,dc=test"


def add(server, user, name="phone", *scopes):
    options = [word for scope in scopes for word in ("--scope", scope)]
    out = server.run("user", "app-password", "add", user, "--name", name, *options).out
    return re.search(r": ([0-9a-z-]{29})$", out.strip())[1]


def dav_status(server, user, password):
    return Dav(server.url, (user, password)).propfind("/", "D:current-user-principal").status


def imap_answer(server, user, password):
    client = Imap(server.host, server.imap_port)
    try:
        return client.do(f'LOGIN {user} "{password}"')
    finally:
        client.close()


def listed(server, user):
    return {row["name"]: row for row in json.loads(server.run("user", "app-password", "list", user, "--json").out)}


def test_each_signs_in_to_what_it_is_for(server, user):
    dav, imap, both = add(server, user.address, "d", "dav"), add(server, user.address, "i", "imap"), add(server, user.address, "b")
    wait_for(lambda: dav_status(server, user.address, both) == 207, what="the app password's sign-in")
    assert dav_status(server, user.address, dav) == 207
    assert dav_status(server, user.address, dav.upper().replace("-", " ")) == 207
    assert dav_status(server, user.address, imap) == 401
    assert imap_answer(server, user.address, imap).status == "OK"
    assert imap_answer(server, user.address, both).status == "OK"
    refused = imap_answer(server, user.address, dav)
    assert refused.status == "NO" and b"AUTHENTICATIONFAILED" in refused.last
    assert dav_status(server, user.address, user.password) == 207
    rows = listed(server, user.address)
    assert rows["d"]["scopes"] == ["dav"] and rows["b"]["scopes"] == ["dav", "imap", "smtp"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\dZ", rows["d"]["lastUsed"]) and rows["i"]["lastUsed"] != "never"


def test_one_that_is_revoked_ends_within_seconds_and_alone(server, user):
    phone, laptop = add(server, user.address, "phone"), add(server, user.address, "laptop")
    wait_for(lambda: dav_status(server, user.address, phone) == 207)
    assert "revoked" in server.run("user", "app-password", "revoke", user.address, "phone").out
    wait_for(lambda: dav_status(server, user.address, phone) == 401, timeout=10, what="the revocation")
    assert dav_status(server, user.address, laptop) == 207
    again = server.run("user", "app-password", "revoke", user.address, "phone", check=False)
    assert again.returncode != 0 and "no app password" in again.err


def test_an_open_mail_connection_ends_with_what_it_was_opened_with(server):
    user = server.new_user()
    phone, laptop = add(server, user.address, "phone"), add(server, user.address, "laptop", "imap")

    def opened(password):
        client = Imap(server.host, server.imap_port)
        client.ok(f'LOGIN {user.address} "{password}"')
        client.ok("SELECT INBOX")
        return client

    def is_over(client):
        try:
            return client.do("NOOP").status != "OK"
        except (OSError, EOFError, ValueError, AssertionError):
            return True
    lost, waiting, other, own = opened(phone), opened(phone), opened(laptop), opened(user.password)
    assert waiting.do("NOOP").status == "OK" and waiting.begin("IDLE") and waiting.response().startswith(b"+")
    server.run("user", "app-password", "revoke", user.address, "phone")
    assert b"BYE" in waiting.response()
    wait_for(lambda: is_over(lost), timeout=15, what="the end of the connection")
    assert not is_over(other) and not is_over(own)
    # The same name with another secret is another one.
    phone = add(server, user.address, "phone")
    wait_for(lambda: imap_answer(server, user.address, phone).status == "OK", timeout=10)
    # The own password ends those that were opened with it.
    server.run("user", "password", user.address, "--password-stdin", input="another one\n")
    wait_for(lambda: is_over(own), timeout=15, what="the end of the connection")
    assert not is_over(other)
    server.run("user", "set", user.address, "--disabled")
    wait_for(lambda: is_over(other), timeout=15, what="the end of the connection")


def test_one_with_an_end_is_listed_with_it(server, user):
    out = server.run("user", "app-password", "add", user.address, "--name", "guest", "--until", "2099-12-31").out
    secret = re.search(r": ([0-9a-z-]{29})$", out.strip())[1]
    wait_for(lambda: dav_status(server, user.address, secret) == 207)
    row = listed(server, user.address)["guest"]
    assert row["until"] == "2099-12-31" and row["ended"] is False


def test_what_the_command_refuses(server, user):
    add(server, user.address)
    for arguments, message in [(("--name", "phone"), "revoke it first"), (("--name", "x", "--scope", "pop3"), "pop3"),
                               (("--name", ""), "1 to 64 bytes"), (("--name", "x", "--until", "2020-01-01"), "is over"),
                               (("--name", "x", "--until", "soon"), "is no day")]:
        done = server.run("user", "app-password", "add", user.address, *arguments, check=False)
        assert done.returncode != 0 and message in done.err, done.err
    group = "apgroup@example.org"
    server.run("group", "add", group)
    done = server.run("user", "app-password", "add", group, "--name", "x", check=False)
    assert done.returncode != 0 and "only users" in done.err


@pytest.fixture(scope="module")
def corp():
    with temporary_folder() as folder:
        directory = Slapd(folder / "corp", CORP, unit(CORP, "people")
                          + person(CORP, "clara", "shadowExpire: 99999", classes=("inetOrgPerson", "shadowAccount")),
                          Authority(folder / "ca"))
        try:
            yield directory.start()
        finally:
            directory.stop()


def test_a_user_of_a_directory_whose_account_ends_there(corp):
    with temporary_folder() as folder:
        file = folder / "tegu.yaml"
        file.write_text("directories:\n" + corp.settings("corp", "openldap"))
        server = Server(settings=("--auth-cache-time", "1s"), environment={"TEGU_CONFIG": str(file)})
        try:
            server.start()
            assert dav_status(server, "clara", "secret of clara") == 207
            secret = add(server, "clara")
            wait_for(lambda: dav_status(server, "clara", secret) == 207)
            entry = f"dn: uid=clara,ou=people,{CORP}\nchangetype: modify\nreplace: shadowExpire\nshadowExpire: "
            corp.modify(entry + "1\n")
            wait_for(lambda: dav_status(server, "clara", secret) == 401, what="the end of the account")
            corp.modify(entry + "99999\n")
            # One that was refused is not asked for again for a minute; another is.
            other = add(server, "clara", "other")
            wait_for(lambda: dav_status(server, "clara", other) == 207, what="the account's return")
            corp.stop()
            assert dav_status(server, "clara", other) == 207, "it was right of late"
            third = add(server, "clara", "third")
            wait_for(lambda: dav_status(server, "clara", third) == 207, what="a new one while the directory is down")
            server.stop()
            server.start()
            answer = Dav(server.url, ("clara", other)).propfind("/", "D:current-user-principal")
            assert answer.status == 503 and answer.header("Retry-After")
            assert dav_status(server, "clara", "k" + other[1:]) in (401, 503)
            corp.start()
            wait_for(lambda: dav_status(server, "clara", other) == 207, timeout=90, what="the directory's return")
        finally:
            server.close()
