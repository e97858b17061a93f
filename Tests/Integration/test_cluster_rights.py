"""What an administrator and owners change on one node counts on the other within the time that docs/operations/cluster.md promises: at random.

`RIGHTS_STEPS` is how many changes are made (60)."""
import os
import random
import re
import time

import pytest

from dav import Dav
from imap import Refused
from nodes import serving
from objects import event

STEPS = int(os.environ.get("RIGHTS_STEPS", "60"))
# What is told to nodes comes within milliseconds. Where it is lost, after 5 seconds.
TOLD = 2.0


@pytest.fixture(scope="module")
def nodes():
    with serving(2) as running:
        yield running


class World:
    """An owner's calendar and mailbox, and what somebody else may do there: what it should be, beside what the nodes say."""

    def __init__(self, nodes):
        self.nodes = nodes
        self.owner, self.other = nodes.new_user(), nodes.new_user()
        self.group = f"team{time.monotonic_ns()}@example.org"
        nodes[0].run("group", "add", self.group)
        self.path = self.owner[0].calendar
        assert self.owner[0].dav().put(self.path + "a.ics", event("a")).status == 201
        self.owner[0].imap().ok("CREATE team")
        self.is_shared, self.is_shared_with_group, self.is_member = False, False, False
        self.is_mail_shared, self.is_disabled = False, False
        self.password, self.old_passwords = self.other[0].password, []
        self.app_password, self.revoked = None, []
        # The share's name in the sharee's own home.
        self.names = {}

    # What is changed, on the node of this number; by a command, or by a protocol.

    def step(self, node, random):
        change = random.choice([
            self.share, self.share_with_group, self.membership, self.mail, self.change_password, self.app, self.disable])
        change(self.nodes[node], node)
        return change.__name__

    def share(self, server, node):
        self.is_shared = not self.is_shared
        server.run("share", "add" if self.is_shared else "remove", self.path, self.other[0].address)

    def share_with_group(self, server, node):
        self.is_shared_with_group = not self.is_shared_with_group
        server.run("share", "add" if self.is_shared_with_group else "remove", self.path, self.group)

    def membership(self, server, node):
        self.is_member = not self.is_member
        server.run("group", "member", "add" if self.is_member else "remove", self.group, self.other[0].address)

    def mail(self, server, node):
        self.is_mail_shared = not self.is_mail_shared
        self.owner[node].imap().ok(
            f"SETACL team {self.other[0].address} lr" if self.is_mail_shared else f"DELETEACL team {self.other[0].address}")

    def change_password(self, server, node):
        self.old_passwords = [self.password]
        self.password = f"secret {time.monotonic_ns()}"
        server.run("user", "password", self.other[0].address, "--password-stdin", input=self.password + "\n")

    def app(self, server, node):
        if self.app_password:
            server.run("user", "app-password", "revoke", self.other[0].address, "phone")
            self.revoked, self.app_password = [self.app_password], None
        else:
            out = server.run("user", "app-password", "add", self.other[0].address, "--name", "phone").out
            self.app_password = re.search(r"\b[a-z0-9]{5}(-[a-z0-9]{5}){4}\b", out)[0]

    def disable(self, server, node):
        self.is_disabled = not self.is_disabled
        server.run("user", "set", self.other[0].address, "--disabled" if self.is_disabled else "--no-disabled")

    # What a node says.

    def faults(self, node):
        """In words: where the node says otherwise than it should."""
        server, found = self.nodes[node], []
        address = self.other[node].address
        for password, is_right in [(self.password, True), *((old, False) for old in self.old_passwords),
                                   *((old, False) for old in self.revoked), *([(self.app_password, True)] if self.app_password else [])]:
            status = Dav(server.url, (address, password)).propfind(self.other[node].calendars, depth=0).status
            if (status == 207) != (is_right and not self.is_disabled):
                found.append(f"a password that is {'right' if is_right else 'wrong'}: {status}")
            client = self.other[node].imap(sign_in=False)
            is_ok = client.do(f'LOGIN {address} "{password}"').status == "OK"
            if is_ok != (is_right and not self.is_disabled):
                found.append(f"IMAP, a password that is {'right' if is_right else 'wrong'}: {is_ok}")
            if is_ok and is_right and password == self.password:
                try:
                    client.ok(f'SELECT "Other Users/{self.owner[0].name}/team"')
                    is_open = True
                except Refused:
                    is_open = False
                if is_open != self.is_mail_shared:
                    found.append(f"the mailbox: {is_open}")
            client.close()
        if not self.is_disabled:
            dav = Dav(server.url, (address, self.password))
            may = self.is_shared or self.is_shared_with_group and self.is_member
            status = dav.get(self.path + "a.ics").status
            if (status == 200) != may:
                found.append(f"the calendar: {status}, and it should{'' if may else ' not'} be read")
            rows = dav.propfind(self.other[node].calendars, "D:owner", depth=1).multistatus()
            mounts = [r for r in rows if r.hrefs_of("D:owner") == [self.owner[0].principal]]
            if len(mounts) != may:
                found.append(f"{len(mounts)} mounts")
        return found


def test_what_is_changed_on_one_node_counts_on_the_other_in_time(nodes):
    seed = int(os.environ.get("SEED", random.randrange(1 << 30)))
    print(f"\nSEED={seed}")
    chance, world = random.Random(seed), World(nodes)
    longest = {}
    for number in range(STEPS):
        # Both have it in memory.
        [world.faults(node) for node in (0, 1)]
        node = chance.randrange(2)
        change = world.step(node, chance)
        began = time.monotonic()
        for other in (1 - node, node):
            while faults := world.faults(other):
                assert time.monotonic() - began < TOLD + 4, f"step {number}, {change} on node {node}, as node {other} says: {faults}"
        longest[change] = max(longest.get(change, 0), time.monotonic() - began)
        assert longest[change] < TOLD, f"{change}: {longest[change]}"
    print({change: round(took, 2) for change, took in longest.items()})
