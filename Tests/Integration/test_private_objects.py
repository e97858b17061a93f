"""What is private (RFC 5545 §3.8.1.3) in a shared calendar: to those who may not do everything it is not there."""
import pytest

from dav import document, name, prop
from objects import calendar, event, task
from test_sharing import home_changes, lacks, mount, share  # noqa: F401

HIDDEN = ["CLASS:PRIVATE", "class:private", "CLASS:X-SECRET", "CLASS;X-A=b:PRIVATE"]
SHOWN = ["CLASS:PUBLIC", "CLASS:public", "X-CLASS:PRIVATE", "DESCRIPTION:CLASS:PRIVATE"]
FREE_BUSY = document("C:free-busy-query", '<C:time-range start="20260601T000000Z" end="20260602T000000Z"/>')


@pytest.fixture
def shared(server, user, other):
    """A calendar with a public and a private event, and its place in the home of one who may edit it."""
    user.dav().put(user.calendar + "open.ics", event("open", "Known"))
    user.dav().put(user.calendar + "hidden.ics", event("hidden", "Secret", "CLASS:PRIVATE", start="DTSTART:20260601T120000Z",
                                                       end="DTEND:20260601T130000Z"))
    share(server, user.calendar, other, "editor")
    return mount(other)


@pytest.mark.parametrize("line", HIDDEN + SHOWN)
def test_what_is_shown(server, user, other, line):
    user.dav().put(user.calendar + "a.ics", event("a", "Secret", line))
    share(server, user.calendar, other)
    expected = 404 if line in HIDDEN else 200
    for path in (mount(other), user.calendar):
        assert other.dav().get(path + "a.ics").status == expected
        assert len(other.dav().children(path)) == (expected == 200)
    assert user.dav().get(user.calendar + "a.ics").status == 200


def test_one_private_instance_hides_the_series(server, user, other):
    series = calendar("BEGIN:VEVENT", "UID:s", "DTSTAMP:20260101T000000Z", "DTSTART:20260601T100000Z", "RRULE:FREQ=DAILY;COUNT=3",
                      "SUMMARY:Known", "END:VEVENT", "BEGIN:VEVENT", "UID:s", "DTSTAMP:20260101T000000Z",
                      "RECURRENCE-ID:20260602T100000Z", "DTSTART:20260602T110000Z", "CLASS:PRIVATE", "SUMMARY:Secret", "END:VEVENT")
    user.dav().put(user.calendar + "s.ics", series)
    share(server, user.calendar, other)
    assert other.dav().get(mount(other) + "s.ics").status == 404


def test_no_method_or_report_tells_of_it(user, other, shared):
    dav = other.dav()
    for path in (shared, user.calendar):
        hidden, nothing = path + "hidden.ics", path + "nothing.ics"
        # The same answers as where there is nothing.
        for method in ("GET", "HEAD", "OPTIONS", "PROPFIND", "PROPPATCH", "DELETE", "COPY", "MOVE", "REPORT", "UNLOCK", "MKCALENDAR"):
            fields = {"Depth": "0", "Destination": other.calendar + "x.ics", "Lock-Token": "<urn:x>"}
            body = {"PROPPATCH": document("D:propertyupdate", "<D:set><D:prop><X:a>1</X:a></D:prop></D:set>"),
                    "REPORT": document("D:expand-property", '<D:property name="owner"/>')}.get(method)
            answers = [dav.request(method, p, body, {**fields, "Content-Type": "application/xml"}) for p in (hidden, nothing)]
            assert answers[0].status == answers[1].status, (method, answers)
            assert answers[0].header("Allow") == answers[1].header("Allow")
        rows = dav.multiget(path, [hidden, path + "open.ics"]).multistatus()
        assert [r.status for r in rows] == [404, None]
        texts = [
            dav.propfind(path, "D:getetag", depth=1), dav.propfind(path, "D:getetag", "D:getcontentlength", depth=1),
            dav.propfind(path, depth=1), dav.calendar_query(path, "VEVENT", "D:getetag", "C:calendar-data"), dav.sync(path),
            dav.sync(path, "", limit=10), dav.get(path),
            dav.report(path, document("C:calendar-query", prop("D:getetag") + '<C:filter><C:comp-filter name="VCALENDAR">'
                       '<C:comp-filter name="VEVENT"><C:time-range start="20260601T000000Z" end="20260602T000000Z"/></C:comp-filter>'
                       "</C:comp-filter></C:filter>"), 1),
            dav.report(path, document("C:calendar-query", prop("D:getetag") + '<C:filter><C:comp-filter name="VCALENDAR">'
                       '<C:comp-filter name="VEVENT"><C:prop-filter name="SUMMARY"><C:text-match>secret</C:text-match></C:prop-filter>'
                       "</C:comp-filter></C:comp-filter></C:filter>"), 1),
        ]
        for answer in texts:
            assert answer.status in (200, 207) and "hidden" not in answer.text and "Secret" not in answer.text, answer
        assert "open" in texts[0].text and "Known" in texts[6].text
        # Whose tag it is, is no condition that holds.
        etag = user.dav().get(user.calendar + "hidden.ics").etag
        answer = dav.request("GET", path + "open.ics", headers={"If": f"<{hidden}> ([{etag}])"})
        assert answer.status == 412, answer
    # But it takes time.
    assert "20260601T120000Z" in dav.report(user.calendar, FREE_BUSY).text


def test_nothing_is_written_over(server, user, other, shared):
    stored = user.dav().get(user.calendar + "hidden.ics")
    hidden = shared + "hidden.ics"
    for answer in (other.dav().put(hidden, event("hidden", "Mine")), other.dav().put(hidden, event("new", "Mine")),
                   other.dav().put(hidden, event("new", "Mine"), If_None_Match="*"), other.dav().copy(shared + "open.ics", hidden),
                   other.dav().move(shared + "open.ics", hidden), other.dav().lock(hidden)):
        lacks(answer, "write-content", hidden)
    # Its UID is taken, by nobody who is named.
    for answer in (other.dav().put(shared + "n.ics", event("hidden")),
                   other.dav().request("POST", shared, event("hidden"), {"Content-Type": "text/calendar"})):
        assert answer.error("C:no-uid-conflict") is not None and "hidden.ics" not in answer.text
    other.dav().put(other.calendar + "n.ics", event("hidden"))
    answer = other.dav().copy(other.calendar + "n.ics", shared + "n.ics")
    assert answer.status == 403 and "hidden.ics" not in answer.text
    now = user.dav().get(user.calendar + "hidden.ics")
    assert now.body == stored.body and now.etag == stored.etag
    # Who may only read is told that, as where there is nothing.
    share(server, user.calendar, other, "reader")
    for path in (hidden, shared + "nothing.ics"):
        lacks(other.dav().put(path, event("x")), "bind", shared)
        lacks(other.dav().lock(path), "bind", shared)


def test_a_copy_has_nothing_of_it(user, other, shared):
    assert other.dav().copy(shared, other.calendars + "mine/").status == 201
    assert other.dav().children(other.calendars + "mine/") == [other.calendars + "mine/open.ics"]


def test_who_may_do_everything_sees_it(server, user, other, shared):
    first = other.dav().sync(shared).multistatus()
    ctag = other.dav().propfind(shared, "CS:getctag").multistatus().only().text("CS:getctag")
    share(server, user.calendar, other, "co-owner")
    assert other.dav().get(shared + "hidden.ics").status == 200
    assert set(other.dav().children(shared)) == {shared + "open.ics", shared + "hidden.ics"}
    # The log tells nothing of it: who followed it begins anew.
    assert other.dav().sync(shared, first.sync_token).error("D:valid-sync-token") is not None
    assert other.dav().propfind(shared, "CS:getctag").multistatus().only().text("CS:getctag") != ctag
    second = other.dav().sync(shared).multistatus()
    assert shared + "hidden.ics" in second.paths()
    share(server, user.calendar, other, "reader")
    assert other.dav().sync(shared, second.sync_token).error("D:valid-sync-token") is not None


def test_what_becomes_private_goes_and_what_becomes_public_comes(user, other, shared):
    dav, token = other.dav(), other.dav().sync(shared).multistatus().sync_token

    def changes():
        nonlocal token
        answer = dav.sync(shared, token).multistatus()
        token = answer.sync_token
        return {r.path: r.status for r in answer}
    user.dav().put(user.calendar + "open.ics", event("open", "Known", "CLASS:PRIVATE"))
    assert changes() == {shared + "open.ics": 404}
    assert changes() == {}
    user.dav().put(user.calendar + "open.ics", event("open", "Known", "CLASS:PUBLIC"))
    user.dav().put(user.calendar + "hidden.ics", event("hidden", "Known by now"))
    assert changes() == {shared + "open.ics": None, shared + "hidden.ics": None}
    # Changes of what was private before and is private still are nobody's.
    user.dav().put(user.calendar + "p.ics", event("p", "Secret", "CLASS:PRIVATE"))
    assert changes() == {}
    user.dav().put(user.calendar + "p.ics", event("p", "Secret 2", "CLASS:PRIVATE"))
    user.dav().set_property(user.calendar + "p.ics", "<X:a>1</X:a>")
    user.dav().move(user.calendar + "p.ics", user.calendar + "q.ics")
    user.dav().delete(user.calendar + "q.ics")
    assert changes() == {}
    # Gone, whatever it became in between.
    user.dav().put(user.calendar + "open.ics", event("open", "Known", "CLASS:PRIVATE"))
    user.dav().put(user.calendar + "open.ics", event("open", "Known again", "CLASS:PRIVATE"))
    user.dav().put(user.calendar + "hidden.ics", event("hidden", "Secret", "CLASS:PRIVATE"))
    user.dav().delete(user.calendar + "hidden.ics")
    assert changes() == {shared + "open.ics": 404, shared + "hidden.ics": 404}


def test_with_a_visible_range_too(server, user, other):
    for uid, line in (("near", "CLASS:PUBLIC"), ("kept", "CLASS:PRIVATE")):
        user.dav().put(user.calendar + uid + ".ics", event(uid, "E", line, "RRULE:FREQ=DAILY"))
    user.dav().put(user.calendar + "old.ics", event("old", start="DTSTART:20000101T100000Z", end="DTEND:20000101T110000Z"))
    server.run("calendar", "visible-range", user.address, "calendar", "--past", "30")
    share(server, user.calendar, other)
    path = mount(other)
    assert other.dav().children(path) == [path + "near.ics"]
    answer = other.dav().sync(path).multistatus()
    assert [p for p in answer.paths() if p.endswith(".ics")] == [path + "near.ics"]


def test_attachments_of_what_is_private(server, user, other, shared):
    add = "?action=attachment-add"
    urls = {}
    for who in ("open", "hidden"):
        answer = user.dav().request("POST", f"{user.calendar}{who}.ics{add}", b"bytes of it", {"Content-Type": "text/plain"})
        assert answer.status == 201, answer
        urls[who] = "/" + answer.header("Location").split("/", 3)[3]
    assert other.dav().get(urls["open"]).status == 200 and user.dav().get(urls["hidden"]).status == 200
    assert other.dav().get(urls["hidden"]).status == 404
    assert other.dav().request("POST", shared + "hidden.ics" + add, b"x", {"Content-Type": "text/plain"}).status == 404
