"""The free-busy URL, and the hours in which somebody can be met (RFC 7953) as a property of their home."""
import json
import re

import pytest
from dav import document
from objects import calendar, event

HOURS = calendar(
    "BEGIN:VAVAILABILITY", "UID:v", "DTSTAMP:20260101T000000Z", "DTSTART:20260601T000000Z", "DTEND:20260602T000000Z",
    "BEGIN:AVAILABLE", "UID:h", "DTSTAMP:20260101T000000Z", "DTSTART:20260601T090000Z", "DTEND:20260601T170000Z", "END:AVAILABLE",
    "END:VAVAILABILITY")
BUSY = "FREEBUSY:20260601T100000Z/20260601T110000Z"
OUTSIDE = ["FREEBUSY;FBTYPE=BUSY-UNAVAILABLE:20260601T000000Z/20260601T090000Z",
           "FREEBUSY;FBTYPE=BUSY-UNAVAILABLE:20260601T170000Z/20260602T000000Z"]
DAY = "?start=20260601T000000Z&end=20260602T000000Z"


def url(user):
    return f"/free-busy/{user.address}"


def periods(answer):
    assert answer.status == 200, answer
    return [line for line in answer.text.splitlines() if line.startswith("FREEBUSY")]


def set_hours(user, namespace="C", body=HOURS):
    return user.dav().proppatch(
        user.calendars, f"<D:set><D:prop><{namespace}:calendar-availability>{body}</{namespace}:calendar-availability></D:prop></D:set>")


def test_a_url_tells_when_somebody_is_busy(user):
    user.dav().put(user.calendar + "a.ics", event("a", "Secret", start="DTSTART:20260601T100000Z", end="DTEND:20260601T110000Z"))
    answer = user.dav().get(url(user) + ".ics" + DAY)
    assert periods(answer) == [BUSY] and "Secret" not in answer.text
    assert answer.header("Content-Type").startswith("text/calendar")
    lines = answer.text.splitlines()
    assert "METHOD:PUBLISH" in lines and f"ORGANIZER:mailto:{user.address}" in lines and any(line.startswith("UID:") for line in lines)
    head = user.dav().head(url(user) + DAY)
    assert head.status == 200 and head.text == ""


def test_busy_time_as_json(user):
    """RFC 7265, by content negotiation"""
    dav = user.dav()
    dav.put(user.calendar + "a.ics", event("a", start="DTSTART:20260601T100000Z", end="DTEND:20260601T110000Z"))
    body = document("C:free-busy-query", "<C:time-range start='20260601T000000Z' end='20260602T000000Z'/>")
    for answer in (dav.get(url(user) + DAY, Accept="application/calendar+json"),
                   dav.report(user.calendar, body, 1, Accept="application/calendar+json, text/calendar;q=0.5")):
        assert answer.header("Content-Type").startswith("application/calendar+json") and "accept" in answer.tokens("Vary")
        (kind, properties, _), = json.loads(answer.body)[2]
        assert kind == "vfreebusy" and [p[2:] for p in properties if p[0] == "freebusy"] == [
            ["period", ["2026-06-01T10:00:00Z", "2026-06-01T11:00:00Z"]]]


@pytest.mark.parametrize("query, expected", [
    ("?start=2026-06-01T00:00:00Z&period=P1D", [BUSY]),
    ("?start=20260601&period=PT10H30M", ["FREEBUSY:20260601T100000Z/20260601T103000Z"]),
    ("?start=20260602T000000Z&period=P1D", []),
    ("?start=20260601T000000Z&unknown=1", [BUSY]),
])
def test_the_range_is_asked_for(user, query, expected):
    user.dav().put(user.calendar + "a.ics", event("a", start="DTSTART:20260601T100000Z", end="DTEND:20260601T110000Z"))
    assert periods(user.dav().get(url(user) + query)) == expected


@pytest.mark.parametrize("query", [
    "?start=tomorrow", "?start=20260601T000000Z&end=20260601T000000Z", "?start=20260601&end=20260602&period=P1D", "?period=-P1D",
    "?period=P0D", "?period=P", "?start=2026-06-01T00:00:00-07:00", "?start=20260601&start=20260602", "?start=%FF", "?period=P99999999999999999999D",
])
def test_a_range_that_cannot_be_is_refused(user, query):
    assert user.dav().get(url(user) + query).status == 400


def test_without_a_range_it_is_the_next_six_weeks(user):
    text = user.dav().get(url(user)).text
    assert re.search(r"^DTSTART:\d{8}T000000Z\r?$", text, re.M) and re.search(r"^DTEND:\d{8}T000000Z\r?$", text, re.M)


def test_nothing_can_be_written_there(user):
    for method in ("PUT", "DELETE", "PROPFIND", "MKCOL", "REPORT"):
        assert user.dav().request(method, url(user)).status == 405, method
    assert user.dav().options(url(user)).tokens("Allow") == {"options", "get", "head"}
    assert user.dav().get("/free-busy/").status == 404
    assert user.dav().get("/free-busy/nobody.ics").status == 404


def test_only_those_who_may_know_are_told(server, user, other):
    user.dav().put(user.calendar + "a.ics", event("a", start="DTSTART:20260601T100000Z", end="DTEND:20260601T110000Z"))
    hidden = user.calendars + "hidden/"
    user.dav().make_calendar(hidden)
    user.dav().put(hidden + "b.ics", event("b", start="DTSTART:20260601T150000Z", end="DTEND:20260601T160000Z"))
    assert other.dav().get(url(user) + DAY).status == 404
    server.run("share", "add", user.calendar, other.address, "--role", "free-busy")
    assert periods(other.dav().get(url(user) + DAY)) == [BUSY]
    server.run("share", "remove", user.calendar, other.address)
    assert other.dav().get(url(user) + DAY).status == 404


@pytest.mark.parametrize("namespace", ["C", "CS"])
def test_hours_of_the_home_count_where_all_calendars_are_asked(user, namespace):
    """RFC 7953 §7.2.4; macOS sets the property of its own namespace."""
    user.dav().put(user.calendar + "a.ics", event("a", start="DTSTART:20260601T100000Z", end="DTEND:20260601T110000Z"))
    assert set_hours(user, namespace).multistatus().row(user.calendars).status_of(f"{namespace}:calendar-availability") == 200
    assert sorted(periods(user.dav().get(url(user) + DAY))) == sorted([BUSY] + OUTSIDE)
    query = document("C:free-busy-query", '<C:time-range start="20260601T000000Z" end="20260602T000000Z"/>')
    assert sorted(periods(user.dav().report(user.calendars, query, depth="infinity"))) == sorted([BUSY] + OUTSIDE)
    assert periods(user.dav().report(user.calendar, query, depth=1)) == [BUSY]


def test_the_hours_that_were_set_last_count(user):
    set_hours(user, "CS", HOURS.replace("20260601T090000Z", "20260601T120000Z"))
    set_hours(user, "C")
    assert periods(user.dav().get(url(user) + DAY)) == OUTSIDE


@pytest.mark.parametrize("body", ["", "no calendar", event("a"), calendar()])
def test_hours_that_are_none_are_refused(user, body):
    answer = set_hours(user, "C", body)
    assert answer.multistatus().row(user.calendars).status_of("C:calendar-availability") == 403
    assert "valid-calendar-data" in answer.text


def test_more_periods_than_an_answer_has_are_no_busy_time(user):
    """RFC 4791 §7.10: number-of-matches-within-limits; no time is made up"""
    dav = user.dav()
    for uid, minute, rule in (("a", "00", "COUNT=15000"), ("b", "20", "INTERVAL=1")):
        dav.put(user.calendar + uid + ".ics", event(uid, "Often", f"DURATION:PT10M", f"RRULE:FREQ=HOURLY;{rule}",
                                                   start=f"DTSTART:20260101T00{minute}00Z", end=None))
    body = document("C:free-busy-query", "<C:time-range start='20260101T000000Z' end='20290101T000000Z'/>")
    refused = dav.report(user.calendar, body, 1)
    assert refused.status in (403, 507) and refused.error("D:number-of-matches-within-limits") is not None, refused
    body = document("C:free-busy-query", "<C:time-range start='20260101T000000Z' end='20260101T020000Z'/>")
    assert len(periods(dav.report(user.calendar, body, 1))) == 4


def test_a_series_of_which_everything_is_excluded_takes_no_time(user):
    """Notes R8, R12: it is found at its start, so that it can be deleted; none of its instances is there"""
    dav = user.dav()
    for uid, rules in (("one", ["RRULE:FREQ=DAILY;COUNT=1", "EXDATE:20260601T100000Z"]),
                       ("two", ["RRULE:FREQ=DAILY;COUNT=2", "EXDATE:20260601T100000Z,20260602T100000Z", f"ATTENDEE:mailto:{user.address}"])):
        assert dav.put(f"{user.calendar}{uid}.ics", event(uid, "Gone", *rules)).status == 201
    body = document("C:free-busy-query", "<C:time-range start='20260601T000000Z' end='20260603T000000Z'/>")
    assert periods(dav.report(user.calendar, body, 1)) == []
    found = dav.calendar_query(user.calendar, "VEVENT", start="20260601T000000Z", end="20260602T000000Z").multistatus().paths()
    assert len(found) == 2
    expand = '<D:prop><C:calendar-data><C:expand start="20260601T000000Z" end="20260603T000000Z"/></C:calendar-data></D:prop>'
    for path in found:
        body = document("C:calendar-multiget", f"{expand}<D:href>{path}</D:href>")
        assert "VEVENT" not in dav.report(user.calendar, body).multistatus().only().text("C:calendar-data")


def test_rules_of_every_second_cost_no_more_than_others(user):
    """What touches is one stretch, told by arithmetic: 80 such series of a year are far from the steps of one answer."""
    dav = user.dav()
    for number in range(80):
        start, more = ("DTSTART;TZID=Europe/Berlin:20260101T000000", ["EXDATE;TZID=Europe/Berlin:20260102T000000"]) if number % 2 else (
            "DTSTART:20260101T000000Z", [])
        assert dav.put(f"{user.calendar}{number}.ics", event(f"u{number}", "Always", "DURATION:PT2S", "RRULE:FREQ=SECONDLY", *more,
                                                             start=start, end=None)).status == 201
    dav.put(user.calendar + "one.ics", event("one", "Tentative", "STATUS:TENTATIVE", "RRULE:FREQ=WEEKLY;BYDAY=MO"))
    body = document("C:free-busy-query", "<C:time-range start='20260501T000000Z' end='20270501T000000Z'/>")
    found = periods(dav.report(user.calendar, body, 1))
    assert [line for line in found if "TENTATIVE" not in line] == ["FREEBUSY:20260501T000000Z/20270501T000000Z"]
    assert len([line for line in found if "TENTATIVE" in line]) == 48, "the others are told as ever"


@pytest.mark.parametrize("address", ["mailto:{0}", "MAILTO:{0}", "mailto:%61{1}", "mailto: {0}", "/principals/{0}/",
                                     "https://calendar.example.org/principals/{0}/"])
def test_an_invitation_that_was_declined_takes_no_time(user, address):
    """RFC 4791 §7.10, notes F4 and L16: whatever the user is called in it"""
    line = "ATTENDEE;PARTSTAT=DECLINED:" + address.format(user.address, user.address[1:])
    if "%61" in address and not user.address.startswith("a"):
        line = "ATTENDEE;PARTSTAT=DECLINED:mailto:%" + format(ord(user.address[0]), "x") + user.address[1:]
    user.dav().put(user.calendar + "d.ics", event("d", "No", line, start="DTSTART:20260601T100000Z", end="DTEND:20260601T110000Z"))
    assert periods(user.dav().get(url(user) + DAY)) == []
