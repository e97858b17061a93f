"""This database as a directory: rooms, other resources and functional mailboxes, aliases, and what an administrator changes later."""
import json
import re

import pytest

from dav import Dav, document
from gal import book, cards, lines, serving
from imap import Imap
from lmtp import Lmtp
from tegu import wait_for


@pytest.fixture(scope="module")
def site():
    with serving(settings=("--gal-enabled", "--gal-interval", "1s", "--auth-cache-time", "1s")) as server:
        server.new_user("anna", None, "--display-name", "Anna Braun")
        server.new_user("bert", None, "--display-name", "Bert")
        yield server


def search(dav, element, text):
    body = document("D:principal-property-search", f"<D:property-search><D:prop>{element}</D:prop><D:match>{text}</D:match>"
                    "</D:property-search><D:prop><D:displayname/><C:calendar-user-type/></D:prop>")
    return {row.text("D:displayname"): row.text("C:calendar-user-type") for row in dav.report("/principals/", body, depth=0).multistatus()}


def client(server, name):
    return Dav(server.url, (name, "secret of " + name))


def listed(server):
    return {row["name"]: row for row in json.loads(server.run("user", "list", "--json").out)}


def test_rooms_resources_and_functional_mailboxes_are_made(site):
    site.run("user", "add", "blue", "--kind", "room", "--display-name", "Blue room")
    site.run("user", "add", "beamer", "--kind", "resource", "--display-name", "Beamer")
    site.run("user", "add", "info", "--kind", "mailbox", "--display-name", "Information", "--alias", "office@example.org")
    assert {name: row["kind"] for name, row in listed(site).items() if row["kind"] != "user"}.items() >= {
        ("blue@example.org", "room"), ("beamer@example.org", "resource"), ("info@example.org", "mailbox")}
    anna = client(site, "anna")
    assert search(anna, "<C:calendar-user-type/>", "ROOM") == {"Blue room": "ROOM"}
    assert search(anna, "<C:calendar-user-type/>", "RESOURCE") == {"Beamer": "RESOURCE"}
    path = book(anna, "/contacts/anna@example.org/")
    kinds = wait_for(lambda: (found := {name: lines(card, "KIND")[0] for name, card in cards(anna, path).items()})
                     if "Information" in cards(anna, path) else None, what="the cards")
    assert (kinds["Blue room"], kinds["Beamer"], kinds["Information"], kinds["Bert"]) == ("location", "device", "org", "individual")
    # Nobody signs in to them; what they have is shared.
    assert Dav(site.url, ("blue", "")).propfind("/", "D:current-user-principal").status == 401
    site.run("share", "add", "/calendars/blue@example.org/calendar/", "signed-in", "--role", "editor")
    assert [p for p in anna.children("/calendars/anna@example.org/") if "shared-" in p]


def test_what_comes_for_a_functional_mailbox_is_read_by_those_to_whom_it_is_granted(site):
    if "info@example.org" not in listed(site):
        site.run("user", "add", "info", "--kind", "mailbox", "--display-name", "Information", "--alias", "office@example.org")
    lmtp = Lmtp(site.host, site.lmtp_port)
    assert [reply.code for reply in lmtp.deliver(b"Subject: A question\r\n\r\nHow much?\r\n", ["office@example.org"])] == [250]
    lmtp.close()
    anna = Imap(site.host, site.imap_port)
    anna.ok('LOGIN anna "secret of anna"')
    assert b"info" not in b"\n".join(anna.ok('LIST "" "*"').untagged)
    site.run("mail", "share", "info", "INBOX", "anna@example.org", "lrswite")
    name = [re.search(rb'"/" "?([^"\r]*)"?', line)[1].decode() for line in anna.ok('LIST "" "*"').all("LIST") if b"info/INBOX" in line][0]
    anna.ok(f'SELECT "{name}"')
    assert b"A question" in b"\n".join(anna.ok("FETCH 1 BODY.PEEK[HEADER.FIELDS (SUBJECT)]").untagged)
    site.run("mail", "share", "info", "INBOX", "anna@example.org", "none")
    assert b"info" not in b"\n".join(anna.ok('LIST "" "*"').untagged)
    assert site.run("mail", "share", "info", "INBOX", "anna@example.org", "xyz", check=False).returncode == 2


@pytest.mark.parametrize("arguments", [
    ("--kind", "group"), ("--kind", "robot"), ("--kind", "room", "--password-stdin"), ("--kind", "room", "--administrator")])
def test_what_cannot_be_made(site, arguments):
    assert site.run("user", "add", "x1", *arguments, input="secret\n", check=False).returncode == 2 or arguments[1] == "robot"
    assert "x1@example.org" not in listed(site)


def test_names_addresses_and_sign_in_are_changed_later(site):
    site.new_user("carl", None, "--display-name", "Carl")
    site.run("user", "set", "carl", "--display-name", "Karl Groß", "--alias", "karl@example.org", "--quota", "1GiB")
    row = listed(site)["carl@example.org"]
    assert row["displayName"] == "Karl Groß" and row["addresses"] == ["carl@example.org", "karl@example.org"] and row["quotaBytes"] == 1 << 30
    karl = Dav(site.url, ("karl@example.org", "secret of carl"))
    assert karl.propfind("/", "D:current-user-principal").multistatus().only().hrefs_of("D:current-user-principal") == ["/principals/carl@example.org/"]
    site.run("user", "set", "carl", "--remove-alias", "karl@example.org", "--quota", "none")
    wait_for(lambda: Dav(site.url, ("karl@example.org", "secret of carl")).propfind("/").status == 401, what="the alias's end")
    assert listed(site)["carl@example.org"]["quotaBytes"] is None
    site.run("user", "set", "carl", "--disabled")
    wait_for(lambda: client(site, "carl").propfind("/").status == 401, what="the refusal")
    anna = client(site, "anna")
    assert search(anna, "<D:displayname/>", "Karl") == {}
    site.run("user", "set", "carl", "--no-disabled")
    wait_for(lambda: client(site, "carl").propfind("/").status == 207, what="the sign-in")
    for arguments, code in [(("carl", "--alias", "anna@example.org"), 6), (("carl", "--remove-alias", "carl@example.org"), 2),
                            (("nobody", "--disabled"), 6), (("carl", "--quota", "much"), 2)]:
        assert site.run("user", "set", *arguments, check=False).returncode == code, arguments


def test_who_is_hidden_is_in_no_list_and_no_search(site):
    site.new_user("hugo", None, "--display-name", "Hugo Hidden")
    anna = client(site, "anna")
    path = book(anna, "/contacts/anna@example.org/")
    wait_for(lambda: "Hugo Hidden" in cards(anna, path), what="the card")
    site.run("user", "set", "hugo", "--hidden")
    wait_for(lambda: "Hugo Hidden" not in cards(anna, path), what="the end of the card")
    assert search(anna, "<D:displayname/>", "Hugo") == {}
    assert search(client(site, "hugo"), "<D:displayname/>", "Hugo")
    site.run("user", "set", "hugo", "--no-hidden")
    wait_for(lambda: "Hugo Hidden" in cards(anna, path), what="the card")
    assert search(anna, "<D:displayname/>", "Hugo")


def test_all_addresses_of_a_user_are_theirs_everywhere(site):
    site.new_user("otto", None, "--alias", "o.meier@example.org")
    site.new_user("pia", None, "--alias", "p.m@example.org")
    otto, pia = client(site, "otto"), client(site, "pia")
    grant = document("D:acl", "<D:ace><D:principal><D:href>/principals/p.m@example.org/</D:href></D:principal><D:grant><D:privilege><D:read/>"
                              "</D:privilege></D:grant></D:ace>")
    assert otto.xml("ACL", "/calendars/otto@example.org/calendar/", grant).status == 200
    for name in ("otto", "o.meier"):
        assert pia.get(f"/free-busy/{name}@example.org").status == 200
        assert pia.propfind(f"/principals/{name}@example.org/").multistatus().paths() == ["/principals/otto@example.org/"]
        assert pia.propfind(f"/calendars/{name}@example.org/calendar/").multistatus().paths() == ["/calendars/otto@example.org/calendar/"]
        assert site.run("calendar", "list", f"{name}@example.org").out
    imap = Imap(site.host, site.imap_port)
    imap.ok('LOGIN o.meier@example.org "secret of otto"')
    imap.ok("SETACL INBOX p.m@example.org lr")
    assert b"pia@example.org lr" in imap.ok("GETACL INBOX").one("ACL")
    assert site.run("share", "add", "/calendars/otto@example.org/tasks/", "p.m@example.org").returncode == 0
