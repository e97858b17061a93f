"""The Global Address List of two real LDAP directories of different schemas and suffixes, and this database."""
import pytest

from dav import Dav
from gal import book, cards, lines, serving, wait_for_card
from ldap_server import IPA_SCHEMA, Authority, Slapd, person, temporary_folder, unit
from tegu import free_port, wait_for

CORP, IPA = "dc=corp,dc=test", "dc=ipa,dc=test"
JPEG = "/9j/4AAQSkZJRg=="
HOME = "/contacts/clara@example.org/"
MANY = 1_200


def corp_people():
    text = "".join(unit(CORP, name) for name in ("people", "moved", "groups"))
    text += person(CORP, "clara", "mail: c.weiss@example.org", "telephoneNumber: +49 30 1234", "title: Engineer",
                   "departmentNumber: R&D", "givenName: Clara", f"jpegPhoto:: {JPEG}", name="Clara Weiß")
    text += person(CORP, "dora", name="Dora") + person(CORP, "gone", "shadowExpire: 1", classes=("inetOrgPerson", "shadowAccount"))
    text += person(CORP, "secret", "employeeType: hidden", name="Secret")
    text += "".join(person(CORP, f"p{n:04}", name=f"Person {n}") for n in range(MANY))
    text += f"dn: cn=staff,ou=groups,{CORP}\nobjectClass: groupOfNames\nobjectClass: extensibleObject\ncn: staff\n" \
            f"mail: staff@example.org\nmember: uid=clara,ou=people,{CORP}\nmember: uid=dora,ou=people,{CORP}\n\n"
    text += f"dn: cn=printers,ou=groups,{CORP}\nobjectClass: posixGroup\nobjectClass: extensibleObject\ncn: printers\n" \
            "gidNumber: 5\nmemberUid: dora\nmail: printers@example.org\n\n"
    return text


def ipa_people():
    classes = ("inetOrgPerson", "posixAccount", "ipaObject")
    posix = ("uidNumber: 1", "gidNumber: 1", "homeDirectory: /")
    text = unit(IPA, "people")
    text += person(IPA, "ida", *posix, "ipaUniqueID: 11111111-aaaa-11ee-8a4e-525400000001", "mailAlternateAddress: i@example.org",
                   mail="ida@example.org", name="Ida", classes=classes)
    # Clara works for both.
    text += person(IPA, "cweiss", *posix, "ipaUniqueID: 11111111-aaaa-11ee-8a4e-525400000002", "telephoneNumber: +49 30 9999",
                   "mailAlternateAddress: clara.w@example.org", mail="C.Weiss@example.org", name="C. Weiss", classes=classes)
    text += person(IPA, "locked", *posix, "ipaUniqueID: 11111111-aaaa-11ee-8a4e-525400000003", "nsAccountLock: TRUE",
                   classes=classes)
    return text


@pytest.fixture(scope="module")
def corp_and_ipa():
    with temporary_folder() as folder:
        authority = Authority(folder / "ca")
        corp = Slapd(folder / "corp", CORP, corp_people(), authority)
        ipa = Slapd(folder / "ipa", IPA, ipa_people(), authority, IPA_SCHEMA)
        try:
            yield corp.start(), ipa.start()
        finally:
            corp.stop()
            ipa.stop()


def directories(corp, ipa, **more):
    return (corp.settings("corp", "openldap", position=1, map="\n      hidden: [employeeType=hidden]", **more),
            ipa.settings("ipa", "freeipa", position=2, servers=[ipa.tls_url]))


@pytest.fixture(scope="module")
def site(corp_and_ipa):
    with serving(*directories(*corp_and_ipa)) as server:
        server.new_user("lea", None, "--display-name", "Lea Local")
        yield server


@pytest.fixture
def dav(site):
    return Dav(site.url, ("clara", "secret of clara"))


@pytest.fixture
def path(dav):
    path = book(dav, HOME)
    wait_for_card(dav, path, "Ida")
    wait_for_card(dav, path, "Lea Local")
    return path


def test_people_of_all_directories_are_there_each_once(dav, path):
    everybody = cards(dav, path)
    assert {"Clara Weiß", "Dora", "Ida", "Lea Local", "Person 0", f"Person {MANY - 1}", "staff", "printers"} <= set(everybody)
    assert not {"C. Weiss", "Secret", "gone", "locked"} & set(everybody)
    clara = everybody["Clara Weiß"]
    # What the first directory says, and the addresses and numbers of both.
    assert lines(clara, "EMAIL") == ["clara@example.org", "c.weiss@example.org", "clara.w@example.org"]
    assert lines(clara, "TEL") == ["+49 30 1234", "+49 30 9999"]
    assert lines(clara, "TITLE") == ["Engineer"] and lines(clara, "ORG") == [";R&D"] and lines(clara, "N") == ["clara;Clara;;;"]
    assert lines(clara, "PHOTO") == [f"data:image/jpeg;base64,{JPEG}"]


def test_groups_name_the_cards_of_those_in_them(dav, path):
    def check():
        everybody = cards(dav, path)
        uid = {name: lines(text, "UID")[0] for name, text in everybody.items()}
        staff, printers = everybody["staff"], everybody["printers"]
        return (lines(staff, "KIND") == ["group"] and lines(printers, "MEMBER") == [f"urn:uuid:{uid['Dora']}"]
                and set(lines(staff, "MEMBER")) == {f"urn:uuid:{uid['Clara Weiß']}", f"urn:uuid:{uid['Dora']}"})
    wait_for(check, what="the members")


def test_a_change_is_told_within_the_interval_under_the_same_name(dav, path, corp_and_ipa):
    corp, _ = corp_and_ipa
    token = dav.sync_token_of(path)
    corp.modify(f"dn: uid=p0007,ou=people,{CORP}\nchangetype: modify\nreplace: cn\ncn: Renamed Person\n")
    text = wait_for_card(dav, path, "Renamed Person")
    answer = dav.sync(path, token).multistatus()
    assert len(answer) == 1 and "Person 7" not in cards(dav, path)
    href = answer.rows[0].path
    # Moved and called otherwise, it is the same.
    corp.modify(f"dn: uid=p0007,ou=people,{CORP}\nchangetype: modrdn\nnewrdn: uid=renamed\ndeleteoldrdn: 1\n"
                f"newsuperior: ou=moved,{CORP}\n")
    corp.modify(f"dn: uid=renamed,ou=moved,{CORP}\nchangetype: modify\nreplace: mail\nmail: renamed@example.org\n")
    text = wait_for(lambda: (t := cards(dav, path)["Renamed Person"]) and "renamed@example.org" in t and t, what="the address")
    assert [row.path for row in dav.sync(path, answer.sync_token).multistatus()] == [href]
    assert lines(text, "UID")[0] + ".vcf" == href.split("/")[-1]


def test_who_comes_and_who_goes(site, dav, path, corp_and_ipa):
    corp, _ = corp_and_ipa
    corp.modify(person(CORP, "newcomer", name="Newcomer"), "ldapadd")
    wait_for_card(dav, path, "Newcomer")
    token = dav.sync_token_of(path)
    corp.modify(f"dn: uid=newcomer,ou=people,{CORP}\nchangetype: delete\n")
    # What is gone is found by a compare, here by the administrator's.
    done = site.run("gal", "refresh", "--compare", check=False)
    wait_for(lambda: site.run("gal", "refresh", "--compare", check=False) and "Newcomer" not in cards(dav, path), what="the removal")
    assert [row.status for row in dav.sync(path, token).multistatus()] == [404], done.out
    # Hidden later is gone at once.
    corp.modify(f"dn: uid=p0008,ou=people,{CORP}\nchangetype: modify\nadd: employeeType\nemployeeType: hidden\n")
    wait_for(lambda: "Person 8" not in cards(dav, path), what="the removal")


def test_status_counts_what_is_left_out(site, path):
    done = site.run("gal", "status", "--json")
    rows = {row["directory"]: row for row in __import__("json").loads(done.out)}
    assert list(rows) == ["local", "corp", "ipa"]
    assert rows["corp"]["disabled"] == 1 and rows["corp"]["hidden"] >= 1 and rows["corp"]["entries"] > MANY
    assert rows["ipa"]["disabled"] == 1 and rows["ipa"]["entries"] == 2


def test_with_a_directory_down_its_people_stay(corp_and_ipa):
    corp, ipa = corp_and_ipa
    with serving(*directories(corp, ipa)) as server:
        lea = server.new_user("lea", None, "--display-name", "Lea Local")
        path = book(lea.dav(), lea.books)
        wait_for_card(lea.dav(), path, "Ida")
        ipa.stop()
        try:
            server.new_user("later", None, "--display-name", "Later")
            wait_for_card(lea.dav(), path, "Later")
            wait_for(lambda: "ldaps://" in server.run("gal", "status").out, what="the outage in the status")
            assert "Ida" in cards(lea.dav(), path)
            done = server.run("gal", "refresh", "--compare", check=False)
            assert done.returncode != 0
        finally:
            ipa.start()


def test_a_directory_that_was_never_there_keeps_nobody_from_the_list():
    with temporary_folder() as folder:
        authority = Authority(folder / "ca")
        nobody = Slapd(folder / "none", CORP, "", authority)  # never started
        nobody.port = free_port()
        with serving(nobody.settings("corp", "openldap")) as server:
            lea = server.new_user("lea", None, "--display-name", "Lea Local")
            wait_for_card(lea.dav(), book(lea.dav(), lea.books), "Lea Local")
