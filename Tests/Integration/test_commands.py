"""The commands of the program, beside the running server and without it."""
import json
import os
import re
import stat
import subprocess

from dav import Dav
from objects import card, event, zoned_event
from tegu import DOMAIN, Server, binary


def columns(listing):
    """The cells of an aligned listing, its headings first. Cells with single spaces in them stay one."""
    return [re.split(r" {2,}", line) for line in listing.splitlines()]


def test_import_is_idempotent_and_export_gives_all_back(server, user, tmp_path):
    whole = tmp_path / "whole.ics"
    inner = "".join("".join(event(f"i-{n}", f"Title {n}").splitlines(keepends=True)[3:-1]) for n in range(250))
    whole.write_text("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nX-WR-CALNAME:Old\r\n" + inner
                     + "BEGIN:VEVENT\r\nSUMMARY:nobody\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n", newline="")
    first = server.run("import", user.calendar, str(whole), check=False)
    assert first.returncode == 1 and "created 250, replaced 0, unchanged 0, refused 1" in first.out, first.out + first.err
    assert re.search(r"(?m)^refused: line \d+.*UID", first.out)
    again = server.run("import", user.calendar, str(whole), check=False)
    assert "created 0, replaced 0, unchanged 250, refused 1" in again.out
    assert len(user.dav().children(user.calendar)) == 250
    out = tmp_path / "out.ics"
    server.run("export", user.calendar, "-o", str(out))
    text = out.read_text()
    assert text.count("BEGIN:VEVENT") == 250 and text.count("BEGIN:VCALENDAR") == 1
    assert server.run("export", user.calendar).out.count("BEGIN:VEVENT") == 250


def test_an_export_that_comes_back_changes_nothing(server, user, dav):
    """Else every client would load all of it anew."""
    dav.put(user.calendar + "z.ics", zoned_event("z").replace("PRODID:", "X-OWN:kept\r\nPRODID:"))
    dav.put(user.calendar + "r.ics", event("r", "Often", "RRULE:FREQ=DAILY", "X-LONG:" + "long " * 40))
    before = {path: dav.etag_of(path) for path in (user.calendar + "z.ics", user.calendar + "r.ics")}
    text = server.run("export", user.calendar).out
    assert "created 0, replaced 0, unchanged 2, refused 0" in server.run("import", user.calendar, "-", input=text).out
    assert "replaced 1, unchanged 1" in server.run("import", user.calendar, "-", input=text.replace("SUMMARY:Often", "SUMMARY:Seldom")).out
    assert dav.etag_of(user.calendar + "z.ics") == before[user.calendar + "z.ics"] and "X-OWN:kept" in dav.get(user.calendar + "z.ics").text
    assert dav.etag_of(user.calendar + "r.ics") != before[user.calendar + "r.ics"]


def test_a_book_goes_in_and_out(server, user, tmp_path):
    cards = "".join(card(f"c-{n}", f"Name {n}") for n in range(30)) + "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:No UID\r\nEND:VCARD\r\n"
    done = server.run("import", user.book, "-", input=cards)
    assert "created 31, replaced 0, unchanged 0, refused 0" in done.out
    assert "unchanged 31" in server.run("import", user.book, "-", input=cards).out
    assert server.run("export", user.book).out.count("BEGIN:VCARD") == 31


def test_calendars_and_books_are_made_listed_and_removed(server, user):
    server.run("calendar", "add", user.address, "work", "--display-name", "Work ж", "--color", "#ff8800", "--components", "VEVENT")
    assert columns(server.run("calendar", "list", user.address).out)[-1] == ["work", "Work ж", "0", "VEVENT"]
    row = user.dav().propfind(user.calendars + "work/", "D:displayname", "I:calendar-color").multistatus().only()
    assert row.text("D:displayname") == "Work ж" and row.text("I:calendar-color") == "#ff8800"
    server.run("calendar", "remove", user.address, "work")
    assert user.dav().get(user.calendars + "work/").status == 404
    deleted = json.loads(server.run("trash", "list", user.address, "--json").out)
    assert [(row["kind"], row["name"]) for row in deleted] == [("calendar", "work")]
    server.run("trash", "restore", user.address, str(deleted[0]["id"]))
    assert user.dav().get(user.calendars + "work/").status == 200
    assert server.run("calendar", "add", user.address, "work", check=False).returncode == 6
    assert server.run("calendar", "add", user.address, "odd", "--color", "red", check=False).returncode == 2


def test_books_are_made_listed_and_removed(server, user):
    server.run("book", "add", user.address, "friends", "--display-name", "Friends ж")
    assert sorted(columns(server.run("book", "list", user.address).out)[1:]) == [["contacts", "Contacts", "0"], ["friends", "Friends ж", "0"]]
    path = user.books + "friends/"
    assert user.dav().propfind(path, "D:displayname").multistatus().only().text("D:displayname") == "Friends ж"
    assert user.dav().put_card(path + "a.vcf", card("a")).status == 201
    assert server.run("book", "add", user.address, "friends", check=False).returncode == 6
    assert server.run("book", "add", f"nobody@{DOMAIN}", "friends", check=False).returncode == 6
    assert "trash" in server.run("book", "remove", user.address, "friends").out
    assert user.dav().get(path + "a.vcf").status == 404 and path not in user.dav().children(user.books)
    assert server.run("book", "remove", user.address, "friends", check=False).returncode == 6
    assert server.run("book", "remove", user.address, "calendar", check=False).returncode == 6, "a calendar is no book"
    [deleted] = json.loads(server.run("trash", "list", user.address, "--json").out)
    assert (deleted["kind"], deleted["name"]) == ("book", "friends")
    server.run("trash", "restore", user.address, str(deleted["id"]))
    assert user.dav().get(path + "a.vcf").body == card("a").encode()


def test_a_deleted_object_comes_back_from_the_trash(server, user, dav):
    dav.put(user.calendar + "a.ics", event("a"))
    etag = dav.etag_of(user.calendar + "a.ics")
    dav.delete(user.calendar + "a.ics")
    [deleted] = json.loads(server.run("trash", "list", user.address, "--json").out)
    assert (deleted["kind"], deleted["in"], deleted["name"]) == ("object", user.calendar.rstrip("/").rsplit("/", 1)[1], "a.ics")
    listing = server.run("trash", "list", user.address).out
    server.run("trash", "restore", user.address, columns(listing)[1][0])
    assert dav.etag_of(user.calendar + "a.ics") == etag


def test_users_are_listed_and_refused(server, user):
    rows = json.loads(server.run("user", "list", "--json").out)
    assert any(row["name"] == user.address and row["addresses"] == [user.address] for row in rows)
    again = server.run("user", "add", user.address, "--password-stdin", input="x\n", check=False)
    assert again.returncode == 6 and "already" in again.err
    assert server.run("user", "add", "bad name@example.org", "--password-stdin", input="x\n", check=False).returncode == 2
    assert server.run("user", "remove", user.address, check=False).returncode == 2, "without --yes nothing is removed"


def test_listings_have_aligned_columns_and_json(server, user):
    server.run("calendar", "add", user.address, "a-long-name", "--display-name", "\x1b[2J red \u202e x")
    text = server.run("calendar", "list", user.address).out
    heading, *rows = text.splitlines()
    assert heading.split() == ["NAME", "TITLE", "OBJECTS", "COMPONENTS", "ORIGIN"]
    start = heading.index("OBJECTS")
    assert len(rows) == 3 and all(row[start] == "0" and row[start - 1] == " " for row in rows), text
    assert "\x1b" not in text and "\u202e" not in text, "what moves the cursor is not passed on"
    found = json.loads(server.run("calendar", "list", user.address, "--json").out)
    assert {"name": "tasks", "title": "Tasks", "objects": 0, "components": ["VTODO"], "origin": ""} in found
    assert json.loads(server.run("book", "list", user.address, "--json").out) == [
        {"name": "contacts", "title": "Contacts", "objects": 0}]
    assert json.loads(server.run("trash", "list", user.address, "--json").out) == []
    assert columns(server.run("user", "list").out)[0] == [
        "NAME", "DISPLAY NAME", "ADDRESSES", "KIND", "ADMINISTRATOR", "DISABLED", "ONE TIME PASSWORD", "USED", "QUOTA"]


def test_a_one_time_password_is_made_up_and_works(server, user):
    out = server.run("user", "password", user.address, "--one-time").out
    password = re.search(r"one-time password: (\S+)\n", out)[1]
    assert Dav(server.url, (user.address, password)).propfind(user.principal, "D:displayname").status == 207
    assert Dav(server.url, user.credentials).propfind(user.principal, "D:displayname").status == 401
    listed = lambda: next(u for u in json.loads(server.run("user", "list", "--json").out) if u["name"] == user.address)
    assert listed()["oneTimePassword"] is True
    assert user.address not in server.run("check").out, "of administrators only"
    server.run("user", "password", user.address, "--password-stdin", input="x y z\n")
    assert listed()["oneTimePassword"] is False
    both = server.run("user", "password", user.address, "--one-time", "--password-stdin", input="x\n", check=False)
    assert both.returncode == 2 and "exclude" in both.err
    empty = server.run("user", "password", user.address, "--password-stdin", check=False)
    assert empty.returncode == 2 and "no password" in empty.err


def test_every_command_has_its_help_and_refuses_what_it_does_not_know(server):
    """The exit codes are those of docs/exit-codes.md."""
    whole = server.run("help").out
    assert whole == server.run("--help").out
    names = re.findall(r"(?m)^  (\w+)  +\S", whole.split("SUBCOMMANDS:")[1])
    assert {"serve", "demo", "user", "group", "calendar", "book", "share", "mail", "storage", "import", "export", "trash", "check", "reindex", "dns",
            "directory", "gal", "backup", "db", "version"} == set(names)
    pairs = [(name, sub) for name in ("user", "group", "calendar", "book", "share", "mail", "storage", "trash", "directory", "gal", "db")
             for sub in re.findall(r"(?m)^  (\w+)  +\S", server.run(name, "--help").out.split("SUBCOMMANDS:")[1])]
    assert len(pairs) == 44
    for command in [(name,) for name in names] + pairs:
        out = server.run(*command, "--help").out
        assert out.startswith("OVERVIEW: ") and f"USAGE: tegu {' '.join(command)}" in out
        assert server.run("help", *command).out == out
        wrong = server.run(*command, "--no-such-option", check=False)
        assert wrong.returncode == 2 and wrong.out == "" and "--help" in wrong.err, f"{command}: {wrong.out}{wrong.err}"
    assert "no-such-option" in server.run("check", "--no-such-option", check=False).err


def test_what_is_no_file_cannot_be_imported(server, user, tmp_path):
    missing = server.run("import", user.calendar, str(tmp_path / "none.ics"), check=False)
    assert missing.returncode == 5 and "none.ics: No such file" in missing.err
    folder = server.run("import", user.calendar, str(tmp_path), check=False)
    assert folder.returncode == 2 and "no plain file" in folder.err
    assert os.listdir(os.path.join(server.data_directory, "spool")) == []
    for text, path in (("garbage\n", user.calendar), (event("a"), user.book)):
        wrong = server.run("import", path, "-", input=text, check=False)
        assert wrong.returncode == 6 and "nothing was taken" in wrong.err, text
    assert server.run("import", user.book, "-", input="").out.startswith("created 0"), "what an empty book was exported to"


def test_what_is_no_plain_file_is_written_to_and_not_replaced(server, user, dav, tmp_path):
    """A device or a pipe that an export took the place of would be gone for all programs."""
    dav.put(user.calendar + "a.ics", event("a"))
    fifo, link, target = tmp_path / "fifo", tmp_path / "link.ics", tmp_path / "target.ics"
    os.mkfifo(fifo)
    target.write_text("old")
    link.symlink_to(target)
    with subprocess.Popen(["cat", str(fifo)], stdout=subprocess.PIPE) as reader:
        server.run("export", user.calendar, "-o", str(fifo))
        assert b"UID:a" in reader.stdout.read()
    assert stat.S_ISFIFO(fifo.lstat().st_mode)
    server.run("export", user.calendar, "-o", str(link))
    assert link.is_symlink() and "UID:a" in target.read_text()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["fifo", "link.ics", "target.ics"]


def test_output_that_finds_no_room_is_an_error(server, user):
    for command in (["user", "list"], ["calendar", "list", user.address, "--json"], ["check"], ["export", user.calendar]):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([binary(), *command, "--data-directory", server.data_directory], stdout=full, stderr=subprocess.PIPE,
                                  env=server.environment)
        assert done.returncode == 5 and b"standard output: No space left" in done.stderr, command


def test_a_file_that_is_cut_or_in_utf_16_is_told(server, user, dav, tmp_path):
    whole = event("a", "One two three")
    assert "created 1" in server.run("import", user.calendar, "-", input=whole).out
    cut = server.run("import", user.calendar, "-", input=whole[:whole.index("two")], check=False)
    assert cut.returncode == 1 and "replaced 0" in cut.out and "The file ends within this VEVENT" in cut.out
    assert "One two three" in dav.request("GET", user.calendar + "a.ics").text
    wide = tmp_path / "wide.ics"
    wide.write_bytes(event("b").encode("utf-16"))
    told = server.run("import", user.calendar, str(wide), check=False)
    assert told.returncode == 6 and "UTF-16" in told.err and "iconv" in told.err


def test_check_reindex_and_version(server, user, dav):
    dav.put(user.calendar + "a.ics", event("a"))
    assert "no faults" in server.run("check").out
    assert re.search(r"\d+ objects, 0 corrected", server.run("reindex").out)
    assert server.run("version").out.startswith("tegu ")


def test_dns_prints_records_to_paste(server):
    out = server.run("dns", "example.org", "--host", "dav.example.org", "--port", "443").out
    assert re.search(r"_caldavs\._tcp\.example\.org\.\s.*SRV\s+0\s+1\s+443\s+dav\.example\.org\.", out)
    assert re.search(r"_carddavs\._tcp\.example\.org\.\s.*TXT", out)


def test_errors_say_what_is_wrong_and_have_codes(server, tmp_path):
    assert server.run("nonsense", check=False).returncode == 2
    assert server.run("user", "list", "--no-such-setting", "1", check=False).returncode == 2
    bad = server.run("user", "list", environment={"TEGU_HTTP_WORKERS": "many"}, check=False)
    assert bad.returncode == 3 and "http.workers" in bad.err
    config = tmp_path / "tegu.yaml"
    config.write_text("http:\n  wrokers: 3\n")
    unknown = server.run("user", "list", "--config", str(config), check=False)
    assert unknown.returncode == 3 and "http.wrokers" in unknown.err and "http.workers" in unknown.err
    assert server.run("import", "/calendars/nobody@example.org/x/", "-", check=False).returncode == 6
    for command in ([], ["user"], ["import"], ["serve"]):
        assert "--help" in server.run(*command, "--help").out


def test_the_demo_organisation_is_whole_and_made_once(tmp_path):
    server = Server(data_directory=tmp_path / "data")
    first = server.run("demo", "--password", "demo secret")
    assert "anna@example.org" in first.out and "admin@example.org, an administrator" in first.out
    assert "already" in server.run("demo").out
    assert "no faults" in server.run("check").out
    out = server.run("export", "/calendars/anna@example.org/calendar/").out
    assert out.count("BEGIN:VEVENT") > 30 and "RRULE" in out and "TZID:Asia/Tokyo" in out
    assert server.run("export", "/contacts/boris@example.org/contacts/").out.count("BEGIN:VCARD") == 37


def test_first_start_and_orderly_end(tmp_path):
    server = Server(data_directory=tmp_path / "data")
    try:
        server.start()
        assert any("self-signed" in line for line in server.output)
        admin = server.administrator()
        assert admin.dav(tls=True).propfind(admin.principal, "D:displayname").status == 207
        assert server.stop() == 0
        server.start()
        assert not any(admin.password in line for line in server.output), "the password is printed once"
        second = Server(data_directory=tmp_path / "data")
        done = second.run("serve", check=False)
        assert done.returncode == 5 and "already" in done.err
    finally:
        server.close()
