"""Managed attachments: RFC 8607."""
import concurrent.futures
import os
import re
import urllib.parse

import pytest

from dav import path_of
from objects import BERLIN, calendar, event
from tegu import Server, wait_for

HTML = b"<html><body><h1>Agenda</h1></body></html>\r\n"


def add(dav, path, body=HTML, query="", content_type='text/html; charset="utf-8"', name="agenda.html", **more):
    fields = {"Content-Type": content_type} if content_type else {}
    if name:
        fields["Content-Disposition"] = f"attachment;filename={name}"
    return dav.request("POST", f"{path}?action=attachment-add{query}", body, fields, **more)


def unfolded(response):
    return response.text.replace("\r\n ", "")


def attachments(text):
    """The ATTACH lines of a calendar object, unfolded."""
    return re.findall(r"^ATTACH.*$", text.replace("\r\n ", "").replace("\r", ""), re.M)


def target(url):
    return urllib.parse.urlsplit(url).path


def daily(uid, *more):
    return calendar(BERLIN, "BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20260101T000000Z",
                    "DTSTART;TZID=Europe/Berlin:20260601T100000", "DTEND;TZID=Europe/Berlin:20260601T113000",
                    "RRULE:FREQ=DAILY;COUNT=10", "SUMMARY:Stand-up", "BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:x",
                    "TRIGGER:-PT5M", "END:VALARM", "END:VEVENT", *more)


@pytest.fixture
def path(user, dav):
    """An event without attachments."""
    assert dav.put(user.calendar + "64.ics", event("64")).status == 201
    return user.calendar + "64.ics"


def test_discovery(user, dav):
    """RFC 8607 §3.2 and §6"""
    tokens = dav.options(user.calendar).tokens("DAV")
    assert "calendar-managed-attachments" in tokens and "calendar-managed-attachments-no-recurrence" not in tokens
    row = dav.propfind(user.calendar, "C:max-attachment-size", "C:max-attachments-per-resource").multistatus().only()
    assert int(row.text("C:max-attachment-size")) > 0 and int(row.text("C:max-attachments-per-resource")) > 0
    url = dav.propfind(user.calendars, "C:managed-attachments-server-URL", "C:max-attachment-size", "C:max-attachments-per-resource").multistatus().only()
    assert all(url.text(p) == row.text(p) for p in ("C:max-attachment-size", "C:max-attachments-per-resource")), "they are those of all calendars"
    assert len(url.prop("C:managed-attachments-server-URL")) == 0, "clients take their own scheme and host"


def test_the_sequence_of_the_rfc(user, dav, path):
    """RFC 8607 §3.4, §3.5, §3.6: added, updated, removed."""
    before = dav.get(path)
    added = add(dav, path, Prefer="return=representation")
    assert added.status == 201 and added.header("Content-Type").startswith("text/calendar")
    assert path_of(added.header("Content-Location")) == path and added.etag != before.etag
    first = added.header("Cal-Managed-ID")
    line, = attachments(added.text)
    assert line == f"ATTACH;MANAGED-ID={first};FMTTYPE=text/html;SIZE={len(HTML)};FILENAME=agenda.html:{added.header('Location')}"
    assert dav.get(path).body == added.body and dav.get(path).etag == added.etag
    assert re.sub(rb"ATTACH.*(\r\n .*)*\r\n", b"", added.body) == before.body, "all else is as it was"

    got = dav.get(target(added.header("Location")))
    assert got.status == 200 and got.body == HTML and got.header("Content-Type") == 'text/html; charset="utf-8"'
    assert got.header("Content-Disposition") == 'attachment; filename="agenda.html"'
    assert got.header("X-Content-Type-Options") == "nosniff" and "sandbox" in got.header("Content-Security-Policy")
    assert dav.get(target(added.header("Location")), If_None_Match=got.etag).status == 304
    part = dav.get(target(added.header("Location")), Range="bytes=1-4")
    assert part.status == 206 and part.body == b"html"

    updated = dav.request("POST", f"{path}?action=attachment-update&managed-id={first}", b"new", {"Content-Type": "text/plain"},
                          Prefer="return=representation")
    second = updated.header("Cal-Managed-ID")
    assert updated.status == 200 and second != first
    line, = attachments(updated.text)
    assert "FMTTYPE=text/plain;SIZE=3;FILENAME=agenda.html" in line, "what is not said stays"
    assert dav.get(target(updated.header("Location"))).body == b"new"
    assert dav.get(target(added.header("Location"))).status == 404, "nothing refers to it"

    removed = dav.request("POST", f"{path}?action=attachment-remove&managed-id={second}", b"")
    assert removed.status == 204 and removed.header("Cal-Managed-ID") is None and removed.etag is None
    assert dav.get(path).body == before.body


def test_conditions(user, dav, path):
    """RFC 8607 §3.11"""
    def post(query):
        return dav.request("POST", path + query, b"x", {"Content-Type": "text/plain"})

    managed = add(dav, path).header("Cal-Managed-ID")
    before = dav.get(path)
    for query, condition in [
        ("?action=attachment-move", "C:valid-action"), ("?action=", "C:valid-action"),
        ("?action=attachment-add&action=attachment-remove", "C:valid-action"),
        (f"?action=attachment-add&managed-id={managed}", "C:valid-managed-id"),
        ("?action=attachment-update", "C:valid-managed-id"), ("?action=attachment-remove", "C:valid-managed-id"),
        ("?action=attachment-update&managed-id=none", "C:valid-managed-id"),
        ("?action=attachment-remove&managed-id=none", "C:valid-managed-id"),
        ("?action=attachment-remove&managed-id=%ff", "C:valid-managed-id"),
        (f"?action=attachment-update&managed-id={managed}&rid=M", "C:valid-rid"),
        ("?action=attachment-add&rid=", "C:valid-rid"), ("?action=attachment-add&rid=x", "C:valid-rid"),
        ("?action=attachment-add&rid=20260601T100000Z", "C:valid-rid"),
        ("?action=attachment-add&rid=" + ",".join(["M"] * 101), "C:valid-rid"),
    ]:
        response = post(query)
        assert response.status == 403, (query, response)
        response.error(condition)
    assert dav.get(path).etag == before.etag
    assert add(dav, user.calendar + "none.ics").status == 404
    assert add(dav, user.calendar).status == 405


def test_if_match_of_two_clients(user, dav, path):
    etag = dav.get(path).etag
    assert add(dav, path, If_Match=etag).status == 201
    assert add(dav, path, If_Match=etag).status == 412
    assert len(attachments(dav.get(path).text)) == 1


def test_many_at_once_lose_nothing(user, path):
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        results = [f.result() for f in [pool.submit(lambda n: add(user.new_dav(), path, b"%d" % n), n) for n in range(12)]]
    done = [r for r in results if r.status == 201]
    assert done and all(r.status in (201, 503) for r in results), results
    assert len(attachments(user.dav().get(path).text)) == len(done)
    assert {user.dav().get(target(r.header("Location"))).status for r in done} == {200}


def test_one_instance(user, dav):
    """RFC 8607 §3.3.2: an instance without a component of its own gets one."""
    path = user.calendar + "daily.ics"
    dav.put(path, daily("d"))
    response = add(dav, path, query="&rid=20260603T080000Z", Prefer="return=representation")
    assert response.status == 201, response
    master, override = unfolded(response).split("BEGIN:VEVENT")[1:]
    assert "ATTACH" not in master and "RRULE" in master
    for line in ("DTSTART;TZID=Europe/Berlin:20260603T100000", "DTEND;TZID=Europe/Berlin:20260603T113000", "UID:d", "BEGIN:VALARM",
                 "RECURRENCE-ID;TZID=Europe/Berlin:20260603T100000", "SUMMARY:Stand-up", "ATTACH;MANAGED-ID="):
        assert line in override, line
    assert "RRULE" not in override
    managed = response.header("Cal-Managed-ID")

    assert add(dav, path, query="&rid=20260603T090000Z").status == 403, "there is no such instance"
    both = add(dav, path, query="&rid=M,20260603T100000", Prefer="return=representation")
    master, override = both.text.split("BEGIN:VEVENT")[1:]
    assert len(attachments(master)) == 1 and len(attachments(override)) == 2
    everywhere = add(dav, path, Prefer="return=representation")
    assert [len(attachments(part)) for part in everywhere.text.split("BEGIN:VEVENT")[1:]] == [2, 3]

    # RFC 8607 §3.6: it goes from one instance and stays in the others.
    last = everywhere.header("Cal-Managed-ID")
    gone = dav.request("POST", f"{path}?action=attachment-remove&managed-id={last}&rid=20260604T080000Z", b"",
                       Prefer="return=representation")
    assert [len(attachments(part)) for part in gone.text.split("BEGIN:VEVENT")[1:]] == [2, 3, 1]
    wrong = dav.request("POST", f"{path}?action=attachment-remove&managed-id={managed}&rid=M", b"")
    assert wrong.status == 403
    wrong.error("C:valid-managed-id")


def test_put_refers_to_what_there_is(user, dav, other, path):
    """RFC 8607 §3.7 to §3.9"""
    added = add(dav, path)
    line, = attachments(dav.get(path).text)
    url = target(added.header("Location"))
    # Another object of the same user.
    assert dav.put(user.calendar + "copy.ics", event("copy", "Copy", line)).status == 201
    # A PUT without it drops the reference.
    assert dav.put(path, event("64")).status == 204
    assert dav.get(url).status == 200, "the other object refers to it"
    assert dav.delete(user.calendar + "copy.ics").status == 204
    assert dav.get(url).status == 404, "what is in the trash is not served"
    assert dav.put(path, event("64", "Undone", line)).status == 204, "but it can come back"
    assert dav.get(url).status == 200
    # Nobody else has it, neither by the URL nor by the id.
    assert other.dav().get(url).status == 404
    for more in (line, "ATTACH;MANAGED-ID=none:https://example.com/x"):
        response = other.dav().put(other.calendar + "x.ics", event("x", "X", more))
        assert response.status == 403
        response.error("C:valid-managed-id-parameter")
    assert other.dav().put(other.calendar + "x.ics", event("x", "X", "ATTACH:https://example.com/x")).status == 201


def test_an_imported_file_gives_no_right_to_others_attachments(server, user, other, dav, path, tmp_path):
    url = target(add(dav, path).header("Location"))
    line, = attachments(dav.get(path).text)
    file = tmp_path / "taken.ics"
    body = event("taken", "Taken", line)
    file.write_bytes(body if isinstance(body, bytes) else body.encode())
    server.run("import", other.calendar, str(file))
    assert "MANAGED-ID" not in other.dav().get(other.calendar + "taken.ics").text
    assert other.dav().get(url).status == 404
    server.run("import", user.calendar, str(file))
    assert "MANAGED-ID" in dav.get(user.calendar + "taken.ics").text, "one's own may be taken back"


def test_copies_moves_and_the_trash(user, dav, path):
    url = target(add(dav, path).header("Location"))
    assert dav.request("COPY", path, None, {"Destination": user.calendar + "no.ics"}).status == 403, "the UID is there"
    dav.make_calendar(user.calendars + "second/")
    assert dav.request("COPY", path, None, {"Destination": user.calendars + "second/64.ics"}).status == 201
    assert dav.delete(path).status == 204 and dav.get(url).status == 200
    assert dav.request("MOVE", user.calendars + "second/64.ics", None, {"Destination": user.calendar + "m.ics"}).status == 201
    assert dav.get(url).status == 200
    assert dav.delete(user.calendars + "second/").status == 204 and dav.get(url).status == 200
    assert dav.delete(user.calendar + "m.ics").status == 204 and dav.get(url).status == 404


def test_names(user, dav, path):
    for header, name in [('attachment; filename="a, b; c.txt"', "a, b; c.txt"), ("attachment; filename*=UTF-8''%D0%B6.txt", "ж.txt"),
                         ('attachment; filename="../../etc/passwd"', "passwd"), ('attachment; filename="C:\\\\x\\\\y.doc"', "y.doc")]:
        added = dav.request("POST", path + "?action=attachment-add", b"x", {"Content-Disposition": header})
        assert added.status == 201
        got = dav.get(target(added.header("Location")))
        assert got.status == 200 and got.header("Content-Type") == "application/octet-stream"
        assert urllib.parse.unquote(target(added.header("Location"))).endswith("/" + name)
    lines = attachments(dav.get(path).text)
    assert 'FILENAME="a, b; c.txt"' in lines[0] and "FILENAME=ж.txt" in lines[1]
    bare = dav.request("POST", path + "?action=attachment-add", b"")
    assert bare.status == 201 and "FILENAME" not in attachments(dav.get(path).text)[-1]
    assert dav.get(target(bare.header("Location"))).body == b""


def test_an_attachment_is_only_read(user, dav, path):
    url = target(add(dav, path).header("Location"))
    for method in ("PUT", "DELETE", "PROPFIND", "POST", "MKCOL"):
        response = dav.request(method, url, b"")
        assert response.status == 405 and response.tokens("Allow") == {"options", "get", "head"}, method
    assert dav.head(url).header("Content-Length") == str(len(HTML))
    assert dav.get("/attachments/").status == 404 and dav.get("/attachments/none/x").status == 404


def test_quota(server):
    """RFC 8607 §3.12.1"""
    user = server.new_user(None, None, "--quota", "200000")
    dav = user.dav()
    path = user.calendar + "e.ics"
    dav.put(path, event("e"))

    def used():
        return int(dav.propfind(user.calendar, "D:quota-used-bytes").multistatus().only().text("D:quota-used-bytes"))

    before = used()
    added = add(dav, path, b"x" * 150_000)
    assert added.status == 201 and 150_000 < used() - before < 151_000
    refused = add(dav, path, b"x" * 60_000)
    assert refused.status == 507
    refused.error("D:quota-not-exceeded")
    assert len(attachments(dav.get(path).text)) == 1
    assert dav.request("POST", f"{path}?action=attachment-update&managed-id={added.header('Cal-Managed-ID')}", b"y" * 160_000,
                       {"Content-Type": "text/plain"}).status == 204, "what it replaces is counted off"
    assert dav.delete(path).status == 204
    assert used() < before, "the trash is not counted"


def test_limits_large_bodies_and_the_end(tmp_path):
    server = Server(settings=["--limits-attachment", "2MiB", "--limits-attachments-per-object", "2",
                              "--storage-attachment-keep", "0s", "--storage-trash-keep", "0s"])
    try:
        server.start()
        user = server.new_user()
        dav = user.dav()
        path = user.calendar + "e.ics"
        dav.put(path, event("e"))
        large = bytes(range(256)) * 8192
        added = add(dav, path, large)
        assert added.status == 201
        chunked = add(dav, path, (large[i:i + 65536] for i in range(0, len(large), 65536)))
        assert chunked.status == 201, chunked
        blobs = os.path.join(server.data_directory, "blobs")
        assert sum(len(files) for _, _, files in os.walk(blobs)) == 2
        for response in (add(dav, path, large + b"x"), add(dav, path, iter([large, b"x"])),
                         add(dav, path, large + b"x", Expect="100-continue")):
            assert response.status == 403, response
            response.error("C:max-attachment-size")
        third = add(dav, path, b"3")
        assert third.status == 403
        third.error("C:max-attachments-per-resource")

        server.kill()
        server.start()
        dav = user.dav()
        for response in (added, chunked):
            assert dav.get(target(response.header("Location"))).body == large
        server.check()
        assert dav.delete(path).status == 204
        # Maintenance is done at a start: it empties the trash, then nobody refers to them.
        assert server.stop() == 0
        server.start()
        wait_for(lambda: not any(files for _, _, files in os.walk(blobs)), what="the removal of the attachments")
        line = f"ATTACH;MANAGED-ID={added.header('Cal-Managed-ID')}:https://example.com/x"
        assert user.dav().put(path, event("e", "E", line)).status == 403
        server.check()
    finally:
        server.close()
