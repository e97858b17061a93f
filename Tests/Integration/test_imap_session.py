"""Greeting, capabilities, signing in, TLS, limits (RFC 9051 §6.1, §6.2)."""
import base64
import socket
import time

import pytest


@pytest.fixture
def stranger(user):
    client = user.imap(sign_in=False)
    yield client
    client.close()


def plain(user, name=None):
    return base64.b64encode(f"\0{name or user.address}\0{user.password}".encode()).decode()


def test_the_greeting_has_the_capabilities(stranger):
    assert stranger.greeting.startswith(b"* OK [CAPABILITY IMAP4rev2 IMAP4rev1 ")
    assert stranger.ok("CAPABILITY").one("CAPABILITY")[2:] in stranger.greeting


def test_login_answers_with_the_new_capabilities(user, stranger):
    answer = stranger.ok(f"LOGIN {user.address} {{{len(user.password)}+}}\r\n{user.password}")
    assert "IDLE" in answer.code("CAPABILITY").split() and "AUTH=PLAIN" not in answer.code("CAPABILITY")


def test_a_wrong_password_is_told_by_its_code(user, stranger):
    assert stranger.no(f"LOGIN {user.address} wrong").code("AUTHENTICATIONFAILED") is not None


def test_plain_with_and_without_an_initial_response(user):
    for command in ([f"AUTHENTICATE PLAIN {plain(user)}"], ["AUTHENTICATE PLAIN\r\n", plain(user)]):
        client = user.imap(sign_in=False)
        client.ok(command)
        client.ok("NAMESPACE")


def test_the_login_mechanism_asks_for_both(user, stranger):
    encode = lambda text: base64.b64encode(text.encode()).decode()  # noqa: E731
    stranger.ok(["AUTHENTICATE LOGIN\r\n", encode(user.address) + "\r\n", encode(user.password)])


def test_nobody_acts_as_another(user, stranger):
    response = base64.b64encode(f"admin\0{user.address}\0{user.password}".encode()).decode()
    assert stranger.no(f"AUTHENTICATE PLAIN {response}").code("AUTHORIZATIONFAILED") is not None


def test_an_exchange_is_cancelled_by_an_asterisk(stranger):
    stranger.bad(["AUTHENTICATE PLAIN\r\n", "*"])
    stranger.ok("NOOP")


def test_commands_for_who_has_signed_in_are_refused_before(stranger):
    for command in ("SELECT INBOX", 'LIST "" "*"', "APPEND INBOX {5+}\r\nhello", "FETCH 1 FLAGS"):
        stranger.bad(command)


def test_starttls_throws_away_what_was_sent_ahead(user):
    client = user.imap(sign_in=False)
    client.send("a STARTTLS\r\nb NOOP\r\n")
    assert client.response().startswith(b"a OK")
    client.start_tls()
    answer = client.ok("CAPABILITY")
    assert b"STARTTLS" not in answer.one("CAPABILITY") and answer.untagged[0].startswith(b"* CAPABILITY")
    client.ok(f"AUTHENTICATE PLAIN {plain(user)}")


def test_starttls_is_refused_behind_compression(user):
    import zlib
    client = user.imap()
    client.ok("COMPRESS DEFLATE")
    deflate, inflate = zlib.compressobj(9, zlib.DEFLATED, -15), zlib.decompressobj(-15)

    def do(command):
        client.send(deflate.compress(command.encode() + b"\r\n") + deflate.flush(zlib.Z_SYNC_FLUSH))
        answer = b""
        while b"\r\nz " not in b"\r\n" + answer or not answer.endswith(b"\r\n"):
            answer += inflate.decompress(client.socket.recv(65536))
        return answer

    # RFC 8437 §3: compression stays. What is in the inflater came before TLS.
    assert b"z OK" in do("z UNAUTHENTICATE")
    assert b"STARTTLS" not in do("z CAPABILITY")
    assert b"z BAD" in do("z STARTTLS")


def test_implicit_tls(user):
    client = user.imap(tls=True)
    client.ok("SELECT INBOX")


def test_logout_says_bye_and_closes(stranger):
    assert stranger.ok("LOGOUT").one("BYE")
    with pytest.raises((EOFError, ConnectionError)):
        stranger.response()


def test_id_is_answered(stranger):
    assert stranger.ok('ID ("name" "test" "version" NIL)').one("ID").startswith(b'* ID ("name" "Tegu"')


def test_unknown_commands_and_bad_syntax_leave_the_connection_open(stranger):
    stranger.bad("NONSENSE")
    stranger.bad("LOGIN")
    stranger.ok("NOOP")


def test_who_only_makes_mistakes_is_left(stranger):
    with pytest.raises((EOFError, ConnectionError)):
        for _ in range(100):
            stranger.do("NONSENSE")


def test_a_big_literal_is_refused_before_it_is_sent(stranger):
    stranger.send("a LOGIN {1000000}\r\n")
    assert stranger.response().startswith(b"a BAD [TOOBIG]")
    stranger.ok("NOOP")


def test_a_line_without_end_costs_nothing_and_ends(stranger):
    try:
        for _ in range(400):
            stranger.send(b"x" * 10_000)
    except ConnectionError:
        return
    stranger.socket.settimeout(10)
    with pytest.raises((EOFError, ConnectionError)):
        while True:
            stranger.response()


def test_commands_are_answered_in_their_order_when_sent_together(user):
    client = user.imap()
    client.send("".join(f"p{n} NOOP\r\n" for n in range(500)))
    assert [client.response() for _ in range(500)] == [f"p{n} OK done".encode() for n in range(500)]


def test_compressed_the_connection_goes_on(user):
    # RFC 4978
    import zlib
    client = user.imap()
    client.ok("COMPRESS DEFLATE")
    out, back = zlib.compressobj(9, zlib.DEFLATED, -15), zlib.decompressobj(-15)
    for tag in ("c1", "c2"):
        client.socket.sendall(out.compress(f"{tag} NOOP\r\n".encode()) + out.flush(zlib.Z_SYNC_FLUSH))
        text = b""
        while not text.endswith(b"\r\n"):
            text += back.decompress(client.socket.recv(4096))
        assert text == f"{tag} OK done\r\n".encode()
    client.socket.sendall(out.compress(b"c3 COMPRESS DEFLATE\r\n") + out.flush(zlib.Z_SYNC_FLUSH))
    assert b"c3 NO [COMPRESSIONACTIVE]" in back.decompress(client.socket.recv(4096))


def test_signing_out_lets_another_sign_in(user, other):
    # RFC 8437
    client = user.imap()
    client.ok("CREATE mine")
    client.ok("UNAUTHENTICATE")
    client.bad("SELECT mine")
    client.ok(f'LOGIN {other.address} "{other.password}"')
    client.no("SELECT mine")
