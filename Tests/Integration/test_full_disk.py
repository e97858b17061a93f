"""A full disk: clean refusals, no damage, and all is well when there is room again. Needs to mount a small tmpfs."""
import os
import subprocess

import pytest

from objects import event
from tegu import Server

SIZE = "16m"


@pytest.fixture
def small_disk(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(disk)], capture_output=True, text=True)
    if done.returncode != 0:
        pytest.skip(f"a tmpfs cannot be mounted here (root is needed), so a full disk was NOT tested: {done.stderr.strip()}")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def fill(disk):
    with open(disk / "filler", "wb", buffering=0) as filler:
        for size in (1 << 16, 4096, 1):
            try:
                while True:
                    filler.write(b"x" * size)
            except OSError:
                pass


def test_a_full_disk(small_disk):
    server = Server(data_directory=small_disk / "data")
    try:
        server.start()
        user = server.new_user("writer")
        dav = user.dav()
        known = {}
        for n in range(50):
            body = event(f"before-{n}")
            known[f"before-{n}.ics"] = (body, dav.put(user.calendar + f"before-{n}.ics", body).etag)
        fill(small_disk)

        refusals = []
        for n in range(2000):
            body = event(f"full-{n}", "x" * 3000)
            response = dav.put(user.calendar + f"full-{n}.ics", body)
            if response.status == 201:
                known[f"full-{n}.ics"] = (body, response.etag)
            else:
                refusals.append(response)
                if len(refusals) > 20:
                    break
        assert refusals, "the disk was not full"
        assert {r.status for r in refusals} == {507}, refusals[:3]
        assert dav.put_file(user.files + "large", os.urandom(3 << 20)).status == 507
        for path in (user.calendar + "before-1.ics", user.calendar + "before-2.ics"):
            assert dav.get(path).body == known[path.rsplit("/", 1)[1]][0].encode(), "reading goes on"
        assert len(dav.children(user.calendar)) == len(known)
        assert server.process.poll() is None

        os.unlink(small_disk / "filler")
        again = dav.put(user.calendar + "after.ics", event("after"))
        assert again.status == 201, "it recovers by itself"
        known["after.ics"] = (event("after"), again.etag)
        verify(user, known)
        server.check()

        # and once more with the end of the program in it
        fill(small_disk)
        for n in range(200):
            if dav.put(user.calendar + f"again-{n}.ics", event(f"again-{n}", "y" * 3000)).status == 201:
                known[f"again-{n}.ics"] = (event(f"again-{n}", "y" * 3000), dav.etag_of(user.calendar + f"again-{n}.ics"))
        server.kill()
        os.unlink(small_disk / "filler")
        server.start()
        verify(user, known)
        server.check()
        assert server.stop() == 0
    finally:
        server.close()


def verify(user, known):
    dav = user.new_dav()
    assert sorted(p.rsplit("/", 1)[1] for p in dav.children(user.calendar)) == sorted(known)
    for name, (body, etag) in known.items():
        got = dav.get(user.calendar + name)
        assert got.body == body.encode() and got.etag == etag, name


def test_a_start_on_a_full_disk_says_so(small_disk):
    fill(small_disk)
    server = Server(data_directory=small_disk / "data")
    try:
        server.start(wait=False)
        assert server.process.wait(30) not in (0, 70), server.log()
        server._reader.join(10)
        assert "disk is full" in server.log() or "make room" in server.log(), server.log()
    finally:
        server.close()
