"""Behind a proxy, and passwords on plain HTTP."""
import socket

import pytest

from dav import Dav
from tegu import Server, serving


@pytest.fixture(scope="module")
def behind():
    """Trusts this machine as a proxy."""
    with serving("--http-trusted-proxies", "127.0.0.1") as server:
        yield server


@pytest.mark.parametrize("fields", [
    {"Forwarded": "for=203.0.113.7;proto=https;host=dav.example.org"},
    {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "dav.example.org"},
    {"Forwarded": 'for="[2001:db8::7]:4711";proto=https;host="dav.example.org"'},
])
def test_a_trusted_proxy_speaks_for_its_client(behind, fields):
    who = behind.new_user()
    response = Dav(behind.url, who.credentials).propfind(who.calendar, "D:resourcetype", headers=fields)
    assert response.status == 207
    redirect = Dav(behind.url, who.credentials).get("/.well-known/caldav", headers=fields)
    assert redirect.header("Location") in ("/", "https://dav.example.org/")


@pytest.mark.parametrize("fields", [{"Forwarded": "for=203.0.113.7;proto=http"}, {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "http"},
                                    {"X-Forwarded-For": "203.0.113.7"}, {"Forwarded": "for=203.0.113.7"}])
def test_a_client_without_tls_before_the_proxy_cannot_use_its_password(behind, fields):
    who = behind.new_user()
    # With a password, and as clients begin: without, to be asked for one.
    for credentials in (who.credentials, None):
        for ask in (lambda dav: dav.propfind(who.calendar, "D:resourcetype", headers=fields), lambda dav: dav.get("/", headers=fields),
                    lambda dav: dav.put_file(who.files + "x", b"x", headers=fields)):
            response = ask(Dav(behind.url, credentials))
            assert response.status == 403, response
            assert response.header("WWW-Authenticate") is None, "a password must not be asked for there"
    assert Dav(behind.url).get("/.well-known/caldav", headers=fields).status == 301


def test_a_client_with_tls_before_the_proxy_is_asked_for_its_password(behind):
    response = Dav(behind.url).propfind("/", "D:resourcetype", headers={"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"})
    assert response.status == 401 and "basic" in response.header("WWW-Authenticate").lower()


def test_the_fields_of_others_are_not_believed(user, server):
    """Without the setting nobody is a proxy: what comes with such fields is not over TLS, whatever it claims, nor from this machine itself."""
    fields = {"Forwarded": "for=203.0.113.7;proto=https", "X-Forwarded-For": "203.0.113.8", "X-Forwarded-Proto": "https"}
    assert user.dav().propfind(user.calendar, "D:resourcetype", headers=fields).status == 403
    assert user.dav(tls=True).propfind(user.calendar, "D:resourcetype", headers=fields).status == 207
    assert Dav(server.url).get("/metrics").status == 200 and Dav(server.url).get("/metrics", **fields).status == 404


def test_a_destination_with_the_outer_name(behind):
    who = behind.new_user()
    dav = Dav(behind.url, who.credentials)
    fields = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "dav.example.org"}
    dav.put_file(who.files + "a", b"x")
    assert dav.copy(who.files + "a", "https://dav.example.org" + who.files + "b", headers=fields).status == 201


def own_address():
    """An address of this machine that is not loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            address = probe.getsockname()[0]
        except OSError:
            return None
    return None if address.startswith("127.") else address


@pytest.mark.skipif(own_address() is None, reason="this machine has no address but loopback")
def test_basic_on_plain_http_is_for_loopback_only():
    server = Server(host=own_address())
    try:
        server.start()
        who = server.new_user()
        for credentials in (who.credentials, None):
            refused = Dav(server.url, credentials).propfind(who.calendar, "D:resourcetype")
            assert refused.status == 403 and refused.header("WWW-Authenticate") is None, refused
        assert Dav(server.tls_url, who.credentials).propfind(who.calendar, "D:resourcetype").status == 207
        server.stop()
        server.settings = ["--http-allow-basic-over-plain", "true"]
        server.start()
        assert Dav(server.url, who.credentials).propfind(who.calendar, "D:resourcetype").status == 207
    finally:
        server.close()
