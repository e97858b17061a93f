"""The index of times and texts: what an older program stored, and what another time zone database moves."""
import contextlib
import os
import pathlib
import re
import shutil
import sqlite3

import pytest

from dav import document, prop
from objects import calendar, event
from tegu import serving, wait_for

ROOT = pathlib.Path(__file__).parents[2]


def in_range(dav, path, start, end, component="VEVENT"):
    """The names of the objects that calendar-query finds in a range of time (RFC 4791 §9.9)."""
    body = document("C:calendar-query", prop("D:getetag") + '<C:filter><C:comp-filter name="VCALENDAR">'
                    f'<C:comp-filter name="{component}"><C:time-range start="{start}" end="{end}"/></C:comp-filter>'
                    '</C:comp-filter></C:filter>')
    return sorted(href.rsplit("/", 1)[-1] for href in dav.report(path, body, 1).multistatus().paths())


@pytest.mark.skipif(os.environ.get("TEST_ENGINE") == "postgres", reason="of the embedded database: upgrades of both are tested by their statements")
def test_what_an_older_program_stored_is_indexed_at_the_start():
    with serving() as server:
        user = server.new_user()
        user.dav().put(user.calendar + "a.ics", event("a"))
        user.dav().put(user.calendar + "b.ics", event("b", "Weekly", "RRULE:FREQ=WEEKLY"))
        server.stop()
        # As the program before schema 2 left it.
        with contextlib.closing(sqlite3.connect(f"{server.data_directory}/tegu.db")) as database:
            first = set(re.findall(r"CREATE TABLE (\w+)", (ROOT / "schemas/0001-core.sql").read_text()))
            for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                if table not in first | {"schema_version"}:
                    database.execute(f"DROP TABLE {table}")
            later = "".join(path.read_text() for path in sorted((ROOT / "schemas").glob("*.sql"))[1:])
            for index, table in re.findall(r"CREATE (?:UNIQUE )?INDEX (\w+) ON (\w+)", later):
                if table in first:
                    database.execute(f"DROP INDEX {index}")
            for table, column in re.findall(r"ALTER TABLE (\w+) ADD COLUMN (\w+)", later):
                if table in first:
                    database.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
            database.execute("DELETE FROM schema_version WHERE number > 1")
            database.commit()
        server.start()
        assert "2 objects are indexed" in server.log()
        dav = user.new_dav()
        assert in_range(dav, user.calendar, "20260601T000000Z", "20260602T000000Z") == ["a.ics", "b.ics"]
        assert in_range(dav, user.calendar, "21000601T000000Z", "21000608T000000Z") == ["b.ics"]
        server.check()
        server.stop()
        server.start()
        assert "indexed" not in server.log()


# Notes §4.2, T10.
def test_another_time_zone_database_moves_events_without_a_put(tmp_path):
    def release(version, zone):
        (tmp_path / "tzdata.zi").write_text(f"# version {version}\nZ Test/Town 0 - UTC\n")
        (tmp_path / "Test").mkdir(exist_ok=True)
        shutil.copy(f"/usr/share/zoneinfo/Etc/{zone}", tmp_path / "Test/Town")

    release("one", "GMT-3")
    with serving(environment={"TZDIR": str(tmp_path)}) as server:
        user = server.new_user()
        user.dav().put(user.calendar + "a.ics", event(
            "a", start="DTSTART;TZID=Test/Town:20260302T120000", end="DTEND;TZID=Test/Town:20260302T130000"))
        ranges = ("20260302T090000Z", "20260302T100000Z"), ("20260302T150000Z", "20260302T160000Z")
        assert [in_range(user.dav(), user.calendar, *bounds) for bounds in ranges] == [["a.ics"], []]
        server.stop()
        release("two", "GMT+3")
        server.start()
        wait_for(lambda: "changed=1" in server.log(), what="the index anew")
        dav = user.new_dav()
        assert [in_range(dav, user.calendar, *bounds) for bounds in ranges] == [[], ["a.ics"]]
        server.check()


# Notes §4.2, T6.
def test_the_setting_of_time_zones_decides_what_a_name_of_the_database_with_a_definition_means():
    """RFC 5545 §3.6.5: the definition in the object; with `calendars.time-zones: database` the database, also of what is stored."""
    zone = calendar("BEGIN:VTIMEZONE", "TZID:Europe/Berlin", "BEGIN:STANDARD", "DTSTART:19700101T000000", "TZOFFSETFROM:+0700",
                    "TZOFFSETTO:+0700", "END:STANDARD", "END:VTIMEZONE", "BEGIN:VEVENT", "UID:a", "DTSTAMP:20260101T000000Z",
                    "DTSTART;TZID=Europe/Berlin:20260302T120000", "DTEND;TZID=Europe/Berlin:20260302T130000",
                    "RRULE:FREQ=YEARLY", "SUMMARY:x", "END:VEVENT")
    embedded, database = ("0302T050000Z", "0302T060000Z"), ("0302T110000Z", "0302T120000Z")

    def found(user):
        """Per year: by the embedded times, by the database's, in queries, free-busy time and expansions."""
        dav, answers = user.new_dav(), []
        for year in "2026", "2100":
            for first, last in embedded, database:
                start, end = year + first, year + last
                expand = document("C:calendar-multiget", f'<D:prop><C:calendar-data><C:expand start="{start}" end="{end}"/></C:calendar-data>'
                                  f"</D:prop><D:href>{user.calendar}a.ics</D:href>")
                busy = document("C:free-busy-query", f'<C:time-range start="{start}" end="{end}"/>')
                answers.append({
                    in_range(dav, user.calendar, start, end) == ["a.ics"],
                    f"DTSTART:{start}" in dav.report(user.calendar, expand).multistatus().only().text("C:calendar-data"),
                    f"FREEBUSY:{start}/{end}" in dav.report(user.calendar, busy, 1).text})
        return answers

    with serving() as server:
        user = server.new_user()
        user.dav().put(user.calendar + "a.ics", zone)
        assert found(user) == [{True}, {False}] * 2
        assert "BEGIN:VTIMEZONE" in user.dav().get(user.calendar + "a.ics", CalDAV_Timezones="F").text
        server.check()
        server.stop()
        server.settings = ["--calendars-time-zones", "database"]
        server.start()
        wait_for(lambda: "changed=1" in server.log(), what="the index anew")
        assert found(user) == [{False}, {True}] * 2
        assert "BEGIN:VTIMEZONE" not in user.dav().get(user.calendar + "a.ics", CalDAV_Timezones="F").text
        server.stop()
        environment = {"TEGU_CALENDARS_TIME_ZONES": "embedded"}
        assert "1" in server.run("reindex", environment=environment).out
        assert server.run("check", environment=environment).returncode == 0
        server.settings = []
        server.start()
        assert "changed=1" not in server.log() and found(user) == [{True}, {False}] * 2
        server.check()
