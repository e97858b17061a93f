"""Those whom the address list has and who are no principals yet: searches find them and nothing is written; they come to be when something is
granted to them, under the URL by which they were found."""
import json

import pytest

from dav import document
from gal import serving
from ldap_server import IPA_SCHEMA, Authority, Slapd, person, temporary_folder, unit
from test_acl import ace, acl
from test_gal_forms import PHONE, apple_search, client, is_there, search
from tegu import User, wait_for

CORP, SECOND = "dc=corp,dc=test", "dc=second,dc=test"
MANY = 2_500
NAME, ADDRESS = "<D:displayname/>", "<CS:email-address-set/>"


def people():
    text = unit(CORP, "people") + unit(CORP, "groups") + unit(CORP, "board")
    text += person(CORP, "asker", name="Asker") + person(CORP, "ivan", mail="ivan.one@example.org", name="Ivan Twice")
    for name in ("acl", "proxy", "setacl", "invited", "linked", "command", "signed"):
        text += person(CORP, f"p-{name}", f"telephoneNumber: +49 30 {len(name)}00", mail=f"{name}.person@example.org", name=f"Used {name.title()}")
    text += "".join(person(CORP, f"m{n}", mail=f"first.m{n}@example.org", name=f"Many Number{n}") for n in range(MANY))
    text += person(CORP, "hilde", "employeeType: hidden", name="Hilde Hidden")
    text += person(CORP, "boss", name="Boss Board").replace("ou=people", "ou=board")
    text += f"dn: cn=Sales Team,ou=groups,{CORP}\nobjectClass: groupOfNames\nobjectClass: extensibleObject\ncn: Sales Team\n" \
            f"mail: sales@example.org\nmember: uid=m1,ou=people,{CORP}\n\n"
    return text


@pytest.fixture(scope="module")
def corp():
    with temporary_folder() as folder:
        authority = Authority(folder / "ca")
        corp = Slapd(folder / "corp", CORP, people(), authority)
        second = Slapd(folder / "second", SECOND, unit(SECOND, "people") + person(
            SECOND, "ivan", "ipaUniqueID: 7", "uidNumber: 1", "gidNumber: 1", "homeDirectory: /", mail="ivan.two@example.org",
            name="Ivan Twice", classes=("inetOrgPerson", "posixAccount", "ipaObject"), password="another"), authority, IPA_SCHEMA)
        try:
            yield corp.start(), second.start()
        finally:
            corp.stop(), second.stop()


def site(corp, more=""):
    first, second = corp
    blocks = first.settings("corp", "openldap", domains="[example.org]", position=1, map="\n      hidden: [employeeType=hidden]")
    blocks += second.settings("second", "freeipa", domains="[example.org]", position=2)
    gal = f"gal:\n  enabled: true\n  interval: 1s\n  units:\n    board:\n      below: ou=board,{CORP}\n" + more
    return serving(blocks, settings=("--gal-interval", "1s", "--results-principal-search", "5000"), gal=gal)


@pytest.fixture(scope="module")
def server(corp):
    with site(corp) as server:
        is_there(server, "example.org/board")
        asker = client(server, "asker")
        wait_for(lambda: len(search(asker, NAME, "Ivan Twice")) == 1, what="the list")
        yield server


def accounts(server):
    """The names of all principals, groups too."""
    return {row[key] for what, key in (("user", "name"), ("group", "name")) for row in json.loads(server.run(what, "list", "--json").out)}


def asker(server):
    return User(server, "asker", "secret of asker")


def find(dav, name):
    found = search(dav, NAME, name)
    assert list(found) == [name], found
    return found[name]


def signed_in(server, uid, password=None):
    from dav import Dav
    dav = Dav(server.url, (f"{uid}@example.org", password or "secret of " + uid))
    return dav.propfind("/", "D:current-user-principal").multistatus().only().hrefs_of("D:current-user-principal")[0]


class made:
    """That these principals, and no others, come to be."""

    def __init__(self, server, *names):
        self.server, self.names = server, {f"{name}@example.org" for name in names}

    def __enter__(self):
        self.before = accounts(self.server)

    def __exit__(self, kind, *_):
        if kind is None:
            assert accounts(self.server) - self.before == self.names


def test_searches_of_thousands_and_looks_at_whom_they_find_make_nobody(server):
    dav = client(server, "asker")
    with made(server):
        found = search(dav, NAME, "Many Number", properties="<D:displayname/><CS:email-address-set/><D:principal-URL/>" + PHONE)
        assert len(found) == MANY and len(set(found.values())) == MANY
        assert all(path == f"/principals/m{name.split('Number')[1]}@example.org/" for name, path in found.items())
        assert set(search(dav, ADDRESS, "first.m77@")) == {"Many Number77"} and set(search(dav, PHONE, "+4930700")) >= {"Used Invited"}
        assert apple_search(dav, "many", "number77") == {"Many Number77"} | {f"Many Number77{n}" for n in range(10)}
        assert set(search(dav, "<C:calendar-user-type/>", "GROUP")) == {"Sales Team"}
        for path in (found["Many Number8"], "/principals/m8@example.org", "/principals/m8/", "/principals/first.m8@example.org/"):
            row = dav.propfind(path, "D:displayname", "D:resourcetype", "D:principal-URL", "CS:email-address-set", "C:calendar-home-set",
                               "C:calendar-user-type", "C:calendar-user-address-set", "D:group-membership", "D:owner").multistatus().only()
            assert row.path == "/principals/m8@example.org/" and row.text("D:displayname") == "Many Number8"
            assert row.hrefs_of("D:principal-URL") == [row.path] and "mailto:first.m8@example.org" in row.hrefs_of("C:calendar-user-address-set")
            assert row.status_of("C:calendar-home-set") == 404, "as of anybody whose calendars one may not see"
        for method, path in (("PROPPATCH", "/principals/m8@example.org/"), ("ACL", "/principals/m8@example.org/"),
                             ("LOCK", "/principals/m8@example.org/"), ("DELETE", "/principals/m8@example.org/"), ("PUT", "/calendars/m8@example.org/x/y"),
                             ("MKCALENDAR", "/calendars/m8@example.org/x/"), ("PROPFIND", "/calendars/m8@example.org/"), ("GET", "/free-busy/m8@example.org"),
                             ("PROPFIND", "/principals/m8@example.org/calendar-proxy-read/"), ("GET", "/principals/m8@example.org/")):
            assert dav.request(method, path).status < 500
        expand = document("D:expand-property", '<D:property name="principal-URL"><D:property name="displayname"/></D:property>')
        assert "Many Number8<" in dav.report("/principals/m8@example.org/", expand, 0).text


def test_a_grant_makes_exactly_the_principal_that_was_found(server):
    me, dav = asker(server), asker(server).dav()
    path = find(dav, "Used Acl")
    assert path == "/principals/p-acl@example.org/"
    with made(server, "p-acl"):
        assert acl(dav, me.calendar, ace(f"<D:href>{path}</D:href>", "read")).status == 200
    with made(server):
        row = dav.propfind(path, "D:displayname", "D:principal-URL").multistatus().only()
        assert row.path == path and row.text("D:displayname") == "Used Acl" and find(dav, "Used Acl") == path
        assert signed_in(server, "p-acl") == path == signed_in(server, "acl.person", "secret of p-acl")
    shared = [p for p in client(server, "p-acl").children("/calendars/p-acl@example.org/") if "shared-" in p]
    assert len(shared) == 1
    # A group too, by its address as well.
    group = find(dav, "Sales Team")
    with made(server, "sales-team"):
        assert group == "/principals/sales-team@example.org/"
        assert acl(dav, me.calendar, ace("<D:href>/principals/sales@example.org/</D:href>", "read")).status == 200
    row = dav.propfind(me.calendar, "D:acl").multistatus().only()
    assert group in row.hrefs_of("D:acl") or group in dav.propfind(me.calendar, "D:acl").text


def test_invitations_delegates_mailboxes_and_commands_make_them_too(server):
    me, dav = asker(server), asker(server).dav()
    setting = "<CS:set><D:href>{}</D:href><CS:read/></CS:set>"

    def share(*whom):
        return dav.xml("POST", me.calendar, document("CS:share", "".join(setting.format(who) for who in whom)))
    with made(server, "p-invited", "p-linked"):
        assert share("mailto:invited.person@example.org", find(dav, "Used Linked")).status == 200
    assert [p for p in client(server, "p-linked").children("/calendars/p-linked@example.org/") if "shared-" in p]
    with made(server, "p-proxy"):
        href = find(dav, "Used Proxy")
        row = dav.set_property(me.principal + "calendar-proxy-write/", f"<D:group-member-set><D:href>{href}</D:href></D:group-member-set>")
        assert row.multistatus().only().status_of("D:group-member-set") == 200
        assert dav.propfind(me.principal + "calendar-proxy-write/", "D:group-member-set").multistatus().only().hrefs_of("D:group-member-set") == [href]
    mail = me.imap()
    mail.ok("CREATE shared")
    with made(server):
        mail.ok("LISTRIGHTS shared p-setacl@example.org")
        mail.no("DELETEACL shared p-setacl@example.org")
        mail.no("SETACL shared p-nobody@example.org lr")
        mail.no("SETACL nothing p-setacl@example.org lr")
    with made(server, "p-setacl"):
        mail.ok("SETACL shared setacl.person@example.org lr")
        assert "p-setacl@example.org" in str(vars(mail.ok("GETACL shared")))
    mail.close()
    with made(server, "p-command"):
        server.run("share", "add", me.calendar, "command.person@example.org", "--role", "reader")
    for name in ("linked", "invited", "proxy", "setacl", "command"):
        assert signed_in(server, "p-" + name) == f"/principals/p-{name}@example.org/"


def test_what_is_refused_makes_nobody(server):
    me, dav = asker(server), asker(server).dav()
    first = search(dav, NAME, "Many Number11")["Many Number11"]
    grant = ace(f"<D:href>{first}</D:href>", "read")
    other = client(server, "m12")
    assert other.propfind("/").status == 207
    with made(server):
        deny = grant.replace("D:grant", "D:deny")
        assert acl(dav, me.calendar, grant, deny).status == 403
        assert acl(dav, me.calendar, grant, ace("<D:href>/principals/no-one@example.org/</D:href>", "read")).status == 403
        assert acl(dav, me.calendar, ace(f"<D:href>{first}</D:href>", "no-such-right")).status == 403
        # Whose the calendar is not.
        assert other.xml("ACL", me.calendar, document("D:acl", grant)).status in (403, 404)
        assert acl(dav, me.calendar + "nothing/", grant).status in (403, 404)
        body = document("CS:share", f"<CS:set><D:href>{first}</D:href><CS:read/></CS:set><CS:set><D:href>mailto:no-one@example.org</D:href><CS:read/></CS:set>")
        answer = dav.xml("POST", me.calendar, body)
        assert answer.status == 207 and {row.path: row.status for row in answer.multistatus()}[first] == 424
        assert dav.xml("POST", me.calendar, document("CS:share", f"<CS:remove><D:href>{first}</D:href></CS:remove>")).status == 200
        members = f"<D:group-member-set><D:href>{first}</D:href></D:group-member-set>"
        assert other.set_property(me.principal + "calendar-proxy-write/", members).multistatus().only().status_of("D:group-member-set") == 403


def test_who_may_not_be_seen_is_like_nobody(server):
    me, dav = asker(server), asker(server).dav()

    def answers(who):
        """All that can be asked about somebody, without their name."""
        path = f"/principals/{who}@example.org/"
        out = [dav.propfind(path, "D:displayname"), dav.propfind(path + "calendar-proxy-read/", "D:displayname"), dav.options(path),
               acl(dav, me.calendar, ace(f"<D:href>{path}</D:href>", "read")),
               dav.xml("POST", me.calendar, document("CS:share", f"<CS:set><D:href>mailto:{who}@example.org</D:href><CS:read/></CS:set>")),
               dav.set_property(me.principal + "calendar-proxy-write/", f"<D:group-member-set><D:href>{path}</D:href></D:group-member-set>")]
        mail = me.imap()
        words = [str(vars(mail.no(f"SETACL INBOX {who}@example.org lr")))]
        mail.close()
        return [(a.status, a.text.replace(who, "WHO")) for a in out] + [w.replace(who, "WHO") for w in words]
    with made(server):
        nobody = answers("unknown")
        assert answers("hilde") == nobody and answers("boss") == nobody
        assert dav.propfind("/principals/m5@example.org/", "D:displayname").status == 207
    server.run("share", "add", "/contacts/global-address-list@example.org/board/", "asker@example.org")
    with made(server):
        assert dav.propfind("/principals/boss@example.org/", "D:displayname").multistatus().only().text("D:displayname") == "Boss Board"
    with made(server, "boss"):
        assert acl(dav, me.tasks, ace("<D:href>/principals/boss@example.org/</D:href>", "read")).status == 200
    assert answers("hilde") == nobody


def test_two_with_one_login_have_names_of_their_own(server):
    dav = client(server, "asker")
    body = document("D:principal-property-search", "<D:property-search><D:prop><D:displayname/></D:prop><D:match>Ivan Twice</D:match>"
                    "</D:property-search><D:prop><CS:email-address-set/></D:prop>")
    with made(server):
        found = {row.path: row.prop("CS:email-address-set")[0].text for row in dav.report("/principals/", body, 0).multistatus()}
    assert found == {"/principals/ivan@example.org/": "ivan.one@example.org", "/principals/ivan.two@example.org/": "ivan.two@example.org"}
    # The second comes first, and does not take the other's name.
    assert signed_in(server, "ivan.two", "another") == "/principals/ivan.two@example.org/"
    assert dav.propfind("/principals/ivan@example.org/", "CS:email-address-set").text.count("ivan.one@example.org") == 1
    assert signed_in(server, "ivan.one", "secret of ivan") == "/principals/ivan@example.org/"


def test_they_come_to_be_for_accounts_of_another_storage(corp):
    with temporary_folder() as folder, site(corp, f"storages:\n  east: {{directory: {folder}/east}}\n") as server:
        server.run("storage", "assign", "example.org", "east")
        wait_for(lambda: client(server, "asker").propfind("/").status == 207, what="the server")
        me, dav = asker(server), asker(server).dav()
        path = wait_for(lambda: search(dav, NAME, "Used Acl"), what="the list of the storage")["Used Acl"]
        with made(server, "p-acl"):
            assert acl(dav, me.calendar, ace(f"<D:href>{path}</D:href>", "read")).status == 200
        assert signed_in(server, "p-acl") == path
        assert [p for p in client(server, "p-acl").children("/calendars/p-acl@example.org/") if "shared-" in p]
        mail = me.imap()
        with made(server, "p-setacl"):
            mail.ok("SETACL INBOX p-setacl@example.org lr")
        mail.close()


def test_whom_a_grant_cannot_reach_is_not_made(corp):
    """What somebody new owns would be in another storage: all ways to share are refused, and nobody comes to be."""
    with temporary_folder() as folder, site(corp, f"storages:\n  east: {{directory: {folder}/east}}\n") as server:
        wait_for(lambda: client(server, "asker").propfind("/").status == 207, what="the server")
        me, dav = asker(server), asker(server).dav()
        path = wait_for(lambda: search(dav, NAME, "Used Acl"), what="the list")["Used Acl"]
        other = client(server, "m3")
        assert other.propfind("/").status == 207
        server.run("storage", "assign", "example.org", "east")
        wait_for(lambda: client(server, "m4").propfind("/").status == 207, what="somebody elsewhere")
        grant, mail = ace(f"<D:href>{path}</D:href>", "read"), me.imap()
        members = "<D:group-member-set>{}</D:group-member-set>"
        with made(server):
            for answer in (acl(dav, me.calendar, grant), dav.xml("POST", me.calendar, document(
                    "CS:share", f"<CS:set><D:href>{path}</D:href><CS:read/></CS:set>")),
                    dav.set_property(me.principal + "calendar-proxy-write/", members.format(f"<D:href>{path}</D:href>"))):
                assert answer.status == 403 and answer.error("D:allowed-principal") is not None, answer.text
            mail.no("SETACL INBOX p-acl@example.org lr")
            for command in (("share", "add", me.calendar, "acl.person@example.org"), ("mail", "share", "asker@example.org", "INBOX", "p-acl@example.org", "lr")):
                done = server.run(*command, check=False)
                assert done.returncode != 0 and "another storage" in done.err
        server.run("storage", "assign", "example.org", "default")
        # Nor does anybody for whose sake it is not that it is refused.
        with made(server):
            assert acl(dav, me.calendar, grant, ace("<D:href>/principals/m4@example.org/</D:href>", "read")).status == 403
            body = document("CS:share", "".join(f"<CS:set><D:href>{who}</D:href><CS:read/></CS:set>" for who in (path, "/principals/m4@example.org/")))
            assert dav.xml("POST", me.calendar, body).status == 403
            both = members.format(f"<D:href>{path}</D:href><D:href>/principals/m4@example.org/</D:href>")
            assert dav.set_property(me.principal + "calendar-proxy-read/", both).multistatus().only().status_of("D:group-member-set") == 403
            for command in (("share", "add", "/calendars/asker@example.org/nothing/", "acl.person@example.org"),
                            ("share", "remove", me.calendar, "acl.person@example.org"),
                            ("mail", "share", "asker@example.org", "Nothing", "p-acl@example.org", "lr")):
                assert server.run(*command, check=False).returncode != 0
            mail.no("SETACL Nothing p-acl@example.org lr")
        with made(server, "p-acl"):
            assert acl(dav, me.calendar, grant).status == 200
        mail.close()
