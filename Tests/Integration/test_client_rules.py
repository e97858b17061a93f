"""The twelve rules that satisfy all known clients at once (shared by the discovery of every one of them)."""
import re
import urllib.parse
import xml.etree.ElementTree as ET

import pytest

from dav import Dav, document, name, path_of, prop
from objects import card, event

WELL_KNOWN = ["/.well-known/caldav", "/.well-known/carddav"]


def places(user):
    return ["/", "/principals/", user.principal, user.calendars, user.calendar, user.books, user.book, user.files]


# 1. Discovery everywhere

@pytest.mark.parametrize("index", range(8))
def test_current_user_principal_is_found_at_every_place(user, dav, index):
    path = places(user)[index]
    row = dav.propfind(path, "D:current-user-principal", "D:resourcetype", "D:principal-collection-set").multistatus().only()
    assert [path_of(h) for h in row.hrefs_of("D:current-user-principal")] == [user.principal]
    assert name("D:collection") in row.resource_types()
    assert row.hrefs_of("D:principal-collection-set") == ["/principals/"]


@pytest.mark.parametrize("path", WELL_KNOWN)
@pytest.mark.parametrize("method", ["GET", "PROPFIND", "OPTIONS"])
def test_well_known_redirects_to_an_absolute_path_or_answers(user, dav, path, method):
    """RFC 6764 §5"""
    response = dav.request(method, path, headers={"Depth": "0"})
    if method == "OPTIONS" and response.status in (200, 204):
        assert "calendar-access" in response.tokens("DAV")
        return
    assert response.status in (301, 307, 308) or (method == "PROPFIND" and response.status == 207), response
    if response.status != 207:
        assert response.header("Location").startswith("/"), "an absolute path keeps the outer proxy's scheme and port"


def test_a_redirect_never_leads_from_tls_to_plain(user):
    response = user.dav(tls=True).get(WELL_KNOWN[0])
    assert not response.header("Location").startswith("http:")


@pytest.mark.parametrize("path", ["/", "/principals/"])
def test_a_browser_that_looks_at_the_root_gets_no_error_of_the_server(dav, path):
    assert dav.get(path).status < 500


# 2. Unauthenticated first

@pytest.mark.parametrize("method", ["PROPFIND", "GET", "OPTIONS", "REPORT", "PUT", "MKCALENDAR", "DELETE"])
def test_the_first_request_without_credentials_is_asked_for_them(server, user, method):
    anonymous = Dav(server.tls_url)
    for path in places(user):
        response = anonymous.request(method, path)
        if method == "OPTIONS" and response.status in (200, 204):
            continue  # what a server can do is no secret
        assert response.status == 401, f"{method} {path}: {response}"
        assert re.search(r'(?i)\bbasic realm="[^"]+"', response.header("WWW-Authenticate")), response.headers


@pytest.mark.parametrize("path", WELL_KNOWN)
def test_well_known_without_credentials_is_a_redirect_or_401(server, path):
    assert Dav(server.tls_url).propfind(path).status in (301, 307, 308, 401)


def test_basic_says_that_names_are_utf8(server):
    """RFC 7617 §2.1"""
    response = Dav(server.tls_url).propfind("/")
    assert 'charset="utf-8"' in response.header("WWW-Authenticate").lower()


# 3. Hrefs and paths

def test_hrefs_of_collections_and_principals_end_with_a_slash(user, dav):
    for path in places(user):
        for row in dav.propfind(path, "D:resourcetype", "D:current-user-principal", "D:owner", "C:calendar-home-set",
                                "A:addressbook-home-set", "D:principal-URL", depth=1).multistatus():
            if name("D:collection") in row.resource_types() or name("D:principal") in row.resource_types():
                assert row.href.endswith("/"), row.href
            for element in row.props().values():
                for href in element.findall(name("D:href")):
                    assert href.text.endswith("/"), ET.tostring(element)


def test_hrefs_are_written_in_one_canonical_form(user, dav):
    """Whatever form a request has, its answer names the resource by the same href."""
    at = user.calendars
    forms = [at, at.replace("@", "%40"), at.replace("calendars", "%63alendars"), at.rstrip("/")]
    hrefs = {dav.propfind(form, "D:resourcetype").multistatus().only().href for form in forms}
    assert len(hrefs) == 1, hrefs


@pytest.mark.parametrize("segment,forms", [
    ("a b", ["a%20b"]), ("a+b", ["a+b", "a%2Bb", "a%2bb"]), ("a~b", ["a~b", "a%7Eb", "a%7eb"]), ("a@b", ["a@b", "a%40b"]),
    ("a%b", ["a%25b"]), ("é", ["%C3%A9", "%c3%a9"]), ("(a)", ["(a)", "%28a%29"]), ("a:b", ["a:b", "a%3Ab"]),
    ("a&b", ["a&b", "a%26b"]), ("a;b,c", ["a;b,c", "a%3Bb%2Cc"]), ("a=b$", ["a=b$", "a%3Db%24"]), ("a#b?", ["a%23b%3F", "a%23b%3f"]),
    ("日本", ["%E6%97%A5%E6%9C%AC"]),
])
def test_every_spelling_of_a_path_is_the_same_resource(user, dav, segment, forms):
    made = dav.put(user.calendar + forms[0] + ".ics", event("spelling-" + segment))
    assert made.status == 201, made
    for form in forms:
        assert dav.get(user.calendar + form + ".ics").status == 200, form
        row = dav.propfind(user.calendar + form + ".ics", "D:getetag").multistatus().only()
        assert row.text("D:getetag") == made.etag
        assert row.path == user.calendar + segment + ".ics"
    listed = {row.href for row in dav.propfind(user.calendar, "D:getetag", depth=1).multistatus()}
    rows = dav.multiget(user.calendar, [user.calendar + form + ".ics" for form in forms]).multistatus()
    assert {row.status_of("D:getetag") for row in rows} == {200}
    assert {row.href for row in rows} <= listed, "the last segment stays as it is listed"


@pytest.mark.parametrize("method", ["PROPFIND", "PROPPATCH", "REPORT", "OPTIONS", "DELETE"])
def test_a_collection_without_its_slash_is_served_and_not_redirected(user, dav, method):
    path = user.calendars + "slashless"
    assert dav.make_calendar(path).status == 201
    bodies = {"PROPFIND": document("D:propfind", prop("D:resourcetype")),
              "PROPPATCH": document("D:propertyupdate", "<D:set><D:prop><D:displayname>x</D:displayname></D:prop></D:set>"),
              "REPORT": document("D:sync-collection", "<D:sync-token/><D:sync-level>1</D:sync-level>" + prop("D:getetag"))}
    response = dav.xml(method, path, bodies.get(method), None if method == "DELETE" else 0)
    assert response.status == {"OPTIONS": response.status, "DELETE": 204}.get(method, 207), response
    assert response.status < 300


# 4. The DAV header

@pytest.mark.parametrize("index", range(8))
@pytest.mark.parametrize("method", ["OPTIONS", "PROPFIND"])
def test_the_dav_header_is_on_options_and_propfind_of_every_place(user, dav, index, method):
    response = dav.request(method, places(user)[index], headers={"Depth": "0"})
    assert {"1", "2", "3", "calendar-access", "addressbook", "extended-mkcol"} <= response.tokens("DAV"), response.headers
    lines = [v for k, v in response.headers if k == "dav"]
    assert len(lines) == 1 and len(lines[0]) < 900


def test_the_dav_header_is_on_report_answers(user, dav):
    assert "calendar-access" in dav.sync(user.calendar).tokens("DAV")


def test_options_lists_the_methods(user, dav):
    allowed = dav.options(user.calendar).tokens("Allow")
    assert {"options", "get", "head", "put", "delete", "propfind", "proppatch", "report", "mkcalendar", "mkcol", "copy", "move",
            "lock", "unlock"} - {"put"} <= allowed


def test_what_is_not_served_is_not_advertised(user, dav):
    """Clients switch features on by these words."""
    for path in places(user):
        tokens = dav.options(path).tokens("DAV")
        assert not tokens & {"calendar-auto-schedule", "calendar-schedule", "calendar-availability",
                             "calendar-managed-attachments-no-recurrence"}, path


# 5. The form of a multistatus

def test_status_lines_and_order_of_propstats(user, dav):
    response = dav.propfind(user.calendar, "X:unknown", "D:resourcetype", "C:nothing-like-this", "D:displayname", depth=1)
    assert response.header("Content-Type").lower().replace(" ", "") == "application/xml;charset=utf-8"
    assert re.findall(rb"HTTP/1\.1 200 OK", response.body)
    for row in response.multistatus():
        assert [status for status, _ in row.propstats] == [200, 404], "the 200 propstat first: some clients read only that"


def test_no_answer_204_has_a_body_or_a_length(user, dav):
    dav.put(user.calendar + "a.ics", event("a"))
    response = dav.delete(user.calendar + "a.ics")
    assert response.status == 204 and response.body == b""
    assert response.header("Transfer-Encoding") is None
    assert response.header("Content-Length") in (None, "0")


# 6. Prefixes and white space

def test_every_element_has_an_explicit_prefix_and_no_stray_white_space(user, dav):
    dav.set_property(user.calendar, "<X:mine>x</X:mine>")
    body = dav.propfind(user.calendars, "D:resourcetype", "D:getetag", "C:supported-calendar-component-set", "CS:getctag",
                        "I:calendar-color", "X:mine", depth=1).decoded().decode()
    body = re.sub(r"^<\?xml[^>]*\?>", "", body.strip())
    for tag in re.findall(r"<(/?[^\s>/!?]+)", body):
        assert ":" in tag, f"<{tag}> without a prefix"
    assert re.search(r"<[dD]:multistatus ", body)
    for kind in ("href", "status"):
        for text in re.findall(rf"<[dD]:{kind}>([^<]*)</", body):
            assert text == text.strip() and text, f"white space in {kind}: {text!r}"


# 7. What allprop always has

def test_allprop_has_what_every_client_looks_for(user, dav):
    dav.put(user.calendar + "a.ics", event("a"))
    dav.put_card(user.book + "a.vcf", card("a"))
    dav.put_file(user.files + "a.txt", b"text", "text/plain")
    for path, kind in ((user.calendar + "a.ics", "text/calendar;charset=utf-8;component=vevent"),
                       (user.book + "a.vcf", "text/vcard;charset=utf-8"), (user.files + "a.txt", "text/plain")):
        row = dav.propfind(path).multistatus().only()
        assert row.text("D:getetag").startswith('"')
        assert row.text("D:getcontenttype").replace(" ", "").lower() == kind
        assert row.prop("D:resourcetype") is not None and len(row.prop("D:resourcetype")) == 0
        assert row.text("D:getlastmodified").endswith(" GMT")
        assert int(row.text("D:getcontentlength")) == len(dav.get(path).body)


@pytest.mark.parametrize("path,kind", [("tasks", "vtodo"), ("calendar", "vjournal")])
def test_the_content_type_names_the_component(user, dav, path, kind):
    from objects import journal, task
    body = task("t") if kind == "vtodo" else journal("j")
    assert dav.put(user.calendars + path + "/x.ics", body).status == 201
    got = dav.propfind(user.calendars + path + "/x.ics", "D:getcontenttype").multistatus().only().text("D:getcontenttype")
    assert got.replace(" ", "").lower() == f"text/calendar;charset=utf-8;component={kind}"


# 8. CTag, token and report set agree

def test_ctag_token_and_report_set_agree(user, dav):
    for path in (user.calendars, user.calendar, user.tasks, user.books, user.book, user.files):
        row = dav.propfind(path, "CS:getctag", "D:sync-token", "D:supported-report-set").multistatus().only()
        reports = {e.tag for e in row.prop("D:supported-report-set").iter()}
        assert name("D:sync-collection") in reports, path
        assert row.text("D:sync-token"), path
        assert dav.sync(path, row.text("D:sync-token")).status == 207, path
    calendar = {e.tag for e in dav.propfind(user.calendar, "D:supported-report-set").multistatus().only().prop("D:supported-report-set").iter()}
    assert {name("C:calendar-multiget"), name("C:calendar-query")} <= calendar
    book = {e.tag for e in dav.propfind(user.book, "D:supported-report-set").multistatus().only().prop("D:supported-report-set").iter()}
    assert {name("A:addressbook-multiget"), name("A:addressbook-query")} <= book


def test_ctag_changes_with_every_change_and_only_then(user, dav):
    def ctag():
        return dav.propfind(user.calendar, "CS:getctag").multistatus().only().text("CS:getctag")
    seen = [ctag()]
    assert ctag() == seen[0]
    for change in (lambda: dav.put(user.calendar + "c.ics", event("c")), lambda: dav.put(user.calendar + "c.ics", event("c", "x")),
                   lambda: dav.delete(user.calendar + "c.ics")):
        change()
        assert ctag() not in seen
        seen.append(ctag())


# 9. Unknown things

def test_unknown_properties_are_404_in_a_propstat(user, dav):
    row = dav.propfind(user.calendar, "X:a", "D:b", "I:c", "ME:d").multistatus().only()
    # The first status of a row is 200 always: Thunderbird takes it for that of the row.
    assert [s for s, _ in row.propstats] == [200, 404] and not row.props(200)
    assert set(row.props(404)) == {name("X:a"), name("D:b"), name("I:c"), name("ME:d")}


@pytest.mark.parametrize("headers", [{"Prefer": "return=minimal"}, {"Brief": "t"}, {"Prefer": "return=minimal", "Brief": "t"}])
def test_unknown_properties_are_left_out_when_little_is_wanted(user, dav, headers):
    row = dav.propfind(user.calendar, "X:a", "D:resourcetype", headers=headers).multistatus().only()
    assert [s for s, _ in row.propstats] == [200]
    # RFC 8144 §2.1: a row in which nothing is left has one empty 200 propstat
    row = dav.propfind(user.calendar, "X:a", headers=headers).multistatus().only()
    assert [s for s, _ in row.propstats] == [200] and row.props() == {}


def test_an_unknown_report_is_refused_by_name(user, dav):
    for path in (user.calendar, user.book, user.files, user.principal, "/"):
        response = dav.report(path, document("X:nonsense", ""), 0)
        assert response.status == 403, response
        response.error("D:supported-report")


# 10. (transient causes: see test_full_disk and test_limits)

# 11. Depth

def test_propfind_without_depth_is_infinity(user, dav):
    response = dav.propfind(user.calendars, "D:resourcetype", depth=None)
    if response.status == 403:
        response.error("D:propfind-finite-depth")
    else:
        assert user.calendar in response.multistatus().paths()


def test_a_report_without_depth_is_depth_0(user, dav):
    dav.put(user.calendar + "a.ics", event("a"))
    assert dav.sync(user.calendar, depth=None).status == 207


@pytest.mark.parametrize("depth", [None, 0, 1, "infinity"])
def test_sync_collection_takes_every_depth_with_a_level(user, dav, depth):
    """Thunderbird sends Depth 1 beside the level."""
    dav.put(user.calendar + "a.ics", event("a"))
    assert user.calendar + "a.ics" in dav.sync(user.calendar, depth=depth).multistatus().paths()


def test_sync_collection_without_level_takes_it_from_depth(user, dav):
    """Drafts of RFC 6578 had no level."""
    dav.put(user.calendar + "a.ics", event("a"))
    body = document("D:sync-collection", "<D:sync-token/>" + prop("D:getetag"))
    assert user.calendar + "a.ics" in dav.report(user.calendar, body, 1).multistatus().paths()


@pytest.mark.parametrize("depth", [0, None])
def test_a_query_at_depth_0_looks_into_the_calendar(user, dav, depth):
    """Windows Mail sends it so, and a calendar itself never matches."""
    dav.put(user.calendar + "a.ics", event("a"))
    response = dav.calendar_query(user.calendar, "VEVENT", depth=depth, User_Agent="MSFT-WP/10.0")
    assert response.multistatus().paths() == [user.calendar + "a.ics"]


# 12. ETags in conditions

def forms_of(etag):
    inner = etag.strip('"')
    return {"as given": etag, "weak": "W/" + etag, "list": f'"nothing", {etag}', "star": "*", "no quotes": inner,
            "backslashes": f'\\"{inner}\\"', "gzip": f'"{inner}-gzip"', "br": f'"{inner}-br"', "semicolon gzip": f'"{inner};gzip"',
            "weak gzip": f'W/"{inner}-gzip"'}


@pytest.mark.parametrize("form", forms_of('""'))
def test_if_match_takes_etags_in_all_forms_that_clients_and_proxies_make(user, dav, form):
    etag = dav.put(user.calendar + "a.ics", event("a")).etag
    assert dav.put(user.calendar + "a.ics", event("a", "changed"), If_Match=forms_of(etag)[form]).status == 204
    assert dav.put(user.calendar + "a.ics", event("a", "lost"), If_Match=forms_of(etag)["as given"]).status == 412


@pytest.mark.parametrize("form", forms_of('""'))
def test_if_none_match_takes_the_same_forms(user, dav, form):
    etag = dav.put(user.calendar + "a.ics", event("a")).etag
    assert dav.get(user.calendar + "a.ics", If_None_Match=forms_of(etag)[form]).status == 304
    assert dav.get(user.calendar + "a.ics", If_None_Match='"other"').status == 200


@pytest.mark.parametrize("value", ["", " "])
def test_an_empty_schedule_tag_condition_is_absent(user, dav, value):
    """Apple sends `If-Schedule-Tag-Match:` with nothing."""
    etag = dav.put(user.calendar + "a.ics", event("a")).etag
    assert dav.put(user.calendar + "a.ics", event("a", "b"), If_Match=etag, If_Schedule_Tag_Match=value).status == 204


def test_every_href_that_is_given_can_be_asked(user, dav):
    """A client follows what it is told."""
    row = dav.propfind(user.principal, "C:calendar-home-set", "A:addressbook-home-set", "D:principal-URL", "D:owner",
                       "D:current-user-principal", "D:principal-collection-set", "C:calendar-user-address-set", "D:group-membership",
                       "D:group-member-set", "D:alternate-URI-set").multistatus().only()
    hrefs = {h.text for e in row.props().values() for h in e.findall(name("D:href"))}
    for href in hrefs:
        if urllib.parse.urlsplit(href).scheme not in ("mailto", "urn"):
            assert dav.propfind(href, "D:resourcetype").status == 207, href
