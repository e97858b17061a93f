"""Sharing at its edges: what meets by chance, what ends, and what those who share may not learn of each other."""
import json
import time

import pytest

from dav import document, find, lock_token, name, prop
from objects import event
from test_acl import ace, acl, acl_of, entries
from test_sharing import group, home_changes, lacks, mount, mounts, privileges, share, unshare, PRIVILEGES  # noqa: F401
from tegu import User


def mount_name(server, owner, path, home):
    """What a collection will be called in a home that it is shared to."""
    row = owner.dav().propfind(path, "D:resource-id").multistatus().only()
    return home + "shared-" + row.hrefs_of("D:resource-id")[0].rsplit(":", 1)[1]


def test_a_mount_takes_no_name_that_a_file_has(server, user, other):
    user.dav().mkcol(user.files + "plans/")
    user.dav().put_file(user.files + "plans/a.txt", b"a")
    taken = mount_name(server, user, user.files + "plans/", other.files)
    assert other.dav().put_file(taken, b"mine").status == 201
    share(server, user.files + "plans/", other)
    path = mount(other, other.files)
    assert path != taken + "/"
    assert other.dav().get(path + "a.txt").body == b"a" and other.dav().get(taken).body == b"mine"


def test_what_has_ended_can_be_granted_anew(server, user, other):
    share(server, user.calendar, other, "reader", "--until", "2020-01-01")
    assert acl_of(user.dav(), user.calendar)[1:] == []
    assert acl(user.dav(), user.calendar, ace(other.principal, "read")).status == 200
    assert other.dav().propfind(user.calendar).status == 207
    assert json.loads(server.run("share", "list", user.calendar, "--json").out) == [
        {"who": other.address, "role": "reader", "until": "", "ended": False}]


def test_who_reads_a_home_learns_nothing_of_what_others_share_there(server, user, other):
    """A delegate of a home sees what is in it, and not what somebody else shares with its owner."""
    third = server.new_user()
    share(server, user.calendars, other)
    first = other.dav().sync(user.calendars).multistatus()
    share(server, third.calendar, user)
    path = mount(user)
    answer = other.dav().sync(user.calendars, first.sync_token)
    assert answer.multistatus().paths() == [] and "shared-" not in answer.text
    # Also where the delegate has it too: it has its place in their own home.
    share(server, third.calendar, other)
    assert other.dav().sync(user.calendars, first.sync_token).multistatus().paths() == []
    assert other.dav().sync(user.calendars).multistatus().paths() == first.paths()
    assert other.dav().propfind(path).status == 404
    unshare(server, third.calendar, user)
    assert mounts(user, user.calendars) == []
    answer = other.dav().sync(user.calendars, first.sync_token).multistatus()
    assert answer.paths() == []


def test_a_delegates_sync_tells_the_same_privileges_as_a_listing(server, user, other):
    share(server, user.calendars, other)
    share(server, user.calendar, other, "editor")
    token = other.dav().sync(user.calendars).multistatus().sync_token
    user.dav().set_property(user.calendar, "<D:displayname>Changed</D:displayname>")
    listed = other.dav().propfind(user.calendars, PRIVILEGES, depth=1).multistatus().row(user.calendar)
    synced = other.dav().sync(user.calendars, token, PRIVILEGES).multistatus().row(user.calendar)
    assert "write" in privileges(listed) and privileges(synced) == privileges(listed)


def test_the_source_of_a_subscription_is_its_owners(server, user, other):
    """The URL of a foreign calendar mostly has its password in it."""
    body = document("D:mkcol", "<D:set><D:prop><D:resourcetype><D:collection/><C:calendar/><CS:subscribed/></D:resourcetype>"
                    "<CS:source><D:href>https://foreign.example/secret-token.ics</D:href></CS:source></D:prop></D:set>")
    path = user.calendars + "foreign/"
    assert user.dav().mkcol(path, body).status == 201
    assert "secret-token" in user.dav().propfind(path, "CS:source").text
    share(server, path, other, "editor")
    for place in (path, mount(other)):
        answer = other.dav().propfind(place, "CS:source", "D:resourcetype", "X:subscription-status")
        assert "secret-token" not in answer.text, answer.text
        # Clients that know the type fetch the source themselves.
        assert name("CS:subscribed") not in answer.multistatus().only().resource_types()
        answer = other.dav().set_property(place, "<CS:source><D:href>https://evil.example/x.ics</D:href></CS:source>")
        assert answer.multistatus().only().status_of("CS:source") == 403
        answer = other.dav().propfind(place, depth=0)
        assert "secret-token" not in answer.text
        assert "secret-token" not in other.dav().propfind(place, "D:nothing", depth=1).text


def test_a_lock_is_removed_with_the_right_at_its_root(server, user, other):
    user.dav().mkcol(user.files + "plans/")
    share(server, user.files + "plans/", other, "co-owner")
    above = user.dav().lock(user.files, depth="infinity")
    for path in (user.files + "plans/", mount(other, other.files)):
        assert other.dav().unlock(path, lock_token(above)).status == 403
    assert user.dav().unlock(user.files, lock_token(above)).status == 204


def test_who_may_only_add_can_say_what_is_added(server, user, other):
    """RFC 3744 appendix B: MKCOL and MKCALENDAR need `bind`, with all that is said of the new collection."""
    assert acl(user.dav(), user.calendars, ace(other.principal, "read", "bind")).status == 200
    answer = other.dav().make_calendar(user.calendars + "made/", properties="<D:displayname>Made</D:displayname>")
    assert answer.status == 201, answer
    assert user.dav().propfind(user.calendars + "made/", "D:displayname").multistatus().only().text("D:displayname") == "Made"
    row = other.dav().set_property(user.calendars + "made/", "<D:displayname>No</D:displayname>").multistatus().only()
    assert row.status_of("D:displayname") == 403


def test_everybody_is_also_who_is_of_another_domain(server, user):
    server.run("user", "add", "far@example.net", "--password-stdin", input="secret of far\n")
    far = User(server, "far", "secret of far", "example.net")
    user.dav().put(user.calendar + "a.ics", event("a"))
    try:
        assert far.dav().propfind(user.calendar).status == 404
        share(server, user.calendar, "signed-in")
        assert far.dav().propfind(user.calendar).status == 404
        share(server, user.calendar, "everybody")
        assert far.dav().get(user.calendar + "a.ics").status == 200
        assert mounts(far, far.calendars) == [], "by its URL only"
        assert far.dav().propfind(user.calendars).status == 404
        assert far.dav().propfind(user.principal).status == 404
        unshare(server, user.calendar, "everybody")
        unshare(server, user.calendar, "signed-in")
        # And one who was named.
        share(server, user.calendar, far)
        assert far.dav().get(user.calendar + "a.ics").status == 200
        assert far.dav().get(mount(far) + "a.ics").status == 200
        # The owner can send back the list that was told.
        told = acl_of(user.dav(), user.calendar)
        assert (far.principal, {"read"}, False, None) in told
        assert acl(user.dav(), user.calendar, ace(far.principal, "read")).status == 200
        assert acl_of(user.dav(), user.calendar) == told
    finally:
        server.run("user", "remove", "far@example.net", "--yes")


def test_the_list_without_the_right_is_forbidden(server, user, other):
    """RFC 3744 §5.5: 403, and not that there is none."""
    user.dav().put(user.calendar + "a.ics", event("a"))
    share(server, user.calendar, other, "editor")
    path = mount(other)
    for place in (path, path + "a.ics", user.calendar):
        row = other.dav().propfind(place, "D:acl", "D:displayname", "X:nothing").multistatus().only()
        assert row.status_of("D:acl") == 403 and row.status_of("X:nothing") == 404, place


def test_what_an_editor_moves_out_is_in_the_owners_trash(server, user, other):
    user.dav().put(user.calendar + "a.ics", event("a", "Kept"))
    share(server, user.calendar, other, "editor")
    assert other.dav().move(mount(other) + "a.ics", other.calendar + "a.ics").status == 201
    listed = server.run("trash", "list", user.address).out
    assert "a.ics" in listed


def test_locks_of_who_may_write_no_more_hold_nobody_up(server, user, other):
    user.dav().put(user.calendar + "a.ics", event("a"))
    share(server, user.calendar, other, "editor")
    assert other.dav().lock(mount(other), depth="infinity").status == 200
    assert user.dav().put(user.calendar + "a.ics", event("a", "Changed")).status == 423
    share(server, user.calendar, other, "reader")
    assert user.dav().put(user.calendar + "a.ics", event("a", "Changed")).status == 204
    assert user.dav().lock(user.calendar, depth="infinity").status == 200


def test_a_copy_of_a_share_takes_nothing_along_that_is_the_owners_own(server, user, other):
    user.dav().set_property(user.calendar, "<D:displayname>Work</D:displayname><I:calendar-order>3</I:calendar-order>")
    share(server, user.calendar, other)
    path = mount(other)
    other.dav().set_property(path, "<D:displayname>Theirs</D:displayname>")
    assert other.dav().copy(path, other.calendars + "mine/").status == 201
    row = other.dav().propfind(other.calendars + "mine/", "I:calendar-order", "D:displayname").multistatus().only()
    assert row.prop("I:calendar-order") is None
