"""Prefer and Brief (H9): RFC 7240, RFC 8144."""
import pytest

from dav import name
from objects import card, event


def test_return_representation_on_put(user, dav):
    for path, body, put in ((user.calendar + "a.ics", event("a"), dav.put), (user.book + "a.vcf", card("a"), dav.put_card)):
        made = put(path, body, Prefer="return=representation")
        assert made.status in (201, 200) and made.body == body.encode() and made.etag
        assert made.header("Preference-Applied") == "return=representation"
        assert made.header("Content-Location") == path
        changed = put(path, body, Prefer="return=representation")
        assert changed.status == 200 and changed.body == body.encode()
        minimal = put(path, body, Prefer="return=minimal")
        assert minimal.status == 204 and minimal.body == b""


def test_return_representation_of_what_was_added(user, dav):
    """RFC 8144 §3.1, RFC 5995: the name is the server's, and so is what goes with it"""
    for path, body, kind in ((user.calendar, event("a"), "text/calendar"), (user.book, card("a"), "text/vcard"), (user.files, "x", "text/plain")):
        made = dav.request("POST", path, body, {"Content-Type": kind}, Prefer="return=representation")
        assert made.status == 201 and made.body == body.encode()
        assert made.header("Preference-Applied") == "return=representation" and "prefer" in made.tokens("Vary")
        assert made.header("Content-Location") == made.header("Location")
        got = dav.get(made.header("Location"))
        assert got.body == made.body and got.etag == made.etag
        plain = dav.request("POST", path, body.replace(":a", ":b"), {"Content-Type": kind})
        assert plain.status == 201 and plain.body == b"" and plain.header("Preference-Applied") is None


@pytest.mark.parametrize("method", ["COPY", "MOVE"])
def test_return_representation_of_what_is_at_the_destination(user, dav, method):
    """RFC 8144 §3.1"""
    dav.make_calendar(user.calendars + "second/")
    for n, (source, body) in enumerate(((user.calendar + "a.ics", event("a")), (user.files + "a", "x"))):
        dav.put(source, body)
        target = user.calendars + "second/new.ics" if n == 0 else user.files + "new"
        made = dav.request(method, source, Destination=dav.url + target, Prefer="return=representation")
        assert made.status == 201 and made.body == body.encode() and made.etag == dav.etag_of(target)
        assert made.header("Content-Location") == target and made.header("Location") == target
        assert made.header("Preference-Applied") == "return=representation"
        dav.put(source, body)
        again = dav.request(method, source, Destination=dav.url + target, Prefer="return=representation")
        assert again.status == 200 and again.body == body.encode() and again.header("Location") is None
    folder = dav.request(method, user.calendars + "second/", Destination=dav.url + user.calendars + "third/", Prefer="return=representation")
    assert folder.status == 201 and folder.body == b"" and folder.header("Preference-Applied") is None


def test_return_representation_with_a_failed_condition(user, dav):
    """RFC 8144 §3.2: a 412 with the current state"""
    etag = dav.put(user.calendar + "a.ics", event("a", "current")).etag
    refused = dav.put(user.calendar + "a.ics", event("a", "mine"), If_Match='"old"', Prefer="return=representation")
    assert refused.status == 412 and refused.header("Preference-Applied") == "return=representation"
    assert refused.body == event("a", "current").encode() and refused.etag == etag


def test_depth_noroot(user, dav):
    """RFC 8144 §2.3"""
    dav.put(user.calendar + "a.ics", event("a"))
    response = dav.propfind(user.calendar, "D:getetag", depth=1, Prefer="depth-noroot")
    assert response.multistatus().paths() == [user.calendar + "a.ics"]
    assert "depth-noroot" in response.header("Preference-Applied")
    both = dav.propfind(user.calendar, "D:getetag", "X:none", depth=1, Prefer="return=minimal, depth-noroot")
    assert both.multistatus().paths() == [user.calendar + "a.ics"]
    assert set(both.multistatus().only().props(404)) == set()


@pytest.mark.parametrize("ask", ["propfind", "report", "proppatch", "mkcol", "mkcalendar"])
def test_what_was_applied_is_said(user, dav, ask):
    answers = {"propfind": lambda: dav.propfind(user.calendar, "D:getetag", "X:none", Prefer="return=minimal"),
               "report": lambda: dav.calendar_query(user.calendar, "VEVENT", "D:getetag", "X:none", Prefer="return=minimal"),
               "proppatch": lambda: dav.set_property(user.calendar, "<X:a/>", Prefer="return=minimal"),
               "mkcol": lambda: dav.make_book(user.books + "new/", Prefer="return=minimal"),
               "mkcalendar": lambda: dav.make_calendar(user.calendars + "new/", Prefer="return=minimal")}
    response = answers[ask]()
    assert response.status in (200, 201, 204, 207)
    assert response.header("Preference-Applied") == "return=minimal"
    if ask in ("propfind", "report"):
        assert {"prefer", "brief"} & response.tokens("Vary")


@pytest.mark.parametrize("value", ["return=minimal;foo=bar", 'return="minimal"', "RETURN=minimal", "respond-async, return=minimal", "return = minimal"])
def test_the_grammar_of_prefer(user, dav, value):
    row = dav.propfind(user.calendar, "D:resourcetype", "X:none", Prefer=value).multistatus().only()
    assert [s for s, _ in row.propstats] == [200]


@pytest.mark.parametrize("value", ["nonsense", "return=everything", "", "=", "return=minimal=x"])
def test_preferences_that_are_none_are_ignored(user, dav, value):
    row = dav.propfind(user.calendar, "D:resourcetype", "X:none", Prefer=value).multistatus().only()
    assert row.prop("D:resourcetype") is not None


def test_the_first_of_two_counts(user, dav):
    """RFC 7240 §2"""
    row = dav.propfind(user.calendar, "D:resourcetype", "X:none", Prefer="return=representation, return=minimal").multistatus().only()
    assert row.status_of("X:none") == 404


def test_minimal_sync_and_multiget(user, dav):
    dav.put(user.calendar + "a.ics", event("a"))
    rows = dav.sync(user.calendar, "", "D:getetag", "X:none", Prefer="return=minimal").multistatus()
    assert [s for s, _ in rows.row(user.calendar + "a.ics").propstats] == [200]
    rows = dav.multiget(user.calendar, [user.calendar + "a.ics", user.calendar + "b.ics"], "D:getetag", "X:none", Prefer="return=minimal").multistatus()
    assert rows.row(user.calendar + "b.ics").status == 404
    assert name("X:none") not in rows.row(user.calendar + "a.ics").props(404)
