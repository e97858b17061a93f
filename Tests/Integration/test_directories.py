"""People of LDAP directories: two real ones of different schemas, with failover, TLS, outages, renames."""
import concurrent.futures
import contextlib
import time

import pytest

from dav import Dav
from ldap_server import IPA_SCHEMA, Authority, Slapd, deaf_server, person, silent_server, temporary_folder, unit
from objects import event
from tegu import Server, free_port

CORP, IPA = "dc=corp,dc=test", "cn=accounts,dc=ipa,dc=test"
MANY = 2_000


def corp_people():
    """inetOrgPerson, groupOfNames and posixGroup, with more people than fit into one answer."""
    text = unit(CORP, "people") + unit(CORP, "moved") + unit(CORP, "groups")
    text += person(CORP, "clara", "mail: c.weiss@example.org", "telephoneNumber: +49 30 1234", "title: Engineer",
                   "departmentNumber: R&D", name="Clara Weiß")
    text += person(CORP, "dora")
    text += person(CORP, "gone", "shadowExpire: 1", classes=("inetOrgPerson", "shadowAccount"))
    text += person(CORP, "dupe1", mail="dupe@example.org") + person(CORP, "dupe2", mail="dupe@example.org")
    text += "".join(person(CORP, f"p{n:04}", f"jpegPhoto:: {'/9j/' * 20}") for n in range(MANY))
    text += f"dn: cn=staff,ou=groups,{CORP}\nobjectClass: groupOfNames\ncn: staff\nmember: uid=clara,ou=people,{CORP}\n\n"
    # Groups in groups, and in a ring.
    text += f"dn: cn=all,ou=groups,{CORP}\nobjectClass: groupOfNames\ncn: all\nmember: cn=staff,ou=groups,{CORP}\n" \
            f"member: cn=ring,ou=groups,{CORP}\n\n"
    text += f"dn: cn=ring,ou=groups,{CORP}\nobjectClass: groupOfNames\ncn: ring\nmember: cn=all,ou=groups,{CORP}\n\n"
    text += f"dn: cn=printers,ou=groups,{CORP}\nobjectClass: posixGroup\ncn: printers\ngidNumber: 5\nmemberUid: clara\n\n"
    return text


def ipa_people():
    classes = ("inetOrgPerson", "posixAccount", "ipaObject")
    posix = ("uidNumber: 1", "gidNumber: 1", "homeDirectory: /")
    text = "".join(unit(IPA, name) for name in ("people", "groups"))
    text += person(IPA, "ida", *posix, "ipaUniqueID: 11111111-aaaa-11ee-8a4e-525400000001", "mailAlternateAddress: i@ipa.test",
                   f"memberOf: cn=editors,ou=groups,{IPA}", mail="ida@ipa.test", classes=classes)
    text += person(IPA, "locked", *posix, "ipaUniqueID: 11111111-aaaa-11ee-8a4e-525400000002", "nsAccountLock: TRUE",
                   mail="locked@ipa.test", classes=classes)
    text += person(IPA, "expired", *posix, "ipaUniqueID: 11111111-aaaa-11ee-8a4e-525400000003",
                   "krbPrincipalExpiration: 20200101000000Z", mail="expired@ipa.test", classes=classes)
    # The group names nobody: who is in it says so.
    text += f"dn: cn=editors,ou=groups,{IPA}\nobjectClass: ipaUserGroup\nobjectClass: ipaObject\ncn: editors\n" \
            f"member: uid=nobody,{IPA}\nipaUniqueID: 11111111-aaaa-11ee-8a4e-525400000009\n\n"
    return text


@pytest.fixture(scope="module")
def authority():
    with temporary_folder() as folder:
        yield Authority(folder / "ca")


@pytest.fixture(scope="module")
def corp(authority):
    with temporary_folder() as folder:
        server = Slapd(folder / "corp", CORP, corp_people(), authority)
        try:
            yield server.start()
        finally:
            server.stop()


@pytest.fixture(scope="module")
def ipa(authority):
    with temporary_folder() as folder:
        # The suffix has two parts; its head is made as an organisation with a `dc`.
        server = Slapd(folder / "ipa", "dc=ipa,dc=test", f"dn: {IPA}\nobjectClass: applicationProcess\ncn: accounts\n\n"
                       + ipa_people(), authority, IPA_SCHEMA)
        try:
            yield server.start()
        finally:
            server.stop()


@contextlib.contextmanager
def serving(*directories, settings=()):
    """A server with these directories in its configuration file; commands see them too."""
    with temporary_folder() as folder:
        file = folder / "tegu.yaml"
        file.write_text("directories:\n" + "".join(directories))
        server = Server(settings=settings, environment={"TEGU_CONFIG": str(file)})
        try:
            yield server.start()
        finally:
            server.close()


@pytest.fixture(scope="module")
def both(corp, ipa):
    with serving(corp.settings("corp", "openldap"), ipa.settings("ipa", "freeipa", servers=[ipa.tls_url], domains="ipa.test"),
                 settings=("--auth-cache-time", "1s")) as server:
        yield server


def sign_in(server, name, password=None, **more):
    """What comes of asking for the own principal."""
    password = password or "secret of " + name.split("@")[0]
    return Dav(server.url, (name, password)).propfind("/", "D:current-user-principal", "D:displayname", **more)


def principal_of(server, name, password=None):
    answer = sign_in(server, name, password)
    assert answer.status == 207, answer
    return answer.multistatus().only().hrefs_of("D:current-user-principal")[0]


def test_people_of_two_directories_and_local_ones_sign_in_and_have_homes(both):
    local = both.new_user("lea")
    assert principal_of(both, "lea@example.org") == local.principal
    for name, path in [("clara", "/principals/clara@example.org/"), ("c.weiss@example.org", "/principals/clara@example.org/"),
                       ("ida@ipa.test", "/principals/ida@ipa.test/"), ("i@ipa.test", "/principals/ida@ipa.test/")]:
        assert principal_of(both, name, "secret of " + ("ida" if "ipa" in name else "clara")) == path
    dav = Dav(both.url, ("clara", "secret of clara"))
    row = dav.propfind("/principals/clara@example.org/", "D:displayname", "C:calendar-user-address-set").multistatus().only()
    assert row.text("D:displayname") == "Clara Weiß"
    assert {"mailto:clara@example.org", "mailto:c.weiss@example.org"} <= set(row.hrefs_of("C:calendar-user-address-set"))
    assert dav.put("/calendars/clara@example.org/calendar/a.ics", event("a")).status == 201
    assert len(dav.children("/calendars/clara@example.org/")) >= 2


@pytest.mark.parametrize("name, password", [
    ("clara", "wrong"), ("clara", "secret of dora"), ("clara", ""), ("nobody", "x"), ("clara*", "secret of clara"),
    ("*", "secret of clara"), ("gone", "secret of gone"), ("locked@ipa.test", "secret of locked"),
    ("expired@ipa.test", "secret of expired"), ("dupe", "secret of dupe1"), ("ida@example.org", "secret of ida"),
    ("clara@ipa.test", "secret of clara"), ("tegu", "the service's password"),
])
def test_who_is_refused(both, name, password):
    answer = Dav(both.url, (name, password)).propfind("/", "D:displayname")
    assert answer.status == 401 and "basic" in answer.header("WWW-Authenticate").lower()


def test_list_and_test_show_the_directories_and_each_query(both, corp, ipa):
    listing = both.run("directory", "list").out.splitlines()
    assert [line.split("\t")[0] for line in listing] == ["local", "corp", "ipa"]
    done = both.run("directory", "test", "corp")
    assert f"user: {MANY + 5}, {MANY + 5} with an address, 1 disabled or expired, 0 hidden" in done.out, done.out
    assert "group: 4," in done.out and "filter: (objectClass=inetOrgPerson)" in done.out and f"base: {CORP}" in done.out
    done = both.run("directory", "test", "corp", "--user", "clara", "--password-stdin", input="secret of clara\n")
    assert "(|(uid=clara)(uid=clara@example.org)(mail=clara@example.org)" in done.out
    for line in ["login: clara", "display name: Clara Weiß", "addresses: clara@example.org, c.weiss@example.org",
                 "phones: +49 30 1234", "title: Engineer", "department: R&D", "state: active", "the password is right"]:
        assert line in done.out, done.out
    assert {line.split()[1] for line in done.out.splitlines() if line.startswith("  group:")} == {"staff", "all", "ring", "printers"}
    assert "secret" not in done.out
    wrong = both.run("directory", "test", "corp", "--user", "clara", "--password-stdin", input="x\n", check=False)
    assert wrong.returncode == 1 and "the password is wrong" in wrong.out
    named = both.run("directory", "test", "ipa", "--user", "ida")
    assert "id: 11111111-aaaa-11ee-8a4e-525400000001" in named.out and "group: editors" in named.out
    assert "state: disabled" in both.run("directory", "test", "ipa", "--user", "locked", check=False).out
    assert both.run("directory", "test", "none", check=False).returncode == 6


def test_a_map_can_be_edited_and_a_bad_one_is_an_error(corp):
    change = "    map:\n      user-filter: (uid=p0*)\n      login: [cn, uid]\n      department: none\n"
    with serving(corp.settings("corp", "openldap", page_size=7) + change) as server:
        done = server.run("directory", "test", "corp")
        assert "user: 1000, 1000 with an address" in done.out, done.out
        assert "departmentNumber" not in done.out
        assert sign_in(server, "p0001").status == 207 and sign_in(server, "clara").status == 401
        for bad in ["map.user-filter: (uid=", "map.disabled: x&y", "pre-set: samba", "servers: http://x", "map.login: a b"]:
            file = server.environment["TEGU_CONFIG"]
            other = file + ".bad"
            with open(other, "w") as out:
                out.write(f"directories:\n  corp:\n    base: dc=x\n    {bad}\n")
            refused = server.run("directory", "list", check=False, environment={"TEGU_CONFIG": other})
            assert refused.returncode == 3 and "directories.corp." in refused.err, refused.err


def test_without_pages_the_servers_limit_is_told(corp):
    with serving(corp.settings("corp", "openldap", page_size=0)) as server:
        done = server.run("directory", "test", "corp", check=False)
        assert done.returncode == 1 and "user: 500 and more" in done.out, done.out


@pytest.mark.parametrize("scheme", ["ldap", "ldaps"])
@pytest.mark.parametrize("kind, reason", [
    ("closed", "it does not answer"), ("deaf", "it does not answer"), ("silent", "it takes connections, and does not go on"),
])
def test_the_second_server_is_asked_where_the_first_is_dead(corp, kind, reason, scheme):
    with contextlib.ExitStack() as stack:
        dead = free_port() if kind == "closed" else stack.enter_context(deaf_server() if kind == "deaf" else silent_server())
        servers = [f"{scheme}://127.0.0.1:{dead}", corp.tls_url]
        server = stack.enter_context(serving(corp.settings("corp", "openldap", servers=servers, connect_time="1s")))
        begin = time.monotonic()
        assert sign_in(server, "clara").status == 207
        assert time.monotonic() - begin < 5
        # The dead one is left alone now.
        begin = time.monotonic()
        assert sign_in(server, "dora").status == 207
        assert time.monotonic() - begin < 0.9
        shown = server.run("directory", "test", "corp", "--user", "clara").out
        # Of StartTLS it is the request that has no answer: libldap says so itself.
        assert f"{scheme}://127.0.0.1:{dead} failed" in shown and (reason in shown or "Timed out" in shown), shown


@pytest.mark.parametrize("scheme", ["ldap", "ldaps"])
def test_a_server_whose_certificate_another_authority_signed_gets_no_password(corp, tmp_path, scheme):
    stranger = Authority(tmp_path / "stranger")
    servers = [corp.url if scheme == "ldap" else corp.tls_url]
    with serving(corp.settings("corp", "openldap", servers=servers, ca=stranger.file)) as server:
        answer = sign_in(server, "clara")
        assert answer.status == 503 and int(answer.header("Retry-After")) >= 1
        done = server.run("directory", "test", "corp", check=False)
        assert done.returncode == 1 and f"signed by CN=Test CA, which {stranger.file} does not have" in done.out, done.out


@pytest.mark.parametrize("way", ["LDAPS where there is none", "StartTLS where there is TLS already"])
def test_a_port_of_another_kind_is_told(corp, way):
    url = f"ldaps://127.0.0.1:{corp.port}" if way.startswith("LDAPS") else f"ldap://127.0.0.1:{corp.tls_port}"
    with serving(corp.settings("corp", "openldap", servers=[url])) as server:
        assert sign_in(server, "clara").status == 503
        done = server.run("directory", "test", "corp", check=False)
        assert done.returncode == 1 and "it does no TLS there" in done.out, done.out


@pytest.mark.parametrize("more, message", [
    ({"names": "DNS:elsewhere.test"}, "its certificate is not for 127.0.0.1, but for elsewhere.test"),
    ({"days": -1}, "its certificate has expired: it was valid until "),
], ids=["another name", "expired"])
def test_a_server_with_a_certificate_that_is_not_right_gets_no_password(authority, tmp_path, more, message):
    server = Slapd(tmp_path / "slapd", CORP, unit(CORP, "people") + person(CORP, "clara"), authority.signing(tmp_path / "ca", **more)).start()
    try:
        for url in (server.url, server.tls_url):
            with serving(server.settings("corp", "openldap", servers=[url])) as site:
                answer = sign_in(site, "clara")
                assert answer.status == 503 and int(answer.header("Retry-After")) >= 1
                done = site.run("directory", "test", "corp", check=False)
                assert done.returncode == 1 and message in done.out, done.out
    finally:
        server.stop()


def test_who_is_renamed_and_moved_keeps_their_calendar(both, corp):
    corp.modify(person(CORP, "rita", name="Rita Alt"), tool="ldapadd")
    dav = Dav(both.url, ("rita", "secret of rita"))
    assert dav.put("/calendars/rita@example.org/calendar/kept.ics", event("kept")).status == 201
    corp.modify(f"dn: uid=rita,ou=people,{CORP}\nchangetype: modrdn\nnewrdn: uid=rita.neu\ndeleteoldrdn: 1\n"
                f"newsuperior: ou=moved,{CORP}\n\ndn: uid=rita.neu,ou=moved,{CORP}\nchangetype: modify\nreplace: cn\ncn: Rita Neu\n-\n"
                f"replace: mail\nmail: rita.neu@example.org\n")
    time.sleep(1.1)
    for name in ("rita.neu", "rita.neu@example.org", "rita"):
        path = principal_of(both, name, "secret of rita")
        dav = Dav(both.url, (name, "secret of rita"))
        row = dav.propfind(path, "C:calendar-home-set", "D:displayname").multistatus().only()
        home = row.hrefs_of("C:calendar-home-set")[0]
        assert row.text("D:displayname") == "Rita Neu"
        assert dav.get(home + "calendar/kept.ics").status == 200
    # Somebody new with the old name is somebody else.
    corp.modify(person(CORP, "rita", password="new"), tool="ldapadd")
    time.sleep(1.1)
    path = principal_of(both, "rita", "new")
    assert path != "/principals/rita@example.org/"
    assert Dav(both.url, ("rita", "new")).get("/calendars/rita@example.org/calendar/kept.ics").status == 404


def test_who_is_disabled_is_refused_within_the_caches_time(both, ipa):
    entry = person(
        IPA, "max", "uidNumber: 7", "gidNumber: 7", "homeDirectory: /", "ipaUniqueID: 11111111-aaaa-11ee-8a4e-52540000000a",
        mail="max@ipa.test", classes=("inetOrgPerson", "posixAccount", "ipaObject"))
    ipa.modify(entry, tool="ldapadd")
    assert sign_in(both, "max@ipa.test").status == 207
    ipa.modify(f"dn: uid=max,ou=people,{IPA}\nchangetype: modify\nadd: nsAccountLock\nnsAccountLock: TRUE\n")
    time.sleep(1.1)
    assert sign_in(both, "max@ipa.test").status == 401


def test_an_outage_refuses_nobody_and_serves_whom_it_knows(corp, authority):
    with temporary_folder() as folder:
        own = Slapd(folder / "own", CORP, corp_people(), authority).start()
        try:
            with serving(own.settings("corp", "openldap"), settings=("--auth-cache-time", "1s")) as server:
                local = server.new_user("lea")
                known = Dav(server.url, ("clara", "secret of clara"))
                assert known.put("/calendars/clara@example.org/calendar/a.ics", event("a")).status == 201
                own.stop()
                time.sleep(1.1)
                assert known.get("/calendars/clara@example.org/calendar/a.ics").status == 200
                for name, password in [("dora", "secret of dora"), ("clara", "another"), ("nobody", "x")]:
                    answer = sign_in(server, name, password)
                    assert answer.status == 503 and int(answer.header("Retry-After")) >= 1, (name, answer)
                assert sign_in(server, "lea@example.org", local.password).status == 207
                assert sign_in(server, "lea@example.org", "wrong").status == 401
                own.start()
                deadline = time.monotonic() + 30
                while sign_in(server, "dora").status != 207:
                    assert time.monotonic() < deadline
                    time.sleep(0.5)
        finally:
            own.stop()


def test_a_directory_that_hangs_holds_nobody_else(corp):
    with silent_server() as port, serving(
            corp.settings("slow", "openldap", servers=[f"ldap://127.0.0.1:{port}"], connect_time="3s", domains="slow.test"),
            corp.settings("corp", "openldap")) as server:
        local = server.new_user("lea")
        assert sign_in(server, "clara").status == 207
        with concurrent.futures.ThreadPoolExecutor(64) as pool:
            slow = [pool.submit(sign_in, server, f"u{n}@slow.test", "x") for n in range(60)]
            time.sleep(0.3)
            for name, password in [("lea@example.org", local.password), ("dora", "secret of dora")]:
                begin = time.monotonic()
                assert sign_in(server, name, password).status == 207
                assert time.monotonic() - begin < 1.5
            assert {answer.result().status for answer in slow} == {503}
