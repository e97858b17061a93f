"""What two features of sharing do together: each is right by itself elsewhere, and none may tell what the other hides."""
import time

import pytest

from dav import Dav, document, find
from gal import serving
from ldap_server import Authority, Slapd, person, temporary_folder, unit
from objects import calendar, event
from tegu import User, wait_for
from test_confidential_events import FREE_BUSY
from test_sharing import mount, mounts, share, unshare
from test_sharing_apple import invited, notifications, post, setting
from test_time_ranges import query, within

CORP = "dc=corp,dc=test"
EXPAND = '<D:getetag/><C:calendar-data><C:expand start="20260601T000000Z" end="20260604T000000Z"/></C:calendar-data>'
LIMIT = '<D:getetag/><C:calendar-data><C:limit-recurrence-set start="20260601T000000Z" end="20260604T000000Z"/></C:calendar-data>'


def series(*more, kind="PUBLIC", summary="Daily"):
    return calendar(
        "BEGIN:VEVENT", "UID:s", "DTSTAMP:20260101T000000Z", "DTSTART:20260601T100000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=3",
        f"SUMMARY:{summary}", "LOCATION:Secret place", f"CLASS:{kind}", *more, "END:VEVENT",
        "BEGIN:VEVENT", "UID:s", "DTSTAMP:20260101T000000Z", "RECURRENCE-ID:20260602T100000Z", "DTSTART:20260602T120000Z", "DURATION:PT1H",
        f"SUMMARY:{summary} moved", f"CLASS:{kind}", *more, "END:VEVENT")


def alarm(text, trigger="-PT7M"):
    return "BEGIN:VALARM", "ACTION:DISPLAY", f"TRIGGER:{trigger}", f"DESCRIPTION:{text}", "END:VALARM"


def every_form(dav, place, path):
    """All ways to read an object, each with its ETag where it tells one."""
    data = ("D:getetag", "C:calendar-data", "D:getcontentlength")
    span = within("20260601T000000Z", "20260604T000000Z")
    return [dav.get(path), dav.get(place), dav.get(path, Accept="application/calendar+json"), dav.propfind(path, *data),
            dav.propfind(place, *data, depth=1), dav.multiget(place, [path]), dav.sync(place, "", *data), dav.sync(place, "", *data, limit=5),
            query(dav, place, "VEVENT", span, "<D:getetag/><C:calendar-data/>"), query(dav, place, "VEVENT", span, EXPAND),
            query(dav, place, "VEVENT", span, LIMIT), query(dav, place, "VEVENT", '<C:comp-filter name="VALARM"/>', EXPAND), dav.propfind(path),
            dav.report(place, FREE_BUSY)]


@pytest.mark.parametrize("role", ["reader", "editor"])
def test_an_alarm_of_ones_own_on_what_becomes_confidential(server, user, other, role):
    """The sharee's alarm stays theirs, and tells nothing that the event does not; open again, both are there."""
    owner = user.dav()
    assert owner.put(user.calendar + "s.ics", series(*alarm("Owner secret"))).status == 201
    share(server, user.calendar, other, role)
    place, dav = mount(other), other.dav()
    path = place + "s.ics"
    assert dav.put(path, series(*alarm("Mine"))).status == 204
    assert dav.get(path).text.count("DESCRIPTION:Mine") == 2
    expanded = query(dav, place, "VEVENT", within("20260601T000000Z", "20260604T000000Z"), EXPAND)
    assert expanded.text.count("DESCRIPTION:Mine") == 3 and "Owner secret" not in expanded.text
    token, seen = dav.sync_token_of(place), dav.etag_of(path)
    assert owner.put(user.calendar + "s.ics", series(*alarm("Owner secret"), kind="CONFIDENTIAL", summary="Secret")).status == 204
    etags = set()
    for answer in every_form(dav, place, path):
        assert answer.status in (200, 207) and "ecret" not in answer.text, answer
        if answer.status == 207:
            etags |= {row.text("D:getetag") for row in answer.multistatus() if row.path == path and row.text("D:getetag")}
    assert etags == {dav.get(path).etag} and seen not in etags
    assert [(r.path, r.text("D:getetag")) for r in dav.sync(place, token).multistatus()] == [(path, dav.get(path).etag)]
    assert dav.put(path, series(*alarm("Other"))).status == 403
    assert owner.put(user.calendar + "s.ics", series(*alarm("Owner secret"), kind="PRIVATE", summary="Secret")).status == 204
    for answer in every_form(dav, place, path):
        # A multiget is answered with the name that it gave.
        assert "ecret" not in answer.text and "UID:s" not in answer.text and (answer.status == 404 or not [
            row for row in answer.multistatus() if row.path == path and row.status != 404] if answer.status != 200 else True), answer
    assert dav.get(path).status == 404
    assert owner.put(user.calendar + "s.ics", series(*alarm("Owner secret"))).status == 204
    again = dav.get(path)
    assert again.text.count("DESCRIPTION:Mine") == 2 and "Owner secret" not in again.text
    assert owner.get(user.calendar + "s.ics").text.count("Owner secret") == 2


def test_a_share_that_ends_while_its_events_are_private(server, user, other):
    """Tombstones after a revocation name what the sharee was shown, and nothing else."""
    owner = user.dav()
    for name, kind in (("a", "PUBLIC"), ("b", "PRIVATE"), ("c", "CONFIDENTIAL")):
        assert owner.put(f"{user.calendar}{name}.ics", event(name, "Secret").replace("SUMMARY", f"CLASS:{kind}\r\nSUMMARY")).status == 201
    share(server, user.calendar, other, "reader")
    place, dav = mount(other), other.dav()
    home, token = dav.sync_token_of(other.calendars), dav.sync_token_of(place)
    owner.delete(user.calendar + "b.ics")
    owner.put(user.calendar + "secret-name.ics", event("d", "Secret").replace("SUMMARY", "CLASS:PRIVATE\r\nSUMMARY"))
    owner.delete(user.calendar + "secret-name.ics")
    assert [r.path for r in dav.sync(place, token).multistatus()] == []
    unshare(server, user.calendar, other)
    gone = dav.sync(place, token)
    assert gone.status in (403, 404) and "ecret" not in gone.text
    changes = dav.sync(other.calendars, home).multistatus()
    assert [(r.path, r.status) for r in changes] == [(place, 404)]
    assert dav.propfind(user.calendar, "D:displayname").status == 404


@pytest.fixture(scope="module")
def corp():
    with temporary_folder() as folder:
        text = unit(CORP, "people") + unit(CORP, "moved") + unit(CORP, "groups")
        text += person(CORP, "olga") + person(CORP, "petra") + person(CORP, "paul") + person(CORP, "rudi") + person(CORP, "hugo", "employeeType: hidden", "mail: h.alias@example.org")
        text += f"dn: cn=crew,ou=groups,{CORP}\nobjectClass: groupOfNames\ncn: crew\nmember: uid=paul,ou=people,{CORP}\n\n"
        server = Slapd(folder / "corp", CORP, text, Authority(folder / "ca"))
        try:
            yield server.start()
        finally:
            server.stop()


@pytest.fixture(scope="module")
def site(corp):
    block = corp.settings("corp", "openldap", domains="[example.org]", group_interval="1s", map="\n      hidden: [employeeType=hidden]")
    with serving(block, settings=("--gal-enabled", "--gal-interval", "1s", "--auth-cache-time", "1s")) as server:
        yield server


def known(site, uid, password=None):
    user = User(site, uid, password or "secret of " + uid)
    wait_for(lambda: user.dav().propfind("/", "D:current-user-principal").status == 207, what=uid)
    return user


def test_an_invitation_waits_for_who_is_renamed_meanwhile(site, corp):
    olga = known(site, "olga")
    known(site, "petra")
    answer = post(olga, olga.calendar, setting("mailto:petra@example.org", "read-write", "Plans"))
    assert answer.status == 200, answer.text
    corp.modify(f"dn: uid=petra,ou=people,{CORP}\nchangetype: modrdn\nnewrdn: uid=petra.neu\ndeleteoldrdn: 1\nnewsuperior: ou=moved,{CORP}\n\n"
                f"dn: uid=petra.neu,ou=moved,{CORP}\nchangetype: modify\nreplace: mail\nmail: petra.neu@example.org\n")
    time.sleep(1.1)
    dav = Dav(site.url, ("petra.neu@example.org", "secret of petra"))
    principal = wait_for(lambda: dav.propfind("/", "D:current-user-principal").multistatus().only().hrefs_of("D:current-user-principal"), what="petra")[0]
    assert principal == "/principals/petra@example.org/", "the URLs stay"
    petra = User(site, "petra", "secret of petra")
    (notice,) = notifications(petra).values()
    home = "/calendars/petra@example.org/"
    reply = document("CS:invite-reply", f"<D:href>mailto:petra.neu@example.org</D:href><CS:invite-accepted/><CS:hosturl>"
                     f"<D:href>{find(notice, 'CS:hosturl/D:href').text}</D:href></CS:hosturl>"
                     f"<CS:in-reply-to>{find(notice, 'CS:uid').text}</CS:in-reply-to>")
    answer = dav.xml("POST", home, reply)
    assert answer.status == 200 and "shared-as" in answer.text, answer.text
    users, _ = invited(olga, olga.calendar)
    assert list(users) == ["mailto:petra.neu@example.org"] and users["mailto:petra.neu@example.org"][0] == "accepted"
    (place,) = mounts(petra, home)
    assert dav.put(place + "x.ics", event("x")).status == 201 and olga.dav().get(olga.calendar + "x.ics").status == 200


def test_who_is_hidden_is_hidden_by_an_alias_too(site):
    olga = known(site, "olga")
    dav = olga.dav()
    for name in ("hugo", "h.alias"):
        assert dav.propfind(f"/principals/{name}@example.org/", "D:displayname").status == 404
        assert post(olga, olga.calendar, setting(f"mailto:{name}@example.org")).status == 207
    hugo = Dav(site.url, ("h.alias@example.org", "secret of hugo"))
    assert hugo.propfind("/", "D:current-user-principal").status == 207
    # Known from now on, and in no search still.
    for prop, text in (("<CS:email-address-set/>", "h.alias"), ("<D:displayname/>", "hugo"), ("<C:calendar-user-address-set/>", "h.alias")):
        body = document("D:principal-property-search", f"<D:property-search><D:prop>{prop}</D:prop><D:match>{text}</D:match></D:property-search>"
                        "<D:prop><D:displayname/></D:prop>")
        assert [r.path for r in dav.report("/principals/", body, 0).multistatus()] == []


def test_a_group_of_the_directory_with_an_end_and_who_leaves_it(site, corp):
    olga, paul = known(site, "olga"), known(site, "paul")
    site.run("share", "add", olga.tasks, "crew", "--role", "editor", "--until", "2099-12-31")
    (place,) = wait_for(lambda: mounts(paul, paul.calendars), what="the share")
    token = paul.dav().sync_token_of(paul.calendars)
    corp.modify(f"dn: cn=crew,ou=groups,{CORP}\nchangetype: modify\nreplace: member\nmember: uid=rudi,ou=people,{CORP}\n")
    wait_for(lambda: mounts(paul, paul.calendars) == [], what="the end of the membership")
    assert [(r.path, r.status) for r in paul.dav().sync(paul.calendars, token).multistatus()] == [(place, 404)]
    rudi = known(site, "rudi")
    wait_for(lambda: mounts(rudi, rudi.calendars), what="the share of the new member")
    done = site.run("share", "add", olga.tasks, "crew", "--role", "editor", "--until", "2020-01-01", check=False)
    wait_for(lambda: mounts(rudi, rudi.calendars) == [], what=f"the end by date ({done.out}{done.err})")


HOSTILE = ["*", "*)(uid=*", "*)(|(uid=*))", "\\2a", "olga)(objectClass=*", "olga\x00", "a" * 10_000, "\u202eolga", "olga*", "(", ")", "\\", "olga,ou=people",
           "uid=olga,ou=people,dc=corp,dc=test", " olga", "olga ", "ol\tga", "%", "../olga", "olga@example.org@example.org", "@example.org", "\u00e4" * 3000]


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_no_name_means_more_than_itself(site, name):
    dav = known(site, "olga").dav()
    for password in ("secret of olga", "", "*"):
        for who in (name, name + "@example.org"):
            answer = Dav(site.url, (who, password)).propfind("/", "D:current-user-principal")
            assert answer.status in (400, 401, 431), (who, answer)
    if "\x00" not in name:
        done = site.run("directory", "test", "corp", "--user", name, check=False)
        assert done.returncode != 0 and "entries become" not in done.out, done.out
        for prop in ("<D:displayname/>", "<CS:email-address-set/>"):
            text = name.replace("&", "&amp;").replace("<", "&lt;")
            body = document("D:principal-property-search", f"<D:property-search><D:prop>{prop}</D:prop><D:match>{text}</D:match></D:property-search>"
                            "<D:prop><D:displayname/></D:prop>")
            answer = dav.report("/principals/", body, 0)
            assert answer.status == 207 and len(answer.multistatus()) == 0 or name.strip() in ("", "@example.org", "olga"), (name, answer)
