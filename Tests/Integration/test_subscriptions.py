"""Subscribed calendars: what a foreign server has, the server fetches, and clients read like any calendar."""
import gzip
import socket
import subprocess
import time

import pytest

from dav import document, find_all
from objects import event
from source import Source
from tegu import Server, wait_for
from test_vdirsyncer import Client


def components(*texts):
    """The components of calendars, without what is around them."""
    return [text.split("PRODID:-//Tests//Integration//EN\r\n")[1].split("END:VCALENDAR")[0] for text in texts]


def ics(*texts, header=""):
    return ("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Foreign//EN\r\nMETHOD:PUBLISH\r\n" + header
            + "".join(components(*texts)) + "END:VCALENDAR\r\n").encode()


@pytest.fixture(scope="module")
def open_server():
    """A server that may fetch from this machine, and as often as it is told to."""
    running = Server(settings=["--subscriptions-allowed-networks", "127.0.0.0/8", "--subscriptions-shortest-interval", "1s"])
    try:
        yield running.start()
        running.check()
        assert running.stop() == 0, running.log()
    finally:
        running.close()


@pytest.fixture
def source():
    made = Source(ics(event("one", "One"), event("two", "Two")))
    yield made
    made.close()


def listing(server, user, name="foreign"):
    """The line of `tegu calendar list` about a calendar."""
    lines = server.run("calendar", "list", user.address).out.splitlines()
    return next((line for line in lines if line.split()[:1] == [name]), "")


def subscribe(server, url, *options, name="foreign"):
    user = server.new_user()
    server.run("calendar", "subscribe", user.address, name, url, *options)
    return user


def wait_listing(server, user, *words, name="foreign"):
    return wait_for(lambda: (line := listing(server, user, name)) and all(word in line for word in words) and line,
                    what=f"{words} in the list")


def names(user, path=None):
    rows = user.dav().propfind(path or user.calendars + "foreign/", "D:getetag", depth=1).multistatus()
    return {row.path.rsplit("/", 1)[1]: row.text("D:getetag") for row in rows if not row.path.endswith("/")}


def sync(user, token=""):
    answer = user.dav().sync(user.calendars + "foreign/", token).multistatus()
    return {row.path.rsplit("/", 1)[1]: row.status or 200 for row in answer if not row.path.endswith("/")}, answer.sync_token


def refresh(server, user, source):
    count = len(source.requests)
    server.run("calendar", "refresh", user.address, "foreign")
    wait_for(lambda: len(source.requests) > count, what="a request")


def test_it_is_fetched_and_read_like_any_calendar(open_server, source):
    user = subscribe(open_server, source.url())
    wait_listing(open_server, user, "2 objects, 2 changed")
    assert set(names(user)) == {"one.ics", "two.ics"}
    assert "SUMMARY:One" in user.dav().get(user.calendars + "foreign/one.ics").text
    assert "METHOD" not in user.dav().get(user.calendars + "foreign/one.ics").text
    path, headers = source.requests[0]
    assert path == "/holidays.ics" and headers["User-Agent"].startswith("Tegu/") and "Authorization" not in headers


def test_a_refresh_costs_what_changed(open_server, source):
    user = subscribe(open_server, source.url())
    wait_listing(open_server, user, "2 changed")
    before, (_, token) = names(user), sync(user)
    source.content = ics(event("two", "Two"), event("three", "Three"))
    refresh(open_server, user, source)
    wait_listing(open_server, user, "2 objects, 2 changed")
    changed, token = sync(user, token)
    assert changed == {"one.ics": 404, "three.ics": 200}
    assert names(user)["two.ics"] == before["two.ics"]
    refresh(open_server, user, source)
    wait_listing(open_server, user, "not modified")
    assert sync(user, token)[0] == {}


def test_it_asks_politely(open_server, source):
    source.etag, source.headers = '"v1"', {"Last-Modified": "Sun, 06 Nov 1994 08:49:37 GMT"}
    user = subscribe(open_server, source.url())
    wait_listing(open_server, user, "2 changed")
    assert "If-None-Match" not in source.requests[0][1]
    refresh(open_server, user, source)
    wait_listing(open_server, user, "not modified")
    headers = source.requests[1][1]
    assert headers["If-None-Match"] == '"v1"' and headers["If-Modified-Since"] == "Sun, 06 Nov 1994 08:49:37 GMT"
    time.sleep(2.5)
    assert len(source.requests) == 2, "it was asked without being due"


def test_it_comes_again_when_the_source_says(open_server, source):
    source.content = ics(event("one"), header="REFRESH-INTERVAL;VALUE=DURATION:PT1S\r\n")
    user = subscribe(open_server, source.url())
    wait_for(lambda: len(source.requests) >= 3, what="three requests")
    source.content = ics(event("one"), event("late"), header="REFRESH-INTERVAL;VALUE=DURATION:PT1S\r\n")
    wait_for(lambda: "late.ics" in names(user), what="the new event")
    open_server.run("calendar", "remove", user.address, "foreign")
    time.sleep(1.5)
    count = len(source.requests)
    time.sleep(2)
    assert len(source.requests) == count, "a calendar in the trash is fetched"


def test_a_failure_leaves_what_is_there_and_is_told(open_server, source):
    user = subscribe(open_server, source.url())
    wait_listing(open_server, user, "2 changed")
    for answer, words in (((500, {}, b""), "status 500"), ((200, {}, b"<html>Sign in</html>"), "no iCalendar file"),
                          ((302, {"Location": "http://192.168.0.1/"}, b""), "is in a network"),
                          ((302, {"Location": "ftp://127.0.0.1/"}, b""), "it redirects")):
        source.answers["/holidays.ics"] = answer
        refresh(open_server, user, source)
        wait_listing(open_server, user, words)
        assert set(names(user)) == {"one.ics", "two.ics"}
    row = user.dav().xml("PROPFIND", user.calendars + "foreign/", document(
        "D:propfind", "<D:prop><T:subscription-status xmlns:T='urn:tegu:dav'/></D:prop>"), 0).multistatus().only()
    assert "it redirects" in row.props()["{urn:tegu:dav}subscription-status"].text
    source.answers = {}
    refresh(open_server, user, source)
    wait_listing(open_server, user, "not modified")


def test_redirects_gzip_and_titles(open_server, source):
    source.content = ics(event("one"), header="X-WR-CALNAME:Foreign days\r\n")
    source.answers = {"/old.ics": (301, {"Location": "/moved/new.ics"}, b""),
                      "/moved/new.ics": (200, {"Content-Encoding": "gzip"}, gzip.compress(source.content))}
    user = subscribe(open_server, source.url("/old.ics"))
    assert "Foreign days" in wait_listing(open_server, user, "1 objects, 1 changed")


def test_a_bomb_is_not_taken(open_server, source):
    source.answers["/holidays.ics"] = (200, {"Content-Encoding": "gzip"}, gzip.compress(b"BEGIN:VCALENDAR\r\n" + b" " * (64 << 20)))
    user = subscribe(open_server, source.url())
    wait_listing(open_server, user, "more than", "bytes")


def test_events_without_an_identity_are_not_lost(open_server, source):
    source.content = ics(event("same", "A"), event("same", "B"), event("", "C"), event("", "D"))
    user = subscribe(open_server, source.url())
    wait_listing(open_server, user, "4 objects, 4 changed")
    etags = names(user)
    source.content = source.content.replace(b"DTSTAMP:20260101T000000Z", b"DTSTAMP:20270101T000000Z")
    refresh(open_server, user, source)
    wait_listing(open_server, user, "4 objects, 0 changed")
    assert names(user) == etags


def test_private_addresses_are_refused_by_default(server, source):
    user = server.new_user()
    urls = [source.url(), source.url(host="localhost"), source.url(host="127.1"), source.url(host="2130706433"), source.url(host="[::ffff:127.0.0.1]")]
    for number, url in enumerate(urls):
        server.run("calendar", "subscribe", user.address, f"s{number}", url)
        wait_listing(server, user, "is in a network where this server does not fetch from", name=f"s{number}")
    assert source.requests == []


@pytest.mark.parametrize("url", ["file:///etc/passwd", "https://anna:secret@example.org/", "example.org"])
def test_urls_that_are_none_are_refused_at_once(server, user, url):
    done = server.run("calendar", "subscribe", user.address, "foreign", url, check=False)
    assert done.returncode != 0 and "expected" in done.err
    assert listing(server, user) == ""


def test_certificates_are_checked(source, tmp_path):
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
                    "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate],
                   check=True, capture_output=True)
    secure = Source(source.content, tls=(certificate, key))
    allowed = ["--subscriptions-allowed-networks", "127.0.0.0/8"]
    try:
        for settings, words in ((allowed, "is not trusted"), (allowed + ["--subscriptions-certificates", str(certificate)], "2 changed")):
            server = Server(settings=settings)
            try:
                server.start()
                user = subscribe(server, secure.url(host="localhost"))
                wait_listing(server, user, words)
            finally:
                server.close()
    finally:
        secure.close()


def test_apple_makes_one_and_clients_see_that_it_is_read_only(open_server, source):
    user = open_server.new_user()
    path = user.calendars + "foreign/"
    dav = user.dav()
    made = dav.xml("MKCALENDAR", path, document("C:mkcalendar", f"""<D:set><D:prop><D:displayname>Holidays</D:displayname>
        <CS:source><D:href>{source.url()}</D:href></CS:source><D:resourcetype><D:collection/><CS:subscribed/></D:resourcetype>
        <I:refreshrate>P1W</I:refreshrate></D:prop></D:set>"""))
    assert made.status == 201, made
    wait_listing(open_server, user, "2 changed")
    row = dav.propfind(path, "D:resourcetype", "CS:source", "D:current-user-privilege-set").multistatus().only()
    assert {t.split("}")[1] for t in row.resource_types()} == {"collection", "calendar", "subscribed"}
    assert row.hrefs_of("CS:source") == [source.url()]
    privileges = {p.tag.split("}")[1] for e in find_all(row.prop("D:current-user-privilege-set"), "D:privilege") for p in e}
    assert "read" in privileges and not privileges & {"all", "write", "write-content", "bind", "unbind"}
    for answer in (dav.put(path + "new.ics", event("new")), dav.put(path + "one.ics", event("one", "Mine")), dav.delete(path + "one.ics")):
        assert answer.status == 403
        assert find_all(answer.error("D:need-privileges"), "D:resource/D:privilege")
    assert dav.delete(path).status == 204


def test_vdirsyncer_sees_it(open_server, source, tmp_path):
    user = subscribe(open_server, source.url(), name="calendar-of-others")
    wait_listing(open_server, user, "2 changed", name="calendar-of-others")
    user.calendar = user.calendars + "calendar-of-others/"
    client = Client(tmp_path / "client", user, "calendar")
    client.sync()
    assert client.have() == {"one": "One", "two": "Two"}
    source.content = ics(event("two", "Changed"), event("three", "Three"))
    open_server.run("calendar", "refresh", user.address, "calendar-of-others")
    wait_listing(open_server, user, "3 changed", name="calendar-of-others")
    client.sync()
    assert client.have() == {"two": "Changed", "three": "Three"}


def test_sigterm_does_not_wait_for_a_source_that_says_nothing(source):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        server = Server(settings=["--subscriptions-allowed-networks", "127.0.0.0/8"])
        try:
            server.start()
            subscribe(server, f"http://127.0.0.1:{silent.getsockname()[1]}/")
            silent.settimeout(20)
            connection, _ = silent.accept()
            start = time.monotonic()
            assert server.stop() == 0
            assert time.monotonic() - start < 10
            connection.close()
        finally:
            server.close()
