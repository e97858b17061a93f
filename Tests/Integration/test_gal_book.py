"""The Global Address List of local users and groups: a book like any other in every home, that nobody can write."""
import pytest

from dav import Dav, document, find, prop
from gal import book, books, cards, lines, query, serving, wait_for_card
from objects import card
from tegu import wait_for


@pytest.fixture(scope="module")
def site():
    with serving() as server:
        server.new_user("anna", None, "--display-name", "Anna Berg", "--alias", "a.berg@example.org")
        server.new_user("bert", None, "--display-name", "Bert Čapek")
        server.run("group", "add", "staff@example.org", "--display-name", "Staff", "--address", "staff@example.org")
        yield server


@pytest.fixture
def dav(site):
    return Dav(site.url, ("anna", "secret of anna"))


HOME = "/contacts/anna@example.org/"


def test_it_is_the_last_book_in_each_home(site, dav):
    dav.make_book(HOME + "zoo/")
    path = book(dav, HOME)
    assert books(dav, HOME)[-1].path == path
    row = books(dav, HOME)[-1]
    assert {t.split("}")[1] for t in row.resource_types()} == {"collection", "addressbook"}
    privileges = {e.tag.split("}")[1] for p in row.prop("D:current-user-privilege-set") for e in p}
    assert "read" in privileges and not privileges & {"write", "write-content", "bind", "unbind", "all"}
    bert = Dav(site.url, ("bert", "secret of bert"))
    assert book(bert, "/contacts/bert@example.org/")


def test_everybody_with_an_address_has_a_card(dav):
    path = book(dav, HOME)
    anna = wait_for_card(dav, path, "Anna Berg")
    assert lines(anna, "EMAIL") == ["anna@example.org", "a.berg@example.org"]
    wait_for(lambda: {"Bert Čapek", "Staff"} <= set(cards(dav, path)), what="the cards")
    assert not [name for name in cards(dav, path) if "Global" in name], "the owner of the book is nobody"


def test_a_client_is_told_of_changes_and_of_no_others(site, dav):
    path = book(dav, HOME)
    wait_for_card(dav, path, "Bert Čapek")
    token = dav.sync_token_of(path)
    site.new_user("clara", None, "--display-name", "Clara")
    wait_for_card(dav, path, "Clara")
    answer = dav.sync(path, token).multistatus()
    assert len(answer) == 1
    assert dav.sync(path, answer.sync_token).multistatus().rows == []
    # The refreshes that follow find nothing.
    before = dav.sync_token_of(path)
    site.run("gal", "refresh", "--compare")
    assert dav.sync_token_of(path) == before
    site.run("user", "remove", "clara@example.org", "--yes")
    wait_for(lambda: "Clara" not in cards(dav, path), what="the removal")
    assert [row.status for row in dav.sync(path, answer.sync_token).multistatus()] == [404]


def test_the_first_sync_comes_in_pages(dav):
    path = book(dav, HOME)
    wait_for_card(dav, path, "Anna Berg")
    everybody, token, rounds = set(), "", 0
    while True:
        answer = dav.sync(path, token, limit=1).multistatus()
        everybody |= {row.path for row in answer if row.status is None}
        token, rounds = answer.sync_token, rounds + 1
        if not [row for row in answer if row.status == 507]:
            break
    assert len(everybody) == len(cards(dav, path)) and rounds >= 3


def lacks(response):
    assert response.status == 403, response
    assert find(response.error("D:need-privileges"), "D:resource") is not None


def test_nothing_can_be_written(dav):
    path = book(dav, HOME)
    wait_for_card(dav, path, "Anna Berg")
    href = [row.href for row in dav.sync(path).multistatus()][0]
    lacks(dav.put_card(path + "new.vcf", card("new")))
    lacks(dav.put_card(href, card("new")))
    lacks(dav.delete(href))
    lacks(dav.move(href, HOME + "contacts/stolen.vcf"))
    lacks(dav.set_property(href, '<x:a xmlns:x="urn:x">1</x:a>'))
    lacks(dav.delete(path))
    assert path in [row.path for row in books(dav, HOME)]
    assert dav.copy(href, HOME + "contacts/copied.vcf").status == 201


def test_versions_and_searching(dav):
    path = book(dav, HOME)
    wait_for_card(dav, path, "Bert Čapek")
    rows = query(dav, path, "čAPEK")
    assert len(rows) == 1 and "bert@example.org" in rows.rows[0].text("A:address-data")
    href = rows.rows[0].href
    for version in ("3.0", "4.0"):
        body = document("A:addressbook-multiget", f'<D:prop><A:address-data content-type="text/vcard" version="{version}"/></D:prop>'
                        f"<D:href>{href}</D:href>")
        text = dav.report(path, body, 1).multistatus().only().text("A:address-data")
        assert f"VERSION:{version}" in text and "FN:Bert Čapek" in text


def test_the_owner_of_the_list_is_nobody_who_signs_in_or_is_found(site, dav):
    for password in ("", "x"):
        assert Dav(site.url, ("global-address-list", password)).propfind("/", "D:displayname").status == 401
    body = document("D:principal-property-search", "<D:property-search><D:prop><D:displayname/></D:prop>"
                    "<D:match>Global</D:match></D:property-search>" + prop("D:displayname"))
    assert len(dav.report("/principals/", body, 0).multistatus()) == 0
    assert dav.propfind("/contacts/global-address-list@example.org/", "D:displayname", depth=1).status == 404


def test_status_tells_what_is_in_it(site, dav):
    wait_for_card(dav, book(dav, HOME), "Anna Berg")
    done = site.run("gal", "status")
    assert "example.org:" in done.out and "cards" in done.out and "local" in done.out


def test_what_an_administrator_takes_away_stays_away(dav):
    with serving() as server:
        dora = server.new_user("dora")
        path = book(dora.dav(), dora.books)
        server.run("share", "remove", "/contacts/global-address-list@example.org/list/", "signed-in")
        wait_for(lambda: path not in [row.path for row in books(dora.dav(), dora.books)], what="the end of the right")
        server.run("gal", "refresh", "--compare")
        assert dora.dav().propfind(path, "D:displayname").status == 404


def test_without_the_setting_there_is_none_and_one_that_was_there_goes(server, user):
    assert len(books(user.dav(), user.books)) == 1
    assert "switched off" in server.run("gal", "status").out
    assert server.run("gal", "refresh", check=False).returncode != 0


def test_a_list_that_is_too_long_is_only_searched():
    with serving(settings=("--gal-enabled", "--gal-interval", "1s", "--gal-maximum-entries", "2")) as server:
        users = [server.new_user(f"u{n}", None, "--display-name", f"Person {n}") for n in range(4)]
        dav = users[0].dav()

        def gateway():
            row = dav.propfind(users[0].principal, "A:directory-gateway").multistatus().only()
            return row.hrefs_of("A:directory-gateway")
        path = wait_for(gateway, what="the directory gateway")[0]
        assert [row.path for row in books(dav, users[0].books)] == [users[0].book]
        row = dav.propfind(path, "D:resourcetype", "D:supported-report-set").multistatus().only()
        assert {t.split("}")[1] for t in row.resource_types()} == {"collection", "addressbook", "directory"}
        assert len(dav.propfind(path, "D:getetag", depth=1).multistatus()) == 1, "a listing is empty"
        wait_for(lambda: len(query(dav, path, "person 3")) == 1, what="the card")
        assert len([r for r in query(dav, path, "person", limit=2) if r.status is None]) == 2
        everything = dav.report(path, document("A:addressbook-query", prop("D:getetag") + "<A:filter/>"), 1).multistatus()
        assert [row.status for row in everything] == [507]
        assert dav.sync(path).status == 403 and dav.get(path).status == 403
