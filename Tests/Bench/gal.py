#!/usr/bin/env python3
"""How long a Global Address List of many entries takes: its first build of three sources, a refresh, a search, the first sync; and what a refresh
costs beside a list of a tenth.

    gal.py [--entries 50000] [--binary .build/release/tegu] [--refreshes]

Two slapd of different schemas have two fifths of the entries each, the database has the rest. A tenth of those of the second are
people of the first. Each of the three has a group of all of its own. Goals: the first build below 60 s; a refresh after one change at a cost that
does not depend on the number of entries: at most 1.5 times that of a tenth of them; 99 of 100 searches below 5 ms.

`--refreshes`: these alone. A refresh is the command `tegu gal refresh` beside a server at work, with the command's own start."""
import argparse
import contextlib
import os
import pathlib
import re
import statistics
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "Integration"))

FIRST, SECOND = "dc=one,dc=test", "dc=two,dc=test"
GIVEN = ["Anna", "Bert", "Clara", "Dmitri", "Eva", "Farid", "Greta", "Henk", "Ida", "Jonas"]
ROUNDS = 9
FAMILY = ["Berg", "Čapek", "Ivanov", "Weiß", "de Vries", "Nowak", "Smith", "Kim", "Lund", "Rossi"]


def entry(suffix, number, address, more=()):
    given, family = GIVEN[number % 10], FAMILY[number // 10 % 10]
    # slapadd wants all values of an attribute together.
    lines = sorted([*more, "objectClass: inetOrgPerson", f"cn: {given} {family} {number}", f"sn: {family}", f"givenName: {given}",
                    f"mail: {address}", f"telephoneNumber: +49 30 {number}", "title: Engineer", f"departmentNumber: D{number % 50}",
                    f"uid: p{number}", f"userPassword: secret {number}",
                    # As in a directory that has been for some time: what changed of late is asked for again.
                    "createTimestamp: 20250101000000Z", "modifyTimestamp: 20250101000000Z"], key=lambda line: line.split(":")[0])
    return f"dn: uid=p{number},ou=people,{suffix}\n" + "\n".join(lines) + "\n\n"


def group(suffix, count):
    members = "".join(f"member: uid=p{n},ou=people,{suffix}\n" for n in range(count))
    return (f"dn: cn=all,ou=people,{suffix}\nobjectClass: groupOfNames\nobjectClass: extensibleObject\ncn: all\n"
            f"mail: all@{suffix[3:6]}.example.org\n{members}"
            "createTimestamp: 20250101000000Z\nmodifyTimestamp: 20250101000000Z\n\n")


@contextlib.contextmanager
def site(entries):
    """A server at work with a list of so many, made by a command; with a reader, and the first directory."""
    from ldap_server import IPA_SCHEMA, Authority, Slapd, temporary_folder, unit
    from tegu import Server
    part, local = entries * 2 // 5, entries - 2 * (entries * 2 // 5)
    with temporary_folder() as folder:
        authority = Authority(folder / "ca")
        first = Slapd(folder / "one", FIRST, unit(FIRST, "people") + "".join(
            entry(FIRST, n, f"p{n}@example.org") for n in range(part)) + group(FIRST, part), authority, indexes="modifyTimestamp")
        second = Slapd(folder / "two", SECOND, unit(SECOND, "people") + "".join(
            entry(SECOND, n, f"p{n}@example.org" if n % 10 == 0 else f"q{n}@example.org",
                  ("objectClass: posixAccount", "objectClass: ipaObject", f"ipaUniqueID: id-{n}", "uidNumber: 1", "gidNumber: 1",
                   "homeDirectory: /")) for n in range(part)) + group(SECOND, part), authority, IPA_SCHEMA,
            indexes="modifyTimestamp,ipaUniqueID")
        file = folder / "tegu.yaml"
        settings = ("gal:\n  enabled: true\n  interval: 1d\n  compare-interval: 7d\n  maximum-entries: 1000000\ndirectories:\n"
                    + first.settings("one", "openldap", position=1) + second.settings("two", "freeipa", position=2))
        file.write_text("# not yet\n")
        server = Server(environment={"TEGU_CONFIG": str(file)})
        try:
            first.start(), second.start()
            server.start()
            reader = server.new_user("reader")
            fill(server, local)
            server.stop()
            file.write_text(settings)
            begin = time.monotonic()
            done = server.run("gal", "refresh", "--compare", timeout=1200)
            print(done.out.strip().splitlines()[-1])
            print(f"first build: {time.monotonic() - begin:.1f} s for {entries} entries")
            server.start()
            yield server, reader, first, second
        finally:
            server.close()
            first.stop()
            second.stop()


def refreshes(server, first, second):
    """{what had changed: seconds of the refresh}: medians. The first ones are beside the server's own work on a new list."""
    def refresh(change=None, *options):
        if change:
            change()
        begin = time.perf_counter()
        done = server.run("gal", "refresh", *options, timeout=1200)
        took = time.perf_counter() - begin
        cards = 1 if change else 0
        assert f" 0 new, {cards} changed, 0 removed" in done.out, done.out
        return took

    def title(directory, suffix, number):
        directory.modify(f"dn: uid=p{number},ou=people,{suffix}\nchangetype: modify\nreplace: title\ntitle: Head {time.monotonic_ns()}\n")

    settle(server)
    done = {}
    for _ in range(ROUNDS):
        for what, change in (
                ("the command alone", None), ("nothing", None), ("one of the first directory", lambda: title(first, FIRST, 7)),
                ("one of the second directory", lambda: title(second, SECOND, 9)),
                ("one of the database", lambda: server.run("user", "set", "l7@example.org", "--display-name", f"Local {time.monotonic_ns()}"))):
            if what == "the command alone":
                begin = time.perf_counter()
                server.run("gal", "status", "--help")
                took = time.perf_counter() - begin
            else:
                took = refresh(change)
            done.setdefault(what, []).append(took)
    done["nothing, all compared"] = [refresh(None, "--compare")]
    return {what: statistics.median(times) for what, times in done.items()}


def settle(server):
    """Until the server is at rest: it makes the index of a new list's texts."""
    ticks = os.sysconf("SC_CLK_TCK")

    def used():
        fields = pathlib.Path(f"/proc/{server.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / ticks
    quiet, before, end = 0, used(), time.monotonic() + 120
    while quiet < 8 and time.monotonic() < end:
        time.sleep(1)
        now = used()
        quiet, before = quiet + 1 if now - before < 0.05 else 0, now


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=50_000)
    parser.add_argument("--binary", default=str(HERE.parents[1] / ".build/release/tegu"))
    parser.add_argument("--refreshes", action="store_true")
    arguments = parser.parse_args()
    os.environ["BINARY_UNDER_TEST"] = arguments.binary
    with site(arguments.entries // 10) as (server, _, first, second):
        few = refreshes(server, first, second)
    with site(arguments.entries) as (server, reader, first, second):
        many = refreshes(server, first, second)
        print(f"a refresh, in ms, of {arguments.entries // 10} and of {arguments.entries} entries, medians of {ROUNDS}; what had changed:")
        for what in few:
            goal = "" if what.endswith("compared") or what.startswith("the") else " (goal 1.5)"
            print(f"  {what:28} {few[what] * 1000:7.1f} {many[what] * 1000:7.1f}, {many[what] / few[what]:.2f} times{goal}")
        if not arguments.refreshes:
            searches(server, reader)


def searches(server, reader):
    from gal import query
    dav = reader.dav()
    rows = dav.propfind(reader.books, "D:displayname", depth=1).multistatus()
    path = [r.path for r in rows if r.text("D:displayname") == "Global Address List"][0]
    in_server = []
    for text in ("berg 4", "ivanov 123", "p77@", "nobody at all", "weiß", "+49 30 777"):
        times, before = [], len(server.output)
        for _ in range(200):
            begin = time.perf_counter()
            found = query(dav, path, text, limit=50)
            times.append(time.perf_counter() - begin)
        time.sleep(0.5)
        lines = [line for line in server.output[before:] if "method=REPORT" in line]
        own = [float(re.search(r" ms=([0-9.]+)", line)[1]) for line in lines]
        in_server += own
        print(f"search “{text}”: {len(found)} rows, median {statistics.median(times) * 1000:.1f} ms with the client's own time, "
              f"{statistics.median(own):.1f} ms in the server")
    in_server.sort()
    print(f"{len(in_server)} searches in the server: p99 {in_server[len(in_server) * 99 // 100]:.1f} ms (goal 5), at most {in_server[-1]:.1f} ms")
    begin, count, token = time.monotonic(), 0, ""
    while True:
        answer = dav.sync(path, token, limit=10_000).multistatus()
        token = answer.sync_token
        count += len([r for r in answer if r.status is None])
        if not [r for r in answer if r.status == 507]:
            break
    print(f"first sync in pages of 10,000: {count} rows in {time.monotonic() - begin:.1f} s")
    print(f"memory of the server: {server.resident_kilobytes() >> 10} MiB")


def fill(server, count):
    """Local users, put into the database as the command would: a thousand commands would be timed instead."""
    import sqlite3
    database = sqlite3.connect(pathlib.Path(server.data_directory) / "tegu.db", timeout=60)
    with database:
        base = database.execute("SELECT last FROM sequence WHERE name = 'principal'").fetchone()[0]
        database.executemany(
            "INSERT INTO principal (id, kind, domain, name, display_name, created) VALUES (?, 'user', 'example.org', ?, ?, 0)",
            ((base + n + 1, f"l{n}", f"Local {FAMILY[n % 10]} {n}") for n in range(count)))
        database.executemany("INSERT INTO address (address, principal_id, position) VALUES (?, ?, 0)",
                             ((f"l{n}@example.org", base + n + 1) for n in range(count)))
        group = base + count + 1
        database.execute("INSERT INTO principal (id, kind, domain, name, display_name, created) VALUES (?, 'group', 'example.org', 'all', 'All', 0)",
                         (group,))
        database.execute("INSERT INTO address (address, principal_id, position) VALUES ('all@example.org', ?, 0)", (group,))
        database.executemany("INSERT INTO group_member (group_id, member_id) VALUES (?, ?)", ((group, base + n + 1) for n in range(count)))
        database.execute("UPDATE sequence SET last = ? WHERE name = 'principal'", (group,))
    database.close()


if __name__ == "__main__":
    main()
