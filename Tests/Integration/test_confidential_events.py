"""Confidential events (RFC 5545 §3.8.1.3) in a shared calendar: those who may not do everything see when they are, and no more."""
import pytest

from dav import document
from objects import calendar, event, task
from test_sharing import lacks, mount, privileges, share, PRIVILEGES  # noqa: F401
from test_time_ranges import query, within

SERIES = calendar(
    "BEGIN:VTIMEZONE", "TZID:Europe/Oslo", "BEGIN:STANDARD", "DTSTART:19701025T030000", "TZOFFSETFROM:+0200", "TZOFFSETTO:+0100",
    "END:STANDARD", "END:VTIMEZONE",
    "BEGIN:VEVENT", "UID:s", "DTSTAMP:20260101T000000Z", "DTSTART;TZID=Europe/Oslo;X-WHERE=Secretplace:20260601T100000",
    "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=3", "SUMMARY:Secret", "LOCATION:Secret", "DESCRIPTION:Secret", "ATTENDEE:mailto:secret@example.org",
    "ORGANIZER:mailto:secret@example.org", "CATEGORIES:Secret", "X-SECRET:Secret", "CLASS:CONFIDENTIAL", "COMMENT:Secret",
    "BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT5M", "DESCRIPTION:Secret", "END:VALARM", "END:VEVENT",
    "BEGIN:VEVENT", "UID:s", "DTSTAMP:20260101T000000Z", "RECURRENCE-ID;TZID=Europe/Oslo:20260602T100000",
    "DTSTART;TZID=Europe/Oslo:20260602T120000", "DURATION:PT1H", "SUMMARY:Secret too", "TRANSP:TRANSPARENT", "END:VEVENT")
FREE_BUSY = document("C:free-busy-query", '<C:time-range start="20260601T000000Z" end="20260605T000000Z"/>')
DATA = "<D:getetag/><C:calendar-data/>"
EXPANDED = '<D:getetag/><C:calendar-data><C:expand start="20260601T000000Z" end="20260603T000000Z"/></C:calendar-data>'


def text_match(text, property="SUMMARY"):
    return f'<C:prop-filter name="{property}"><C:text-match>{text}</C:text-match></C:prop-filter>'


@pytest.fixture
def shared(server, user, other):
    """The place of the calendar in the home of an editor."""
    user.dav().put(user.calendar + "open.ics", event("open", "Known", start="DTSTART:20260701T100000Z", end="DTEND:20260701T110000Z"))
    user.dav().put(user.calendar + "s.ics", SERIES)
    user.dav().set_property(user.calendar + "s.ics", "<X:a>Secret</X:a>")
    share(server, user.calendar, other, "editor")
    return mount(other)


def test_only_the_times_are_seen(user, other, shared):
    dav, stored = other.dav(), user.dav().get(user.calendar + "s.ics")
    assert b"Secret" in stored.body
    for path in (shared, user.calendar):
        answer = dav.get(path + "s.ics")
        assert answer.status == 200 and answer.etag != stored.etag and not answer.etag.startswith("W/")
        lines = answer.text.split("\r\n")
        for kept in ("UID:s", "DTSTART;TZID=Europe/Oslo:20260601T100000", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=3", "SUMMARY:Busy",
                     "CLASS:CONFIDENTIAL", "RECURRENCE-ID;TZID=Europe/Oslo:20260602T100000", "TRANSP:TRANSPARENT", "TZID:Europe/Oslo"):
            assert kept in lines, kept
        # Nobody who asks in whatever way learns more.
        every = dav.propfind(path, depth=1), dav.propfind(path, "D:getetag", "D:getcontentlength", "X:a", "C:calendar-data", PRIVILEGES, depth=1)
        rows = every[1].multistatus().row(path + "s.ics")
        assert rows.text("D:getetag") == answer.etag and rows.text("D:getcontentlength") == str(len(answer.body))
        assert rows.status_of("X:a") == 404 and privileges(rows) == {"read", "read-free-busy", "read-current-user-privilege-set"}
        texts = every + (
            answer, dav.get(path), dav.get(path + "s.ics", Accept="application/calendar+json"), dav.multiget(path, [path + "s.ics"]),
            query(dav, path, "VEVENT", within("20260601T000000Z", "20260603T000000Z"), DATA),
            query(dav, path, "VEVENT", within("20260601T000000Z", "20260603T000000Z"), EXPANDED),
            dav.sync(path, "", "D:getetag", "C:calendar-data", "X:a"), dav.sync(path, "", "D:getetag", "C:calendar-data", limit=10),
            dav.propfind(path + "s.ics"), dav.report(path, FREE_BUSY))
        for found in texts:
            assert found.status in (200, 207) and "ecret" not in found.text, found
        for found in texts[:-1]:
            assert "s.ics" in found.text or "UID:s" in found.text or '"s"' in found.text
        etags = {r.text("D:getetag") for f in texts if f.status == 207 for r in f.multistatus() if r.path == path + "s.ics" and r.text("D:getetag")}
        assert etags == {answer.etag}
        assert dav.propfind(path, "D:getetag", depth=1).multistatus().row(path + "s.ics").text("D:getetag") == answer.etag
        assert dav.get(path + "s.ics", If_None_Match=answer.etag).status == 304
        assert dav.get(path + "s.ics", If_None_Match=stored.etag).status == 200
    # The owner sees all of it, by its own tag.
    row = user.dav().propfind(user.calendar, "D:getetag", "X:a", depth=1).multistatus().row(user.calendar + "s.ics")
    assert row.text("D:getetag") == stored.etag and row.text("X:a") == "Secret"


def test_filters_look_at_what_is_shown(user, other, shared):
    def found(inner):
        return [r.path for r in query(other.dav(), shared, "VEVENT", inner, DATA).multistatus()]
    path = shared + "s.ics"
    assert found(within("20260601T000000Z", "20260603T000000Z")) == [path]
    assert found(text_match("Secret")) == []
    assert found(text_match("secret", "LOCATION")) == [] and found(text_match("secret", "ATTENDEE")) == []
    assert found('<C:prop-filter name="LOCATION"/>') == []
    assert found('<C:comp-filter name="VALARM"/>') == []
    assert found('<C:comp-filter name="VALARM"><C:time-range start="20260501T000000Z" end="20260701T000000Z"/></C:comp-filter>') == []
    assert found(text_match("known")) == [shared + "open.ics"]
    # Its time is busy where the event says so.
    busy = other.dav().report(shared, FREE_BUSY).text
    assert "20260601T0" in busy or "20260601T1" in busy


def test_it_is_not_changed_or_taken_by_what_is_seen(user, other, shared):
    stored = user.dav().get(user.calendar + "s.ics")
    for path in (shared + "s.ics", user.calendar + "s.ics"):
        seen = other.dav().get(path)
        lacks(other.dav().put(path, seen.body), "write-content", path)
        lacks(other.dav().put(path, seen.body, If_Match=seen.etag), "write-content", path)
        lacks(other.dav().delete(path), "unbind")
        lacks(other.dav().move(path, other.calendar + "s.ics"), "unbind")
        lacks(other.dav().copy(path, other.calendar + "s.ics"), "read", path)
        lacks(other.dav().set_property(path, "<X:a>x</X:a>"), "write-properties", path)
        assert other.dav().lock(path).status == 403
        assert other.dav().copy(shared + "open.ics", path).status == 403
        answer = other.dav().request("POST", path + "?action=attachment-add", b"x", {"Content-Type": "text/plain"})
        assert answer.status == 403
    assert other.dav().copy(shared, other.calendars + "mine/").status == 201
    assert other.dav().children(other.calendars + "mine/") == [other.calendars + "mine/open.ics"]
    # What else is in the calendar is the editor's to change.
    assert other.dav().put(shared + "n.ics", event("n")).status == 201
    now = user.dav().get(user.calendar + "s.ics")
    assert now.body == stored.body and now.etag == stored.etag


def test_changes_are_told_with_the_tag_that_is_seen(user, other, shared):
    dav, token = other.dav(), other.dav().sync(shared).multistatus().sync_token

    def changes():
        nonlocal token
        answer = dav.sync(shared, token).multistatus()
        token = answer.sync_token
        for row in answer:
            if row.status is None:
                assert row.text("D:getetag") == dav.get(row.path).etag
        return {r.path: r.status for r in answer}
    path = shared + "open.ics"
    user.dav().put(user.calendar + "open.ics", event("open", "Known", "CLASS:CONFIDENTIAL"))
    assert changes() == {path: None} and "Known" not in dav.get(path).text
    before = dav.get(path).etag
    user.dav().put(user.calendar + "open.ics", event("open", "Known 2", "CLASS:CONFIDENTIAL"))
    assert changes() == {path: None} and dav.get(path).etag != before
    user.dav().put(user.calendar + "open.ics", event("open", "Known", "CLASS:PRIVATE"))
    assert changes() == {path: 404} and dav.get(path).status == 404
    user.dav().put(user.calendar + "open.ics", event("open", "Known", "CLASS:PRIVATE", "LOCATION:x"))
    assert changes() == {}
    user.dav().put(user.calendar + "open.ics", event("open", "Known", "CLASS:CONFIDENTIAL"))
    assert changes() == {path: None}
    user.dav().put(user.calendar + "open.ics", event("open", "Known"))
    assert changes() == {path: None} and dav.get(path).etag == user.dav().get(user.calendar + "open.ics").etag
    user.dav().delete(user.calendar + "s.ics")
    assert changes() == {shared + "s.ics": 404}


def test_who_may_do_everything_sees_all_of_it(server, user, other, shared):
    token = other.dav().sync(shared).multistatus().sync_token
    share(server, user.calendar, other, "co-owner")
    # But for the owner's alarm.
    seen, alarm = other.dav().get(shared + "s.ics").text, SERIES[SERIES.index("BEGIN:VALARM"):SERIES.index("END:VALARM") + len("END:VALARM\r\n")]
    assert seen == SERIES.replace(alarm, "")
    assert other.dav().sync(shared, token).error("D:valid-sync-token") is not None


def test_a_lock_on_a_private_event_names_only_the_calendar(user, other, shared):
    path = user.calendar + "secretname.ics"
    assert user.dav().put(path, event("p", "Secret", "CLASS:PRIVATE")).status == 201
    assert user.dav().lock(path, depth="0").status == 200
    held = other.dav().lock(shared)
    assert held.status == 207 and "secretname" not in held.text and f">{shared}<" in held.text
    # The owner is told what it is.
    assert "secretname" in user.dav().lock(user.calendar).text


def test_who_hides_it_from_themselves_gets_no_tag_of_what_they_sent(user, other, shared):
    sent = event("mine", "Mine", "CLASS:CONFIDENTIAL")
    made = other.dav().put(shared + "mine.ics", sent)
    assert made.status == 201 and made.etag is None
    seen = other.dav().get(shared + "mine.ics")
    assert seen.status == 200 and seen.text != sent and seen.etag
    assert user.dav().get(user.calendar + "mine.ics").text == sent


def test_a_task_has_no_time_to_tell(server, user, other):
    user.dav().put(user.tasks + "t.ics", task("t", "Secret", "CLASS:CONFIDENTIAL"))
    share(server, user.tasks, other)
    assert other.dav().children(mount(other)) == []


def test_with_a_visible_range_too(server, user, other):
    user.dav().put(user.calendar + "near.ics", event("near", "Secret", "CLASS:CONFIDENTIAL", "RRULE:FREQ=DAILY"))
    user.dav().put(user.calendar + "old.ics", event("old", "Secret", "CLASS:CONFIDENTIAL", start="DTSTART:20000101T100000Z", end="DTEND:20000101T110000Z"))
    server.run("calendar", "visible-range", user.address, "calendar", "--past", "30")
    share(server, user.calendar, other)
    path = mount(other)
    assert other.dav().children(path) == [path + "near.ics"]
    etag = other.dav().get(path + "near.ics").etag
    for answer in (other.dav().sync(path), other.dav().sync(path, limit=10), other.dav().propfind(path, "D:getetag", depth=1),
                   other.dav().propfind(path, "D:getetag", "C:calendar-data", depth=1)):
        row = answer.multistatus().row(path + "near.ics")
        assert row.text("D:getetag") == etag and "Secret" not in answer.text


def test_attachments_of_what_is_confidential(user, other, shared):
    answer = user.dav().request("POST", user.calendar + "s.ics?action=attachment-add", b"bytes", {"Content-Type": "text/plain"})
    assert answer.status == 201
    url = "/" + answer.header("Location").split("/", 3)[3]
    assert user.dav().get(url).status == 200 and other.dav().get(url).status == 404
