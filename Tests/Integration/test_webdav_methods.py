"""The methods on places where they may not go (H5), and what collections answer."""
import xml.etree.ElementTree as ET

import pytest

from dav import NAMESPACES, document, find, find_all, name
from objects import card, crlf, event, task


def test_put_to_a_missing_parent_is_409(user, dav):
    assert dav.put_file(user.files + "no/such/file.txt", b"x").status == 409
    assert dav.put(user.calendars + "none/x.ics", event("x")).status in (403, 404, 409)
    assert dav.mkcol(user.files + "no/such/").status == 409
    assert dav.make_calendar(user.calendars + "none/inner/").status in (403, 409)


def refused_method(response, *allowed):
    """RFC 9110 §15.5.6: 405, and what goes instead."""
    assert response.status == 405, response
    allow = response.tokens("Allow")
    assert {"options", *allowed} <= allow and response.method.lower() not in allow, allow


@pytest.mark.parametrize("place", ["files", "calendars", "books", "principal", "calendar", "book"])
def test_put_to_a_collection_is_refused(user, dav, place):
    refused_method(dav.put_file(getattr(user, place), b"x"), "get", "head", "propfind", "report")


@pytest.mark.parametrize("home", ["calendars", "books"])
def test_put_into_a_home_is_refused(user, dav, home):
    refused_method(dav.put_file(getattr(user, home) + "x", b"x"), "mkcol")


def test_put_where_nothing_ever_is(dav):
    refused_method(dav.put_file("/nowhere/x", b"x"))


def test_post_where_nothing_can_be_added(user, dav):
    dav.put_file(user.files + "file", b"x")
    refused_method(dav.request("POST", user.files + "file", b"x"), "get", "put", "delete")
    refused_method(dav.request("POST", user.calendars, b"x"), "get", "propfind", "mkcalendar")
    refused_method(dav.request("POST", user.principal, b"x"), "get", "propfind")


def test_mkcol(user, dav):
    assert dav.mkcol(user.files + "dir/").status == 201
    refused_method(dav.mkcol(user.files + "dir/"), "get", "delete", "propfind", "copy")
    dav.put_file(user.files + "file", b"x")
    refused_method(dav.mkcol(user.files + "file"), "get", "put", "delete", "propfind")
    assert dav.request("MKCOL", user.files + "other/", b"a body", {"Content-Type": "text/plain"}).status == 415
    assert dav.propfind(user.files + "other/").status == 404
    assert dav.mkcol(user.files + "file/below/").status in (403, 409)


def test_extended_mkcol_of_a_plain_collection(user, dav):
    """RFC 5689"""
    body = document("D:mkcol", "<D:set><D:prop><D:resourcetype><D:collection/></D:resourcetype><D:displayname>Папка</D:displayname><X:a>1</X:a></D:prop></D:set>")
    assert dav.mkcol(user.files + "ext/", body).status == 201
    row = dav.propfind(user.files + "ext/", "D:displayname", "X:a", "D:resourcetype").multistatus().only()
    assert row.text("D:displayname") == "Папка" and row.text("X:a") == "1" and row.resource_types() == {name("D:collection")}


def test_extended_mkcol_is_atomic(user, dav):
    """RFC 5689 §3: what cannot be set makes the whole fail, and the answer says which"""
    body = document("D:mkcol", "<D:set><D:prop><D:resourcetype><D:collection/></D:resourcetype><D:displayname>x</D:displayname>"
                    "<D:getetag>x</D:getetag></D:prop></D:set>")
    response = dav.mkcol(user.files + "bad/", body)
    assert response.status == 403, "RFC 5689 §3.5: as the property that could not be set"
    assert mkcol_response(response) == {"D:getetag": (403, "D:cannot-modify-protected-property"), "D:displayname": (424, None)}
    assert dav.propfind(user.files + "bad/").status == 404


def mkcol_response(response, root="D:mkcol-response"):
    """RFC 5689 §5.2: {property: (status, condition)}"""
    answer = ET.fromstring(response.body)
    assert answer.tag == name(root), response
    assert "no-cache" in response.tokens("Cache-Control")
    prefixes = {uri: prefix for prefix, uri in NAMESPACES.items()}

    def prefixed(tag):
        uri, local = tag[1:].split("}")
        return f"{prefixes[uri]}:{local}"
    rows = {}
    for propstat in find_all(answer, "D:propstat"):
        error = find(propstat, "D:error")
        for element in find(propstat, "D:prop"):
            rows[prefixed(element.tag)] = (int(find(propstat, "D:status").text.split()[1]), None if error is None else prefixed(error[0].tag))
    return rows


@pytest.mark.parametrize("types", ["<X:nonsense/>", "<D:principal/>", "<C:calendar/><A:addressbook/>"])
def test_a_type_of_collections_that_there_is_not(user, dav, types):
    """RFC 5689 §3.3 and §3.5"""
    body = document("D:mkcol", f"<D:set><D:prop><D:resourcetype><D:collection/>{types}</D:resourcetype><D:displayname>x</D:displayname></D:prop></D:set>")
    response = dav.mkcol(user.calendars + "kind/", body)
    assert response.status == 403, response
    assert mkcol_response(response) == {"D:resourcetype": (403, "D:valid-resourcetype"), "D:displayname": (424, None)}
    assert dav.propfind(user.calendars + "kind/").status == 404


@pytest.mark.parametrize("types,home,condition", [
    ("<C:calendar/>", "files", "C:calendar-collection-location-ok"), ("<A:addressbook/>", "files", "A:addressbook-collection-location-ok"),
    ("<A:addressbook/>", "calendars", "A:addressbook-collection-location-ok"), ("<C:calendar/>", "books", "C:calendar-collection-location-ok"),
    ("<C:calendar/>", "calendar", "C:calendar-collection-location-ok"), ("<A:addressbook/>", "book", "A:addressbook-collection-location-ok")])
def test_kinds_of_collections_in_places_where_they_cannot_be(user, dav, types, home, condition):
    body = document("D:mkcol", f"<D:set><D:prop><D:resourcetype><D:collection/>{types}</D:resourcetype></D:prop></D:set>")
    response = dav.mkcol(getattr(user, home) + "kind/", body)
    assert response.status == 403, response
    response.error(condition)


@pytest.mark.parametrize("place", ["/x/", "/x/y/", "/calendars/nobody/", "/calendars/{other}/", "/principals/x/", "/principals/{user}/x/", "/contacts/x/"])
def test_calendars_and_books_outside_of_homes(user, other, dav, place):
    """RFC 4791 §5.3.1 and RFC 6352 §6.3.1; who is there is not told by it"""
    path = place.format(user=user.address, other=other.address)
    for response, condition in ((dav.make_calendar(path), "C:calendar-collection-location-ok"), (dav.make_book(path), "A:addressbook-collection-location-ok"),
                                (dav.mkcol(path), None)):
        assert response.status == 403, response
        if condition:
            response.error(condition)


def test_a_calendar_inside_a_calendar_is_refused(user, dav):
    """RFC 4791 §5.3.1"""
    response = dav.make_calendar(user.calendar + "inner/")
    assert response.status == 403
    response.error("C:calendar-collection-location-ok")


def test_a_plain_collection_inside_a_calendar_is_refused(user, dav):
    assert dav.mkcol(user.calendar + "plain/").status == 403
    assert dav.mkcol(user.book + "plain/").status == 403


def test_mkcalendar_on_something_is_refused(user, dav):
    """RFC 4791 §5.3.1: resource-must-be-null"""
    for path in (user.calendar, user.calendars, user.files, user.principal, "/calendars/", "/"):
        response = dav.make_calendar(path)
        assert response.status == 403, response
        response.error("D:resource-must-be-null")
        refused_method(dav.make_book(path), "propfind")


def test_mkcalendar_with_a_property_that_cannot_be_set(user, dav):
    response = dav.make_calendar(user.calendars + "bad/", properties="<D:getetag>x</D:getetag><D:displayname>y</D:displayname>")
    assert response.status == 403, response
    assert mkcol_response(response, "C:mkcalendar-response") == {"D:getetag": (403, "D:cannot-modify-protected-property"), "D:displayname": (424, None)}
    assert dav.propfind(user.calendars + "bad/").status == 404


@pytest.mark.parametrize("zone", ["nonsense", "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nEND:VCALENDAR\r\n", event("a")])
def test_mkcalendar_with_a_time_zone_that_is_none(user, dav, zone):
    """RFC 4791 §5.3.1: valid-calendar-data"""
    response = dav.make_calendar(user.calendars + "bad/", properties=f"<D:displayname>y</D:displayname><C:calendar-timezone>{zone}</C:calendar-timezone>")
    assert response.status == 403, response
    assert mkcol_response(response, "C:mkcalendar-response") == {"C:calendar-timezone": (403, "C:valid-calendar-data"), "D:displayname": (424, None)}
    assert dav.propfind(user.calendars + "bad/").status == 404


def test_mkcalendar_without_a_body(user, dav):
    assert dav.make_calendar(user.calendars + "bare/").status == 201
    row = dav.propfind(user.calendars + "bare/", "C:supported-calendar-component-set", "D:resourcetype").multistatus().only()
    assert {"VEVENT", "VTODO", "VJOURNAL"} <= {c.get("name") for c in row.prop("C:supported-calendar-component-set")}


def test_mkcalendar_with_an_unknown_component(user, dav):
    response = dav.make_calendar(user.calendars + "weird/", "VNONSENSE")
    assert response.status == 403, response
    assert mkcol_response(response, "C:mkcalendar-response") == {"C:supported-calendar-component-set": (403, "C:supported-calendar-component")}


def test_homes_and_principals_stay(user, dav):
    for path in (user.calendars, user.books, user.files, user.principal, "/principals/", "/"):
        assert dav.delete(path).status in (403, 405), path
        assert dav.move(path, user.files + "stolen/").status in (403, 405, 409), path
        assert dav.propfind(path).status == 207
    for path in ("/new/", "/calendars/new/", "/principals/new/", f"/files/new-{user.name}/"):
        assert dav.mkcol(path).status == 403, path


def test_delete(user, dav):
    dav.put(user.calendar + "a.ics", event("a"))
    assert dav.delete(user.calendar + "a.ics").status == 204
    assert dav.delete(user.calendar + "a.ics").status == 404
    assert dav.get(user.calendar + "a.ics").status == 404
    dav.make_calendar(user.calendars + "gone/")
    dav.put(user.calendars + "gone/a.ics", event("a"))
    assert dav.delete(user.calendars + "gone/", Depth="1").status in (204, 400)
    dav.delete(user.calendars + "gone/")
    assert dav.propfind(user.calendars + "gone/").status == 404 and dav.get(user.calendars + "gone/a.ics").status == 404
    assert dav.make_calendar(user.calendars + "gone/").status == 201
    assert dav.children(user.calendars + "gone/") == []


def test_get_on_a_collection_exports_it(user, dav):
    import icalendar
    for n in range(3):
        dav.put(user.calendar + f"{n}.ics", event(f"x-{n}", f"Event {n}"))
        dav.put_card(user.book + f"{n}.vcf", card(f"c-{n}"))
    got = dav.get(user.calendar)
    assert got.status == 200 and got.header("Content-Type").startswith("text/calendar")
    whole = icalendar.Calendar.from_ical(got.decoded())
    assert sorted(str(e["UID"]) for e in whole.walk("VEVENT")) == ["x-0", "x-1", "x-2"]
    got = dav.get(user.book)
    assert got.header("Content-Type").startswith("text/vcard") and got.decoded().count(b"BEGIN:VCARD") == 3
    assert dav.head(user.calendar).status == 200 and dav.head(user.calendar).body == b""


def test_the_export_of_an_empty_calendar_is_a_calendar(user, dav):
    assert b"BEGIN:VCALENDAR" in dav.get(user.calendar).decoded()


@pytest.mark.parametrize("method,path", [("POST", "calendar"), ("PATCH", "calendar"), ("NONSENSE", "calendar"), ("TRACE", "files"),
                                         ("CONNECT", "files"), ("ACL", "calendar"), ("MKREDIRECTREF", "files"), ("BIND", "files"), ("VERSION-CONTROL", "files")])
def test_methods_that_are_not_there(user, dav, method, path):
    response = dav.request(method, getattr(user, path))
    assert response.status in (400, 403, 405, 415, 501), response
    if response.status == 405:
        assert response.header("Allow")


def test_allow_says_what_goes(user, dav):
    dav.put(user.calendar + "a.ics", event("a"))
    assert "mkcalendar" not in dav.options(user.calendar + "a.ics").tokens("Allow")
    assert "put" in dav.options(user.calendar + "a.ics").tokens("Allow")
    assert {"propfind", "report"} <= dav.options(user.principal).tokens("Allow")


def test_add_member(user, dav):
    """RFC 5995: POST to the URL in DAV:add-member makes a resource with a name of the server's"""
    for path, body, kind in ((user.calendar, event("added"), "text/calendar"), (user.tasks, task("added-t"), "text/calendar"),
                             (user.book, card("added-c"), "text/vcard"), (user.files, b"x", "text/plain")):
        url = dav.propfind(path, "D:add-member").multistatus().only().hrefs_of("D:add-member")
        assert url, path
        made = dav.request("POST", url[0], body, {"Content-Type": kind})
        assert made.status == 201, made
        location = made.header("Location")
        assert path in location
        got = dav.get(location[len(dav.url):] if location.startswith(dav.url) else location)
        assert got.status == 200 and got.body == (body if isinstance(body, bytes) else body.encode())
    refused = dav.request("POST", dav.propfind(user.calendar, "D:add-member").multistatus().only().hrefs_of("D:add-member")[0],
                          event("added"), {"Content-Type": "text/calendar"})
    assert refused.status == 403
    conflict = refused.error("C:no-uid-conflict").find(name("D:href")).text
    assert conflict.startswith(user.calendar) and "UID:added" in dav.get(conflict).text, "the URL of the object that has the UID"


def test_files_keep_their_type(user, dav):
    for content_type in ("text/html; charset=windows-1251", "image/png", "application/vnd.oasis.opendocument.text"):
        dav.put_file(user.files + "typed", b"\x00\xff", content_type)
        assert dav.get(user.files + "typed").header("Content-Type") == content_type
    dav.request("PUT", user.files + "untyped.bin", b"x")
    assert dav.get(user.files + "untyped.bin").header("Content-Type")


def test_html_files_cannot_act_as_the_server(user, dav):
    """A page in a file tree must not run with the origin's rights."""
    dav.put_file(user.files + "page.html", b"<script>alert(1)</script>", "text/html")
    got = dav.get(user.files + "page.html")
    assert got.header("X-Content-Type-Options") == "nosniff"
    policy = got.header("Content-Security-Policy") or ""
    assert "sandbox" in policy or "script-src 'none'" in policy or "default-src 'none'" in policy \
        or (got.header("Content-Disposition") or "").startswith("attachment")


def test_a_broken_vcard_is_a_fine_file(user, dav):
    assert dav.put_file(user.files + "x.vcf", crlf("BEGIN:VCARD\nnonsense"), "text/vcard").status == 201
