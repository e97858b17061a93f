"""The corpus of vCards (C1 to C20): stored as sent, refused only without an identity."""
import pytest

from dav import document
from objects import card, crlf

PHOTO = "QUJD" * 700_000  # 2.8 MB


def vcard(*lines, version="3.0", uid="c"):
    return crlf("\n".join(["BEGIN:VCARD", f"VERSION:{version}", f"UID:{uid}", *lines, "END:VCARD"]))


TAKEN = {
    "C1 4.0": card("c", version="4.0"), "C2 no FN": vcard("N:Example;Anna;;;"), "C2 no N": vcard("FN:Anna"), "C2 empty FN": vcard("FN:", "N:;;;;"),
    "C2 neither": vcard("EMAIL:a@example.org"), "C2 N of 7 fields": vcard("FN:x", "N:a;b;c;d;e;f;g", "ADR:1;2;3;4;5;6;7;8;9"),
    "C3 types": vcard("FN:x", "EMAIL;TYPE=INTERNET,pref:a@example.org", "EMAIL;type=INTERNET;type=pref:b@example.org", "TEL;HOME;PREF:1", "EMAIL;PREF=1:c@example.org"),
    "C4 groups and labels": vcard("FN:x", "item1.EMAIL:a@example.org", "item1.X-ABLabel:_$!<Work>!$_", "item1.X-ABLabel:again", "A.b.TEL:1"),
    "C5 a photo inline": vcard("FN:x", "PHOTO;ENCODING=b;TYPE=JPEG:QUJD"), "C5 BASE64": vcard("FN:x", "PHOTO;ENCODING=BASE64;JPEG:QUJD"),
    "C5 a data URI": vcard("FN:x", "PHOTO:data:image/jpeg;base64,QUJD", version="4.0"), "C5 a link": vcard("FN:x", "PHOTO;VALUE=uri:http://example.org/p.jpg"),
    "C5 3 MB": vcard("FN:x", "PHOTO;ENCODING=b;TYPE=JPEG;X-ABCROP-RECTANGLE=ABClipRect_1&0&0&1&1&x==:" + PHOTO),
    "C5 wrong folding": vcard("FN:x", "PHOTO;ENCODING=b:QUJD\n  QUJD\n QUJD"), "C6 urn:uuid": vcard("FN:x", uid="urn:uuid:5b1c7c30-1111-4222-8333-444444444444"),
    "C7 an Apple group": vcard("FN:x", "N:x;;;;", "X-ADDRESSBOOKSERVER-KIND:group", *(f"X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:{n}" for n in range(5000))),
    "C7 a group of version 4": vcard("FN:x", "KIND:group", "MEMBER:urn:uuid:1", "MEMBER:mailto:a@example.org", "MEMBER:", version="4.0"), "C7 an empty group": vcard("FN:x", "KIND:group", version="4.0"),
    "C7 a group of groups": vcard("FN:x", "KIND:group", "MEMBER:urn:uuid:c", "MEMBER:urn:uuid:other-group", "CATEGORIES:Team,Berlin", version="4.0"),
    "C7 VLIST lines": vcard("FN:x", "X-VLIST:BEGIN", "X-VLIST-CARD;EMAIL=a@example.org;FN=\"A, B\":a.vcf", "X-VLIST:END"),
    "C8 dates": vcard("FN:x", "BDAY:--0415", "BDAY;VALUE=text:circa 1800", "ANNIVERSARY:20090808T1430-0500", "DEATHDATE:1999", "BDAY;X-APPLE-OMIT-YEAR=1604:1604-02-18", version="4.0"),
    "C9 addresses": vcard("FN:x", 'ADR;LABEL="A\\nB";GEO="geo:1,2":;;a\\nb;c;d;e;f', "LABEL;TYPE=HOME:x"), "C10 phones": vcard("FN:x", "TEL;VALUE=uri:tel:+1-555;ext=5", "TEL:0800 FLOWERS"),
    "C11 IMPP": vcard("FN:x", "IMPP;X-SERVICE-TYPE=Skype:skype:a", "X-SKYPE:a", "X-SOCIALPROFILE;type=twitter;x-user=a:http://twitter.com/a"),
    "C12 parameters": vcard("FN;LANGUAGE=de;ALTID=1;PID=1.1:x", "FN;LANGUAGE=ja;ALTID=1;SORT-AS=\"x\":y", "CLIENTPIDMAP:1;urn:uuid:1", "X-PHONETIC-FIRST-NAME:z", version="4.0"),
    "C13 separators": vcard("FN:x", "ORG:a\\;b;c", "NICKNAME:a,b\\,c", "N:a\\;b;c;;;", "TITLE:x\\"), "C14 large": vcard("FN:x", "REV:20260101T000000Z", "REV:2026-01-01", "KEY;ENCODING=b:" + "QUJD" * 10_000),
    "C15 VERSION twice": vcard("FN:x", "VERSION:3.0"), "C15 VERSION not first": crlf("BEGIN:VCARD\nUID:c\nFN:x\nVERSION:3.0\nEND:VCARD"),
    "C16 a long note": vcard("FN:x", "NOTE:" + "Привет 👋🏽 \u200f שלום " * 8_000), "unknown things": vcard("FN:x", "X-A;X-B=c:d", "IANA-NEW:x"),
}


@pytest.mark.parametrize("row", TAKEN)
def test_cards_come_back_as_they_were_sent(user, dav, row):
    body = TAKEN[row]
    put = dav.put_card(user.book + "c.vcf", body)
    assert put.status == 201, put
    got = dav.get(user.book + "c.vcf")
    assert got.body == body.encode() and got.etag == put.etag
    assert dav.card_multiget(user.book, [user.book + "c.vcf"]).multistatus().only().text("A:address-data")
    refused = dav.put_card(user.book + "other.vcf", card(body.split("UID:")[1].split("\r\n")[0]))
    assert refused.status == 403
    refused.error("A:no-uid-conflict")


def members(text, key):
    return [line.split(":", 1)[1] for line in text.replace("\r\n ", "").splitlines() if line.startswith(key + ":")]


def in_version(dav, path, version):
    body = document("A:addressbook-multiget", f"<D:prop><A:address-data content-type='text/vcard' version='{version}'/></D:prop><D:href>{path}</D:href>")
    return dav.report(path.rsplit("/", 1)[0] + "/", body, 1).multistatus().only().text("A:address-data")


def test_a_group_of_5000_goes_from_version_4_to_3_and_back(user, dav):
    """C7: Apple's clients know only the properties of their own, others only MEMBER (RFC 6350 §6.6.5)."""
    urns = [f"urn:uuid:{n:08}-0000-4000-8000-000000000000" for n in range(5000)]
    for n, (version, kind, key) in enumerate((("4.0", "KIND", "MEMBER"), ("3.0", "X-ADDRESSBOOKSERVER-KIND", "X-ADDRESSBOOKSERVER-MEMBER"))):
        path = f"{user.book}{n}.vcf"
        body = vcard("FN:x", "N:x;;;;", f"{kind}:group", *(f"{key}:{u}" for u in urns), version=version, uid=f"c{n}")
        assert dav.put_card(path, body).status == 201
        assert dav.get(path).body == body.encode()
        three, four = in_version(dav, path, "3.0"), in_version(dav, path, "4.0")
        assert members(three, "X-ADDRESSBOOKSERVER-MEMBER") == urns and members(three, "X-ADDRESSBOOKSERVER-KIND") == ["group"]
        assert members(four, "MEMBER") == urns and members(four, "KIND") == ["group"]


def test_groups_within_groups_stay_what_they_are(user, dav):
    """C7: a circle, a member that is missing, and a member that is in another book are the client's matter."""
    for uid, other in (("a", "b"), ("b", "a")):
        body = vcard("FN:x", "KIND:group", f"MEMBER:urn:uuid:{other}", "MEMBER:urn:uuid:missing", f"MEMBER:urn:uuid:{uid}", version="4.0", uid=f"urn:uuid:{uid}")
        assert dav.put_card(f"{user.book}{uid}.vcf", body).status == 201
    for uid in "ab":
        assert dav.get(f"{user.book}{uid}.vcf").text.count("MEMBER:") == 3
    assert dav.delete(user.book + "a.vcf").status == 204
    assert "MEMBER:urn:uuid:a" in dav.get(user.book + "b.vcf").text, "who is deleted is not taken out of groups: the client does it"


@pytest.mark.parametrize("role", ["reader", "editor"])
def test_a_group_in_a_shared_book(server, user, other, dav, role):
    """C7"""
    group = vcard("FN:Team", "N:Team;;;;", "X-ADDRESSBOOKSERVER-KIND:group", "X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:one", uid="team")
    dav.put_card(user.book + "team.vcf", group), dav.put_card(user.book + "one.vcf", card("one"))
    server.run("share", "add", user.book, other.address, "--role", role)
    [book] = [p for p in other.dav().children(other.books) if p != other.book]
    assert other.dav().get(book + "team.vcf").body == group.encode()
    assert members(in_version(other.dav(), book + "team.vcf", "4.0"), "MEMBER") == ["urn:uuid:one"]
    more = group.replace("END:VCARD", "X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:two\r\nEND:VCARD")
    assert other.dav().put_card(book + "team.vcf", more).status == (204 if role == "editor" else 403)
    assert dav.get(user.book + "team.vcf").body == (more if role == "editor" else group).encode()


def test_a_vlist_is_no_card(user, dav):
    """C7: contact lists of other servers' kind are refused as what they are, not kept as something that no client could read"""
    response = dav.put_card(user.book + "list.vlf", crlf("BEGIN:VLIST\nUID:list\nVERSION:1.0\nFN:List\nCARD;EMAIL=a@example.org;FN=A:a.vcf\nEND:VLIST"))
    assert response.status == 403
    response.error("A:valid-address-data")


@pytest.mark.parametrize("body", [crlf("BEGIN:VCARD\nVERSION:3.0\nFN:x\nEND:VCARD"), vcard("FN:x", uid=""), card("a") + card("b")], ids=["no UID", "an empty UID", "two cards"])
def test_cards_without_one_identity_are_refused(user, dav, body):
    """C6, C15"""
    response = dav.put_card(user.book + "c.vcf", body)
    assert response.status == 403
    response.error("A:valid-address-data")


def test_import_gives_a_uid_and_takes_two_cards(server, user, dav):
    """C6, C15"""
    done = server.run("import", user.book, "-", input=card("a") + crlf("BEGIN:VCARD\nVERSION:3.0\nFN:Nobody\nEND:VCARD"))
    assert "created 2" in done.out
    rows = dav.sync(user.book, "", "D:getetag", "A:address-data").multistatus()
    assert all("UID:" in r.text("A:address-data") for r in rows if r.path != user.book)


def test_import_reads_cards_of_old_phones(server, user, dav):
    """C1, C20: vCard 2.1 in quoted-printable, and in Windows-1251"""
    old = crlf("BEGIN:VCARD\nVERSION:2.1\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=D0=98=D0=B2=D0=B0=D0=BD=D0=BE=D0=B2;=D0=98=D0=B2=D0=B0=D0=BD;;;\nTEL;CELL:+7\nEND:VCARD")
    assert "created 1" in server.run("import", user.book, "-", input=old).out
    cp1251 = "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=windows-1251:Петров;Пётр;;;\r\nEND:VCARD\r\n".encode("cp1251")
    assert "created 1" in server.run("import", user.book, "-", input=cp1251).out
    rows = dav.sync(user.book, "", "D:getetag", "A:address-data").multistatus()
    data = "".join(r.text("A:address-data") for r in rows if r.path != user.book)
    assert "Иванов" in data and "Петров" in data and "VERSION:2.1" not in data


def test_vcard_2_1_by_put_is_refused_with_its_condition(user, dav):
    """RFC 6352 §6.3.2.1: only an import converts it (docs/standards/index.tsv)"""
    response = dav.put_card(user.book + "c.vcf", vcard("N:x", version="2.1"))
    assert response.status == 403
    response.error("A:supported-address-data")


def test_a_uid_with_and_without_its_prefix_is_kept(user, dav):
    for n, uid in enumerate(("urn:uuid:1f6b", "1f6c")):
        body = card(uid)
        assert dav.put_card(user.book + f"{n}.vcf", body).status == 201
        assert dav.get(user.book + f"{n}.vcf").body == body.encode()


@pytest.mark.parametrize("data", [vcard("FN:a\x00b").encode(), vcard("FN:").encode().replace(b"FN:", b"FN:\xc0\xaf"), vcard("FN:Gr\xfc\xdfe").encode("latin-1"), vcard("FN:\x01\x1f").encode()],
                         ids=["NUL", "overlong", "Latin-1", "controls"])
def test_bytes_that_are_no_text_never_break_an_answer(user, dav, data):
    """C16"""
    dav.put_card(user.book + "good.vcf", card("good"))
    put = dav.put_card(user.book + "x.vcf", data)
    assert put.status in (201, 403)
    rows = dav.sync(user.book, "", "D:getetag", "A:address-data").multistatus()
    assert rows.row(user.book + "good.vcf").text("A:address-data") == card("good")
    assert dav.get(user.book).status == 200


def test_some_properties_of_a_card(user, dav):
    """C19: a subset stays a valid card"""
    dav.put_card(user.book + "c.vcf", card("c", "Anna Example", "EMAIL:a@example.org", "NOTE:x"))
    body = document("A:addressbook-multiget", '<D:prop><A:address-data><A:prop name="VERSION"/><A:prop name="UID"/><A:prop name="FN"/><A:prop name="N"/>'
                    f'<A:prop name="EMAIL"/></A:address-data></D:prop><D:href>{user.book}c.vcf</D:href>')
    data = dav.report(user.book, body, 1).multistatus().only().text("A:address-data")
    assert "EMAIL:a@example.org" in data and "FN:Anna Example" in data and "VERSION:3.0" in data and "BEGIN:VCARD" in data
