#!/usr/bin/env python3
"""How long a Global Address List of many entries takes: its first build of three sources, a change, a search, the first sync.

    gal.py [--entries 50000] [--binary .build/release/tegu]

Two slapd of different schemas have two fifths of the entries each, the database has the rest. A tenth of those of the second are
people of the first. Goals: the first build below 60 s; a refresh after one change at a cost that does not depend on the
number of entries; 99 of 100 searches below 5 ms."""
import argparse
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


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=50_000)
    parser.add_argument("--binary", default=str(HERE.parents[1] / ".build/release/tegu"))
    arguments = parser.parse_args()
    os.environ["BINARY_UNDER_TEST"] = arguments.binary
    from gal import query
    from ldap_server import IPA_SCHEMA, Authority, Slapd, temporary_folder, unit
    from tegu import Server
    part, local = arguments.entries * 2 // 5, arguments.entries - 2 * (arguments.entries * 2 // 5)

    with temporary_folder() as folder:
        authority = Authority(folder / "ca")
        first = Slapd(folder / "one", FIRST, unit(FIRST, "people") + "".join(
            entry(FIRST, n, f"p{n}@example.org") for n in range(part)), authority, indexes="modifyTimestamp")
        second = Slapd(folder / "two", SECOND, unit(SECOND, "people") + "".join(
            entry(SECOND, n, f"p{n}@example.org" if n % 10 == 0 else f"q{n}@example.org",
                  ("objectClass: posixAccount", "objectClass: ipaObject", f"ipaUniqueID: id-{n}", "uidNumber: 1", "gidNumber: 1",
                   "homeDirectory: /")) for n in range(part)), authority, IPA_SCHEMA, indexes="modifyTimestamp,ipaUniqueID")
        file = folder / "tegu.yaml"
        settings = ("gal:\n  enabled: true\n  interval: 1d\n  maximum-entries: 1000000\ndirectories:\n"
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
            print(f"first build: {time.monotonic() - begin:.1f} s for {arguments.entries} entries")
            server.start()
            for name, what in (("one entry changed", ()), ("nothing changed", None), ("compared, nothing changed", ("--compare",))):
                if what == ():
                    first.modify(f"dn: uid=p7,ou=people,{FIRST}\nchangetype: modify\nreplace: title\ntitle: Head\n")
                begin = time.monotonic()
                done = server.run("gal", "refresh", *(what or ()), timeout=1200)
                print(f"{name}: {time.monotonic() - begin:.2f} s  ({done.out.strip().splitlines()[-1]})")
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
        finally:
            server.close()
            first.stop()
            second.stop()


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
        database.execute("UPDATE sequence SET last = ? WHERE name = 'principal'", (base + count,))
    database.close()


if __name__ == "__main__":
    main()
