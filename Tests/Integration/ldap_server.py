"""Real directories for tests: slapd as an ordinary process on a port of the loopback, with a folder of its own."""
import contextlib
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

from tegu import free_port

SLAPD = shutil.which("slapd", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
PASSWORD = "the service's password"

# The few attributes and classes of FreeIPA that a directory client looks for; private object identifiers.
IPA_SCHEMA = """
attributetype ( 1.3.6.1.4.1.99999.2.1 NAME 'ipaUniqueID' EQUALITY caseIgnoreMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
attributetype ( 1.3.6.1.4.1.99999.2.2 NAME 'nsAccountLock' EQUALITY caseIgnoreMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
attributetype ( 1.3.6.1.4.1.99999.2.3 NAME 'krbPrincipalExpiration' EQUALITY generalizedTimeMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.24 SINGLE-VALUE )
attributetype ( 1.3.6.1.4.1.99999.2.4 NAME 'memberOf' EQUALITY distinguishedNameMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.12 )
attributetype ( 1.3.6.1.4.1.99999.2.5 NAME 'mailAlternateAddress' EQUALITY caseIgnoreIA5Match
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.26 )
objectclass ( 1.3.6.1.4.1.99999.2.10 NAME 'ipaObject' SUP top AUXILIARY MUST ipaUniqueID
  MAY ( nsAccountLock $ krbPrincipalExpiration $ memberOf $ mailAlternateAddress ) )
objectclass ( 1.3.6.1.4.1.99999.2.11 NAME 'ipaUserGroup' SUP groupOfNames STRUCTURAL )
"""


class Authority:
    """A certificate authority of the tests, and what it has signed."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.file = self.folder / "ca.pem"
        self._openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=Test CA",
                      "-keyout", "ca.key", "-out", "ca.pem")
        (self.folder / "names").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
        self._openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-keyout", "key.pem", "-out", "csr.pem")
        self._openssl("x509", "-req", "-in", "csr.pem", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "30",
                      "-extfile", "names", "-out", "cert.pem")

    def signing(self, folder, names="DNS:localhost,IP:127.0.0.1", days=30):
        """A folder as of an authority, with a certificate of this one for other names or of another time."""
        folder = pathlib.Path(folder)
        shutil.copytree(self.folder, folder)
        (folder / "names").write_text(f"subjectAltName={names}\n")
        other = Authority.__new__(Authority)
        other.folder, other.file = folder, self.file
        other._openssl("x509", "-req", "-in", "csr.pem", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", str(days),
                       "-extfile", "names", "-out", "cert.pem")
        return other

    def _openssl(self, *arguments):
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True)


class LDAPServer:
    """What every kind of server has: `url`, `ca_file`, `suffix`, and `service`, the account that searches."""

    def settings(self, name, preset, servers=None, ca=None, **more):
        """The lines of this directory for the configuration file, below `directories:`."""
        lines = {"preset": preset, "servers": "[" + ", ".join(servers or [self.url]) + "]", "ca-file": ca or self.ca_file,
                 "bind-dn": f'"{self.service}"', "bind-password": f'"{PASSWORD}"', "base": f'"{self.suffix}"',
                 **{key.replace("_", "-"): value for key, value in more.items()}}
        return f"  {name}:\n" + "".join(f"    {key}: {value}\n" for key, value in lines.items())

    # Its program: what starts it sets `process`.
    process = None

    def _answering(self, address, port, seconds, said=lambda: ""):
        """Itself, once somebody listens there. `said`: what the program has to say of it that nobody does."""
        end = time.monotonic() + seconds
        while True:
            with socket.socket() as probe:
                if probe.connect_ex((address, port)) == 0:
                    return self
            if time.monotonic() > end or self.process.poll() is not None:
                self.stop()
                raise AssertionError(f"{type(self).__name__} does not start\n{said()}")
            time.sleep(0.05)

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(20)


class Slapd(LDAPServer):
    """One server with one database. `ldif` is what is in it at the start."""

    def __init__(self, folder, suffix, ldif, authority, schema="", indexes=""):
        if SLAPD is None:
            raise FileNotFoundError("slapd is not installed (Debian: slapd and ldap-utils)")
        self.folder, self.suffix, self.authority = pathlib.Path(folder), suffix, authority
        self.ca_file = authority.file
        self.port, self.tls_port = free_port(), free_port()
        (self.folder / "db").mkdir(parents=True)
        (self.folder / "own.schema").write_text(schema)
        service = f"cn=tegu,{suffix}"
        self.service, self.admin = service, f"cn=admin,{suffix}"
        (self.folder / "slapd.conf").write_text(f"""
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
include /etc/ldap/schema/nis.schema
include {self.folder}/own.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {self.folder}/pid
TLSCertificateFile {authority.folder}/cert.pem
TLSCertificateKeyFile {authority.folder}/key.pem
database mdb
suffix "{suffix}"
rootdn "{self.admin}"
rootpw "{PASSWORD}"
directory {self.folder}/db
maxsize 1048576000
index objectClass,uid,mail,entryUUID{"," + indexes if indexes else ""} eq
# What is not paged ends at 500, as it does in many a directory.
limits * size.soft=500 size.hard=500 size.pr=500 size.prtotal=unlimited
access to attrs=userPassword by self write by anonymous auth by * none
access to * by dn.exact="{service}" read by * none
""")
        head = f"""dn: {suffix}
objectClass: top
objectClass: dcObject
objectClass: organization
o: Test
dc: {suffix.split(',')[0].split('=')[1]}

dn: {service}
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: tegu
userPassword: {PASSWORD}

"""
        (self.folder / "start.ldif").write_text(head + ldif)
        subprocess.run([SLAPD, "-T", "add", "-q", "-f", "slapd.conf", "-l", "start.ldif"], cwd=self.folder, check=True,
                       capture_output=True)

    @property
    def url(self):
        return f"ldap://127.0.0.1:{self.port}"

    @property
    def tls_url(self):
        return f"ldaps://127.0.0.1:{self.tls_port}"

    def start(self):
        self.process = subprocess.Popen([SLAPD, "-d", "0", "-f", "slapd.conf", "-h", f"{self.url} {self.tls_url}"],
                                        cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return self._answering("127.0.0.1", self.tls_port, 20)

    def modify(self, ldif, tool="ldapmodify"):
        subprocess.run([tool, "-x", "-H", self.url, "-D", self.admin, "-w", PASSWORD], input=ldif.encode(), check=True,
                       capture_output=True, env={**os.environ, "LDAPNOINIT": "1"})


def person(suffix, uid, *more, name=None, mail=None, password=None, classes=("inetOrgPerson",)):
    """An entry of somebody; `more` are lines of it."""
    lines = [*(f"objectClass: {c}" for c in classes), f"uid: {uid}", f"cn: {name or uid}", f"sn: {uid}",
             f"mail: {mail or uid + '@example.org'}", f"userPassword: {password or 'secret of ' + uid}", *more]
    # slapadd wants all values of an attribute together.
    lines.sort(key=lambda line: line.split(":")[0])
    return f"dn: uid={uid},ou=people,{suffix}\n" + "\n".join(lines) + "\n\n"


def unit(suffix, name):
    return f"dn: ou={name},{suffix}\nobjectClass: organizationalUnit\nou: {name}\n\n"


@contextlib.contextmanager
def silent_server():
    """The port of a server that takes connections and never says a word."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(64)
    kept, stopped = [], threading.Event()
    listener.settimeout(0.2)

    def accept():
        while not stopped.is_set():
            try:
                kept.append(listener.accept()[0])
            except OSError:
                pass

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        stopped.set()
        thread.join(5)
        for connection in kept:
            connection.close()
        listener.close()


@contextlib.contextmanager
def deaf_server():
    """The port of a server that nothing reaches: its queue of connections is full, so that it does not even say that it takes none."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        time.sleep(0.1)
        yield listener.getsockname()[1]


@contextlib.contextmanager
def temporary_folder():
    folder = tempfile.mkdtemp(prefix="tegu-ldap-")
    try:
        yield pathlib.Path(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
