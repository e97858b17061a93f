"""HTTP/1.1 itself (H6): bodies, ranges, coding, pipelining, limits; and HTTP/2."""
import gzip
import os
import socket
import subprocess
import time
import zlib

import httpx
import pytest

from dav import basic, document, prop, raw_exchange
from objects import event
from tegu import serving


def head(user, method, path, *lines):
    return "\r\n".join([f"{method} {path} HTTP/1.1", f"Host: {user.server.host}:{user.server.port}",
                        "Authorization: " + basic(*user.credentials), *lines, "", ""]).encode()


def exchange(user, data, **options):
    return raw_exchange(user.server.host, user.server.port, data, **options)


# Bodies

def test_expect_100_continue(user):
    body = event("continue").encode()
    with socket.create_connection((user.server.host, user.server.port), timeout=20) as connection:
        connection.sendall(head(user, "PUT", user.calendar + "c.ics", "Content-Type: text/calendar", "Expect: 100-continue",
                                f"Content-Length: {len(body)}", "Connection: close"))
        first = connection.recv(65536)
        assert first.startswith(b"HTTP/1.1 100 ")
        connection.sendall(body)
        rest = b""
        while piece := connection.recv(65536):
            rest += piece
    assert (first.split(b"\r\n\r\n", 1)[1] + rest).startswith(b"HTTP/1.1 201 ")


def test_expect_is_answered_with_the_refusal_before_the_body(user):
    """Without credentials, or with a body that is too long: nothing needs to be sent."""
    lines = ["Content-Type: text/calendar", "Expect: 100-continue", "Content-Length: 1000000000", "Connection: close"]
    answer = exchange(user, head(user, "PUT", user.calendar + "big.ics", *lines))
    # RFC 4791 §5.3.2.1
    assert answer.startswith(b"HTTP/1.1 403") and b"max-resource-size" in answer, answer[:200]
    lines[2] = "Content-Length: 1000"
    anonymous = f"PUT {user.calendar}x.ics HTTP/1.1\r\nHost: x\r\n" + "\r\n".join(lines) + "\r\n\r\n"
    assert exchange(user, anonymous.encode()).startswith(b"HTTP/1.1 401")


def test_an_unknown_expectation_is_417(user):
    answer = exchange(user, head(user, "PUT", user.files + "x", "Expect: miracles", "Content-Length: 1", "Connection: close") + b"x")
    assert answer.startswith(b"HTTP/1.1 417")  # RFC 9110 §10.1.1
    assert user.dav().get(user.files + "x").status == 404


def test_chunked_bodies(user, dav):
    body = event("chunked").encode()
    pieces = (body[i:i + 7] for i in range(0, len(body), 7))
    made = dav.request("PUT", user.calendar + "chunked.ics", pieces, {"Content-Type": "text/calendar"})
    assert made.status == 201 and dav.get(user.calendar + "chunked.ics").body == body
    with_extension = b"5;name=value\r\nhello\r\n0\r\nTrailer: x\r\n\r\n"
    answer = exchange(user, head(user, "PUT", user.files + "ext", "Transfer-Encoding: chunked", "Connection: close") + with_extension)
    assert answer.startswith(b"HTTP/1.1 201") and dav.get(user.files + "ext").body == b"hello"


@pytest.mark.parametrize("lines,body", [
    (["Transfer-Encoding: chunked", "Content-Length: 5"], b"0\r\n\r\n"), (["Content-Length: 5", "Content-Length: 6"], b"hello"),
    (["Content-Length: +5"], b"hello"), (["Content-Length: 0x5"], b"hello"), (["Content-Length: -1"], b""), (["Transfer-Encoding: chunked"], b"zz\r\n"),
    (["Transfer-Encoding: nonsense"], b""), (["Transfer-Encoding : chunked"], b"0\r\n\r\n"), (["Content-Length: 99999999999999999999"], b""),
    (["Transfer-Encoding: chunked"], b"FFFFFFFFFFFFFFFFFF\r\n"), (["Bad Header: x"], b""), (["Content-Length: 3", " folded: x"], b"abc"),
])
def test_ambiguous_framing_is_refused_and_the_connection_closed(user, dav, lines, body):
    """Request smuggling lives on these."""
    answer = exchange(user, head(user, "PUT", user.files + "smuggled", *lines) + body + head(user, "GET", "/healthz"), timeout=5)
    assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 501", b"HTTP/1.1 413")), answer[:200]
    assert answer.count(b"HTTP/1.1 ") == 1, "nothing after it is read as a request"
    assert dav.get(user.files + "smuggled").status == 404


@pytest.mark.parametrize("coding,encode", [("gzip", gzip.compress), ("x-gzip", gzip.compress), ("deflate", zlib.compress)])
def test_compressed_request_bodies(user, dav, coding, encode):
    body = event("gzip").encode()
    made = dav.put(user.calendar + "g.ics", encode(body), Content_Encoding=coding)
    assert made.status == 201
    got = dav.get(user.calendar + "g.ics")
    assert got.body == body and got.etag == made.etag
    assert dav.xml("PROPFIND", user.calendar, encode(document("D:propfind", prop("D:getetag")).encode()), 1, Content_Encoding=coding).status == 207


def test_codings_that_are_not_known_are_415(user, dav):
    assert dav.put(user.calendar + "x.ics", b"x", Content_Encoding="br").status == 415
    assert dav.put(user.calendar + "x.ics", b"not gzip", Content_Encoding="gzip").status == 400


def test_a_decompression_bomb_is_refused(user, dav):
    compressor = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(compressor.compress(bytes(1 << 20)) for _ in range(400)) + compressor.flush()
    before = user.server.resident_kilobytes()
    for path in (user.calendar + "bomb.ics", user.book + "bomb.vcf"):
        assert dav.put(path, bomb, Content_Encoding="gzip").status in (403, 413)
    assert dav.xml("PROPFIND", user.calendar, bomb, 0, Content_Encoding="gzip").status == 413
    assert user.server.resident_kilobytes() - before < 150_000


def test_an_empty_put_and_what_the_finder_does(user, dav):
    assert dav.put_file(user.files + "finder.txt", b"").status == 201
    assert dav.get(user.files + "finder.txt").body == b""
    data = os.urandom(300_000)
    made = dav.request("PUT", user.files + "finder.txt", (data[i:i + 65536] for i in range(0, len(data), 65536)),
                       {"X-Expected-Entity-Length": str(len(data)), "User-Agent": "WebDAVFS/3.0.0 (03008000) Darwin/23.5.0"})
    assert made.status == 204 and dav.get(user.files + "finder.txt").body == data


def test_a_large_file_is_streamed_both_ways(user, dav):
    """Twice 200 MB through the server: its memory stays where it is."""
    block = os.urandom(1 << 20)
    dav.put_file(user.files + "warm", block)
    dav.get(user.files + "warm")
    before = user.server.resident_kilobytes()
    assert dav.request("PUT", user.files + "large", (block for _ in range(200))).status == 201
    middle = user.server.resident_kilobytes()
    process = subprocess.run(["curl", "-sS", "-u", ":".join(user.credentials), "--limit-rate", "200M", "-o", "/dev/null", "-w",
                              "%{http_code} %{size_download}", user.server.url + user.files + "large"], capture_output=True, text=True)
    assert process.stdout == f"200 {200 << 20}", process
    after = user.server.resident_kilobytes()
    assert middle - before < 80_000 and after - before < 80_000, (before, middle, after)
    assert dav.delete(user.files + "large").status == 204


# Answers

@pytest.mark.parametrize("value,expected", [
    ("bytes=0-4", b"01234"), ("bytes=5-", b"56789abcdefghij"), ("bytes=-5", b"fghij"), ("bytes=0-0", b"0"), ("bytes=10-1000", b"abcdefghij"),
])
def test_range(user, dav, value, expected):
    data = b"0123456789abcdefghij"
    dav.put_file(user.files + "r.txt", data)
    got = dav.get(user.files + "r.txt", Range=value)
    start = data.index(expected)
    assert got.status == 206 and got.body == expected
    assert got.header("Content-Range") == f"bytes {start}-{start + len(expected) - 1}/{len(data)}"
    assert got.header("Accept-Ranges") == "bytes" or dav.get(user.files + "r.txt").header("Accept-Ranges") == "bytes"


@pytest.mark.parametrize("value,statuses", [("bytes=20-", {416}), ("bytes=100-200", {416}), ("bytes=-0", {416}), ("bytes=5-1", {200}),
                                            ("lines=1-2", {200}), ("nonsense", {200, 400}), ("bytes=0-1,5-6", {200, 206})])
def test_ranges_that_cannot_be_given(user, dav, value, statuses):
    dav.put_file(user.files + "r.txt", b"0123456789abcdefghij")
    got = dav.get(user.files + "r.txt", Range=value)
    assert got.status in statuses
    if got.status == 416:
        assert got.header("Content-Range") == "bytes */20"


def test_if_range(user, dav):
    etag = dav.put_file(user.files + "r.txt", b"0123456789").etag
    assert dav.head(user.files + "r.txt", Range="bytes=0-1").status == 200, "RFC 9110 §14.2: ranges are for GET"
    assert dav.get(user.files + "r.txt", Range="bytes=0-1", If_Range=etag).status == 206
    assert dav.get(user.files + "r.txt", Range="bytes=0-1", If_Range='"other"').status == 200


def test_head_everywhere(user, dav):
    dav.put(user.calendar + "a.ics", event("a"))
    for path in ("/", user.principal, user.calendars, user.calendar, user.calendar + "a.ics", user.book, user.files, user.files + "none"):
        got, probe = dav.get(path, Accept_Encoding="identity"), dav.head(path, Accept_Encoding="identity")
        assert probe.status == got.status and probe.body == b"", path
        for header in ("Content-Type", "ETag", "Last-Modified"):
            assert probe.header(header) == got.header(header), (path, header)
        if got.header("Content-Length") and probe.header("Content-Length"):
            assert probe.header("Content-Length") == got.header("Content-Length")


def test_answers_are_compressed_and_keep_their_etag(user, dav):
    for n in range(30):
        dav.put(user.calendar + f"{n}.ics", event(f"gz-{n}", "text " * 100))
    plain = dav.propfind(user.calendar, "D:getetag", "D:getcontenttype", depth=1)
    packed = dav.propfind(user.calendar, "D:getetag", "D:getcontenttype", depth=1, Accept_Encoding="gzip")
    assert packed.header("Content-Encoding") == "gzip" and plain.header("Content-Encoding") is None
    assert packed.decoded() == plain.body and len(packed.body) < len(plain.body) / 3
    etag = dav.etag_of(user.calendar + "1.ics")
    got = dav.get(user.calendar + "1.ics", Accept_Encoding="gzip")
    assert got.decoded() == event("gz-1", "text " * 100).encode()
    if got.header("Content-Encoding"):
        assert "accept-encoding" in got.tokens("Vary")
        # RFC 9110 §8.8.3.3: another coding has another strong tag, or the tag is weak; the server must know its own again
        assert dav.put(user.calendar + "1.ics", event("gz-1", "changed"), If_Match=got.etag).status == 204
        assert dav.get(user.calendar + "2.ics", Accept_Encoding="gzip", If_None_Match=dav.get(user.calendar + "2.ics", Accept_Encoding="gzip").etag).status == 304
    else:
        assert got.etag == etag


@pytest.mark.parametrize("value", ["identity", "gzip;q=0", "*;q=0", "br", ""])
def test_no_compression_where_it_is_not_wanted(user, dav, value):
    dav.put(user.calendar + "a.ics", event("a", "text " * 1000))
    got = dav.get(user.calendar + "a.ics", Accept_Encoding=value)
    assert got.header("Content-Encoding") is None and got.status == 200


def test_pipelining(user, dav):
    for n in range(5):
        dav.put_file(user.files + str(n), f"body {n}".encode())
    requests = b"".join(head(user, "GET", user.files + str(n)) for n in range(4)) + head(user, "GET", user.files + "4", "Connection: close")
    answer = exchange(user, requests)
    bodies = [answer.index(f"body {n}".encode()) for n in range(5)]
    assert bodies == sorted(bodies) and answer.count(b"HTTP/1.1 200") == 5


def test_a_pipelined_write_is_seen_by_the_read_after_it(user):
    body = event("piped").encode()
    answer = exchange(user, head(user, "PUT", user.calendar + "p.ics", "Content-Type: text/calendar", f"Content-Length: {len(body)}") + body
                      + head(user, "GET", user.calendar + "p.ics", "Connection: close"))
    assert b"HTTP/1.1 201" in answer and answer.endswith(body)


def test_http_1_0(user):
    request = f"GET /healthz HTTP/1.0\r\n\r\n"
    answer = exchange(user, request.encode())
    assert answer.startswith((b"HTTP/1.1 200", b"HTTP/1.0 200")) and answer.endswith((b"ok", b"ok\n"))
    assert b"chunked" not in answer.lower()


@pytest.mark.parametrize("data,statuses", [
    (b"GET / HTTP/1.1\r\n\r\n", (b"400",)), (b"nonsense\r\n\r\n", (b"400",)), (b"GET  / HTTP/1.1\r\nHost: x\r\n\r\n", (b"400",)),
    (b"GET / HTTP/3.0\r\nHost: x\r\n\r\n", (b"505",)), (b"\x16\x03\x01\x02\x00\x01\x00", (b"400", b"")),
    (b"GET /\x01 HTTP/1.1\r\nHost: x\r\n\r\n", (b"400",)), (b"GET / HTTP/1.1\r\nHost: x\r\nX: a\x00b\r\n\r\n", (b"400",)),
    (b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", (b"400",)),
])
def test_what_is_no_request(user, data, statuses):
    answer = exchange(user, data, timeout=5)
    assert answer == b"" or answer[9:12] in statuses, answer[:200]


def test_a_head_that_is_too_long_is_431(user):
    answer = exchange(user, head(user, "GET", "/", "X-Long: " + "a" * 200_000))
    assert answer.startswith((b"HTTP/1.1 431", b"HTTP/1.1 400")) or answer == b""
    answer = exchange(user, head(user, "GET", "/" + "a" * 100_000))
    assert answer.startswith((b"HTTP/1.1 414", b"HTTP/1.1 431", b"HTTP/1.1 400")) or answer == b""


def test_slow_heads_and_bodies_are_cut():
    with serving("--http-header-time", "2s", "--http-body-time", "2s", "--http-idle-time", "3s") as server:
        user = server.new_user()
        for data in (b"GET / HTTP/1.1\r\nHost: x\r\n", head(user, "PUT", user.files + "slow", "Content-Length: 100") + b"abc", b""):
            start = time.monotonic()
            answer = raw_exchange(server.host, server.port, data, timeout=20)
            assert time.monotonic() - start < 10, "it was never closed"
            assert answer == b"" or answer.startswith((b"HTTP/1.1 408", b"HTTP/1.1 400", b"HTTP/1.1 401")), answer[:100]
        assert user.dav().get(user.files + "slow").status == 404


def test_a_client_that_goes_away_in_the_middle_leaves_nothing(user, dav):
    with socket.create_connection((user.server.host, user.server.port)) as connection:
        connection.sendall(head(user, "PUT", user.files + "half", "Content-Length: 1000000") + b"x" * 500_000)
    time.sleep(0.3)
    assert dav.get(user.files + "half").status == 404


# HTTP/2

@pytest.fixture
def http2(user):
    with httpx.Client(http2=True, verify=False, auth=user.credentials, base_url=user.server.tls_url, timeout=30) as client:
        yield client


def test_http2_is_negotiated(user, http2):
    response = http2.request("PROPFIND", user.calendar, headers={"Depth": "0"})
    assert response.status_code == 207 and response.http_version == "HTTP/2"


def test_http2_writes_reads_and_reports(user, http2):
    for n in range(20):
        made = http2.put(user.calendar + f"{n}.ics", content=event(f"h2-{n}"), headers={"Content-Type": "text/calendar"})
        assert made.status_code == 201 and made.headers["etag"]
    got = http2.get(user.calendar + "3.ics")
    assert got.content == event("h2-3").encode()
    report = http2.request("REPORT", user.calendar, content=document("D:sync-collection", "<D:sync-token/><D:sync-level>1</D:sync-level>" + prop("D:getetag")),
                           headers={"Content-Type": "application/xml"})
    assert report.status_code == 207 and report.content.count(b".ics") >= 20
    assert http2.head(user.calendar + "3.ics").content == b""


def test_http2_streams_large_bodies(user, http2):
    data = os.urandom(20 << 20)
    assert http2.put(user.files + "h2", content=data).status_code == 201
    assert http2.get(user.files + "h2").content == data


def test_curl_uses_http2_with_many_streams(user, tmp_path):
    for n in range(10):
        user.dav().put_file(user.files + f"c{n}", b"x" * 100_000)
    done = subprocess.run(["curl", "-sSk", "--http2", "--parallel", "-u", ":".join(user.credentials), "-w", "%{http_version} %{http_code}\\n",
                           *(arg for n in range(10) for arg in ("-o", str(tmp_path / str(n)), user.server.tls_url + user.files + f"c{n}"))],
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n").count("2 200") == 10, done.stdout
    assert all((tmp_path / str(n)).read_bytes() == b"x" * 100_000 for n in range(10))


def test_http1_over_tls_for_those_who_want_it(user):
    done = subprocess.run(["curl", "-sSk", "--http1.1", "-u", ":".join(user.credentials), "-X", "PROPFIND", "-H", "Depth: 0", "-o", "/dev/null",
                           "-w", "%{http_version} %{http_code}", user.server.tls_url + "/"], capture_output=True, text=True)
    assert done.stdout == "1.1 207"


def test_old_tls_is_refused(user):
    for version in ("-tls1", "-tls1_1"):
        done = subprocess.run(["openssl", "s_client", version, "-cipher", "DEFAULT:@SECLEVEL=0", "-connect", f"{user.server.host}:{user.server.tls_port}"],
                              input="", capture_output=True, text=True, timeout=20)
        assert "Cipher is (NONE)" in done.stdout or done.returncode != 0


def test_plain_http_on_the_tls_port_does_no_harm(user):
    raw_exchange(user.server.host, user.server.tls_port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", timeout=5)
    assert user.dav(tls=True).propfind("/").status == 207
