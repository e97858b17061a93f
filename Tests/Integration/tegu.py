"""The program under test: starting and stopping the built binary, and running its commands.

`BINARY_UNDER_TEST` names the binary; without it the release build of this tree is taken."""
import contextlib
import itertools
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import urllib.request

from dav import Dav
from imap import Imap

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOMAIN = "example.org"
START_TIME = 30  # seconds within which the server must be ready, on a busy machine too

# Tests that run at once have ports of their own, all below those that the system gives out.
_worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_ports = itertools.count(20_000 + 3_000 * (_worker % 4) + os.getpid() % 500)


def binary():
    """The program's path; tests that cannot find it fail rather than being skipped."""
    path = pathlib.Path(os.environ.get("BINARY_UNDER_TEST") or ROOT / ".build/release/tegu")
    if not path.exists():
        raise FileNotFoundError(f"{path}: build the program first (make build), or name it in BINARY_UNDER_TEST")
    return str(path)


_databases = {}


def postgres_database(data_directory):
    """The URL of a database on the server that `with-postgres.sh` started: a new one for each data directory."""
    url = os.environ.get("TEST_POSTGRES")
    if not url:
        raise RuntimeError("this test needs a PostgreSQL: run it by Tests/with-postgres.sh, as `make integration` does")
    if data_directory not in _databases:
        name = f"tegu_{os.getpid()}_{len(_databases)}"
        subprocess.run(["psql", "-X", "-q", "-c", f"CREATE DATABASE {name}", url], check=True)
        _databases[data_directory] = url.replace("/postgres?", f"/{name}?")
    return _databases[data_directory]


def free_port():
    """A port that nobody listens on; never the same twice in one run, so that a restart gets its own again."""
    while True:
        port = next(_ports)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


class User:
    """Somebody who has an account on a server, and the paths of what is theirs."""

    def __init__(self, server, name, password, domain=DOMAIN):
        self.server, self.name, self.password = server, name, password
        self.address = f"{name}@{domain}"
        self.principal = f"/principals/{self.address}/"
        self.calendars = f"/calendars/{self.address}/"
        self.calendar = self.calendars + "calendar/"
        self.tasks = self.calendars + "tasks/"
        self.books = f"/contacts/{self.address}/"
        self.book = self.books + "contacts/"
        self.files = f"/files/{self.address}/"
        self._dav = {}

    @property
    def credentials(self):
        return self.address, self.password

    def dav(self, tls=False):
        """A client signed in as this user, with one connection that stays open."""
        if tls not in self._dav:
            self._dav[tls] = Dav(self.server.tls_url if tls else self.server.url, self.credentials)
        return self._dav[tls]

    def imap(self, tls=False, sign_in=True):
        """A new IMAP connection, signed in as this user."""
        client = Imap(self.server.host, self.server.imaps_port if tls else self.server.imap_port, tls=tls)
        if sign_in:
            client.ok(f'LOGIN {self.address} "{self.password}"')
        return client

    def new_dav(self, tls=False):
        """The same with a connection of its own, for threads."""
        return Dav(self.server.tls_url if tls else self.server.url, self.credentials)


class Server:
    """One `tegu serve` on a data directory of its own."""

    def __init__(self, data_directory=None, settings=(), host="127.0.0.1", environment=None):
        self._temporary = None
        if data_directory is None:
            self._temporary = tempfile.mkdtemp(prefix="tegu-test-")
            data_directory = os.path.join(self._temporary, "data")
        self.data_directory = str(data_directory)
        self.host, self.settings = host, list(settings)
        self.port, self.tls_port = free_port(), free_port()
        self.imap_port, self.imaps_port = free_port(), free_port()
        self.lmtp_port = free_port()
        # Cheap password hashes: the tests make hundreds of users. What the default costs has a test of its own.
        self.environment = {**os.environ, "TEGU_AUTH_SCRYPT_COST": "12", **(environment or {})}
        if os.environ.get("TEST_ENGINE") == "postgres" and "TEGU_DATABASE" not in self.environment:
            self.environment["TEGU_DATABASE"] = postgres_database(self.data_directory)
        if os.environ.get("TEST_MAIL") == "maildir":
            self.environment.setdefault("TEGU_STORAGE_MAIL", "maildir")
        self.process, self.output, self.first_output = None, [], None
        self._users = itertools.count(1)

    @property
    def url(self):
        return f"http://{self.host}:{self.port}"

    @property
    def tls_url(self):
        return f"https://{self.host}:{self.tls_port}"

    @property
    def certificate(self):
        return os.path.join(self.data_directory, "cert.pem")

    def arguments(self):
        return [binary(), "serve", "--data-directory", self.data_directory, "--domain", DOMAIN,
                "--http-plain-listen", f"{self.host}:{self.port}", "--http-tls-listen", f"{self.host}:{self.tls_port}",
                "--imap-plain-listen", f"{self.host}:{self.imap_port}", "--imap-tls-listen", f"{self.host}:{self.imaps_port}",
                "--lmtp-listen", f"{self.host}:{self.lmtp_port}",
                *self.settings]

    def start(self, wait=True):
        self.output = []
        self.process = subprocess.Popen(self.arguments(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        env=self.environment, text=True, errors="replace")
        self._ready = threading.Event()
        self._reader = threading.Thread(target=self._read, args=(self.process, self._ready, self.output), daemon=True)
        self._reader.start()
        if wait:
            self.wait_until_ready()
        return self

    def _read(self, process, ready, output):
        for line in process.stdout:
            output.append(line.rstrip("\n"))
            if line.startswith("tegu is ready"):
                ready.set()
        ready.set()

    def wait_until_ready(self, timeout=START_TIME):
        if not self._ready.wait(timeout):
            self.kill()
            raise AssertionError("not ready in time:\n" + self.log())
        if not any(line.startswith("tegu is ready") for line in self.output):
            self.process.wait(10)
            raise AssertionError(f"ended with {self.process.returncode} before it was ready:\n" + self.log())
        if self.first_output is None:
            self.first_output = list(self.output)

    def log(self):
        return "\n".join(self.output[-200:])

    def stop(self, timeout=60):
        """SIGTERM; returns the exit code."""
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout)
            except subprocess.TimeoutExpired:
                self.kill()
                raise AssertionError("did not end on SIGTERM:\n" + self.log()) from None
        self._reader.join(10)
        return self.process.returncode

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait(30)
        if self.process:
            self._reader.join(10)

    def close(self):
        """Ends it whatever it does, and removes what it kept."""
        self.kill()
        if self._temporary:
            shutil.rmtree(self._temporary, ignore_errors=True)

    def run(self, *arguments, input=None, check=True, timeout=300, environment=None):
        """A command of the program on the same data directory."""
        if isinstance(input, str):
            input = input.encode()
        done = subprocess.run([binary(), *arguments, "--data-directory", self.data_directory], input=input or b"",
                              capture_output=True, timeout=timeout,
                              env={**self.environment, "TEGU_DOMAIN": DOMAIN, **(environment or {})})
        done.out, done.err = done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
        if check and done.returncode != 0:
            raise AssertionError(f"{' '.join(arguments)} ended with {done.returncode}:\n{done.out}{done.err}")
        return done

    def new_user(self, name=None, password=None, *options):
        name = name or f"user{next(self._users):03}"
        password = password or f"secret of {name}"
        self.run("user", "add", f"{name}@{DOMAIN}", "--password-stdin", *options, input=password + "\n")
        return User(self, name, password)

    def administrator(self):
        """The one made at the first start, with the password that was printed."""
        return User(self, "admin", self.administrator_password())

    def administrator_password(self):
        for line in self.first_output or ():
            found = re.search(r"(?i)password\b[^\w]*(\S+)\s*$", line)
            if found:
                return found[1].strip("\"'`.,")
        raise AssertionError("no password was printed at the first start:\n" + "\n".join(self.first_output or ()))

    def metrics(self):
        """{sample: value} of /metrics."""
        text = urllib.request.urlopen(self.url + "/metrics", timeout=10).read().decode()
        return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1])
                for line in text.splitlines() if line and not line.startswith("#")}

    def resident_kilobytes(self):
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", text)[1])

    def check(self):
        """`tegu check` must find nothing."""
        done = self.run("check", check=False)
        assert done.returncode == 0, done.out + done.err
        assert "no faults" in done.out, done.out


@contextlib.contextmanager
def serving(*settings, **options):
    """A server for the length of a block, ended whatever happens."""
    server = Server(settings=settings, **options)
    try:
        yield server.start()
    finally:
        server.close()


def wait_for(condition, timeout=20, what="the condition"):
    """Asks until it holds: for changes that another process makes in its own time."""
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"{what} did not come true in {timeout} s")


def load_json(text):
    return json.loads(text)
