"""An Active Directory for tests: Samba as a domain controller in a folder of its own, on an address of its own.

The ports of a domain controller are fixed, so the address is one of 127.0.0.0/8 that no other run has. Only LDAP is served. The name
of its certificate is known to the programs that get `environment`, and to nothing else of the machine: libnss_wrapper tells it."""
import base64
import glob
import os
import pathlib
import shutil
import subprocess

from ldap_server import PASSWORD, LDAPServer

SAMBA = shutil.which("samba", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
PYTHON = "/usr/bin/python3"
# The first password of a domain must be one of three kinds of characters.
ADMINISTRATORS_PASSWORD = "Passw0rd of the administrator"
REALM, SUFFIX, HOST = "corp.test", "dc=corp,dc=test", "dc1.corp.test"
# ADS_UF_NORMAL_ACCOUNT, with _ACCOUNTDISABLE, and with _PASSWD_NOTREQD (MS-ADTS §2.2.16).
NORMAL, DISABLED, WITHOUT_PASSWORD = 512, 514, 544


def missing():
    """Why there can be no domain controller here; empty: there can be one."""
    if os.geteuid() != 0:
        return "a domain controller has ports below 1024: it needs root"
    parts = ["/usr/lib/*/samba/ldb/samldb.so", "/usr/share/samba/setup/provision.ldif"]
    if SAMBA is None or not all(glob.glob(part) for part in parts):
        return "Samba is not installed (Debian: samba, samba-dsdb-modules and samba-ad-provision)"
    if not glob.glob("/usr/lib/*/libnss_wrapper.so"):
        return "libnss_wrapper is not installed (Debian: libnss-wrapper)"
    return ""


class DomainController(LDAPServer):
    """`ldif` is what is in it besides what every domain has; `cn=tegu,cn=Users` is the service's account."""

    suffix = SUFFIX
    service = f"cn=tegu,cn=Users,{SUFFIX}"
    administrator = f"cn=Administrator,cn=Users,{SUFFIX}"
    url, tls_url = f"ldap://{HOST}", f"ldaps://{HOST}"

    def __init__(self, folder, ldif):
        self.folder = pathlib.Path(folder)
        worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 100
        self.address = f"127.{100 + worker}.{os.getpid() // 250 % 250}.{1 + os.getpid() % 250}"
        for name in ("private", "state", "cache", "lock", "run"):
            (self.folder / name).mkdir(parents=True)
        self.ca_file = self.folder / "private/tls/ca.pem"
        (self.folder / "hosts").write_text(f"{self.address} {HOST}\n")
        self.environment = {"LD_PRELOAD": "libnss_wrapper.so", "NSS_WRAPPER_HOSTS": str(self.folder / "hosts")}
        self.configuration = self.folder / "smb.conf"
        self.configuration.write_text(f"""
[global]
netbios name = DC1
workgroup = CORP
realm = {REALM.upper()}
server role = active directory domain controller
# No Kerberos, no DNS, no files.
server services = ldap
dcerpc endpoint servers =
# The address is of the loopback's own network: it need not be given to an interface.
interfaces = {self.address}/8
bind interfaces only = yes
private dir = {self.folder}/private
state directory = {self.folder}/state
cache directory = {self.folder}/cache
lock directory = {self.folder}/lock
pid directory = {self.folder}/run
ncalrpc dir = {self.folder}/run/ncalrpc
winbindd socket directory = {self.folder}/run/winbindd
ntp signd socket directory = {self.folder}/run/ntp_signd
log file = {self.folder}/log
[sysvol]
path = {self.folder}/state/sysvol
[netlogon]
path = {self.folder}/state/sysvol/scripts
""")
        (self.folder / "start.ldif").write_text(account("tegu", password=PASSWORD, unit="cn=Users") + ldif)
        script = pathlib.Path(__file__).with_name("samba_provision.py")
        done = subprocess.run([PYTHON, script, self.configuration, self.folder / "start.ldif"], capture_output=True, text=True,
                              env={**os.environ, "DC_ADDRESS": self.address, "DC_PASSWORD": ADMINISTRATORS_PASSWORD})
        assert done.returncode == 0, done.stdout + done.stderr

    def start(self):
        # With `-i` it ends when its standard input does: it does not outlive a run of tests that is killed.
        with open(self.folder / "output", "ab") as output:
            self.process = subprocess.Popen([SAMBA, "-i", "-M", "single", "-s", self.configuration], stdin=subprocess.PIPE, stdout=output,
                                            stderr=output)
        # The first start makes the authority and the certificate.
        return self._answering(self.address, 636, 60, lambda: (self.folder / "output").read_text(errors="replace"))

    def stop(self):
        super().stop()
        if self.process:
            self.process.stdin.close()

    def _tool(self, *arguments, input=""):
        signed_in = ["-x", "-H", self.tls_url, "-D", self.administrator, "-w", ADMINISTRATORS_PASSWORD]
        done = subprocess.run([arguments[0], *signed_in, *arguments[1:]], input=input.encode(), capture_output=True,
                              env={**os.environ, **self.environment, "LDAPTLS_CACERT": str(self.ca_file)})
        return done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")

    def modify(self, ldif, tool="ldapmodify"):
        code, out, err = self._tool(tool, input=ldif)
        assert code == 0, out + err

    def expire_password(self, name):
        """As if it had been set years ago."""
        script = pathlib.Path(__file__).with_name("samba_expire.py")
        done = subprocess.run([PYTHON, script, self.configuration, f"{name},{SUFFIX}"], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr

    def search(self, *arguments):
        """The exit status of ldapsearch, and what it prints."""
        code, out, err = self._tool("ldapsearch", "-LLL", "-o", "ldif-wrap=no", "-b", SUFFIX, *arguments)
        return code, out + err


def account(name, *more, password=None, control=NORMAL, unit="ou=people", cn=None):
    """An entry of a user; `more` are lines of it. Without a control for it, it has a password: `secret of` its name."""
    lines = ["objectClass: user", f"sAMAccountName: {name}", f"userAccountControl: {control}", *more]
    if control != WITHOUT_PASSWORD:
        # MS-ADTS §3.1.1.3.1.5.1.
        quoted = f'"{password or "secret of " + name}"'.encode("utf-16-le")
        lines.append("unicodePwd:: " + base64.b64encode(quoted).decode())
    return f"dn: cn={cn or name},{unit},{SUFFIX}\n" + "\n".join(lines) + "\n\n"


def group(name, *members, lines=()):
    """A security group; members are names with their unit, below the suffix."""
    return f"dn: cn={name},ou=groups,{SUFFIX}\nobjectClass: group\nsAMAccountName: {name}\n" \
        + "".join(f"{line}\n" for line in lines) + "".join(f"member: {member},{SUFFIX}\n" for member in members) + "\n"


def unit(name):
    return f"dn: ou={name},{SUFFIX}\nobjectClass: organizationalUnit\n\n"
