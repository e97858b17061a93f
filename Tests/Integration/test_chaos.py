"""Three nodes over a primary and a synchronous standby, and clients that go to another node when one does not serve, as behind a load
balancer: nodes are killed, their connections cut, the primary is killed and the standby promoted. What was acknowledged is there
once, who only synchronises has what the server has, and the outage is hardly longer than the database's own.

`CHAOS_ROUNDS` is how often (3; `make soak`: 30), `CHAOS_SEED` repeats the order of what is done."""
import collections
import http.client
import os
import random
import re
import threading
import time

import pytest

from nodes import Nodes
from objects import event
from postgres_pair import Pair
from tegu import wait_for

ROUNDS = int(os.environ.get("CHAOS_ROUNDS", "3"))
SEED = int(os.environ.get("CHAOS_SEED") or random.randrange(10**6))
# Seconds that clients may be without an answer besides those in which no database takes writes.
SLACK = 2.0


class NotServed(Exception):
    """Try another node, or later. Whether a change was made is not known."""


class Client(threading.Thread):
    """Does one thing after the other, each at a node that serves."""

    def __init__(self, who, number):
        super().__init__(daemon=True)
        self.who, self.node, self.random = who, number % len(who), random.Random(f"{SEED} {number}")
        self.is_stopped, self.error, self.done = False, None, 0
        self.last, self.gap = time.monotonic(), 0

    def run(self):
        try:
            while not self.is_stopped:
                try:
                    self.step(self.who[self.node])
                except (OSError, EOFError, http.client.HTTPException, NotServed):
                    self.node = (self.node + 1) % len(self.who)
                    self.leave()
                    time.sleep(0.02)
                    continue
                self.done += 1
                now = time.monotonic()
                self.gap, self.last = max(self.gap, now - self.last), now
        except BaseException as error:
            self.error = error
            raise

    def leave(self):
        pass


class DavClient(Client):
    def dav(self, user):
        # A connection for each request: nothing is sent twice unseen.
        dav = user.new_dav()
        dav.timeout = 30
        return dav

    @staticmethod
    def served(answer, *expected):
        if answer.status == 503:
            assert int(answer.header("Retry-After")) >= 1
            raise NotServed
        assert answer.status in expected, answer
        return answer


class Writer(DavClient):
    """Makes, changes and deletes objects of its own in a calendar that others write too."""

    def __init__(self, who, number):
        super().__init__(who, number)
        self.prefix = f"w{number}-"
        # What may be there: one body (None: nothing), or several where it is not known what became of a request.
        self.possible = collections.defaultdict(lambda: {None})
        self.acknowledged, self.unknown = collections.Counter(), collections.Counter()

    def step(self, user):
        name = f"{self.prefix}{self.random.randrange(8)}.ics"
        possible = self.possible[name]
        certain = next(iter(possible)) if len(possible) == 1 else None
        deletes = possible != {None} and self.random.random() < 0.3
        body = None if deletes else event(name, f"{self.random.random()}")
        dav, path = self.dav(user), user.calendar + name
        # RFC 9110 §13.1.2: one that was made, and is made again, would be refused with 412.
        condition = {"If-None-Match": "*"} if possible == {None} else {}
        self.possible[name] = possible | {body}
        self.unknown[name] += 1
        try:
            if deletes:
                answer = self.served(dav.delete(path), 204, *([] if certain else [404]))
            else:
                answer = self.served(dav.put(path, body, headers=condition), 201, 204)
                if len(possible) == 1:
                    assert answer.status == (204 if certain else 201), answer
        finally:
            dav.close()
        self.unknown[name] -= 1
        self.acknowledged[name] += answer.status != 404
        self.possible[name] = {body}

    def verify(self, user, changes):
        """`changes`: how often the log of the calendar has each name."""
        dav = user.new_dav()
        for name, possible in self.possible.items():
            answer = dav.get(user.calendar + name)
            assert answer.status in (200, 404), answer
            found = answer.text if answer.status == 200 else None
            assert found in possible, f"{name} is {found!r}, and must be one of {possible}"
            least, most = self.acknowledged[name], self.acknowledged[name] + self.unknown[name]
            assert least <= changes[name] <= most, f"{name} was changed {changes[name]} times, and must be {least} to {most} times"


class Sender(Client):
    """Appends messages to the inbox, each once."""

    def __init__(self, who, number):
        super().__init__(who, number)
        self.number, self.client, self.count = number, None, 0
        self.acknowledged, self.sent = set(), set()

    def step(self, user):
        if self.client is None:
            self.client = user.imap(sign_in=False)
            self.client.socket.settimeout(30)
            self.served(self.client.do(f'LOGIN {user.address} "{user.password}"'))
        self.count += 1
        name = f"m{self.number}-{self.count}"
        message = f"Subject: {name}\r\n\r\nb\r\n".encode()
        self.sent.add(name)
        self.served(self.client.do(f"APPEND INBOX {{{len(message)}+}}\r\n" + message.decode()))
        self.acknowledged.add(name)

    @staticmethod
    def served(answer):
        if answer.status != "OK":
            assert answer.status == "NO" and b"UNAVAILABLE" in answer.last, answer.last
            raise NotServed

    def leave(self):
        if self.client:
            self.client.close()
        self.client = None

    def verify(self, user):
        client = user.imap()
        client.ok("SELECT INBOX")
        text = b"".join(client.ok("FETCH 1:* BODY.PEEK[HEADER.FIELDS (SUBJECT)]").untagged)
        found = collections.Counter(name.decode() for name in re.findall(rb"Subject: (m%d-\d+)\r\n" % self.number, text))
        client.close()
        assert max(found.values(), default=0) <= 1, found.most_common(3)
        assert self.acknowledged <= set(found) <= self.sent


class Follower(DavClient):
    """Knows a calendar by sync-collection only, from whatever node (RFC 6578 §3.2)."""

    def __init__(self, who, number):
        super().__init__(who, number)
        self.known, self.token = {}, ""

    def step(self, user):
        self.node = self.random.randrange(len(self.who))
        dav = self.dav(user)
        try:
            # A token that the server gave is good, whatever became of the primary that gave it.
            found = self.served(dav.sync(user.calendar, self.token), 207).multistatus()
        finally:
            dav.close()
        for row in found:
            if row.path == user.calendar:
                continue
            if row.status == 404:
                self.known.pop(row.path, None)
            else:
                self.known[row.path] = row.text("D:getetag")
        self.token = found.sync_token


class Site:
    def __init__(self, nodes, pair):
        self.nodes, self.pair, self.random = nodes, pair, random.Random(SEED)
        self.users = [nodes.new_user() for _ in range(2)]
        self.writers = [Writer(self.users[number % 2], number) for number in range(6)]
        self.senders = [Sender(self.users[number % 2], number) for number in range(2)]
        self.followers = [Follower(self.users[number % 2], number) for number in range(2)]
        self.clients = [*self.writers, *self.senders, *self.followers]
        self.outages = collections.defaultdict(list)

    def start(self):
        for client in self.clients:
            client.start()
        self.wait_for_all()

    def wait_for_all(self):
        """Until each client has been served twice from now on: the second answer came to a request of after now."""
        before = {client: client.done for client in self.clients}
        wait_for(lambda: any(c.error for c in self.clients) or all(c.done >= before[c] + 2 for c in self.clients), 60,
                 "an answer for each client")
        errors = [client.error for client in self.clients if client.error]
        if errors:
            raise errors[0]

    def round(self, what):
        for client in self.clients:
            client.gap = 0
        time.sleep(self.random.uniform(0.1, 0.6))
        failover = what() or 0
        self.wait_for_all()
        outage = max(client.gap for client in self.clients)
        self.outages[what.__name__].append((outage, failover))
        assert outage <= failover + SLACK, f"{what.__name__}: {outage:.1f} s without an answer, failover {failover:.1f} s"
        if what == self.fail_over:
            self.pair.repair()
            self.wait_for_all()

    # What is done

    def kill_a_node(self):
        victim = self.random.choice(self.nodes.servers)
        victim.kill()
        self.wait_for_all()
        victim.start()

    def cut_connections(self):
        for _ in range(self.random.randrange(1, 4)):
            assert self.pair.cut() > 0
            time.sleep(self.random.uniform(0, 0.3))

    def fail_over(self):
        return self.pair.fail_over()

    # What must be true

    def verify(self):
        for client in self.clients:
            client.is_stopped = True
        for client in self.clients:
            client.join(60)
            assert not client.is_alive() and not client.error
        rows = self.pair.query("SELECT name, count(*) FROM change WHERE is_collection = 0 GROUP BY name").splitlines()
        changes = collections.Counter({name: int(count) for name, count in (row.rsplit("|", 1) for row in rows)})
        for writer in self.writers:
            writer.verify(writer.who[self.random.randrange(3)], changes)
        for sender in self.senders:
            sender.verify(sender.who[self.random.randrange(3)])
        for follower in self.followers:
            follower.step(follower.who[0])
            for user in follower.who:
                listed = user.new_dav().propfind(user.calendar, "D:getetag", depth=1).multistatus()
                assert {r.path: r.text("D:getetag") for r in listed if r.path != user.calendar} == follower.known
        self.nodes[0].check()

    def told(self):
        acknowledged = sum(sum(w.acknowledged.values()) for w in self.writers) + sum(len(s.acknowledged) for s in self.senders)
        unknown = sum(sum(w.unknown.values()) for w in self.writers) + sum(len(s.sent - s.acknowledged) for s in self.senders)
        lines = [f"seed {SEED}: {acknowledged} changes acknowledged, {unknown} not"]
        for name, outages in self.outages.items():
            longest, beyond = max(o for o, _ in outages), max(o - f for o, f in outages)
            lines.append(f"{name}: {len(outages)} times, longest outage {longest:.2f} s, at most {beyond:.2f} s beyond the failover")
        return "\n" + "\n".join(lines)


@pytest.mark.timeout(120 + 30 * ROUNDS)
def test_no_acknowledged_change_is_lost_or_doubled():
    pair = nodes = None
    try:
        pair = Pair()
        nodes = Nodes(3, url=pair.url).start()
        site = Site(nodes, pair)
        site.start()
        kinds = [site.kill_a_node, site.cut_connections, site.fail_over]
        deck = []
        try:
            for _ in range(ROUNDS):
                # Each kind as often as the others, in any order.
                deck = deck or site.random.sample(kinds, len(kinds))
                site.round(deck.pop())
            site.verify()
        finally:
            print(site.told())
        nodes.stop()
    finally:
        if nodes:
            nodes.close()
        if pair:
            pair.close()
