"""`database: postgresql://...`: the same answers from a PostgreSQL as from the file, and what becomes of requests when it is
slow, restarts or is killed."""
import os
import subprocess
import threading
import time
import urllib.parse

import pytest

from objects import card, event
from postgres import Cluster
from tegu import Server, binary, postgres_database


@pytest.fixture(scope="module")
def on_postgres(tmp_path_factory):
    directory = str(tmp_path_factory.mktemp("postgres") / "data")
    server = Server(directory, environment={"TEGU_DATABASE": postgres_database(directory)})
    try:
        yield server.start()
        server.check()
        assert server.stop() == 0, server.log()
    finally:
        server.close()


@pytest.fixture
def cluster():
    running = Cluster()
    try:
        yield running
    finally:
        running.close()


def psql(server, sql):
    return subprocess.run(["psql", "-X", "-A", "-t", "-c", sql, server.environment["TEGU_DATABASE"]], check=True,
                          capture_output=True, text=True).stdout.strip()


def test_objects_are_put_listed_synced_and_deleted(on_postgres):
    who = on_postgres.new_user()
    dav, path = who.dav(), who.calendar
    names = ["b.ics", "A.ics", "é.ics", "a.ics", "Z.ics"]
    for name in names:
        assert dav.put(path + urllib.parse.quote(name), event("uid-" + name)).status == 201
    assert not os.path.exists(os.path.join(on_postgres.data_directory, "tegu.db"))
    assert psql(on_postgres, "SELECT count(*) FROM member") == "5"
    assert dav.get(path + "b.ics").body == event("uid-b.ics").encode()
    listed = [r.path[len(path):] for r in dav.propfind(path, depth=1).multistatus() if r.path != path]
    assert listed == sorted(names, key=lambda n: n.encode())
    first = dav.sync(path).multistatus()
    assert {r.path[len(path):] for r in first if r.path != path} == set(names)
    assert dav.delete(path + "A.ics").status == 204
    assert dav.put(path + "b.ics", event("uid-b.ics", "Other")).status == 204
    second = dav.sync(path, first.sync_token).multistatus()
    assert {(r.path[len(path):], r.status == 404) for r in second if r.path != path} == {("A.ics", True), ("b.ics", False)}
    # RFC 4791 §5.3.2.1: no two objects with one UID.
    assert dav.put(path + "other.ics", event("uid-b.ics")).status == 403


def test_books_files_large_bodies_and_a_restart(on_postgres):
    who = on_postgres.new_user()
    dav = who.dav()
    large = os.urandom(600_000)
    assert dav.put_card(who.book + "a.vcf", card("c1")).status == 201
    assert dav.put_file(who.files + "small", b"\0\1\2").status == 201
    assert dav.put_file(who.files + "large", large).status == 201
    assert on_postgres.stop() == 0, on_postgres.log()
    on_postgres.start()
    dav = who.new_dav()
    assert dav.get(who.files + "large").body == large
    assert dav.get(who.files + "small").body == b"\0\1\2"
    assert dav.get(who.book + "a.vcf").status == 200
    assert who.address in on_postgres.run("user", "list").out


def test_a_long_listing_comes_whole(on_postgres):
    who = on_postgres.new_user()
    dav, path = who.dav(), who.calendar
    for number in range(700):
        assert dav.put(path + f"{number:04}.ics", event(f"long-{number}")).status == 201
    listed = [r.path[len(path):] for r in dav.propfind(path, depth=1).multistatus() if r.path != path]
    assert listed == [f"{number:04}.ics" for number in range(700)]


def test_hostile_names_and_uids_are_answered_as_with_the_file(on_postgres):
    who = on_postgres.new_user()
    dav, path = who.dav(), who.calendar
    assert dav.get(path + "a%00b.ics").status in (400, 404)
    assert dav.put(path + "a%00b.ics", event("zero")).status in (400, 403)
    assert dav.put(path + "zero.ics", event("zero\0uid")).status in (400, 403)
    assert dav.propfind(path + "%00/", depth=0).status in (400, 404)
    assert dav.get(path + urllib.parse.quote("'; DROP TABLE member; --")).status == 404


def test_many_clients_write_one_calendar(on_postgres):
    """Transactions that stand in each other's way are run again: no change is lost, none comes twice."""
    who = on_postgres.new_user()
    path, failed = who.calendar, []

    def write(thread):
        dav = who.new_dav()
        for number in range(15):
            status = dav.put(path + f"{thread}-{number}.ics", event(f"many-{thread}-{number}")).status
            if status != 201:
                failed.append(status)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len([r for r in who.dav().sync(path).multistatus() if r.path != path]) == 90


def test_a_database_that_takes_too_long_is_503(on_postgres):
    who = on_postgres.new_user()
    dav, path = who.dav(), who.calendar
    assert dav.put(path + "a.ics", event("a")).status == 201
    holder = subprocess.Popen(["psql", "-X", "-q", on_postgres.environment["TEGU_DATABASE"]], stdin=subprocess.PIPE, text=True)
    try:
        holder.stdin.write("BEGIN; LOCK TABLE collection IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(60);\n")
        holder.stdin.flush()
        time.sleep(1)
        answer = dav.put(path + "a.ics", event("a", "later"))
        assert answer.status == 503
        assert int(answer.header("Retry-After")) >= 1
    finally:
        holder.kill()
        holder.wait()
    psql(on_postgres, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)%' "
                      "AND pid <> pg_backend_pid()")
    assert dav.put(path + "a.ics", event("a", "later")).status == 204


def test_a_wrong_url_is_told_without_its_password(tmp_path):
    for url in ("mysql://anna:secret@host/db", "postgresql://anna:secret@/db?host=/nowhere"):
        done = subprocess.run([binary(), "serve", "--data-directory", str(tmp_path / "data"), "--domain", "example.org"],
                              env={**os.environ, "TEGU_DATABASE": url}, capture_output=True, text=True, timeout=30)
        assert done.returncode not in (0, -11, -4), done.stderr
        assert "database" in done.stderr + done.stdout
        assert "secret" not in done.stderr + done.stdout


def test_where_the_server_takes_no_more_connections_those_that_are_there_serve_all(cluster):
    cluster.query("CREATE ROLE few LOGIN")
    cluster.query("CREATE DATABASE few OWNER few")
    server = Server(environment={"TEGU_DATABASE": cluster.url.replace("/postgres?", "/few?").replace("user=tegu", "user=few")})
    try:
        server.start()
        who = server.new_user()
        who.dav().get(who.calendar)
        # One of them is for notices, and eight were for transactions.
        cluster.query("ALTER ROLE few CONNECTION LIMIT 4")
        cluster.query("SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE usename = 'few'")
        time.sleep(2)
        outcomes = []

        def write(thread):
            dav = who.new_dav()
            for number in range(20):
                outcomes.append(dav.put_file(f"{who.files}{thread}-{number}", b"x").status)
                outcomes.append(dav.get(f"{who.files}{thread}-{number}").status)

        threads = [threading.Thread(target=write, args=(n,)) for n in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert (outcomes.count(201), outcomes.count(200)) == (240, 240), {status: outcomes.count(status) for status in outcomes}
        cluster.query("ALTER ROLE few CONNECTION LIMIT -1")
        server.check()
        assert server.stop() == 0, server.log()
    finally:
        server.close()


def test_connections_that_are_cut_lose_nothing(cluster):
    """Every change that was acknowledged is there, and none is there that was refused, while connections are ended."""
    write_and_disturb(cluster, lambda: cluster.query(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'tegu'"), 12, 0.25)


def test_a_database_that_is_killed_loses_nothing(cluster):
    write_and_disturb(cluster, cluster.kill, int(os.environ.get("CRASH_ROUNDS", "3")), 1.0)


def write_and_disturb(cluster, disturb, rounds, pause):
    server = Server(environment={"TEGU_DATABASE": cluster.url})
    try:
        server.start()
        who = server.new_user()
        path = who.files
        done, acknowledged, outcomes = threading.Event(), {}, []

        def write(thread):
            dav, number = who.new_dav(), 0
            while not done.is_set():
                number += 1
                name = f"{thread}-{number}"
                # Each name twice: the second PUT counts what the first has left.
                for body in (b"one", b"two " + os.urandom(20).hex().encode()):
                    answer = dav.put_file(path + name, body)
                    outcomes.append(answer.status)
                    if answer.status in (201, 204):
                        acknowledged[name] = body
                    else:
                        assert answer.status == 503, answer
                        acknowledged.pop(name, None)
                        time.sleep(0.05)
                        break

        threads = [threading.Thread(target=write, args=(n,)) for n in range(4)]
        for thread in threads:
            thread.start()
        for _ in range(rounds):
            time.sleep(pause)
            disturb()
        time.sleep(1)
        done.set()
        for thread in threads:
            thread.join(60)
        assert outcomes.count(201) > 20, outcomes
        dav = who.new_dav()
        for name, body in acknowledged.items():
            assert dav.get(path + name).body == body, name
        # Each row of the log is one change that was made once.
        server.check()
        assert server.stop() == 0, server.log()
    finally:
        server.close()
