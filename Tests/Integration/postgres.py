"""A PostgreSQL of a test's own, that it may kill."""
import glob
import os
import pathlib
import signal
import subprocess
import time

from tegu import ROOT

# Those of the newest version, as with-postgres.sh takes them.
PROGRAMS = sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]
# PostgreSQL does not run as root; its package has made this user.
AS_POSTGRES = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"] if os.getuid() == 0 else []


class Cluster:
    """Made by `with-postgres.sh`, fsync'ed, and ended with it."""

    def __init__(self, buffers="128MB"):
        self._keeper = subprocess.Popen(
            [str(ROOT / "Tests/with-postgres.sh"), "bash", "-c",
             'echo "$TEST_POSTGRES"; echo "$TEST_POSTGRES_DIRECTORY"; read'],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, "POSTGRES_DURABLE": "1", "POSTGRES_BUFFERS": buffers})
        self.url, self.directory = (self._keeper.stdout.readline().strip() for _ in range(2))
        assert self.url and self.directory, "no PostgreSQL could be started"

    def query(self, sql):
        return subprocess.run(["psql", "-X", "-A", "-t", "-c", sql, self.url], check=True, capture_output=True,
                              text=True).stdout.strip()

    def kill(self):
        """kill -9 of all its processes at once, as when the machine loses its power; what was fsync'ed stays."""
        main = int(pathlib.Path(self.directory, "data/postmaster.pid").read_text().split()[0])
        os.kill(main, signal.SIGKILL)
        # Its children end when they miss it; it cannot be started before.
        end = time.monotonic() + 20
        while time.monotonic() < end and self._start() != 0:
            time.sleep(0.2)
        self.query("SELECT 1")

    def _start(self):
        return subprocess.run([*AS_POSTGRES, f"{PROGRAMS}/pg_ctl", "-D", f"{self.directory}/data", "-l", f"{self.directory}/log",
                               "-w", "-s", "start"], cwd="/", capture_output=True).returncode

    def close(self):
        self._keeper.communicate("\n", timeout=60)
