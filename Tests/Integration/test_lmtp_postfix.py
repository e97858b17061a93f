"""Postfix in front: it takes mail by SMTP and delivers it by LMTP, with the configuration of docs/mail.md."""
import os
import pathlib
import re
import shutil
import signal
import smtplib
import subprocess
import tempfile

import pytest

from tegu import DOMAIN, ROOT, Server, free_port, wait_for
from test_lmtp_delivery import mail, octets

pytestmark = pytest.mark.skipif(
    shutil.which("postfix", path="/usr/sbin:/usr/bin") is None or os.geteuid() != 0, reason="postfix is not installed, or not startable: it needs root")

# What the instance of a test has beside docs/mail.md: places of its own, and short waits.
MAIN = """
compatibility_level = 3.6
queue_directory = {directory}/spool
data_directory = {directory}/data
daemon_directory = /usr/lib/postfix/sbin
command_directory = /usr/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {directory}/log
maillog_file_prefixes = {directory}
myhostname = mx.example.org
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
local_recipient_maps =
default_transport = error:nothing leaves this machine
smtpd_relay_restrictions = permit_mynetworks, reject
minimal_backoff_time = 1s
maximal_backoff_time = 2s
queue_run_delay = 1s
transport_retry_time = 1s
disable_dns_lookups = yes
"""

MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
cleanup   unix n - n - 0 cleanup
qmgr      unix n - n 300 1 qmgr
rewrite   unix - - n - - trivial-rewrite
bounce    unix - - n - 0 bounce
defer     unix - - n - 0 bounce
trace     unix - - n - 0 bounce
verify    unix - - n - 1 verify
flush     unix n - n 1000? 0 flush
proxymap  unix - - n - - proxymap
smtp      unix - - n - - smtp
lmtp      unix - - n - - lmtp
error     unix - - n - - error
retry     unix - - n - - error
discard   unix - - n - - discard
anvil     unix - - n - 1 anvil
scache    unix - - n - 1 scache
tlsmgr    unix - - n 1000? 1 tlsmgr
postlog   unix-dgram n - n - 1 postlogd
"""


def documented():
    """The lines for main.cf in docs/mail.md."""
    text = (ROOT / "docs/mail.md").read_text()
    return re.search(r"### Postfix\n(?:.*\n)*?((?:    .*\n)+)", text).group(1)


class Postfix:
    def __init__(self, transport):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="tegu-postfix-", dir="/tmp"))
        self.port = free_port()
        # Its own users must come through.
        self.directory.chmod(0o755)
        for name in ("etc", "spool", "data"):
            (self.directory / name).mkdir()
        shutil.chown(self.directory / "data", "postfix")
        lines = "".join(line[4:] for line in documented().splitlines(keepends=True) if line.strip())
        lines, count = re.subn(r"^virtual_transport = .*$", f"virtual_transport = lmtp:{transport}", lines, flags=re.M)
        assert count == 1, lines
        (self.directory / "etc/main.cf").write_text(MAIN.format(directory=self.directory) + lines)
        (self.directory / "etc/master.cf").write_text(MASTER.format(port=self.port))
        try:
            self.run("postfix", "start")
            wait_for(lambda: "daemon started" in self.log(), what="Postfix")
        except BaseException:
            self.close()
            raise

    def run(self, program, *arguments):
        done = subprocess.run([f"/usr/sbin/{program}", "-c", str(self.directory / "etc"), *arguments], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr + self.log()

    def log(self):
        path = self.directory / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    def send(self, message, recipients, options=()):
        with smtplib.SMTP("127.0.0.1", self.port, timeout=30) as client:
            assert client.sendmail("sender@example.com", recipients, message, options) == {}

    def wait(self, pattern):
        return wait_for(lambda: re.search(pattern, self.log()), timeout=60, what=f"{pattern} in\n{self.log()}")

    def master(self):
        try:
            return int((self.directory / "spool/pid/master.pid").read_text())
        except (OSError, ValueError):
            return None

    def close(self):
        """No process of it stays."""
        master = self.master()
        subprocess.run(["/usr/sbin/postfix", "-c", str(self.directory / "etc"), "stop"], capture_output=True, timeout=60)
        if master:
            def is_gone():
                try:
                    os.kill(master, 0)
                except ProcessLookupError:
                    return True
                return pathlib.Path(f"/proc/{master}/stat").read_text().split(")")[1].split()[0] == "Z"
            try:
                wait_for(is_gone, what="the end of Postfix")
            except AssertionError:
                os.killpg(master, signal.SIGKILL)
        shutil.rmtree(self.directory, ignore_errors=True)


@pytest.fixture(params=["inet", "unix"])
def site(request):
    server = Server()
    directory = pathlib.Path(tempfile.mkdtemp(prefix="tegu-lmtp-", dir="/tmp"))
    directory.chmod(0o755)
    postfix = None
    try:
        transport = f"inet:127.0.0.1:{server.lmtp_port}"
        if request.param == "unix":
            server.settings += ["--lmtp-listen", f"unix:{directory}/lmtp:666"]
            transport = f"unix:{directory}/lmtp"
        server.start()
        postfix = Postfix(transport)
        yield server, postfix
        server.check()
        assert server.stop() == 0
    finally:
        if postfix:
            postfix.close()
        server.close()
        shutil.rmtree(directory, ignore_errors=True)


def test_postfix_delivers(site):
    server, postfix = site
    anna, boris = server.new_user("anna"), server.new_user("boris")
    client = anna.imap()
    client.ok("CREATE Lists")
    body = "".join(f"{'.' * (n % 4)}line {n}\r\n" for n in range(50)) + "Привет\r\n"
    postfix.send(mail("first", body), [anna.address, boris.address], ["BODY=8BITMIME"])
    postfix.send(mail("list", body), [f"anna+Lists@{DOMAIN}"])
    postfix.send(mail("large", ("x" * 76 + "\r\n") * 60_000), [anna.address])
    # Postfix asks nobody who is there: that is what the answer to RCPT is for.
    postfix.send(mail("nobody"), [f"nobody@{DOMAIN}"])
    postfix.wait(r"to=<nobody@example\.org>.*status=bounced.*550 5\.1\.1")
    wait_for(lambda: len(octets(client)) == 2, what="two messages")
    wait_for(lambda: len(octets(client, "Lists")) == 1, what="the message to the list")
    wait_for(lambda: len(octets(boris.imap())) == 1, what="Boris's message")
    found = {re.search(rb"^Subject: (\S+)", message, re.M).group(1): message for message in octets(client)}
    assert found[b"first"].endswith(mail("first", body)) and found[b"large"].endswith(mail("large", ("x" * 76 + "\r\n") * 60_000))
    assert found[b"first"].startswith(b"Return-Path: <sender@example.com>\r\n")
    assert re.search(rb"^Received: from mx\.example\.org", found[b"first"], re.M)


def test_mail_waits_in_postfix_while_there_is_no_room_and_while_the_server_is_away(site):
    server, postfix = site
    user = server.new_user("anna", None, "--quota", "100kB")
    client = user.imap()
    client.append("INBOX", mail("fills", ("x" * 76 + "\r\n") * 1_000))
    postfix.send(mail("full", ("x" * 76 + "\r\n") * 500), [user.address])
    postfix.wait(r"to=<anna@example\.org>.*status=deferred.*452 4\.2\.2")
    assert server.stop() == 0
    for number in range(5):
        postfix.send(mail(f"away{number}"), [user.address])
    postfix.wait(r"to=<anna@example\.org>.*status=deferred.*(refused|No such file|lost connection)")
    server.start()
    client = user.imap()
    client.ok("SELECT INBOX")
    client.ok("STORE 1 +FLAGS.SILENT (\\Deleted)")
    client.ok("EXPUNGE")

    def subjects():
        return sorted(re.search(rb"^Subject: (\S+)", message, re.M).group(1) for message in octets(client))

    try:
        wait_for(lambda: len(subjects()) >= 6, timeout=45)
    except AssertionError:
        # Once in a while Postfix leaves a message in its queue for longer than it was told to.
        postfix.run("postqueue", "-f")
        wait_for(lambda: len(subjects()) >= 6, timeout=120, what=f"all that waited; after 45 s there were {subjects()} and\n{postfix.log()}\n")
    assert subjects() == sorted([b"full", *(b"away%d" % number for number in range(5))])
