"""The address list in its forms (a book, a directory to be searched, searches for principals), each with its switch and size by domain,
and the units that not all may see."""
import json
import re

import pytest

from dav import Dav, document, prop
from gal import book, books, cards, lines, query, serving
from ldap_server import IPA_SCHEMA, Authority, Slapd, person, temporary_folder, unit
from tegu import Server, wait_for

CORP = "dc=corp,dc=test"
ON = ("--gal-enabled", "--gal-interval", "1s")


def people():
    text = "".join(unit(CORP, name) for name in ("people", "groups"))
    text += person(CORP, "anna", "telephoneNumber: +49 (30) 12 34-5", name="Anna Braun")
    text += person(CORP, "bert", name="Bert Braun") + person(CORP, "carl", name="Carl Chef")
    text += person(CORP, "hilde", "employeeType: hidden", name="Hilde Braun")
    text += person(CORP, "stud", name="Stud Braun").replace("ou=people", "ou=groups")
    text += person(CORP, "zoe", mail="zoe@second.test", name="Zoe")
    board = f"ou=board,{CORP}"
    text += unit(CORP, "board") + person(CORP, "dana", "telephoneNumber: 0172 999", name="Dana Braun").replace("ou=people", "ou=board")
    text += f"dn: cn=staff,ou=groups,{CORP}\nobjectClass: groupOfNames\nobjectClass: extensibleObject\ncn: staff\nmail: staff@example.org\n" \
            f"member: uid=anna,ou=people,{CORP}\nmember: uid=dana,{board}\nmember: uid=hilde,ou=people,{CORP}\n\n"
    return text


@pytest.fixture(scope="module")
def corp():
    with temporary_folder() as folder:
        server = Slapd(folder / "corp", CORP, people(), Authority(folder / "ca"))
        try:
            yield server.start()
        finally:
            server.stop()


def block(corp):
    return corp.settings("corp", "openldap", domains="[example.org, second.test]", map="\n      hidden: [employeeType=hidden]")


def site(corp, gal):
    return serving(block(corp), settings=("--gal-interval", "1s"), gal="gal:\n  interval: 1s\n" + gal)


def client(server, user, domain="example.org"):
    return Dav(server.url, (f"{user}@{domain}", "secret of " + user))


PHONE = '<T:phone-number-set xmlns:T="urn:tegu:dav"/>'


def search(dav, what, text, *more, properties="<D:displayname/><CS:email-address-set/>"):
    """The names that a search for principals finds; `what` is a property's element."""
    def part(element, wanted):
        return f"<D:property-search><D:prop>{element}</D:prop><D:match>{wanted}</D:match></D:property-search>"
    body = document("D:principal-property-search",
                    part(what, text) + "".join(part(*one) for one in more) + f"<D:prop>{properties}</D:prop>")
    answer = dav.report("/principals/", body, depth=0)
    if answer.status != 207:
        return answer
    return {row.text("D:displayname"): row.path for row in answer.multistatus()}


def apple_search(dav, *tokens):
    body = document("CS:calendarserver-principal-search",
                    "".join(f"<CS:search-token>{token}</CS:search-token>" for token in tokens) + "<D:prop><D:displayname/></D:prop>")
    return {row.text("D:displayname") for row in dav.report("/principals/", body, depth=0).multistatus()}


def gateways(dav, user):
    return dav.propfind(f"/principals/{user}@example.org/", "A:directory-gateway").multistatus().only().hrefs_of("A:directory-gateway") or []


def status(server):
    return {row["domain"]: row for row in json.loads(server.run("gal", "status", "--json").out)}


def is_there(server, title="example.org"):
    return wait_for(lambda: any(row["domain"] == title and row["lastSuccess"] != "never" and row["directory"] == "corp"
                                for row in json.loads(server.run("gal", "status", "--json").out)), what="the first refresh")


@pytest.fixture(scope="module")
def units(corp):
    gal = f"  enabled: true\n  units:\n    board:\n      name: The board\n      below: ou=board,{CORP}\n"
    with site(corp, gal) as server:
        server.new_user("lea", None, "--display-name", "Lea Braun")
        is_there(server, "example.org/board")
        anna = client(server, "anna")
        wait_for(lambda: "Lea Braun" in cards(anna, book(anna, "/contacts/anna@example.org/")), what="all cards")
        yield server


def test_searches_find_who_never_signed_in_by_name_address_and_number(units):
    dav = client(units, "anna")
    assert set(search(dav, "<D:displayname/>", "BRAUN")) == {"Anna Braun", "Bert Braun", "Lea Braun", "Stud Braun"}
    assert set(search(dav, "<CS:email-address-set/>", "carl@")) == {"Carl Chef"}
    assert set(search(dav, "<C:calendar-user-address-set/>", "mailto:carl@example.org")) == {"Carl Chef"}
    assert set(search(dav, PHONE, "+49 30 1234")) == {"Anna Braun"} and set(search(dav, PHONE, "30-12345")) == {"Anna Braun"}
    assert set(search(dav, "<D:displayname/>", "braun", (PHONE, "3012"))) == {"Anna Braun"}
    assert search(dav, PHONE, "5555") == {}
    assert set(search(dav, "<C:calendar-user-type/>", "GROUP")) == {"staff"}
    assert apple_search(dav, "braun", "bert") == {"Bert Braun"}
    # Who is found can be shared with, and is the one who signs in later.
    path = search(dav, "<D:displayname/>", "Carl")["Carl Chef"]
    me = client(units, "anna")
    acl = document("D:acl", f"<D:ace><D:principal><D:href>{path}</D:href></D:principal><D:grant><D:privilege><D:read/></D:privilege>"
                            "</D:grant></D:ace>")
    assert me.xml("ACL", "/calendars/anna@example.org/calendar/", acl).status == 200
    carl = client(units, "carl")
    assert carl.propfind("/", "D:current-user-principal").multistatus().only().hrefs_of("D:current-user-principal") == [path]
    assert [p for p in carl.children("/calendars/carl@example.org/") if "shared-" in p]
    shown = dav.xml("PROPFIND", "/principals/anna@example.org/", f'<D:propfind xmlns:D="DAV:"><D:prop>{PHONE}</D:prop></D:propfind>', 0)
    assert "+49 (30) 12 34-5" in shown.text
    names = [row for row in re.findall("phone-number-set", dav.report("/principals/", document("D:principal-search-property-set", ""), 0).text)]
    assert names


def test_who_is_hidden_is_found_by_nobody_in_any_form(units):
    assert client(units, "hilde").propfind("/", "D:current-user-principal").status == 207
    dav = client(units, "anna")
    assert "Hilde Braun" not in search(dav, "<D:displayname/>", "Braun") and apple_search(dav, "hilde") == set()
    assert "Hilde Braun" not in cards(dav, book(dav, "/contacts/anna@example.org/"))
    # In the group's members as principals they are left out too.
    units.run("group", "import", "corp")
    row = dav.propfind("/principals/staff@example.org/", "D:group-member-set").multistatus().only()
    assert "/principals/hilde@example.org/" not in row.hrefs_of("D:group-member-set")
    hilde = client(units, "hilde")
    assert "Hilde Braun" in search(hilde, "<D:displayname/>", "Hilde"), "one finds oneself"


def test_a_unit_is_seen_by_those_only_to_whom_it_is_granted(units):
    # Dana is known here: she has signed in.
    assert client(units, "dana").propfind("/", "D:current-user-principal").status == 207
    anna, bert = client(units, "anna"), client(units, "bert")
    path = book(anna, "/contacts/anna@example.org/")
    assert "Dana Braun" not in cards(anna, path)
    staff = cards(anna, path)["staff"]
    assert len(lines(staff, "MEMBER")) == 1, staff
    assert "Dana Braun" not in search(anna, "<D:displayname/>", "Braun") and search(anna, PHONE, "0172999") == {}
    assert apple_search(anna, "dana") == set()
    unit_path = "/contacts/global-address-list@example.org/board/"
    assert anna.propfind(unit_path, "D:displayname", depth=1).status == 404
    wait_for(lambda: "/principals/dana@example.org/" not in anna.propfind(
        "/principals/staff@example.org/", "D:group-member-set").multistatus().only().hrefs_of("D:group-member-set"), what="the members")
    units.run("share", "add", unit_path, "bert@example.org")
    shown = [row.text("D:displayname") for row in books(bert, "/contacts/bert@example.org/")]
    assert "The board" in shown[-2:] and "Global Address List" in shown[-2:], shown
    mine = [row.path for row in books(bert, "/contacts/bert@example.org/") if row.text("D:displayname") == "The board"][0]
    assert set(cards(bert, mine)) == {"Dana Braun"}
    assert bert.put_card(mine + "x.vcf", "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:x\r\nN:;;;;\r\nUID:x\r\nEND:VCARD\r\n").status == 403
    assert "Dana Braun" in search(bert, "<D:displayname/>", "Braun") and set(search(bert, PHONE, "0172999")) == {"Dana Braun"}
    assert "Dana Braun" not in search(anna, "<D:displayname/>", "Braun")
    token = bert.sync(mine).multistatus().sync_token
    units.run("share", "remove", unit_path, "bert@example.org")
    assert "Dana Braun" not in search(bert, "<D:displayname/>", "Braun")
    assert bert.sync(mine, token).status == 404


def test_who_moves_into_a_unit_goes_from_the_list_of_all(units, corp):
    anna = client(units, "anna")
    path = book(anna, "/contacts/anna@example.org/")
    assert "Stud Braun" in cards(anna, path)
    token = anna.sync(path).multistatus().sync_token
    corp.modify(f"dn: uid=stud,ou=groups,{CORP}\nchangetype: moddn\nnewrdn: uid=stud\ndeleteoldrdn: 0\nnewsuperior: ou=board,{CORP}\n")
    wait_for(lambda: "Stud Braun" not in cards(anna, path), what="the move")
    rows = anna.sync(path, token).multistatus()
    assert [row.status for row in rows] == [404], [anna.get(row.href).text for row in rows]
    wait_for(lambda: "Stud Braun" not in search(anna, "<D:displayname/>", "Braun"), what="the search")


def test_each_domain_has_its_switches_and_sizes(corp):
    gal = ("  enabled: false\n  domains:\n    example.org:\n      enabled: true\n      book: false\n      gateway: always\n      name: All of us\n"
           "      principal-search: false\n    second.test:\n      enabled: true\n      principal-search-maximum-entries: 0\n")
    with site(corp, gal) as server:
        is_there(server)
        is_there(server, "second.test")
        anna = client(server, "anna")
        assert all(row.text("D:displayname") != "All of us" for row in books(anna, "/contacts/anna@example.org/"))
        path = wait_for(lambda: gateways(anna, "anna"), what="the gateway")[0]
        wait_for(lambda: len(query(anna, path, "Carl")) == 1, what="the card")
        assert search(anna, "<D:displayname/>", "Carl") == {} and set(search(anna, "<D:displayname/>", "Anna")) == {"Anna Braun"}
        zoe = client(server, "zoe", "second.test")
        assert book(zoe, "/contacts/zoe@second.test/")


def test_where_no_form_is_wanted_the_book_is_not_found(corp):
    gal = "  enabled: true\n  book: false\n  gateway: never\n"
    with site(corp, gal) as server:
        wait_for(lambda: client(server, "anna").propfind("/").status == 207, what="the server")
        anna = client(server, "anna")
        path = "/contacts/global-address-list@example.org/list/"
        for answer in (anna.propfind(path, "D:displayname", depth=1), anna.get(path), anna.sync(path), anna.options(path + "x.vcf")):
            assert answer.status == 404, answer
        assert gateways(anna, "anna") == []
        wait_for(lambda: set(search(anna, "<D:displayname/>", "Carl")) == {"Carl Chef"}, what="the search")
        assert anna.propfind(path, "D:displayname", depth=1).status == 404


def test_settings_that_cannot_be_are_told(corp):
    for gal, said in [("  domains:\n    nobody.test:\n      book: false\n", "nobody.test"), ("  units:\n    a:\n      name: A\n", "gal.units.a"),
                      ("  units:\n    a:\n      directories: [nope]\n", "nope"), ("  domains:\n    example.org:\n      boook: false\n", "boook"),
                      ("  units:\n    a:\n      below: nonsense\n", "below"), ("  gateway: sometimes\n", "gateway")]:
        with temporary_folder() as folder:
            (folder / "tegu.yaml").write_text("gal:\n" + gal + "directories:\n" + block(corp))
            server = Server(environment={"TEGU_CONFIG": str(folder / "tegu.yaml")})
            try:
                done = server.run("directory", "list", check=False)
                assert done.returncode != 0 and said in done.err, (gal, done.err)
            finally:
                server.close()
