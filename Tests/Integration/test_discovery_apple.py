"""macOS and iOS: account set-up and first sync, request by request."""
import pytest

from dav import Dav, document, name, path_of, prop
from objects import card, event, zoned_event

AGENT = {"User-Agent": "iOS/17.5 (21F90) dataaccessd/1.0", "Prefer": "return=minimal", "Brief": "t", "Accept": "*/*",
         "Accept-Encoding": "gzip, deflate"}

# What Calendar asks of each collection of the home; what a server does not have must be a plain 404 or left out.
HOME_PROPERTIES = """ME:bulk-requests CS:allowed-sharing-modes I:calendar-color I:calendar-order C:calendar-description
    C:calendar-free-busy-set C:calendar-timezone CS:getctag C:default-alarm-vevent-date C:default-alarm-vevent-datetime D:displayname
    CS:invite I:language-code I:location-code D:owner CS:pre-publish-url CS:publish-url CS:push-transports CS:pushkey
    D:quota-available-bytes D:quota-used-bytes I:refreshrate D:resource-id D:resourcetype C:schedule-calendar-transp
    C:schedule-default-calendar-URL CS:source CS:subscribed-strip-alarms CS:subscribed-strip-attachments CS:subscribed-strip-todos
    D:supported-report-set C:supported-calendar-component-set C:supported-calendar-component-sets D:sync-token CS:xmpp-server
    CS:xmpp-uri D:add-member D:current-user-privilege-set CS:me-card CS:autoprovisioned C:max-attendees""".split()


@pytest.fixture
def phone(user):
    """Without credentials at first, over TLS, as iOS starts."""
    return Dav(user.server.tls_url)


@pytest.mark.parametrize("kind", ["caldav", "carddav"])
def test_set_up_of_an_account(user, phone, kind):
    first = phone.propfind(f"/.well-known/{kind}", "D:current-user-principal", "D:principal-URL", "D:resourcetype", headers=AGENT)
    assert first.status in (301, 307, 308, 401)
    where = "/"
    if first.status != 401:
        where = first.header("Location")
        assert phone.propfind(where, "D:current-user-principal", headers=AGENT).status == 401, "iOS wants to be asked"
    phone.credentials = user.credentials
    row = phone.propfind(where, "D:current-user-principal", "D:principal-URL", "D:resourcetype", headers=AGENT).multistatus().only()
    principal = row.hrefs_of("D:current-user-principal")[0]
    assert path_of(principal) == user.principal

    answer = phone.options(principal, headers=AGENT)
    assert answer.status in (200, 204) and "calendar-access" in answer.tokens("DAV") and "addressbook" in answer.tokens("DAV")

    if kind == "caldav":
        row = phone.propfind(principal, "C:calendar-home-set", "C:calendar-user-address-set", "D:current-user-principal",
                             "D:displayname", "CS:dropbox-home-URL", "CS:email-address-set", "CS:notification-URL",
                             "D:principal-collection-set", "D:principal-URL", "D:resource-id", "C:schedule-inbox-URL",
                             "C:schedule-outbox-URL", "D:supported-report-set", headers=AGENT).multistatus().only()
        assert [s for s, _ in row.propstats] == [200], "minimal: no 404 propstat"
        home = row.hrefs_of("C:calendar-home-set")
        assert [path_of(h) for h in home] == [user.calendars]
        addresses = row.prop("C:calendar-user-address-set").findall(name("D:href"))
        assert "mailto:" + user.address in [a.text for a in addresses]
        assert [a.text for a in addresses if a.get("preferred") == "1"][:1] == ["mailto:" + user.address]
        reports = {e.tag for e in row.prop("D:supported-report-set").iter()}
        assert {name("D:expand-property"), name("D:principal-property-search")} <= reports
    else:
        row = phone.propfind(principal, "A:addressbook-home-set", "A:directory-gateway", "D:displayname", "CS:email-address-set",
                             "D:principal-collection-set", "D:principal-URL", "D:resource-id", "D:supported-report-set",
                             headers=AGENT).multistatus().only()
        home = row.hrefs_of("A:addressbook-home-set")
        assert [path_of(h) for h in home] == [user.books]
        assert row.prop("A:directory-gateway") is None
    assert "calendar-access" in phone.options(home[0], headers=AGENT).tokens("DAV")


def test_first_sync_of_calendars(user, phone):
    phone.credentials = user.credentials
    dav = user.dav()
    for n in range(5):
        assert dav.put(user.calendar + f"{n}.ics", zoned_event(f"apple-{n}")).status == 201
    home = phone.propfind(user.calendars, *HOME_PROPERTIES, depth=1, headers=AGENT).multistatus()
    calendar = home.row(user.calendar)
    assert [s for s, _ in calendar.propstats] == [200]
    assert name("C:calendar") in calendar.resource_types()
    assert {c.get("name") for c in calendar.prop("C:supported-calendar-component-set")} >= {"VEVENT"}
    assert {c.get("name") for c in home.row(user.tasks).prop("C:supported-calendar-component-set")} == {"VTODO"}, \
        "Reminders takes lists of tasks only"
    for needed in ("CS:getctag", "D:sync-token", "D:displayname", "D:current-user-privilege-set", "D:supported-report-set", "D:owner"):
        assert calendar.prop(needed) is not None, needed
    home_row = home.row(user.calendars)
    assert name("D:sync-collection") in {e.tag for e in home_row.prop("D:supported-report-set").iter()}, "macOS looks for it at the home"

    # the calendar by sync-collection, as the home lists it
    listing = phone.sync(user.calendar, "", "D:getcontenttype", "D:getetag", depth=1, headers=AGENT).multistatus()
    assert len([r for r in listing if r.path.endswith(".ics")]) == 5
    hrefs = [r.href for r in listing if r.path.endswith(".ics")]
    rows = phone.multiget(user.calendar, hrefs, "D:getetag", "C:calendar-data", "CS:created-by", "CS:updated-by", "C:schedule-tag",
                          headers=AGENT).multistatus()
    assert sorted(r.path for r in rows) == sorted(path_of(h) for h in hrefs)
    for row in rows:
        assert row.text("D:getetag") and "BEGIN:VEVENT" in row.text("C:calendar-data")
        assert "BEGIN:VTIMEZONE" in row.text("C:calendar-data"), "Apple needs the zone's definition"
    assert phone.sync(user.calendar, listing.sync_token, depth=1, headers=AGENT).multistatus().paths() == []


def test_a_calendar_without_sync_collection_by_ctag_and_an_open_range(user, phone):
    """What it does where a home does not list sync-collection: the ctag, then a query from some day on, then what it does not have."""
    phone.credentials = user.credentials
    dav = user.dav()
    dav.put(user.calendar + "old.ics", event("old", start="DTSTART:20250101T100000Z", end="DTEND:20250101T110000Z"))
    dav.put(user.calendar + "repeated.ics", event("repeated", "Weekly", "RRULE:FREQ=WEEKLY", start="DTSTART:20240101T100000Z",
                                                  end="DTEND:20240101T110000Z"))
    dav.put(user.calendar + "new.ics", event("new"))

    def ctag():
        return phone.propfind(user.calendar, "CS:getctag", "D:sync-token", headers=AGENT).multistatus().only().text("CS:getctag")

    def listing():
        return phone.calendar_query(user.calendar, "VEVENT", "D:getetag", "D:resourcetype", start="20260501T000000Z",
                                    headers=AGENT).multistatus()
    before = ctag()
    rows = listing()
    assert sorted(rows.paths()) == [user.calendar + "new.ics", user.calendar + "repeated.ics"]
    for row in rows:
        assert row.text("D:getetag") == dav.etag_of(row.path) and len(row.prop("D:resourcetype")) == 0
    dav.put(user.calendar + "later.ics", event("later", start="DTSTART:20270101T100000Z", end="DTEND:20270101T110000Z"))
    assert ctag() != before
    assert set(listing().paths()) - set(rows.paths()) == {user.calendar + "later.ics"}


def test_expand_property_for_delegates(user, phone):
    """macOS looks for those who may act for the user; there are none, and it must not be an error."""
    phone.credentials = user.credentials
    inner = '<D:property name="displayname" namespace="DAV:"/><D:property name="calendar-user-address-set" namespace="urn:ietf:params:xml:ns:caldav"/>'
    body = document("D:expand-property", "".join(
        f'<D:property name="calendar-proxy-{kind}-for" namespace="http://calendarserver.org/ns/">{inner}</D:property>'
        for kind in ("read", "write")))
    row = phone.report(user.principal, body, 0, headers={"User-Agent": AGENT["User-Agent"]}).multistatus().only()
    assert row.path == user.principal


def test_expand_property_follows_hrefs(user, phone):
    phone.credentials = user.credentials
    body = document("D:expand-property", '<D:property name="current-user-principal" namespace="DAV:">'
                    '<D:property name="displayname" namespace="DAV:"/><D:property name="principal-URL" namespace="DAV:"/></D:property>')
    row = phone.report(user.calendar, body, 0).multistatus().only()
    inner = row.prop("D:current-user-principal").find(name("D:response"))
    assert path_of(inner.findtext(name("D:href"))) == user.principal
    assert inner.find(".//" + name("D:displayname")) is not None


def test_the_search_of_principals(user, other, phone):
    """RFC 3744 §9.4: the picker's search. Whether others are found is policy; the user is."""
    phone.credentials = user.credentials
    body = document("D:principal-property-search", f"<D:property-search>{prop('D:displayname')}<D:match>{user.name}</D:match>"
                    "</D:property-search>" + prop("D:displayname", "D:principal-URL", "C:calendar-user-address-set"))
    assert user.principal in phone.report("/principals/", body, 0).multistatus().paths()
    body = document("D:principal-search-property-set", "")
    response = phone.report("/principals/", body, 0)
    assert response.status == 200 and b"principal-search-property" in response.body


@pytest.mark.parametrize("context", ["attendee", "user", ""])
def test_the_search_of_principals_by_words(user, other, phone, context):
    """calendarserver-principal-search: each word must be found; a limit, and Apple's properties."""
    phone.credentials = user.credentials

    def search(*words, limit=50):
        tokens = "".join(f"<CS:search-token>{w}</CS:search-token>" for w in words)
        body = document("CS:calendarserver-principal-search", tokens + f"<D:limit><D:nresults>{limit}</D:nresults></D:limit>" + prop(
            "D:displayname", "D:principal-URL", "C:calendar-user-address-set", "C:calendar-user-type", "CS:email-address-set",
            "CS:record-type"), f'context="{context}"' if context else "")
        return phone.report("/principals/", body, 0, headers={"User-Agent": AGENT["User-Agent"]}).multistatus()
    row = search(user.name).only()
    assert row.path == user.principal and row.text("C:calendar-user-type") == "INDIVIDUAL"
    assert "mailto:" + user.address in row.hrefs_of("C:calendar-user-address-set")
    assert search(user.name[:6].upper(), user.name).only().path == user.principal, "in any case of letters"
    assert search(user.name, "nobody-is-called-so").paths() == []
    many = search(user.name[:4], limit=1).paths()
    assert len([p for p in many if p != "/principals/"]) == 1, many


def test_mkcalendar_of_macos(user, phone):
    phone.credentials = user.credentials
    path = user.calendars + "6D6C8E8E-5C7C-4D0A-9E0B-2B6A4D9F0001/"
    body = document("C:mkcalendar", """<D:set><D:prop><D:displayname>Дача 🏡</D:displayname><I:calendar-color symbolic-color="custom">#1BADF8FF</I:calendar-color>
        <I:calendar-order>3</I:calendar-order><C:calendar-free-busy-set><YES/></C:calendar-free-busy-set>
        <C:calendar-timezone>BEGIN:VCALENDAR&#13;
VERSION:2.0&#13;
PRODID:-//Apple Inc.//Mac OS X 14.5//EN&#13;
BEGIN:VTIMEZONE&#13;
TZID:Europe/Berlin&#13;
BEGIN:STANDARD&#13;
DTSTART:19961027T030000&#13;
TZOFFSETFROM:+0200&#13;
TZOFFSETTO:+0100&#13;
TZNAME:CET&#13;
END:STANDARD&#13;
END:VTIMEZONE&#13;
END:VCALENDAR&#13;
</C:calendar-timezone><C:supported-calendar-component-set><C:comp name="VEVENT"/></C:supported-calendar-component-set>
        </D:prop></D:set>""")
    assert phone.xml("MKCALENDAR", path, body, headers=AGENT).status == 201
    row = phone.propfind(path, "D:displayname", "I:calendar-color", "I:calendar-order", "C:supported-calendar-component-set",
                         "C:calendar-timezone").multistatus().only()
    assert row.text("D:displayname") == "Дача 🏡"
    assert row.text("I:calendar-color") == "#1BADF8FF" and row.prop("I:calendar-color").get("symbolic-color") == "custom"
    assert row.text("I:calendar-order") == "3"
    assert [c.get("name") for c in row.prop("C:supported-calendar-component-set")] == ["VEVENT"]
    assert "BEGIN:VTIMEZONE" in row.text("C:calendar-timezone")
    # its colour and order are changed with PROPPATCH
    answer = phone.set_property(path, "<I:calendar-color>#FF2968FF</I:calendar-color><I:calendar-order>1</I:calendar-order>")
    assert answer.multistatus().only().status_of("I:calendar-color") == 200
    row = phone.propfind(path, "I:calendar-color").multistatus().only()
    assert row.text("I:calendar-color") == "#FF2968FF"
    assert phone.delete(path, headers=AGENT).status == 204
    assert path not in phone.propfind(user.calendars, "D:resourcetype", depth=1).multistatus().paths()


def test_writing_an_event(user, phone):
    phone.credentials = user.credentials
    path = user.calendar + "0E6B1F1C-1F0D-4B8A-8C6B-000000000001.ics"
    created = phone.put(path, zoned_event("0E6B1F1C-1F0D-4B8A-8C6B-000000000001"), headers=AGENT, If_None_Match="*")
    assert created.status == 201 and created.etag, "nothing was altered, so the ETag comes with the answer"
    changed = phone.put(path, zoned_event("0E6B1F1C-1F0D-4B8A-8C6B-000000000001", "New"), headers=AGENT, If_Match=created.etag,
                        If_Schedule_Tag_Match="")
    assert changed.status == 204 and changed.etag != created.etag
    assert phone.put(path, zoned_event("0E6B1F1C-1F0D-4B8A-8C6B-000000000001", "Late"), If_Match=created.etag).status == 412
    assert phone.put(path, zoned_event("0E6B1F1C-1F0D-4B8A-8C6B-000000000001"), If_None_Match="*").status == 412
    second = user.calendars + "second/"
    phone.make_calendar(second)
    moved = phone.move(path, second + "moved.ics", Overwrite="T", headers=AGENT)
    assert moved.status == 201
    assert phone.get(path).status == 404 and phone.get(second + "moved.ics").etag == changed.etag
    assert phone.delete(second + "moved.ics", If_Match=changed.etag).status == 204


def test_long_parameters_of_apple_survive(user, phone):
    phone.credentials = user.credentials
    place = ('X-APPLE-STRUCTURED-LOCATION;VALUE=URI;X-ADDRESS="Ernst-Reuter-Platz 1\\, 10587 Berlin";X-APPLE-MAPKIT-HANDLE='
             + "CAES" + "kQYK" * 700 + ';X-APPLE-RADIUS=70;X-TITLE="Büro":geo:52.512,13.322')
    body = event("structured", "Place", place, "X-APPLE-TRAVEL-DURATION;VALUE=DURATION:PT30M",
                 "X-APPLE-TRAVEL-ADVISORY-BEHAVIOR:AUTOMATIC", "BEGIN:VALARM", "X-WR-ALARMUID:1", "UID:1", "TRIGGER:-PT15M",
                 "ACTION:DISPLAY", "DESCRIPTION:x", "ACKNOWLEDGED:20260101T000000Z", "X-APPLE-DEFAULT-ALARM:TRUE", "END:VALARM")
    assert phone.put(user.calendar + "s.ics", body).status == 201
    assert phone.get(user.calendar + "s.ics").body == body.encode()


def test_first_sync_of_contacts(user, phone):
    phone.credentials = user.credentials
    dav = user.dav()
    for n in range(4):
        dav.put_card(user.book + f"{n}.vcf", card(f"apple-card-{n}"))
    dav.put_card(user.book + "v4.vcf", card("apple-card-v4", "Vier Punkt", version="4.0"))
    home = phone.propfind(user.books, "D:add-member", "ME:bulk-requests", "D:current-user-privilege-set", "D:displayname",
                          "A:max-image-size", "A:max-resource-size", "CS:me-card", "D:owner", "CS:push-transports", "CS:pushkey",
                          "D:quota-available-bytes", "D:quota-used-bytes", "D:resource-id", "D:resourcetype", "D:supported-report-set",
                          "D:sync-token", "CS:getctag", depth=1, headers=AGENT).multistatus()
    books = [r for r in home if name("A:addressbook") in r.resource_types()]
    assert [b.path for b in books] == [user.book]
    assert books[0].text("CS:getctag") and books[0].text("D:sync-token")
    listing = phone.sync(user.book, "", depth=1, headers=AGENT).multistatus()
    hrefs = [r.href for r in listing if r.path != user.book]
    assert len(hrefs) == 5
    rows = phone.card_multiget(user.book, hrefs, headers=AGENT).multistatus()
    for row in rows:
        assert "BEGIN:VCARD" in row.text("A:address-data")


def test_cards_are_version_3_where_no_version_is_asked_for(user, phone):
    phone.credentials = user.credentials
    user.dav().put_card(user.book + "v4.vcf", card("apple-card-v4", "Vier Punkt", version="4.0"))
    row = phone.card_multiget(user.book, [user.book + "v4.vcf"], headers=AGENT).multistatus().only()
    assert "VERSION:3.0" in row.text("A:address-data"), "Apple reads nothing else"


def test_groups_of_apple_survive(user, phone):
    phone.credentials = user.credentials
    group = card("group-1", "Team Berlin", "X-ADDRESSBOOKSERVER-KIND:group", "X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:one",
                 "X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:two")
    person = card("one", "Eins Person", "item1.X-ABLabel:_$!<Home>!$_", "item1.EMAIL;type=INTERNET;type=pref:one@example.org",
                  "PHOTO;ENCODING=b;TYPE=JPEG;X-ABCROP-RECTANGLE=ABClipRect_1&0&0&100&100&x==:" + "QUJD" * 50_000)
    for uid, body in (("group-1", group), ("one", person)):
        assert phone.put_card(user.book + uid + ".vcf", body, If_None_Match="*").status == 201
        assert phone.get(user.book + uid + ".vcf").body == body.encode()
    row = phone.card_multiget(user.book, [user.book + "group-1.vcf"]).multistatus().only()
    assert "X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:two" in row.text("A:address-data")
