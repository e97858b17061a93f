#!/usr/bin/env python3
"""Speed of the formats beside libical and python-dateutil, in CPU time, on one core.

    formats.py [--build FOLDER]

Each program repeats a case for a fifth of a second of its own time, some times over, and the best round counts. It ends with 1 where a
goal is missed."""
import argparse
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent / "Formats"
ROOT = HERE.parents[2]
# Cases that libical has too: so many times its rate.
LIBICAL = {"parse": 10, "parse and zone": 10, "1000": 10}
# Cases with a time of their own, in microseconds: an instance of the year 2100 is found by arithmetic.
MICROSECONDS = {"2100": 10, "card": 20}
TITLES = {
    "parse": "parse 2 KB, all values typed", "parse and zone": "and the time zone compiled", "validate": "parse 2 KB, UID and kind",
    "card": "parse a card, all values typed", "2100": "first of 2100, rule since 1990", "1000": "1,000 instances, rule",
}


def run(command, rules=None):
    output = subprocess.run(command, input=rules, capture_output=True, text=True, check=True, cwd=HERE).stdout
    return {name: float(rate) for name, rate in (line.split("\t") for line in output.splitlines())}


def title(name):
    first, _, rule = name.partition(" ")
    return f"{TITLES[first]}: {rule}" if first in ("2100", "1000") else TITLES[name]


def goal(table, name):
    return table.get(name) or table.get(name.split()[0] if name[0].isdigit() else name)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default=str(ROOT / ".build-formats-bench"))
    build = pathlib.Path(parser.parse_args().build)
    package = build / "package"
    package.mkdir(parents=True, exist_ok=True)
    for name, target in {"Package.swift": HERE / "Package.swift", "FormatsBench": HERE / "FormatsBench", "Modules": ROOT / "Sources"}.items():
        if not (package / name).is_symlink():
            (package / name).symlink_to(target)
    subprocess.run(["swift", "build", "-c", "release", "--static-swift-stdlib", "--package-path", str(package), "--scratch-path", str(build)], check=True, stdout=sys.stderr)
    subprocess.run(["cc", "-O2", "-o", str(build / "with_libical"), str(HERE / "with_libical.c"), "-lical"], check=True)
    rules = (HERE / "rules.tsv").read_text()
    ours = run([str(build / "release/FormatsBench"), "event.ics", "card.vcf"], rules)
    libical = run([str(build / "with_libical"), "event.ics"], rules)
    dateutil = run([sys.executable, "with_dateutil.py"], rules)
    missed = []
    print(f"{'':48}{'a second':>12}{'µs':>10}{'libical':>10}{'dateutil':>10}  goal")
    for name, rate in ours.items():
        said = []
        if goal(LIBICAL, name):
            said.append(f"{goal(LIBICAL, name)} × libical")
            if rate < goal(LIBICAL, name) * libical[name]:
                missed.append(name)
        if goal(MICROSECONDS, name):
            said.append(f"{goal(MICROSECONDS, name)} µs")
            if 1e6 / rate > goal(MICROSECONDS, name):
                missed.append(name)
        ratio = [f"{rate / peer[name]:.1f} ×" if name in peer else "" for peer in (libical, dateutil)]
        print(f"{title(name):48}{rate:12,.0f}{1e6 / rate:10.2f}{ratio[0]:>10}{ratio[1]:>10}  {', '.join(said)}{'  MISSED' if name in missed else ''}")
    sys.exit(1 if missed else 0)


main()
