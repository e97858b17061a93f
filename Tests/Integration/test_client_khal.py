"""khal, the calendar of the command line, over vdirsyncer and TLS: what it makes, changes and deletes is on the server, and what others
do there it lists."""
import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

from objects import BERLIN, calendar, event

VDIRSYNCER = pathlib.Path(sys.executable).parent / "vdirsyncer"

pytestmark = pytest.mark.skipif(not shutil.which("khal"), reason="khal is not installed")


class Khal:
    """A home folder with khal on the calendars that vdirsyncer keeps."""

    def __init__(self, home, user):
        self.home, self.items = home, home / "calendars"
        self.items.mkdir(parents=True)
        (home / "vdirsyncer").write_text(f"""[general]
status_path = "{home}/status"
[pair p]
a = "local"
b = "remote"
collections = ["from a", "from b"]
metadata = ["displayname", "color"]
[storage local]
type = "filesystem"
path = "{self.items}"
fileext = ".ics"
[storage remote]
type = "caldav"
url = "{user.server.tls_url}/"
username = "{user.address}"
password = "{user.password}"
verify = "{user.server.certificate}"
""")
        (home / "khal.conf").write_text(f"""[calendars]
[[all]]
path = {self.items}/*
type = discover
[default]
default_calendar = Calendar
[locale]
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
local_timezone = Europe/Berlin
default_timezone = Europe/Berlin
[sqlite]
path = {home}/khal.db
""")
        self.discover()

    def run(self, *command, input="y\n" * 9):
        done = subprocess.run(command, input=input, text=True, capture_output=True, timeout=120,
                              env={**os.environ, "HOME": str(self.home), "TZ": "Europe/Berlin", "LC_ALL": "C.UTF-8"})
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def discover(self):
        """Finds the collections of both sides, and makes those that one of them lacks."""
        for command in ("discover", "sync", "metasync"):
            self.run(VDIRSYNCER, "-c", self.home / "vdirsyncer", command)

    def sync(self):
        self.run(VDIRSYNCER, "-c", self.home / "vdirsyncer", "sync")

    def __call__(self, *arguments, input=""):
        return self.run("khal", "-c", self.home / "khal.conf", *arguments, input=input)

    def list(self, start, end):
        """The lines of a span of days, each `DATE|START-END|TITLE`."""
        lines, day = [], None
        for line in self("list", "--day-format", "{date}", "--format", "|{start-time}-{end-time}|{title}", start, end).splitlines():
            if line.startswith("|"):
                lines.append(day + line)
            else:
                day = line
        return lines


@pytest.fixture(scope="module")
def user(server):
    return server.new_user()


@pytest.fixture(scope="module")
def khal(user, tmp_path_factory):
    """One for all tests, as a vdirsyncer takes seconds to find its collections; each test has days of its own."""
    khal = Khal(tmp_path_factory.mktemp("khal"), user)
    khal("new", "2026-01-01", "It stays")  # vdirsyncer refuses to empty a calendar
    khal.sync()
    return khal


def objects(dav, collection):
    """{path: unfolded text} of what the server has."""
    texts = {path: re.sub(r"\r?\n[ \t]", "", dav.get(path).text).replace("\r", "") for path in dav.children(collection)}
    return {path: text for path, text in texts.items() if "SUMMARY:It stays\n" not in text}


def test_an_event_made_edited_and_deleted_by_khal(user, dav, khal):
    khal("new", "2026-06-01", "10:00", "11:30", "Breakfast with Änne", "::", "Coffee; cake, and more", "--location", "Café")
    khal.sync()
    (path, text), = objects(dav, user.calendar).items()
    assert "SUMMARY:Breakfast with Änne\n" in text and "LOCATION:Café\n" in text
    assert re.search("\nDTSTART;TZID=Europe/Berlin(;VALUE=DATE-TIME)?:20260601T100000\n", text) and "BEGIN:VTIMEZONE" in text

    etag = dav.etag_of(path)
    khal("edit", "--show-past", "Breakfast", input="s\nBrunch\nn\nq\n")
    khal.sync()
    (changed, text), = objects(dav, user.calendar).items()
    assert changed == path and dav.etag_of(path) != etag
    assert "SUMMARY:Brunch\n" in text and "DESCRIPTION:Coffee\\; cake\\, and more\n" in text

    khal("edit", "--show-past", "Brunch", input="D\ny\n")
    khal.sync()
    assert objects(dav, user.calendar) == {}


def test_what_another_client_does_is_seen_after_a_sync(user, dav, khal):
    path = user.calendar + "theirs.ics"
    span = "2026-06-10", "2026-06-11"
    times = {"start": "DTSTART:20260610T100000Z", "end": "DTEND:20260610T110000Z"}
    assert dav.put(path, event("theirs", "By another", **times)).status == 201
    khal.sync()
    assert khal.list(*span) == ["2026-06-10|12:00-13:00|By another"]
    assert dav.put(path, event("theirs", "Moved", start="DTSTART:20260610T140000Z", end="DTEND:20260610T150000Z")).status == 204
    khal.sync()
    assert khal.list(*span) == ["2026-06-10|16:00-17:00|Moved"]
    assert dav.delete(path).status == 204
    khal.sync()
    assert khal.list(*span) == []


def test_events_of_whole_days_and_of_rules_are_listed_on_their_days(user, dav, khal):
    dav.put(user.calendar + "days.ics", event("days", "Fair", start="DTSTART;VALUE=DATE:20260903", end="DTEND;VALUE=DATE:20260905"))
    dav.put(user.calendar + "series.ics", calendar(
        BERLIN, "BEGIN:VEVENT", "UID:series", "DTSTAMP:20260101T000000Z", "DTSTART;TZID=Europe/Berlin:20261019T090000",
        "DTEND;TZID=Europe/Berlin:20261019T093000", "RRULE:FREQ=WEEKLY;COUNT=4", "EXDATE;TZID=Europe/Berlin:20261102T090000",
        "SUMMARY:Weekly", "END:VEVENT",
        "BEGIN:VEVENT", "UID:series", "DTSTAMP:20260101T000000Z", "RECURRENCE-ID;TZID=Europe/Berlin:20261109T090000",
        "DTSTART;TZID=Europe/Berlin:20261109T150000", "DTEND;TZID=Europe/Berlin:20261109T153000", "SUMMARY:Weekly\\, later", "END:VEVENT"))
    khal.sync()
    assert khal.list("2026-09-01", "2026-11-30") == [  # the 26th is after the change to winter time
        "2026-09-03|-|Fair", "2026-09-04|-|Fair",
        "2026-10-19|09:00-09:30|Weekly", "2026-10-26|09:00-09:30|Weekly", "2026-11-09|15:00-15:30|Weekly, later"]


def test_names_colours_and_series_come_to_a_second_khal(user, dav, khal, tmp_path):
    """And a folder made beside the others becomes a calendar of the server, with the file that is imported there."""
    assert dav.set_property(user.tasks, "<D:displayname>Things to do</D:displayname><I:calendar-color>#2952A3FF</I:calendar-color>"
                            ).multistatus().only().propstats[0][0] == 200
    (khal.items / "imported").mkdir()
    source = tmp_path / "source.ics"
    source.write_text(event("import-1", "Imported", start="DTSTART:20260702T080000Z", end="DTEND:20260702T090000Z"))
    khal("import", "--batch", "-a", "imported", str(source))
    khal("new", "2026-07-06", "18:00", "19:00", "Choir", "--repeat", "weekly", "--until", "2026-07-28", "--alarms", "15m")
    khal("new", "2026-07-08", "Holiday")
    khal.discover()
    texts = objects(dav, user.calendar).values()
    assert sum("RRULE:FREQ=WEEKLY" in text and "BEGIN:VALARM" in text for text in texts) == 1
    assert sum("DTSTART;VALUE=DATE:20260708" in text for text in texts) == 1
    (_, text), = objects(dav, user.calendars + "imported/").items()
    assert "UID:import-1\n" in text and "SUMMARY:Imported\n" in text

    second = Khal(tmp_path / "second", user)
    assert {"Calendar", "Things to do", "imported"} <= {line.strip() for line in second("printcalendars").splitlines()}
    assert (second.items / "tasks/color").read_text().upper().startswith("#2952A3")
    assert second.list("2026-07-01", "2026-07-31") == [
        "2026-07-02|10:00-11:00|Imported", "2026-07-06|18:00-19:00|Choir", "2026-07-08|-|Holiday", "2026-07-13|18:00-19:00|Choir",
        "2026-07-20|18:00-19:00|Choir", "2026-07-27|18:00-19:00|Choir"]
