"""URLAUTH (RFC 4467): URLs by which others fetch messages."""
import re

import pytest

MESSAGE = b"Subject: the plan\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nfirst\r\n--x\r\n\r\nsecond\r\n--x--\r\n"


def authorize(client, rump):
    line = client.ok(f'GENURLAUTH "{rump}" INTERNAL').one("GENURLAUTH").decode()
    url = re.fullmatch(r'\* GENURLAUTH "?([^" ]+)"?', line)[1]
    assert url.startswith(rump + ":INTERNAL:") and re.fullmatch(r"[0-9a-fA-F]{32,}", url[len(rump) + 10:])
    return url


def fetch(client, *urls):
    """What each URL gives; None for NIL."""
    whole = client.ok("URLFETCH " + " ".join(f'"{url}"' for url in urls)).one("URLFETCH")
    found, rest = [], whole[len(b"* URLFETCH"):]
    for _ in urls:
        rest = rest[1:]
        rest = rest[rest.index(b'"', 1) + 2:] if rest.startswith(b'"') else rest[rest.index(b" ") + 1:]
        if rest.startswith(b"NIL"):
            found.append(None)
            rest = rest[3:]
        elif rest.startswith(b'""'):
            found.append(b"")
            rest = rest[2:]
        else:
            size = int(re.match(rb"\{(\d+)\}\r\n", rest)[1])
            rest = rest[rest.index(b"\n") + 1:]
            found.append(rest[:size])
            rest = rest[size:]
    assert rest == b""
    return found


@pytest.fixture
def other(server):
    return server.new_user()


@pytest.fixture
def scene(user, other):
    anna, boris = user.imap(), other.imap()
    assert "URLAUTH" in anna.ok("CAPABILITY").one("CAPABILITY").decode().split()
    uid = anna.append("INBOX", MESSAGE)
    base = f"imap://{user.name}@mail.example.org/INBOX/;UID={uid}"
    yield anna, boris, base
    anna.close()
    boris.close()


def test_a_message_and_its_parts_are_fetched_by_others(scene, other):
    anna, boris, base = scene
    urls = [authorize(anna, base + tail) for tail in (
        ";URLAUTH=anonymous", ";URLAUTH=authuser", f";URLAUTH=user+{other.name}", "/;SECTION=1;URLAUTH=authuser", "/;SECTION=HEADER;URLAUTH=authuser",
        "/;PARTIAL=9.4;URLAUTH=authuser", "/;SECTION=9;URLAUTH=authuser")]
    assert fetch(boris, *urls) == [MESSAGE, MESSAGE, MESSAGE, b"first", MESSAGE[:MESSAGE.index(b"--x")], MESSAGE[9:13], None]
    # With a mailbox selected or not, and by the one who made them.
    anna.ok("SELECT INBOX")
    assert fetch(anna, urls[0], urls[2]) == [MESSAGE, None]


def test_select_tells_the_mechanism(scene):
    assert scene[0].ok("SELECT INBOX").code("URLMECH") == "INTERNAL"


def test_what_is_changed_is_not_valid(scene, user, other):
    anna, boris, base = scene
    url = authorize(anna, base + ";URLAUTH=authuser")
    changed = [
        url[:-1] + ("0" if url[-1] != "0" else "1"), url.replace("authuser", "anonymous"), url.replace("INBOX", "Sent"), url.replace(";UID=", ";UID=1"),
        url.replace(user.name, other.name), url.replace(user.name, "nobody"), url.replace("mail.", "mail2."), base, base + ";URLAUTH=authuser", url + "00",
        url.replace("INTERNAL", "OTHER"), "nonsense", "imap://", "/INBOX/;UID=1", url.replace("INBOX", "No%20such"),
    ]
    assert fetch(boris, *changed) == [None] * len(changed)
    assert fetch(boris, url) == [MESSAGE]


def test_who_may_not_use_it(scene, user):
    anna, boris, base = scene
    urls = [authorize(anna, f"{base};URLAUTH={access}") for access in (f"user+{user.name}", "user+nobody", "submit+nobody", f"submit+{user.name}")]
    assert fetch(boris, *urls) == [None] * 4
    assert fetch(anna, *urls) == [MESSAGE, None, None, None]


def test_it_expires(scene):
    anna, boris, base = scene
    past, future = (authorize(anna, f"{base};EXPIRE={year}-01-01T00:00:00Z;URLAUTH=authuser") for year in (2001, 2999))
    assert fetch(boris, past, future) == [None, MESSAGE]
    # The time is part of what is authorized.
    assert fetch(boris, past.replace("2001", "2999")) == [None]


def test_a_new_key_ends_what_was_authorized(scene, user):
    anna, boris, base = scene
    anna.append("Sent", MESSAGE)
    inbox, sent = authorize(anna, base + ";URLAUTH=authuser"), authorize(anna, f"imap://{user.name}@h/Sent/;UID=1;URLAUTH=authuser")
    # Another's reset is of another's keys.
    boris.ok("RESETKEY")
    assert fetch(boris, inbox, sent) == [MESSAGE, MESSAGE]
    assert anna.ok("RESETKEY INBOX INTERNAL").code("URLMECH") == "INTERNAL"
    assert fetch(boris, inbox, sent) == [None, MESSAGE]
    anna.ok("RESETKEY")
    assert fetch(boris, inbox, sent) == [None, None]
    assert fetch(boris, authorize(anna, base + ";URLAUTH=authuser")) == [MESSAGE]
    anna.no("RESETKEY INBOX OTHER")
    anna.no("RESETKEY Nowhere")


def test_only_of_messages_that_one_may_read(scene, user, other):
    anna, boris, base = scene
    for url in (base + ";URLAUTH=authuser", base.replace(user.name, "nobody") + ";URLAUTH=authuser"):
        # Whose mailbox it is, and whether there is one, is not told.
        assert boris.bad(f'GENURLAUTH "{url}" INTERNAL').text == boris.bad(f'GENURLAUTH "imap://{other.name}@h/No/;UID=1;URLAUTH=authuser" INTERNAL').text
    for url in (base, base + ";URLAUTH=nobody", "/INBOX/;UID=1;URLAUTH=authuser", f"imap://{user.name}@h/INBOX;URLAUTH=authuser", "x"):
        anna.bad(f'GENURLAUTH "{url}" INTERNAL')
    anna.bad(f'GENURLAUTH "{base};URLAUTH=authuser" OTHER')
    # Somebody who may read it makes URLs of their own.
    anna.ok(f"SETACL INBOX {other.address} lr")
    shared = f"imap://{other.name}@h/Other%20Users/{user.name}/INBOX/;UID=1;URLAUTH=authuser"
    url = authorize(boris, shared)
    assert fetch(anna, url) == [MESSAGE]
    anna.ok(f"DELETEACL INBOX {other.address}")
    assert fetch(anna, url) == [None]


def test_it_goes_with_the_message_and_the_mailbox(scene, user):
    anna, boris, base = scene
    anna.ok("CREATE Plans")
    anna.append("Plans", MESSAGE)
    url = authorize(anna, f"imap://{user.name}@h/Plans/;UID=1;URLAUTH=authuser")
    anna.ok("DELETE Plans")
    anna.ok("CREATE Plans")
    anna.append("Plans", b"another")
    assert fetch(boris, url) == [None]
    mine = authorize(anna, base + ";URLAUTH=authuser")
    anna.ok("SELECT INBOX")
    anna.ok("STORE 1 +FLAGS (\\Deleted)")
    anna.ok("EXPUNGE")
    assert fetch(boris, mine) == [None]


def test_a_large_message_comes_in_pieces(scene, user):
    anna, boris, _ = scene
    large = b"Subject: large\r\n\r\n" + b"0123456789abcdef\r\n" * 100_000
    uid = anna.append("INBOX", large)
    url = authorize(anna, f"imap://{user.name}@h/INBOX/;UID={uid};URLAUTH=authuser")
    assert fetch(boris, url, url) == [large, large]


def test_before_sign_in_there_is_nothing(user):
    client = user.imap(sign_in=False)
    for command in ('URLFETCH "imap://a@b/INBOX/;UID=1;URLAUTH=anonymous:INTERNAL:' + "0" * 64 + '"', "RESETKEY", 'GENURLAUTH "x" INTERNAL'):
        client.bad(command)
    client.close()
