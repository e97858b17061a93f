"""Queries by time, free-busy, and what a report gives out of an object (RFC 4791 §7.8 to §7.10, §9.6 to §9.9), over the wire."""
import random
from datetime import datetime, timedelta, timezone

import pytest
from dav import document, find, name, prop
from objects import BERLIN, calendar, event, journal, task


def query(dav, path, component, inner, data="<D:getetag/>", rest="", depth=1):
    body = document("C:calendar-query", f"<D:prop>{data}</D:prop><C:filter><C:comp-filter name='VCALENDAR'>"
                    f"<C:comp-filter name='{component}'>{inner}</C:comp-filter></C:comp-filter></C:filter>{rest}")
    return dav.report(path, body, depth)


def within(start, end):
    return "<C:time-range" + (f" start='{start}'" if start else "") + (f" end='{end}'" if end else "") + "/>"


def found(dav, path, component, start, end, rest="", more=""):
    return sorted(p.rsplit("/", 1)[1][:-4] for p in query(dav, path, component, within(start, end) + more, rest=rest).multistatus().paths())


def test_events_and_series_are_found_where_they_are(user, dav):
    dav.put(user.calendar + "once.ics", event("once"))
    dav.put(user.calendar + "weekly.ics", event("weekly", "W", "RRULE:FREQ=WEEKLY", start="DTSTART:19900101T100000Z", end="DTEND:19900101T110000Z"))
    dav.put(user.calendar + "counted.ics", event("counted", "C", "RRULE:FREQ=DAILY;COUNT=3", start="DTSTART:20260101T100000Z", end=None))
    assert found(dav, user.calendar, "VEVENT", "20260601T000000Z", "20260602T000000Z") == ["once", "weekly"]
    assert found(dav, user.calendar, "VEVENT", "20260101T000000Z", "20260104T000000Z") == ["counted"]
    # R13: an endless rule, far in the future
    assert found(dav, user.calendar, "VEVENT", "21000104T000000Z", "21000105T000000Z") == ["weekly"]
    assert found(dav, user.calendar, "VEVENT", "21000105T000000Z", "21000106T000000Z") == []
    # Q2: open at either side
    assert found(dav, user.calendar, "VEVENT", "20270101T000000Z", None) == ["weekly"]
    assert found(dav, user.calendar, "VEVENT", None, "19891231T000000Z") == []
    # Q1: the end is not part of the range, and an event that ends at its start is not in it
    assert found(dav, user.calendar, "VEVENT", "20260601T110000Z", "20260601T120000Z") == []
    assert found(dav, user.calendar, "VEVENT", "20260601T090000Z", "20260601T100000Z") == []


def test_overrides_are_found_where_they_went(user, dav):
    """R10"""
    dav.put(user.calendar + "moved.ics", calendar(
        "BEGIN:VEVENT", "UID:moved", "DTSTAMP:20260101T000000Z", "DTSTART:20260601T100000Z", "RRULE:FREQ=DAILY;COUNT=2", "END:VEVENT",
        "BEGIN:VEVENT", "UID:moved", "DTSTAMP:20260101T000000Z", "RECURRENCE-ID:20260602T100000Z", "DTSTART:20270101T100000Z", "END:VEVENT"))
    assert found(dav, user.calendar, "VEVENT", "20260602T000000Z", "20260603T000000Z") == []
    assert found(dav, user.calendar, "VEVENT", "20270101T000000Z", "20270102T000000Z") == ["moved"]


def test_a_changed_and_a_moved_object_are_found_by_what_they_are_now(user, dav):
    dav.put(user.calendar + "a.ics", event("a"))
    dav.put(user.calendar + "a.ics", event("a", start="DTSTART:20270601T100000Z", end=None))
    assert found(dav, user.calendar, "VEVENT", "20260601T000000Z", "20260602T000000Z") == []
    other = user.calendars + "moved-to/"
    dav.make_calendar(other)
    assert dav.request("MOVE", user.calendar + "a.ics", Destination=other + "b.ics").status == 201
    assert found(dav, user.calendar, "VEVENT", "20270601T000000Z", "20270602T000000Z") == []
    assert found(dav, other, "VEVENT", "20270601T000000Z", "20270602T000000Z") == ["b"]
    assert dav.request("COPY", other, Destination=user.calendars + "copied/").status == 201
    assert found(dav, user.calendars + "copied/", "VEVENT", "20270601T000000Z", "20270602T000000Z") == ["b"]
    dav.delete(other + "b.ics")
    assert found(dav, other, "VEVENT", "20270601T000000Z", "20270602T000000Z") == []


def test_tasks_by_all_rows_of_the_table(user, dav):
    """Q5, RFC 4791 §9.9"""
    rows = {"start-duration": ("DTSTART:20260601T100000Z", "DURATION:PT1H"), "start-due": ("DTSTART:20260601T100000Z", "DUE:20260601T110000Z"),
            "start": ("DTSTART:20260601T100000Z",), "due": ("DUE:20260601T100000Z",),
            "created-completed": ("CREATED:20260601T100000Z", "COMPLETED:20260601T110000Z"), "completed": ("COMPLETED:20260601T100000Z",),
            "created": ("CREATED:20260601T100000Z",), "nothing": ()}
    tasks = user.calendars + "todo/"
    dav.make_calendar(tasks, "VTODO")
    for uid, lines in rows.items():
        assert dav.put(tasks + uid + ".ics", task(uid, "T", *lines)).status == 201
    assert found(dav, tasks, "VTODO", "20260601T000000Z", "20260602T000000Z") == sorted(rows)
    assert found(dav, tasks, "VTODO", "20260701T000000Z", "20260702T000000Z") == ["created", "nothing"]
    assert found(dav, tasks, "VTODO", "20260501T000000Z", "20260502T000000Z") == ["nothing"]


def test_a_range_of_no_component_finds_things_of_any_kind(user, dav):
    """As clients ask that do not say what they look for; RFC 4791 §9.9 has no rule for a calendar as a whole"""
    path = user.calendars + "any/"
    dav.make_calendar(path)
    for uid, body in {
            "event": event("event"), "weekly": event("weekly", "W", "RRULE:FREQ=WEEKLY", start="DTSTART:20250602T100000Z", end=None),
            "note": journal("note", "N", "DTSTART;VALUE=DATE:20260601"), "late": event("late", start="DTSTART:20260603T100000Z", end=None),
            "todo": task("todo")}.items():
        assert dav.put(f"{path}{uid}.ics", body).status == 201

    def ask(inner):
        body = document("C:calendar-query", f"<D:prop><D:getetag/></D:prop><C:filter><C:comp-filter name='VCALENDAR'>{inner}"
                        "</C:comp-filter></C:filter>")
        return sorted(p.rsplit("/", 1)[1][:-4] for p in dav.report(path, body, 1).multistatus().paths())

    day = within("20260601T000000Z", "20260602T000000Z")
    assert ask(day) == ["event", "note", "todo", "weekly"]
    assert ask(day + "<C:comp-filter name='VEVENT'/>") == ["event", "weekly"]
    other = within("20260601T103000Z", "20260604T000000Z")
    assert ask(day + f"<C:comp-filter name='VEVENT'>{other}</C:comp-filter>") == ["event"]
    assert ask(within("20300101T000000Z", "20300102T000000Z")) == ["todo"]


def test_journals_and_days(user, dav):
    """Q6, T13"""
    dav.put(user.calendar + "day.ics", journal("day", "N", "DTSTART;VALUE=DATE:20260601"))
    dav.put(user.calendar + "never.ics", journal("never"))
    assert found(dav, user.calendar, "VJOURNAL", "20260601T000000Z", "20260602T000000Z") == ["day"]
    assert found(dav, user.calendar, "VJOURNAL", "20260602T000000Z", "20260603T000000Z") == []


def test_floating_times_are_in_the_zone_of_the_query_then_of_the_calendar(user, dav):
    """T5, RFC 4791 §7.3"""
    dav.put(user.calendar + "f.ics", event("f", start="DTSTART:20260601T003000", end="DTEND:20260601T013000"))
    day = ("20260601T000000Z", "20260601T010000Z")
    assert found(dav, user.calendar, "VEVENT", *day) == ["f"]
    tokyo = "<C:timezone-id>Asia/Tokyo</C:timezone-id>"
    assert found(dav, user.calendar, "VEVENT", *day, rest=tokyo) == []
    assert found(dav, user.calendar, "VEVENT", "20260531T150000Z", "20260531T160000Z", rest=tokyo) == ["f"]
    berlin = f"<C:timezone>{calendar(BERLIN)}</C:timezone>"
    assert found(dav, user.calendar, "VEVENT", "20260531T220000Z", "20260531T233000Z", rest=berlin) == ["f"]
    assert dav.set_property(user.calendar, "<C:calendar-timezone-id>Asia/Tokyo</C:calendar-timezone-id>").status == 207
    assert found(dav, user.calendar, "VEVENT", *day) == []
    row = dav.propfind(user.calendar, "C:calendar-timezone", "C:calendar-timezone-id").multistatus().only()
    assert "TZID:Asia/Tokyo" in row.text("C:calendar-timezone") and row.text("C:calendar-timezone-id") == "Asia/Tokyo"
    # RFC 7809 §5.2: "Its value MUST match the value of the TZID", whatever that is.
    own = calendar(BERLIN.replace("Europe/Berlin", "W. Europe Standard Time"))
    assert dav.set_property(user.calendar, f"<C:calendar-timezone>{own}</C:calendar-timezone>").status == 207
    row = dav.propfind(user.calendar, "C:calendar-timezone-id").multistatus().only()
    assert row.text("C:calendar-timezone-id") == "W. Europe Standard Time"
    assert dav.set_property(user.calendar, "<C:calendar-timezone-id>Asia/Tokyo</C:calendar-timezone-id>").status == 207
    refused = query(dav, user.calendar, "VEVENT", within(*day), rest="<C:timezone-id>Mars/Olympus</C:timezone-id>")
    assert refused.status == 403 and refused.error("C:valid-timezone") is not None
    assert dav.set_property(user.calendar, "<C:calendar-timezone-id>Mars/Olympus</C:calendar-timezone-id>").multistatus().only().props(403)


@pytest.mark.parametrize("bad", [within("20260601T000000", None), within("20260602T000000Z", "20260601T000000Z"), within(None, None), within("20260601", None)])
def test_a_range_that_is_none(user, dav, bad):
    """Q3, Q4"""
    response = query(dav, user.calendar, "VEVENT", bad)
    assert response.status == 403 and response.error("C:valid-filter") is not None


def test_properties_and_parameters_of_one_component(user, dav):
    """Q8, Q10 to Q12, Q14"""
    dav.put(user.calendar + "a.ics", event("a", "Ärger und Über\\, mehr", "ATTENDEE;PARTSTAT=DECLINED:mailto:x@example.org", "CATEGORIES:Work,Büro",
                                           "BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT1H", "REPEAT:2", "DURATION:PT10M", "END:VALARM"))
    dav.put(user.calendar + "b.ics", event("b", "Other"))

    def by(inner):
        return sorted(p[-5] for p in query(dav, user.calendar, "VEVENT", inner).multistatus().paths())

    def text(property_name, text, attributes=""):
        return f"<C:prop-filter name='{property_name}'><C:text-match {attributes}>{text}</C:text-match></C:prop-filter>"
    assert by(text("SUMMARY", "über, mehr", "collation='i;unicode-casemap'")) == ["a"]
    assert by(text("SUMMARY", "über, mehr", "collation='i;ascii-casemap'")) == []
    assert by(text("SUMMARY", "Über", "collation='i;octet'")) == ["a"]
    assert by(text("SUMMARY", "other")) == ["b"]
    assert by(text("SUMMARY", "other", "negate-condition='yes'")) == ["a"]
    assert by(text("LOCATION", "x", "negate-condition='yes'")) == []
    assert by(text("CATEGORIES", "büro", "collation='i;unicode-casemap'")) == ["a"]
    assert by("<C:prop-filter name='ATTENDEE'><C:is-not-defined/></C:prop-filter>") == ["b"]
    assert by("<C:prop-filter name='ATTENDEE'><C:param-filter name='PARTSTAT'><C:text-match>declined</C:text-match></C:param-filter></C:prop-filter>") == ["a"]
    assert by("<C:prop-filter name='ATTENDEE'><C:param-filter name='ROLE'><C:is-not-defined/></C:param-filter></C:prop-filter>") == ["a"]
    assert by("<C:comp-filter name='VALARM'><C:is-not-defined/></C:comp-filter>") == ["b"]
    alarm = "<C:comp-filter name='VALARM'>%s</C:comp-filter>"
    assert by(alarm % within("20260601T085500Z", "20260601T090500Z")) == ["a"]
    assert by(alarm % within("20260601T091500Z", "20260601T092500Z")) == ["a"], "the second repetition"
    assert by(alarm % within("20260601T093000Z", "20260601T100000Z")) == []
    assert by("<C:prop-filter name='DTSTAMP'>" + within("20251231T000000Z", "20260102T000000Z") + "</C:prop-filter>") == ["a", "b"]
    unknown = query(dav, user.calendar, "VEVENT", text("SUMMARY", "x", "collation='i;klingon'"))
    assert unknown.status == 403 and unknown.error("C:supported-collation") is not None


def data(row):
    return row.text("C:calendar-data").replace("\r\n", "\n")


def test_expand(user, dav):
    """R19, RFC 4791 §9.6.5"""
    dav.put(user.calendar + "e.ics", calendar(
        BERLIN, "BEGIN:VEVENT", "UID:e", "DTSTAMP:20260101T000000Z", "DTSTART;TZID=Europe/Berlin:20260328T090000",
        "DTEND;TZID=Europe/Berlin:20260328T100000", "RRULE:FREQ=DAILY", "SUMMARY:daily", "END:VEVENT",
        "BEGIN:VEVENT", "UID:e", "DTSTAMP:20260101T000000Z", "RECURRENCE-ID;TZID=Europe/Berlin:20260329T090000",
        "DTSTART;TZID=Europe/Berlin:20260329T120000", "SUMMARY:moved", "END:VEVENT"))
    expand = "<C:calendar-data><C:expand start='20260328T000000Z' end='20260331T000000Z'/></C:calendar-data>"
    text = data(query(dav, user.calendar, "VEVENT", within("20260328T000000Z", "20260331T000000Z"), expand).multistatus().only())
    assert text.count("BEGIN:VEVENT") == 3 and "RRULE" not in text and "VTIMEZONE" not in text and "TZID" not in text
    for line in ("DTSTART:20260328T080000Z", "RECURRENCE-ID:20260328T080000Z", "DTSTART:20260329T100000Z", "RECURRENCE-ID:20260329T070000Z",
                 "DTSTART:20260330T070000Z"):
        assert line in text.split("\n")
    # a multiget expands too
    body = document("C:calendar-multiget", f"<D:prop>{expand}</D:prop><D:href>{user.calendar}e.ics</D:href>")
    assert data(dav.report(user.calendar, body, 1).multistatus().only()) == text


def test_an_expansion_that_would_be_too_much_is_told(user, dav):
    """R13, CVE-2025-59045"""
    dav.put(user.calendar + "s.ics", event("s", "S", "RRULE:FREQ=SECONDLY", start="DTSTART:19900101T000000Z", end=None))
    dav.put(user.calendar + "t.ics", event("t"))
    expand = "<C:calendar-data><C:expand start='19900101T000000Z' end='20900101T000000Z'/></C:calendar-data>"
    rows = query(dav, user.calendar, "VEVENT", within("19900101T000000Z", "20900101T000000Z"), expand).multistatus()
    assert rows.row(user.calendar + "s.ics").status == 507
    assert name("D:number-of-matches-within-limits") in rows.row(user.calendar + "s.ics").errors
    assert "UID:t" in data(rows.row(user.calendar + "t.ics"))


def test_limited_recurrences_and_parts(user, dav):
    """R20, R21"""
    override = ("BEGIN:VEVENT", "UID:l", "DTSTAMP:20260101T000000Z", "RECURRENCE-ID:2026060%dT100000Z", "DTSTART:2026060%dT120000Z", "SUMMARY:over%d", "END:VEVENT")
    dav.put(user.calendar + "l.ics", calendar(
        "BEGIN:VEVENT", "UID:l", "DTSTAMP:20260101T000000Z", "DTSTART:20260601T100000Z", "RRULE:FREQ=DAILY;COUNT=9", "SUMMARY;LANGUAGE=en:master", "END:VEVENT",
        *[line % ((n,) * line.count("%d")) for n in (2, 5) for line in override]))
    limited = "<C:calendar-data><C:limit-recurrence-set start='20260605T000000Z' end='20260606T000000Z'/></C:calendar-data>"
    text = data(query(dav, user.calendar, "VEVENT", within("20260605T000000Z", "20260606T000000Z"), limited).multistatus().only())
    assert "master" in text and "over5" in text and "over2" not in text
    part = ("<C:calendar-data><C:comp name='VCALENDAR'><C:prop name='VERSION'/><C:comp name='VEVENT'><C:prop name='UID'/>"
            "<C:prop name='SUMMARY' novalue='yes'/></C:comp></C:comp></C:calendar-data>")
    text = data(query(dav, user.calendar, "VEVENT", "", part).multistatus().only())
    assert text.startswith("BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nUID:l\nSUMMARY;LANGUAGE=en:\nEND:VEVENT\n") and "DTSTART" not in text


def busy(dav, path, start, end, depth=1):
    body = document("C:free-busy-query", within(start, end))
    response = dav.report(path, body, depth)
    assert response.status == 200, response
    assert response.header("Content-Type").startswith("text/calendar")
    return [line[8:] for line in response.text.replace("\r\n ", "").split("\r\n") if line.startswith("FREEBUSY")]


def test_free_busy(user, dav):
    """F1 to F3, F10"""
    dav.put(user.calendar + "a.ics", event("a"))
    dav.put(user.calendar + "b.ics", event("b", start="DTSTART:20260601T103000Z", end="DTEND:20260601T120000Z"))
    dav.put(user.calendar + "free.ics", event("free", "F", "TRANSP:TRANSPARENT", start="DTSTART:20260601T130000Z", end="DTEND:20260601T140000Z"))
    dav.put(user.calendar + "off.ics", event("off", "O", "STATUS:CANCELLED", start="DTSTART:20260601T130000Z", end="DTEND:20260601T140000Z"))
    dav.put(user.calendar + "maybe.ics", event("maybe", "M", "STATUS:TENTATIVE", "CLASS:PRIVATE", start="DTSTART:20260601T150000Z", end="DTEND:20260601T160000Z"))
    dav.put(user.calendar + "daily.ics", event("daily", "D", "RRULE:FREQ=DAILY", start="DTSTART:20000101T200000Z", end="DTEND:20000101T210000Z"))
    dav.put(user.calendar + "zero.ics", event("zero", start="DTSTART:20260601T170000Z", end=None))
    assert busy(dav, user.calendar, "20260601T000000Z", "20260602T000000Z") == [
        ":20260601T100000Z/20260601T120000Z", ";FBTYPE=BUSY-TENTATIVE:20260601T150000Z/20260601T160000Z", ":20260601T200000Z/20260601T210000Z"]
    # clipped to the range
    assert busy(dav, user.calendar, "20260601T110000Z", "20260601T113000Z") == [":20260601T110000Z/20260601T113000Z"]
    # a home, without what does not take its owner's time (F6)
    other = user.calendars + "transparent/"
    dav.make_calendar(other, properties="<C:schedule-calendar-transp><C:transparent/></C:schedule-calendar-transp>")
    dav.put(other + "x.ics", event("x", start="DTSTART:20260601T050000Z", end="DTEND:20260601T060000Z"))
    assert len(busy(dav, user.calendars, "20260601T000000Z", "20260602T000000Z", depth="infinity")) == 3
    assert busy(dav, other, "20260601T000000Z", "20260602T000000Z") == [":20260601T050000Z/20260601T060000Z"]


def test_free_busy_of_a_day_is_in_the_calendar_s_zone(user, dav):
    """F5"""
    dav.put(user.calendar + "d.ics", event("d", start="DTSTART;VALUE=DATE:20260601", end=None))
    assert busy(dav, user.calendar, "20260531T000000Z", "20260603T000000Z") == [":20260601T000000Z/20260602T000000Z"]
    dav.set_property(user.calendar, "<C:calendar-timezone-id>Europe/Berlin</C:calendar-timezone-id>")
    assert busy(dav, user.calendar, "20260531T000000Z", "20260603T000000Z") == [":20260531T220000Z/20260601T220000Z"]


def test_availability_is_busy_outside_its_hours(user, dav):
    """F7, RFC 7953 §5"""
    dav.put(user.calendar + "v.ics", calendar(
        "BEGIN:VAVAILABILITY", "UID:v", "DTSTAMP:20260101T000000Z", "DTSTART:20260601T000000Z", "DTEND:20260602T000000Z",
        "BEGIN:AVAILABLE", "UID:h", "DTSTAMP:20260101T000000Z", "DTSTART:20260601T090000Z", "DTEND:20260601T170000Z", "END:AVAILABLE", "END:VAVAILABILITY"))
    assert busy(dav, user.calendar, "20260601T000000Z", "20260602T000000Z") == [
        ";FBTYPE=BUSY-UNAVAILABLE:20260601T000000Z/20260601T090000Z", ";FBTYPE=BUSY-UNAVAILABLE:20260601T170000Z/20260602T000000Z"]


def test_reports_at_each_depth(user, dav):
    dav.put(user.calendar + "a.ics", event("a"))
    dav.put(user.calendar + "b.ics", event("b", start="DTSTART:20270601T100000Z", end=None))
    day = within("20260601T000000Z", "20260602T000000Z")
    assert query(dav, user.calendars, "VEVENT", day, depth=1).multistatus().paths() == []
    assert query(dav, user.calendars, "VEVENT", day, depth="infinity").multistatus().paths() == [user.calendar + "a.ics"]
    assert query(dav, user.calendar + "a.ics", "VEVENT", day, depth=0).multistatus().paths() == [user.calendar + "a.ics"]
    assert query(dav, user.calendar + "b.ics", "VEVENT", day, depth=0).multistatus().paths() == []


def test_a_limit_is_told(user, dav):
    for n in range(5):
        dav.put(user.calendar + f"{n}.ics", event(str(n)))
    rows = query(dav, user.calendar, "VEVENT", within("20260601T000000Z", None), rest="<D:limit><D:nresults>3</D:nresults></D:limit>").multistatus()
    assert len(rows) == 4 and rows.row(user.calendar).status == 507
    exact = query(dav, user.calendar, "VEVENT", within("20260601T000000Z", None), rest="<D:limit><D:nresults>5</D:nresults></D:limit>").multistatus()
    assert len(exact) == 5


def test_random_events_against_a_plain_model(user, dav):
    """What the index finds is what a walk over all instances finds."""
    source = random.Random(7)
    epoch = datetime(2026, 1, 1, tzinfo=timezone.utc)
    instances = {}
    for n in range(60):
        start = epoch + timedelta(minutes=source.randrange(0, 60 * 24 * 60))
        length = timedelta(minutes=source.choice([0, 30, 90, 1440, 4000]))
        every, count = source.choice([(0, 1), (1, 5), (7, 30), (3, 12)])
        rule = [f"RRULE:FREQ=DAILY;INTERVAL={every};COUNT={count}"] if every else []
        dav.put(user.calendar + f"{n}.ics", event(str(n), "R", *rule, start=f"DTSTART:{start:%Y%m%dT%H%M%SZ}", end=f"DTEND:{start + length:%Y%m%dT%H%M%SZ}"))
        instances[str(n)] = [(start + timedelta(days=every * i), start + timedelta(days=every * i) + length) for i in range(count)]
    for _ in range(40):
        lower = epoch + timedelta(minutes=source.randrange(-2000, 60 * 24 * 100))
        upper = lower + timedelta(minutes=source.choice([1, 60, 1440, 10080]))
        wanted = sorted(uid for uid, all_of_it in instances.items() if any(
            a < upper and (b > lower or a == b and a >= lower) for a, b in all_of_it))
        assert found(dav, user.calendar, "VEVENT", f"{lower:%Y%m%dT%H%M%SZ}", f"{upper:%Y%m%dT%H%M%SZ}") == wanted


def test_rules_by_other_calendars(user, dav):
    """R5, RFC 7529"""
    scales = dav.propfind(user.calendar, "C:supported-rscale-set").multistatus().only().prop("C:supported-rscale-set")
    assert {"GREGORIAN", "CHINESE", "HEBREW", "ETHIOPIC"} <= {e.text for e in scales}
    new_year = "RRULE:RSCALE=CHINESE;FREQ=YEARLY"
    assert dav.put(user.calendar + "c.ics", event("c", "New year", new_year, start="DTSTART;VALUE=DATE:20130210", end=None)).status == 201
    for day in ("20140131", "20150219", "20260217"):
        assert found(dav, user.calendar, "VEVENT", day + "T000000Z", day + "T235959Z") == ["c"]
    refused = dav.put(user.calendar + "k.ics", event("k", "K", "RRULE:RSCALE=KLINGON;FREQ=YEARLY"))
    assert refused.status == 403 and refused.error("C:supported-rscale") is not None


def test_an_object_that_becomes_another_kind_is_found_as_that_only(user, dav):
    calendar_of_both = user.calendars + "both/"
    dav.make_calendar(calendar_of_both)
    assert dav.put(calendar_of_both + "a.ics", event("a")).status == 201
    assert dav.put(calendar_of_both + "a.ics", journal("a")).status == 204
    assert found(dav, calendar_of_both, "VEVENT", "20260601T000000Z", "20260602T000000Z") == []
    assert busy(dav, calendar_of_both, "20260601T000000Z", "20260602T000000Z") == []


def test_a_limit_holds_where_everything_is_asked_for(user, dav):
    for n in range(4):
        dav.put(user.calendar + f"{n}.ics", event(str(n)))
    body = document("C:calendar-query", prop("D:getetag") + "<C:filter><C:comp-filter name='VCALENDAR'/></C:filter>"
                    "<D:limit><D:nresults>2</D:nresults></D:limit>")
    rows = dav.report(user.calendar, body, 1).multistatus()
    assert len(rows) == 3 and rows.row(user.calendar).status == 507


def test_one_object_that_cannot_be_told_does_not_hide_the_others(user, dav):
    """R10, R13: the rule never meets, and cannot be seen not to"""
    dav.put(user.calendar + "a.ics", event("a", "A", "RRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30;BYHOUR=1;BYSETPOS=3", start="DTSTART:19900101T000000Z", end=None))
    dav.put(user.calendar + "b.ics", event("b"))
    names = [p.rsplit("/", 1)[1] for p in query(dav, user.calendar, "VEVENT", within("20260601T000000Z", "20260602T000000Z")).multistatus().paths()]
    assert "b.ics" in names
    assert ":20260601T100000Z/20260601T110000Z" in busy(dav, user.calendar, "20260601T000000Z", "20260602T000000Z") or busy(
        dav, user.calendar, "20260601T000000Z", "20260602T000000Z")
