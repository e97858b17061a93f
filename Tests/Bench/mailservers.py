"""Starts the mail servers that are compared: the one of this tree, and Dovecot and Cyrus from Debian's packages."""
import os
import pathlib
import shutil
import subprocess

import servers

DOMAIN = "example.org"


class MailServer(servers.Server):
    """IMAP on its port, with TLS on the next one, LMTP on the one after that; users are user0, user1, and so on."""

    def __init__(self, directory, port, users):
        super().__init__(directory, port)
        self.users = users

    @property
    def imaps(self):
        return self.port + 1

    @property
    def lmtp(self):
        return self.port + 2

    def login(self, number):
        return f"user{number}@{DOMAIN}"

    def address(self, number):
        return f"user{number}@{DOMAIN}"

    def start_up(self):
        shutil.rmtree(self.directory, ignore_errors=True)
        self.directory.mkdir(parents=True)
        self.log = open(self.directory / "log", "wb")
        self.configure()
        self.listen()
        self.prepare()

    def configure(self):
        """What stands on the disk before it starts for the first time."""

    def listen(self):
        self.process = self.run()
        for port in (self.port, self.imaps, self.lmtp):
            self.wait_for(port)

    def restart(self):
        self.stop()
        self.listen()


class Tegu(MailServer):
    name = "tegu"

    def command(self, *arguments):
        binary = os.environ.get("BINARY_UNDER_TEST") or servers.ROOT / ".build/release/tegu"
        return [binary, *arguments, "--data-directory", self.directory / "data", "--domain", DOMAIN]

    def run(self):
        return self.spawn(
            *self.command("serve"), "--http-tls-listen", "none", "--http-plain-listen", f"{self.host}:{self.port + 3}",
            "--imap-plain-listen", f"{self.host}:{self.port}", "--imap-tls-listen", f"{self.host}:{self.imaps}",
            "--lmtp-listen", f"{self.host}:{self.lmtp}", "--imap-connections-per-address", "20000")

    def prepare(self):
        for number in range(self.users):
            subprocess.run(
                self.command("user", "add", self.login(number), "--password-stdin"), input=self.password.encode(),
                check=True, stdout=self.log, stderr=self.log)


class Dovecot(MailServer):
    name = "dovecot"
    # Who owns the mail; nobody of that number need exist.
    owner = 5000

    def configure(self):
        here = self.directory
        for name in ("run", "mail"):
            (here / name).mkdir()
        os.chown(here / "mail", self.owner, self.owner)
        for directory in (here, here.parent):
            directory.chmod(directory.stat().st_mode | 0o011)
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "30",
             "-keyout", here / "key.pem", "-out", here / "cert.pem"], check=True, stdout=self.log, stderr=self.log)
        (here / "users").write_text("".join(
            f"{self.login(number)}:{{PLAIN}}{self.password}:{self.owner}:{self.owner}::{here}/mail/{number}::\n"
            for number in range(self.users)))
        # As many connections as are asked for, and login processes that are not made anew for each.
        (here / "dovecot.conf").write_text(f"""
base_dir = {here}/run
state_dir = {here}/run
log_path = {here}/log
protocols = imap lmtp
listen = {self.host}
ssl = yes
ssl_cert = <{here}/cert.pem
ssl_key = <{here}/key.pem
disable_plaintext_auth = no
first_valid_uid = 1
mail_location = maildir:~/Maildir
mail_max_userip_connections = 10000
default_client_limit = 8000
default_process_limit = 1000
default_vsz_limit = 2G
passdb {{
  driver = passwd-file
  args = {here}/users
}}
userdb {{
  driver = passwd-file
  args = {here}/users
}}
service imap-login {{
  inet_listener imap {{
    port = {self.port}
  }}
  inet_listener imaps {{
    port = {self.imaps}
  }}
  service_count = 0
  process_min_avail = 2
}}
service imap {{
  process_limit = 8000
}}
service lmtp {{
  inet_listener lmtp {{
    address = {self.host}
    port = {self.lmtp}
  }}
  process_min_avail = 2
}}
service auth {{
  client_limit = 20000
}}
service anvil {{
  client_limit = 20000
}}
protocol lmtp {{
  postmaster_address = postmaster@{DOMAIN}
}}
""")

    def run(self):
        return self.spawn("dovecot", "-F", "-c", self.directory / "dovecot.conf")


class Cyrus(MailServer):
    name = "cyrus"
    programs = pathlib.Path("/usr/lib/cyrus/bin")
    # Found and unpacked as for the calendars.
    imapd = servers.Cyrus.imapd

    def login(self, number):
        return f"user{number}"

    def configure(self):
        here = self.directory
        for name in ("conf/socket", "conf/proc", "conf/lock", "spool", "sieve"):
            (here / name).mkdir(parents=True)
        for number in range(self.users):
            subprocess.run(
                ["saslpasswd2", "-p", "-c", "-f", here / "sasldb2", "-u", "bench", self.login(number)],
                input=self.password.encode(), check=True)
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "30",
             "-keyout", here / "key.pem", "-out", here / "cert.pem"], check=True, stdout=self.log, stderr=self.log)
        (here / "imapd.conf").write_text(f"""
configdirectory: {here}/conf
proc_path: {here}/conf/proc
mboxname_lockpath: {here}/conf/lock
defaultpartition: default
partition-default: {here}/spool
sievedir: {here}/sieve
lmtpsocket: {here}/conf/socket/lmtp
idlesocket: {here}/conf/socket/idle
notifysocket: {here}/conf/socket/notify
servername: bench
defaultdomain: {DOMAIN}
virtdomains: off
allowplaintext: yes
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: {here}/sasldb2
sasl_mech_list: PLAIN LOGIN
altnamespace: yes
unixhierarchysep: yes
hashimapspool: yes
autocreate_quota: 0
autocreate_post: yes
tls_server_cert: {here}/cert.pem
tls_server_key: {here}/key.pem
""")
        imapd, settings = self.imapd(), f"-C {here}/imapd.conf"
        idled = f'DAEMON {{\n  idled cmd="{imapd.parent}/idled {settings}"\n}}' if (imapd.parent / "idled").exists() else ""
        (here / "cyrus.conf").write_text(f"""
START {{
  recover cmd="{self.programs}/ctl_cyrusdb {settings} -r"
}}
SERVICES {{
  imap cmd="{imapd} {settings} -U 300" listen="{self.host}:{self.port}" prefork=5 maxchild=8000
  imaps cmd="{imapd} -s {settings} -U 300" listen="{self.host}:{self.imaps}" prefork=0 maxchild=8000
  lmtp cmd="{self.programs}/lmtpd -a {settings} -U 300" listen="{self.host}:{self.lmtp}" prefork=2 maxchild=100
}}
{idled}
""")
        subprocess.run(["chown", "-R", "cyrus:mail", here], check=True)
        for directory in (here, here.parent):
            directory.chmod(directory.stat().st_mode | 0o011)

    def run(self):
        return self.spawn(
            self.programs / "master", "-C", self.directory / "imapd.conf", "-M", self.directory / "cyrus.conf", "-p",
            self.directory / "master.pid")


ALL = {server.name: server for server in (Tegu, Dovecot, Cyrus)}
