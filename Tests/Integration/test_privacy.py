"""What one may not see is not found, and no answer lets one guess (H9, H10)."""
import itertools
import time

import pytest

from dav import Dav, document, lock_token, prop
from objects import card, event
from tegu import serving


@pytest.fixture
def owner(user):
    dav = user.dav()
    dav.put(user.calendar + "secret.ics", event("secret-uid", "Geheim"))
    dav.put_card(user.book + "secret.vcf", card("secret-card"))
    dav.mkcol(user.files + "papers/")
    dav.put_file(user.files + "papers/secret.txt", b"geheim")
    return user


@pytest.fixture
def stranger(other):
    return other.dav()


PATHS = ["calendars", "calendar", "books", "book", "files"]
OBJECTS = [("calendar", "secret.ics"), ("book", "secret.vcf"), ("files", "papers/secret.txt"), ("files", "papers/")]


def hidden(owner):
    return [getattr(owner, p) for p in PATHS] + [getattr(owner, p) + n for p, n in OBJECTS]


def nothing(owner):
    """Paths beside them that do not exist: the answers must be the same."""
    return [getattr(owner, p) + "nothing.ics" for p in ("calendar", "book", "files")]


@pytest.mark.parametrize("method", ["GET", "HEAD", "PROPFIND", "DELETE", "PROPPATCH", "REPORT", "LOCK", "UNLOCK", "OPTIONS", "POST"])
def test_everything_of_another_user_is_not_found(owner, stranger, method):
    bodies = {"PROPPATCH": document("D:propertyupdate", "<D:set><D:prop><X:a/></D:prop></D:set>"),
              "REPORT": document("D:sync-collection", "<D:sync-token/><D:sync-level>1</D:sync-level>" + prop("D:getetag")),
              "LOCK": document("D:lockinfo", "<D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype>")}
    for path in hidden(owner) + nothing(owner):
        headers = {"Lock-Token": "<urn:uuid:00000000-0000-4000-8000-000000000000>"} if method == "UNLOCK" else {}
        response = stranger.xml(method, path, bodies.get(method), 0, headers=headers)
        if method == "OPTIONS" and response.status in (200, 204):
            continue  # it says what the server can, and the same for what is not there
        assert response.status in ((404, 405) if method == "POST" else (404,)), f"{path}: {response}"
        assert b"Geheim" not in response.body and b"secret-uid" not in response.body


def test_options_tells_nothing_about_what_exists(owner, stranger):
    one = stranger.options(owner.calendar + "secret.ics")
    two = stranger.options(owner.calendar + "nothing.ics")
    assert one.status == two.status and one.header("Allow") == two.header("Allow")


@pytest.mark.parametrize("method", ["PUT", "MKCOL", "MKCALENDAR"])
def test_writing_into_anothers_place_is_not_found(owner, stranger, method):
    for path in [owner.calendar + "new.ics", owner.calendar + "secret.ics", owner.book + "new.vcf", owner.files + "new", owner.calendars + "new/",
                 owner.files + "papers/new/"]:
        response = stranger.request(method, path, event("new") if method == "PUT" else None, {"Content-Type": "text/calendar"} if method == "PUT" else {})
        assert response.status == 404, f"{method} {path}: {response}"
    assert owner.dav().children(owner.calendar) == [owner.calendar + "secret.ics"]


@pytest.mark.parametrize("method", ["COPY", "MOVE"])
def test_copy_and_move_do_not_reach_across(owner, other, stranger, method):
    stranger.put(other.calendar + "mine.ics", event("mine"))
    stranger.put_file(other.files + "mine", b"x")
    for source, target in ((owner.calendar + "secret.ics", other.calendar + "stolen.ics"), (owner.files + "papers/", other.files + "stolen/"),
                           (owner.calendar, other.calendars + "stolen/")):
        assert stranger.request(method, source, Destination=stranger.url + target).status == 404
    for source, target in ((other.calendar + "mine.ics", owner.calendar + "planted.ics"), (other.files + "mine", owner.files + "papers/planted"),
                           (other.calendar + "mine.ics", owner.calendar + "secret.ics")):
        for overwrite in "TF":
            response = stranger.request(method, source, Destination=stranger.url + target, Overwrite=overwrite)
            assert response.status in (403, 404, 409), response
            missing = stranger.request(method, source, Destination=stranger.url + target.rsplit("/", 1)[0] + "/none-such", Overwrite=overwrite)
            assert missing.status == response.status, "a name that is taken and one that is not answer the same"
    assert owner.dav().children(owner.calendar) == [owner.calendar + "secret.ics"]
    assert stranger.get(other.calendar + "mine.ics").status == 200


def test_multiget_of_anothers_hrefs(owner, other, stranger):
    stranger.put(other.calendar + "mine.ics", event("mine"))
    hrefs = [owner.calendar + "secret.ics", owner.calendar + "nothing.ics", other.calendar + "mine.ics"]
    rows = stranger.multiget(other.calendar, hrefs).multistatus()
    assert rows.row(hrefs[0]).status == rows.row(hrefs[1]).status == 404
    assert rows.row(hrefs[2]).text("C:calendar-data")
    assert stranger.multiget(owner.calendar, hrefs).status == 404
    cards = stranger.card_multiget(other.book, [owner.book + "secret.vcf"]).multistatus()
    assert cards.only().status == 404


def test_listings_never_name_what_is_anothers(owner, other, stranger):
    for path in ("/", "/principals/", "/calendars/", "/contacts/", "/files/"):
        for depth in (0, 1):
            response = stranger.propfind(path, "D:resourcetype", depth=depth)
            if response.status == 207:
                for row in response.multistatus():
                    assert owner.name not in row.path or row.path == owner.principal, f"{path} names {row.path}"
                    assert not row.path.startswith((owner.calendars, owner.books, owner.files))


def test_search_shows_no_more_than_a_principal(owner, stranger):
    body = document("D:principal-property-search", f"<D:property-search>{prop('D:displayname')}<D:match>{owner.name}</D:match></D:property-search>"
                    + prop("D:displayname", "C:calendar-home-set", "D:group-membership", "D:current-user-privilege-set"))
    response = stranger.report("/principals/", body, 0)
    assert response.status == 207
    assert owner.calendar not in response.text


def test_anothers_principal_shows_no_rights_to_write(owner, stranger):
    response = stranger.propfind(owner.principal, "D:displayname", "D:current-user-privilege-set")
    assert response.status in (207, 404)
    if response.status == 207:
        assert b"write" not in response.body
    assert stranger.set_property(owner.principal, "<D:displayname>owned</D:displayname>").status in (403, 404, 207)
    assert owner.dav().propfind(owner.principal, "D:displayname").multistatus().only().text("D:displayname") != "owned"


def test_anothers_locks_and_tokens_are_nothing(owner, other, stranger):
    token = lock_token(owner.dav().lock(owner.files + "papers/secret.txt", depth=0))
    assert stranger.unlock(owner.files + "papers/secret.txt", token).status == 404
    assert stranger.put_file(other.files + "x", b"x", If=f"<{owner.files}papers/secret.txt> (<{token}>)").status in (201, 412)
    sync_token = owner.dav().sync_token_of(owner.calendar)
    response = stranger.sync(other.calendar, sync_token)
    assert response.status == 403
    response.error("D:valid-sync-token")


def test_expand_property_does_not_look_behind(owner, other, stranger):
    body = document("D:expand-property", '<D:property name="owner" namespace="DAV:"><D:property name="calendar-home-set" namespace="urn:ietf:params:xml:ns:caldav"/></D:property>')
    assert stranger.report(owner.calendar, body, 0).status == 404
    assert stranger.report(other.calendar, body, 0).status == 207


def test_administrators_have_no_look_into_data(server, owner):
    """An administrator administers; other people's calendars stay theirs."""
    assert server.administrator().dav().get(owner.calendar + "secret.ics").status in (401, 403, 404)


def test_signed_out_everything_is_401_whether_it_exists_or_not(server, owner):
    anonymous = Dav(server.url)
    for path in hidden(owner) + nothing(owner) + [owner.principal, "/calendars/nobody@example.org/"]:
        for method in ("GET", "PROPFIND", "PUT", "DELETE", "REPORT", "MKCOL", "LOCK", "MOVE"):
            assert anonymous.request(method, path).status == 401, f"{method} {path}"


@pytest.mark.parametrize("value", ["Basic", "Basic !!!", "Basic " + "QQ==", "Basic Og==", "Bearer nonsense", "Digest username=x", "basic", "Basic " + "A" * 10_000])
def test_credentials_that_are_none_are_401(server, value):
    assert Dav(server.url).propfind("/", Authorization=value).status in (401, 400, 431)


def test_wrong_passwords_and_unknown_users_answer_the_same_and_take_as_long(server, user):
    def ask(name, password):
        start = time.monotonic()
        response = Dav(server.url, (name, password)).propfind("/")
        return response, time.monotonic() - start
    wrong = [ask(user.address, f"wrong {n}") for n in range(5)]
    unknown = [ask(f"nobody{n}@example.org", f"wrong {n}") for n in range(5)]
    assert {r.status for r, _ in wrong + unknown} == {401}
    assert {r.body for r, _ in wrong} == {r.body for r, _ in unknown}
    one, two = (sorted(t for _, t in times)[2] for times in (wrong, unknown))
    assert one < two * 4 + 0.02 and two < one * 4 + 0.02, f"a wrong password takes {one:.4f} s, an unknown user {two:.4f} s"


def test_guessing_never_locks_out_this_machine(server, user):
    for n in range(60):
        assert Dav(server.url, (user.address, f"guess {n}")).propfind("/").status == 401
    start = time.monotonic()
    assert Dav(server.url, user.credentials).propfind("/").status == 207
    assert time.monotonic() - start < 2


def test_guessing_from_elsewhere_is_slowed_and_blocked():
    """Through a trusted proxy, so that the guesser has an address; another address and the proxy itself go on."""
    with serving("--http-trusted-proxies", "127.0.0.1") as server:
        who = server.new_user()

        def ask(address, password):
            fields = {"X-Forwarded-For": address, "X-Forwarded-Proto": "https"}
            return Dav(server.url, (who.address, password)).propfind("/", headers=fields)
        statuses = []
        start = time.monotonic()
        for n in itertools.count():
            statuses.append(ask("203.0.113.66", f"guess {n}").status)
            if statuses[-1] in (429, 403) or time.monotonic() - start > 40 or n > 300:
                break
        assert statuses[-1] in (429, 403) or time.monotonic() - start > 40 or statuses.count(401) < 300, "guessing costs nothing"
        assert statuses[-1] in (429, 403) or time.monotonic() - start > 20, statuses
        assert ask("203.0.113.67", who.password).status == 207, "others are not touched"
        assert Dav(server.url, who.credentials).propfind("/").status == 207


def test_passwords_and_bodies_are_not_in_the_log(server, user):
    user.dav().put(user.calendar + "log.ics", event("log-uid", "Never-in-the-log"))
    Dav(server.url, (user.address, "Wrong-Password-1")).propfind("/")
    log = "\n".join(server.output)
    assert user.password not in log and "Wrong-Password-1" not in log and "Never-in-the-log" not in log


def test_a_changed_password_counts_at_once(server):
    """The cache of verified passwords must not outlive it."""
    who = server.new_user()
    assert Dav(server.url, who.credentials).propfind("/").status == 207
    server.run("user", "password", who.address, "--password-stdin", input="another secret\n")
    end = time.monotonic() + 10
    while Dav(server.url, who.credentials).propfind("/").status != 401:
        assert time.monotonic() < end, "the old password still opens"
        time.sleep(0.2)
    assert Dav(server.url, (who.address, "another secret")).propfind("/").status == 207


def test_a_removed_user_is_gone_at_once(server):
    who = server.new_user()
    assert Dav(server.url, who.credentials).put(who.calendar + "a.ics", event("a")).status == 201
    server.run("user", "remove", who.address, "--yes")
    end = time.monotonic() + 10
    while Dav(server.url, who.credentials).propfind("/").status != 401:
        assert time.monotonic() < end
        time.sleep(0.2)
    assert Dav(server.url, server.new_user().credentials).propfind(who.calendars).status == 404
