"""What one node alone is to do is done once, and by another node a moment after that one has died."""
import json
import os
import signal
import subprocess
import time

import pytest

import gal
from nodes import serving
from objects import card, event
from source import Source
from tegu import wait_for
from test_birthdays import summaries
from test_subscriptions import ics, subscribe, wait_listing

TAKEN = "this node is in charge"
SETTINGS = ("--subscriptions-allowed-networks", "127.0.0.0/8", "--storage-trash-keep", "0s", *gal.ON)


@pytest.fixture(scope="module")
def nodes():
    with serving(settings=SETTINGS) as running:
        yield running


def in_charge(nodes):
    """The nodes that are, by their logs."""
    found = []
    for node in nodes.servers:
        told = [line for line in node.output if TAKEN in line or "not in charge any more" in line]
        if node.process.poll() is None and told and TAKEN in told[-1]:
            found.append(node)
    return found


def the_one_in_charge(nodes):
    wait_for(lambda: in_charge(nodes), what="a node in charge")
    assert len(in_charge(nodes)) == 1
    return in_charge(nodes)[0]


def query(nodes, sql):
    return subprocess.run(["psql", "-X", "-A", "-t", "-c", sql, nodes.url], check=True, capture_output=True, text=True).stdout.strip()


def every_service_works_once(nodes, source, node):
    """As clients and a foreign server see it; `node` lives."""
    who = nodes.new_user()
    user = who[nodes.servers.index(node)]
    # A source is asked by one node.
    before = len(source.requests)
    subscriber = subscribe(node, source.url())
    wait_listing(node, subscriber, "2 objects, 2 changed")
    # Each node would have asked by now.
    time.sleep(2.5)
    assert len(source.requests) == before + 1, source.requests[before:]
    # A calendar of birthdays follows.
    node.run("calendar", "birthdays", user.address, "on")
    assert user.dav().put_card(user.book + "a.vcf", card("c1", "Anna Example", "BDAY:19800301")).status == 201
    wait_for(lambda: len(summaries(user)) == 1, what="a birthday")
    # The Global Address List has who came.
    dav = user.new_dav()
    gal.wait_for_card(dav, gal.book(dav, user.books), user.name)
    assert query(nodes, "SELECT count(*) FROM address_list") == "1"


def test_one_node_does_what_one_alone_is_to_do_and_another_goes_on_when_it_dies(nodes):
    source = Source(ics(event("one", "One"), event("two", "Two")))
    try:
        first = the_one_in_charge(nodes)
        every_service_works_once(nodes, source, first)
        others = [node for node in nodes.servers if node is not first]
        # Something for the trash, which is emptied each minute only, and by who comes to be in charge.
        who = nodes.new_user()
        user = who[nodes.servers.index(others[0])]
        dav = user.dav()
        assert dav.put(user.calendar + "a.ics", event("a")).status == 201
        assert dav.delete(user.calendar + "a.ics").status == 204
        began = time.monotonic()
        first.kill()
        second = the_one_in_charge(nodes)
        assert second is not first
        took = time.monotonic() - began
        print(f"\nanother node is in charge {took:.1f} s after the kill")
        assert took < 5
        wait_for(lambda: json.loads(second.run("trash", "list", user.address, "--json").out) == [], what="an empty trash")
        every_service_works_once(nodes, source, second)
        # One that comes back does not take it away.
        first.start()
        every_service_works_once(nodes, source, first)
        assert in_charge(nodes) == [second]
        assert second.stop() == 0
        assert the_one_in_charge(nodes) is not second
        second.start()
    finally:
        source.close()


def test_a_node_that_hangs_is_in_charge_no_more(nodes):
    """Its connection stays open, and with it what it holds in the database."""
    first = the_one_in_charge(nodes)
    began = time.monotonic()
    os.kill(first.process.pid, signal.SIGSTOP)
    try:
        wait_for(lambda: len(in_charge(nodes)) == 2, 40, "another node in charge")
        took = time.monotonic() - began
        print(f"\nanother node is in charge {took:.1f} s after one hung")
        # Not before the first one counts itself out (8 s).
        assert 8 < took < 20
    finally:
        os.kill(first.process.pid, signal.SIGCONT)
    # It goes on and does not think that it is in charge still.
    wait_for(lambda: len(in_charge(nodes)) == 1, what="the end of the first one's charge")
    second = the_one_in_charge(nodes)
    assert second is not first
    time.sleep(3)
    assert in_charge(nodes) == [second]
    user = nodes.new_user()[nodes.servers.index(first)]
    assert user.dav().put(user.calendar + "a.ics", event("a")).status == 201
