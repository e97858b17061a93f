"""What others share: in the sharee's own home, with the rights that were given, and gone without a trace when they are taken."""
import json
import xml.etree.ElementTree as ET


import pytest

from dav import document, find, find_all, lock_token, name, prop
from objects import card, event

PRIVILEGES = "D:current-user-privilege-set"
COLOR = "I:calendar-color"


def share(server, path, who, role="reader", *more):
    return server.run("share", "add", path, who if isinstance(who, str) else who.address, "--role", role, *more)


def unshare(server, path, who):
    return server.run("share", "remove", path, who if isinstance(who, str) else who.address)


def mounts(user, home):
    """The collections in a home that are another's."""
    rows = user.dav().propfind(home, "D:owner", depth=1).multistatus()
    return [r.path for r in rows if r.path != home and r.hrefs_of("D:owner") != [user.principal]]


def mount(user, home=None):
    found = mounts(user, home or user.calendars)
    assert len(found) == 1, found
    return found[0]


def privileges(row):
    return {e.tag.split("}")[1] for p in find_all(row.prop(PRIVILEGES), "D:privilege") for e in p}


def lacks(response, privilege, path=None):
    """403 with DAV:need-privileges, and which (RFC 3744 §7.1.1)."""
    assert response.status == 403, response
    resource = find(response.error("D:need-privileges"), "D:resource")
    assert find(resource, f"D:privilege/D:{privilege}") is not None, response.text
    if path:
        assert find(resource, "D:href").text == path, response.text


def home_changes(user, home, token):
    answer = user.dav().sync(home, token, "D:displayname").multistatus()
    return {r.path: r.status for r in answer}, answer.sync_token


# In the sharee's home


def test_a_share_stands_in_the_sharees_home_and_goes_with_the_right(server, user, other):
    user.dav().put(user.calendar + "a.ics", event("a"))
    user.dav().set_property(user.calendar, "<D:displayname>Annas work</D:displayname><I:calendar-color>#112233FF</I:calendar-color>")
    _, token = home_changes(other, other.calendars, "")
    share(server, user.calendar, other)
    changes, token = home_changes(other, other.calendars, token)
    assert len(changes) == 1 and list(changes.values()) == [None]
    path = mount(other)
    assert path in changes and user.name not in path
    row = other.dav().propfind(path, "D:displayname", COLOR, "D:owner", "D:resourcetype", PRIVILEGES, "D:sync-token",
                               "D:supported-report-set", "C:schedule-calendar-transp").multistatus().only()
    assert row.text("D:displayname") == "Annas work" and row.text(COLOR) == "#112233FF"
    assert row.hrefs_of("D:owner") == [user.principal]
    assert name("C:calendar") in row.resource_types()
    assert privileges(row) == {"read", "read-free-busy", "write-properties", "read-current-user-privilege-set"}
    assert find(row.prop("C:schedule-calendar-transp"), "C:transparent") is not None, "another's calendar takes no time"
    # The members have their hrefs in the sharee's tree, and are the stored ones.
    assert other.dav().children(path) == [path + "a.ics"]
    assert other.dav().get(path + "a.ics").etag == user.dav().get(user.calendar + "a.ics").etag
    first = other.dav().sync(path).multistatus()
    assert path + "a.ics" in first.paths()
    user.dav().put(user.calendar + "b.ics", event("b"))
    user.dav().delete(user.calendar + "a.ics")
    second = other.dav().sync(path, first.sync_token).multistatus()
    assert {r.path: r.status for r in second} == {path + "b.ics": None, path + "a.ics": 404}
    # Taken away: gone at once, and the home tells it with nothing of the owner's in it.
    unshare(server, user.calendar, other)
    for method in ("GET", "PROPFIND", "PUT", "DELETE", "OPTIONS"):
        answer = other.dav().request(method, path + "b.ics", event("b") if method == "PUT" else None)
        assert answer.status in (404, 409), answer
    answer = other.dav().sync(other.calendars, token, "D:displayname")
    assert {r.path: r.status for r in answer.multistatus()} == {path: 404}
    assert user.name not in answer.text and "Annas" not in answer.text
    assert mounts(other, other.calendars) == []
    # And again, under the same name.
    token = answer.multistatus().sync_token
    share(server, user.calendar, other, "editor")
    changes, _ = home_changes(other, other.calendars, token)
    assert changes == {path: None}


def test_books_and_folders_are_shared_alike(server, user, other):
    user.dav().put_card(user.book + "a.vcf", card("a", "Ada Lovelace"))
    share(server, user.book, other, "editor")
    path = mount(other, other.books)
    assert other.dav().put_card(path + "b.vcf", card("b")).status == 201
    found = other.dav().card_multiget(path, [path + "a.vcf", path + "b.vcf"]).multistatus()
    assert [r.status for r in found] == [None, None]
    user.dav().mkcol(user.files + "plans/")
    user.dav().mkcol(user.files + "plans/old/")
    user.dav().put_file(user.files + "plans/old/x.txt", b"x")
    share(server, user.files + "plans/", other)
    path = mount(other, other.files)
    assert other.dav().get(path + "old/x.txt").body == b"x"
    assert other.dav().children(path) == [path + "old/"]
    lacks(other.dav().put_file(path + "old/y.txt", b"y"), "bind", path + "old/")
    lacks(other.dav().mkcol(path + "new/"), "bind", path)
    # What is in the trash of its owner is not there, also where it stands in something that is.
    share(server, user.files + "plans/old/", other, "editor")
    assert len(mounts(other, other.files)) == 2
    assert other.dav().put_file(path + "old/y.txt", b"y").status == 201
    user.dav().delete(user.files + "plans/")
    assert other.dav().get(path + "old/x.txt").status == 404
    assert mounts(other, other.files) == []


def test_properties_that_are_the_sharees_own(server, user, other):
    user.dav().set_property(user.calendar, "<D:displayname>Work</D:displayname><I:calendar-order>1</I:calendar-order>"
                            "<C:calendar-description>for all</C:calendar-description>")
    share(server, user.calendar, other)
    path = mount(other)
    _, token = home_changes(other, other.calendars, "")
    own = ("<D:displayname>Boss</D:displayname><I:calendar-color>#FF0000FF</I:calendar-color><I:calendar-order>7</I:calendar-order>"
           "<C:schedule-calendar-transp><C:opaque/></C:schedule-calendar-transp>")
    assert other.dav().set_property(path, own).multistatus().only().status_of("D:displayname") == 200
    changes, token = home_changes(other, other.calendars, token)
    assert changes == {path: None}, "other clients of the sharee learn of it"
    asked = ("D:displayname", COLOR, "I:calendar-order", "C:schedule-calendar-transp", "C:calendar-description")
    row = other.dav().propfind(path, *asked).multistatus().only()
    assert [row.text(n) for n in asked[:3]] == ["Boss", "#FF0000FF", "7"]
    assert find(row.prop("C:schedule-calendar-transp"), "C:opaque") is not None and row.text(asked[4]) == "for all"
    row = user.dav().propfind(user.calendar, *asked).multistatus().only()
    assert row.text("D:displayname") == "Work" and row.text("I:calendar-order") == "1" and row.prop(COLOR) is None
    # What all see needs the right; and nothing is done where one of several is refused.
    row = other.dav().set_property(path, "<D:displayname>No</D:displayname><C:calendar-description>no</C:calendar-description>"
                                   ).multistatus().only()
    assert row.status_of("D:displayname") == 424 and row.status_of("C:calendar-description") == 403
    assert other.dav().propfind(path, "D:displayname").multistatus().only().text("D:displayname") == "Boss"
    share(server, user.calendar, other, "editor")
    row = other.dav().set_property(path, "<C:calendar-description>by an editor</C:calendar-description>").multistatus().only()
    assert row.status_of("C:calendar-description") == 200
    assert user.dav().propfind(user.calendar, asked[4]).multistatus().only().text(asked[4]) == "by an editor"
    # The owner's name shows where the sharee has none, and its change is told.
    other.dav().proppatch(path, "<D:remove><D:prop><D:displayname/></D:prop></D:remove>")
    _, token = home_changes(other, other.calendars, token)
    user.dav().set_property(user.calendar, "<D:displayname>Work 2</D:displayname>")
    changes, _ = home_changes(other, other.calendars, token)
    assert changes == {path: None}
    assert other.dav().propfind(path, "D:displayname").multistatus().only().text("D:displayname") == "Work 2"


def test_who_deletes_a_share_takes_it_out_of_their_home_only(server, user, other):
    user.dav().put(user.calendar + "a.ics", event("a"))
    share(server, user.calendar, other, "co-owner")
    path = mount(other)
    _, token = home_changes(other, other.calendars, "")
    assert other.dav().delete(path).status == 204
    assert home_changes(other, other.calendars, token)[0] == {path: 404}
    assert other.dav().get(path + "a.ics").status == 404
    assert user.dav().get(user.calendar + "a.ics").status == 200
    assert mounts(other, other.calendars) == []
    share(server, user.calendar, other, "reader")
    assert mount(other) == path
    assert other.dav().move(path, other.calendars + "mine/").status == 403
    assert other.dav().copy(user.calendar, path, Overwrite="T").status == 403
    # A copy of one's own is no share any more.
    assert other.dav().copy(path, other.calendars + "mine/").status == 201
    assert other.dav().put(other.calendars + "mine/b.ics", event("b")).status == 201


def test_a_name_in_a_home_is_one_things_only(server, user, other):
    share(server, user.calendar, other)
    path = mount(other)
    assert other.dav().make_calendar(path).status == 403
    assert other.dav().mkcol(path).status == 405
    assert other.dav().move(other.tasks, path).status == 403
    other.dav().delete(path)
    # Also of what was taken out of the home: it may come back.
    assert other.dav().make_calendar(path).status in (403, 405)


def test_uid_conflicts_name_hrefs_of_the_askers_tree(server, user, other):
    user.dav().put(user.calendar + "a.ics", event("a"))
    share(server, user.calendar, other, "editor")
    path = mount(other)
    answer = other.dav().put(path + "b.ics", event("a"))
    assert answer.status == 403
    assert find(answer.error("C:no-uid-conflict"), "D:href").text == path + "a.ics"
    other.dav().put(other.calendar + "a.ics", event("a"))
    answer = other.dav().copy(other.calendar + "a.ics", path + "c.ics")
    assert answer.status == 403 and user.name not in answer.text


def test_locks_through_a_share(server, user, other):
    user.dav().put(user.calendar + "a.ics", event("a"))
    share(server, user.calendar, other, "editor")
    path = mount(other)
    taken = user.dav().lock(user.calendar, depth="infinity")
    assert taken.status == 200
    answer = other.dav().put(path + "a.ics", event("a", "Changed"))
    assert answer.status == 423
    assert find(answer.error("D:lock-token-submitted"), "D:href").text == path
    row = other.dav().propfind(path, "D:lockdiscovery").multistatus().only()
    assert find(row.prop("D:lockdiscovery"), "D:activelock/D:lockroot/D:href").text == path
    # RFC 3744 §3.5: the locks of others need the privilege.
    assert other.dav().unlock(path, lock_token(taken)).status == 403
    share(server, user.calendar, other, "co-owner")
    assert other.dav().unlock(path, lock_token(taken)).status == 204
    own = other.dav().lock(path + "a.ics")
    assert own.status == 200
    answer = user.dav().delete(user.calendar + "a.ics")
    assert answer.status == 423 and other.name not in answer.text
    # A lock above what is shared has no URL in the sharee's tree.
    other.dav().unlock(path + "a.ics", lock_token(own))
    above = user.dav().lock(user.calendars, depth="infinity")
    answer = other.dav().put(path + "a.ics", event("a", "Changed"))
    assert answer.status == 423 and user.name not in answer.text
    user.dav().unlock(user.calendars, lock_token(above))


def test_free_busy_alone_shows_nothing_else(server, user, other):
    user.dav().put(user.calendar + "secret.ics", event("a", "Secret"))
    share(server, user.calendar, other, "free-busy")
    assert mounts(other, other.calendars) == [], "clients would try to read what stands in the home"
    query = document("C:free-busy-query", '<C:time-range start="20260601T000000Z" end="20260602T000000Z"/>')
    answer = other.dav().report(user.calendar, query)
    assert answer.status == 200 and "FREEBUSY:20260601T100000Z" in answer.text and "Secret" not in answer.text
    for path in (user.calendar + "secret.ics", user.calendar + "nothing.ics", user.calendar):
        for method in ("GET", "PROPFIND", "DELETE"):
            lacks(other.dav().request(method, path, headers={"Depth": "0"} if method == "PROPFIND" else {}), "read", user.calendar)
    rows = other.dav().multiget(other.calendars, [user.calendar + "secret.ics"]).multistatus()
    assert rows.only().status == 404
    assert other.dav().propfind(user.calendars).status == 404


def test_the_sharees_own_free_busy_counts_what_they_want(server, user, other):
    user.dav().put(user.calendar + "a.ics", event("a"))
    share(server, user.calendar, other)
    path = mount(other)
    query = document("C:free-busy-query", '<C:time-range start="20260601T000000Z" end="20260602T000000Z"/>')
    ask = lambda: other.dav().report(other.calendars, query, depth="infinity").text  # noqa: E731
    assert "FREEBUSY" not in ask().replace("VFREEBUSY", "")
    other.dav().set_property(path, "<C:schedule-calendar-transp><C:opaque/></C:schedule-calendar-transp>")
    assert "FREEBUSY:20260601T100000Z" in ask()


def test_an_end_date(server, user, other):
    share(server, user.calendar, other, "reader", "--until", "2020-01-01")
    assert mounts(other, other.calendars) == []
    assert other.dav().propfind(user.calendar).status == 404
    listed = json.loads(server.run("share", "list", user.calendar, "--json").out)
    assert listed == [{"who": other.address, "role": "reader", "until": "2020-01-01", "ended": True}]
    share(server, user.calendar, other, "reader", "--until", "2090-12-31")
    mount(other)
    assert json.loads(server.run("share", "list", user.calendar, "--json").out)[0]["ended"] is False


@pytest.mark.parametrize("arguments, code", [
    (("{c}", "{o}", "--role", "king"), 2), (("{c}", "{o}", "--until", "2026-02-30"), 2), (("/nowhere/x/", "{o}"), 2),
    (("{c}", "nobody"), 6), (("{c}", "{u}"), 6), (("{c}nothing/", "{o}"), 6),
])
def test_what_cannot_be_shared(server, user, other, arguments, code):
    words = [a.format(c=user.calendar, o=other.address, u=user.address) for a in arguments]
    assert server.run("share", "add", *words, check=False).returncode == code
    assert server.run("share", "remove", user.calendar, other.address, check=False).returncode == 6


# Groups


@pytest.fixture
def group(server):
    made = iter(range(1000))

    def make(*members):
        address = f"g{next(made)}-{next(server._users)}@example.org"
        server.run("group", "add", address, "--display-name", "Group")
        if members:
            server.run("group", "member", "add", address, *members)
        return address
    return make


def test_groups_in_groups_and_a_change_of_membership(server, user, other, group):
    inner = group(other.address)
    outer = group(inner)
    # A circle is no error.
    server.run("group", "member", "add", inner, outer)
    share(server, user.calendar, outer)
    path = mount(other)
    _, token = home_changes(other, other.calendars, "")
    assert other.dav().propfind(user.calendar).status == 207
    server.run("group", "member", "remove", inner, other.address)
    assert other.dav().propfind(path).status == 404, "from the next request on"
    assert home_changes(other, other.calendars, token)[0] == {path: 404}
    server.run("group", "member", "add", outer, other.address)
    assert mount(other) == path
    server.run("group", "remove", outer)
    assert mounts(other, other.calendars) == []
    assert server.run("group", "member", "add", inner, inner, check=False).returncode == 6
    assert server.run("group", "member", "add", user.address, other.address, check=False).returncode == 6


def test_the_strongest_of_several_grants_counts(server, user, other, group):
    share(server, user.calendar, group(other.address), "editor")
    share(server, user.calendar, other, "reader")
    path = mount(other)
    assert other.dav().put(path + "a.ics", event("a")).status == 201
    unshare(server, user.calendar, other)
    assert mount(other) == path
    assert other.dav().put(path + "b.ics", event("b")).status == 201


def test_who_is_removed_leaves_no_grant_behind(server, user, other):
    owner = server.new_user()
    share(server, owner.calendar, other)
    share(server, user.calendar, owner)
    path = mount(other)
    _, token = home_changes(other, other.calendars, "")
    server.run("user", "remove", owner.address, "--yes")
    assert home_changes(other, other.calendars, token)[0] == {path: 404}
    assert json.loads(server.run("share", "list", user.calendar, "--json").out) == []


# The matrix: what each may do, by the owner's URL and in the own home


ROLES = ("free-busy", "reader", "editor", "co-owner")
SHARED = ("user", "group", "nested", "signed-in", "everybody")
# method or report -> the roles that may do it, and the privilege that the others lack. `read`: the others find nothing.
READ, WRITE = {"reader", "editor", "co-owner", "owner"}, {"editor", "co-owner", "owner"}
ACTIONS = {
    "GET": (READ, "read"), "HEAD": (READ, "read"), "OPTIONS": (READ, "read"), "PROPFIND": (READ, "read"),
    "PROPFIND of an object": (READ, "read"), "multiget": (READ, "read"), "calendar-query": (READ, "read"),
    "sync-collection": (READ, "read"), "expand-property": (READ, "read"), "acl-principal-prop-set": ({"co-owner", "owner"}, "read-acl"), "ACL": ({"co-owner", "owner"}, "write-acl"),
    "free-busy-query": (READ | {"free-busy"}, "read"), "COPY out": (READ, "read"),
    "PUT of a new one": (WRITE, "bind"), "PUT": (WRITE, "write-content"), "POST": (WRITE, "bind"),
    "PROPPATCH of an object": (WRITE, "write-properties"), "LOCK": (WRITE, "write-content"), "LOCK of a name": (WRITE, "bind"),
    "COPY in": (WRITE, "bind"), "MOVE in": (WRITE, "bind"), "MOVE within": (WRITE, "unbind"), "MOVE out": (WRITE, "unbind"),
    "DELETE": (WRITE, "unbind"),
}


def act(action, dav, path, own):
    """`path`: the calendar; `own`: one's own."""
    change = "<D:set><D:prop><X:note>1</X:note></D:prop></D:set>"
    match action:
        case "GET" | "HEAD" | "OPTIONS": return dav.request(action, path + "a.ics")
        case "PROPFIND": return dav.propfind(path, "D:displayname", depth=1)
        case "PROPFIND of an object": return dav.propfind(path + "a.ics", "D:getetag")
        case "multiget": return dav.multiget(path, [path + "a.ics"])
        case "calendar-query": return dav.calendar_query(path, "VEVENT")
        case "sync-collection": return dav.sync(path)
        case "expand-property":
            return dav.report(path, document("D:expand-property", '<D:property name="owner"><D:property name="displayname"/></D:property>'))
        case "acl-principal-prop-set": return dav.report(path, document("D:acl-principal-prop-set", prop("D:displayname")))
        case "ACL":
            # As it is: what others may do must not change in between.
            entries = dav.propfind(path, "D:acl")
            told = entries.multistatus().only().prop("D:acl") if entries.status == 207 else None
            body = document("D:acl", "") if told is None else ET.tostring(told, "unicode")
            return dav.xml("ACL", path, body)
        case "free-busy-query":
            return dav.report(path, document("C:free-busy-query", '<C:time-range start="20260601T000000Z" end="20260602T000000Z"/>'))
        case "COPY out": return dav.copy(path + "a.ics", own + "copy.ics")
        case "PUT of a new one": return dav.put(path + "new.ics", event("new"))
        case "PUT": return dav.put(path + "a.ics", event("a", "Changed"))
        case "POST": return dav.request("POST", path, event("posted"), {"Content-Type": "text/calendar"})
        case "PROPPATCH of an object": return dav.proppatch(path + "a.ics", change)
        case "LOCK" | "LOCK of a name":
            answer = dav.lock(path + ("a.ics" if action == "LOCK" else "free.ics"))
            if answer.status < 300:
                dav.unlock(path + ("a.ics" if action == "LOCK" else "free.ics"), lock_token(answer))
            return answer
        case "COPY in": return dav.copy(own + "own.ics", path + "copied.ics")
        case "MOVE in": return dav.move(own + "own2.ics", path + "moved.ics")
        case "MOVE within": return dav.move(path + "a.ics", path + "renamed.ics")
        case "MOVE out": return dav.move(path + "b.ics", own + "out.ics")
        case "DELETE": return dav.delete(path + "c.ics")
    raise AssertionError(action)


def judge(action, role, answer, path):
    allowed, privilege = ACTIONS[action]
    if role in allowed:
        assert answer.status < 300, (action, role, answer)
        if action == "multiget":
            assert answer.multistatus().only().status is None
    elif role == "free-busy" or (role in ("reader", "editor") and privilege != "read"):
        if answer.method == "HEAD":
            assert answer.status == 403
        else:
            lacks(answer, "read" if role == "free-busy" else privilege)
    else:
        assert answer.status == 404, (action, role, answer)
        assert "Secret" not in answer.text


@pytest.mark.parametrize("how", SHARED)
@pytest.mark.parametrize("role", ROLES)
def test_matrix(server, user, other, group, how, role):
    match how:
        case "user": who = other.address
        case "group": who = group(other.address)
        case "nested": who = group(group(group(other.address)))
        case _: who = how
    stranger = server.new_user()
    share(server, user.calendar, who, role)
    if how in ("signed-in", "everybody"):
        stranger = None
    places = [user.calendar] + (mounts(other, other.calendars) if role != "free-busy" else [])
    places = [p for p in places if p == user.calendar or other.dav().propfind(p, "D:owner").multistatus().only()
              .hrefs_of("D:owner") == [user.principal]]
    assert len(places) == (1 if role == "free-busy" else 2)
    for path in places:
        for number in ("own", "own2"):
            other.dav().put(f"{other.calendar}{number}.ics", event(number))
        for action in ACTIONS:
            for uid in "abc":
                user.dav().put(f"{user.calendar}{uid}.ics", event(uid, "Secret"))
            judge(action, role, act(action, other.dav(), path, other.calendar), path)
            for child in user.dav().children(user.calendar):
                user.dav().delete(child)
            for child in other.dav().children(other.calendar):
                if not child.endswith(("own.ics", "own2.ics")):
                    other.dav().delete(child)
    if stranger:
        user.dav().put(user.calendar + "a.ics", event("a", "Secret"))
        for number in ("own", "own2"):
            stranger.dav().put(f"{stranger.calendar}{number}.ics", event(number))
        for action in ACTIONS:
            judge(action, "nobody", act(action, stranger.dav(), user.calendar, stranger.calendar), user.calendar)
        for path in places[1:]:
            assert stranger.dav().get(path + "a.ics").status == 404
    if how in ("signed-in", "everybody"):
        unshare(server, user.calendar, who)


def test_the_owner_may_do_everything(server, user):
    user.dav().make_calendar(user.calendars + "second/")
    for action in ACTIONS:
        for number in ("own", "own2"):
            user.dav().put(f"{user.calendars}second/{number}.ics", event(number))
        for uid in "abc":
            user.dav().put(f"{user.calendar}{uid}.ics", event(uid))
        judge(action, "owner", act(action, user.dav(), user.calendar, user.calendars + "second/"), user.calendar)
        for home in (user.calendar, user.calendars + "second/"):
            for child in user.dav().children(home):
                user.dav().delete(child)


def test_what_may_be_done_is_told(server, user, other):
    user.dav().put(user.calendar + "a.ics", event("a"))
    writing = {"write", "write-content", "write-properties", "bind", "unbind"}
    basis = {"read", "read-free-busy", "read-current-user-privilege-set"}
    told = {"reader": basis, "editor": basis | writing,
            "co-owner": basis | writing | {"all", "unlock", "read-acl", "write-acl"}}
    for role, expected in told.items():
        share(server, user.calendar, other, role)
        path = mount(other)
        for place in (user.calendar, path):
            rows = other.dav().propfind(place, PRIVILEGES, depth=1).multistatus()
            assert privileges(rows.row(place + "a.ics")) == expected
            assert privileges(rows.row(place)) == expected | ({"write-properties"} if place == path else set())
