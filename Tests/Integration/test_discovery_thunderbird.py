"""Thunderbird's calendar and address book, and the CardBook add-on."""
import pytest

from dav import document, name, path_of, prop
from objects import card, event, task

AGENT = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.5.0", "Accept": "text/xml",
         "Accept-Language": "utf-8", "Accept-Charset": "utf-8,*;q=0.1"}


@pytest.fixture
def bird(user):
    return user.dav(tls=True)


def test_detection_of_calendars(user, bird):
    for path in ("/.well-known/caldav", "/"):
        response = bird.propfind(path, "D:resourcetype", "D:owner", "D:current-user-principal", "D:current-user-privilege-set",
                                 "I:calendar-color", "D:displayname", "C:supported-calendar-component-set", headers=AGENT)
        if response.status in (301, 307, 308):
            continue
        principal = response.multistatus().only().hrefs_of("D:current-user-principal")[0]
    home = bird.propfind(principal, "D:resourcetype", "C:calendar-home-set", headers=AGENT).multistatus().only().hrefs_of("C:calendar-home-set")
    rows = bird.propfind(home[0], "D:resourcetype", "D:displayname", "D:current-user-privilege-set", "I:calendar-color",
                         "C:supported-calendar-component-set", depth=1, headers=AGENT).multistatus()
    calendars = [r for r in rows if name("C:calendar") in r.resource_types()]
    assert {r.path for r in calendars} == {user.calendar, user.tasks}
    for row in calendars:
        assert row.propstats[0][0] == 200
        assert name("D:write") in {e.tag for e in row.prop("D:current-user-privilege-set").iter()}


def test_first_contact_with_a_calendar(user, bird):
    """An answer 4xx to this one disables the calendar."""
    row = bird.propfind(user.calendar, "D:resourcetype", "D:owner", "D:current-user-principal", "D:current-user-privilege-set",
                        "D:supported-report-set", "C:supported-calendar-component-set", "CS:getctag", headers=AGENT).multistatus().only()
    assert [s for s, _ in row.propstats] == [200]
    assert [path_of(h) for h in row.hrefs_of("D:owner")] == [user.principal]
    # then it asks the parent what it can
    answer = bird.options(user.calendars, headers=AGENT)
    assert "calendar-access" in answer.tokens("DAV")
    assert "calendar-auto-schedule" not in answer.tokens("DAV"), "Thunderbird sends the invitations itself as long as we don't"
    row = bird.propfind(user.principal, "C:calendar-home-set", "C:calendar-user-address-set", "C:schedule-inbox-URL",
                        "C:schedule-outbox-URL", headers=AGENT).multistatus().only()
    assert row.propstats[0][0] == 200
    assert [s for s, _ in row.propstats] == [200, 404]
    mailto = [h for h in row.hrefs_of("C:calendar-user-address-set") if h.startswith("mailto:")]
    assert mailto[0] == mailto[-1] == "mailto:" + user.address, "first for new versions, last for old ones"


def test_the_preferred_address_is_first_and_last_among_aliases(server):
    who = server.new_user("aliased", None, "--alias", "other.name@example.org", "--alias", "zz@example.org")
    row = who.dav().propfind(who.principal, "C:calendar-user-address-set").multistatus().only()
    hrefs = row.prop("C:calendar-user-address-set").findall(name("D:href"))
    mailto = [h.text for h in hrefs if h.text.startswith("mailto:")]
    assert mailto[0] == mailto[-1] == "mailto:" + who.address
    assert {"mailto:other.name@example.org", "mailto:zz@example.org"} <= set(mailto)
    assert {h.text for h in hrefs if h.get("preferred") == "1"} == {"mailto:" + who.address}


def test_sync_with_depth_1_and_multiget_of_100(user, bird):
    dav = user.dav()
    for n in range(120):
        dav.put(user.calendar + f"tb{n}.ics", event(f"tb-{n}"))
    listing = bird.sync(user.calendar, "", "D:getcontenttype", "D:getetag", depth=1, headers=AGENT).multistatus()
    items = [r for r in listing if r.path != user.calendar]
    assert len(items) == 120
    for row in items:
        assert row.status is None and row.text("D:getcontenttype").startswith("text/calendar")
        assert row.text("D:getetag")
    for batch in (items[:100], items[100:]):
        rows = bird.multiget(user.calendar, [r.href for r in batch], "D:getetag", "C:calendar-data", headers=AGENT).multistatus()
        assert len(rows) == len(batch)
    etag = bird.put(user.calendar + "tb0.ics", event("tb-0", "changed"), If_Match=items[0].text("D:getetag"), headers=AGENT)
    assert etag.status in (204, 412)
    dav.delete(user.calendar + "tb1.ics")
    delta = bird.sync(user.calendar, listing.sync_token, "D:getcontenttype", "D:getetag", depth=1, headers=AGENT).multistatus()
    assert delta.row(user.calendar + "tb1.ics").status == 404


def test_ctag_and_listing_of_an_older_one(user, bird):
    user.dav().put(user.tasks + "t.ics", task("t"))
    assert bird.propfind(user.tasks, "CS:getctag", headers=AGENT).multistatus().only().text("CS:getctag")
    rows = bird.propfind(user.tasks, "D:getcontenttype", "D:resourcetype", "D:getetag", depth=1, headers=AGENT).multistatus()
    assert rows.row(user.tasks + "t.ics").text("D:getcontenttype").startswith("text/calendar")


def test_the_address_book(user, bird):
    dav = user.dav()
    for n in range(10):
        dav.put_card(user.book + f"{n}.vcf", card(f"bird-{n}"))
    response = bird.propfind("/.well-known/carddav", "D:resourcetype", "D:displayname", "D:current-user-principal",
                             "D:current-user-privilege-set", headers=AGENT)
    assert response.status in (301, 307, 308, 207)
    row = bird.propfind("/", "D:resourcetype", "D:displayname", "D:current-user-principal", "D:current-user-privilege-set",
                        headers=AGENT).multistatus().only()
    assert row.propstats[0][0] == 200, "the first status is the only one it reads"
    principal = row.hrefs_of("D:current-user-principal")[0]
    home = bird.propfind(principal, "A:addressbook-home-set", headers=AGENT).multistatus().only().hrefs_of("A:addressbook-home-set")[0]
    rows = bird.propfind(home, "D:resourcetype", "D:displayname", "D:current-user-privilege-set", depth=1, headers=AGENT).multistatus()
    book = [r for r in rows if name("A:addressbook") in r.resource_types()][0]
    rights = {e.tag for e in book.prop("D:current-user-privilege-set").iter()}
    assert rights & {name("D:write"), name("D:write-content"), name("D:all")}
    # the first sync: a query without a filter element must mean all
    body = document("A:addressbook-query", prop("D:getetag", "A:address-data"))
    assert len(bird.report(book.href, body, 1, headers=AGENT).multistatus()) == 10
    # then sync-collection with the data inline and no Depth header
    listing = bird.sync(book.href, "", "D:getetag", "A:address-data", depth=None, headers=AGENT).multistatus()
    cards = [r for r in listing if r.path != user.book]
    assert len(cards) == 10 and all("BEGIN:VCARD" in r.text("A:address-data") for r in cards)
    put = bird.put_card(book.href + "new.vcf", card("bird-new", version="4.0"), headers=AGENT, If_None_Match="*")
    assert put.status == 201 and put.etag
    delta = bird.sync(book.href, listing.sync_token, "D:getetag", "A:address-data", depth=None, headers=AGENT).multistatus()
    assert [r.path for r in delta] == [user.book + "new.vcf"]
    assert bird.delete(book.href + "new.vcf", If_Match=put.etag).status == 204


def test_cardbook_asks_for_the_principal_type(user, bird):
    row = bird.propfind(user.principal, "D:resourcetype", "D:displayname", "A:addressbook-home-set").multistatus().only()
    assert name("D:principal") in row.resource_types()


def test_duplicate_rule_and_alarm_lines_are_taken(user, bird):
    """A released version wrote RRULE and VALARM twice."""
    body = event("twice", "Twice", "RRULE:FREQ=DAILY;COUNT=3", "RRULE:FREQ=DAILY;COUNT=3",
                 *(["BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:x", "TRIGGER:-PT5M", "END:VALARM"] * 2))
    assert bird.put(user.calendar + "twice.ics", body, If_None_Match="*").status == 201
