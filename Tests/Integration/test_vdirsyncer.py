"""Two vdirsyncer clients share a calendar, then an address book: what one does, the other has after its next sync."""
import os
import pathlib
import subprocess
import sys

import pytest

from objects import card, event

PROGRAM = pathlib.Path(sys.executable).parent / "vdirsyncer"
KINDS = {"calendar": ("caldav", "ics", event), "book": ("carddav", "vcf", card)}


class Client:
    """A folder of files that vdirsyncer keeps like a collection of the server."""

    def __init__(self, directory, user, kind):
        self.kind, (storage, self.ending, self.make) = kind, KINDS[kind]
        self.directory, self.items = directory, directory / "items"
        self.items.mkdir(parents=True)
        self.config = directory / "config"
        url = user.server.url + (user.calendar if kind == "calendar" else user.book)
        self.config.write_text(f"""[general]
status_path = "{directory}/status"
[pair p]
a = "local"
b = "remote"
collections = null
conflict_resolution = "b wins"
[storage local]
type = "filesystem"
path = "{self.items}"
fileext = ".{self.ending}"
[storage remote]
type = "{storage}"
url = "{url}"
username = "{user.address}"
password = "{user.password}"
""")
        self.run("discover")

    def run(self, command):
        done = subprocess.run([PROGRAM, "-c", self.config, command], input="y\n" * 5, text=True, capture_output=True, timeout=300,
                              env={**os.environ, "HOME": str(self.directory)})
        assert done.returncode == 0, done.stdout + done.stderr
        return self

    def sync(self):
        return self.run("sync")

    def file(self, uid):
        found = [path for path in self.items.iterdir() if f"UID:{uid}\n" in path.read_text().replace("\r", "")]
        return found[0] if found else self.items / f"{uid}.{self.ending}"

    def put(self, uid, title):
        path = self.file(uid)
        path.write_bytes(self.make(uid, title).encode())

    def remove(self, uid):
        self.file(uid).unlink()

    def have(self):
        """{uid: title}"""
        found = {}
        for path in self.items.iterdir():
            lines = dict(line.split(":", 1) for line in path.read_text().splitlines() if line.startswith(("UID:", "SUMMARY:", "FN:")))
            found[lines["UID"]] = lines.get("SUMMARY") or lines.get("FN")
        return found


@pytest.mark.parametrize("kind", KINDS)
def test_two_clients_and_one_collection(user, tmp_path, kind):
    one, two = Client(tmp_path / "one", user, kind), Client(tmp_path / "two", user, kind)
    want = {f"id-{n}": f"Title {n} äöü ж" for n in range(20)}
    for uid, title in want.items():
        one.put(uid, title)
    one.sync(), two.sync()
    assert one.have() == two.have() == want

    one.put("id-1", "changed by one"), two.put("id-2", "changed by two")
    one.sync(), two.sync(), one.sync()
    want.update({"id-1": "changed by one", "id-2": "changed by two"})
    assert one.have() == two.have() == want

    one.put("id-3", "from one"), two.put("id-3", "from two")
    one.sync(), two.sync(), one.sync()
    want["id-3"] = "from one"  # the first to sync is on the server, and the server wins
    assert one.have() == two.have() == want

    one.remove("id-4"), two.remove("id-5")
    one.sync(), two.sync(), one.sync()
    del want["id-4"], want["id-5"]
    assert one.have() == two.have() == want


@pytest.mark.parametrize("kind", KINDS)
def test_two_thousand_objects(user, tmp_path, kind):
    one, two = Client(tmp_path / "one", user, kind), Client(tmp_path / "two", user, kind)
    make = KINDS[kind][2]
    for n in range(2000):
        (one.items / f"many-{n}.{one.ending}").write_bytes(make(f"many-{n}", f"Title {n}").encode())
    one.sync(), two.sync()
    assert len(two.have()) == 2000
    assert one.have() == two.have()
