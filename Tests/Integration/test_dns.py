"""`tegu dns` against a name server: what it prints is pasted into a zone that Knot serves, and `--check` compares."""
import os
import pathlib
import shutil
import socket
import subprocess
import threading
import time

import pytest

from tegu import binary, free_port

KNOT = shutil.which("knotd", path="/usr/sbin:/usr/bin")
ROOT_KEY = pathlib.Path("/usr/share/dns/root.key")
HOST = "dav.example.org"
VERDICTS = ("ok", "missing", "different", "failed")
START = """example.org. 3600 IN SOA ns.example.org. hostmaster.example.org. 1 3600 600 86400 60
example.org. 3600 IN NS ns.example.org.
ns.example.org. 3600 IN A 127.0.0.1
"""
ADDRESS = f"{HOST}. 3600 IN A 192.0.2.7\n"

pytestmark = pytest.mark.skipif(KNOT is None, reason="knot is not installed")


class NameServer:
    """A Knot with one zone on a port of the loopback."""

    def __init__(self, home, records, zone="example.org.", signed=False):
        self.home, self.port = home, free_port()
        (home / "run").mkdir(parents=True)
        (home / "zone").write_text(records)
        (home / "conf").write_text(f"""server:
    rundir: "{home}/run"
    listen: 127.0.0.1@{self.port}
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
database:
    storage: "{home}/run"
    journal-db-max-size: 1M
    kasp-db-max-size: 5M
    timer-db-max-size: 1M
log:
  - target: stderr
    any: info
zone:
  - domain: "{zone}"
    file: "{home}/zone"
    zonefile-sync: -1
    journal-content: none
    dnssec-signing: {"on" if signed else "off"}
""")
        self.process = subprocess.Popen([KNOT, "-c", home / "conf"], stderr=subprocess.PIPE, text=True)
        timer = threading.Timer(30, self.process.kill)
        timer.start()
        lines = []
        for line in self.process.stderr:
            lines.append(line)
            if "server started" in line:
                break
        else:
            raise AssertionError("knotd ended:\n" + "".join(lines))
        timer.cancel()

    @property
    def name(self):
        return f"127.0.0.1@{self.port}"

    def keys(self):
        """The DS records of the zone's key, in zone file form."""
        done = subprocess.run([shutil.which("keymgr", path="/usr/sbin:/usr/bin"), "-c", self.home / "conf", ".", "ds"],
                              capture_output=True, text=True, check=True, timeout=30)
        return done.stdout

    def close(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(20)
        self.process.stderr.close()


@pytest.fixture
def name_server(tmp_path):
    """Makes one; it ends with the test."""
    running = []

    def make(records, **options):
        running.append(NameServer(tmp_path / f"knot{len(running)}", records, **options))
        return running[-1]

    yield make
    for one in running:
        one.close()


def dns(*options, server=None, root_key="/dev/null"):
    """Runs `tegu dns example.org`, with `root_key` in the place of the one of the Internet, whose signatures no test has."""
    command = [binary(), "dns", "example.org", "--host", HOST, "--port", "443", *options]
    if root_key and ROOT_KEY.exists():
        within = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"]), "sh", "-c",
                  f'mount --bind "$0" {ROOT_KEY} && exec "$@"', str(root_key)]
        if subprocess.run([*within, "true"], capture_output=True).returncode != 0:
            pytest.skip("the key of the root cannot be replaced: this machine allows no mounts")
        command = within + command
    environment = {**os.environ, "TEGU_DOMAIN": "example.org", **({"TEGU_DNS_SERVER": server} if server else {})}
    return subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment)


@pytest.fixture(scope="module")
def printed():
    done = dns(root_key=None)
    assert done.returncode == 0, done.stderr
    return done.stdout


def verdicts(done):
    """{`NAME TYPE`: verdict}"""
    rows = [line.split() for line in done.stdout.splitlines() if line.split()[0] in VERDICTS]
    return {f"{row[1]} {row[2].rstrip(':')}": row[0] for row in rows}


def test_what_is_printed_is_right_once_it_is_pasted(printed, name_server):
    done = dns("--check", server=name_server(START + printed + ADDRESS).name)
    assert done.returncode == 0, done.stdout + done.stderr
    found = verdicts(done)
    assert set(found.values()) == {"ok"} and len(found) == 10, done.stdout
    assert {"_caldavs._tcp.example.org. SRV", "_carddavs._tcp.example.org. TXT", f"{HOST}. A/AAAA"} <= set(found)
    assert done.stdout.endswith("All records are as they should be.\n")


def test_a_domain_that_is_not_served_is_told_in_a_comment(printed):
    environment = {**os.environ, "TEGU_DOMAIN": "example.org"}
    done = subprocess.run([binary(), "dns", "Other.test.", "--host", HOST], capture_output=True, text=True, env=environment)
    assert done.returncode == 0 and done.stdout.startswith("; other.test is none of the domains of this server"), done.stdout
    assert "_caldavs._tcp" in done.stdout and "none of the domains" not in printed


def test_an_address_of_version_6_is_one(printed, name_server):
    done = dns("--check", server=name_server(START + printed + f"{HOST}. IN AAAA 2001:db8::7\n").name)
    assert done.returncode == 0, done.stdout


def test_missing_and_wrong_records_are_told(printed, name_server):
    wrong = printed.replace("_carddavs._tcp.example.org.     3600 IN SRV 0 1 443", "_carddavs._tcp.example.org.     3600 IN SRV 0 1 8443")
    lines = [line for line in wrong.splitlines() if not line.startswith("_caldavs._tcp.example.org.      3600 IN TXT")]
    assert wrong != printed and len(lines) == len(printed.splitlines()) - 1
    done = dns("--check", server=name_server(START + "\n".join(lines) + "\n").name)
    assert done.returncode == 1
    found = {key: verdict for key, verdict in verdicts(done).items() if verdict != "ok"}
    assert found == {"_caldavs._tcp.example.org. TXT": "missing", "_carddavs._tcp.example.org. SRV": "different",
                     f"{HOST}. A/AAAA": "missing"}, done.stdout
    assert f"expected 0 1 443 {HOST}., found 0 1 8443 {HOST}." in done.stdout
    assert done.stdout.endswith("3 of 10 records are not as they should be.\n")


def test_a_second_record_and_another_path_are_differences(printed, name_server):
    records = START + ADDRESS + printed.replace('_caldavs._tcp.example.org.      3600 IN TXT "path=/"', '_caldavs._tcp.example.org. IN TXT "path=/dav"')
    records += "_carddavs._tcp.example.org. 3600 IN SRV 10 1 443 old.example.org.\n"
    done = dns("--check", server=name_server(records).name)
    assert done.returncode == 1
    found = {key for key, verdict in verdicts(done).items() if verdict == "different"}
    assert found == {"_caldavs._tcp.example.org. TXT", "_carddavs._tcp.example.org. SRV"}, done.stdout
    assert "old.example.org." in done.stdout and "path=/dav" in done.stdout


def test_priority_weight_and_a_further_pair_lead_to_the_same_place(printed, name_server):
    records = printed.replace("SRV 0 1 443", "SRV 5 10 443").replace('"path=/"', '"PATH=/" "note=x"')
    done = dns("--check", server=name_server(START + records + ADDRESS).name)
    assert done.returncode == 0, done.stdout


def test_a_name_server_that_refuses_is_told(printed, name_server):
    """One without the zone."""
    done = dns("--check", server=name_server(START.replace("example.org", "example.net"), zone="example.net.").name)
    assert done.returncode == 1
    assert set(verdicts(done).values()) == {"failed"}, done.stdout


def test_a_name_server_that_is_none_is_refused():
    done = dns("--check", server="nowhere", root_key=None)
    assert done.returncode not in (0, 1), done.stdout
    assert "nowhere" in done.stderr


@pytest.fixture
def signed(printed, name_server, tmp_path):
    """A signed root that has the records itself, and the file with its key."""
    if not ROOT_KEY.exists():
        pytest.skip(f"no {ROOT_KEY} to put another in the place of (dns-root-data)")
    root = START.replace("example.org. 3600 IN SOA", ". 3600 IN SOA").replace("example.org. 3600 IN NS", ". 3600 IN NS")
    server = name_server(root + printed + ADDRESS, zone=".", signed=True)
    (tmp_path / "key").write_text(server.keys())
    return server, tmp_path / "key"


def test_signed_records_are_called_signed(signed):
    server, key = signed
    done = dns("--check", server=server.name, root_key=key)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count(" (signed)\n") == 10


def test_records_that_fail_dnssec_are_not_taken(signed, tmp_path):
    server, key = signed
    other = tmp_path / "other"
    record, digest = key.read_text().splitlines()[0].rsplit(" ", 1)
    other.write_text(f"{record} {digest[::-1]}\n")
    done = dns("--check", server=server.name, root_key=other)
    assert done.returncode == 1
    assert set(verdicts(done).values()) == {"failed"} and "DNSSEC" in done.stdout, done.stdout


@pytest.mark.skipif(not ROOT_KEY.exists(), reason=f"no {ROOT_KEY} (dns-root-data)")
def test_the_zone_s_own_name_server_can_be_asked(printed, name_server):
    """It does not have the root's keys, by which its answers would have to be judged."""
    done = dns("--check", server=name_server(START + printed + ADDRESS).name, root_key=None)
    assert done.returncode == 0, done.stdout
    assert set(verdicts(done).values()) == {"ok"} and "(signed)" not in done.stdout
    assert "Not checked by DNSSEC" in done.stdout


def test_a_name_server_that_does_not_answer_is_told_soon():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        start = time.monotonic()
        done = dns("--check", server=f"127.0.0.1@{silent.getsockname()[1]}", root_key=None)
    assert done.returncode == 5 and done.stdout == "", done.stdout + done.stderr
    assert "no answer within 5 seconds" in done.stderr and "dns.server" in done.stderr
    assert time.monotonic() - start < 15
