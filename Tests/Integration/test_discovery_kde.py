"""KDE: kdav under Akonadi's DAV groupware resource."""
import pytest

from dav import document, name, path_of, prop
from objects import card, event, journal, task

AGENT = {"User-Agent": "KDE DAV groupware client", "Accept": "text/html, text/*;q=0.9", "Accept-Encoding": "gzip, deflate, x-gzip, x-deflate"}


@pytest.fixture
def kde(user):
    return user.dav(tls=True)


def component_query(kde, path, component):
    body = document("C:calendar-query", prop("D:getetag", "D:resourcetype") + '<C:filter><C:comp-filter name="VCALENDAR">'
                    f'<C:comp-filter name="{component}"/></C:comp-filter></C:filter>')
    return kde.report(path, body, 1, headers=AGENT).multistatus()


def test_discovery(user, kde):
    response = kde.propfind("/.well-known/caldav", "D:current-user-principal", headers=AGENT)
    assert response.status in (207, 301, 307, 308)
    principal = kde.propfind("/", "D:current-user-principal", "D:principal-URL", headers=AGENT).multistatus().only().hrefs_of("D:current-user-principal")[0]
    row = kde.propfind(principal, "C:calendar-home-set", "A:addressbook-home-set", headers=AGENT).multistatus().only()
    rows = kde.propfind(row.hrefs_of("C:calendar-home-set")[0], "D:displayname", "D:resourcetype", "I:calendar-color",
                        "C:supported-calendar-component-set", "D:current-user-privilege-set", "CS:getctag", "P:transports", "P:topic",
                        "P:supported-triggers", depth=1, headers=AGENT).multistatus()
    assert {path_of(r.href) for r in rows if name("C:calendar") in r.resource_types()} == {user.calendar, user.tasks}


def test_three_queries_per_calendar(user, kde):
    """A component that the calendar cannot hold is an empty 207 and no error."""
    dav = user.dav()
    dav.put(user.calendar + "e.ics", event("e"))
    dav.put(user.calendar + "j.ics", journal("j"))
    dav.put(user.tasks + "t.ics", task("t"))
    assert component_query(kde, user.calendar, "VEVENT").paths() == [user.calendar + "e.ics"]
    assert component_query(kde, user.calendar, "VTODO").paths() == []
    assert component_query(kde, user.calendar, "VJOURNAL").paths() == [user.calendar + "j.ics"]
    assert component_query(kde, user.tasks, "VTODO").paths() == [user.tasks + "t.ics"]
    assert component_query(kde, user.tasks, "VEVENT").paths() == []


def test_multiget_at_depth_1(user, kde):
    user.dav().put(user.calendar + "e.ics", event("e"))
    row = kde.multiget(user.calendar, [user.calendar + "e.ics"], depth=1, headers=AGENT).multistatus().only()
    assert "UID:e" in row.text("C:calendar-data")


def test_contacts(user, kde):
    user.dav().put_card(user.book + "c.vcf", card("c"))
    rows = kde.propfind(user.book, "D:getetag", "D:resourcetype", "D:getcontenttype", depth=1, headers=AGENT).multistatus()
    assert rows.row(user.book + "c.vcf").text("D:getcontenttype").split(";")[0] in ("text/vcard", "text/directory", "text/x-vcard")
    body = document("A:addressbook-multiget", "<D:prop><D:getetag/><A:address-data><A:allprop/></A:address-data></D:prop>"
                    f"<D:href>{user.book}c.vcf</D:href>")
    assert "UID:c" in kde.report(user.book, body, 1, headers=AGENT).multistatus().only().text("A:address-data")


def test_it_reads_again_after_a_put(user, kde):
    put = kde.put(user.calendar + "again.ics", event("again"), If_None_Match="*", headers=AGENT)
    got = kde.get(user.calendar + "again.ics", headers={"Accept": "text/calendar", **AGENT})
    assert got.etag == put.etag or got.etag.startswith(put.etag.rstrip('"'))


def test_search_for_people_to_share_with(user, kde):
    body = document("D:principal-property-search", f"<D:property-search>{prop('D:displayname')}<D:match>{user.name}</D:match>"
                    f"</D:property-search>{prop('D:displayname', 'D:principal-URL')}<D:apply-to-principal-collection-set/>", 'test="anyof"')
    assert user.principal in kde.report("/", body, 0, headers=AGENT).multistatus().paths()
