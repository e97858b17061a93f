"""What somebody may not see is in no answer: no listing, query, search, expansion, tombstone, header or condition tells of it, and a share
that has gone leaves nothing of the owner's behind."""
import pytest

from dav import document, find_all, lock_token, prop
from objects import card, event
from rights_world import SECRET, entry
from test_sharing import group, mount, mounts, share, unshare  # noqa: F401  (group is a fixture)


@pytest.fixture
def owner(user):
    """One with a calendar, a book and a folder that are nobody's business, beside those that every new user has."""
    dav = user.dav()
    dav.make_calendar(user.calendars + "hidden-work/", properties=f"<D:displayname>{SECRET}</D:displayname>")
    dav.put(user.calendars + "hidden-work/hidden-object.ics", event("hidden-uid", SECRET))
    dav.put_card(user.book + "hidden-object.vcf", card("hidden-uid", f"{SECRET} Person"))
    dav.mkcol(user.files + "hidden-plans/")
    dav.put_file(user.files + "hidden-plans/hidden-object.txt", SECRET.encode())
    return user


def places(owner):
    return [owner.calendars + "hidden-work/", owner.book, owner.files + "hidden-plans/"]


def objects(owner):
    return [path + "hidden-object" + ending for path, ending in zip(places(owner), (".ics", ".vcf", ".txt"))]


def nothing_of(owner, *answers):
    """No name, address in a home, UID or text of what is the owner's."""
    for answer in answers:
        told = f"{answer.text} {answer.headers}"
        for word in (SECRET, "hidden-", owner.calendars, owner.books, owner.files):
            assert word not in told, f"{answer.method} tells {word}: {told[:600]}"


# Listings, queries and searches


def test_listings_and_queries_of_ones_own(owner, other):
    dav = other.dav()
    homes = (other.calendars, other.books, other.files)
    for path in ("/", "/principals/", "/calendars/", "/contacts/", "/files/", *homes, owner.principal):
        nothing_of(owner, *(dav.propfind(path, "D:displayname", "D:resourcetype", "D:owner", depth=depth) for depth in (0, 1)))
        nothing_of(owner, dav.get(path))
    nothing_of(owner, *(dav.sync(path) for path in homes))
    query = ('<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"/></C:comp-filter></C:filter>')
    nothing_of(owner, dav.report(other.calendars, document("C:calendar-query", prop("D:getetag", "C:calendar-data") + query), "infinity"),
               dav.report(other.books, document("A:addressbook-query", prop("D:getetag", "A:address-data")
                                                + '<A:filter><A:prop-filter name="FN"/></A:filter>'), "infinity"),
               dav.report(other.calendars, document("C:free-busy-query", '<C:time-range start="20260601T000000Z" end="20260602T000000Z"/>'),
                          "infinity"),
               dav.report("/", document("D:principal-match", "<D:principal-property><D:owner/></D:principal-property>" + prop("D:displayname")), 0))


def test_multiget_tells_what_is_there_as_what_is_not(owner, other):
    dav = other.dav()
    dav.put(other.calendar + "mine.ics", event("mine"))
    dav.put_card(other.book + "mine.vcf", card("mine"))
    for mine, place, hidden, ask in ((other.calendar + "mine.ics", places(owner)[0], objects(owner)[0], dav.multiget),
                                     (other.book + "mine.vcf", places(owner)[1], objects(owner)[1], dav.card_multiget)):
        missing = place + "never-was"
        for path in (mine.rsplit("/", 1)[0] + "/", mine.rsplit("/", 2)[0] + "/"):
            rows = ask(path, [hidden, missing, mine]).multistatus()
            assert [row.status for row in rows] == [404, 404, None]
            assert rows.row(hidden).propstats == rows.row(missing).propstats == [] and rows.row(hidden).errors == rows.row(missing).errors == []


def test_searches_find_principals_and_nothing_that_is_theirs(owner, other):
    """RFC 3744 §9.4: by name, address and type; what is in the homes is no property of a principal."""
    asked = prop("D:displayname", "C:calendar-home-set", "A:addressbook-home-set", "D:group-membership", "D:owner", "CS:notification-URL",
                 "CS:calendar-proxy-write-for")
    for searched in ("D:displayname", "C:calendar-user-address-set", "C:calendar-user-type", "CS:email-address-set"):
        for text in (SECRET, "hidden", owner.name):
            body = document("D:principal-property-search",
                            f"<D:property-search>{prop(searched)}<D:match>{text}</D:match></D:property-search>" + asked)
            nothing_of(owner, other.dav().report("/principals/", body, 0))
    tokens = f"<CS:search-token>{SECRET}</CS:search-token>"
    nothing_of(owner, other.dav().report("/principals/", document("CS:calendarserver-principal-search", tokens + asked), 0))


def test_expand_property_follows_no_href_to_what_is_hidden(owner, other):
    """RFC 3253 §3.8: also not by a property that the asker has made themselves."""
    dav = other.dav()
    dav.put(other.calendar + "mine.ics", event("mine"))
    links = "".join(f"<D:href>{path}</D:href>" for path in (*places(owner), *objects(owner), owner.calendars))
    inner = "".join(f'<D:property name="{n}"/>' for n in ("displayname", "getetag", "resourcetype", "owner"))
    for path in (other.calendar, other.calendar + "mine.ics"):
        dav.set_property(path, f"<X:links>{links}</X:links>")
        answer = dav.report(path, document(
            "D:expand-property", f'<D:property name="links" namespace="http://example.com/ns">{inner}</D:property>'), 0)
        assert find_all(answer.multistatus().only().prop("X:links"), "D:response") == []
        nothing_of(owner, answer)
    sets = (("calendar-home-set", "urn:ietf:params:xml:ns:caldav"), ("addressbook-home-set", "urn:ietf:params:xml:ns:carddav"),
            ("owner", "DAV:"), ("principal-URL", "DAV:"))
    body = document("D:expand-property", "".join(f'<D:property name="{n}" namespace="{ns}">{inner}</D:property>' for n, ns in sets))
    nothing_of(owner, dav.report(owner.principal, body, 0))


def test_expand_property_tells_no_list_without_the_right(owner, other):
    """RFC 3744 §3.6: DAV:acl is not expanded into who is in it, and not told as empty."""
    third = owner.server.new_user()
    owner.dav().xml("ACL", owner.calendar, document("D:acl", entry(other.principal, {"read"}) + entry(third.principal, {"read"})))
    inner = '<D:property name="displayname"/>'
    for path in (owner.calendar, mount(other)):
        row = other.dav().report(path, document("D:expand-property", f'<D:property name="acl">{inner}</D:property>'
                                                f'<D:property name="acl"/><D:property name="owner"/>'), 0).multistatus().only()
        assert row.prop("D:acl") is None and row.status_of("D:acl") in (403, 404), path
        assert row.prop("D:owner") is not None


def test_conditions_are_no_oracle(owner, other):
    """RFC 4918 §10.4: a tagged list about what may not be seen is one about nothing, with its ETag, its lock and its sync token too."""
    mine = other.files + "mine.txt"
    other.dav().put_file(mine, b"x")
    for place, path in zip(places(owner), objects(owner)):
        etag, token = owner.dav().etag_of(path), lock_token(owner.dav().lock(path))
        sync = owner.dav().sync_token_of(place)
        for tagged, state in ((path, f"[{etag}]"), (path, f"<{token}>"), (place, f"<{sync}>"), (path, '["wrong"]'),
                              (place + "never-was", f"[{etag}]")):
            assert other.dav().put_file(mine, b"y", If=f"<{tagged}> ({state})").status == 412, (tagged, state)
            negated = other.dav().put_file(mine, b"y", If=f"<{tagged}> (Not {state})")
            assert negated.status == 204, (tagged, state)
            nothing_of(owner, negated)
        for field, value in (("If_Match", etag), ("If_Match", "*"), ("If_None_Match", etag), ("If_None_Match", "*")):
            for method in ("GET", "PUT", "DELETE", "PROPFIND"):
                answers = [other.dav().request(method, p, headers={"Depth": "0"}, **{field: value}) for p in (path, place + "never-was")]
                assert [a.status for a in answers] == [404, 404] and answers[0].body == answers[1].body, (method, field, value)
        owner.dav().unlock(path, token)


# Grants that come and go


def changes(dav, home, token):
    answer = dav.sync(home, token, "D:displayname")
    return {row.path: row.status for row in answer.multistatus()}, answer


@pytest.mark.parametrize("how", ["user", "group", "nested", "signed-in"])
def test_a_share_that_has_gone_leaves_its_own_name_only(server, owner, other, group, how):
    """RFC 6578 §3.5.2: one tombstone in each home, of what stood there."""
    who = {"user": lambda: other.address, "group": lambda: group(other.address), "nested": lambda: group(group(other.address)),
           "signed-in": lambda: "signed-in"}[how]()
    homes = (other.calendars, other.books, other.files)
    before = {home: (set(mounts(other, home)), other.dav().sync(home).multistatus().sync_token) for home in homes}
    for path in places(owner):
        share(server, path, who)
    seen = {}
    for home in homes:
        stands = set(mounts(other, home)) - before[home][0]
        assert len(stands) == 1
        seen[home] = stands.pop()
        told, answer = changes(other.dav(), home, before[home][1])
        assert told == {seen[home]: None} and owner.name not in answer.text
        seen[home] = seen[home], answer.multistatus().sync_token
    inner = {home: other.dav().sync(path).multistatus().sync_token for home, (path, _) in seen.items()}
    for path in places(owner):
        unshare(server, path, who)
    for home, (path, token) in seen.items():
        # What it had in it is not there from now on, by either URL, also for who has a token.
        assert other.dav().sync(path, inner[home]).status == 404
        told, answer = changes(other.dav(), home, token)
        assert told == {path: 404}
        nothing_of(owner, answer)
        assert owner.name not in answer.text and owner.address not in answer.text
        # RFC 6578 §3.4: told once.
        assert changes(other.dav(), home, answer.multistatus().sync_token)[0] == {}
    for path in places(owner):
        assert other.dav().sync(path).status == other.dav().propfind(path).status == 404


def test_what_came_and_went_between_two_looks_is_not_told(server, owner, other):
    homes = (other.calendars, other.books, other.files)
    tokens = {home: other.dav().sync(home).multistatus().sync_token for home in homes}
    for path in places(owner):
        share(server, path, other, "free-busy")
        unshare(server, path, other)
        share(server, path, other)
        unshare(server, path, other)
    for home in homes:
        told, answer = changes(other.dav(), home, tokens[home])
        assert told == {}, "nothing of it was ever seen"
        nothing_of(owner, answer)


@pytest.mark.parametrize("how", ["user", "group", "signed-in"])
def test_a_delegate_no_more_finds_nothing(server, owner, other, group, how):
    who = {"user": lambda: other.address, "group": lambda: group(other.address), "signed-in": lambda: "signed-in"}[how]()
    share(server, owner.calendars, who)
    token = other.dav().sync(owner.calendars).multistatus().sync_token
    unshare(server, owner.calendars, who)
    never = other.dav().sync("/calendars/never@example.org/", token)
    gone = other.dav().sync(owner.calendars, token)
    assert gone.status == never.status == 404 and gone.body == never.body
    row = other.dav().propfind(other.principal, "CS:calendar-proxy-read-for", "D:group-membership").multistatus().only()
    assert owner.principal not in row.hrefs_of("CS:calendar-proxy-read-for") + row.hrefs_of("D:group-membership")


def churn(owner, path):
    """Things come and go, and one stays."""
    dav = owner.dav()
    ending, make, kind = {"calendars": (".ics", event, "text/calendar"), "contacts": (".vcf", card, "text/vcard"),
                          "files": (".txt", str, "text/plain")}[path.split("/")[1]]

    def put(stem):
        assert dav.put(path + stem + ending, make(stem), kind).status == 201
    put("unseen-gone")
    assert dav.delete(path + "unseen-gone" + ending).status == 204
    put("unseen-moved")
    assert dav.move(path + "unseen-moved" + ending, path + "stays" + ending).status == 201
    return path + "stays" + ending


@pytest.mark.parametrize("kind", [0, 1, 2], ids=["calendar", "book", "folder"])
@pytest.mark.parametrize("how", ["user", "group", "home", "member", "nested member"])
def test_a_sync_names_nothing_that_was_there_only_while_there_was_no_right(server, owner, other, group, how, kind):
    """What somebody never had a right to see is in no tombstone (RFC 6578 §3.5.2 needs none: it was never reported). A token that
    cannot be answered exactly is refused (§3.2)."""
    path = places(owner)[kind]
    team = group(other.address) if how not in ("user", "home") else None
    crowd = group(team) if how == "nested member" else team
    target = path if how != "home" else path.rstrip("/").rsplit("/", 1)[0] + "/"
    who = crowd or other.address
    share(server, target, who)
    home = path.replace(owner.address, other.address).rstrip("/").rsplit("/", 1)[0] + "/"
    urls = [path] + ([] if how == "home" else [mount(other, home)])
    tokens = {url: other.dav().sync(url).multistatus().sync_token for url in urls}
    if "member" in how:
        server.run("group", "member", "remove", team, other.address)
        stays = churn(owner, path)
        server.run("group", "member", "add", team, other.address)
    else:
        unshare(server, target, who)
        stays = churn(owner, path)
        share(server, target, who)
    if how != "home":
        assert mounts(other, home) == urls[1:]
    for url, token in tokens.items():
        answer = other.dav().sync(url, token)
        assert "unseen-" not in answer.text, answer.text
        if answer.status == 207:
            assert url + stays.rsplit("/", 1)[1] in answer.multistatus().paths(), "and what is there now is told"
        else:
            assert answer.status == 403 and answer.error("D:valid-sync-token") is not None


@pytest.mark.parametrize("kind", [0, 1, 2], ids=["calendar", "book", "folder"])
def test_no_token_reaches_back_before_the_right(server, owner, other, kind):
    """Nor one that nobody was given: what was deleted before is not named to who has put a lower number into their token."""
    path = places(owner)[kind]
    churn(owner, path)
    share(server, path, other)
    token = other.dav().sync(path).multistatus().sync_token
    head, _, number = token.rpartition(".")
    if not number.isdecimal():
        return
    for earlier in range(int(number)):
        answer = other.dav().sync(path, f"{head}.{earlier}")
        assert answer.status in (207, 403) and "unseen-" not in answer.text, answer.text
