"""multiget and the queries by component (Q15 to Q19), as far as they go without time ranges."""
import pytest

from dav import document, name, prop
from objects import card, event, journal, task


def test_multiget_rows(user, dav):
    """Q17"""
    dav.make_calendar(user.calendars + "second/")
    dav.put(user.calendar + "a.ics", event("a")), dav.put(user.calendar + "B.ics", event("b")), dav.put(user.calendars + "second/c.ics", event("c"))
    hrefs = [user.calendar + "a.ics", user.calendar + "none.ics", user.calendar + "a.ics", user.calendars + "second/c.ics", user.calendar + "b.ics",
             dav.url + user.calendar + "B.ics", user.calendar, "/elsewhere", "http://example.com/x", "%zz", ""]
    rows = dav.multiget(user.calendar, hrefs).multistatus()
    found = {r.path for r in rows if r.status is None and r.status_of("C:calendar-data") == 200}
    assert found >= {user.calendar + "a.ics", user.calendar + "B.ics"}
    assert rows.row(user.calendar + "none.ics").status == 404 and rows.row(user.calendar + "b.ics").status == 404
    outside = [r for r in rows if r.path == user.calendars + "second/c.ics"]
    assert len(outside) == 1 and (outside[0].status in (403, 404) or outside[0].text("C:calendar-data"))


def test_multiget_of_one_object_on_itself(user, dav):
    """RFC 4791 §7.9: the report runs on an object as well"""
    dav.put(user.calendar + "a.ics", event("a"))
    assert dav.multiget(user.calendar + "a.ics", [user.calendar + "a.ics"], depth=0).multistatus().only().text("C:calendar-data")


def test_multiget_of_5000(user, dav):
    dav.put(user.calendar + "a.ics", event("a"))
    response = dav.multiget(user.calendar, [user.calendar + f"{n}.ics" for n in range(4999)] + [user.calendar + "a.ics"])
    rows = response.multistatus()
    assert len(rows) == 5000 and rows.row(user.calendar + "a.ics").text("C:calendar-data")


def test_multiget_without_hrefs(user, dav):
    """RFC 4791 §9.10: it has one at least"""
    response = dav.report(user.calendar, document("C:calendar-multiget", prop("D:getetag")), 1)
    assert response.status == 400


@pytest.mark.parametrize("kind", ["calendar-multiget", "addressbook-multiget", "calendar-query", "addressbook-query"])
def test_reports_on_the_wrong_kind_of_collection(user, dav, kind):
    """RFC 3253 §3.6: what is not in the collection's supported-report-set is refused"""
    ask = {"calendar-multiget": lambda: dav.multiget(user.book, [user.book + "x"]),
           "addressbook-multiget": lambda: dav.card_multiget(user.calendar, [user.calendar + "x"]),
           "calendar-query": lambda: dav.calendar_query(user.book, "VEVENT"),
           "addressbook-query": lambda: dav.report(user.calendar, document("A:addressbook-query", prop("D:getetag") + "<A:filter/>"), 1)}
    response = ask[kind]()
    assert response.status == 403
    response.error("D:supported-report")


def test_query_by_component(user, dav):
    path = user.calendars + "mixed/"
    dav.make_calendar(path)
    dav.put(path + "e.ics", event("e")), dav.put(path + "t.ics", task("t")), dav.put(path + "j.ics", journal("j"))
    for component, wanted in (("VEVENT", "e"), ("VTODO", "t"), ("VJOURNAL", "j")):
        rows = dav.calendar_query(path, component, "D:getetag", "C:calendar-data").multistatus()
        assert rows.paths() == [f"{path}{wanted}.ics"]
        assert f"BEGIN:{component}" in rows.only().text("C:calendar-data")
    for component in ("VFREEBUSY", "VAVAILABILITY", "X-NONSENSE"):
        assert dav.calendar_query(path, component).multistatus().paths() == []
    body = document("C:calendar-query", prop("D:getetag") + '<C:filter><C:comp-filter name="VCALENDAR"/></C:filter>')
    assert len(dav.report(path, body, 1).multistatus()) == 3


def test_an_empty_answer_is_207(user, dav):
    """Q18"""
    response = dav.calendar_query(user.calendar, "VEVENT")
    assert response.status == 207 and response.multistatus().rows == []


def test_a_query_without_a_filter_is_refused_for_calendars(user, dav):
    """RFC 4791 §7.8: the filter is required"""
    response = dav.report(user.calendar, document("C:calendar-query", prop("D:getetag")), 1)
    assert response.status == 403
    response.error("C:valid-filter")


@pytest.mark.parametrize("filters", ["<C:filter/>", '<C:filter><C:comp-filter name="VEVENT"/></C:filter>', "<C:filter><C:comp-filter/></C:filter>"])
def test_filters_that_are_none(user, dav, filters):
    """Q15; RFC 4791 §9.7: one comp-filter, and §9.7.1: it has a name; what is outermost is a VCALENDAR"""
    response = dav.report(user.calendar, document("C:calendar-query", prop("D:getetag") + filters), 1)
    assert response.status == 403
    response.error("C:valid-filter")


def test_calendar_data_of_another_version(user, dav):
    """Q16"""
    dav.put(user.calendar + "a.ics", event("a"))
    body = document("C:calendar-query", '<D:prop><C:calendar-data content-type="text/calendar" version="1.0"/></D:prop>'
                    '<C:filter><C:comp-filter name="VCALENDAR"/></C:filter>')
    response = dav.report(user.calendar, body, 1)
    assert response.status == 403
    response.error("C:supported-calendar-data")


def test_address_queries_for_all(user, dav):
    """Q19: no filter, an empty filter, a limit"""
    for n in range(5):
        dav.put_card(user.book + f"{n}.vcf", card(f"q-{n}"))
    for filters in ("", "<A:filter/>"):
        rows = dav.report(user.book, document("A:addressbook-query", prop("D:getetag", "A:address-data") + filters), 1).multistatus()
        assert len(rows) == 5 and all(r.text("A:address-data") for r in rows)
    body = document("A:addressbook-query", prop("D:getetag") + "<A:filter/><A:limit><A:nresults>2</A:nresults></A:limit>")
    rows = dav.report(user.book, body, 1).multistatus()
    assert len([r for r in rows if r.status is None]) == 2
    more = [r for r in rows if r.status == 507]
    assert [r.path for r in more] == [user.book]
    assert name("D:number-of-matches-within-limits") in more[0].errors


def test_one_bad_object_never_breaks_an_answer(user, dav):
    """Things that may be stored and are hard to read again"""
    hard = [event("h0", "x", "RRULE:FREQ=SECONDLY;BYMONTH=13"), event("h1", "x", "RRULE:nonsense"), event("h2", "x", "EXDATE:yesterday"),
            event("h3", start="DTSTART:not a date", end=None), event("h4", start="DTSTART;TZID=Nowhere/Atall:20260601T100000", end="DURATION:PT"),
            event("h5", "x", "ATTENDEE:", "ORGANIZER:invalid:nomail"), event("h6", "x", "RRULE:FREQ=DAILY;COUNT=0")]
    stored = [n for n, body in enumerate(hard) if dav.put(user.calendar + f"h{n}.ics", body).status == 201]
    dav.put(user.calendar + "good.ics", event("good"))
    for rows in (dav.calendar_query(user.calendar, "VEVENT", "D:getetag", "C:calendar-data").multistatus(),
                 dav.sync(user.calendar, "", "D:getetag", "C:calendar-data").multistatus(),
                 dav.multiget(user.calendar, [user.calendar + f"h{n}.ics" for n in stored] + [user.calendar + "good.ics"]).multistatus()):
        members = [r for r in rows if r.path != user.calendar]
        assert len(members) == len(stored) + 1
        assert rows.row(user.calendar + "good.ics").text("C:calendar-data") == event("good")
