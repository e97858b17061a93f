"""A database that hangs: its processes stand still, and its connections stay open. Nobody waits for it without end, and nodes go over to the
standby that is promoted in its place."""
import os
import pathlib
import signal
import threading
import time
import urllib.error
import urllib.request

import pytest

from nodes import serving
from objects import event
from postgres_pair import Pair, children
from tegu import wait_for

# What nodes wait for an answer at most (10 s), and with it what they wait for a new connection to each of two servers (5 s).
PATIENCE = 30


@pytest.fixture(scope="module")
def pair():
    running = Pair()
    try:
        yield running
    finally:
        running.close()


@pytest.fixture(scope="module")
def nodes(pair):
    with serving(2, url=pair.url, settings=("--storage-connections", "4")) as running:
        yield running


def stop(side):
    """SIGSTOP of all processes of a server. How they go on."""
    main = int(pathlib.Path(side.data, "postmaster.pid").read_text().split()[0])
    os.kill(main, signal.SIGSTOP)
    processes = [main, *children(main)]
    for process in processes:
        os.kill(process, signal.SIGSTOP)

    def go_on():
        for process in processes:
            try:
                os.kill(process, signal.SIGCONT)
            except ProcessLookupError:
                pass

    return go_on


def ask_at_once(nodes, who, count, name):
    """PUTs by so many clients of each node; their answers come into the list that is returned."""
    answers = []

    def ask(node, number):
        began = time.monotonic()
        answer = who[node].new_dav().put(f"{who[node].calendar}{name}{node}-{number}.ics", event(f"{name}{node}-{number}"))
        answers.append((answer.status, answer.header("Retry-After"), time.monotonic() - began))

    threads = [threading.Thread(target=ask, args=(node, number), daemon=True) for node in range(len(nodes)) for number in range(count)]
    [thread.start() for thread in threads]
    return answers, threads


def is_healthy(node):
    try:
        return urllib.request.urlopen(node.url + "/healthz", timeout=10).status == 200
    except urllib.error.HTTPError as error:
        assert error.code == 503
        return False


def test_who_waits_for_a_database_that_hangs_is_refused_and_all_goes_on_when_it_does(pair, nodes):
    who = nodes.new_user()
    [user.dav().get(user.calendar) for user in who]
    go_on = stop(pair.primary)
    try:
        answers, threads = ask_at_once(nodes, who, 10, "a")
        [thread.join(PATIENCE + 20) for thread in threads]
        assert len(answers) == 20, f"{20 - len(answers)} requests still wait"
        assert {status for status, _, _ in answers} == {503}
        assert all(int(retry) >= 1 for _, retry, _ in answers)
        longest = max(took for _, _, took in answers)
        print(f"\nrefused after {longest:.1f} s at most")
        assert longest < PATIENCE
        assert not any(map(is_healthy, nodes.servers))
    finally:
        go_on()
    wait_for(lambda: all(map(is_healthy, nodes.servers)), 20, "the return of the database")
    answers, threads = ask_at_once(nodes, who, 10, "b")
    [thread.join(60) for thread in threads]
    assert [status for status, _, _ in answers] == [201] * 20


def test_nodes_leave_a_primary_that_hangs_for_the_standby_that_is_promoted(pair, nodes):
    who = nodes.new_user()
    idle = who[1].imap()
    idle.ok("SELECT INBOX")
    idle.begin("IDLE")
    idle.response()
    hung = pair.primary
    go_on = stop(hung)
    try:
        answers, threads = ask_at_once(nodes, who, 10, "a")
        # As soon as somebody has noticed.
        time.sleep(2)
        began = time.monotonic()
        pair.standby.promote()
        pair.primary, pair.standby = pair.standby, hung
        wait_for(lambda: all(map(is_healthy, nodes.servers)), PATIENCE + 20, "nodes that have found the new primary")
        print(f"\nall nodes are at the new primary {time.monotonic() - began:.1f} s after it was promoted")
        [thread.join(PATIENCE + 20) for thread in threads]
        assert len(answers) == 20
        assert {status for status, _, _ in answers} <= {201, 503}, answers
        answers, threads = ask_at_once(nodes, who, 10, "b")
        [thread.join(60) for thread in threads]
        assert [status for status, _, _ in answers] == [201] * 20
        # They hear each other by the new one.
        who[0].imap().append("INBOX", "Subject: news\r\n\r\nbody\r\n")
        began = time.monotonic()
        while b"EXISTS" not in idle.response():
            pass
        assert time.monotonic() - began < 5
    finally:
        # Nobody writes to it any more.
        go_on()
        hung.kill()
    pair.repair()
