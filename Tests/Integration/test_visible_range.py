"""A calendar's visible range: what is read is bounded in days before and after today, what is stored is not."""
import datetime
import json

import pytest

from dav import document, prop
from objects import event

RANGE = "{urn:tegu:dav}visible-range"


def day(offset):
    """The day that is so many days from today, as iCalendar has it."""
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=offset)).strftime("%Y%m%d")


def at(uid, offset, *more):
    return event(uid, uid, *more, start=f"DTSTART:{day(offset)}T100000Z", end=f"DTEND:{day(offset)}T110000Z")


def visible_range(past=None, future=None):
    sides = ("" if past is None else f"<T:past-days>{past}</T:past-days>") + (
        "" if future is None else f"<T:future-days>{future}</T:future-days>")
    return f'<D:set><D:prop><T:visible-range xmlns:T="urn:tegu:dav">{sides}</T:visible-range></D:prop></D:set>'


def names(paths, calendar):
    return sorted(path.removeprefix(calendar) for path in paths if path != calendar)


def listed(dav, calendar):
    return names(dav.propfind(calendar, "D:getetag", depth=1).multistatus().paths(), calendar)


class Client:
    """One that knows the calendar by its tokens alone."""

    def __init__(self, dav, calendar):
        self.dav, self.calendar, self.token, self.held = dav, calendar, "", set()

    def sync(self, limit=None):
        nresults = f"<D:limit><D:nresults>{limit}</D:nresults></D:limit>" if limit else ""
        while True:
            body = document("D:sync-collection", f"<D:sync-token>{self.token}</D:sync-token><D:sync-level>1</D:sync-level>"
                            + nresults + prop("D:getetag"))
            answer = self.dav.report(self.calendar, body).multistatus()
            is_complete = True
            for row in answer:
                if row.path == self.calendar:
                    is_complete = row.status != 507
                elif row.status == 404:
                    self.held.discard(row.path.removeprefix(self.calendar))
                else:
                    self.held.add(row.path.removeprefix(self.calendar))
            self.token = answer.sync_token
            if is_complete:
                return sorted(self.held)


@pytest.fixture
def calendar(user, dav):
    for name, offset, *more in [("old", -40), ("now", 0), ("soon", 5), ("far", 90), ("weekly", -400, "RRULE:FREQ=WEEKLY"),
                                ("ended", -400, "RRULE:FREQ=WEEKLY;COUNT=20")]:
        assert dav.put(f"{user.calendar}{name}.ics", at(name, offset, *more)).status == 201
    return user.calendar


SHOWN, ALL = ["now.ics", "soon.ics", "weekly.ics"], ["ended.ics", "far.ics", "now.ics", "old.ics", "soon.ics", "weekly.ics"]


@pytest.mark.parametrize("limit", [None, 1, 2])
def test_a_change_of_the_range_reaches_those_who_sync_without_a_new_start(calendar, dav, limit):
    client = Client(dav, calendar)
    assert client.sync(limit) == ALL
    assert dav.proppatch(calendar, visible_range(30, 60)).multistatus().only().propstats[0][0] == 200
    assert client.sync(limit) == listed(dav, calendar) == SHOWN
    dav.proppatch(calendar, visible_range(future=0))
    assert client.sync(limit) == listed(dav, calendar) == ["ended.ics", "now.ics", "old.ics", "weekly.ics"]
    dav.proppatch(calendar, visible_range())
    assert client.sync(limit) == listed(dav, calendar) == ALL


def test_every_way_of_reading_is_bounded_and_writing_is_not(calendar, dav, server):
    dav.proppatch(calendar, visible_range(30, 60))
    assert [dav.get(calendar + name).status for name in ALL] == [200 if name in SHOWN else 404 for name in ALL]
    body = document("C:calendar-multiget", prop("D:getetag") + "".join(f"<D:href>{calendar}{n}</D:href>" for n in ALL))
    rows = dav.report(calendar, body).multistatus()
    assert [row.status == 404 for row in rows] == [name not in SHOWN for name in ALL]
    body = document("C:calendar-query", prop("D:getetag") + '<C:filter><C:comp-filter name="VCALENDAR">'
                    f'<C:comp-filter name="VEVENT"><C:time-range start="{day(-60)}T000000Z" end="{day(120)}T000000Z"/>'
                    '</C:comp-filter></C:comp-filter></C:filter>')
    assert names(dav.report(calendar, body, 1).multistatus().paths(), calendar) == SHOWN
    export = dav.get(calendar).text
    assert [f"UID:{name[:-4]}\r\n" in export for name in ALL] == [name in SHOWN for name in ALL]

    assert dav.put(calendar + "older.ics", at("older", -300)).status == 201
    assert dav.put(calendar + "older.ics", at("older", -300), If_None_Match="*").status == 412
    dav.put(calendar + "b.ics", at("old", 0)).error("C:no-uid-conflict")
    assert dav.delete(calendar + "old.ics").status == 404
    assert listed(dav, calendar) == SHOWN
    # The administrator's commands work on what is stored.
    exported = server.run("export", calendar).out
    assert all(f"UID:{name[:-4]}\r\n" in exported for name in ALL + ["older.ics"])
    server.check()


def test_the_property_is_given_back_and_told_at_the_making(user, dav):
    path = user.calendars + "bounded/"
    assert dav.xml("MKCALENDAR", path, document("C:mkcalendar", visible_range(90, 365))).status == 201
    body = document("D:propfind", '<D:prop><T:visible-range xmlns:T="urn:tegu:dav"/></D:prop>')
    found = dav.xml("PROPFIND", path, body, 0).multistatus().only().props()[RANGE]
    assert [(e.tag, e.text) for e in found] == [("{urn:tegu:dav}past-days", "90"), ("{urn:tegu:dav}future-days", "365")]
    assert dav.proppatch(path, visible_range("many")).multistatus().only().propstats[0][0] == 409


def test_an_administrator_bounds_a_calendar(calendar, user, dav, server):
    def command(*options, check=True):
        return server.run("calendar", "visible-range", user.address, "calendar", *options, check=check)

    client = Client(dav, calendar)
    home = dav.propfind(user.calendars, "D:sync-token").multistatus().only().text("D:sync-token")
    assert client.sync() == ALL
    assert "all of the past and all of the future" in command().out
    assert "30 days of the past and all of the future" in command("--past", "30").out
    assert client.sync() == ["far.ics", *SHOWN]
    assert home != dav.propfind(user.calendars, "D:sync-token").multistatus().only().text("D:sync-token")
    assert "30 days of the past and 1 day of the future" in command("--future", "1").out
    assert client.sync() == ["now.ics", "weekly.ics"]
    assert "all of the past and 1 day of the future" in command("--past", "all").out
    assert "all of the past and all of the future" in command("--future", "all").out
    assert client.sync() == ALL
    for bad in "-1", "x", "1000000":
        assert command(f"--past={bad}", check=False).returncode == 2
    assert command("--past", "3").returncode == 0 and "3 days" in command().out
    objects = [c["objects"] for c in json.loads(server.run("calendar", "list", user.address, "--json").out) if c["name"] == "calendar"]
    assert objects == [len(ALL)]


def test_free_busy_time_ends_where_the_range_does(user, dav):
    """A series is shown whole while an instance of it is in the range; its time is no more than the range has."""
    dav.put(user.calendar + "s.ics", at("s", -400, "RRULE:FREQ=DAILY"))
    assert dav.proppatch(user.calendar, visible_range(past=30, future=30)).status == 207

    def periods(first, last):
        body = document("C:free-busy-query", f"<C:time-range start='{day(first)}T000000Z' end='{day(last)}T000000Z'/>")
        answer = dav.report(user.calendar, body, 1)
        assert answer.status == 200, answer
        return sum(line.startswith("FREEBUSY") for line in answer.text.splitlines())
    assert periods(-200, -190) == 0 and periods(50, 60) == 0
    assert periods(-5, 5) == 10
    assert 30 <= periods(-100, 0) <= 31 and 30 <= periods(1, 100) <= 31
    assert listed(dav, user.calendar) == ["s.ics"]


def instances(text):
    return sorted(line for line in text.splitlines() if line.startswith("RECURRENCE-ID"))


def test_instances_that_are_not_in_the_range_are_in_no_report(user, dav):
    """A series is one object, whole in a GET; where instances are told apart, those of other days are not shown."""
    override = event("s", "Moved", f"RECURRENCE-ID:{day(-200)}T100000Z", start=f"DTSTART:{day(-200)}T150000Z", end=f"DTEND:{day(-200)}T160000Z")
    series = at("s", -400, "RRULE:FREQ=DAILY").replace("END:VCALENDAR", override[override.index("BEGIN:VEVENT"):])
    assert dav.put(user.calendar + "s.ics", series).status == 201
    assert dav.proppatch(user.calendar, visible_range(past=30, future=30)).status == 207

    def query(first, last, form):
        body = document("C:calendar-query", f"<D:prop><C:calendar-data>{form}</C:calendar-data></D:prop>"
                        '<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">'
                        f'<C:time-range start="{day(first)}T000000Z" end="{day(last)}T000000Z"/></C:comp-filter></C:comp-filter></C:filter>')
        return list(dav.report(user.calendar, body, 1).multistatus())

    def ranged(element, first, last):
        return f'<C:{element} start="{day(first)}T000000Z" end="{day(last)}T000000Z"/>'

    assert query(-210, -190, "") == [] and query(40, 50, "") == [], "no instance of these days is shown"
    assert len(query(-5, 5, "")) == 1 and len(query(-100, 100, "")) == 1
    expanded = query(-5, 5, ranged("expand", -5, 5))[0].text("C:calendar-data")
    assert len(instances(expanded)) == 10
    for first, last, count in ((-100, 100, range(60, 62)), (-300, -100, range(1)), (-300, 0, range(30, 32))):
        body = document("C:calendar-multiget", f"<D:prop><C:calendar-data>{ranged('expand', first, last)}</C:calendar-data></D:prop>"
                        f"<D:href>{user.calendar}s.ics</D:href>")
        assert len(instances(dav.report(user.calendar, body).multistatus().only().text("C:calendar-data"))) in count
    limited = query(-5, 5, ranged("limit-recurrence-set", -300, 5))[0].text("C:calendar-data")
    assert "Moved" not in limited and "RRULE" in limited
    assert dav.get(user.calendar + "s.ics").text == series


def test_alarms_of_instances_that_are_not_in_the_range_do_not_go_off(user, dav):
    """A series is shown; what its hidden instances would remind of is not told, and what those in sight remind of is, also on a day before."""
    alarm = ("BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:Soon", "TRIGGER:-P2D", "END:VALARM")
    assert dav.put(user.calendar + "s.ics", at("s", -100, "RRULE:FREQ=DAILY", *alarm)).status == 201

    def found(first, last):
        body = document("C:calendar-query", prop("D:getetag") + '<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">'
                        f'<C:comp-filter name="VALARM"><C:time-range start="{day(first)}T000000Z" end="{day(last)}T000000Z"/></C:comp-filter>'
                        '</C:comp-filter></C:comp-filter></C:filter>')
        return len(dav.report(user.calendar, body, 1).multistatus())

    assert found(-90, -80) == found(100, 110) == 1
    dav.proppatch(user.calendar, visible_range(past=30, future=30))
    assert found(-90, -80) == found(100, 110) == found(-40, -34) == found(30, 40) == 0
    assert found(-32, -31) == found(0, 1) == found(27, 28) == 1
