"""Outlook CalDAV Synchronizer, Windows' own clients and eM Client."""
import pytest

from dav import document, name, path_of, prop
from objects import card, event

AGENT = {"User-Agent": "CalDavSynchronizer/4.4"}


@pytest.fixture
def outlook(user):
    return user.dav(tls=True)


def test_checks_of_a_calendar_url(user, outlook):
    assert "calendar-access" in outlook.options(user.calendar, headers=AGENT).header("DAV")
    row = outlook.propfind(user.calendar, "D:supported-report-set", "D:resourcetype", "C:supported-calendar-component-set",
                           headers=AGENT).multistatus().only()
    reports = {e.tag for e in row.prop("D:supported-report-set").iter()}
    assert {name("C:calendar-query"), name("D:sync-collection")} <= reports
    row = outlook.propfind(user.calendar, "D:owner", "D:current-user-privilege-set", "CS:calendar-proxy-write-for", headers=AGENT).multistatus().only()
    assert [path_of(h) for h in row.hrefs_of("D:owner")] == [user.principal]
    owner = outlook.propfind(user.principal, "C:calendar-user-address-set", "D:displayname", headers=AGENT).multistatus().only()
    assert "mailto:" + user.address in owner.hrefs_of("C:calendar-user-address-set")


def test_the_main_sync_is_a_query_with_both_ends_then_a_multiget(user, outlook):
    times = {"before": "20260101", "inside": "20260601", "after": "20270101"}
    for uid, day in times.items():
        outlook.put(user.calendar + uid + ".ics", event(uid, start=f"DTSTART:{day}T100000Z", end=f"DTEND:{day}T110000Z"), headers=AGENT)
    # RFC 4791 §9.9: what ends as the range begins, or begins as it ends, is outside.
    outlook.put(user.calendar + "edge.ics", event("edge", start="DTSTART:20260430T230000Z", end="DTEND:20260501T000000Z"), headers=AGENT)
    outlook.put(user.calendar + "day.ics", event("day", start="DTSTART;VALUE=DATE:20260502", end="DTEND;VALUE=DATE:20260503"), headers=AGENT)
    rows = outlook.calendar_query(user.calendar, "VEVENT", "D:getetag", depth=1, start="20260501T000000Z", end="20260801T000000Z",
                                  headers=AGENT).multistatus()
    assert sorted(rows.paths()) == [user.calendar + "day.ics", user.calendar + "inside.ics"]
    objects = outlook.multiget(user.calendar, [r.href for r in rows], "D:getetag", "D:displayname", "C:calendar-data", headers=AGENT).multistatus()
    assert {o.text("D:getetag") for o in objects} == {r.text("D:getetag") for r in rows}
    assert "UID:inside" in objects.row(user.calendar + "inside.ics").text("C:calendar-data")
    empty = outlook.calendar_query(user.calendar, "VEVENT", "D:getetag", start="20300101T000000Z", end="20300201T000000Z", headers=AGENT)
    assert empty.multistatus().paths() == [], "207 without rows, never 404"


def test_multiget_statuses(user, outlook):
    """Any row status but 200 and 404 raises there."""
    outlook.put(user.calendar + "a.ics", event("a"), headers=AGENT)
    rows = outlook.multiget(user.calendar, [user.calendar + "a.ics", user.calendar + "none.ics"], "D:getetag", "D:displayname",
                            "C:calendar-data", headers=AGENT).multistatus()
    statuses = {r.status for r in rows} | {s for r in rows for s, _ in r.propstats}
    assert statuses <= {None, 200, 404}


def test_put_answers_with_etag_or_location_of_itself(user, outlook):
    put = outlook.put(user.calendar + "p.ics", event("p"), If_None_Match="*", headers=AGENT)
    assert put.status == 201 and put.etag
    assert put.header("Location") in (None, user.calendar + "p.ics", user.server.tls_url + user.calendar + "p.ics")


def test_sync_collection_at_depth_0_without_limit(user, outlook):
    outlook.put(user.calendar + "s.ics", event("s"), headers=AGENT)
    first = outlook.sync(user.calendar, "", headers=AGENT).multistatus()
    assert user.calendar + "s.ics" in first.paths()
    assert outlook.sync(user.calendar, first.sync_token, headers=AGENT).multistatus().paths() == []
    bad = outlook.sync(user.calendar, "http://example.com/old", headers=AGENT)
    assert bad.status == 403
    bad.error("D:valid-sync-token")


def test_books_are_made_by_mkcol_then_proppatch(user, outlook):
    path = user.books + "outlook/"
    assert outlook.make_book(path, headers=AGENT).status == 201
    answer = outlook.set_property(path, "<D:displayname>Контакты</D:displayname>", headers=AGENT).multistatus().only()
    assert answer.status_of("D:displayname") == 200
    assert outlook.propfind(path, "D:displayname").multistatus().only().text("D:displayname") == "Контакты"


def test_rooms_are_looked_for_with_match_type_equals(user, outlook):
    body = document("D:principal-property-search", "<D:property-search><D:prop><C:calendar-user-type/></D:prop>"
                    '<D:match match-type="equals">ROOM</D:match></D:property-search>' + prop("D:displayname", "D:resource-id", "C:calendar-user-type"))
    assert outlook.report("/principals/", body, 0, headers=AGENT).multistatus().paths() == []


def test_windows_zones_and_a_schedule_agent_are_stored_as_sent(user, outlook):
    body = event("win", "Совещание", "ORGANIZER;SCHEDULE-AGENT=CLIENT:mailto:a@example.org", "ATTENDEE;SCHEDULE-AGENT=CLIENT:mailto:b@example.org",
                 "X-MICROSOFT-CDO-BUSYSTATUS:BUSY", start="DTSTART;TZID=Russian Standard Time:20260601T100000",
                 end="DTEND;TZID=Russian Standard Time:20260601T110000")
    assert outlook.put(user.calendar + "w.ics", body, headers=AGENT).status == 201
    assert outlook.get(user.calendar + "w.ics").body == body.encode()


def test_windows_mail_queries_at_depth_0(user, outlook):
    outlook.put(user.calendar + "m.ics", event("m"))
    agent = {"User-Agent": "MSFT-WIN-3/10.0.19041"}
    assert outlook.calendar_query(user.calendar, "VEVENT", "D:getetag", depth=0, headers=agent).multistatus().paths() == [user.calendar + "m.ics"]


def test_em_client_adds_a_prefix_to_uids(user, outlook):
    """`urn:uuid:` stays as it is sent."""
    body = card("urn:uuid:5b1c7c30-1111-4222-8333-444444444444")
    assert outlook.put_card(user.book + "em.vcf", body).status == 201
    assert outlook.get(user.book + "em.vcf").body == body.encode()


def test_the_explorer_of_windows(user, outlook):
    """WebClient: it asks the root first, wants MS-Author-Via, and sets file times without the lock's token."""
    answer = outlook.options("/", headers={"User-Agent": "Microsoft-WebDAV-MiniRedir/10.0.19045"})
    assert answer.header("MS-Author-Via") == "DAV"
    assert outlook.propfind("/", headers={"User-Agent": "Microsoft-WebDAV-MiniRedir/10.0.19045"}).status == 207
    outlook.put_file(user.files + "w.txt", b"x")
    answer = outlook.set_property(user.files + "w.txt", '<Z:Win32LastModifiedTime xmlns:Z="urn:schemas-microsoft-com:">'
                                  "Wed, 25 Nov 2026 07:00:00 GMT</Z:Win32LastModifiedTime>").multistatus().only()
    assert [s for s, _ in answer.propstats] == [200]
