"""Groups of two directories of different schemas as grantees: by the command, by WebDAV access control, nested, and as they change."""
import time

import pytest

from dav import Dav, document, find_all, name
from imap import Imap
from ldap_server import IPA_SCHEMA, Authority, Slapd, person, temporary_folder, unit
from objects import event
from tegu import Server, wait_for

CORP, IPA = "dc=corp,dc=test", "cn=accounts,dc=ipa,dc=test"
STAFF = f"cn=staff,ou=groups,{CORP}"


def corp_people():
    text = "".join(unit(CORP, part) for part in ("people", "groups"))
    text += "".join(person(CORP, uid) for uid in ("clara", "dora", "emil", "twin"))
    text += f"dn: {STAFF}\nobjectClass: groupOfNames\ncn: staff\nmember: uid=clara,ou=people,{CORP}\n\n"
    # Who is in staff is in everyone, and the ring of the two ends somewhere.
    text += f"dn: cn=everyone,ou=groups,{CORP}\nobjectClass: groupOfNames\ncn: everyone\nmember: {STAFF}\n" \
            f"member: cn=ring,ou=groups,{CORP}\n\n"
    text += f"dn: cn=ring,ou=groups,{CORP}\nobjectClass: groupOfNames\ncn: ring\nmember: cn=everyone,ou=groups,{CORP}\n\n"
    text += f"dn: cn=printers,ou=groups,{CORP}\nobjectClass: posixGroup\ncn: printers\ngidNumber: 5\nmemberUid: emil\n\n"
    # A group for a user, called like the user.
    text += f"dn: cn=twin,ou=groups,{CORP}\nobjectClass: posixGroup\ncn: twin\ngidNumber: 6\nmemberUid: emil\n\n"
    return text


def ipa_person(uid, number, *more):
    return person(IPA, uid, f"uidNumber: {number}", "gidNumber: 1", "homeDirectory: /", *more,
                  f"ipaUniqueID: 11111111-aaaa-11ee-8a4e-5254000000{number:02}", mail=f"{uid}@ipa.test",
                  classes=("inetOrgPerson", "posixAccount", "ipaObject"))


def ipa_people():
    text = f"dn: {IPA}\nobjectClass: applicationProcess\ncn: accounts\n\n" + unit(IPA, "people") + unit(IPA, "groups")
    text += ipa_person("ida", 1) + ipa_person("edgar", 2, f"memberOf: cn=editors,ou=groups,{IPA}") + ipa_person("nils", 3)
    # The group names nobody who is there: its member does.
    text += f"dn: cn=editors,ou=groups,{IPA}\nobjectClass: ipaUserGroup\nobjectClass: ipaObject\ncn: editors\n" \
            f"member: uid=nobody,{IPA}\nipaUniqueID: 11111111-aaaa-11ee-8a4e-525400000009\n\n"
    return text


@pytest.fixture(scope="module")
def directories():
    with temporary_folder() as folder:
        authority = Authority(folder / "ca")
        corp = Slapd(folder / "corp", CORP, corp_people(), authority)
        ipa = Slapd(folder / "ipa", "dc=ipa,dc=test", ipa_people(), authority, IPA_SCHEMA)
        try:
            yield corp.start(), ipa.start()
        finally:
            corp.stop()
            ipa.stop()


@pytest.fixture(scope="module")
def site(directories):
    corp, ipa = directories
    with temporary_folder() as folder:
        file = folder / "tegu.yaml"
        file.write_text("directories:\n" + corp.settings("corp", "openldap", group_interval="2s")
                        + ipa.settings("ipa", "freeipa", domains="ipa.test", group_interval="2s"))
        server = Server(environment={"TEGU_CONFIG": str(file)})
        try:
            yield server.start()
            server.check()
        finally:
            server.close()


def client(server, user):
    return Dav(server.url, (user, "secret of " + user.split("@")[0]))


def status(server, user, path):
    return client(server, user).get(path).status


def set_members(corp, *uids):
    values = "".join(f"member: uid={uid},ou=people,{CORP}\n" for uid in uids)
    corp.modify(f"dn: {STAFF}\nchangetype: modify\nreplace: member\n{values}")


def test_a_group_is_named_by_the_command_before_anybody_of_it_is_known(site, directories):
    corp, _ = directories
    lea = site.new_user("lea")
    path = lea.calendar + "a.ics"
    lea.dav().put(path, event("a"))
    # The grant is to the group that has staff as a member, which has clara as one.
    site.run("share", "add", lea.calendar, "everyone@example.org", "--role", "reader")
    assert status(site, "clara", path) == 200
    assert status(site, "dora", path) == 404
    groups = site.run("group", "list").out
    for group in ("everyone", "staff", "ring"):
        assert f"{group}@example.org" in groups
    assert "clara@example.org" in site.run("group", "member", "list", "everyone@example.org").out
    # It stands in the sharee's own home.
    row = client(site, "clara").propfind("/calendars/clara@example.org/", "D:owner", depth=1).multistatus()
    assert any(lea.principal in r.hrefs_of("D:owner") for r in row)

    begin = time.monotonic()
    set_members(corp, "dora")
    wait_for(lambda: status(site, "clara", path) == 404, timeout=15, what="the end of clara's membership")
    wait_for(lambda: status(site, "dora", path) == 200, timeout=15, what="dora's membership")
    assert time.monotonic() - begin < 10
    set_members(corp, "clara")
    wait_for(lambda: status(site, "clara", path) == 200, timeout=15)


def test_a_group_is_found_and_granted_by_webdav_access_control(site):
    wait_for(lambda: client(site, "edgar@ipa.test").propfind("/", "D:displayname").status == 207)
    ida = client(site, "ida@ipa.test")
    calendar = "/calendars/ida@ipa.test/calendar/"
    assert ida.put(calendar + "a.ics", event("a")).status == 201
    search = document("D:principal-property-search", "<D:property-search><D:prop><D:displayname/></D:prop>"
                      "<D:match>editors</D:match></D:property-search><D:prop><D:displayname/></D:prop>")
    found = ida.xml("REPORT", "/principals/", search, Depth="0").multistatus().paths()
    assert found == ["/principals/editors@ipa.test/"]
    granted = "".join(f"<D:privilege><D:{p}/></D:privilege>" for p in ("read", "write-content", "bind"))
    ace = f"<D:ace><D:principal><D:href>{found[0]}</D:href></D:principal><D:grant>{granted}</D:grant></D:ace>"
    assert ida.xml("ACL", calendar, document("D:acl", ace)).status == 200
    edgar = client(site, "edgar@ipa.test")
    assert edgar.get(calendar + "a.ics").status == 200
    assert edgar.put(calendar + "b.ics", event("b")).status == 201
    assert edgar.delete(calendar + "a.ics").status == 403
    assert status(site, "nils@ipa.test", calendar + "a.ics") == 404
    # RFC 3744 §4.3, §4.4: the group and its members name each other.
    row = edgar.propfind("/principals/edgar@ipa.test/", "D:group-membership").multistatus().only()
    assert row.hrefs_of("D:group-membership") == found
    row = edgar.propfind(found[0], "D:group-member-set").multistatus().only()
    assert row.hrefs_of("D:group-member-set") == ["/principals/edgar@ipa.test/"]
    listed = {e.text for e in find_all(ida.propfind(calendar, "D:acl").multistatus().only().prop("D:acl"), "D:ace/D:principal/D:href")}
    assert listed == set(found)


def test_an_open_imap_session_loses_what_the_group_gave(site, directories):
    corp, _ = directories
    mia = site.new_user("mia")
    owner = mia.imap()
    owner.ok("CREATE Team")
    site.run("group", "import", "corp")
    owner.ok('SETACL Team "staff@example.org" lr')
    clara = wait_for(lambda: signed_in(site, "clara"))
    team = '"Other Users/mia/Team"'
    clara.ok(f"EXAMINE {team}")
    clara.ok("CLOSE")
    set_members(corp, "dora")
    wait_for(lambda: clara.do(f"STATUS {team} (MESSAGES)").status == "NO", timeout=15, what="the end of the right")
    set_members(corp, "clara")
    wait_for(lambda: clara.do(f"STATUS {team} (MESSAGES)").status == "OK", timeout=15, what="the right's return")


def signed_in(site, user):
    imap = Imap(site.host, site.imap_port)
    imap.ok(f'LOGIN {user}@example.org "secret of {user}"')
    return imap


def test_a_mail_connection_that_waits_ends_when_its_user_is_shut_out_there(site, directories):
    corp, _ = directories
    corp.modify(person(CORP, "waits", "shadowExpire: 99999", classes=("inetOrgPerson", "shadowAccount")), "ldapadd")
    waits, stays = wait_for(lambda: signed_in(site, "waits")), wait_for(lambda: signed_in(site, "emil"))
    for imap in (waits, stays):
        imap.ok("SELECT INBOX")
        imap.begin("IDLE")
        assert imap.response().startswith(b"+")
    corp.modify(f"dn: uid=waits,ou=people,{CORP}\nchangetype: modify\nreplace: shadowExpire\nshadowExpire: 1\n")
    assert waits.response().startswith(b"* BYE ")
    stays.send("DONE\r\n")
    assert b" OK " in stays.response()
    # Once the entry is in order again, so is a new connection.
    corp.modify(f"dn: uid=waits,ou=people,{CORP}\nchangetype: modify\nreplace: shadowExpire\nshadowExpire: 99999\n")
    again = Imap(site.host, site.imap_port)
    wait_for(lambda: again.do('LOGIN waits "secret of waits"').status == "OK", timeout=90, what="the return")
    time.sleep(6)
    again.ok("NOOP")


def test_a_group_called_like_a_user_leaves_the_name_to_the_user(site):
    assert client(site, "emil").propfind("/", "D:displayname").status == 207
    groups = site.run("group", "list").out
    assert "printers@example.org" in groups and "group-twin@example.org" in groups
    row = client(site, "twin").propfind("/", "D:current-user-principal").multistatus().only()
    assert row.hrefs_of("D:current-user-principal") == ["/principals/twin@example.org/"]


def test_who_is_in_it_is_the_directory_s_to_say(site):
    site.new_user("otto")
    done = site.run("group", "member", "add", "staff@example.org", "otto", check=False)
    assert done.returncode != 0 and "group of the directory corp" in done.err
    site.run("group", "add", "wide@example.org")
    site.run("group", "member", "add", "wide@example.org", "staff@example.org")
    unknown = site.run("share", "add", "/calendars/otto@example.org/calendar/", "nosuchgroup", check=False)
    assert unknown.returncode != 0 and "no user or group" in unknown.err


def test_an_outage_takes_no_rights_away(directories):
    _, ipa = directories
    with temporary_folder() as folder:
        own = Slapd(folder / "own", CORP, corp_people(), ipa.authority).start()
        try:
            file = folder / "tegu.yaml"
            file.write_text("directories:\n" + own.settings("corp", "openldap", group_interval="1s"))
            server = Server(environment={"TEGU_CONFIG": str(file)})
            try:
                server.start()
                lea = server.new_user("lea")
                lea.dav().put(lea.calendar + "a.ics", event("a"))
                server.run("share", "add", lea.calendar, "everyone@example.org")
                assert status(server, "clara", lea.calendar + "a.ics") == 200
                own.stop()
                wait_for(lambda: any("memberships stay as they were" in line for line in (
                    status(server, "clara", lea.calendar + "a.ics"), *server.output)[1:]), what="the outage's notice")
                assert status(server, "clara", lea.calendar + "a.ics") == 200
                # A group that is not known cannot be named now: that is told, not that there is none.
                done = server.run("share", "add", lea.tasks, "printers@example.org", check=False)
                assert done.returncode == 5 and "directory corp" in done.err, done.err
            finally:
                server.close()
        finally:
            own.stop()
