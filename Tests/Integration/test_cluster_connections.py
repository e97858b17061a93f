"""What becomes of changes when the connections of nodes to their database are cut or held, above all at COMMIT."""
import statistics
import threading
import time

import pytest

from nodes import Nodes
from objects import card, event
from postgres import Cluster
from postgres_proxy import Proxy
from tegu import wait_for


@pytest.fixture(scope="module")
def cluster():
    running = Cluster()
    try:
        yield running
    finally:
        running.close()


@pytest.fixture
def proxied(cluster):
    """Two nodes that reach their database through a proxy; the database is a new one."""
    name = f"proxied_{time.monotonic_ns()}"
    cluster.query(f"CREATE DATABASE {name}")
    proxy = Proxy(cluster.url.replace("/postgres?", f"/{name}?"))
    nodes = Nodes(2, url=proxy.url, settings=("--storage-connections", "4"))
    try:
        nodes.start()
        yield nodes, proxy
        proxy.cut_each = 0
        nodes[0].check()
        nodes.stop()
    finally:
        nodes.close()
        proxy.close()


def test_a_commit_whose_answer_is_lost_is_made_once(proxied):
    nodes, proxy = proxied
    who = nodes.new_user()
    proxy.cut_each = 7
    outcomes, kept, failures = [], [set(), set()], []

    def write(number):
        try:
            dav = who[number].new_dav()
            for count in range(60):
                name = f"{number}-{count}.ics"
                # RFC 9110 §13.1.2: one that was made, and run again as if it had not been, would be refused with 412.
                answer = dav.put(who[0].calendar + name, event(name), headers={"If-None-Match": "*"})
                outcomes.append(answer.status)
                assert answer.status in (201, 503), answer
                if answer.status == 201:
                    kept[number].add(name)
                else:
                    assert int(answer.header("Retry-After")) >= 1
        except BaseException as error:
            failures.append(error)
            raise

    threads = [threading.Thread(target=write, args=(number,)) for number in range(2)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    proxy.cut_each = 0
    assert failures == []
    assert proxy.cuts >= 10, proxy.cuts
    # It is found out what became of them: nearly none is refused.
    assert outcomes.count(201) >= 110, outcomes
    dav = who[0].new_dav()
    # Each row of the log is a change that was made once: the list of all changes has no name twice, and all that were acknowledged.
    rows = [r.path.rsplit("/", 1)[1] for r in dav.sync(who[0].calendar).multistatus() if r.path != who[0].calendar]
    assert len(rows) == len(set(rows))
    assert kept[0] | kept[1] <= set(rows)


def test_a_message_is_appended_once_though_its_answer_is_lost(proxied):
    nodes, proxy = proxied
    who = nodes.new_user()
    client = who[0].imap()
    proxy.cut_each = 5
    told = 0
    for number in range(40):
        message = f"Subject: number {number}\r\n\r\nb\r\n".encode()
        answer = client.do([f"APPEND INBOX {{{len(message)}}}\r\n", message])
        assert answer.status in ("OK", "NO"), answer.last
        told += answer.status == "OK"
    proxy.cut_each = 0
    assert proxy.cuts >= 5
    other = who[1].imap()
    other.ok("SELECT INBOX")
    found = b"".join(other.ok("FETCH 1:* BODY.PEEK[HEADER.FIELDS (SUBJECT)]").untagged)
    counts = [found.count(f"Subject: number {number}\r\n".encode()) for number in range(40)]
    assert max(counts) == 1, counts
    assert sum(counts) >= told >= 35, (counts, told)


def test_idle_clients_hear_again_after_the_connection_for_it_was_cut(proxied):
    nodes, proxy = proxied
    who = nodes.new_user()
    idle, sender = who[1].imap(), who[0].imap()
    idle.ok("SELECT INBOX")
    idle.begin("IDLE")
    idle.response()
    for number in range(1, 6):
        proxy.cut_all()

        def is_appended():
            # A connection that was cut while it was made is one that cannot be had, and for a moment none is tried.
            try:
                return sender.append("INBOX", "Subject: a\r\n\r\nb\r\n")
            except AssertionError:
                return 0

        wait_for(is_appended, 20, "the return of the database")
        began = time.monotonic()
        while idle.response() != b"* %d EXISTS" % number:
            pass
        # By the look of each second at the latest.
        assert time.monotonic() - began < 5


def test_while_the_database_is_away_requests_are_refused_for_a_while(proxied):
    # RFC 9110 §15.6.4
    nodes, proxy = proxied
    who = nodes.new_user()
    dav, path = who[0].new_dav(), who[0].calendar
    assert dav.put(path + "a.ics", event("a")).status == 201
    proxy.down()
    for _ in range(5):
        began = time.monotonic()
        answer = dav.put(path + "a.ics", event("a", "later"))
        assert answer.status == 503, answer
        assert int(answer.header("Retry-After")) >= 1
        assert time.monotonic() - began < 25
    assert dav.get(path + "a.ics").status == 503
    # An administrator sees why.
    told = lambda words: [line for line in nodes[0].output if words in line]
    wait_for(lambda: told("the database cannot be reached"), what="the reason in the log")
    assert len(told("the database cannot be reached")) == 1
    assert database_metrics(nodes[0])["listening"] == 0
    proxy.up()
    wait_for(lambda: dav.put(path + "a.ics", event("a", "again")).status == 204, 20, "the return of the database")
    wait_for(lambda: told("the database is reached again"), what="the end of it in the log")
    assert all(database_metrics(node)["listening"] == 1 for node in nodes.servers)
    wait_for(lambda: sum(database_metrics(node)["in_charge"] for node in nodes.servers) == 1, what="one in charge")


def database_metrics(node):
    """By their names without `database_`, and without labels but the state of connections."""
    found = {}
    for key, value in node.metrics().items():
        if key.startswith("database_") and 'storage="default"' in key:
            state = key.partition('state="')[2].partition('"')[0]
            found[key.partition("{")[0].removeprefix("database_") + ("_" + state if state else "")] = value
    return found


def test_a_database_that_does_not_answer_piles_nothing_up(proxied):
    nodes, proxy = proxied
    who = nodes.new_user()
    path = who[0].calendar
    davs = [who[0].new_dav() for _ in range(12)]
    for number, dav in enumerate(davs):
        assert dav.put(path + f"{number}.ics", event(f"held {number}")).status == 201
    proxy.hold()
    answers = []

    def ask(dav, number):
        began = time.monotonic()
        answer = dav.put(path + f"{number}.ics", event(f"held {number}", "later"))
        answers.append((answer.status, answer.header("Retry-After"), time.monotonic() - began))

    threads = [threading.Thread(target=ask, args=(dav, number)) for number, dav in enumerate(davs)]
    [thread.start() for thread in threads]
    # At most four have the connections; the others are refused when they have waited for one (5 s).
    wait_for(lambda: len(answers) >= 8, 20, "the refusal of those that find no connection")
    assert {status for status, _, _ in answers} == {503}, answers
    assert all(int(retry) >= 1 for _, retry, _ in answers)
    proxy.release()
    [thread.join(60) for thread in threads]
    assert len(answers) == 12
    seen = database_metrics(nodes[0])
    assert seen["transactions_refused_total"] >= 8 and seen["connections_max"] == 4, seen
    wait_for(lambda: dav.put(path + "0.ics", event("held 0", "at last")).status == 204, 20, "the return of the database")


def test_what_clients_do_most_takes_few_journeys_to_the_database(proxied):
    """What is not waited for, the end of a transaction that only read, is counted as well."""
    nodes, proxy = proxied
    who = nodes.new_user()
    dav = who[0].new_dav()

    def journeys(request, status):
        counts = []
        for number in range(25):
            before = proxy.journeys
            assert request(number).status == status
            # The end of a reading transaction may still be on its way.
            time.sleep(0.005)
            counts.append(proxy.journeys - before)
        # What the nodes do in between, and statements that are not prepared yet, are in few of them.
        return statistics.median(counts)

    home, book = who[0].calendar, who[0].book
    assert journeys(lambda number: dav.put(f"{home}{number}.ics", event(f"e{number}")), 201) == 2
    assert journeys(lambda number: dav.get(f"{home}{number}.ics"), 200) == 2
    assert journeys(lambda number: dav.get(f"{home}{number}.ics", headers={"If-None-Match": "*"}), 304) == 2
    assert journeys(lambda number: dav.put_card(f"{book}{number}.vcf", card(f"c{number}")), 201) == 2
    assert journeys(lambda number: dav.get(f"{book}{number}.vcf"), 200) == 2
    token = dav.sync_token_of(home)
    assert journeys(lambda number: dav.put(f"{home}{number}.ics", event(f"e{number}", "Later")), 204) <= 4
    # However many have changed, or are asked for.
    assert len(dav.sync(home, token).multistatus().rows) == 25
    assert journeys(lambda number: dav.sync(home, token), 207) == 4
    assert journeys(lambda number: dav.multiget(home, [f"{home}{n}.ics" for n in range(25)]), 207) == 3
    assert journeys(lambda number: dav.delete(f"{home}{number}.ics"), 204) <= 5
