"""kill -9 while writers are at work: what was acknowledged is there, nothing is half, and the store has no faults.

`CRASH_ROUNDS` is how often (5; `make soak`: 50)."""
import http.client
import os
import random
import threading
import time

from objects import event
from tegu import Server, wait_for

ROUNDS = int(os.environ.get("CRASH_ROUNDS", "5"))
WRITERS = 6


class Writer(threading.Thread):
    """Makes, changes and deletes objects of its own until the server is gone, and remembers what was acknowledged."""

    def __init__(self, user, number, state):
        super().__init__(daemon=True)
        self.dav, self.path, self.number, self.state = user.new_dav(), user.calendar, number, state
        self.pending, self.stop, self.acknowledged = None, False, 0

    def run(self):
        try:
            while not self.stop:
                name = f"w{self.number}-{random.randrange(20)}.ics"
                body = event(name, f"{random.random()}")
                deletes = name in self.state and random.random() < 0.3
                self.pending = (name, None if deletes else body)
                if deletes:
                    response = self.dav.delete(self.path + name)
                    assert response.status == 204, response
                    del self.state[name]
                else:
                    response = self.dav.put(self.path + name, body)
                    assert response.status in (201, 204), response
                    self.state[name] = (body, response.etag)
                self.pending = None
                self.acknowledged += 1
        except (OSError, http.client.HTTPException):
            pass  # the server was killed: what was pending may be there or not


def test_acknowledged_changes_survive_kill_9():
    server = Server()
    try:
        server.start()
        user = server.new_user("writer")
        state = [{} for _ in range(WRITERS)]
        for _ in range(ROUNDS):
            writers = [Writer(user, number, state[number]) for number in range(WRITERS)]
            [writer.start() for writer in writers]
            # The first request of a start costs a hash: a round in which nothing was acknowledged proves nothing.
            wait_for(lambda: any(w.acknowledged for w in writers), what="a first acknowledged change")
            time.sleep(random.uniform(0.2, 0.8))
            server.kill()
            [writer.join(30) for writer in writers]
            server.start()
            for writer in writers:
                verify(user, writer)
        assert server.stop() == 0
        assert "no faults" in server.run("check").out
        assert sum(len(s) for s in state) > 0
    finally:
        server.close()


def verify(user, writer):
    dav = user.new_dav()
    pending = dict([writer.pending]) if writer.pending else {}
    for number in range(20):
        name = f"w{writer.number}-{number}.ics"
        got = dav.get(user.calendar + name)
        known = writer.state.get(name)
        expected = {(200, known[0], known[1])} if known else {(404, None, None)}
        found = (got.status, got.text, got.etag) if got.status == 200 else (got.status, None, None)
        if name in pending and found not in expected:
            # Not acknowledged: whole or not at all.
            assert found[1] == pending[name], f"{name} is half: {found}"
            if pending[name] is None:
                writer.state.pop(name, None)
            else:
                writer.state[name] = (found[1], found[2])
        else:
            assert found in expected, f"{name}: {found[:1]} but {known and known[1]} was acknowledged"
