"""SCRAM-SHA-256 and SCRAM-SHA-256-PLUS over IMAP (RFC 5802, RFC 7677), by a client that is written here from the RFC alone."""
import base64
import hashlib
import hmac
import os
import re
import shutil
import subprocess

import pytest

from dav import Dav
from imap import Imap, Refused
from ldap_server import Authority, Slapd, person, temporary_folder, unit
from tegu import Server, serving, wait_for


def b64(data):
    return base64.b64encode(data).decode()


def code(key, text):
    return hmac.new(key, text, hashlib.sha256).digest()


class Scram:
    """One exchange. `flag` is the GS2 header's, `binding` the data behind it in `c=`; `initial` sends the first message with the command."""

    def __init__(self, client, name, password, flag="n", binding=b"", mechanism="SCRAM-SHA-256", initial=True, authorization=""):
        self.client, self.name, self.password = client, name, password
        self.flag, self.binding, self.mechanism, self.initial = flag, binding, mechanism, initial
        self.header = f"{flag},{authorization},"

    def challenge(self):
        line = self.client.response()
        if line.startswith(b"+ "):
            return base64.b64decode(line[2:], validate=True)
        raise Refused(line)

    def say(self, message):
        self.client.send(b64(message) + "\r\n")

    def begin(self):
        """The server's first message, taken apart."""
        self.nonce = b64(os.urandom(12))
        self.bare = f"n={self.name},r={self.nonce}"
        first = (self.header + self.bare).encode()
        self.client.count += 1
        self.tag = f"t{self.client.count}"
        if self.initial:
            self.client.send(f"{self.tag} AUTHENTICATE {self.mechanism} {b64(first)}\r\n")
        else:
            self.client.send(f"{self.tag} AUTHENTICATE {self.mechanism}\r\n")
            assert self.challenge() == b""
            self.say(first)
        self.server_first = self.challenge().decode()
        found = re.fullmatch(r"r=([!-+\--~]+),s=([A-Za-z0-9+/=]+),i=(\d+)", self.server_first)
        self.whole_nonce, self.salt, self.iterations = found[1], base64.b64decode(found[2]), int(found[3])
        assert self.whole_nonce.startswith(self.nonce) and len(self.whole_nonce) >= len(self.nonce) + 18
        return self

    def prove(self):
        salted = hashlib.pbkdf2_hmac("sha256", self.password.encode(), self.salt, self.iterations)
        key = code(salted, b"Client Key")
        last = f"c={b64(self.header.encode() + self.binding)},r={self.whole_nonce}"
        message = ",".join([self.bare, self.server_first, last]).encode()
        proof = bytes(a ^ b for a, b in zip(key, code(hashlib.sha256(key).digest(), message)))
        self.expected = b"v=" + b64(code(code(salted, b"Server Key"), message)).encode()
        self.say((last + f",p={b64(proof)}").encode())
        return self

    def finish(self):
        """Raises Refused unless both ends have proved what they know."""
        assert self.challenge() == self.expected
        self.client.send("\r\n")
        answer = self.client.end(self.tag)
        if answer.status != "OK":
            raise Refused(answer.last)
        return answer

    def run(self):
        return self.begin().prove().finish()


def sign_in(client, user, password=None, **options):
    return Scram(client, user.address, password or user.password, **options).run()


def refused(client, user, password=None, **options):
    """The line that refuses."""
    with pytest.raises(Refused) as found:
        sign_in(client, user, password, **options)
    return str(found.value)


@pytest.fixture
def stranger(user):
    client = user.imap(sign_in=False)
    yield client
    client.close()


@pytest.fixture
def secure(user):
    client = user.imap(tls=True, sign_in=False)
    yield client
    client.close()


def end_point(client):
    """RFC 5929 §4, of a certificate that is signed with SHA-256."""
    return hashlib.sha256(client.socket.getpeercert(True)).digest()


def test_it_is_offered_and_signs_in(user, stranger):
    greeting = stranger.greeting.decode()
    assert "AUTH=SCRAM-SHA-256 " in greeting and "AUTH=SCRAM-SHA-256-PLUS" not in greeting
    assert "IDLE" in sign_in(stranger, user).code("CAPABILITY").split()
    stranger.ok("SELECT INBOX")


def test_without_an_initial_response(user, stranger):
    sign_in(stranger, user, initial=False)
    stranger.ok("NAMESPACE")


def test_a_wrong_password_and_a_name_that_nobody_has_are_answered_alike(server, user):
    lines = []
    for name, password in ((user.address, "wrong"), ("nobody@example.org", user.password), ("no name", "x")):
        client = user.imap(sign_in=False)
        exchange = Scram(client, name, password).begin().prove()
        assert (len(exchange.salt), exchange.iterations) == (16, 50_000)
        with pytest.raises(Refused) as found:
            exchange.finish()
        lines.append(re.sub(r"t\d+ ", "", str(found.value)))
        client.close()
    assert len(set(lines)) == 1 and "AUTHENTICATIONFAILED" in lines[0]


def test_the_salt_of_a_name_stays(server, user):
    def salt(name):
        client = user.imap(sign_in=False)
        exchange = Scram(client, name, "x").begin()
        client.close()
        return exchange.salt
    assert salt("nobody@example.org") == salt("nobody") == salt("NoBody@Example.Org") != salt("somebody")
    assert salt(user.address) == salt(user.name)


def test_a_changed_password_ends_the_old_one(server, user):
    server.run("user", "password", user.address, "--password-stdin", input="another one\n")

    def try_both():
        client = user.imap(sign_in=False)
        sign_in(client, user, "another one")
        client.close()
    def works():
        try:
            try_both()
            return True
        except Refused:
            return False
    wait_for(works, what="the new password")
    client = user.imap(sign_in=False)
    refused(client, user)
    client.close()


def test_passwords_that_are_no_ascii(server):
    user = server.new_user("scramutf8", "пароль Ёлки ½")
    client = user.imap(sign_in=False)
    # SASLprep (RFC 4013): NFKC
    sign_in(client, user, "пароль Ёлки 1⁄2")
    client.close()
    client = user.imap(sign_in=False)
    plain = b64(f"\0{user.address}\0{user.password}".encode())
    client.ok(f"AUTHENTICATE PLAIN {plain}")
    client.close()


def test_app_passwords(server, user):
    out = server.run("user", "app-password", "add", user.address, "--name", "phone", "--scope", "imap").out
    secret = re.search(r": ([0-9a-z-]{29})$", out.strip())[1]
    other = re.search(r": ([0-9a-z-]{29})$", server.run("user", "app-password", "add", user.address, "--name", "dav", "--scope", "dav").out.strip())[1]
    for password in (secret, secret.replace("-", ""), user.password):
        client = user.imap(sign_in=False)
        sign_in(client, user, password)
        client.close()
    client = user.imap(sign_in=False)
    refused(client, user, other)
    client.close()


def test_it_can_be_cancelled_at_each_step(user, stranger):
    Scram(stranger, user.address, user.password).begin()
    stranger.send("*\r\n")
    assert stranger.response().endswith(b"BAD cancelled")
    exchange = Scram(stranger, user.address, user.password).begin().prove()
    assert exchange.challenge() == exchange.expected
    stranger.send("*\r\n")
    assert stranger.response().endswith(b"BAD cancelled")
    # Nobody is signed in by it.
    stranger.bad("SELECT INBOX")
    sign_in(stranger, user)


def test_nobody_acts_as_another(user, stranger):
    assert "AUTHORIZATIONFAILED" in refused(stranger, user, authorization="a=admin@example.org")
    sign_in(stranger, user, authorization=f"a={user.address}")


def test_a_proof_cannot_be_used_again(user):
    first, second = user.imap(sign_in=False), user.imap(sign_in=False)
    one = Scram(first, user.address, user.password).begin()
    two = Scram(second, user.address, user.password).begin()
    two.server_first, two.whole_nonce, two.bare, two.salt = one.server_first, one.whole_nonce, one.bare, one.salt
    two.prove()
    assert second.response().startswith(two.tag.encode() + b" BAD")
    first.close()
    second.close()


@pytest.mark.parametrize("message", [b"", b",", b"n,,", b"n,,n=,r=a", b"n,,n=a", b"p=tls-exporter,,n=a,r=b", b"n,,m=x,n=a,r=b", b"\xff" * 3000,
                                     b"n,,n=" + b"a" * 6000 + b",r=b", b"n" + b"," * 4000, b"n,,n=a\0b,r=c"])
def test_messages_without_sense_are_refused(user, message):
    client = user.imap(sign_in=False)
    answer = client.do(["AUTHENTICATE SCRAM-SHA-256\r\n", b64(message)])
    assert answer.status in ("BAD", "NO")
    sign_in(client, user)
    client.close()


@pytest.mark.parametrize("message", [b"", b"c=biws", b"c=biws,r=x,p=", b"c=biws,r=x,p=AAAA", b"p=" + b"A" * 44, b",,,,", b"\0" * 4000])
def test_last_messages_without_sense_are_refused(user, message):
    client = user.imap(sign_in=False)
    exchange = Scram(client, user.address, user.password).begin()
    exchange.say(message)
    assert re.match(rb"t\d+ (BAD|NO)", client.response())
    sign_in(client, user)
    client.close()


# MARK: Channel binding

def test_plus_binds_to_the_certificate(user, secure):
    assert "AUTH=SCRAM-SHA-256-PLUS AUTH=SCRAM-SHA-256 " in secure.greeting.decode()
    sign_in(secure, user, mechanism="SCRAM-SHA-256-PLUS", flag="p=tls-server-end-point", binding=end_point(secure))
    secure.ok("NAMESPACE")


def test_plus_behind_starttls(user, stranger):
    stranger.ok("STARTTLS")
    stranger.start_tls()
    assert b"AUTH=SCRAM-SHA-256-PLUS" in stranger.ok("CAPABILITY").one("CAPABILITY")
    sign_in(stranger, user, mechanism="SCRAM-SHA-256-PLUS", flag="p=tls-server-end-point", binding=end_point(stranger))


def test_another_binding_is_refused(user):
    for binding in (b"", b"\0" * 32, hashlib.sha256(b"another certificate").digest()):
        client = user.imap(tls=True, sign_in=False)
        line = refused(client, user, mechanism="SCRAM-SHA-256-PLUS", flag="p=tls-server-end-point", binding=binding)
        assert "AUTHENTICATIONFAILED" in line and "channel binding" in line
        client.close()


def test_an_unknown_type_of_binding_is_refused(user, secure):
    refused(secure, user, mechanism="SCRAM-SHA-256-PLUS", flag="p=tls-unique", binding=b"\0" * 12)
    sign_in(secure, user)


def test_who_was_not_told_of_plus_is_told_that_somebody_is_between(user, secure, stranger):
    # RFC 5802 §6: `y` is "I can bind channels, and you seem not to".
    assert "taken it away" in refused(secure, user, flag="y")
    # Without TLS there was no offer.
    sign_in(stranger, user, flag="y")


def test_plus_wants_a_binding(user, secure, stranger):
    assert "BAD" in refused(secure, user, mechanism="SCRAM-SHA-256-PLUS", flag="n")
    assert "BAD" in refused(secure, user, flag="p=tls-server-end-point", binding=end_point(secure))
    assert stranger.no("AUTHENTICATE SCRAM-SHA-256-PLUS").code("CANNOT") is not None


class Piped(Imap):
    """The same client through `openssl s_client`, which tells what the exporter of its TLS connection makes."""

    def __init__(self, host, port, *options):
        self.process = subprocess.Popen(
            ["openssl", "s_client", "-connect", f"{host}:{port}", "-keymatexport", "EXPORTER-Channel-Binding", "-keymatexportlen", "32",
             "-nocommands", *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.buffer, self.count, self.exporter = b"", 0, None
        while True:
            line = self.line()
            if found := re.search(rb"Keying material: ([0-9A-F]{64})", line):
                self.exporter = bytes.fromhex(found[1].decode())
            if line.startswith(b"* OK"):
                break

    def send(self, data):
        self.process.stdin.write(data if isinstance(data, bytes) else data.encode())
        self.process.stdin.flush()

    def fill(self):
        data = os.read(self.process.stdout.fileno(), 65536)
        if not data:
            raise EOFError(self.buffer)
        self.buffer += data

    def line(self):
        # What openssl says itself ends with LF alone.
        while b"\n" not in self.buffer:
            self.fill()
        line, _, self.buffer = self.buffer.partition(b"\n")
        return line.removesuffix(b"\r")

    def response(self):
        while not re.match(rb"[+*] |t\d+ ", line := self.line()):
            pass
        return line

    def close(self):
        self.process.kill()
        self.process.wait(10)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl")
@pytest.mark.parametrize("suite", ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384"])
def test_plus_binds_to_the_connection_with_tls_1_3(server, user, suite):
    client = Piped(server.host, server.imaps_port, "-tls1_3", "-ciphersuites", suite)
    assert client.exporter is not None
    # RFC 9266 §2
    sign_in(client, user, mechanism="SCRAM-SHA-256-PLUS", flag="p=tls-exporter", binding=client.exporter)
    client.close()
    other = Piped(server.host, server.imaps_port, "-tls1_3", "-ciphersuites", suite)
    assert "channel binding" in refused(other, user, mechanism="SCRAM-SHA-256-PLUS", flag="p=tls-exporter", binding=client.exporter)
    other.close()


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl")
def test_with_tls_1_2_there_is_no_exporter(server, user):
    client = Piped(server.host, server.imaps_port, "-tls1_2")
    refused(client, user, mechanism="SCRAM-SHA-256-PLUS", flag="p=tls-exporter", binding=b"\0" * 32)
    certificate = subprocess.run(["openssl", "x509", "-in", server.certificate, "-outform", "DER"], capture_output=True, check=True).stdout
    sign_in(client, user, mechanism="SCRAM-SHA-256-PLUS", flag="p=tls-server-end-point", binding=hashlib.sha256(certificate).digest())
    client.close()


# MARK: Where it is offered

def test_it_is_offered_once_nobody_would_be_locked_out():
    with serving(environment={"TEGU_AUTH_SCRAM": "never"}) as server:
        anna = server.new_user("anna")
        client = anna.imap(sign_in=False)
        assert "SCRAM" not in client.greeting.decode()
        assert client.no("AUTHENTICATE SCRAM-SHA-256").code("CANNOT") is not None
        client.close()

        def restart(policy):
            server.stop()
            server.environment["TEGU_AUTH_SCRAM"] = policy
            server.start()
            return anna.imap(sign_in=False)

        # Neither Anna's password nor the administrator's is known in the form that it needs.
        client = restart("auto")
        assert "SCRAM" not in client.greeting.decode()
        client.close()
        client = restart("always")
        assert "AUTH=SCRAM-SHA-256" in client.greeting.decode()
        refused(client, anna)
        client.ok(f'LOGIN {anna.address} "{anna.password}"')
        client.close()
        client = anna.imap(sign_in=False)
        sign_in(client, anna)
        client.close()
        admin = server.administrator()
        assert Dav(server.url, admin.credentials).propfind("/", "D:current-user-principal").status == 207
        client = restart("auto")
        assert "AUTH=SCRAM-SHA-256" in client.greeting.decode()
        sign_in(client, anna)
        client.close()


CORP = "dc=corp,dc=test"


def test_with_users_of_a_directory_it_is_offered_only_where_the_settings_say_so():
    with temporary_folder() as folder:
        corp = Slapd(folder / "corp", CORP, unit(CORP, "people") + person(CORP, "clara"), Authority(folder / "ca"))
        file = folder / "tegu.yaml"
        try:
            corp.start()
            file.write_text("directories:\n" + corp.settings("corp", "openldap"))
            for policy in ("auto", "always"):
                server = Server(environment={"TEGU_CONFIG": str(file), "TEGU_AUTH_SCRAM": policy})
                try:
                    server.start()
                    client = Imap(server.host, server.imap_port)
                    assert ("AUTH=SCRAM-SHA-256" in client.greeting.decode()) == (policy == "always")
                    client.ok('LOGIN clara "secret of clara"')
                    client.close()
                    if policy == "always":
                        client = Imap(server.host, server.imap_port)
                        with pytest.raises(Refused):
                            Scram(client, "clara", "secret of clara").run()
                        # An app password of hers is this server's.
                        out = server.run("user", "app-password", "add", "clara", "--name", "phone").out
                        secret = re.search(r": ([0-9a-z-]{29})$", out.strip())[1]
                        client.close()

                        def works():
                            client = Imap(server.host, server.imap_port)
                            try:
                                return Scram(client, "clara", secret).run().status == "OK"
                            except Refused:
                                return False
                            finally:
                                client.close()
                        wait_for(works, what="the app password's sign-in")
                finally:
                    server.close()
        finally:
            corp.stop()
