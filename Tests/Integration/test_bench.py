"""The tools of the benchmark still run: in small, without a word about speed."""
import pathlib
import re
import subprocess
import sys

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
