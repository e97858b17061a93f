"""What passes by itself: guessed passwords, too many requests and too many connections. RFC 6585 §4, RFC 9110 §15.6.4: 429 and 503
with Retry-After, so that clients come again; to another 4xx they would give up, or ask for another password."""
import os
import re
import resource
import socket
import threading
import time

import pytest

from dav import Dav, raw_exchange
from tegu import DOMAIN, serving, wait_for
from test_proxy import behind  # noqa: F401  (a fixture)

GUESSES = 30


def at(address):
    """The fields of a proxy whose client came from there over TLS."""
    return {"X-Forwarded-For": address, "X-Forwarded-Proto": "https"}


def sign_in(server, name, password, fields=None):
    client = Dav(server.url, (name, password))
    try:
        return client.propfind("/", "D:current-user-principal", headers=fields)
    finally:
        client.close()


def guess(server, fields):
    """Guesses from there until it must wait, with two guesses a name, so that no name is slowed itself: all answers."""
    answers = []
    while not answers or answers[-1].status == 401:
        assert len(answers) < 60, "nobody slows it"
        answers.append(sign_in(server, f"nobody{len(answers) // 2}@{DOMAIN}", f"guess {len(answers)}", fields))
    must_wait(answers[-1])
    return answers


def must_wait(response):
    """It asks for patience."""
    assert response.status == 429, response
    assert response.header("WWW-Authenticate") is None, "a client that is told to wait must not ask its user for a password"
    assert int(response.header("Retry-After")) >= 1


def test_who_guesses_must_wait_and_is_told_how_long(behind):
    who, guesser = behind.new_user(), at("203.0.113.7")
    assert 5 < len(guess(behind, guesser)) < 10, "five failures are free"
    # Also the right password is not looked at: who guesses must not learn that it was one.
    must_wait(sign_in(behind, who.address, who.password, guesser))
    assert sign_in(behind, who.address, who.password, at("203.0.113.8")).status == 207, "another address is another matter"
    wait_for(lambda: sign_in(behind, who.address, who.password, guesser).status == 207, 40, "the end of the wait")


def test_who_signed_in_is_not_kept_out_by_a_neighbour_s_guesses(behind):
    who, office = behind.new_user(), at("203.0.113.20")
    assert sign_in(behind, who.address, who.password, office).status == 207
    assert 25 < len(guess(behind, office)) < 30, "an address from which somebody signed in has five times as many"
    assert sign_in(behind, who.address, who.password, office).status == 207
    stranger = behind.new_user()
    must_wait(sign_in(behind, stranger.address, stranger.password, office))


def test_the_same_wrong_password_again_and_again_is_a_phone_and_no_guesser(behind):
    who, home = behind.new_user(), at("203.0.113.30")
    assert {sign_in(behind, who.address, "the old one", home).status for _ in range(GUESSES)} == {401}
    assert sign_in(behind, who.address, who.password, home).status == 207


def test_this_machine_never_waits(behind):
    who = behind.new_user()
    assert {sign_in(behind, f"nobody{n}@{DOMAIN}", f"guess {n}").status for n in range(GUESSES)} == {401}
    assert sign_in(behind, who.address, who.password).status == 207


def test_the_guard_can_be_switched_off():
    with serving("--http-trusted-proxies", "127.0.0.1", "--auth-guess-guard", "false") as server:
        assert {sign_in(server, f"nobody{n}@{DOMAIN}", f"guess {n}", at("203.0.113.7")).status for n in range(GUESSES)} == {401}


def test_requests_that_find_no_place_in_the_queue_are_told_to_come_again():
    """One thread, one place to wait: each sign-in takes a hash's time."""
    with serving("--http-workers", "1", "--http-waiting-requests", "1", environment={"TEGU_AUTH_SCRYPT_COST": "16"}) as server:
        answers = []
        clients = [threading.Thread(target=lambda n=n: answers.append(sign_in(server, f"nobody{n}@{DOMAIN}", "guess"))) for n in range(8)]
        [c.start() for c in clients]
        [c.join(60) for c in clients]
        assert {a.status for a in answers} == {401, 503} and len(answers) == 8, answers
        assert all(int(a.header("Retry-After")) >= 1 for a in answers if a.status == 503)
        assert sign_in(server, f"nobody@{DOMAIN}", "guess").status == 401, "then there is place again"


HEALTH = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


@pytest.mark.parametrize("of_each", [20, 15])
def test_a_connection_above_a_limit_is_closed_at_once(of_each):
    """Twenty from one address, or fifteen of one and five of another."""
    with serving("--http-connections-per-address", f"{of_each}", "--http-connections", "1000" if of_each == 20 else "20") as server:
        sources = ["127.0.0.1"] * of_each + ["127.0.0.2"] * (20 - of_each)
        kept = [socket.create_connection((server.host, server.port), 10, (source, 0)) for source in sources]
        try:
            for connection in kept:  # each is known to the server before one more comes
                connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
                assert connection.recv(4096).startswith(b"HTTP/1.1 200")
            with socket.create_connection((server.host, server.port), 10, (sources[-1], 0)) as extra:
                assert was_closed(extra)
        finally:
            [c.close() for c in kept]
        wait_for(lambda: raw_exchange(server.host, server.port, HEALTH).startswith(b"HTTP/1.1 200"), 10, "room again")


def was_closed(connection):
    try:
        connection.sendall(HEALTH)
        return connection.recv(4096) == b""
    except ConnectionError:
        return True


def test_the_limit_of_open_files_is_raised_as_far_as_needed():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
    try:
        with serving("--http-connections", "1000", "--imap-connections", "1000") as server:
            found = re.search(r"(?m)^process_max_fds (\S+)", Dav(server.url).request("GET", "/metrics").text)
            assert float(found[1]) == 4_256
            assert "files may be open" not in server.log()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def processor_time(process):
    fields = open(f"/proc/{process.pid}/stat").read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_without_file_descriptors_the_server_waits_and_says_so():
    with serving() as server:
        assert Dav(server.url).request("GET", "/healthz").status == 200
        limit = len(os.listdir(f"/proc/{server.process.pid}/fd")) + 20
        resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (limit, limit))
        held = [socket.create_connection((server.host, server.port)) for _ in range(40)]
        try:
            wait_for(lambda: "no further connection can be taken" in server.log(), 10, "a word about it")
            before = processor_time(server.process)
            time.sleep(2)
            assert processor_time(server.process) - before < 0.5, "it asks again and again"
            assert server.log().count("no further connection can be taken") == 1
        finally:
            for connection in held:
                connection.close()
        assert Dav(server.url, timeout=10).request("GET", "/healthz").status == 200
