"""A primary PostgreSQL and a synchronous standby, of a test's own: the primary can be killed, and the standby takes its place."""
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

from postgres import AS_POSTGRES, PROGRAMS
from tegu import wait_for

# Not fsync'ed: processes are killed, the machine is not.
SETTINGS = """
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 200
shared_buffers = 64MB
fsync = off
synchronous_commit = on
wal_level = replica
max_wal_senders = 8
wal_keep_size = 256MB
wal_retrieve_retry_interval = 200ms
log_min_messages = fatal
"""


def state(process):
    """Its letter, and its parent; None where it is not there."""
    try:
        # The name stands in brackets, and may have any characters.
        letter, parent = pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[:2]
    except OSError:
        return None
    return letter, int(parent)


def children(process):
    processes = [int(path.name) for path in pathlib.Path("/proc").glob("[0-9]*")]
    return [child for child in processes if (found := state(child)) and found[1] == process]


def has_ended(process):
    found = state(process)
    # One that ended and whose parent has not asked for it is still there.
    return found is None or found[0] in "ZX"


class Side:
    """One of the two servers, which listens on a socket in its own directory."""

    def __init__(self, directory):
        self.directory = directory
        os.mkdir(directory)
        if AS_POSTGRES:
            shutil.chown(directory, "postgres")
        self.data, self.log = f"{directory}/data", f"{directory}/log"

    def program(self, name, *arguments):
        done = subprocess.run([*AS_POSTGRES, f"{PROGRAMS}/{name}", *arguments], cwd="/", stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120)
        assert done.returncode == 0, f"{name}: {done.stdout}\n{self._log()}"

    def _log(self):
        path = pathlib.Path(self.log)
        return path.read_text()[-2000:] if path.exists() else ""

    def initialize(self):
        self.program("initdb", "-D", self.data, "-U", "tegu", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
        self.set(SETTINGS, "postgresql.conf")

    def set(self, lines, file="postgresql.auto.conf"):
        with open(f"{self.data}/{file}", "a") as out:
            out.write(lines)

    def start(self):
        # The output goes into a file: a server that keeps a pipe open would be waited for.
        with open(os.devnull, "w") as nothing:
            done = subprocess.run([*AS_POSTGRES, f"{PROGRAMS}/pg_ctl", "-D", self.data, "-l", self.log, "-w", "-s",
                                   "-o", f"-c unix_socket_directories={self.directory}", "start"],
                                  cwd="/", stdin=subprocess.DEVNULL, stdout=nothing, stderr=nothing, timeout=120)
        assert done.returncode == 0, f"pg_ctl start:\n{self._log()}"

    def copy(self, other):
        """Becomes a standby of the other."""
        shutil.rmtree(self.data, ignore_errors=True)
        self.program("pg_basebackup", "-D", self.data, "-h", other.directory, "-U", "tegu", "-R", "-X", "stream", "-c", "fast", "-N")
        # What the primary is set to: one that is promoted has no standby yet, and must not wait for one.
        self.set("synchronous_standby_names = ''\n")
        self.start()

    def promote(self):
        self.program("pg_ctl", "-D", self.data, "-w", "-s", "promote")

    def kill(self):
        """kill -9 of all its processes, as when its machine loses its power; they have ended when this returns."""
        try:
            main = int(pathlib.Path(self.data, "postmaster.pid").read_text().split()[0])
        except OSError:
            return
        # The main process stands still first, so that it starts no others, and they have it as their parent.
        try:
            os.kill(main, signal.SIGSTOP)
        except ProcessLookupError:
            return
        processes = [main, *children(main)]
        for process in processes:
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                pass
        wait_for(lambda: all(map(has_ended, processes)), what="the end of a killed server")
        # It names a process whose number another one may have by now, and then no other server listens here.
        pathlib.Path(self.directory, ".s.PGSQL.5432.lock").unlink(missing_ok=True)

    def query(self, sql, database="postgres"):
        return subprocess.run(
            ["psql", "-X", "-A", "-t", "-c", sql, f"postgresql:///{database}?host={self.directory}&user=tegu"],
            check=True, capture_output=True, text=True, timeout=60).stdout.strip()


class Pair:
    """`url` names both servers; which one is the primary changes."""

    def __init__(self):
        self.directory = tempfile.mkdtemp(prefix="tegu-pair-")
        os.chmod(self.directory, 0o755)
        self.primary, self.standby = (Side(f"{self.directory}/{name}") for name in "ab")
        self.url = (f"postgresql:///tegu?host={self.primary.directory},{self.standby.directory}&user=tegu"
                    "&target_session_attrs=read-write")
        try:
            self.primary.initialize()
            self.primary.start()
            self.primary.query("CREATE DATABASE tegu")
            self._attach()
        except BaseException:
            self.close()
            raise

    def _attach(self):
        """Gives the primary a standby, and waits until no commit is acknowledged that it has not got."""
        self.standby.copy(self.primary)
        self.primary.query("ALTER SYSTEM SET synchronous_standby_names = '*'")
        self.primary.query("SELECT pg_reload_conf()")
        wait_for(lambda: self.primary.query("SELECT sync_state FROM pg_stat_replication") == "sync", 60, "a synchronous standby")

    def query(self, sql):
        return self.primary.query(sql, "tegu")

    def cut(self):
        """Ends all sessions of the nodes, those too whose commit waits for the standby."""
        return int(self.query("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'tegu'"))

    def fail_over(self):
        """Kills the primary and promotes the standby. How long there was none that takes writes, in seconds."""
        began = time.monotonic()
        self.primary.kill()
        self.standby.promote()
        self.primary, self.standby = self.standby, self.primary
        return time.monotonic() - began

    def repair(self):
        """The one that was killed comes back as the standby."""
        self._attach()

    def close(self):
        for side in (self.primary, self.standby):
            side.kill()
        shutil.rmtree(self.directory, ignore_errors=True)
