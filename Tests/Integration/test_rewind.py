"""Calendars, books and folders brought back to what they held at a time: by an administrator (`tegu trash rewind`) and by their owner (PROPPATCH)."""
import datetime
import os
import random
import time

import pytest

from objects import card, event
from tegu import wait_for
from test_vdirsyncer import Client


def instant():
    """A time between what was before and what comes: changes are dated in milliseconds."""
    time.sleep(0.02)
    now = datetime.datetime.now(datetime.timezone.utc)
    time.sleep(0.02)
    return now.strftime("%Y-%m-%dT%H:%M:%S.") + f"{now.microsecond // 1000:03}Z"


def contents(user, path):
    dav = user.new_dav()
    return {child: dav.get(child).body for child in dav.children(path)}


def by_command(user, path, when):
    return user.server.run("trash", "rewind", path, "--to", when).out


def by_owner(user, path, when):
    answer = user.dav().set_property(path, f"<T:restore-to xmlns:T='urn:tegu:dav'>{when}</T:restore-to>")
    assert answer.status == 207 and answer.multistatus().only().propstats, answer.text
    assert b"200 OK" in answer.body, answer.text


WAYS = {"command": by_command, "owner": by_owner}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", ["calendar", "book", "files"])
def test_any_changes_are_undone_to_any_time(user, kind, way):
    rng, dav = random.Random(f"{kind} {way}"), user.dav()
    path = getattr(user, kind)
    ending = {"calendar": ".ics", "book": ".vcf", "files": ".txt"}[kind]
    put = {"calendar": lambda name, uid, text: dav.put(path + name, event(uid, text)),
           "book": lambda name, uid, text: dav.put_card(path + name, card(uid, text)),
           "files": lambda name, uid, text: dav.put_file(path + name, f"{uid} {text}".encode() * rng.choice([1, 60_000]))}[kind]
    names, states = [f"{letter}{ending}" for letter in "abcdef"], []
    uids = {}
    for step in range(40):
        name = rng.choice(names)
        action = rng.randrange(6)
        if action < 3:
            uids.setdefault(name, f"uid-{step}")
            assert put(name, uids[name], f"text {step}").status in (201, 204)
        elif action == 3 and name in uids:
            assert dav.delete(path + name).status == 204
            del uids[name]
        elif action == 4 and name in uids:
            to = rng.choice(names)
            if to not in uids:
                assert dav.move(path + name, path + to).status == 201
                uids[to] = uids.pop(name)
        elif name in uids:
            assert dav.set_property(path + name, f"<X:p xmlns:X='urn:x'>{step}</X:p>").status == 207
        if step % 4 == 0:
            states.append((instant(), contents(user, path)))
    token = dav.sync(path).multistatus().sync_token
    client = dict(contents(user, path))
    for when, wanted in rng.sample(states, len(states)):
        WAYS[way](user, path, when)
        assert contents(user, path) == wanted, when
        answer = user.new_dav().sync(path, token).multistatus()
        token = answer.sync_token
        for row in answer:
            if row.path == path:
                continue
            if row.status == 404:
                client.pop(row.path, None)
            else:
                client[row.path] = user.new_dav().get(row.path).body
        assert client == wanted, "who synchronises has the same"
    user.server.check()


def test_a_tree_comes_back_with_its_folders_and_its_quota(user):
    dav = user.dav()
    assert dav.request("MKCOL", user.files + "plans/").status == 201
    assert dav.request("MKCOL", user.files + "plans/old/").status == 201
    large = os.urandom(400_000)
    assert dav.put_file(user.files + "plans/a", large).status == 201
    assert dav.put_file(user.files + "plans/old/b", b"1").status == 201
    used = dav.propfind(user.files, "D:quota-used-bytes").multistatus().only().text("D:quota-used-bytes")
    when = instant()
    assert dav.put_file(user.files + "plans/a", b"short").status == 204
    assert dav.delete(user.files + "plans/").status == 204
    assert dav.request("MKCOL", user.files + "plans/").status == 201
    planned = user.server.run("trash", "rewind", user.files, "--to", when, "--plan").out
    assert "would hold" in planned
    assert dav.get(user.files + "plans/a").status == 404
    by_command(user, user.files, when)
    assert user.new_dav().get(user.files + "plans/a").body == large
    assert user.new_dav().get(user.files + "plans/old/b").body == b"1"
    assert dav.propfind(user.files, "D:quota-used-bytes").multistatus().only().text("D:quota-used-bytes") == used
    user.server.check()


def test_vdirsyncer_follows(user, tmp_path):
    client = Client(tmp_path / "one", user, "calendar")
    for number in range(10):
        client.put(f"id-{number}", f"Title {number}")
    client.sync()
    before, when = client.have(), instant()
    # By others: vdirsyncer compares with what it had before its own last upload, and takes what goes back to that for unchanged.
    dav = user.dav()
    names = {dav.get(path).text.split("UID:")[1].split()[0]: path for path in dav.children(user.calendar)}
    assert dav.put(names["id-1"], event("id-1", "other")).status == 204
    assert dav.delete(names["id-2"]).status == 204
    assert dav.put(user.calendar + "new.ics", event("new")).status == 201
    client.sync()
    assert client.have() != before
    by_command(user, user.calendar, when)
    client.sync()
    assert client.have() == before


def test_what_cannot_be_is_refused(user, server):
    dav, other = user.dav(), server.new_user()
    assert dav.put(user.calendar + "a.ics", event("a")).status == 201
    when = instant()
    assert dav.put(user.calendar + "a.ics", event("a", "changed")).status == 204
    for path, time_, code in ((user.calendar, "2001-01-01T00:00:00Z", 6), (user.calendar, "2999-01-01T00:00:00Z", 6),
                              (user.calendar, "yesterday", 2), (user.calendar, "2026-02-30T00:00:00Z", 2), (user.calendars + "none/", when, 6), ("/x/", when, 2)):
        done = server.run("trash", "rewind", path, "--to", time_, check=False)
        assert done.returncode == code, (path, time_, done.returncode, done.err)
    for time_ in ("2001-01-01T00:00:00Z", "2999-01-01T00:00:00Z", "yesterday", "2026-02-30T00:00:00Z"):
        answer = dav.set_property(user.calendar, f"<T:restore-to xmlns:T='urn:tegu:dav'>{time_}</T:restore-to>")
        assert b"409 Conflict" in answer.body, answer.text
    server.run("share", "add", user.calendar, other.address, "--role", "editor")
    answer = wait_for(lambda: (lambda a: a if a.status == 207 else None)(
        other.dav().set_property(user.calendar, f"<T:restore-to xmlns:T='urn:tegu:dav'>{when}</T:restore-to>")), what="the share")
    assert b"403 Forbidden" in answer.body, answer.text
    assert "changed" in dav.get(user.calendar + "a.ics").text
    lock = dav.lock(user.calendar + "a.ics")
    assert lock.status == 200
    assert server.run("trash", "rewind", user.calendar, "--to", when, check=False).returncode == 6
    assert dav.request("UNLOCK", user.calendar + "a.ics", headers={"Lock-Token": lock.header("lock-token")}).status == 204
    by_owner(user, user.calendar, when)
    assert "changed" not in dav.get(user.calendar + "a.ics").text
