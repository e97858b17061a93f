"""The tools of the benchmark still run: in small, without a word about speed."""
import asyncio
import pathlib
import re
import subprocess
import sys
import types

import tegu

BENCH = pathlib.Path(__file__).resolve().parents[1] / "Bench"
CASES = "put get propfind10k multiget50 sync-initial sync-delta ctag discovery query-week free-busy query-cards".split()


def run(program, directory, *options):
    # The servers of the benchmark listen on a port and the one after it.
    port = next(p for p in iter(tegu.free_port, None) if tegu.free_port() == p + 1)
    # timeout(1) ends the server with the program that started it.
    done = subprocess.run(["timeout", "120", sys.executable, BENCH / program, "--directory", directory, "--port", str(port), *options],
                          capture_output=True, text=True)
    assert "Traceback" not in done.stderr, done.stderr
    return done


def test_the_benchmark_runs_every_case(tmp_path):
    done = run("bench.py", tmp_path, "--servers", "tegu", "--size", "100", "--seconds", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.findall(r"(?m)^(\S+) +tegu +[\d.]+/s", done.stdout) == CASES


def test_what_calendars_of_two_sizes_cost_is_measured(tmp_path):
    """The answers are right; what is said of speed is for a release build."""
    done = run("scale.py", tmp_path, "--sizes", "40,200", "--rounds", "1", "--seconds", "1", "--judged")
    assert re.findall(r"(?m)^(\S+) +\d+ +[\d.]+ us CPU", done.stdout) == ["query-week"] * 2 + ["free-busy"] * 2, done.stdout + done.stderr
    assert len(re.findall(r"(?m) us an object", done.stdout)) == 8 and "ERRORS" not in done.stdout, done.stdout + done.stderr


def test_memory_is_measured(tmp_path):
    """What a debug build needs is not what the limits are for: that there are numbers is enough."""
    done = run("memory.py", tmp_path, "--size", "100", "--connections", "20")
    assert re.findall(r"(?m)^(plain|TLS|listing of 100) +-?[\d.]+ KiB a connection", done.stdout) == \
        ["plain", "TLS", "listing of 100"], done.stdout + done.stderr


def test_mail_is_measured(tmp_path):
    """All but what takes long in a debug build."""
    cases = ("login append lmtp select-first select flags sizes envelope bodies search-unseen search-text sort thread store changed copy move "
             "idle-plain notices").split()
    done = run("mail.py", tmp_path, "--servers", "tegu", "--size", "60", "--seconds", "0.3", "--rest", "1", "--idle", "100", "--connections", "2",
               "--cases", ",".join(cases))
    assert re.findall(r"(?m)^(\S+) +tegu +-?[\d.]+ \S+$", done.stdout) == cases and "FAILED" not in done.stdout, done.stdout + done.stderr


def test_a_fault_of_one_server_is_told_and_is_no_end(capsys, monkeypatch):
    monkeypatch.syspath_prepend(str(BENCH))
    import mail
    import mailclient

    class Broken(mail.Bench):
        def job(self, case):
            return self.fails() if case == "append" else self.works()

        async def fails(self):
            raise mailclient.Fault("no answer")

        async def works(self):
            return 2.0

    found = asyncio.run(Broken(types.SimpleNamespace(name="other"), None).run(["login", "append", "lmtp", "append-large"]))
    assert found == {"login": 2.0, "append": "Fault: no answer", "lmtp": 2.0} and "append         other        FAILED" in capsys.readouterr().out
    third = {"login": 1.0, "append": 1.0, "lmtp": 4.0}
    # What failed is not compared with: 3 is three times 1, and not three times 4.
    assert mail.report({"tegu": {"login": 2.0, "append": 3.0, "lmtp": 12.0}, "other": found, "third": third}) == 0
    assert mail.report({"tegu": {"login": 2.0, "append": 3.0, "lmtp": 11.0}, "other": found, "third": third}) == 1
    assert mail.report({"tegu": found, "third": third}) == 1
    assert "append of tegu FAILED: Fault: no answer" in capsys.readouterr().out
