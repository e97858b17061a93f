"""Alarms in a shared calendar: each has their own, and nobody sees another's."""
import json
import random

import pytest

from objects import BERLIN, calendar
from test_sharing import lacks, mount, share, unshare
from test_sync_property import Mirror
from test_time_ranges import query, within

ALARM = ["BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:Owner", "TRIGGER:-PT5M", "END:VALARM"]
OWN = ["BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:Sharee", "TRIGGER:-PT2H", "END:VALARM"]


def meeting(*more, summary="Meeting", before=(), uid="m"):
    return calendar("BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20260101T000000Z", "DTSTART:20260601T100000Z", "DTEND:20260601T110000Z",
                    f"SUMMARY:{summary}", *before, *more, "END:VEVENT")


STORED, BARE, MINE = meeting(*ALARM), meeting(), meeting(*OWN)


@pytest.fixture
def third(server):
    return server.new_user()


def synced(user, path):
    mirror = Mirror(user, path, random.Random(0))
    mirror.catch_up()
    return mirror


def changes(mirror):
    """What a synchronisation tells."""
    answer = mirror.dav.sync(mirror.path, mirror.token).multistatus()
    mirror.token = answer.sync_token
    return [(r.path.rsplit("/", 1)[1], r.status or r.text("D:getetag")) for r in answer]


@pytest.fixture(params=["reader", "editor", "co-owner"])
def place(server, user, other, request):
    """The calendar in the sharee's home; the role."""
    assert user.dav().put(user.calendar + "m.ics", STORED).status == 201
    share(server, user.calendar, other, request.param)
    return mount(other)


def test_the_owners_alarms_are_seen_by_nobody_else(user, other, place):
    dav, path = other.dav(), place + "m.ics"
    answer = dav.get(path)
    assert answer.text == BARE and answer.etag != user.dav().get(user.calendar + "m.ics").etag
    assert dav.get(user.calendar + "m.ics").text == BARE
    data = ("D:getetag", "D:getcontentlength", "C:calendar-data")
    answers = [dav.propfind(place, *data, depth=1), dav.propfind(path, *data), dav.multiget(place, [path]), dav.sync(place, "", *data),
               dav.sync(place, "", *data, limit=5), query(dav, place, "VEVENT", within("20260601T000000Z", "20260602T000000Z"), "<D:getetag/><C:calendar-data/>"),
               dav.propfind(place, "D:getetag", depth=1), dav.sync(place)]
    for found in answers:
        row = found.multistatus().row(path)
        assert row.text("D:getetag") == answer.etag and "Owner" not in found.text and "VALARM" not in found.text
        assert row.text("D:getcontentlength") in (None, str(len(answer.body)))
    for found in (dav.get(place), dav.get(path, Accept="application/calendar+json")):
        assert found.status == 200 and "Meeting" in found.text and "larm" not in found.text.lower()
    assert dav.get(path, If_None_Match=answer.etag).status == 304
    assert user.dav().get(user.calendar + "m.ics").text == STORED


def test_own_alarms_are_kept_and_told_to_nobody_else(server, user, other, third, place):
    share(server, user.calendar, third, "editor")
    theirs = mount(third)
    stored, bare = user.dav().get(user.calendar + "m.ics"), third.dav().get(theirs + "m.ics")
    mirrors = [synced(user, user.calendar), synced(third, theirs)]
    mine, dav, path = synced(other, place), other.dav(), place + "m.ics"
    before = dav.get(path).etag
    put = dav.put(path, MINE, If_Match=before)
    assert put.status == 204 and put.etag and put.etag != before
    assert dav.get(path).text == MINE and dav.get(path).etag == put.etag
    assert changes(mine) == [("m.ics", put.etag)]
    assert [changes(m) for m in mirrors] == [[], []]
    assert user.dav().get(user.calendar + "m.ics").text == STORED and user.dav().etag_of(user.calendar + "m.ics") == stored.etag
    assert third.dav().get(theirs + "m.ics").text == BARE and third.dav().etag_of(theirs + "m.ics") == bare.etag
    # The same again is no change; what they had is what they must name.
    assert dav.put(path, MINE).status == 204 and changes(mine) == []
    assert dav.put(path, BARE, If_Match=before).status == 412
    # By the owner's URL it is the same thing.
    assert dav.get(user.calendar + "m.ics").text == MINE
    # The owner's own alarms are the owner's; a change of the event is everybody's, and leaves them their alarms.
    assert user.dav().put(user.calendar + "m.ics", meeting("BEGIN:VALARM", "TRIGGER:-PT1M", "END:VALARM")).status == 204
    assert changes(mirrors[0]) != [] and changes(mirrors[1]) == [] and changes(mine) == []
    user.dav().put(user.calendar + "m.ics", meeting(*ALARM, summary="Moved"))
    assert dav.get(path).text == meeting(*OWN, summary="Moved") and changes(mine) == [("m.ics", dav.get(path).etag)]
    assert third.dav().get(theirs + "m.ics").text == meeting(summary="Moved") and len(changes(mirrors[1])) == 1
    # Without alarms they see what is stored of it for all.
    assert dav.put(path, meeting(summary="Moved")).status == 204
    assert dav.etag_of(path) == third.dav().etag_of(theirs + "m.ics")


def test_clients_write_the_object_anew_for_an_alarm(user, other, place):
    """Thunderbird: another order, a new stamp, its own notes."""
    dav, path, etag = other.dav(), place + "m.ics", user.dav().etag_of(user.calendar + "m.ics")
    sent = calendar("BEGIN:VEVENT", "SUMMARY:Mee\r\n ting", "X-MOZ-GENERATION:1", "X-MOZ-LASTACK:20260601T095500Z", "DTSTART:20260601T100000Z",
                    "X-MOZ-SNOOZE-TIME:20260601T100500Z", "DTEND:20260601T110000Z", "LAST-MODIFIED:20260601T095500Z", "UID:m",
                    "DTSTAMP:20260601T095500Z", "BEGIN:VALARM", "TRIGGER:-PT5M", "ACKNOWLEDGED:20260601T095500Z", "END:VALARM", "END:VEVENT")
    answer = dav.put(path, sent)
    # RFC 4791 §5.3.4: what they see is not what they sent.
    assert answer.status == 204 and answer.etag is None
    assert dav.get(path).text == meeting("BEGIN:VALARM", "TRIGGER:-PT5M", "ACKNOWLEDGED:20260601T095500Z", "END:VALARM", before=(
        "X-MOZ-LASTACK:20260601T095500Z", "X-MOZ-SNOOZE-TIME:20260601T100500Z"))
    assert user.dav().etag_of(user.calendar + "m.ics") == etag
    answer = dav.put(path, sent, headers={"Prefer": "return=representation"})
    assert answer.text == dav.get(path).text and answer.etag == dav.etag_of(path)


def test_a_reader_changes_nothing_else(server, user, other):
    user.dav().put(user.calendar + "m.ics", STORED)
    share(server, user.calendar, other, "reader")
    place = mount(other)
    path = place + "m.ics"
    lacks(other.dav().put(path, meeting(*OWN, summary="Mine")), "write-content", path)
    lacks(other.dav().put(path, meeting(*OWN, before=["LOCATION:x"])), "write-content", path)
    lacks(other.dav().put(path, "no calendar"), "write-content", path)
    lacks(other.dav().put(place + "n.ics", meeting(*OWN, uid="n")), "bind")
    assert other.dav().put(path, meeting(*OWN, uid="n")).status == 403
    assert other.dav().get(path).text == BARE
    assert other.dav().put(path, MINE).status == 204
    big = meeting(*(["BEGIN:VALARM", "TRIGGER:-PT5M", "DESCRIPTION:" + "x" * 70000, "END:VALARM"]))
    assert other.dav().put(path, big).error("C:max-resource-size") is not None
    # The alarms stay where the grant ends and comes back.
    unshare(server, user.calendar, other)
    assert other.dav().put(user.calendar + "m.ics", MINE).status == 404
    share(server, user.calendar, other, "reader")
    assert other.dav().get(mount(other) + "m.ics").text == MINE
    assert server.run("check").returncode == 0


def test_an_editor_changes_the_event_and_keeps_the_owners_alarms(server, user, other):
    user.dav().put(user.calendar + "m.ics", STORED)
    share(server, user.calendar, other, "editor")
    place = mount(other)
    put = other.dav().put(place + "m.ics", meeting(*OWN, summary="New"))
    assert put.status == 204 and put.etag == other.dav().etag_of(place + "m.ics")
    assert user.dav().get(user.calendar + "m.ics").text == meeting(*ALARM, summary="New")
    assert other.dav().get(place + "m.ics").text == meeting(*OWN, summary="New")
    # What they make has their alarms, and for the owner none.
    made = other.dav().put(place + "n.ics", meeting(*OWN, uid="n"))
    assert made.status == 201 and made.etag == other.dav().etag_of(place + "n.ics")
    assert user.dav().get(user.calendar + "n.ics").text == meeting(uid="n")
    posted = other.dav().request("POST", place, meeting(*OWN, uid="p").encode(), {"Content-Type": "text/calendar"})
    assert posted.status == 201 and "Sharee" in other.dav().get(posted.header("Location")).text
    assert sum("Sharee" in user.dav().get(p).text for p in user.dav().children(user.calendar)) == 0
    # Attachments are everybody's.
    answer = other.dav().request("POST", place + "m.ics?action=attachment-add", b"bytes", {"Content-Type": "text/plain"})
    assert answer.status == 201
    seen, stored = other.dav().get(place + "m.ics").text, user.dav().get(user.calendar + "m.ics").text
    assert "ATTACH" in seen and "Sharee" in seen and "Owner" not in seen and "ATTACH" in stored and "Owner" in stored and "Sharee" not in stored


def test_filters_look_at_the_alarms_that_are_seen(user, other, place):
    def found(dav, path, inner):
        return [r.path for r in query(dav, path, "VEVENT", f'<C:comp-filter name="VALARM">{inner}</C:comp-filter>').multistatus()]
    # RFC 4791 §9.9: five minutes and two hours before.
    owners, sharees = within("20260601T095400Z", "20260601T095600Z"), within("20260601T075900Z", "20260601T080100Z")
    text = '<C:prop-filter name="DESCRIPTION"><C:text-match>%s</C:text-match></C:prop-filter>'
    path = place + "m.ics"
    assert found(other.dav(), place, owners) == [] and found(other.dav(), place, text % "Owner") == []
    other.dav().put(path, MINE)
    assert found(other.dav(), place, owners) == [] and found(other.dav(), place, sharees) == [path]
    assert found(other.dav(), place, text % "sharee") == [path] and found(other.dav(), place, text % "owner") == []
    assert found(user.dav(), user.calendar, owners) == [user.calendar + "m.ics"] and found(user.dav(), user.calendar, sharees) == []
    assert found(user.dav(), user.calendar, text % "owner") == [user.calendar + "m.ics"] and found(user.dav(), user.calendar, text % "sharee") == []


def series(master=(), moved=None, alarms=()):
    lines = [*BERLIN.split("\n"), "BEGIN:VEVENT", "UID:s", "DTSTAMP:20260101T000000Z", "DTSTART;TZID=Europe/Berlin:20260601T100000", "DURATION:PT1H",
             "RRULE:FREQ=DAILY;COUNT=5", *master, "END:VEVENT"]
    if moved:
        lines += ["BEGIN:VEVENT", "UID:s", "DTSTAMP:20260101T000000Z", "RECURRENCE-ID;TZID=Europe/Berlin:20260602T100000",
                  f"DTSTART;TZID=Europe/Berlin:{moved}", "DURATION:PT1H", *alarms, "END:VEVENT"]
    return calendar(*lines)


def test_instances_that_the_owner_moves_keep_the_alarm_of_the_series(server, user, other):
    user.dav().put(user.calendar + "s.ics", series(ALARM))
    share(server, user.calendar, other, "reader")
    path = mount(other) + "s.ics"
    assert other.dav().put(path, series(OWN)).status == 204
    user.dav().put(user.calendar + "s.ics", series(ALARM, "20260602T120000", ALARM))
    assert other.dav().get(path).text == series(OWN, "20260602T120000", OWN)
    late = ["BEGIN:VALARM", "TRIGGER:-PT1M", "END:VALARM"]
    assert other.dav().put(path, series(OWN, "20260602T120000", late)).status == 204
    user.dav().put(user.calendar + "s.ics", series((), "20260602T130000"))
    assert other.dav().get(path).text == series(OWN, "20260602T130000", late)
    # An instance that is one no more takes its alarms along.
    user.dav().put(user.calendar + "s.ics", series())
    assert other.dav().get(path).text == series(OWN)


def test_copies_have_the_alarms_of_who_copies(server, user, other, third):
    user.dav().put(user.calendar + "m.ics", STORED)
    share(server, user.calendar, other, "editor")
    place = mount(other)
    other.dav().put(place + "m.ics", MINE)
    assert other.dav().copy(place + "m.ics", other.calendar + "m.ics").status == 201
    assert other.dav().get(other.calendar + "m.ics").text == MINE
    assert other.dav().copy(place, other.calendars + "all/").status == 201
    assert other.dav().get(other.calendars + "all/m.ics").text == MINE
    # From their own calendar into the shared one.
    other.dav().put(other.calendar + "n.ics", meeting(*OWN, uid="n"))
    assert other.dav().copy(other.calendar + "n.ics", place + "n.ics").status == 201
    assert user.dav().get(user.calendar + "n.ics").text == meeting(uid="n") and other.dav().get(place + "n.ics").text == meeting(*OWN, uid="n")
    other.dav().put(other.calendar + "o.ics", meeting(*OWN, uid="o"))
    assert other.dav().move(other.calendar + "o.ics", place + "o.ics").status == 201
    assert user.dav().get(user.calendar + "o.ics").text == meeting(uid="o") and other.dav().get(place + "o.ics").text == meeting(*OWN, uid="o")
    # The owner moves it within what is theirs: all keep what they have.
    user.dav().make_calendar(user.calendars + "second/")
    share(server, user.calendars + "second/", other, "reader")
    assert user.dav().move(user.calendar + "m.ics", user.calendars + "second/m.ics").status == 201
    assert user.dav().get(user.calendars + "second/m.ics").text == STORED and other.dav().get(user.calendars + "second/m.ics").text == MINE
    # Out of it: theirs, with their alarms.
    assert other.dav().move(place + "n.ics", other.calendars + "all/n.ics").status == 201
    assert other.dav().get(other.calendars + "all/n.ics").text == meeting(*OWN, uid="n") and user.dav().get(user.calendar + "n.ics").status == 404
    assert server.run("check").returncode == 0


def test_what_becomes_somebodys_has_the_alarms_that_they_had_on_it(server, user, other):
    user.dav().put(user.calendar + "m.ics", BARE)
    share(server, user.calendar, other, "reader")
    assert other.dav().put(mount(other) + "m.ics", MINE).status == 204
    share(server, other.calendar, user, "editor")
    assert user.dav().move(user.calendar + "m.ics", other.calendar + "m.ics").status == 201
    assert other.dav().get(other.calendar + "m.ics").text == MINE and user.dav().get(mount(user) + "m.ics").text == BARE
    assert server.run("check").returncode == 0


def test_restored_from_the_trash_it_has_them_again(server, user, other, place):
    other.dav().put(place + "m.ics", MINE)
    user.dav().delete(user.calendar + "m.ics")
    [deleted] = json.loads(server.run("trash", "list", user.address, "--json").out)
    server.run("trash", "restore", user.address, str(deleted["id"]))
    assert other.dav().get(place + "m.ics").text == MINE and user.dav().get(user.calendar + "m.ics").text == STORED


@pytest.mark.parametrize("seed", range(3))
def test_each_client_that_only_syncs_has_what_it_would_get(server, user, other, third, seed):
    rng = random.Random(seed)
    share(server, user.calendar, other, "reader")
    share(server, user.calendar, third, "editor")
    people = [(user, user.calendar), (other, mount(other)), (third, mount(third))]
    mirrors = [Mirror(u, p, rng) for u, p in people]
    for step in range(60):
        who, path = rng.choice(people)
        name, alarms = f"{rng.randrange(3)}", rng.choice([(), OWN, ALARM])
        now = who.dav().get(f"{path}{name}.ics")
        summary = "Meeting" if who is other or rng.random() < 0.5 else f"{rng.randrange(3)}"
        if now.status == 200 and rng.random() < 0.7:
            summary = now.text.split("SUMMARY:")[1].split("\r\n")[0]
        if who is not other and rng.random() < 0.15:
            assert who.dav().delete(f"{path}{name}.ics").status in (204, 404)
        else:
            assert who.dav().put(f"{path}{name}.ics", meeting(*alarms, summary=summary, uid=name)).status in (201, 204, 403), step
        for (person, place), mirror in zip(people, mirrors):
            if rng.random() < 0.4:
                mirror.catch_up()
                paths = person.dav().children(place)
                assert mirror.state == {p[len(place):]: person.dav().get(p).etag for p in paths}, (seed, step)
    assert server.run("check").returncode == 0
