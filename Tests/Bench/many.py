#!/usr/bin/env python3
"""Whether an installation of many users answers each as quickly as one of few: one server on PostgreSQL, one run, the same requests.

    many.py [--users 10,1000] [--events 1000] [--seconds 4] [--cases put,get,...] [--json FILE]

Each user has a calendar of as many events, taken in by `tegu import`, several users side by side. The server is at rest before it is asked. The requests go to all users in turn,
so that in the large installation no two of them find the same rows at hand. Between the stages the database is vacuumed and analysed, as it
does by itself in time. Goal: with the most users no case takes more than 1.5 times as long as with the fewest; what it costs in CPU
time of server and database is told beside."""
import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import bench
import objects
import scale
import servers
import servers_postgres

GOAL = 1.5
# What adds to the calendars comes last.
CASES = "get propfind multiget sync-initial sync-delta discovery ctag query-week put".split()
# Users whose requests are sent, at most, and of each as many as that there are about so many in all.
ASKED, REQUESTS = 1000, 1000
# Of whom each changes ten events.
CHANGED = 100


class User:
    """What a request wants to know of a server, for one of its users."""

    def __init__(self, server, number):
        self.host, self.port, self.password, self.name = server.host, server.port, server.password, server.name
        self.user = f"user-{number}@example.org"
        self.principal, self.home, self.start = f"/principals/{self.user}/", f"/calendars/{self.user}/", server.start
        self.calendar = self.home + "calendar/"


class Site:
    def __init__(self, server, options):
        self.server, self.options, self.users, self.turn = server, options, [], 0
        self.file = server.directory / "events.ics"

    def fill(self, count):
        """How many seconds it takes until so many users are there."""
        began = time.monotonic()
        if not self.file.exists():
            with open(self.file, "w", newline="") as out:
                out.writelines(scale.components(objects.event(self.uid(i), i) for i in range(self.options.events)))
        new = [User(self.server, number) for number in range(len(self.users), count)]
        with concurrent.futures.ThreadPoolExecutor(self.options.jobs) as pool:
            list(pool.map(self.make, new))
        self.users += new
        subprocess.run(["psql", "-X", "-q", "-c", "VACUUM (ANALYZE)", self.server.url], check=True)
        return time.monotonic() - began

    def rest(self):
        """Waits until the server has made the indexes of what was taken in, and the database has cleaned up."""
        for _ in range(300):
            before = self.server.cpu_seconds()
            time.sleep(2)
            if self.server.cpu_seconds() - before < 0.1:
                return

    def make(self, user):
        self.run("user", "add", user.user, "--password-stdin", given=user.password.encode())
        self.run("import", user.calendar, self.file)

    def run(self, *arguments, given=b""):
        # What a password's hash costs is not what is measured.
        done = subprocess.run(
            self.server.command(*arguments), input=given, capture_output=True, env={**os.environ, "TEGU_AUTH_SCRYPT_COST": "12"})
        if done.returncode:
            sys.exit((done.stdout + done.stderr).decode())

    def asked(self):
        """Users in turn, about as many requests whatever the count of users."""
        users = self.users[:ASKED]
        return users * max(1, REQUESTS // len(users))

    def requests(self, case, clients):
        if case == "put":
            # Into the calendars that are full.
            return [(u, objects.put(f"{u.calendar}{self.uid(-i)}-@NUMBER@.ics", objects.event(f"{self.uid(-i)}-@NUMBER@", 1 + i % 19)))
                    for i, u in enumerate(self.asked(), 1)]
        if case == "get":
            return [(u, objects.get(self.member(u, i))) for i, u in enumerate(self.asked())]
        if case == "propfind":
            return [(u, objects.propfind(u.calendar, "1", "D:getetag")) for u in self.users[:ASKED]]
        if case == "multiget":
            return [(u, objects.multiget(u.calendar, [self.member(u, i * 7 + n * 13) for n in range(50)])) for i, u in enumerate(self.asked())]
        if case == "sync-initial":
            return [(u, objects.sync(u.calendar, "", None)) for u in self.users[:ASKED]]
        if case == "sync-delta":
            return [(u, self.delta(u, clients)) for u in self.users[:CHANGED]]
        if case == "ctag":
            return [(u, objects.propfind(u.calendar, "0", "D:sync-token", items=1)) for u in self.asked()]
        if case == "query-week":
            return [(u, self.week(u)) for u in self.users[:ASKED]]
        if case == "discovery":
            return [(u, request) for u in self.asked() for request in (
                objects.propfind("/.well-known/caldav", "0", "D:current-user-principal", status=(301, 302, 307, 308)),
                objects.propfind(u.start, "0", "D:current-user-principal"),
                objects.propfind(u.principal, "0", "C:calendar-home-set", "A:addressbook-home-set", "D:displayname"),
                objects.propfind(u.home, "1", "D:resourcetype", "D:displayname", "D:sync-token", "C:supported-calendar-component-set"))]
        sys.exit(f"there is no case {case}")

    @staticmethod
    def uid(number):
        """As those that clients make: one may stand anywhere among others."""
        return hashlib.sha256(str(number).encode()).hexdigest()[:32]

    @staticmethod
    def week(user):
        request = objects.query_week(user.calendar, 0)
        # The cases before it may have put some there.
        request.items = request.has = None
        return request

    def member(self, user, number):
        return user.calendar + self.names[number % len(self.names)]

    def learn(self, clients):
        """The names that the import has given; and each user is seen once, whose password is known from then on."""
        body = clients.check(self.users[0], objects.propfind(self.users[0].calendar, "1", "D:getetag"))
        # Not those that a case has written.
        self.names = sorted(name.decode() for name in re.findall(rb"/calendar/([^/<]+\.ics)<", body) if b"-" not in name)
        for user in self.users:
            clients.check(user, objects.propfind(user.calendar, "0", "D:sync-token", items=1))
            clients.check(user, objects.get(self.member(user, 1)))

    def delta(self, user, clients):
        body = clients.check(user, objects.propfind(user.calendar, "0", "D:sync-token", items=1))
        for i in range(10):
            clients.check(user, objects.put(f"{user.calendar}changed-{i}.ics", objects.event(f"changed-{i}", i, f"{time.time_ns()}th")))
        return objects.sync(user.calendar, re.search(rb"sync-token[^>]*>([^<]+)<", body)[1].decode(), 10)

    def measure(self, case):
        clients = Clients(self.server)
        requests = self.requests(case, clients)
        steps = 4 if case == "discovery" else 1
        for user, request in requests[:8]:
            if b"@NUMBER@" not in request.body:
                clients.check(user, request)
        with tempfile.NamedTemporaryFile("w", suffix=".lua") as plan:
            plan.write("return {requests = {\n")
            for index, (user, request) in enumerate(requests):
                plan.write(bench.lua(request.bytes(user, closes=steps > 1 and index % steps == steps - 1)) + ",\n")
            plan.write("}%s}\n" % (f", first = {self.turn}" if case == "put" else ""))
            plan.flush()
            before = self.server.cpu_seconds()
            count, duration, median, slow, errors = bench.wrk(
                self.server, case, plan.name, self.options.connections, self.options.seconds)
            spent = self.server.cpu_seconds() - before
        self.turn += 2 * count + 1000
        return {
            "us": duration * steps / max(1, count), "cpu_us": 1e6 * spent * steps / max(1, count), "p50_ms": median / 1e3, "p99_ms": slow / 1e3,
            "errors": errors}


class Clients(bench.Clients):
    """A connection a thread, each request in the name of its user."""

    def check(self, user, request):
        self.server = user
        return super().check(request)


class Server(servers_postgres.TeguOnPostgres):
    @property
    def url(self):
        return self.cluster.url.replace("/postgres?", "/bench?")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--users", default="10,1000")
    parser.add_argument("--events", type=int, default=1000, help="of each user")
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--jobs", type=int, default=4, help="users that are filled side by side")
    parser.add_argument("--cases", default=",".join(CASES))
    parser.add_argument("--directory", default=str(servers.ROOT / "var/bench"), help="on a real disk")
    parser.add_argument("--port", type=int, default=18_600)
    parser.add_argument("--json", help="where to write the results")
    options = parser.parse_args()
    counts = sorted(map(int, options.users.split(",")))
    server = Server(options.directory, options.port)
    results = {}
    try:
        server.start_up()
        site = Site(server, options)
        for count in counts:
            seconds = site.fill(count)
            size = subprocess.run(
                ["psql", "-X", "-A", "-t", "-c", "SELECT pg_size_pretty(pg_database_size('bench'))", server.url], capture_output=True, text=True).stdout
            print(f"{count} users, {count * options.events} events, {size.strip()}: {seconds:.0f} s", flush=True)
            site.learn(Clients(server))
            site.rest()
            for case in options.cases.split(","):
                result = results.setdefault(case, {})[count] = site.measure(case)
                print("%-14s %6d users  %9.0f us  %9.0f us CPU  p50 %8.2f ms  p99 %8.2f ms%s" % (
                    case, count, result["us"], result["cpu_us"], result["p50_ms"], result["p99_ms"],
                    f"  {result['errors']} ERRORS" if result["errors"] else ""), flush=True)
    finally:
        server.stop()
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(results, indent=1))
    missed = False
    for case, found in results.items():
        first, last = found[counts[0]], found[counts[-1]]
        ratio = last["us"] / max(1, first["us"])
        print("%-14s %5.2f times as long, %.2f times the CPU%s" % (
            case, ratio, last["cpu_us"] / max(1, first["cpu_us"]), "" if ratio <= GOAL else "   ABOVE"))
        missed = missed or ratio > GOAL or any(each["errors"] for each in found.values())
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
