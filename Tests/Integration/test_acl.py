"""WebDAV access control (RFC 3744) on the same grants as everything else."""
import json

import pytest

from dav import document, find, find_all, name, prop
from objects import event
from tegu import serving
from test_sharing import group, lacks, mount, mounts, share  # noqa: F401  (group is a fixture)


def ace(principal, *privileges, extra="", element="grant"):
    if "<" not in principal:
        principal = f"<D:href>{principal}</D:href>"
    granted = "".join(f"<D:privilege><{p if ':' in p else 'D:' + p}/></D:privilege>" for p in privileges)
    return f"<D:ace><D:principal>{principal}</D:principal><D:{element}>{granted}</D:{element}>{extra}</D:ace>"


def acl(dav, path, *aces, **more):
    return dav.xml("ACL", path, document("D:acl", "".join(aces)), **more)


def entries(row):
    """[(principal, privileges, protected, inherited from)] of DAV:acl."""
    found = []
    for entry in find_all(row.prop("D:acl"), "D:ace"):
        who = find(entry, "D:principal")[0]
        text = who.text if who.tag == name("D:href") else who.tag.split("}")[1]
        inherited = find(entry, "D:inherited/D:href")
        found.append((text, {p[0].tag.split("}")[1] for p in find_all(entry, "D:grant/D:privilege")},
                      find(entry, "D:protected") is not None, None if inherited is None else inherited.text))
    return found


def acl_of(dav, path):
    return entries(dav.propfind(path, "D:acl").multistatus().only())


OWNER = ("property", {"all"}, True, None)


def test_the_list_of_what_is_not_shared(user):
    user.dav().put(user.calendar + "a.ics", event("a"))
    assert acl_of(user.dav(), user.calendar) == [OWNER]
    asked = ("D:acl-restrictions", "D:inherited-acl-set", "D:supported-privilege-set", "D:principal-collection-set", "D:owner")
    row = user.dav().propfind(user.calendar, *asked).multistatus().only()
    assert {e.tag for e in row.prop("D:acl-restrictions")} == {name("D:grant-only"), name("D:no-invert")}
    assert row.hrefs_of("D:inherited-acl-set") == [user.calendars]
    assert row.hrefs_of("D:principal-collection-set") == ["/principals/"]
    tree = {e[0].tag.split("}")[1] for e in row.prop("D:supported-privilege-set").iter(name("D:privilege"))}
    assert tree == {"all", "read", "read-free-busy", "write", "write-properties", "write-content", "bind", "unbind", "unlock",
                    "read-acl", "write-acl", "read-current-user-privilege-set"}
    assert row.prop("D:supported-privilege-set").find(".//" + name("D:abstract")) is None
    member = user.dav().propfind(user.calendar + "a.ics", *asked).multistatus().only()
    assert member.hrefs_of("D:inherited-acl-set") == [user.calendar]
    assert user.dav().propfind(user.calendars, "D:inherited-acl-set").multistatus().only().hrefs_of("D:inherited-acl-set") == []
    assert "acl" not in {t.split("}")[1] for t in user.dav().propfind(user.calendar).multistatus().only().props()}, "not in allprop"


def test_acl_grants_and_takes_away(server, user, other, group):
    user.dav().put(user.calendar + "a.ics", event("a"))
    crowd = group(other.address)
    crowd_href = f"/principals/{crowd}/"
    answer = acl(user.dav(), user.calendar, ace(other.principal, "read"), ace(crowd_href, "read", "write"),
                 ace("<D:authenticated/>", "C:read-free-busy"))
    assert answer.status == 200, answer
    assert sorted(acl_of(user.dav(), user.calendar), key=str) == sorted(
        [OWNER, (other.principal, {"read"}, False, None), (crowd_href, {"read", "write"}, False, None),
         ("authenticated", {"read-free-busy"}, False, None)], key=str)
    # The same rows as the command line's.
    listed = {e["who"]: e["role"] for e in json.loads(server.run("share", "list", user.calendar, "--json").out)}
    assert listed == {other.address: "reader", crowd: "editor", "signed-in": "free-busy"}
    path = mount(other)
    assert other.dav().put(path + "b.ics", event("b")).status == 201
    # Objects have the list of their collection.
    assert all(e[3] == user.calendar for e in acl_of(user.dav(), user.calendar + "a.ics") if not e[2])
    answer = acl(user.dav(), user.calendar + "a.ics", ace(other.principal, "read"))
    assert answer.status == 403 and answer.error("D:no-inherited-ace-conflict") is not None
    # All that is not in the body is gone; the whole list can be sent back as it came.
    whole = ace("<D:property><D:owner/></D:property>", "all", extra="<D:protected/>") + ace(other.principal, "read")
    assert acl(user.dav(), user.calendar, whole).status == 200
    assert acl_of(user.dav(), user.calendar) == [OWNER, (other.principal, {"read"}, False, None)]
    lacks(other.dav().put(path + "c.ics", event("c")), "bind")
    assert acl(user.dav(), user.calendar).status == 200
    assert acl_of(user.dav(), user.calendar) == [OWNER] and mounts(other, other.calendars) == []
    assert other.dav().get(user.calendar).status == 404


def test_an_end_date_stays_with_its_grantee(server, user, other):
    share(server, user.calendar, other, "reader", "--until", "2090-01-01")
    assert acl(user.dav(), user.calendar, ace(other.principal, "read", "write")).status == 200
    assert json.loads(server.run("share", "list", user.calendar, "--json").out) == [
        {"who": other.address, "role": "editor", "until": "2090-01-01", "ended": False}]


def test_what_a_home_grants_holds_in_all_that_is_in_it(user, other):
    assert acl(user.dav(), user.calendars, ace(other.principal, "read")).status == 200
    assert (other.principal, {"read"}, False, user.calendars) in acl_of(user.dav(), user.calendar)
    rows = other.dav().propfind(user.calendars, "D:displayname", depth=1).multistatus()
    assert {user.calendars, user.calendar, user.tasks} <= set(rows.paths())
    assert mounts(other, other.calendars) == [], "a home is no calendar"
    first = other.dav().sync(user.calendars).multistatus()
    user.dav().make_calendar(user.calendars + "new/")
    assert other.dav().sync(user.calendars, first.sync_token).multistatus().only().path == user.calendars + "new/"
    lacks(other.dav().make_calendar(user.calendars + "mine/"), "bind", user.calendars)
    lacks(other.dav().delete(user.calendar), "unbind", user.calendars)
    assert other.dav().propfind(user.books).status == 404
    # An inherited entry may stand in a list that is sent back, but cannot be made.
    kept = ace(other.principal, "read", extra=f"<D:inherited><D:href>{user.calendars}</D:href></D:inherited>")
    assert acl(user.dav(), user.calendar, kept).status == 200
    made = ace(other.principal, "write", extra=f"<D:inherited><D:href>{user.calendars}</D:href></D:inherited>")
    assert acl(user.dav(), user.calendar, made).error("D:no-inherited-ace-conflict") is not None


@pytest.mark.parametrize("entry, condition", [
    (ace("<D:all/>", "read", element="deny"), "D:grant-only"),
    (f"<D:ace><D:invert><D:principal><D:all/></D:principal></D:invert><D:grant><D:privilege><D:read/></D:privilege></D:grant></D:ace>",
     "D:no-invert"),
    (ace("<D:all/>", "X:fly"), "D:not-supported-privilege"),
    (ace("/principals/nobody@example.org/", "read"), "D:recognized-principal"),
    (ace("/calendars/", "read"), "D:recognized-principal"),
    (ace("http://[", "read"), "D:recognized-principal"),
    (ace("<D:self/>", "read"), "D:allowed-principal"),
    (ace("<D:unauthenticated/>", "read"), "D:allowed-principal"),
    (ace("<D:property><X:friend/></D:property>", "read"), "D:allowed-principal"),
    (ace("<D:all/>", "all", extra="<D:protected/>"), "D:no-protected-ace-conflict"),
])
def test_preconditions(user, entry, condition):
    """RFC 3744 §8.1.1. Nothing is done where one is broken."""
    answer = acl(user.dav(), user.calendar, ace("<D:authenticated/>", "read"), entry)
    assert answer.status == 403 and answer.error(condition) is not None, answer
    assert acl_of(user.dav(), user.calendar) == [OWNER]


def test_too_many_entries(user):
    answer = acl(user.dav(), user.calendar, *[ace("<D:all/>", "read")] * 1001)
    assert answer.status == 403 and answer.error("D:limited-number-of-aces") is not None
    assert acl(user.dav(), user.calendar, "<D:ace/>").status == 400


def test_who_may_see_and_change_the_list(server, user, other):
    third = server.new_user()
    for role in ("reader", "editor"):
        share(server, user.calendar, other, role)
        path = mount(other)
        for place in (path, user.calendar):
            assert other.dav().propfind(place, "D:acl").multistatus().only().status_of("D:acl") == 403
            lacks(acl(other.dav(), place, ace(third.principal, "read")), "write-acl", place)
            lacks(other.dav().report(place, document("D:acl-principal-prop-set", prop("D:displayname"))), "read-acl", place)
    share(server, user.calendar, other, "co-owner")
    assert acl_of(other.dav(), path) == [OWNER, (other.principal, {"all"}, False, None)]
    report = other.dav().report(path, document("D:acl-principal-prop-set", prop("D:displayname"))).multistatus()
    assert report.paths() == [user.principal, other.principal]
    assert acl(other.dav(), path, ace(other.principal, "all"), ace(third.principal, "read")).status == 200
    assert third.dav().propfind(mount(third)).status == 207
    lacks(acl(third.dav(), user.calendar, ace(third.principal, "all")), "write-acl")
    assert acl(third.dav(), other.calendar, ace(third.principal, "all")).status == 404
    assert acl(user.dav(), user.principal, ace(third.principal, "all")).status == 403
    # Also what one may do oneself can be given away; the owner's is not to be taken.
    assert acl(other.dav(), user.calendar).status == 200
    assert other.dav().propfind(path).status == 404 and user.dav().propfind(user.calendar).status == 207


def test_a_lock_protects_the_list(user, other):
    """RFC 3744 §8.1"""
    taken = user.dav().lock(user.calendar)
    assert acl(user.dav(), user.calendar, ace(other.principal, "read")).status == 423
    token = taken.header("Lock-Token")
    assert acl(user.dav(), user.calendar, ace(other.principal, "read"), If=f"({token})").status == 200


def test_groups_are_principals(server, user, other, group):
    inner = group(user.address)
    outer = group(inner, other.address)
    hrefs = {g: f"/principals/{g}/" for g in (inner, outer)}
    row = user.dav().propfind(hrefs[outer], "D:group-member-set", "D:group-membership", "C:calendar-user-type", "D:displayname"
                              ).multistatus().only()
    assert set(row.hrefs_of("D:group-member-set")) == {hrefs[inner], other.principal}
    assert row.hrefs_of("D:group-membership") == [] and row.text("C:calendar-user-type") == "GROUP"
    row = user.dav().propfind(user.principal, "D:group-membership", "D:group-member-set").multistatus().only()
    assert row.hrefs_of("D:group-membership") == [hrefs[inner]], "RFC 3744 §4.4: directly"
    assert row.status_of("D:group-member-set") == 404
    # RFC 3744 §9.3: all that one is.
    answer = user.dav().report("/principals/", document("D:principal-match", "<D:self/>" + prop("D:displayname"))).multistatus()
    assert set(answer.paths()) == {user.principal, *hrefs.values()}
    search = document("D:principal-property-search", "<D:property-search><D:prop><C:calendar-user-type/></D:prop>"
                      "<D:match>GROUP</D:match></D:property-search>" + prop("D:displayname"))
    found = user.dav().report("/principals/", search).multistatus().paths()
    assert set(hrefs.values()) <= set(found) and user.principal not in found


def test_principal_match_finds_what_is_the_askers_own(server, user, other, dav):
    """RFC 3744 §9.3: members at any depth whose DAV:owner is who asks"""
    def owned(path, by=dav, element="D:owner"):
        body = document("D:principal-match", f"<D:principal-property><{element}/></D:principal-property>" + prop("D:owner", "D:getetag"))
        return by.report(path, body, 0).multistatus()
    tree = user.files + "a/"
    for path in (tree, tree + "b/"):
        assert dav.mkcol(path).status == 201 and dav.put_file(path + "file", b"x").status == 201
    dav.put(user.calendar + "e.ics", event("e"))
    share(server, user.calendar, other)
    mounted = mount(other)
    of_files = {tree, tree + "file", tree + "b/", tree + "b/file"}
    assert set(owned(user.files).paths()) == of_files
    assert set(owned(tree).paths()) == {tree + "file", tree + "b/", tree + "b/file"}, "what is below it"
    found = owned(user.calendars)
    assert set(found.paths()) == {*dav.children(user.calendars), user.calendar + "e.ics"}
    assert all(row.hrefs_of("D:owner") == [user.principal] for row in found) and found.row(user.calendar + "e.ics").text("D:getetag")
    everything = set(owned("/").paths())
    assert {user.calendars, user.books, user.files, user.book, *of_files, *found.paths()} <= everything
    assert set(owned("/files/").paths()) == {user.files, *of_files}
    # What somebody shares stays the sharer's.
    shared = owned(other.calendars, other.dav()).paths()
    assert other.calendar in shared and mounted not in shared and not any(p.startswith(mounted) for p in shared)
    assert owned(mounted, other.dav()).paths() == [] and owned("/principals/").paths() == []
    assert owned(user.files, element="D:group").paths() == [], "no other property names a principal"


def test_a_search_that_finds_too_many():
    """RFC 3744 §9.4: number-of-matches-within-limits (H11)"""
    body = document("D:principal-property-search", "<D:property-search><D:prop><C:calendar-user-type/></D:prop>"
                    "<D:match>INDIVIDUAL</D:match></D:property-search>" + prop("D:displayname"))
    with serving("--results-principal-search", "10") as small:
        who = small.new_user()
        few = who.dav().report("/principals/", body, 0).multistatus()
        assert who.principal in few.paths() and len(few) <= 10
        for _ in range(11 - len(few)):
            small.new_user()
        refused = who.dav().report("/principals/", body, 0)
        assert refused.status == 403, refused
        refused.error("D:number-of-matches-within-limits")


def test_write_content_alone_deletes_nothing(user, other, dav):
    """RFC 3744 §3.10: DELETE needs unbind, of the collection that holds what goes (H5)"""
    dav.put(user.calendar + "e.ics", event("e"))
    assert acl(dav, user.calendar, ace(other.principal, "read", "write-content")).status == 200
    assert other.dav().put(user.calendar + "e.ics", event("e", "Changed")).status == 204
    lacks(other.dav().delete(user.calendar + "e.ics"), "unbind", user.calendar)
    lacks(other.dav().delete(user.calendar), "unbind", user.calendars)
    mounted = mount(other)
    lacks(other.dav().delete(mounted + "e.ics"), "unbind", mounted)
    # The place in one's own home is one's own: it goes, and nothing of the owner's.
    assert other.dav().delete(mounted).status == 204 and mounts(other, other.calendars) == []
    assert dav.children(user.calendar) == [user.calendar + "e.ics"]
