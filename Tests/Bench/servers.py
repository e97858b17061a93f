"""Starts the servers that are compared: the one of this tree, Radicale from PyPI and Cyrus from Debian's packages."""
import contextlib
import imaplib
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Server:
    """One server with one user, on a directory of its own."""

    host, user, password = "127.0.0.1", "user", "secret-of-the-bench"
    name = principal = home = books = ""
    # Where a client's discovery ends up that starts at /.well-known/caldav.
    start = "/"

    def __init__(self, directory, port):
        self.directory, self.port, self.process = pathlib.Path(directory) / self.name, port, None

    def start_up(self):
        shutil.rmtree(self.directory, ignore_errors=True)
        self.directory.mkdir(parents=True)
        self.log = open(self.directory / "log", "wb")
        self.process = self.run()
        self.wait_for(self.port)
        self.prepare()

    def run(self):
        raise NotImplementedError

    def prepare(self):
        """What is left to do when it listens."""

    def wait_for(self, port):
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection((self.host, port), 1):
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        sys.exit(f"{self.name} does not start: see {self.directory}/log")

    def stop(self):
        if self.process:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(20)
            self.process.kill()

    def spawn(self, *arguments, **options):
        return subprocess.Popen([str(a) for a in arguments], stdout=self.log, stderr=self.log, **options)

    # What it uses

    def processes(self):
        """Its process and all below it."""
        children = {}
        for entry in os.listdir("/proc"):
            if entry.isdigit():
                with contextlib.suppress(OSError):
                    children.setdefault(int(_stat(entry)[1]), []).append(int(entry))
        found, queue = [], [self.process.pid]
        while queue:
            found.append(queue.pop())
            queue += children.get(found[-1], [])
        return found

    def cpu_seconds(self):
        ticks = 0
        for process in self.processes():
            with contextlib.suppress(OSError):
                # Those of children that have ended count too.
                ticks += sum(map(int, _stat(process)[11:15]))
        return ticks / os.sysconf("SC_CLK_TCK")

    def memory(self):
        """In KiB; pages that processes share count once."""
        total = 0
        for process in self.processes():
            with contextlib.suppress(OSError, TypeError):
                text = open(f"/proc/{process}/smaps_rollup").read()
                total += int(re.search(r"^Pss:\s+(\d+)", text, re.M)[1])
        return total


def _stat(process):
    return open(f"/proc/{process}/stat").read().rsplit(")", 1)[1].split()


class Tegu(Server):
    name = "tegu"
    user = "user@example.org"
    principal, home, books = f"/principals/{user}/", f"/calendars/{user}/", f"/contacts/{user}/"

    def command(self, *arguments):
        binary = os.environ.get("BINARY_UNDER_TEST") or ROOT / ".build/release/tegu"
        return [binary, *arguments, "--data-directory", self.directory / "data", "--domain", "example.org"]

    def run(self):
        return self.spawn(
            *self.command("serve"), "--http-plain-listen", f"{self.host}:{self.port}", "--http-tls-listen",
            f"{self.host}:{self.port + 1}", "--http-connections-per-address", "10000")

    def prepare(self):
        subprocess.run(
            self.command("user", "add", self.user, "--password-stdin"), input=self.password.encode(), check=True,
            stdout=self.log, stderr=self.log)


class TeguWithShares(Tegu):
    """The same in an organisation: the user is in 20 groups, and 50 others have each shared a calendar, half of them with one of those."""

    name = "tegu-shares"
    GROUPS, SHARES = 20, 50

    def ask(self, *arguments, given=b""):
        subprocess.run(self.command(*arguments), input=given, check=True, stdout=self.log, stderr=self.log)

    def prepare(self):
        super().prepare()
        for number in range(self.GROUPS):
            self.ask("group", "add", f"group-{number}")
            self.ask("group", "member", "add", f"group-{number}", self.user)
        for number in range(self.SHARES):
            owner = f"owner-{number}@example.org"
            self.ask("user", "add", owner, "--password-stdin", given=self.password.encode())
            self.ask("calendar", "add", owner, "shared")
            with_whom = self.user if number % 2 else f"group-{number % self.GROUPS}@example.org"
            self.ask("share", "add", f"/calendars/{owner}/shared/", with_whom, "--role", "editor")


class TeguWithCalendars(Tegu):
    """The same for a user who has 50 calendars more of their own: what a home with much in it costs where nothing is shared."""

    name = "tegu-calendars"

    def prepare(self):
        super().prepare()
        for number in range(TeguWithShares.SHARES):
            subprocess.run(self.command("calendar", "add", self.user, f"own-{number}"), check=True, stdout=self.log, stderr=self.log)


class Radicale(Server):
    name = "radicale"
    principal = home = books = "/user/"

    def run(self):
        (self.directory / "users").write_text(f"{self.user}:{self.password}\n")
        (self.directory / "config").write_text(f"""
[server]
hosts = {self.host}:{self.port}
max_connections = 100
[auth]
type = htpasswd
htpasswd_filename = {self.directory}/users
htpasswd_encryption = plain
delay = 0
[rights]
type = owner_only
[storage]
filesystem_folder = {self.directory}/collections
[logging]
level = warning
[web]
type = none
""")
        return self.spawn(sys.executable, "-m", "radicale", "-C", self.directory / "config")


class Cyrus(Server):
    name = "cyrus"
    principal, home, start = "/dav/principals/user/user/", "/dav/calendars/user/user/", "/dav/"
    books = "/dav/addressbooks/user/user/"
    programs = pathlib.Path("/usr/lib/cyrus/bin")

    def run(self):
        for name in ("conf/db", "conf/proc", "spool", "lock", "socket", "sieve"):
            (self.directory / name).mkdir(parents=True)
        for user in (self.user, "admin"):
            subprocess.run(
                ["saslpasswd2", "-p", "-c", "-f", self.directory / "sasldb2", "-u", "bench", user],
                input=self.password.encode(), check=True)
        settings = {
            "servername": "bench", "configdirectory": "conf", "defaultpartition": "default", "partition-default": "spool",
            "mboxname_lockpath": "lock", "sievedir": "sieve", "lmtpsocket": "socket/lmtp", "idlesocket": "socket/idle",
            "notifysocket": "socket/notify", "sasl_sasldb_path": "sasldb2", "admins": "admin", "unixhierarchysep": "no",
            "virtdomains": "off", "allowplaintext": "yes", "sasl_pwcheck_method": "auxprop",
            "sasl_auxprop_plugin": "sasldb", "sasl_mech_list": "PLAIN LOGIN", "httpmodules": "caldav carddav",
            "httpallowcompress": "no", "caldav_realm": "bench"}
        paths = ("configdirectory", "partition-default", "mboxname_lockpath", "sievedir", "sasl_sasldb_path")
        text = "".join(
            f"{key}: {self.directory / value if key in paths or key.endswith('socket') else value}\n"
            for key, value in settings.items())
        (self.directory / "imapd.conf").write_text(text)
        # The IMAP server only makes the mailboxes in which calendars stand.
        (self.directory / "cyrus.conf").write_text(f"""
START {{
  recover cmd="{self.programs}/ctl_cyrusdb -C {self.directory}/imapd.conf -r"
}}
SERVICES {{
  imap cmd="{self.imapd()} -C {self.directory}/imapd.conf" listen="{self.host}:{self.port + 1}" prefork=0 maxchild=2
  http cmd="httpd -C {self.directory}/imapd.conf" listen="{self.host}:{self.port}" prefork=2 maxchild=100
}}
""")
        subprocess.run(["chown", "-R", "cyrus:mail", self.directory], check=True)
        for directory in (self.directory, self.directory.parent):
            directory.chmod(directory.stat().st_mode | 0o011)
        # Its daemons become the user cyrus by themselves.
        return self.spawn(
            self.programs / "master", "-C", self.directory / "imapd.conf", "-M", self.directory / "cyrus.conf", "-p",
            self.directory / "master.pid")

    def imapd(self):
        """Debian's package of it cannot be installed beside another IMAP server; its program can stand anywhere."""
        installed = self.programs / "imapd"
        if installed.exists():
            return installed
        unpacked = self.directory / "imapd"
        unpacked.mkdir()
        subprocess.run(["apt-get", "download", "-qq", "cyrus-imapd"], cwd=unpacked, check=True, stdout=self.log, stderr=self.log)
        subprocess.run(["dpkg", "-x", next(unpacked.glob("*.deb")), unpacked], check=True)
        return unpacked / "usr/lib/cyrus/bin/imapd"

    def prepare(self):
        self.wait_for(self.port + 1)
        client = imaplib.IMAP4(self.host, self.port + 1)
        client.login("admin", self.password)
        client.create(f"user.{self.user}")
        client.logout()


ALL = {server.name: server for server in (Tegu, TeguWithShares, TeguWithCalendars, Cyrus, Radicale)}
