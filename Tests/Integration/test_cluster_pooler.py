"""Nodes reach their database through a pooler (PgBouncer) in session mode: it knows nothing of what connections are to be set to, and gives its own
number for the server's process."""
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import threading

import pytest

from nodes import Nodes
from objects import event
from postgres import AS_POSTGRES
from postgres_proxy import Proxy
from tegu import free_port, postgres_database, wait_for

PROGRAM = "/usr/sbin/pgbouncer"


class Pooler:
    """`url` is that of a database, seen through the pooler."""

    def __init__(self, url):
        host = url.split("host=")[1].split("&")[0]
        name = url.split("///")[1].split("?")[0]
        self.directory = tempfile.mkdtemp(prefix="tegu-pooler-")
        if AS_POSTGRES:
            shutil.chown(self.directory, "postgres")
        port = free_port()
        pathlib.Path(self.directory, "users").write_text('"tegu" ""\n')
        pathlib.Path(self.directory, "ini").write_text(f"""[databases]
{name} = host={host} dbname={name} user=tegu
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = trust
auth_file = {self.directory}/users
pool_mode = session
default_pool_size = 60
""")
        for path in ("users", "ini"):
            os.chmod(pathlib.Path(self.directory, path), 0o644)
        self.process = subprocess.Popen([*AS_POSTGRES, PROGRAM, "-q", f"{self.directory}/ini"], cwd="/", stderr=subprocess.DEVNULL)
        self.url = f"postgresql://tegu@127.0.0.1:{port}/{name}"
        wait_for(lambda: subprocess.run(["psql", "-X", "-c", "SELECT 1", self.url], capture_output=True).returncode == 0, what="the pooler")

    def close(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)
        shutil.rmtree(self.directory, ignore_errors=True)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    database = postgres_database(str(tmp_path_factory.mktemp("pooler")))
    # Behind the pooler, so that what is cut is between it and the server.
    proxy = Proxy(database)
    shutil.chown(proxy.directory, "postgres") if AS_POSTGRES else None
    os.chmod(os.path.join(proxy.directory, ".s.PGSQL.5432"), 0o777)
    pooler = Pooler(proxy.url)
    nodes = Nodes(2, url=pooler.url)
    try:
        nodes.start()
        yield nodes, proxy, database
        nodes[0].check()
        nodes.stop()
    finally:
        nodes.close()
        pooler.close()
        proxy.close()


def test_nodes_hear_each_other_through_a_pooler(world):
    nodes, _, _ = world
    who = nodes.new_user()
    idle = who[1].imap()
    idle.ok("SELECT INBOX")
    idle.begin("IDLE")
    idle.response()
    who[0].imap().append("INBOX", "Subject: news\r\n\r\nbody\r\n")
    while b"EXISTS" not in idle.response():
        pass
    wait_for(lambda: sum("this node is in charge" in line for node in nodes.servers for line in node.output) == 1, what="one in charge")


def test_sessions_are_set_up_though_a_pooler_takes_no_options(world):
    nodes, _, database = world
    who = nodes.new_user()
    assert who[0].dav().put(who[0].calendar + "a.ics", event("a")).status == 201
    # A lock that does not come in time is what PostgreSQL ends by the session's own setting.
    holder = subprocess.Popen(["psql", "-X", "-q", database], stdin=subprocess.PIPE, text=True)
    try:
        holder.stdin.write("BEGIN; LOCK TABLE collection IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(60);\n")
        holder.stdin.flush()
        wait_for(lambda: "AccessExclusiveLock" in subprocess.run(
            ["psql", "-XAtc", "SELECT mode FROM pg_locks WHERE relation = 'collection'::regclass AND granted", database],
            capture_output=True, text=True).stdout, what="the lock")
        answer = who[0].dav().put(who[0].calendar + "a.ics", event("a", "later"))
        assert answer.status == 503
    finally:
        holder.kill()
        holder.wait()
        subprocess.run(["psql", "-XAtc", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)%' "
                        "AND pid <> pg_backend_pid()", database], check=True, capture_output=True)


def test_a_commit_whose_answer_is_lost_behind_a_pooler_is_made_once(world):
    nodes, proxy, _ = world
    who = nodes.new_user()
    [user.dav().get(user.calendar) for user in who]
    outcomes = []
    proxy.cut_each = 5

    def write(node):
        dav = who[node].new_dav()
        for number in range(40):
            name = f"{node}-{number}.ics"
            outcomes.append(dav.put(who[0].calendar + name, event(name), headers={"If-None-Match": "*"}).status)

    threads = [threading.Thread(target=write, args=(node,)) for node in (0, 1)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    proxy.cut_each = 0
    assert proxy.cuts >= 10
    assert set(outcomes) <= {201, 503}, outcomes
    assert outcomes.count(201) >= 70
    rows = [r.path for r in who[0].new_dav().sync(who[0].calendar).multistatus() if r.path != who[0].calendar]
    assert len(rows) == len(set(rows)) and len(rows) >= outcomes.count(201)
