"""Sharing as macOS and iOS ask for it (Apple's calendarserver-sharing): the same grants and places as all sharing."""
import json
import re
import xml.etree.ElementTree as ET

import pytest

from dav import XML_TYPE, document, find, find_all, name, path_of
from objects import card, event
from test_sharing import group, home_changes, lacks, mount, mounts, privileges, share, unshare, PRIVILEGES  # noqa: F401  (group is a fixture)

AGENT = {"User-Agent": "macOS/14.5 (23F79) dataaccessd/1.0", "Prefer": "return=minimal", "Brief": "t"}
SHARING = ("CS:invite", "CS:allowed-sharing-modes", "CS:shared-url", "D:resourcetype", "D:owner", PRIVILEGES)


def setting(who, access="read", summary="Shared workspace", common_name=None):
    named = f"<CS:common-name>{common_name}</CS:common-name>" if common_name else ""
    return f"<CS:set><D:href>{who}</D:href>{named}<CS:summary>{summary}</CS:summary><CS:{access}/></CS:set>"


def removing(who):
    return f"<CS:remove><D:href>{who}</D:href></CS:remove>"


def post(user, path, *changes):
    return user.dav().xml("POST", path, document("CS:share", "".join(changes)), headers=AGENT)


def mailto(user):
    return "mailto:" + user.address


def row_of(user, path):
    return user.dav().propfind(path, *SHARING).multistatus().only()


def invited(user, path):
    """{href: (status, access, summary, common name)} of CS:invite, and the organizer's href; None where there is none."""
    invite = row_of(user, path).prop("CS:invite")
    if invite is None:
        return None
    users = {}
    for u in find_all(invite, "CS:user"):
        status = [e.tag.split("}")[1] for e in u if e.tag.split("}")[1].startswith("invite-")]
        access = [e.tag.split("}")[1] for e in find(u, "CS:access")]
        assert len(status) == 1 and len(access) == 1
        users[find(u, "D:href").text] = (status[0][7:], access[0], u.findtext(name("CS:summary")), u.findtext(name("CS:common-name")))
    organizer = find(invite, "CS:organizer/D:href")
    return users, None if organizer is None else organizer.text


def notification_url(user):
    return user.dav().propfind(user.principal, "CS:notification-URL").multistatus().only().hrefs_of("CS:notification-URL")[0]


def notifications(user):
    """{path: root element}, fetched as Calendar does: a listing, then each."""
    url = notification_url(user)
    rows = user.dav().propfind(url, "D:getetag", "CS:notificationtype", "D:getcontenttype", depth=1, headers=AGENT).multistatus()
    found = {}
    for row in rows:
        if row.path == path_of(url):
            continue
        answer = user.dav().get(row.path)
        assert answer.status == 200 and answer.etag == row.text("D:getetag")
        assert answer.header("Content-Type").startswith("application/xml") and row.text("D:getcontenttype").startswith("application/xml")
        root = ET.fromstring(answer.body)
        assert root.tag == name("CS:notification") and re.fullmatch(r"\d{8}T\d{6}Z", root.findtext(name("CS:dtstamp")))
        kind = row.prop("CS:notificationtype")[0]
        assert root[1].tag == kind.tag and root[1].attrib == kind.attrib and len(kind) == 0
        found[row.path] = root[1]
    return found


def invitation(user):
    found = notifications(user)
    assert len(found) == 1, found
    return next(iter(found.values()))


def answer(user, home, notice, accepted=True, summary=None, uid=None):
    host = find(notice, "CS:hosturl/D:href").text
    named = f"<CS:summary>{summary}</CS:summary>" if summary else ""
    body = document("CS:invite-reply", f"<D:href>{mailto(user)}</D:href><CS:invite-{'accepted' if accepted else 'declined'}/>"
                    f"<CS:hosturl><D:href>{host}</D:href></CS:hosturl>"
                    f"<CS:in-reply-to>{uid or notice.findtext(name('CS:uid'))}</CS:in-reply-to>{named}")
    return user.dav().xml("POST", home, body, headers=AGENT)


def state(notice):
    return [e.tag.split("}")[1] for e in notice if e.tag.split("}")[1].startswith("invite-")]


def test_what_is_announced(user):
    for path in (user.principal, user.calendars, user.calendar, user.books):
        assert "calendarserver-sharing" in user.dav().options(path).tokens("DAV")
    for path in (user.calendar, user.book):
        row = row_of(user, path)
        assert find(row.prop("CS:allowed-sharing-modes"), "CS:can-be-shared") is not None
        assert row.status_of("CS:invite") == 404 and name("CS:shared-owner") not in row.resource_types()
    assert row_of(user, user.calendars).status_of("CS:allowed-sharing-modes") == 404
    url = notification_url(user)
    row = user.dav().propfind(url, "D:resourcetype", "D:sync-token", "CS:getctag", "D:supported-report-set", depth=1).multistatus().only()
    assert row.path == path_of(url) and row.resource_types() == {name("D:collection"), name("CS:notification")}
    assert name("D:sync-collection") in {e.tag for e in row.prop("D:supported-report-set").iter()}


def test_invited_accepted_changed_and_unshared(server, user, other):
    user.dav().set_property(user.calendar, "<D:displayname>Annas work</D:displayname>")
    url = notification_url(other)
    first = other.dav().sync(url).multistatus()
    response = post(user, user.calendar, setting(mailto(other), "read-write", common_name="Bob Example"))
    assert response.status == 200 and not response.body
    assert invited(user, user.calendar) == ({mailto(other): ("noresponse", "read-write", "Shared workspace", "Bob Example")}, None)
    assert name("CS:shared-owner") in row_of(user, user.calendar).resource_types()
    home = user.dav().propfind(user.calendars, "D:resourcetype", depth=1).multistatus()
    assert [r.path for r in home if name("CS:shared-owner") in r.resource_types()] == [user.calendar]
    # The same grants as everywhere.
    listed = {e["who"]: e["role"] for e in json.loads(server.run("share", "list", user.calendar, "--json").out)}
    assert listed == {other.address: "editor"}

    changes = other.dav().sync(url, first.sync_token).multistatus()
    assert len(changes.paths()) == 1
    notice = invitation(other)
    assert notice.tag == name("CS:invite-notification") and notice.get("shared-type") == "calendar"
    assert state(notice) == ["invite-noresponse"] and find(notice, "D:href").text == mailto(other)
    assert find(notice, "CS:access/CS:read-write") is not None and notice.findtext(name("CS:summary")) == "Shared workspace"
    assert find(notice, "CS:hosturl/D:href").text == user.calendar and find(notice, "CS:organizer/D:href").text == mailto(user)
    components = {e.get("name") for e in find(notice, "C:supported-calendar-component-set")}
    assert "VEVENT" in components and "VTODO" not in components

    # Clients that know nothing of invitations have it already.
    place = mount(other)
    response = answer(other, other.calendars, notice, summary="Annas calendar")
    assert response.status == 200 and response.header("Content-Type").startswith("application/xml")
    root = ET.fromstring(response.body)
    assert root.tag == name("CS:shared-as") and [e.text for e in root] == [place]
    row = row_of(other, place)
    assert {name("CS:shared"), name("C:calendar"), name("D:collection")} == set(row.resource_types())
    assert row.hrefs_of("CS:shared-url") == [user.calendar] and "bind" in privileges(row)
    assert find(row.prop("CS:allowed-sharing-modes"), "CS:can-be-shared") is None
    assert invited(other, place) == ({mailto(other): ("accepted", "read-write", "Shared workspace", "Bob Example")}, mailto(user))
    assert other.dav().propfind(place, "D:displayname").multistatus().only().text("D:displayname") == "Annas calendar"
    assert invited(user, user.calendar)[0][mailto(other)][0] == "accepted"
    assert other.dav().put(place + "a.ics", event("a")).status == 201
    # The sharer is told.
    reply = invitation(user)
    assert reply.tag == name("CS:invite-reply") and state(reply) == ["invite-accepted"] and find(reply, "D:href").text == mailto(other)
    assert reply.findtext(name("CS:in-reply-to")) == notice.findtext(name("CS:uid")) and reply.findtext(name("CS:summary")) == "Annas calendar"
    for who in (user, other):
        for path in notifications(who):
            assert who.dav().delete(path).status == 204
        assert notifications(who) == {}

    # To set the same again is told to nobody; another access is, as an update.
    assert post(user, user.calendar, setting(mailto(other), "read-write")).status == 200
    assert notifications(other) == {}
    assert post(user, user.calendar, setting(mailto(other), "read")).status == 200
    assert state(invitation(other)) == ["invite-accepted"]
    lacks(other.dav().put(place + "b.ics", event("b")), "bind")
    assert invited(user, user.calendar)[0][mailto(other)][:2] == ("accepted", "read")

    # Taken away: gone for the sharee, who is told.
    _, token = home_changes(other, other.calendars, "")
    assert post(user, user.calendar, removing(mailto(other))).status == 200
    assert other.dav().get(place + "a.ics").status == 404 and home_changes(other, other.calendars, token)[0] == {place: 404}
    assert state(invitation(other)) == ["invite-deleted"]
    assert invited(user, user.calendar) is None and name("CS:shared-owner") not in row_of(user, user.calendar).resource_types()
    # What is not shared is removed without a word, as Apple's server does.
    assert post(user, user.calendar, removing(mailto(other)), removing("mailto:nobody@example.org")).status == 200


def test_declined_in_both_ways_and_offered_again(user, other):
    post(user, user.calendar, setting(mailto(other)))
    notice, place = invitation(other), mount(other)
    assert answer(other, other.calendars, notice, accepted=False).status == 204
    assert mounts(other, other.calendars) == [] and other.dav().propfind(place).status == 404
    assert invited(user, user.calendar)[0][mailto(other)][0] == "declined" and state(invitation(user)) == ["invite-declined"]
    # Accepted all the same.
    assert answer(other, other.calendars, notice).status == 200
    assert mount(other) == place and state(invitation(user)) == ["invite-accepted"]
    # The sharee deletes the shared collection: only their place of it goes, and it counts as declined.
    user.dav().put(user.calendar + "a.ics", event("a"))
    assert other.dav().delete(place).status == 204
    assert mounts(other, other.calendars) == [] and user.dav().get(user.calendar + "a.ics").status == 200
    assert invited(user, user.calendar)[0][mailto(other)][0] == "declined" and state(invitation(user)) == ["invite-declined"]
    post(user, user.calendar, setting(mailto(other)))
    assert mount(other) == place and invited(user, user.calendar)[0][mailto(other)][0] == "noresponse"
    assert state(invitation(other)) == ["invite-noresponse"]
    # An invitation that is withdrawn before the answer is told no more, and cannot be answered.
    notice = invitation(other)
    post(user, user.calendar, removing(mailto(other)))
    assert notifications(other) == {}
    assert answer(other, other.calendars, notice).error("CS:invalid-share") is not None


def test_invited_again_after_the_right_was_taken_back(server, user, other):
    assert post(user, user.calendar, setting(mailto(other))).status == 200
    first = invitation(other)
    assert answer(other, other.calendars, first).status == 200
    share(server, user.calendar, other, "free-busy")
    assert invited(user, user.calendar) is None
    assert post(user, user.calendar, setting(mailto(other), "read-write")).status == 200
    assert invited(user, user.calendar)[0][mailto(other)][:2] == ("noresponse", "read-write")
    # The old notification and the new one name the same invitation.
    notices = list(notifications(other).values())
    assert {n.findtext(name("CS:uid")) for n in notices} == {first.findtext(name("CS:uid"))}
    assert answer(other, other.calendars, notices[-1]).status == 200
    assert invited(user, user.calendar)[0][mailto(other)][:2] == ("accepted", "read-write")


def test_books_are_shared_alike(user, other):
    user.dav().put_card(user.book + "a.vcf", card("a"))
    assert post(user, user.book, setting(mailto(other))).status == 200
    notice = invitation(other)
    assert notice.get("shared-type") == "addressbook" and find(notice, "C:supported-calendar-component-set") is None
    # In the home where books are.
    assert answer(other, other.calendars, notice).error("CS:invalid-share") is not None
    root = ET.fromstring(answer(other, other.books, notice).body)
    assert [e.text for e in root] == [mount(other, other.books)]
    assert name("CS:shared") in row_of(other, mount(other, other.books)).resource_types()
    assert other.dav().get(mount(other, other.books) + "a.vcf").status == 200


def test_who_is_not_known_is_refused_and_nothing_is_changed(server, user, other):
    zoe = f"zoe{next(server._users)}@example.net"
    server.run("user", "add", zoe, "--password-stdin", input="secret-zoe-1\n")
    for bad in ("mailto:" + zoe, "mailto:nobody@example.org", f"/principals/{zoe}/", mailto(user), user.principal,
                "urn:uuid:1", "mailto:", "/calendars/" + other.address + "/"):
        response = post(user, user.calendar, setting(mailto(other)), setting(bad, "read-write"))
        rows = {find(e, "D:href").text: find(e, "D:status").text.split()[1] for e in find_all(response.multistatus().root, "D:response")}
        assert rows == {mailto(other): "424", bad: "403"}
        assert invited(user, user.calendar) is None and notifications(other) == {}
    # Whom an administrator has put there can be seen and changed.
    server.run("share", "add", user.calendar, zoe)
    assert post(user, user.calendar, setting("mailto:" + zoe, "read-write")).status == 200
    assert invited(user, user.calendar)[0]["mailto:" + zoe][1] == "read-write"
    assert post(user, user.calendar, removing("mailto:" + zoe)).status == 200 and invited(user, user.calendar) is None


@pytest.mark.parametrize("form", ["MAILTO:{u}", "mailto:{e}", "{u}", "/principals/{u}/", "http://elsewhere.example.com/principals/{u}/"])
def test_by_what_a_sharee_is_named(user, other, form):
    href = form.format(u=other.address, e=other.address.replace("@", "%40"))
    assert post(user, user.calendar, setting(href)).status == 200
    assert list(invited(user, user.calendar)[0]) == [mailto(other)] and mount(other)


def test_groups_are_sharees(server, user, other, group):
    third = server.new_user()
    address = group(other.address, third.address)
    assert post(user, user.calendar, setting(f"/principals/{address}/"), setting(mailto(third), "read-write")).status == 200
    users, _ = invited(user, user.calendar)
    assert {(s, a) for s, a, _, _ in users.values()} == {("accepted", "read"), ("noresponse", "read-write")}
    # Its members find it in their homes, without being asked.
    assert notifications(other) == {} and len(notifications(third)) == 1
    place = mount(other)
    lacks(other.dav().put(place + "a.ics", event("a")), "bind")
    assert third.dav().put(mount(third) + "a.ics", event("a")).status == 201
    assert invited(other, place) == ({}, mailto(user))
    assert other.dav().delete(place).status == 204 and mount(third)
    href = next(h for h, u in users.items() if u[1] == "read")
    assert post(user, user.calendar, removing(href)).status == 200
    assert mounts(other, other.calendars) == [] and mount(third)


def test_the_right_is_that_of_the_access_list(server, user, other):
    third = server.new_user()
    share(server, user.calendar, other, "editor")
    place = mount(other)
    for path in (place, user.calendar):
        lacks(post(other, path, setting(mailto(third))), "write-acl", path)
    # Others are named to those only who may read the list.
    share(server, user.calendar, third)
    assert list(invited(other, place)[0]) == [mailto(other)]
    assert row_of(other, user.calendar).status_of("CS:invite") == 404
    share(server, user.calendar, other, "co-owner")
    assert set(invited(other, place)[0]) == {mailto(other), mailto(third)}
    assert post(other, place, removing(mailto(third))).status == 200 and mounts(third, third.calendars) == []
    assert post(other, place, setting(mailto(third))).status == 200
    assert find(invitation(third), "CS:organizer/D:href").text == mailto(user)
    assert third.dav().request("POST", user.calendars, document("CS:share", setting(mailto(third))), {"Content-Type": XML_TYPE}).status == 404
    # Taken away by the command line: the invitation with it.
    unshare(server, user.calendar, third)
    assert notifications(third) == {}


def test_nobody_else_answers_or_reads(server, user, other):
    third = server.new_user()
    post(user, user.calendar, setting(mailto(other)))
    notice = invitation(other)
    assert answer(third, third.calendars, notice).error("CS:invalid-share") is not None
    assert answer(third, other.calendars, notice).status == 404
    assert answer(other, other.calendars, notice, uid="x").error("CS:invalid-share") is not None
    share(server, other.calendars, third, "editor")
    assert answer(third, other.calendars, notice).error("CS:valid-request") is not None
    assert invited(user, user.calendar)[0][mailto(other)][0] == "noresponse"
    url = notification_url(other)
    path = next(iter(notifications(other)))
    for target in (url, path):
        for method in ("GET", "PROPFIND", "DELETE", "REPORT", "OPTIONS"):
            assert third.dav().request(method, target).status in (400, 404), (method, target)
    assert third.dav().propfind(other.principal, "CS:notification-URL").multistatus().only().status_of("CS:notification-URL") == 404


def test_clients_only_read_and_delete_notifications(user, other):
    post(user, user.calendar, setting(mailto(other)))
    url, dav = notification_url(other), other.dav()
    path = next(iter(notifications(other)))
    for response in (dav.put_file(url + "x.xml", b"<a/>"), dav.put_file(path, b"<a/>"), dav.request("POST", url, "<a/>"), dav.mkcol(url + "x/"), dav.copy(path, url + "y.xml"), dav.copy(path, other.files + "y.xml"),
                     dav.move(path, other.files + "y.xml"), dav.lock(path), dav.delete(url), dav.move(url, other.files + "n/"),
                     dav.copy(other.calendar, url + "c/")):
        assert response.status in (403, 405), response
    assert dav.set_property(url, "<D:displayname>x</D:displayname>").multistatus().only().status_of("D:displayname") == 403
    assert dav.propfind("/", "D:resourcetype", depth=1).multistatus().paths() == ["/", "/principals/", "/calendars/", "/contacts/", "/files/"]
    first = dav.sync(url).multistatus()
    assert dav.delete(path, If_Match='"other"').status == 412
    assert dav.delete(path).status == 204 and dav.get(path).status == 404
    assert {r.path: r.status for r in dav.sync(url, first.sync_token).multistatus()} == {path: 404}


def test_what_is_no_request(user, other):
    for body in (document("CS:share", ""), document("CS:share", "<CS:set><CS:read/></CS:set>"), document("CS:invite-reply", "")):
        assert user.dav().request("POST", user.calendar, body, {"Content-Type": XML_TYPE}).error("CS:valid-request") is not None
    for path in (user.calendars, user.calendars + "tasks/x.ics"):
        assert post(user, path, setting(mailto(other))).status in (403, 404)
    assert user.dav().request("POST", user.calendar, "<no", {"Content-Type": XML_TYPE}).status == 400
    assert post(user, user.calendar, setting(mailto(other), summary="x" * 1001)).error("CS:valid-request") is not None
    # Files may be XML.
    assert user.dav().request("POST", user.files, "<a/>", {"Content-Type": XML_TYPE}).status == 201
    # An event may still be added by its own type (RFC 5995).
    assert user.dav().request("POST", user.calendar, event("e"), {"Content-Type": "text/calendar"}).status == 201
