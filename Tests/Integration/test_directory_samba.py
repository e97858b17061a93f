"""Samba as an Active Directory domain controller: sign-in, identity, groups and the Global Address List by the presets of both."""
import re

import pytest

from dav import Dav
from gal import ON, book, lines, query, serving
from ldap_server import Authority, temporary_folder
from objects import event
from samba_server import DISABLED, SUFFIX, WITHOUT_PASSWORD, DomainController, account, group, missing, unit
from tegu import wait_for

pytestmark = pytest.mark.skipif(missing() != "", reason=missing() or "-")

# More than the 1,000 entries of one answer and the 1,500 values of one attribute that Active Directory gives by default.
MANY = 1_600
JPEG = "/9j/4AAQSkZJRg=="
# 2020 in units of 100 ns since 1601 (MS-ADA1 §2.1).
LONG_AGO = 132_223_104_000_000_000
DOMAINS = "[example.org, corp.test]"
MAP = "\n      addresses: [mail, proxyAddresses, otherMailbox]\n      hidden: [showInAdvancedViewOnly=TRUE]"


def people():
    text = "".join(unit(name) for name in ("people", "moved", "groups"))
    text += account(
        "anna", "displayName: Anna Braun", "givenName: Anna", "sn: Braun", "userPrincipalName: anna.braun@example.org",
        "mail: a.braun@example.org", "proxyAddresses: smtp:ab@example.org", "proxyAddresses: SMTP:A.Braun@example.org",
        "proxyAddresses: X400:c=de;a= ;p=corp;s=braun;", "otherMailbox: anna.b@example.org", "telephoneNumber: +49 30 1234",
        "mobile: +49 170 5678", "title: Engineer", "department: R&D", f"thumbnailPhoto:: {JPEG}")
    text += account("bert", "displayName: Bert", "userPrincipalName: bert.klein@corp.test", "mail: bert@example.org")
    text += account("disabled", "mail: disabled@example.org", control=DISABLED)
    text += account("expired", "mail: expired@example.org", f"accountExpires: {LONG_AGO}")
    text += account("fresh", "mail: fresh@example.org", "pwdLastSet: 0")
    text += account("locked", "mail: locked@example.org") + account("stale", "mail: stale@example.org")
    text += account("hilde", "displayName: Hilde", "mail: hilde@example.org", "showInAdvancedViewOnly: TRUE")
    # Names with what is special in a filter (RFC 4515 §3) and in a distinguished name (RFC 4514 §2.4).
    text += account("otto", "displayName: Otto (Oslo)*", "mail: otto@example.org", cn="Groß\\, Otto (Oslo)*")
    text += "".join(account(f"p{n:04}", f"mail: p{n:04}@example.org", f"displayName: Person {n}", control=WITHOUT_PASSWORD)
                    for n in range(MANY))
    text += group("staff", "cn=anna,ou=people", "cn=Groß\\, Otto (Oslo)*,ou=people", lines=["mail: staff@example.org"])
    text += group("ring") + group("all", "cn=staff,ou=groups", "cn=ring,ou=groups")
    text += group("big", *(f"cn=p{n:04},ou=people" for n in range(MANY)), "cn=bert,ou=people", lines=["mail: big@example.org"])
    return text


@pytest.fixture(scope="module")
def dc():
    with temporary_folder() as folder:
        controller = DomainController(folder / "dc", people())
        try:
            controller.start()
            controller.expire_password("cn=stale,ou=people")
            controller.modify(f"dn: cn=ring,ou=groups,{SUFFIX}\nchangetype: modify\nadd: member\nmember: cn=all,ou=groups,{SUFFIX}\n")
            yield controller
        finally:
            controller.stop()


@pytest.fixture(scope="module")
def site(dc):
    """By StartTLS and the preset `samba`, with a map of its own and a list that follows at once."""
    block = dc.settings("corp", "samba", domains=DOMAINS, group_interval="1s", map=MAP)
    with serving(block, settings=(*ON, "--auth-cache-time", "1s"), environment=dc.environment) as server:
        server.new_user("lea")
        yield server


@pytest.fixture(scope="module")
def ldaps(dc):
    """By LDAPS and the preset `active-directory` as it is, with a list that is refreshed by the command only."""
    block = dc.settings("corp", "active-directory", servers=[dc.tls_url], domains=DOMAINS)
    settings = ("--gal-enabled", "--gal-interval", "1h", "--auth-cache-time", "1s")
    with serving(block, settings=settings, environment=dc.environment) as server:
        yield server


def sign_in(server, name, password=None):
    answer = Dav(server.url, (name, password or "secret of " + name.split("@")[0])).propfind("/", "D:current-user-principal")
    return answer.status, answer


def principal_of(server, name, password):
    status, answer = sign_in(server, name, password)
    assert status == 207, (name, answer)
    return answer.multistatus().only().hrefs_of("D:current-user-principal")[0]


def asked(server, name, password):
    """What `tegu directory test` shows of somebody."""
    return server.run("directory", "test", "corp", "--user", name, "--password-stdin", input=password + "\n", check=False)


@pytest.mark.parametrize("name", ["anna", "ANNA@example.org", "anna.braun@example.org", "a.braun@example.org", "ab@example.org"])
@pytest.mark.parametrize("by", ["site", "ldaps"])
def test_sign_in_by_account_name_principal_name_and_address(by, name, request):
    server = request.getfixturevalue(by)
    assert principal_of(server, name, "secret of anna") == "/principals/anna@example.org/"


def test_whose_principal_name_is_of_the_domains_own_name_signs_in_by_it(site):
    assert principal_of(site, "bert.klein@corp.test", "secret of bert") == principal_of(site, "bert", "secret of bert")


def test_all_addresses_are_the_users_the_preferred_one_first(site, ldaps):
    for server, more in [(site, ["anna.b@example.org"]), (ldaps, [])]:
        done = asked(server, "anna", "secret of anna")
        assert done.returncode == 0 and "the password is right" in done.out, done.out
        shown = re.search(r"addresses: (.*)", done.out)[1].split(", ")
        assert shown == ["a.braun@example.org", "ab@example.org", *more]
        dav = Dav(server.url, ("anna", "secret of anna"))
        row = dav.propfind("/principals/anna@example.org/", "D:displayname", "C:calendar-user-address-set").multistatus().only()
        assert row.text("D:displayname") == "Anna Braun"
        addresses = {href for href in row.hrefs_of("C:calendar-user-address-set") if href.startswith("mailto:")}
        assert {f"mailto:{address}" for address in shown} <= addresses and not any("x400" in a.lower() for a in addresses)


@pytest.mark.parametrize("name, password", [
    ("anna", "wrong"), ("anna", "secret of bert"), ("nobody", "x"), ("*", "secret of anna"), ("disabled", "secret of disabled"),
    ("expired", "secret of expired"), ("fresh", "secret of fresh"), ("stale", "secret of stale"), ("p0001", "x"), ("DC1$", "x"), ("krbtgt", "x"),
    ("anna@elsewhere.test", "secret of anna"),
])
def test_who_is_refused(site, name, password):
    status, answer = sign_in(site, name, password)
    assert status == 401 and "basic" in answer.header("WWW-Authenticate").lower()


def test_why_one_is_refused_is_told_to_the_administrator(site):
    for name, reason in [("disabled", "disabled"), ("expired", "expired"), ("fresh", "the password must be changed"),
                         ("stale", "the password has expired")]:
        done = asked(site, name, "secret of " + name)
        assert done.returncode == 1 and f"the directory refuses: {reason}" in done.out, done.out
        # Who signs in learns nothing of it; the log has it, once a minute.
        assert sign_in(site, name)[0] == 401 and sign_in(site, name)[0] == 401
        notices = [line for line in site.output if "a directory refuses a sign-in" in line and f"user={name}@example.org" in line]
        assert len(notices) == 1 and reason in notices[0] and "directory=corp" in notices[0], notices
    # The controller says so to those only who know the password.
    assert "the password is wrong" in asked(site, "disabled", "x").out


def test_whom_wrong_passwords_have_locked_is_refused_with_the_right_one(site):
    assert sign_in(site, "locked")[0] == 207
    # The same wrong password is not sent again: a telephone that has an old one locks nobody.
    for _ in range(6):
        assert sign_in(site, "locked", "the old one")[0] == 401
    assert asked(site, "locked", "secret of locked").returncode == 0
    for n in range(5):
        assert sign_in(site, "locked", f"wrong {n}")[0] == 401
    done = asked(site, "locked", "secret of locked")
    assert done.returncode == 1 and "the directory refuses: locked" in done.out, done.out
    wait_for(lambda: sign_in(site, "locked")[0] == 401, what="the refusal")


def test_each_query_and_what_became_of_the_entries_is_shown(site, dc):
    # A search at the root ends with references to other partitions, which are not followed.
    code, text = dc.search("(cn=anna)", "dn")
    assert code == 0 and "DC=ForestDnsZones" in text and "DC=DomainDnsZones" in text
    done = site.run("directory", "test", "corp")
    # Eight of the tests, the service's, Administrator, Guest and krbtgt; the controller's own account is a computer's.
    assert f"user: {MANY + 13}, {MANY + 9} with an address, 4 disabled or expired, 2 hidden" in done.out, done.out
    assert f"base: {SUFFIX}" in done.out and "objectGUID, sAMAccountName, userPrincipalName" in done.out
    assert f"entries: {MANY + 13}," in done.out and "(objectClass=group)" in done.out
    done = asked(site, "otto", "secret of otto")
    assert done.returncode == 0 and {"staff", "all", "ring"} <= set(re.findall(r"group: (\S+)", done.out)), done.out
    assert re.search(r"id: [0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\n", done.out)


@pytest.mark.parametrize("way", ["another authority's", "another name's"])
def test_a_controller_with_a_wrong_certificate_gets_no_password(dc, tmp_path, way):
    if way == "another authority's":
        block = dc.settings("corp", "samba", ca=Authority(tmp_path / "stranger").file)
    else:
        # Samba's own certificate has the host's name and no address.
        block = dc.settings("corp", "samba", servers=[f"ldaps://{dc.address}"])
    with serving(block, settings=(), environment=dc.environment) as server:
        status, answer = sign_in(server, "anna")
        assert status == 503 and int(answer.header("Retry-After")) >= 1
        done = server.run("directory", "test", "corp", check=False)
        assert done.returncode == 1 and "certificate" in done.out, done.out


def test_without_tls_the_controller_refuses_and_that_is_told(dc):
    # `ldap server require strong auth` is on unless smb.conf says otherwise.
    with serving(dc.settings("corp", "samba", security="none"), settings=(), environment=dc.environment) as server:
        assert sign_in(server, "anna")[0] == 503
        done = server.run("directory", "test", "corp", check=False)
        assert done.returncode == 1 and "Strong(er) authentication required" in done.out, done.out


def test_who_is_renamed_and_moved_keeps_their_calendar(site, dc):
    dc.modify(account("rita", "mail: rita@example.org", "displayName: Rita Alt"), "ldapadd")
    dav = Dav(site.url, ("rita", "secret of rita"))
    assert dav.put("/calendars/rita@example.org/calendar/kept.ics", event("kept")).status == 201
    dc.modify(f"dn: cn=rita,ou=people,{SUFFIX}\nchangetype: modrdn\nnewrdn: cn=Rita Neu\ndeleteoldrdn: 1\n"
              f"newsuperior: ou=moved,{SUFFIX}\n\n"
              f"dn: cn=Rita Neu,ou=moved,{SUFFIX}\nchangetype: modify\nreplace: sAMAccountName\nsAMAccountName: rita.neu\n-\n"
              f"replace: displayName\ndisplayName: Rita Neu\n-\nreplace: mail\nmail: rita.neu@example.org\n")

    def renamed():
        row = dav.propfind("/principals/rita@example.org/", "D:displayname").multistatus().only()
        return row.text("D:displayname") == "Rita Neu"
    wait_for(renamed, what="the new name")
    for name in ("rita.neu", "rita.neu@example.org"):
        assert principal_of(site, name, "secret of rita") == "/principals/rita@example.org/"
        assert Dav(site.url, (name, "secret of rita")).get("/calendars/rita@example.org/calendar/kept.ics").status == 200
    # Somebody new with the old name has another objectGUID, and is somebody else.
    dc.modify(account("rita", "mail: rita@example.org", password="new"), "ldapadd")
    wait_for(lambda: sign_in(site, "rita", "new")[0] == 207, what="the new one")
    assert principal_of(site, "rita", "new") != "/principals/rita@example.org/"
    assert Dav(site.url, ("rita", "new")).get("/calendars/rita@example.org/calendar/kept.ics").status == 404


def readable(server, name, path):
    return Dav(server.url, (name, "secret of " + name)).get(path).status == 200


def shared(server, owner, group_name):
    """The path of an event in a calendar that is shared with a group."""
    user = server.new_user(owner)
    assert user.dav().put(user.calendar + "a.ics", event("a")).status == 201
    server.run("share", "add", user.calendar, group_name)
    return user.calendar + "a.ics"


def test_groups_in_groups_and_their_changes_count(site, dc):
    path = shared(site, "owner1", "all@example.org")
    assert readable(site, "anna", path) and not readable(site, "bert", path)
    # memberOf is made by the controller, of the group's member.
    dc.modify(f"dn: cn=staff,ou=groups,{SUFFIX}\nchangetype: modify\nadd: member\nmember: cn=bert,ou=people,{SUFFIX}\n")
    wait_for(lambda: readable(site, "bert", path), what="the new member")
    dc.modify(f"dn: cn=staff,ou=groups,{SUFFIX}\nchangetype: modify\ndelete: member\nmember: cn=bert,ou=people,{SUFFIX}\n")
    wait_for(lambda: not readable(site, "bert", path), what="the end of the membership")


def test_a_group_is_as_large_as_it_likes(site, dc):
    # Samba gives all members at once, and pieces (MS-ADTS §3.1.1.3.1.3.3) only to those who ask for them.
    code, text = dc.search("(cn=big)", "member;range=0-1499")
    assert code == 0 and text.count("member;range=0-1499:") == 1_500
    code, text = dc.search("(cn=big)", "member")
    assert code == 0 and text.count("member:") == MANY + 1
    path = shared(site, "owner2", "big@example.org")
    assert readable(site, "bert", path) and not readable(site, "anna", path)


def test_the_primary_group_is_one_of_the_users_groups(site, dc):
    # It is in no `member` and no `memberOf`: the user's primaryGroupID is the end of its objectSid (MS-ADA3 §2.120).
    code, text = dc.search("(cn=Domain Users)", "member")
    assert code == 0 and "cn=anna" not in text.lower()
    site.run("group", "import", "corp")
    path = shared(site, "owner3", "domain-users@example.org")
    wait_for(lambda: readable(site, "anna", path), timeout=5, what="the membership of the primary group")


def found(dav, path, text):
    """The cards that a search finds, by their names."""
    rows = [row for row in query(dav, path, text) if row.status != 404]
    texts = [row.text("A:address-data").replace("\r\n ", "").replace("\n ", "") for row in rows]
    return {lines(card, "FN")[0]: card for card in texts}


def wait_for_card(dav, path, name):
    return wait_for(lambda: found(dav, path, name).get(name), timeout=40, what=f"the card of {name}")


@pytest.fixture
def reader(site):
    """Anna's client and the path of the list, once all of it is there: groups are written when their members are."""
    dav = Dav(site.url, ("anna", "secret of anna"))
    path = book(dav, "/contacts/anna@example.org/")
    for name in ("big", "staff", "lea"):
        wait_for_card(dav, path, name)
    return dav, path


def refresh(server, *options):
    # One at a time: the server may be at it itself.
    wait_for(lambda: server.run("gal", "refresh", *options, check=False).returncode == 0, timeout=60, what="the refresh")


def test_cards_have_photo_numbers_and_addresses(reader):
    card = wait_for_card(*reader, "Anna Braun")
    photo = lines(card, "PHOTO")
    assert len(photo) == 1 and JPEG in photo[0]
    assert lines(card, "TEL") == ["+49 30 1234", "+49 170 5678"]
    assert lines(card, "EMAIL") == ["a.braun@example.org", "ab@example.org", "anna.b@example.org"]
    assert lines(card, "TITLE") == ["Engineer"] and lines(card, "ORG") == [";R&D"] and lines(card, "N") == ["Braun;Anna;;;"]


def test_the_list_has_everybody_but_the_hidden_and_the_disabled(site, reader):
    dav, path = reader
    wait_for_card(dav, path, f"Person {MANY - 1}")
    assert len(dav.sync(path).multistatus()) >= MANY
    for name in ("hilde", "disabled", "expired"):
        assert not found(dav, path, name), name
    members = lines(wait_for_card(dav, path, "big"), "X-ADDRESSBOOKSERVER-MEMBER")
    assert len(members) == MANY + 1
    assert "corp" in site.run("gal", "status").out


def test_a_change_is_in_the_list_within_the_interval(reader, dc):
    dav, path = reader
    wait_for_card(dav, path, "Person 7")
    token = dav.sync_token_of(path)
    dc.modify(f"dn: cn=p0007,ou=people,{SUFFIX}\nchangetype: modify\nreplace: displayName\ndisplayName: Renamed Person\n-\n"
              "add: telephoneNumber\ntelephoneNumber: +49 30 77\n")
    card = wait_for_card(dav, path, "Renamed Person")
    assert lines(card, "TEL") == ["+49 30 77"]
    own = f"{path}{lines(card, 'UID')[0]}.vcf"

    def changed():
        """The card is, and beside it at most what tests before have changed: not the whole list."""
        paths = [row.path for row in dav.sync(path, token).multistatus()]
        return own in paths and len(paths) < 10
    assert changed()
    # Moved to another unit it is the same card, and in its groups. (The controller changes the members' names in a group without
    # a word of it in the group's whenChanged.)
    dc.modify(f"dn: cn=p0007,ou=people,{SUFFIX}\nchangetype: modrdn\nnewrdn: cn=p0007\ndeleteoldrdn: 1\nnewsuperior: ou=moved,{SUFFIX}\n\n"
              f"dn: cn=p0007,ou=moved,{SUFFIX}\nchangetype: modify\nreplace: displayName\ndisplayName: Moved Person\n")
    card = wait_for_card(dav, path, "Moved Person")
    assert f"{path}{lines(card, 'UID')[0]}.vcf" == own
    assert f"urn:uuid:{lines(card, 'UID')[0]}" in lines(found(dav, path, "big")["big"], "X-ADDRESSBOOKSERVER-MEMBER")
    assert changed()
    # Who becomes hidden is gone as soon.
    dc.modify(f"dn: cn=p0007,ou=moved,{SUFFIX}\nchangetype: modify\nreplace: showInAdvancedViewOnly\nshowInAdvancedViewOnly: TRUE\n")
    wait_for(lambda: not found(dav, path, "Moved Person"), what="the end of the card")


def test_the_command_refreshes_at_once_and_finds_who_is_gone(ldaps, dc):
    dav = Dav(ldaps.url, ("anna", "secret of anna"))
    path = book(dav, "/contacts/anna@example.org/")
    wait_for_card(dav, path, "Person 8")
    dc.modify(account("worker", "mail: worker@example.org", "displayName: Guest Worker"), "ldapadd")
    dc.modify(f"dn: cn=p0008,ou=people,{SUFFIX}\nchangetype: modify\nreplace: displayName\ndisplayName: Somebody Else\n")
    refresh(ldaps)
    assert found(dav, path, "Guest Worker") and found(dav, path, "Somebody Else") and "Person 8" not in found(dav, path, "Person 8")
    uid = lines(found(dav, path, "Guest Worker")["Guest Worker"], "UID")[0]
    token = dav.sync_token_of(path)
    assert sign_in(ldaps, "worker")[0] == 207
    dc.modify(f"dn: cn=worker,ou=people,{SUFFIX}\nchangetype: delete\n")
    refresh(ldaps, "--compare")
    assert not found(dav, path, "Guest Worker")
    assert [row.status for row in dav.sync(path, token).multistatus() if row.path.endswith(f"/{uid}.vcf")] == [404]
    wait_for(lambda: sign_in(ldaps, "worker")[0] == 401, what="the end of the account")


def test_while_the_controller_is_down_what_is_known_is_served(site, dc, reader):
    dav, path = reader
    wait_for_card(dav, path, "Anna Braun")
    own = "/calendars/anna@example.org/calendar/outage.ics"
    assert dav.put(own, event("outage")).status == 201
    dc.stop()
    try:
        wait_for(lambda: sign_in(site, "nobody", "x")[0] == 503, what="the outage")
        for name, password in [("otto", "secret of otto"), ("anna", "another")]:
            status, answer = sign_in(site, name, password)
            assert status == 503 and int(answer.header("Retry-After")) >= 1, (name, answer)
        assert dav.get(own).status == 200 and found(dav, path, "Anna Braun")
        assert sign_in(site, "lea@example.org", "secret of lea")[0] == 207
        assert site.run("gal", "refresh", check=False).returncode != 0
        assert len(dav.sync(path).multistatus()) >= MANY
    finally:
        dc.start()
    wait_for(lambda: sign_in(site, "otto")[0] == 207, timeout=90, what="the controller's return")
    refresh(site)
