"""kill -9 while writers are at work: what was acknowledged is there, nothing is half, and the store has no faults.

`CRASH_ROUNDS` is how often (5; `make soak`: 50)."""
import hashlib
import http.client
import os
import random
import re
import threading
import time

from objects import event
from tegu import Server, wait_for

ROUNDS = int(os.environ.get("CRASH_ROUNDS", "5"))


class Events:
    """Small objects, whose bytes are in the database."""
    writers, names = 5, 20

    def name(self, writer, number):
        return f"w{writer}-{number}.ics"

    def place(self, user):
        return user.calendar

    def content(self, before):
        """New content in the place of what has the mark `before`: an object keeps its UID."""
        return event(before[0] if before else f"{random.random()}", f"{random.random()}").encode()

    def write(self, dav, path, content, is_new):
        return dav.put(path, content)

    def mark(self, content):
        """What is kept of it for comparison."""
        return re.search(rb"UID:(.+)\r", content)[1].decode(), digest(content)

    def read(self, dav, path):
        """(mark, ETag), or nothing."""
        got = dav.get(path)
        return (self.mark(got.body), got.etag) if got.status == 200 else absent(got)


class Files(Events):
    """Bodies that are files of their own beside the database."""
    writers, names = 2, 4

    def name(self, writer, number):
        return f"f{writer}-{number}"

    def place(self, user):
        return user.files

    def content(self, before):
        return os.urandom(random.randrange(300_000, 2_000_000))

    def mark(self, content):
        return digest(content)

    def write(self, dav, path, content, is_new):
        return dav.put_file(path, content)


class Calendars(Events):
    """Collections and their properties."""
    writers, names = 1, 6

    def name(self, writer, number):
        return f"c{writer}-{number}/"

    def place(self, user):
        return user.calendars

    def content(self, before):
        return f"{random.random()}"

    def write(self, dav, path, content, is_new):
        element = f"<D:displayname>{content}</D:displayname>"
        return dav.make_calendar(path, properties=element) if is_new else dav.set_property(path, element)

    def mark(self, content):
        return content

    def read(self, dav, path):
        got = dav.propfind(path, "D:displayname")
        return (got.multistatus().only().text("D:displayname"), None) if got.status == 207 else absent(got)


def digest(content):
    return len(content), hashlib.sha256(content).hexdigest()


def absent(response):
    assert response.status == 404, response


class Writer(threading.Thread):
    """Makes, changes, moves and deletes what is its own until the server is gone, and remembers what was acknowledged."""

    def __init__(self, user, kind, number, state):
        super().__init__(daemon=True)
        self.dav, self.place, self.kind, self.state, self.number = user.new_dav(), kind.place(user), kind, state, number
        self.names = [kind.name(number, n) for n in range(kind.names)]
        # What is at some names once the request that is on its way is carried out.
        self.pending, self.acknowledged, self.fault, self.stop = {}, 0, None, False

    def run(self):
        try:
            while not self.stop:
                self.change(random.choice(self.names))
                self.acknowledged += 1
        except (OSError, http.client.HTTPException):
            pass  # the server was killed: what was pending may be there or not
        except AssertionError as fault:
            self.fault = fault

    def change(self, name):
        path, here, what = self.place + name, self.state.get(name), random.random()
        free = [n for n in self.names if n not in self.state]
        if here and what < 0.2:
            self.pending = {name: None}
            response = self.dav.delete(path)
        elif here and free and what < 0.4:
            target = random.choice(free)
            self.pending = {name: None, target: (here[0], None)}
            response = self.dav.move(path, self.place + target)
        else:
            content = self.kind.content(here and here[0])
            self.pending = {name: (self.kind.mark(content), None)}
            response = self.kind.write(self.dav, path, content, is_new=not here)
            self.pending[name] = (self.pending[name][0], response.etag)
        assert response.status in (201, 204, 207), response
        self.settle(self.pending)

    def settle(self, changes):
        for name, value in changes.items():
            if value is None:
                self.state.pop(name, None)
            else:
                self.state[name] = value
        self.pending = {}

    def verify(self, dav):
        """What was acknowledged is there; what was not, is wholly there or not at all."""
        assert self.fault is None, self.fault
        found = {name: self.kind.read(dav, self.place + name) for name in self.names}
        acknowledged = [name for name in self.names if not same(found[name], self.state.get(name))]
        if self.pending and all(same(found[name], value) for name, value in self.pending.items()):
            acknowledged = [name for name in acknowledged if name not in self.pending]
        assert not acknowledged, "\n".join(
            f"{name} is {found[name]}, acknowledged {self.state.get(name)}, on its way {self.pending}" for name in acknowledged)
        self.settle(found)


def same(found, known):
    """Without an ETag, it is not known."""
    if found is None or known is None:
        return found is known
    return found[0] == known[0] and known[1] in (None, found[1])


def test_acknowledged_changes_survive_kill_9():
    server = Server()
    try:
        server.start()
        user = server.new_user("writer")
        kinds = [(kind, number, {}) for kind in (Events(), Files(), Calendars()) for number in range(kind.writers)]
        for _ in range(ROUNDS):
            writers = [Writer(user, *each) for each in kinds]
            [writer.start() for writer in writers]
            # The first request of a start costs a hash: a round in which nothing was acknowledged proves nothing.
            wait_for(lambda: any(w.acknowledged for w in writers), what="a first acknowledged change")
            time.sleep(random.uniform(0.2, 0.8))
            server.kill()
            [writer.join(30) for writer in writers]
            # As the kill left it: before a start can mend anything.
            server.check()
            server.start()
            [writer.verify(user.new_dav()) for writer in writers]
        assert server.stop() == 0
        server.check()
        for kind in (Events, Files, Calendars):
            assert any(state for each, _, state in kinds if isinstance(each, kind)), f"no {kind.__name__} are left"
    finally:
        server.close()
