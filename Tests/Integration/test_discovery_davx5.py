"""DAVx5 (Android), which stands on dav4jvm."""
import pytest

from dav import document, name, path_of
from objects import card, event, task

AGENT = {"User-Agent": "DAVx5/4.4.6-ose (dav4jvm; okhttp/4.12.0) Android/14", "Accept-Language": "de-DE, en;q=0.7, *;q=0.5",
         "Accept-Encoding": "gzip"}
CALENDAR_PROPERTIES = ["D:resourcetype", "D:displayname", "D:current-user-privilege-set", "D:owner", "I:calendar-color",
                       "C:calendar-description", "C:calendar-timezone", "C:calendar-timezone-id", "C:supported-calendar-component-set",
                       "CS:source", "P:transports", "P:topic", "D:supported-report-set"]
BOOK_PROPERTIES = ["D:resourcetype", "D:displayname", "D:current-user-privilege-set", "D:owner", "A:addressbook-description",
                   "A:supported-address-data", "P:transports", "P:topic", "D:supported-report-set"]


@pytest.fixture
def phone(user):
    return user.dav(tls=True)


@pytest.mark.parametrize("service", ["caldav", "carddav"])
@pytest.mark.parametrize("given", ["/", "principal", "calendar", "book"])
def test_discovery_from_any_url(user, phone, service, given):
    url = {"principal": user.principal, "calendar": user.calendar, "book": user.book}.get(given, given)
    properties = CALENDAR_PROPERTIES if service == "caldav" else BOOK_PROPERTIES
    home_set = "C:calendar-home-set" if service == "caldav" else "A:addressbook-home-set"
    assert phone.options(url, headers=AGENT).tokens("DAV") >= {"calendar-access", "addressbook"}
    row = phone.propfind(url, *properties, home_set, "D:current-user-principal", headers=AGENT).multistatus().only()
    assert row.propstats[0][0] == 200
    principal = row.hrefs_of("D:current-user-principal")[0]
    answer = phone.propfind(principal, "D:displayname", home_set, "C:calendar-user-address-set", "D:group-membership",
                            "CS:calendar-proxy-read-for", "CS:calendar-proxy-write-for", headers=AGENT).multistatus().only()
    home = answer.hrefs_of(home_set)
    assert [path_of(h) for h in home] == [user.calendars if service == "caldav" else user.books]
    rows = phone.propfind(home[0], *properties, depth=1, headers=AGENT).multistatus()
    wanted = name("C:calendar") if service == "caldav" else name("A:addressbook")
    for row in (r for r in rows if wanted in r.resource_types()):
        rights = {e.tag for e in row.prop("D:current-user-privilege-set").iter()}
        assert {name("D:write-content"), name("D:bind"), name("D:unbind")} <= rights, "else it is read-only there"
        assert name("D:sync-collection") in {e.tag for e in row.prop("D:supported-report-set").iter()}
        if service == "carddav":
            kinds = {(e.get("content-type"), e.get("version")) for e in row.prop("A:supported-address-data")}
            assert ("text/vcard", "3.0") in kinds and ("text/vcard", "4.0") in kinds


def test_sync_of_events(user, phone):
    dav = user.dav()
    for n in range(12):
        dav.put(user.calendar + f"d{n}.ics", event(f"d-{n}"))
    state = phone.propfind(user.calendar, "C:max-resource-size", "D:supported-report-set", "CS:getctag", "D:sync-token",
                           headers=AGENT).multistatus().only()
    assert state.text("D:sync-token") and int(state.text("C:max-resource-size")) > 100_000
    listing = phone.sync(user.calendar, "", "D:getetag", "D:resourcetype", depth=0, headers=AGENT).multistatus()
    assert listing.sync_token, "a missing token is a failure"
    changed = [r for r in listing if r.path != user.calendar]
    assert len(changed) == 12 and all(r.text("D:getetag") for r in changed)
    wanted = [r.href for r in changed] + [user.calendar + "gone.ics"]
    rows = phone.multiget(user.calendar, wanted, "D:getcontenttype", "D:getetag", "C:schedule-tag", "C:calendar-data", headers=AGENT).multistatus()
    assert rows.row(user.calendar + "gone.ics").status == 404
    for row in (r for r in rows if r.status is None):
        assert row.text("D:getetag") and row.text("C:calendar-data")
        assert row.href.rsplit("/", 1)[1] in {h.rsplit("/", 1)[1] for h in wanted}


def test_absolute_hrefs_in_multiget(user, phone):
    dav = user.dav()
    dav.put(user.calendar + "abs.ics", event("abs"))
    row = phone.multiget(user.calendar, [user.server.tls_url + user.calendar + "abs.ics"], headers=AGENT).multistatus().only()
    assert "UID:abs" in row.text("C:calendar-data") and row.path == user.calendar + "abs.ics"


def test_upload_and_conflict(user, phone):
    path = user.calendar + "3c7ba0a5-0000-4000-8000-000000000001.ics"
    made = phone.put(path, event("3c7ba0a5-0000-4000-8000-000000000001"), If_None_Match="*", headers={**AGENT, "Push-Dont-Notify": "*"})
    assert made.status == 201 and made.etag
    assert phone.put(path, event("3c7ba0a5-0000-4000-8000-000000000001", "b"), If_Match=made.etag, headers=AGENT).status == 204
    assert phone.put(path, event("3c7ba0a5-0000-4000-8000-000000000001", "c"), If_Match=made.etag, headers=AGENT).status == 412
    assert phone.delete(path, If_Match=made.etag, headers=AGENT).status == 412
    assert phone.delete(path, headers=AGENT).status == 204
    assert phone.put(path, event("3c7ba0a5-0000-4000-8000-000000000001", "d"), If_Match=made.etag, headers=AGENT).status in (404, 410, 412)


def test_an_old_token_starts_it_anew(user, phone):
    response = phone.sync(user.calendar, "urn:nobody:knows:this", headers=AGENT)
    assert response.status == 403
    response.error("D:valid-sync-token")


def test_a_limit_of_past_days_is_a_query_per_component(user, phone):
    """One calendar-query for each component that the calendar takes, from the day on and without an end."""
    path = user.calendars + "mixed/"
    assert phone.make_calendar(path, "VEVENT", "VTODO", "VJOURNAL").status == 201
    dav = user.dav()
    dav.put(path + "old.ics", event("old", start="DTSTART:20250101T100000Z", end="DTEND:20250101T110000Z"))
    dav.put(path + "new.ics", event("new"))
    dav.put(path + "due.ics", task("due", "Due", "DUE:20260601T100000Z"))
    dav.put(path + "done.ics", task("done", "Done", "DUE:20250101T100000Z", "COMPLETED:20250102T100000Z", "CREATED:20241201T100000Z"))
    dav.put(path + "whenever.ics", task("whenever"))
    listed = {kind: sorted(phone.calendar_query(path, kind, "D:getetag", start="20260501T000000Z", headers=AGENT).multistatus().paths())
              for kind in ("VEVENT", "VTODO", "VJOURNAL")}
    # RFC 4791 §9.9: a task without any time is in every range.
    assert listed == {"VEVENT": [path + "new.ics"], "VTODO": [path + "due.ics", path + "whenever.ics"], "VJOURNAL": []}


def test_tasks_by_query(user, phone):
    user.dav().put(user.tasks + "t.ics", task("t"))
    rows = phone.calendar_query(user.tasks, "VTODO", "D:getetag", headers=AGENT).multistatus()
    assert rows.paths() == [user.tasks + "t.ics"]


def test_contacts_in_version_4(user, phone):
    dav = user.dav()
    dav.put_card(user.book + "a.vcf", card("a"))
    body = document("A:addressbook-multiget", '<D:prop><D:getetag/><A:address-data content-type="text/vcard" version="4.0"/></D:prop>'
                    f"<D:href>{user.book}a.vcf</D:href>")
    row = phone.report(user.book, body, 0, headers=AGENT).multistatus().only()
    assert "VERSION:4.0" in row.text("A:address-data") and row.text("D:getetag")


def test_creating_collections(user, phone):
    path = user.calendars + "6f2a3a2e/"
    body = document("C:mkcalendar", '<D:set><D:prop><D:displayname>Neu</D:displayname><I:calendar-color>#CC0000FF</I:calendar-color>'
                    '<C:calendar-timezone-id>Europe/Berlin</C:calendar-timezone-id><C:supported-calendar-component-set>'
                    '<C:comp name="VEVENT"/><C:comp name="VTODO"/></C:supported-calendar-component-set></D:prop></D:set>')
    assert phone.xml("MKCALENDAR", path, body, headers=AGENT).status == 201
    assert phone.propfind(path, "D:displayname").multistatus().only().text("D:displayname") == "Neu"
    book = user.books + "6f2a3a2f/"
    assert phone.make_book(book, "<D:displayname>Buch</D:displayname><A:addressbook-description>x</A:addressbook-description>",
                           headers=AGENT).status == 201
    row = phone.propfind(book, "D:resourcetype", "A:addressbook-description").multistatus().only()
    assert name("A:addressbook") in row.resource_types() and row.text("A:addressbook-description") == "x"
    assert phone.delete(path, headers=AGENT).status == 204 and phone.delete(book, headers=AGENT).status == 204
