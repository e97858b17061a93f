"""sync-collection (RFC 6578): tokens, pages, tombstones, and collections that come and go (Q20, Q21)."""
import re

import pytest

from dav import document, name
from objects import card, event


def token_is_invalid(response):
    assert response.status == 403, response
    response.error("D:valid-sync-token")


@pytest.fixture(params=["calendar", "book", "files"])
def place(request, user, dav):
    """A collection, and how to put a member there."""
    path = getattr(user, request.param)
    put = {"calendar": lambda n, text="x": dav.put(path + n, event("sync-" + n, text)),
           "book": lambda n, text="x": dav.put_card(path + n, card("sync-" + n, "Anna " + text)),
           "files": lambda n, text="x": dav.put_file(path + n, text.encode())}[request.param]
    return path, put


def changes(multistatus, path):
    """{name: gone?} without the collection itself"""
    return {r.path[len(path):]: r.status == 404 for r in multistatus if r.path != path}


def test_what_changed_since(dav, place):
    path, put = place
    put("a"), put("b"), put("c")
    first = dav.sync(path).multistatus()
    assert changes(first, path) == {"a": False, "b": False, "c": False}
    assert first.sync_token and re.match(r"[a-z][a-z0-9+.-]*:", first.sync_token), "a token is a URI"
    put("a", "y"), dav.delete(path + "b"), put("d")
    second = dav.sync(path, first.sync_token).multistatus()
    assert changes(second, path) == {"a": False, "b": True, "d": False}
    assert second.row(path + "a").text("D:getetag") == dav.etag_of(path + "a")
    third = dav.sync(path, second.sync_token).multistatus()
    assert changes(third, path) == {} and third.sync_token == second.sync_token


def test_the_initial_sync_has_no_tombstones(dav, place):
    path, put = place
    put("a"), put("b"), dav.delete(path + "a")
    assert changes(dav.sync(path).multistatus(), path) == {"b": False}


def test_what_came_and_went_between_is_never_a_member(dav, place):
    path, put = place
    token = dav.sync_token_of(path)
    put("a"), dav.delete(path + "a")
    assert changes(dav.sync(path, token).multistatus(), path) in ({}, {"a": True})


def test_what_went_and_came_back_is_a_member(dav, place):
    path, put = place
    put("a")
    token = dav.sync_token_of(path)
    dav.delete(path + "a"), put("a", "new")
    assert changes(dav.sync(path, token).multistatus(), path) == {"a": False}


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 10, 11])
def test_pages_have_all_and_nothing_twice(dav, place, limit):
    """§3.6: 507 on the request's own href, and a token to go on with"""
    path, put = place
    for n in range(10):
        put(f"m{n}")
    token, seen, pages = "", [], 0
    while True:
        page = dav.sync(path, token, limit=limit).multistatus()
        assert page.sync_token
        more = [r for r in page if r.status == 507]
        rows = [r for r in page if r.status is None and r.path != path]
        assert len(rows) <= limit
        seen += [r.path for r in rows]
        token, pages = page.sync_token, pages + 1
        if not more:
            break
        assert [r.path for r in more] == [path]
        assert name("D:number-of-matches-within-limits") in more[0].errors
        assert pages < 20
    assert sorted(seen) == [f"{path}m{n}" for n in range(10)]
    assert pages == -(-10 // limit), "exactly as many as fit is no reason for another page"


def test_a_delta_in_pages(dav, place):
    path, put = place
    put("a"), put("b")
    token = dav.sync_token_of(path)
    dav.delete(path + "a"), put("c"), put("d"), put("b", "y")
    seen = {}
    for _ in range(10):
        page = dav.sync(path, token, limit=1).multistatus()
        seen.update({k: v for k, v in changes(page, path).items()})
        token = page.sync_token
        if not any(r.status == 507 for r in page):
            break
    assert seen == {"a": True, "b": False, "c": False, "d": False}


def test_changes_between_pages_are_not_lost(dav, place):
    path, put = place
    for n in range(6):
        put(f"m{n}")
    page = dav.sync(path, limit=3).multistatus()
    state = changes(page, path)
    gone = next(iter(state))
    dav.delete(path + gone), put("new")
    for _ in range(10):
        page = dav.sync(path, page.sync_token, limit=3).multistatus()
        state.update(changes(page, path))
        if not any(r.status == 507 for r in page):
            break
    state.update(changes(dav.sync(path, page.sync_token).multistatus(), path))  # a listing ends before what changed meanwhile
    assert state.pop(gone) is True, "the client was told of it before, so it must be told that it is gone"
    assert sorted(k for k, g in state.items() if not g) == sorted([f"m{n}" for n in range(6) if f"m{n}" != gone] + ["new"])


@pytest.mark.parametrize("limit", ["0", "-1", "many", ""])
def test_limits_that_are_none(user, dav, limit):
    assert dav.sync(user.calendar, limit=limit).status in (207, 400, 403)


@pytest.mark.parametrize("token", ["nonsense", "http://example.com/sync/1", "urn:x", "12345", "x" * 5000, "urn:uuid:00000000-0000-4000-8000-000000000000",
                                   "🎈"])
def test_tokens_that_nobody_gave(dav, place, token):
    token_is_invalid(dav.sync(place[0], token))


def test_a_token_that_was_tampered_with(dav, place):
    path, put = place
    put("a")
    token = dav.sync_token_of(path)
    for bad in (token + "1", token + "x", token[:-1] + "99999999", token.replace(token[-1], "z"), token[:-1]):
        response = dav.sync(path, bad)
        if bad == token[:-1] and response.status == 207:
            continue  # it may be a shorter number, which was a token once
        token_is_invalid(response)


def test_the_token_of_another_collection(user, dav):
    dav.make_calendar(user.calendars + "second/")
    tokens = {p: dav.sync_token_of(p) for p in (user.calendar, user.calendars + "second/", user.book, user.files, user.calendars)}
    for path in tokens:
        for other, token in tokens.items():
            if other != path:
                token_is_invalid(dav.sync(path, token))


def test_a_collection_that_is_made_again_knows_no_old_token(user, dav):
    path = user.calendars + "again/"
    dav.make_calendar(path)
    dav.put(path + "a.ics", event("a"))
    token = dav.sync_token_of(path)
    dav.delete(path)
    assert dav.sync(path, token).status == 404
    dav.make_calendar(path)
    token_is_invalid(dav.sync(path, token))
    assert changes(dav.sync(path).multistatus(), path) == {}


def test_homes_tell_of_their_collections(user, dav):
    for home, make in ((user.calendars, dav.make_calendar), (user.books, dav.make_book), (user.files, dav.mkcol)):
        token = dav.sync_token_of(home)
        make(home + "one/"), make(home + "two/"), dav.delete(home + "two/")
        rows = dav.sync(home, token, "D:resourcetype", "D:displayname").multistatus()
        state = changes(rows, home)
        assert state.pop("one/") is False and state in ({}, {"two/": True})
        token = rows.sync_token
        dav.set_property(home + "one/", "<D:displayname>renamed</D:displayname>")
        rows = dav.sync(home, token, "D:displayname").multistatus()
        assert rows.row(home + "one/").text("D:displayname") == "renamed", "a rename is seen at the home"
        dav.delete(home + "one/")
        assert changes(dav.sync(home, rows.sync_token).multistatus(), home) == {"one/": True}


def test_a_change_inside_a_calendar_is_seen_at_its_home_or_not_but_by_its_token(user, dav):
    """RFC 6578 §3.3: level 1 reports the members only; a changed CTag of a child may count as its change."""
    token = dav.sync_token_of(user.calendars)
    dav.put(user.calendar + "a.ics", event("a"))
    rows = dav.sync(user.calendars, token).multistatus()
    assert set(changes(rows, user.calendars)) <= {"calendar/"}


def test_infinite_level(user, dav):
    """§3.3: a server may refuse it, and says so"""
    response = dav.sync(user.calendars, level="infinite")
    assert response.status in (403, 207)
    if response.status == 403:
        response.error("D:sync-traversal-supported")


@pytest.mark.parametrize("body", ["<D:sync-token/>", "<D:sync-level>1</D:sync-level>", "<D:sync-token/><D:sync-level>7</D:sync-level><D:prop/>", ""])
def test_requests_that_are_none(user, dav, body):
    status = dav.report(user.calendar, document("D:sync-collection", body), 0).status
    # RFC 6578 §6.1: without the element nobody asks for a first sync.
    assert status == (207 if body == "<D:sync-token/>" else 400), body


def test_properties_of_every_kind_in_a_sync(user, dav):
    dav.put(user.calendar + "a.ics", event("a"))
    dav.set_property(user.calendar + "a.ics", "<X:dead>v</X:dead>")
    row = dav.sync(user.calendar, "", "D:getetag", "D:getcontenttype", "X:dead", "C:calendar-data", "X:none").multistatus().row(user.calendar + "a.ics")
    assert row.text("X:dead") == "v" and "BEGIN:VEVENT" in row.text("C:calendar-data") and row.status_of("X:none") == 404


def test_sync_on_an_object_is_refused(user, dav):
    dav.put(user.calendar + "a.ics", event("a"))
    response = dav.sync(user.calendar + "a.ics")
    assert response.status in (403, 409, 404, 400)
