#!/usr/bin/env python3
"""Speed and CPU time of the server beside its peers: one machine, one run, the same requests.

    bench.py [--servers tegu,cyrus,radicale] [--cases put,get,...] [--size 10000] [--seconds 5] [--json FILE]

Each case's first answers are checked in full; then wrk sends the requests for some seconds, and only the statuses are looked
at. A case is asked by a few connections and by many, and what counts of each server is the number that it answers most with. CPU time
is that of the server's processes, user and system, by /proc. Where wrk itself has no time left, or it and the server
fill the machine, the server could do more than is measured: such a case is judged by the CPU time of a request."""
import argparse
import concurrent.futures
import http.client
import json
import os
import pathlib
import random
import re
import resource
import subprocess
import sys
import tempfile
import threading
import time

import objects
import servers
import servers_postgres

HERE = pathlib.Path(__file__).resolve().parent
KNOWN = servers.ALL | servers_postgres.ALL
# What the server must reach: so many times a peer's requests a second.
GOALS = {"cyrus": 10, "radicale": 50, "davical": 20}
# Questions to an index must be answered so many times as often.
QUERIES = {"query-week", "free-busy", "query-cards"}
QUERY_GOALS = {"cyrus": 20, "radicale": 100, "davical": 20}
# Peers with a database server: they are compared with the same one here.
ON_POSTGRES = {"davical"}
# What a request may cost where much is shared with the user, beside one where nothing is.
SHARES_GOAL = 1.1
# Long listings are asked for by few clients at a time.
FEW_CONNECTIONS = 2
LISTINGS = {"propfind10k", "sync-initial"}
# wrk has one thread. Where it works for this part of the time, it is the limit.
LOAD_LIMIT = 0.85
# Where it and the server leave no more of the machine idle than this, it has what the server could have used.
FULL_MACHINE = 0.9


class Clients:
    """A connection a thread, for what is not timed: filling, and checking answers."""

    def __init__(self, server):
        self.server, self.local = server, threading.local()

    def send(self, request):
        """(status, headers, body)"""
        for attempt in (0, 1):
            connection = getattr(self.local, "connection", None)
            if connection is None:
                connection = http.client.HTTPConnection(self.server.host, self.server.port, timeout=120)
                self.local.connection = connection
            try:
                connection.connect() if connection.sock is None else None
                connection.sock.sendall(request.bytes(self.server))
                answer = http.client.HTTPResponse(connection.sock, method=request.method)
                answer.begin()
                body = answer.read()
                if answer.will_close:
                    connection.close()
                return answer.status, answer.headers, body
            except (OSError, http.client.HTTPException):
                connection.close()
                if attempt:
                    raise

    def check(self, request):
        status, _, body = self.send(request)
        fault = request.fault(status, body)
        if fault:
            sys.exit(f"{self.server.name}: {fault}\n{body[:500]}")
        return body


class Bench:
    """One server under the benchmark."""

    def __init__(self, server, options):
        self.server, self.options = server, options
        self.clients = Clients(server)
        self.calendar, self.written = server.home + "bench/", server.home + "written/"
        self.book = server.books + "cards/"
        self.size = self.cards = self.turn = 0

    def prepare(self, cases):
        for collection in (self.calendar, self.written):
            self.clients.check(objects.Request("MKCALENDAR", collection, status=(201,)))
        self.size = self.fill(lambda i: objects.put(self.path(i), objects.event(f"bench-{i}", i)))
        if "query-cards" in cases:
            self.clients.check(objects.make_book(self.book))
            self.cards = self.fill(lambda i: objects.put_card(f"{self.book}card-{i}.vcf", objects.card(i)))

    def fill(self, make):
        """How many objects are there in the end."""
        # The first alone: DAViCal answers 500 where two at once bring a time zone that it does not know.
        self.clients.check(make(0))
        end, done = time.monotonic() + self.options.fill_limit, 1
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            while done < self.options.size and time.monotonic() < end:
                numbers = range(done, min(done + 200, self.options.size))
                list(pool.map(lambda i: self.clients.check(make(i)), numbers))
                done = numbers.stop
        return done

    def path(self, number):
        return f"{self.calendar}bench-{number}.ics"

    def requests(self, case):
        """The requests of a case, and whether each ends its connection."""
        choose = random.Random(1)
        numbers = lambda count: choose.sample(range(self.size), min(count, self.size))
        if case == "put":
            return [objects.put(f"{self.written}@NUMBER@.ics", objects.event("written-@NUMBER@", day)) for day in range(1, 20)]
        if case == "get":
            return [objects.get(self.path(i)) for i in numbers(500)]
        if case == "propfind10k":
            return [objects.propfind(self.calendar, "1", "D:getetag", items=self.size)]
        if case == "multiget50":
            return [objects.multiget(self.calendar, [self.path(i) for i in numbers(50)]) for _ in range(50)]
        if case == "sync-initial":
            return [objects.sync(self.calendar, "", self.size)]
        if case == "sync-delta":
            token = self.token()
            for i in range(10):
                self.clients.check(objects.put(self.path(i), objects.event(f"bench-{i}", i, note=f"{time.time_ns()}th")))
            return [objects.sync(self.calendar, token, 10)]
        if case == "ctag":
            return [objects.propfind(self.calendar, "0", "D:sync-token", items=1)]
        if case == "query-week":
            return [objects.query_week(self.calendar, sum(map(objects.is_in_week, range(self.size))))]
        if case == "free-busy":
            return [objects.free_busy(self.calendar)]
        if case == "query-cards":
            return [objects.query_note(self.book, len(range(7, self.cards, 500)))]
        if case == "discovery":
            return self.discovery()
        sys.exit(f"there is no case {case}")

    def token(self):
        body = self.clients.check(objects.propfind(self.calendar, "0", "D:sync-token", items=1))
        return re.search(rb"sync-token[^>]*>([^<]+)<", body)[1].decode()

    def discovery(self):
        """What a client asks that knows only the host, on one connection."""
        return [
            objects.propfind("/.well-known/caldav", "0", "D:current-user-principal", status=(301, 302, 307, 308)),
            objects.propfind(self.server.start, "0", "D:current-user-principal"),
            objects.propfind(
                self.server.principal, "0", "C:calendar-home-set", "A:addressbook-home-set", "D:displayname"),
            objects.propfind(
                self.server.home, "1", "D:resourcetype", "D:displayname", "D:sync-token",
                "C:supported-calendar-component-set"),
        ]

    def run(self, case):
        """The best of what the server does for as many connections as each of those that the options name."""
        counts = [FEW_CONNECTIONS] if case in LISTINGS else self.options.connections
        return max((self.run_once(case, count) for count in counts), key=lambda result: result["rate"])

    def run_once(self, case, connections):
        requests = self.requests(case)
        for request in requests[:4]:
            if b"@NUMBER@" not in request.body:
                self.clients.check(request)
        steps = len(requests) if case == "discovery" else 1
        with tempfile.NamedTemporaryFile("w", suffix=".lua") as plan:
            plan.write("return {requests = {\n")
            for index, request in enumerate(requests):
                # The last step of a discovery ends its connection.
                plan.write(lua(request.bytes(self.server, closes=steps > 1 and index == steps - 1)) + ",\n")
            plan.write("}%s}\n" % (f", first = {self.turn}" if case == "put" else ""))
            plan.flush()
            before, load, start = self.server.cpu_seconds(), children_seconds(), time.monotonic()
            count, duration, median, slow, errors = wrk(
                self.server, case, plan.name, connections, self.options.seconds)
            spent, load, wall = self.server.cpu_seconds() - before, children_seconds() - load, time.monotonic() - start
        self.turn += 2 * count + 1000
        return {
            "rate": count / steps / (duration / 1e6), "cpu_us": 1e6 * spent / max(1, count / steps), "cpu_share": spent / wall, "load_share": load / wall,
            "connections": connections, "p50_ms": median / 1e3, "p99_ms": slow / 1e3, "errors": errors, "size": self.size,
            "memory_kib": self.server.memory()}


def wrk(server, case, plan, connections, seconds):
    """Sends a plan of load.lua: count, microseconds in all, median and 99th percentile of one, errors."""
    output = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "60s", "-s", HERE / "load.lua",
         f"http://{server.host}:{server.port}", "--", plan],
        capture_output=True, text=True).stdout
    found = re.search(r"RESULT (\d+) (\d+) (\d+) (\d+) (\d+)", output)
    if not found:
        sys.exit(f"{server.name}, {case}: wrk said\n{output}")
    return map(int, found.groups())


def children_seconds():
    """CPU time of the load generators that have ended. The servers are children too, but are waited for only when they have."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def lua(text):
    """A string literal."""
    return '"' + "".join(chr(b) if 32 <= b < 127 and b not in (34, 92) else f"\\{b:03}" for b in text) + '"'


CASES = "put get propfind10k multiget50 sync-initial sync-delta ctag discovery query-week free-busy query-cards".split()


def numbers(text):
    """Those of `8,32`."""
    return [int(word) for word in text.split(",")]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--servers", default=",".join(servers.ALL))
    parser.add_argument("--cases", default=",".join(CASES))
    parser.add_argument("--size", type=int, default=10_000, help="objects in the large calendar")
    parser.add_argument("--connections", type=numbers, default=[8, 32], help="such as 8,32")
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--fill-limit", type=int, default=240, help="seconds after which a slow server need not be filled more")
    parser.add_argument("--directory", default=str(servers.ROOT / "var/bench"), help="on a real disk")
    parser.add_argument("--port", type=int, default=18_200, help="the first of those that the servers listen on")
    parser.add_argument("--json", help="where to write the results")
    options = parser.parse_args()

    names = options.servers.split(",")
    results = {name: {} for name in names}
    # One after the other: none of them gets in another's way.
    for index, name in enumerate(names):
        server = KNOWN[name](options.directory, options.port + 10 * index)
        try:
            server.start_up()
            bench = Bench(server, options)
            bench.prepare(options.cases.split(","))
            for case in options.cases.split(","):
                result = results[name][case] = bench.run(case)
                print("%-14s %-9s %10.1f/s %9.0f us CPU  %5.2f cores (load %4.2f)  %2d connections  p50 %8.2f ms  p99 %8.2f ms  %5d MiB%s%s" % (
                    case, name, result["rate"], result["cpu_us"], result["cpu_share"], result["load_share"],
                    result["connections"], result["p50_ms"], result["p99_ms"], result["memory_kib"] / 1024, f"  {result['errors']} ERRORS" if result["errors"] else "",
                    f"  ({result['size']} objects)" if result["size"] != options.size else ""), flush=True)
        finally:
            server.stop()
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(results, indent=1))
    return report(results)


def report(results):
    """The ratios; 1 where one is below its goal, or an answer of ours was an error. What a peer fails at counts as if it had done it."""
    failed = any(result["errors"] for server, cases in results.items() if server not in GOALS for result in cases.values())
    if "tegu" in results and "tegu-shares" in results:
        failed = report_shares(results["tegu"], results["tegu-shares"], results.get("tegu-calendars")) or failed
    for peer in results:
        ours = results.get("tegu-postgres" if peer in ON_POSTGRES else "tegu")
        if peer not in GOALS or not ours:
            continue
        print(f"\nBeside {peer} (goal: {GOALS[peer]} times, queries {QUERY_GOALS[peer]} times)")
        for case, theirs in results[peer].items():
            ratio = ours[case]["rate"] / theirs["rate"] if theirs["rate"] else float("inf")
            cpu = theirs["cpu_us"] / max(1, ours[case]["cpu_us"])
            is_limited = is_generator_the_limit(ours[case])
            goal = (QUERY_GOALS if case in QUERIES else GOALS)[peer]
            is_below = max(ratio, cpu if is_limited else 0) < goal
            failed = failed or is_below
            print("%-14s %8.1f times the rate, 1/%.1f of the CPU%s%s" % (
                case, ratio, cpu, "   (the load generator is the limit: judged by CPU)" if is_limited else "",
                "   BELOW" if is_below else ""))
    return 1 if failed else 0


def is_generator_the_limit(result):
    return result["load_share"] >= LOAD_LIMIT or result["load_share"] + result["cpu_share"] >= FULL_MACHINE * os.cpu_count()


def report_shares(ours, shared, crowded=None):
    """Whether a case takes more than a tenth more where much is shared. A discovery lists the home, which then has 50 calendars more: it
    is compared with one that has as many of the user's own."""
    print(f"\nWith {servers.TeguWithShares.SHARES} shares and {servers.TeguWithShares.GROUPS} groups (goal: {SHARES_GOAL} times the CPU)")
    failed = False
    for case, result in shared.items():
        is_listing = case == "discovery"
        if is_listing and not (crowded and case in crowded):
            continue
        other = crowded[case] if is_listing else ours[case]
        more = result["cpu_us"] / max(1, other["cpu_us"])
        is_above = more > SHARES_GOAL
        failed = failed or is_above
        print("%-14s %8.2f times the CPU, %.2f times the rate%s" % (
            case, more, result["rate"] / other["rate"],
            ("   beside as many of one's own" if is_listing else "") + ("   ABOVE" if is_above else "")))
    return failed


if __name__ == "__main__":
    sys.exit(main())
