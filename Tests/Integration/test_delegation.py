"""Delegates of a whole calendar home, as Apple's server brought them (caldav-proxy): the same grants as all sharing."""
import json

import pytest

from dav import document, find_all, name, path_of
from objects import event
from test_acl import ace, acl
from test_sharing import group, lacks, mounts, privileges, share, PRIVILEGES  # noqa: F401  (group is a fixture)

READ, WRITE = "calendar-proxy-read/", "calendar-proxy-write/"


def set_members(dav, proxy, *principals):
    hrefs = "".join(f"<D:href>{p}</D:href>" for p in principals)
    return dav.set_property(proxy, f"<D:group-member-set>{hrefs}</D:group-member-set>").multistatus().only()


def members(dav, proxy):
    return set(dav.propfind(proxy, "D:group-member-set").multistatus().only().hrefs_of("D:group-member-set"))


def acts_for(user):
    row = user.dav().propfind(user.principal, "CS:calendar-proxy-read-for", "CS:calendar-proxy-write-for").multistatus().only()
    return row.hrefs_of("CS:calendar-proxy-read-for"), row.hrefs_of("CS:calendar-proxy-write-for")


def roles(server, user):
    return {e["who"]: e["role"] for e in json.loads(server.run("share", "list", user.calendars, "--json").out)}


def test_the_groups_of_delegates_are_principals(user, other, group):
    assert "calendar-proxy" in user.dav().options(user.calendars).tokens("DAV")
    for part, kind in ((READ, "CS:calendar-proxy-read"), (WRITE, "CS:calendar-proxy-write")):
        asked = ("D:resourcetype", "D:principal-URL", "D:group-member-set", "D:group-membership", "D:displayname", PRIVILEGES)
        row = user.dav().propfind(user.principal + part, *asked).multistatus().only()
        assert {name("D:principal"), name("D:collection"), name(kind)} == set(row.resource_types())
        assert row.hrefs_of("D:principal-URL") == [user.principal + part] and row.hrefs_of("D:group-member-set") == []
        assert "write-properties" in privileges(row)
        # Others see that there is such a group of everybody's, and not who is in it.
        row = other.dav().propfind(user.principal + part, *asked).multistatus().only()
        assert row.status_of("D:group-member-set") == 404 and "write-properties" not in privileges(row)
        assert set_members(other.dav(), user.principal + part, other.principal).status_of("D:group-member-set") == 403
        assert other.dav().propfind(user.calendars).status == 404
        assert user.dav().propfind(f"/principals/{group()}/" + part).status == 404
    assert user.dav().propfind(user.principal + "calendar-proxy/").status == 404
    assert user.dav().propfind(user.principal + READ + "x").status == 404
    for method in ("DELETE", "PUT", "MKCOL"):
        assert user.dav().request(method, user.principal + READ).status in (403, 404, 405)
    for answer in (user.dav().move(user.principal + READ, user.calendars + "x/"), acl(user.dav(), user.principal + READ)):
        assert answer.status == 403


def test_a_delegate_finds_the_calendars(server, user, other):
    """As macOS, iOS and DAVx5 look for them."""
    user.dav().put(user.calendar + "a.ics", event("a"))
    assert other.dav().propfind(user.principal, "C:calendar-home-set").multistatus().only().status_of("C:calendar-home-set") == 404
    assert set_members(user.dav(), user.principal + READ, other.principal).status_of("D:group-member-set") == 200
    assert members(user.dav(), user.principal + READ) == {other.principal} and members(user.dav(), user.principal + WRITE) == set()
    assert roles(server, user) == {other.address: "reader"}
    assert acts_for(other) == ([user.principal], []) and acts_for(user) == ([], [])
    row = other.dav().propfind(other.principal, "D:group-membership").multistatus().only()
    assert row.hrefs_of("D:group-membership") == [user.principal + READ]
    # Who is whose delegate is told to nobody else.
    third = server.new_user()
    row = third.dav().propfind(other.principal, "CS:calendar-proxy-read-for", "D:group-membership").multistatus().only()
    assert row.status_of("CS:calendar-proxy-read-for") == 404 and row.hrefs_of("D:group-membership") == []
    body = document("D:expand-property", '<D:property name="calendar-proxy-read-for" namespace="http://calendarserver.org/ns/">'
                    '<D:property name="displayname"/><D:property name="calendar-home-set" namespace="urn:ietf:params:xml:ns:caldav"/>'
                    '</D:property>')
    row = other.dav().report(other.principal, body, 0).multistatus().only()
    inner = find_all(row.prop("CS:calendar-proxy-read-for"), "D:response")
    assert [path_of(r.findtext(name("D:href"))) for r in inner] == [user.principal]
    assert [path_of(e.text) for e in inner[0].find(".//" + name("C:calendar-home-set"))] == [user.calendars]
    rows = other.dav().propfind(user.calendars, PRIVILEGES, depth=1).multistatus()
    assert {user.calendar, user.tasks} <= set(rows.paths()) and "bind" not in privileges(rows.row(user.calendar))
    assert other.dav().get(user.calendar + "a.ics").status == 200
    lacks(other.dav().put(user.calendar + "b.ics", event("b")), "bind")
    assert mounts(other, other.calendars) == []
    # One who may write becomes one by being put there, and is then no more in the other group.
    assert set_members(user.dav(), user.principal + WRITE, other.principal).status_of("D:group-member-set") == 200
    assert members(user.dav(), user.principal + READ) == set() and acts_for(other) == ([], [user.principal])
    assert other.dav().put(user.calendar + "b.ics", event("b")).status == 201
    # The client's other list, sent after it, takes nothing away.
    set_members(user.dav(), user.principal + READ)
    assert members(user.dav(), user.principal + WRITE) == {other.principal}
    answer = user.dav().proppatch(user.principal + WRITE, "<D:remove><D:prop><D:group-member-set/></D:prop></D:remove>")
    assert answer.multistatus().only().status_of("D:group-member-set") == 200
    assert acts_for(other) == ([], []) and other.dav().propfind(user.calendars).status == 404
    assert roles(server, user) == {}


def test_groups_act_too_and_other_grants_stay(server, user, other, group):
    third = server.new_user()
    crowd = group(other.address)
    share(server, user.calendars, "signed-in", "free-busy")
    share(server, user.calendars, third, "co-owner", "--until", "2090-01-01")
    assert members(user.dav(), user.principal + WRITE) == {third.principal}
    assert set_members(user.dav(), user.principal + WRITE, third.principal, f"/principals/{crowd}/").status_of("D:group-member-set") == 200
    assert acts_for(other) == ([], [user.principal])
    listed = {e["who"]: (e["role"], e["until"]) for e in json.loads(server.run("share", "list", user.calendars, "--json").out)}
    assert listed == {"signed-in": ("free-busy", ""), third.address: ("co-owner", "2090-01-01"), crowd: ("editor", "")}
    # A co-owner sees and changes the list as the owner does.
    assert members(third.dav(), user.principal + WRITE) == {third.principal, f"/principals/{crowd}/"}
    assert set_members(third.dav(), user.principal + WRITE, third.principal).status_of("D:group-member-set") == 200
    assert acts_for(other) == ([], [])
    share(server, user.calendars, other, "reader", "--until", "2020-01-01")
    assert acts_for(other) == ([], []) and members(user.dav(), user.principal + READ) == set()
    assert set_members(user.dav(), user.principal + READ, other.principal).status_of("D:group-member-set") == 200
    assert acts_for(other) == ([user.principal], [])
    share(server, user.calendars, "signed-in", "free-busy")
    server.run("share", "remove", user.calendars, "signed-in")


@pytest.mark.parametrize("href", ["/principals/nobody@example.org/", "/calendars/{u}/", "http://[", "", "/principals/{u}/calendar-proxy-read/"])
def test_who_cannot_be_a_delegate(user, other, href):
    """All or nothing (RFC 4918 §9.2)."""
    answer = user.dav().set_property(user.principal + READ, f"<D:group-member-set><D:href>{other.principal}</D:href>"
                                     f"<D:href>{href.format(u=user.address)}</D:href></D:group-member-set>")
    assert answer.multistatus().only().status_of("D:group-member-set") == 403
    assert members(user.dav(), user.principal + READ) == set()


def test_nothing_else_is_changed(user, other):
    row = user.dav().set_property(user.principal + READ, f"<D:group-member-set><D:href>{other.principal}</D:href></D:group-member-set>"
                                  "<D:displayname>x</D:displayname>").multistatus().only()
    assert row.status_of("D:displayname") == 403 and row.status_of("D:group-member-set") == 424
    assert members(user.dav(), user.principal + READ) == set()
    answer = set_members(user.dav(), user.principal + READ, user.principal)
    assert answer.status_of("D:group-member-set") == 403, "oneself"
