"""Evolution and GNOME Online Accounts (libsoup)."""
import pytest

from dav import document, name, path_of
from objects import card, event, journal, task

AGENT = {"User-Agent": "Evolution/3.52.3", "Connection": "Keep-Alive", "Accept-Encoding": "gzip, deflate", "Cache-Control": "no-cache",
         "Pragma": "no-cache"}
FIRST = ["D:resourcetype", "D:current-user-principal", "D:principal-URL", "C:calendar-home-set", "C:calendar-user-address-set",
         "A:addressbook-home-set", "D:supported-report-set", "D:displayname", "D:current-user-privilege-set"]


@pytest.fixture
def evolution(user):
    return user.dav(tls=True)


def test_discovery(user, evolution):
    answer = evolution.options("/", headers=AGENT)
    assert {"1", "calendar-access", "addressbook"} <= answer.tokens("DAV")
    row = evolution.propfind("/", *FIRST, headers=AGENT).multistatus().only()
    principal = row.hrefs_of("D:current-user-principal")[0]
    row = evolution.propfind(principal, *FIRST, headers=AGENT).multistatus().only()
    assert [path_of(h) for h in row.hrefs_of("D:principal-URL")] == [user.principal]
    assert [path_of(h) for h in row.hrefs_of("C:calendar-home-set")] == [user.calendars]
    assert [path_of(h) for h in row.hrefs_of("A:addressbook-home-set")] == [user.books]
    for home in (user.calendars, user.books):
        rows = evolution.propfind(home, "D:resourcetype", "D:displayname", "C:calendar-description", "C:supported-calendar-component-set",
                                  "I:calendar-color", "I:calendar-order", "CS:getctag", "D:current-user-privilege-set", depth=1,
                                  headers=AGENT).multistatus()
        assert all(r.href for r in rows)
        assert any(r.text("CS:getctag") for r in rows)


def test_listing_and_multiget_of_a_calendar(user, evolution):
    dav = user.dav()
    for n in range(3):
        dav.put(user.calendar + f"e{n}.ics", event(f"e-{n}"))
    before = evolution.propfind(user.calendar, "CS:getctag", headers=AGENT).multistatus().only().text("CS:getctag")
    rows = evolution.calendar_query(user.calendar, "VEVENT", "D:getetag", Prefer="return=minimal", headers=AGENT).multistatus()
    assert len(rows) == 3
    got = evolution.multiget(user.calendar, [r.href for r in rows], Prefer="return=minimal", headers=AGENT).multistatus()
    assert all("BEGIN:VEVENT" in r.text("C:calendar-data") for r in got)
    # what it stores comes back with its ETag as received
    etag = [r for r in rows if r.path.endswith("e0.ics")][0].text("D:getetag")
    put = evolution.put(user.calendar + "e0.ics", event("e-0", "changed"), If_Match=etag, headers=AGENT)
    assert put.status == 204, "200 confuses it"
    assert evolution.put(user.calendar + "new.ics", event("e-new"), If_None_Match="*", headers=AGENT).status == 201
    assert evolution.delete(user.calendar + "e1.ics", If_Match='\\"' + dav.etag_of(user.calendar + "e1.ics").strip('"') + '\\"', headers=AGENT).status == 204
    assert evolution.propfind(user.calendar, "CS:getctag", headers=AGENT).multistatus().only().text("CS:getctag") != before


def test_the_connection_is_kept(user, evolution):
    for _ in range(3):
        evolution.propfind(user.calendar, "CS:getctag", headers=AGENT)
    first = evolution.connection
    evolution.propfind(user.calendar, "CS:getctag", headers=AGENT)
    assert evolution.connection is first and first.sock is not None


def test_memos_and_tasks(user, evolution):
    assert evolution.put(user.calendar + "memo.ics", journal("memo"), headers=AGENT).status == 201
    assert evolution.put(user.tasks + "task.ics", task("task"), headers=AGENT).status == 201
    assert evolution.calendar_query(user.calendar, "VJOURNAL", headers=AGENT).multistatus().paths() == [user.calendar + "memo.ics"]


def test_contacts(user, evolution):
    body = card("evo", "Anna Example", "X-EVOLUTION-FILE-AS:Example\\, Anna", "EMAIL;TYPE=WORK;X-EVOLUTION-UI-SLOT=1:a@example.org")
    put = evolution.put_card(user.book + "evo.vcf", body, If_None_Match="*", headers=AGENT)
    assert put.status == 201 and put.etag
    got = evolution.get(user.book + "evo.vcf", headers=AGENT)
    assert got.decoded() == body.encode() and got.header("Content-Type").startswith("text/vcard")
    rows = evolution.propfind(user.book, "D:getetag", depth=1, headers=AGENT).multistatus()
    assert rows.row(user.book + "evo.vcf").text("D:getetag") == put.etag


def test_extended_mkcol_of_a_calendar(user, evolution):
    path = user.calendars + "evolution-new/"
    body = document("D:mkcol", "<D:set><D:prop><D:resourcetype><D:collection/><C:calendar/></D:resourcetype><D:displayname>Neu</D:displayname>"
                    '<C:supported-calendar-component-set><C:comp name="VTODO"/></C:supported-calendar-component-set></D:prop></D:set>')
    assert evolution.mkcol(path, body, headers=AGENT).status == 201
    row = evolution.propfind(path, "D:resourcetype", "C:supported-calendar-component-set", headers=AGENT).multistatus().only()
    assert name("C:calendar") in row.resource_types()
    assert [c.get("name") for c in row.prop("C:supported-calendar-component-set")] == ["VTODO"]


def test_notes_are_files(user, evolution):
    """Its WebDAV notes: .md and .txt in a plain collection, found by name and date."""
    assert evolution.put_file(user.files + "Note.md", "# Nota\n", "text/markdown", headers=AGENT).status == 201
    rows = evolution.propfind(user.files, "D:displayname", "D:getetag", "D:resourcetype", "D:creationdate", "D:getlastmodified",
                              "D:getcontenttype", depth=1, headers=AGENT).multistatus()
    row = rows.row(user.files + "Note.md")
    assert row.text("D:getetag") and row.text("D:creationdate") and row.text("D:getlastmodified")
    assert row.text("D:getcontenttype") == "text/markdown"


def test_prop_writable_of_all_sources(user, evolution):
    """current-user-privilege-set decides whether a source is shown read-only."""
    for path in (user.calendar, user.tasks, user.book, user.files):
        row = evolution.propfind(path, "D:current-user-privilege-set", headers=AGENT).multistatus().only()
        assert {name("D:read"), name("D:write")} <= {e.tag for e in row.prop("D:current-user-privilege-set").iter()}
