"""Paths and names (H7): what a client may call a thing, and what a path may not do."""
import pytest

from dav import path_of, raw_exchange, basic
from objects import event

NAMES = [";,:@&+ #?", "a b c", "ünïcödé", "日本語", "emoji 👩‍💻", "no extension", "100%", "quote\"'", "<angle>", "back\\slash", "{braces}", "~tilde", "dots..ics",
         "..hidden", ".leading", "trailing.", "UPPER", "a" * 200, "é"]


def quoted(text):
    import urllib.parse
    return urllib.parse.quote(text, safe="")


@pytest.mark.parametrize("segment", NAMES)
@pytest.mark.parametrize("home", ["files", "calendar"])
def test_names_of_every_kind(user, dav, segment, home):
    path = getattr(user, home) + quoted(segment)
    body = event("name-" + str(NAMES.index(segment)))
    assert dav.put(path, body).status == 201
    assert dav.get(path).body == body.encode()
    listed = [r for r in dav.propfind(getattr(user, home), "D:getetag", depth=1).multistatus() if r.path == getattr(user, home) + segment]
    assert len(listed) == 1
    assert dav.get(listed[0].href).body == body.encode(), "the listed href works"
    assert user.name and dav.sync(getattr(user, home)).multistatus().row(listed[0].href)
    assert dav.delete(path).status == 204


@pytest.mark.parametrize("segment", NAMES[:8])
def test_collections_of_every_name(user, dav, segment):
    for make, home in ((dav.mkcol, user.files), (dav.make_calendar, user.calendars), (dav.make_book, user.books)):
        path = home + quoted(segment) + "/"
        assert make(path).status == 201, path
        assert home + segment + "/" in dav.propfind(home, "D:resourcetype", depth=1).multistatus().paths()
        assert dav.propfind(path, "D:resourcetype", depth=1).status == 207
        assert dav.delete(path).status == 204


def test_composed_and_decomposed_names_are_told_apart_or_not_but_found(user, dav):
    """Finder sends NFD; a name is kept as it was sent."""
    nfc, nfd = "caf%C3%A9", "cafe%CC%81"
    assert dav.put_file(user.files + nfd, b"nfd").status == 201
    assert dav.get(user.files + nfd).body == b"nfd"
    assert path_of(user.files + nfd) in dav.children(user.files)
    assert dav.get(user.files + nfc).status in (200, 404)


def test_a_name_of_255_bytes(user, dav):
    assert dav.put_file(user.files + "n" * 255, b"x").status == 201
    assert dav.put_file(user.files + "n" * 5000, b"x").status in (201, 403, 409, 414)


@pytest.mark.parametrize("path", ["%2F", "a%2Fb", "a%00b", "%", "%zz", "%c3%28", "..%2f..%2fetc", "%2e%2e/%2e%2e/etc/passwd", "a\\..\\b", "%ff"])
def test_segments_that_cannot_be(user, dav, path):
    response = dav.put_file(user.files + path, b"x")
    assert response.status in (201, 400, 403, 404, 405, 409), response
    got = dav.get(user.files + path)
    assert got.status in (200, 400, 403, 404) and b"root:" not in got.body
    if response.status == 201:
        assert got.body == b"x"


@pytest.mark.parametrize("path", ["/../../../etc/passwd", "/files/../../etc/passwd", "/./files/", "//files//", "/calendars/../principals/"])
def test_dots_and_doubled_slashes_do_no_harm(user, path):
    data = f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: {basic(*user.credentials)}\r\nConnection: close\r\n\r\n".encode()
    answer = raw_exchange(user.server.host, user.server.port, data)
    assert answer.startswith((b"HTTP/1.1 4", b"HTTP/1.1 2", b"HTTP/1.1 301", b"HTTP/1.1 308"))
    assert b"root:" not in answer


def test_doubled_slashes_in_multiget(user, dav):
    dav.put(user.calendar + "a.ics", event("a"))
    rows = dav.multiget(user.calendar, [user.calendar.rstrip("/") + "//a.ics"]).multistatus()
    assert rows.only().status in (None, 404)


def test_an_absolute_target(user):
    """RFC 9112 §3.2.2: proxies send it"""
    data = (f"PROPFIND {user.server.url}{user.calendar} HTTP/1.1\r\nHost: {user.server.host}:{user.server.port}\r\nDepth: 0\r\n"
            f"Authorization: {basic(*user.credentials)}\r\nConnection: close\r\n\r\n").encode()
    assert raw_exchange(user.server.host, user.server.port, data).startswith(b"HTTP/1.1 207")


@pytest.mark.parametrize("path, status", [("/healthz", 200), ("/healthz?x=1", 200), ("/metrics", 200), ("/.well-known/timezone", 301),
                                          ("/timezones/zones?pattern=berlin", 200)])
def test_an_absolute_target_outside_dav(user, path, status):
    data = f"GET {user.server.url}{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()
    assert raw_exchange(user.server.host, user.server.port, data).startswith(f"HTTP/1.1 {status}".encode())


def test_options_star(user):
    data = f"OPTIONS * HTTP/1.1\r\nHost: x\r\nAuthorization: {basic(*user.credentials)}\r\nConnection: close\r\n\r\n".encode()
    assert raw_exchange(user.server.host, user.server.port, data).startswith((b"HTTP/1.1 200", b"HTTP/1.1 204"))


@pytest.mark.parametrize("suffix", ["?x=1", "?", "#fragment"])
def test_a_query_is_not_part_of_the_name(user, dav, suffix):
    dav.put(user.calendar + "a.ics", event("a"))
    assert dav.get(user.calendar + "a.ics" + suffix).status in (200, 400)


def test_the_case_of_the_address_in_a_path_does_not_matter(user, dav):
    """Addresses are lower case; a client may type another."""
    row = dav.propfind(user.calendars.replace(user.name, user.name.upper()), "D:resourcetype")
    assert row.status in (207, 404)


def test_the_short_sign_in_name_belongs_to_the_default_domain(user):
    from dav import Dav
    assert Dav(user.server.url, (user.name, user.password)).propfind(user.calendar, "D:owner").status == 207
    assert Dav(user.server.url, (user.address.upper(), user.password)).propfind(user.calendar, "D:owner").status == 207
