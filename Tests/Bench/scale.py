#!/usr/bin/env python3
"""Whether what a query costs depends on what is asked for, and not on what is stored: one server, one run, the same answers.

    scale.py [--sizes 10000,100000] [--rounds 5] [--seconds 2] [--judged] [--json FILE]

Each calendar has the same events, and all but the smallest have others beside them, spread over 60 years, of which one in a hundred is a
birthday without an end. None of these is in the week that is asked for. Goal: query-week and free-busy on the largest take no more than a
tenth more time and CPU time than on the smallest. Calendars are asked in turns, and of each the best of some rounds counts.

`--judged` asks also for what no index has: these queries read every object, and what they take for one is printed."""
import argparse
import datetime
import json
import pathlib
import subprocess
import sys
import time

import bench
import objects
import servers

GOAL = 1.1
INDEXED = ["query-week", "free-busy"]


def other(number):
    """An event that is never in the week of the queries."""
    text = objects.event(f"other-{number}", number)
    # Weekly ones go on for 20 weeks: half a year before and after the week is free of them.
    year = 1996 + number % 60
    start = datetime.datetime(year + (year >= 2025) * 3, 1, 5, 8 + number % 10) + datetime.timedelta(days=number * 7 % 150)
    birthday = number % 100 == 1
    if birthday:
        start = datetime.datetime(1950 + number % 70, 8 + number // 100 % 5, 1 + number % 28, 12)
    lines = []
    for line in text.split("\r\n"):
        name = line.split(";")[0]
        if name == "DTSTART" and "Europe" in line:
            line = f"DTSTART;TZID=Europe/Berlin:{start:%Y%m%dT%H%M%S}"
        elif name == "DTEND":
            line = f"DTEND;TZID=Europe/Berlin:{start + datetime.timedelta(minutes=45):%Y%m%dT%H%M%S}"
            if birthday:
                line += "\r\nRRULE:FREQ=YEARLY"
        lines.append(line)
    return "\r\n".join(lines)


def components(texts):
    """One VCALENDAR of many."""
    yield "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Bench//EN", objects.ZONE, ""])
    for text in texts:
        start = text.index("BEGIN:VEVENT")
        yield text[start:text.rindex("END:VCALENDAR")]
    yield "END:VCALENDAR\r\n"


class Calendar(bench.Bench):
    """One calendar of the server."""

    def __init__(self, server, options, common, size):
        super().__init__(server, options)
        self.calendar, self.size, self.stored = f"{server.home}c{size}/", common, size

    def fill_up(self):
        self.clients.check(objects.Request("MKCALENDAR", self.calendar, status=(201,)))
        file = self.server.directory / "import.ics"
        with open(file, "w", newline="") as out:
            out.writelines(components(objects.event(f"bench-{i}", i) for i in range(self.size)))
        self.take(file)
        if self.stored > self.size:
            with open(file, "w", newline="") as out:
                out.writelines(components(other(i) for i in range(self.stored - self.size)))
            self.take(file)
        self.clients.check(objects.propfind(self.calendar, "1", "D:getetag", items=self.stored))

    def take(self, file):
        done = subprocess.run(self.server.command("import", self.calendar, file), capture_output=True, text=True)
        if done.returncode:
            sys.exit(done.stdout + done.stderr)

    def judged(self):
        """Queries for which every object is read, with what they find."""
        def query(test, items):
            return objects.xml(
                "REPORT", self.calendar, f"<C:calendar-query {objects.NAMESPACES}><D:prop><D:getetag/></D:prop><C:filter>"
                f'<C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">{test}</C:comp-filter></C:comp-filter>'
                "</C:filter></C:calendar-query>", "1", items=items)
        day = '<C:time-range start="20260105T000000Z" end="20260106T000000Z"/>'
        return {
            "alarm": query(f'<C:comp-filter name="VALARM">{day}</C:comp-filter>', None),
            "stamp": query(f'<C:prop-filter name="DTSTAMP">{day}</C:prop-filter>', 0),
            "negated": query('<C:prop-filter name="SUMMARY"><C:text-match negate-condition="yes">plan</C:text-match></C:prop-filter>', 0),
            "absent": query('<C:prop-filter name="TRANSP"><C:is-not-defined/></C:prop-filter>', 0),
        }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="10000,100000")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--connections", type=bench.numbers, default=[1])
    parser.add_argument("--judged", action="store_true")
    parser.add_argument("--directory", default=str(servers.ROOT / "var/bench"), help="on a real disk")
    parser.add_argument("--port", type=int, default=18_400)
    parser.add_argument("--json", help="where to write the results")
    options = parser.parse_args()
    sizes = sorted(map(int, options.sizes.split(",")))
    server = servers.Tegu(options.directory, options.port)
    results = {}
    try:
        server.start_up()
        calendars = [Calendar(server, options, sizes[0], size) for size in sizes]
        for calendar in calendars:
            began = time.monotonic()
            calendar.fill_up()
            print(f"{calendar.stored} events are there after {time.monotonic() - began:.0f} s", flush=True)
        for case in INDEXED:
            rounds = [[calendar.run(case) for calendar in calendars] for _ in range(options.rounds)]
            for place, size in enumerate(sizes):
                best = {key: min(r[place][key] for r in rounds) for key in ("cpu_us", "p50_ms", "p99_ms")}
                best["errors"] = sum(r[place]["errors"] for r in rounds)
                results.setdefault(case, {})[size] = best
                print("%-12s %7d  %9.0f us CPU  p50 %8.2f ms  p99 %8.2f ms%s" % (
                    case, size, best["cpu_us"], best["p50_ms"], best["p99_ms"],
                    f"  {best['errors']} ERRORS" if best["errors"] else ""), flush=True)
        for calendar in calendars if options.judged else []:
            for name, request in calendar.judged().items():
                began = time.monotonic()
                body = calendar.clients.check(request)
                spent = time.monotonic() - began
                print("%-12s %7d  %9.1f ms  %6.2f us an object  %d found" % (
                    name, calendar.stored, 1e3 * spent, 1e6 * spent / calendar.stored, body.count(b"<D:response>")), flush=True)
    finally:
        server.stop()
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(results, indent=1))
    missed = 0
    for case, found in results.items():
        for key in ("cpu_us", "p50_ms"):
            ratio = found[sizes[-1]][key] / max(1e-9, found[sizes[0]][key])
            print(f"{case}: {key} at {sizes[-1]} is {ratio:.2f} of that at {sizes[0]}{'' if ratio <= GOAL else '  MISSED'}")
            missed += ratio > GOAL
        missed += any(best["errors"] for best in found.values())
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
