"""Evolution's data server with its CalDAV and CardDAV backends, as Evolution and GNOME Calendar and Contacts drive it, over TLS."""
import json
import os
import pathlib
import shutil
import subprocess
import threading

import pytest

from objects import BERLIN, calendar, card, event, task
from tegu import wait_for

FACTORIES = pathlib.Path("/usr/libexec/evolution-calendar-factory"), pathlib.Path("/usr/libexec/evolution-addressbook-factory")
BINDINGS = "EBook-1.2", "ECal-2.0"
pytestmark = [pytest.mark.soak, pytest.mark.skipif(
    not all(path.exists() for path in FACTORIES) or not shutil.which("dbus-run-session")
    or not all(list(pathlib.Path("/usr/lib").glob(f"*/girepository-1.0/{name}.typelib")) for name in BINDINGS),
    reason="evolution-data-server, gir1.2-ecal-2.0, gir1.2-ebook-1.2, python3-gi or dbus-daemon is not installed; they are for `make soak`")]


class Evolution:
    """The data server with a home folder and a D-Bus session of its own."""

    def __init__(self, home):
        settings = home / "config/glib-2.0/settings"
        settings.mkdir(parents=True)
        # It would wait for a network otherwise, and there may be none but the loopback.
        (settings / "keyfile").write_text("[org/gnome/evolution-data-server]\nnetwork-monitor-gio-name='always-online'\n")
        (home / "run").mkdir(mode=0o700)
        # A bus with nothing else on it: a keyring would ask somebody for its password and wait.
        (home / "services").mkdir()
        for path in pathlib.Path("/usr/share/dbus-1/services").glob("org.gnome.evolution.dataserver.*.service"):
            shutil.copy(path, home / "services")
        (home / "bus.conf").write_text(f"""<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:dir={home}/run</listen><servicedir>{home}/services</servicedir>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>""")
        self.log = open(home / "log", "w+")
        self.process = subprocess.Popen(
            ["dbus-run-session", f"--config-file={home}/bus.conf", "--", "/usr/bin/python3",
             pathlib.Path(__file__).with_name("client_evolution.py")],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, text=True,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "Europe/Berlin", "HOME": str(home),
                 "XDG_CONFIG_HOME": f"{home}/config", "XDG_DATA_HOME": f"{home}/data", "XDG_CACHE_HOME": f"{home}/cache",
                 "XDG_RUNTIME_DIR": f"{home}/run", "GSETTINGS_BACKEND": "keyfile", "GIO_USE_VFS": "local",
                 "CALDAV_DEBUG": os.environ.get("CALDAV_DEBUG", ""), "WEBDAV_DEBUG": os.environ.get("WEBDAV_DEBUG", "")})

    def __call__(self, *command):
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()
        timer = threading.Timer(90, self.process.kill)
        timer.start()
        # Between the answers stands what its processes print when CALDAV_DEBUG or WEBDAV_DEBUG is set.
        line = next((line for line in self.process.stdout if line.startswith('{"')), None)
        timer.cancel()
        if not line:
            self.log.seek(0)
            raise AssertionError(f"{command}: it ended\n{self.log.read()}")
        answer = json.loads(line)
        assert "error" not in answer, f"{command}: {answer['error']}"
        return answer["value"]

    def add(self, kind, user, path=None):
        url = user.server.tls_url + (path or {"calendar": user.calendar, "tasks": user.tasks, "book": user.book}[kind])
        can_be_written = self("add", kind, url, user.address, user.password, user.server.certificate)
        assert can_be_written

    def wait_for(self, kind, want):
        """A refresh goes on in the background, so its end is asked for."""
        self("refresh", kind)
        wait_for(lambda: self("list", kind) == want, what=f"{want} in {kind}, where {self('list', kind)} is")

    def close(self):
        self.process.stdin.close()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(20)
        self.log.close()


@pytest.fixture(scope="module")
def user(server):
    return server.new_user()


@pytest.fixture(scope="module")
def evolution(user, tmp_path_factory):
    running = Evolution(tmp_path_factory.mktemp("evolution"))
    yield running
    running.close()


MAKE = {"calendar": event, "tasks": task, "book": card}
# What it hands to its backends: a bare component, or a card.
OWN = {"calendar": "BEGIN:VEVENT\r\nUID:own\r\nDTSTART:20260601T100000Z\r\nDTEND:20260601T110000Z\r\nSUMMARY:{}\r\nEND:VEVENT\r\n",
       "tasks": "BEGIN:VTODO\r\nUID:own\r\nSUMMARY:{}\r\nEND:VTODO\r\n",
       "book": "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:own\r\nFN:{}\r\nN:Title;Own;;;\r\nEND:VCARD\r\n"}


def test_it_finds_calendars_and_books(user, evolution):
    found = evolution("discover", user.server.tls_url + "/", *user.credentials, user.server.certificate)
    assert {user.calendar: "Calendar", user.tasks: "Tasks", user.book: "Contacts"}.items() <= found.items()


@pytest.mark.parametrize("kind", MAKE)
def test_a_collection_of_two_clients(user, dav, evolution, kind):
    collection = {"calendar": user.calendar, "tasks": user.tasks, "book": user.book}[kind]
    make, ending = MAKE[kind], "vcf" if kind == "book" else "ics"
    put = dav.put_card if kind == "book" else dav.put
    theirs = [f"{collection}{n}.{ending}" for n in range(3)]
    for n, path in enumerate(theirs):
        assert put(path, make(f"their-{n}", f"Title {n} äöü ж")).status == 201
    evolution.add(kind, user)
    want = {f"their-{n}": f"Title {n} äöü ж" for n in range(3)}
    evolution.wait_for(kind, want)

    uid = evolution("create", kind, OWN[kind].format("Own Title"))
    (path,) = set(dav.children(collection)) - set(theirs)
    assert f"UID:{uid}" in dav.get(path).text and ":Own Title" in dav.get(path).text
    etag = dav.etag_of(path)
    evolution("rename", kind, uid, "Other Title")
    assert dav.children(collection) == sorted([*theirs, path])
    assert ":Other Title" in dav.get(path).text and dav.etag_of(path) != etag
    evolution("rename", kind, uid, "Third Title")  # with the ETag that it has from its own change
    assert ":Third Title" in dav.get(path).text

    assert put(theirs[0], make("their-0", "Changed elsewhere")).status == 204
    assert dav.delete(theirs[1]).status == 204
    assert put(f"{collection}3.{ending}", make("their-3", "New elsewhere")).status == 201
    want = {"their-0": "Changed elsewhere", "their-2": want["their-2"], "their-3": "New elsewhere", uid: "Third Title"}
    evolution.wait_for(kind, want)
    evolution("rename", kind, "their-3", "Renamed Here")
    assert ":Renamed Here" in dav.get(f"{collection}3.{ending}").text

    for gone in (uid, "their-2"):
        evolution("delete", kind, gone)
    assert dav.children(collection) == [theirs[0], f"{collection}3.{ending}"]


def test_a_series_is_shown_on_its_days(user, dav, evolution):
    """On a calendar of its own: a moved instance, a removed one, a change to winter time, and a whole day."""
    path = user.calendars + "series/"
    assert dav.make_calendar(path, "VEVENT").status == 201
    dav.put(path + "series.ics", calendar(
        BERLIN, "BEGIN:VEVENT", "UID:series", "DTSTAMP:20260101T000000Z", "DTSTART;TZID=Europe/Berlin:20261019T090000",
        "DTEND;TZID=Europe/Berlin:20261019T093000", "RRULE:FREQ=WEEKLY;COUNT=4", "EXDATE;TZID=Europe/Berlin:20261102T090000",
        "SUMMARY:Weekly", "END:VEVENT",
        "BEGIN:VEVENT", "UID:series", "DTSTAMP:20260101T000000Z", "RECURRENCE-ID;TZID=Europe/Berlin:20261109T090000",
        "DTSTART;TZID=Europe/Berlin:20261109T150000", "DTEND;TZID=Europe/Berlin:20261109T153000", "SUMMARY:Later", "END:VEVENT"))
    dav.put(path + "day.ics", event("day", "Fair", start="DTSTART;VALUE=DATE:20261105", end="DTEND;VALUE=DATE:20261106"))
    evolution.add("calendar", user, path)
    wait_for(lambda: len(evolution("list", "calendar")) == 2, what="all that is in the calendar")
    assert evolution("instances", 1_790_000_000, 1_796_000_000) == [
        ["20261019T090000", "Weekly"], ["20261026T090000", "Weekly"], ["20261105", "Fair"], ["20261109T150000", "Later"]]
