"""The preconditions of RFC 6352 §5.1 and §6.3, each with its element in the answer."""
import pytest

from dav import document, name, prop
from objects import card, crlf, event


def refused(response, condition):
    assert response.status == 403, response
    return response.error(condition)


@pytest.mark.parametrize("content_type,body", [("text/plain", "hello"), ("text/calendar", event("a")), ("image/png", "x"), ("image/png", card("a")),
                                               ("text/plain", card("a")), ("text/calendar", card("a"))])
def test_media_that_is_no_card(user, dav, content_type, body):
    """§6.3.2.1 supported-address-data: whatever the bytes are"""
    refused(dav.put(user.book + "x.vcf", body, content_type), "A:supported-address-data")
    refused(dav.request("POST", user.book, body, {"Content-Type": content_type}), "A:supported-address-data")
    assert dav.children(user.book) == []


@pytest.mark.parametrize("content_type", ["text/vcard", "text/x-vcard", "text/directory; profile=vcard", "text/vcard; charset=utf-8; version=3.0", None,
                                          "TEXT/VCARD", "application/octet-stream", "application/x-www-form-urlencoded"])
def test_types_that_clients_send_for_cards(user, dav, content_type):
    assert dav.put(user.book + "x.vcf", card("typed"), content_type).status == 201


@pytest.mark.parametrize("body", ["", "hello", "BEGIN:VCARD\r\n", event("a"), card("a") + card("b"),
                                  crlf("BEGIN:VCARD\nVERSION:3.0\nFN:No Uid\nN:Uid;No;;;\nEND:VCARD")],
                         ids=["empty", "text", "cut", "a calendar", "two cards", "no UID"])
def test_what_is_no_card(user, dav, body):
    """§5.1: one card, one UID. C6, C15"""
    response = dav.put_card(user.book + "x.vcf", body)
    assert response.status == 403, response
    assert {name("A:valid-address-data"), name("A:supported-address-data")} & set(response.errors())
    assert dav.get(user.book + "x.vcf").status == 404


def test_no_uid_conflict_names_the_other(user, dav):
    """§6.3.2.1"""
    dav.put_card(user.book + "one.vcf", card("same"))
    error = refused(dav.put_card(user.book + "two.vcf", card("same")), "A:no-uid-conflict")
    assert error.findtext(name("D:href")) == user.book + "one.vcf"
    dav.make_book(user.books + "second/")
    assert dav.put_card(user.books + "second/one.vcf", card("same")).status == 201


@pytest.mark.parametrize("stored,sent", [("one", "urn:uuid:one"), ("urn:uuid:one", "one"), ("one", "urn:uuid:urn:uuid:one"), ("urn:uuid:urn:uuid:one", "one")])
def test_a_uid_with_and_without_its_prefix_is_one(user, dav, stored, sent):
    """C6. eM Client adds it, DAVx5 takes it away; neither is rewritten"""
    dav.put_card(user.book + "a.vcf", card(stored))
    error = refused(dav.put_card(user.book + "b.vcf", card(sent)), "A:no-uid-conflict")
    assert error.findtext(name("D:href")) == user.book + "a.vcf"
    assert dav.put_card(user.book + "a.vcf", card(sent)).status == 204
    assert dav.get(user.book + "a.vcf").body == card(sent).encode()
    dav.make_book(user.books + "second/")
    dav.put_card(user.books + "second/c.vcf", card(stored))
    refused(dav.move(user.books + "second/c.vcf", user.book + "c.vcf"), "A:no-uid-conflict")
    refused(dav.copy(user.books + "second/c.vcf", user.book + "c.vcf"), "A:no-uid-conflict")


def test_the_uid_of_a_card_stays(user, dav):
    dav.put_card(user.book + "a.vcf", card("one"))
    response = dav.put_card(user.book + "a.vcf", card("two"))
    refused(response, "A:no-uid-conflict")


def test_a_uid_in_the_trash_is_free(user, dav):
    for n in range(2):
        assert dav.put_card(user.book + f"{n}.vcf", card("revived")).status == 201
        assert dav.delete(user.book + f"{n}.vcf").status == 204


def test_max_resource_size(user, dav):
    limit = int(dav.propfind(user.book, "A:max-resource-size").multistatus().only().text("A:max-resource-size"))
    refused(dav.put_card(user.book + "big.vcf", card("big", "A B", "NOTE:" + "x" * limit)), "A:max-resource-size")
    assert dav.get(user.book + "big.vcf").status == 404


def test_supported_address_data(user, dav):
    row = dav.propfind(user.book, "A:supported-address-data", "A:supported-collation-set").multistatus().only()
    assert {("text/vcard", "3.0"), ("text/vcard", "4.0")} <= {(e.get("content-type"), e.get("version")) for e in row.prop("A:supported-address-data")}
    collations = {e.text for e in row.prop("A:supported-collation-set")}
    assert {"i;ascii-casemap", "i;unicode-casemap"} <= collations, "§8.3: both are required"


def test_data_of_a_kind_that_is_not_served(user, dav):
    """§8.6.1 supported-address-data"""
    dav.put_card(user.book + "a.vcf", card("a"))
    body = document("A:addressbook-query", '<D:prop><D:getetag/><A:address-data content-type="application/x-nonsense" version="9"/></D:prop><A:filter/>')
    response = dav.report(user.book, body, 1)
    refused(response, "A:supported-address-data")


def test_books_made_with_properties(user, dav):
    path = user.books + "made/"
    assert dav.make_book(path, "<D:displayname>Buch</D:displayname><A:addressbook-description xml:lang='de'>Text</A:addressbook-description>").status == 201
    row = dav.propfind(path, "D:displayname", "A:addressbook-description", "D:resourcetype", "D:sync-token").multistatus().only()
    assert row.text("D:displayname") == "Buch" and row.text("A:addressbook-description") == "Text" and row.text("D:sync-token")
    assert dav.report(path, document("A:addressbook-query", prop("D:getetag") + "<A:filter/>"), 1).multistatus().paths() == []
