"""A client that only syncs ends with exactly what the server has: random writers, page sizes and interleaving.

`SYNC_SEED` repeats a run; the seed of a failed one stands in its message."""
import os
import random
import threading

import pytest

from objects import card, event


class Mirror:
    """What a client knows: {name: etag}, brought up to date by sync-collection alone."""

    def __init__(self, user, path, randomness):
        self.dav, self.path, self.randomness = user.new_dav(), path, randomness
        self.token, self.state, self.pages = "", {}, 0

    def page(self):
        """One page; whether there are more."""
        limit = self.randomness.choice([None, None, 1, 2, 3, 5, 10, 50])
        response = self.dav.sync(self.path, self.token, limit=limit)
        if response.status == 403:
            response.error("D:valid-sync-token")
            self.token, self.state = "", {}
            return True
        rows = response.multistatus()
        more = False
        for row in rows:
            name = row.path[len(self.path):]
            if row.status == 507:
                assert row.path == self.path
                more = True
            elif row.status == 404:
                self.state.pop(name, None)
            elif name:
                self.state[name] = row.text("D:getetag")
        assert rows.sync_token, "every page has a token"
        assert not more or rows.sync_token != self.token, "a page that goes nowhere"
        self.token, self.pages = rows.sync_token, self.pages + 1
        return more

    def catch_up(self):
        while self.page():
            pass


class Writer(threading.Thread):
    """Makes, changes, deletes and renames, for some steps."""

    def __init__(self, user, path, number, randomness, steps, make):
        super().__init__(daemon=True)
        self.dav, self.path, self.number, self.randomness, self.steps, self.make = user.new_dav(), path, number, randomness, steps, make
        self.failure = None

    def run(self):
        try:
            for _ in range(self.steps):
                name, other = (f"{self.number}-{self.randomness.randrange(15)}" for _ in range(2))
                kind = self.randomness.random()
                if kind < 0.6:
                    response = self.dav.put(self.path + name, *self.make(f"{self.number}-{name}", self.randomness.random()))
                    assert response.status in (201, 204, 403), response  # 403: its UID is under another name since a rename
                elif kind < 0.85:
                    assert self.dav.delete(self.path + name).status in (204, 404)
                else:
                    assert self.dav.move(self.path + name, self.path + other).status in (201, 204, 403, 404)
        except Exception as error:  # a thread has nobody to tell but who joins it
            self.failure = error


KINDS = {"calendar": lambda uid, x: (event(uid, str(x)), "text/calendar"), "book": lambda uid, x: (card(uid, f"A {x}"), "text/vcard"),
         "files": lambda uid, x: (str(x).encode(), "text/plain")}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("round_", range(3))
def test_a_mirror_by_sync_alone_is_exact(user, kind, round_):
    seed = int(os.environ.get("SYNC_SEED") or random.randrange(1 << 32))
    randomness, path = random.Random(seed), getattr(user, kind)
    writers = [Writer(user, path, n, random.Random(seed + n), 60, KINDS[kind]) for n in range(4)]
    mirrors = [Mirror(user, path, random.Random(seed + 100 + n)) for n in range(3)]
    [w.start() for w in writers]
    while any(w.is_alive() for w in writers):
        randomness.choice(mirrors).page()
    [w.join(60) for w in writers]
    assert not [w.failure for w in writers if w.failure], f"SYNC_SEED={seed}"
    rows = user.new_dav().propfind(path, "D:getetag", depth=1).multistatus()
    truth = {r.path[len(path):]: r.text("D:getetag") for r in rows if r.path != path}
    for mirror in [*mirrors, Mirror(user, path, randomness)]:
        mirror.catch_up()
        mirror.catch_up()  # the end of a listing in pages is its state at the start; what came meanwhile is the next delta
        assert mirror.state == truth, f"SYNC_SEED={seed}"
