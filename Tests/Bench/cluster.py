#!/usr/bin/env python3
"""Nodes on one PostgreSQL: what two give beside one, and how soon one is told of what another has done while both are at work.

    cluster.py [--cases get,put,commits,notices] [--seconds 10] [--binary .build/release/tegu]

PostgreSQL and wrk must be there (`make test-deps`, `make bench`); the database is fsync'ed. Goals: two nodes give no less than one, on
however many processors, which they share as machines of their own would: each has its part (what they give where all run on
all of them is told beside); PUTs of as many users are seven tenths at least of the transactions that pgbench makes of the same writes; 99 of 100 messages are told on another node within 50 ms of their OK. The CPU time of nodes and database is
told beside: it is what grows with the load, whatever else the machine does. Ends with 1 where a goal is missed or an answer was wrong."""
import argparse
import base64
import contextlib
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "Integration"))

# Each with a calendar of its own, so that nobody stands in another's way, and one connection to a node.
USERS = CONNECTIONS = 64
# While notices are measured: they are to come in time while others work, not behind as many as can wait.
NOTICE_CONNECTIONS = 16
# To the database, of all nodes together.
STORAGE_CONNECTIONS = 8
# So often each is measured, in turns: what else the machine does, and how quick its disk is, changes.
ROUNDS = 4
MESSAGES = 300
LIMIT = 0.050
TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(processes):
    """User and system time of the processes, and of their children that have ended."""
    spent = 0
    for process in processes:
        with contextlib.suppress(OSError):
            # The name stands in brackets, and may have any characters.
            fields = pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            spent += sum(map(int, fields[11:15]))
    return spent / TICKS


@contextlib.contextmanager
def part_of_processors(number, count):
    """What is started in it runs on one of `count` parts of the processors."""
    whole = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, whole[number::count] or whole)
    try:
        yield
    finally:
        os.sched_setaffinity(0, whole)


class Site:
    def __init__(self, count, apart=True):
        from nodes import Nodes
        from postgres import Cluster
        self.cluster = Cluster()
        try:
            self.cluster.query("CREATE DATABASE bench")
            # So many to the database in all, however many nodes share them.
            self.nodes = Nodes(
                count, url=self.cluster.url.replace("/postgres?", "/bench?"),
                settings=["--storage-connections", str(STORAGE_CONNECTIONS // count)])
            for number, server in enumerate(self.nodes.servers):
                with part_of_processors(number, count if apart else 1):
                    server.start(wait=False)
            for server in self.nodes.servers:
                server.wait_until_ready()
            self.users = [self.nodes.new_user() for _ in range(USERS)]
        except BaseException:
            self.close()
            raise

    def close(self):
        if hasattr(self, "nodes"):
            self.nodes.close()
        self.cluster.close()

    def cpu(self):
        """(of the nodes, of the database)"""
        from postgres_pair import children
        main = int(pathlib.Path(self.cluster.directory, "data/postmaster.pid").read_text().split()[0])
        return cpu_seconds(n.process.pid for n in self.nodes.servers), cpu_seconds([main, *children(main)])


def request(user, node, method, path, body="", *headers):
    token = base64.b64encode(f"{user.address}:{user.password}".encode()).decode()
    lines = [f"{method} {path} HTTP/1.1", f"Host: {node.host}:{node.port}", f"Authorization: Basic {token}", *headers]
    if body:
        lines += ["Content-Type: text/calendar", f"Content-Length: {len(body.encode())}"]
    return "\r\n".join(lines) + "\r\n\r\n" + body


class Load:
    """Two wrk, at one node or at one each, with half of the connections and users: what they take of the processors is the same."""

    SHARES = 2
    first = 0

    def __init__(self, site, case, connections, seconds):
        from objects import event
        self.site, self.folder, self.running = site, tempfile.TemporaryDirectory(), []
        body = event("n@NUMBER@", "Meeting", "DESCRIPTION:" + "What is to be said. " * 40)
        for index in range(self.SHARES):
            place = index % len(site.nodes)
            node = site.nodes.servers[place]
            # A user's client is at one node at a time; else the nodes, which go through them in one order, meet in each calendar.
            users = site.users[index::self.SHARES]
            requests = [request(who[place], node, "PUT", who[place].calendar + "@NUMBER@.ics", body) if case == "put"
                        else request(who[place], node, "GET", who[place].calendar + "one.ics") for who in users]
            plan = pathlib.Path(self.folder.name, f"{index}.lua")
            # No number twice: of those of eight digits each wrk has a half, and each run a part of that.
            number = index * 50_000_000 + Load.first
            assert Load.first < 50_000_000, "no numbers are left"
            plan.write_text("return {requests = {" + ",\n".join(self.lua(text) for text in requests) + "}"
                            + (f", first = {number}" if case == "put" else "") + "}\n")
            self.running.append(subprocess.Popen(
                ["wrk", "-t1", f"-c{connections // self.SHARES}", f"-d{seconds}s", "--timeout", "60s", "-s", HERE / "load.lua", node.url,
                 "--", plan], stdout=subprocess.PIPE, text=True))
        Load.first += 1_000_000

    @staticmethod
    def lua(text):
        return '"' + "".join(f"\\{byte:03}" for byte in text.encode()) + '"'

    def rate(self):
        """Requests a second of all nodes, and how many were not answered well."""
        rate = errors = 0
        for process in self.running:
            output = process.communicate()[0]
            found = re.search(r"RESULT (\d+) (\d+) (\d+) (\d+) (\d+)", output)
            if not found:
                sys.exit(f"wrk said\n{output}")
            count, duration, _, _, wrong = map(int, found.groups())
            rate, errors = rate + count / (duration / 1e6), errors + wrong
        self.folder.cleanup()
        return rate, errors


# (how many nodes, whether each has its part of the processors)
SITES = {"1 node": (1, True), "2 nodes": (2, True), "2 nodes on the same processors": (2, False)}


def throughput(case, seconds):
    """Whether two nodes give no less than one."""
    from objects import event
    with contextlib.ExitStack() as ends:
        sites = {}
        for name, (count, apart) in SITES.items():
            site = sites[name] = Site(count, apart)
            ends.callback(site.close)
            for who in site.users:
                assert who[0].new_dav().put(who[0].calendar + "one.ics", event("one")).status == 201
            # Connections, statements and passwords are known after it.
            Load(site, case, CONNECTIONS, 2).rate()
        rates, spent, wrong = {name: [] for name in sites}, {name: [0, 0] for name in sites}, 0
        for _ in range(ROUNDS):
            for name, site in sites.items():
                before = site.cpu()
                rate, errors = Load(site, case, CONNECTIONS, seconds).rate()
                spent[name] = [sum + now - then for sum, now, then in zip(spent[name], site.cpu(), before)]
                rates[name].append(rate)
                wrong += errors
    one, two, together = (statistics.mean(found) for found in rates.values())
    for name, found in rates.items():
        node, database = (1e6 * time / max(1, sum(found) * seconds) for time in spent[name])
        print(f"{case}, {name}: {statistics.mean(found):.0f} a second ({min(found):.0f} to {max(found):.0f}); "
              f"CPU a request: node {node:.0f} µs, database {database:.0f} µs")
    print(f"{case}: two nodes give {two / one:.2f} times what one gives (goal 1.00), on the same processors {together / one:.2f} times"
          + (f"; {wrong} ERRORS" if wrong else ""), flush=True)
    return two >= one and not wrong


# What one new event of 1.2 KB writes (schemas/), without anything that is read for it.
WRITES = """
\\set id random(1000000000000, 9000000000000000)
BEGIN ISOLATION LEVEL SERIALIZABLE;
UPDATE principal SET used_bytes = used_bytes + 1200 WHERE id = {owner};
UPDATE collection SET modseq = modseq + 1, member_count = member_count + 1, modified = 1 WHERE id = {calendar} RETURNING modseq AS modseq \\gset
INSERT INTO change (collection_id, modseq, name, is_removal, is_collection, at) VALUES ({calendar}, :modseq, 'p' || :id::text, 0, 0, 1);
INSERT INTO blob (id, reference_count, data, file) VALUES (:id, 1, repeat('x', 1200)::bytea, NULL);
INSERT INTO member (collection_id, name, id, etag, size, modseq, component, uid, content_type, blob_id, created, modified)
VALUES ({calendar}, 'p' || :id::text, :id, repeat('e', 32), 1200, :modseq, 'vevent', 'u' || :id::text, NULL, :id, 1, 1);
INSERT INTO occurrence (collection_id, is_floating, span, starts, name, ends, is_exact, component, busy, weeks)
VALUES ({calendar}, 0, 12, 1780000000, 'p' || :id::text, 1780003600, 1, 'vevent', 1, -1);
INSERT INTO search_text (collection_id, name, text, is_private) VALUES ({calendar}, 'p' || :id::text, repeat('t', 700)::bytea, 0);
COMMIT;
"""


def commits(seconds):
    """How many PUTs a second there are beside pgbench's transactions of the same writes, on one database with as many connections."""
    from postgres import PROGRAMS
    site = Site(1)
    try:
        Load(site, "put", CONNECTIONS, 3).rate()
        puts, transactions = [], []
        url = site.nodes.url
        users = subprocess.run(
            ["psql", "-X", "-A", "-t", "-F", " ", "-c", "SELECT owner_id, id FROM collection WHERE kind = 'calendar' AND trashed IS NULL", url],
            check=True, capture_output=True, text=True).stdout.split("\n")
        with tempfile.TemporaryDirectory() as folder:
            scripts = []
            for number, line in enumerate(filter(None, users[:USERS])):
                owner, calendar = line.split()
                script = pathlib.Path(folder, f"{number}.sql")
                script.write_text(WRITES.format(owner=owner, calendar=calendar))
                scripts += ["-f", str(script)]
            for _ in range(ROUNDS):
                rate, errors = Load(site, "put", CONNECTIONS, seconds).rate()
                puts.append(rate)
                output = subprocess.run(
                    [f"{PROGRAMS}/pgbench", "-n", "-M", "prepared", "-c", "8", "-j", "2", "-T", str(seconds), "--max-tries=20", *scripts, url],
                    check=True, capture_output=True, text=True).stdout
                transactions.append(float(re.search(r"tps = ([0-9.]+)", output)[1]))
    finally:
        site.close()
    ratio = sum(puts) / sum(transactions)
    print(f"commits: PUTs {', '.join(f'{rate:.0f}' for rate in puts)} a second, pgbench's transactions of the same writes "
          f"{', '.join(f'{rate:.0f}' for rate in transactions)}: {ratio:.2f} times (goal 0.70)" + (f"; {errors} ERRORS" if errors else ""))
    return ratio >= 0.7 and not errors


def notices():
    """Whether what one node has done is told by another in time, while both write for others."""
    site = Site(2)
    try:
        who, seconds = site.users[0], 15
        idle, sender = who[1].imap(), who[0].imap()
        idle.ok("SELECT INBOX")
        idle.begin("IDLE")
        idle.response()
        # Connections, statements and passwords are known after it.
        Load(site, "put", NOTICE_CONNECTIONS, 3).rate()
        load = Load(site, "put", NOTICE_CONNECTIONS, seconds)
        began, times = time.monotonic(), []
        for number in range(1, MESSAGES + 1):
            sender.append("INBOX", "Subject: news\r\n\r\nbody\r\n")
            sent = time.monotonic()
            while b"EXISTS" not in (told := idle.response()):
                pass
            times.append(time.monotonic() - sent)
            assert told == b"* %d EXISTS" % number, told
            if time.monotonic() - began > seconds - 1:
                break
        rate, errors = load.rate()
    finally:
        site.close()
    times.sort()
    slow = times[len(times) * 99 // 100]
    print(f"notices: {len(times)} messages beside {rate:.0f} PUTs a second: told on the other node after {times[len(times) // 2] * 1000:.1f} ms "
          f"(median), {slow * 1000:.1f} ms (p99; goal {LIMIT * 1000:.0f}), {times[-1] * 1000:.1f} ms at most"
          + (f"; {errors} ERRORS" if errors else ""))
    return slow < LIMIT and not errors


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", default="get,put,commits,notices")
    parser.add_argument("--seconds", type=int, default=4, help="of each round")
    parser.add_argument("--binary", default=str(HERE.parents[1] / ".build/release/tegu"))
    options = parser.parse_args()
    os.environ["BINARY_UNDER_TEST"] = options.binary
    cases = {"notices": notices, "commits": lambda: commits(options.seconds)}
    good = [cases.get(case, lambda: throughput(case, options.seconds))() for case in options.cases.split(",")]
    sys.exit(0 if all(good) else 1)


if __name__ == "__main__":
    main()
