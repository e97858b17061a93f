"""The preconditions of RFC 4791 §5.3, each with its element in the answer, and the identity rules of the corpus (V12 to V14)."""
import pytest

from dav import basic, name, raw_exchange
from objects import calendar, card, crlf, event, journal, task
from tegu import serving

EVENT = ["BEGIN:VEVENT", "UID:{uid}", "DTSTAMP:20260101T000000Z", "DTSTART:20260601T100000Z", "SUMMARY:x", "END:VEVENT"]


def event_lines(uid):
    return [line.replace("{uid}", uid) for line in EVENT]


def refused(response, condition, status=403):
    assert response.status == status, response
    return response.error(condition)


@pytest.mark.parametrize("content_type,body", [
    ("text/plain", "hello"), ("application/json", "{}"), ("text/vcard", card("a")), ("image/png", "\x89PNG"), ("text/plain", event("a")),
    ("image/png", event("a")), ("text/calendarish; charset=utf-8", event("a")), ("text/x-vcalendar", event("a")), ("application/xml", event("a"))])
def test_media_that_is_no_calendar(user, dav, content_type, body):
    """§5.3.2.1 supported-calendar-data: whatever the bytes are"""
    refused(dav.put(user.calendar + "x.ics", body, content_type), "C:supported-calendar-data")
    # A POST of XML is an invitation.
    if content_type != "application/xml":
        refused(dav.request("POST", user.calendar, body, {"Content-Type": content_type}), "C:supported-calendar-data")
    assert dav.children(user.calendar) == []


@pytest.mark.parametrize("content_type", ["text/calendar", "text/calendar; charset=utf-8; component=VEVENT", "TEXT/CALENDAR", None, "",
                                          "application/octet-stream", "application/x-www-form-urlencoded"])
def test_types_that_clients_send_for_calendars(user, dav, content_type):
    assert dav.put(user.calendar + "x.ics", event("typed"), None, {} if content_type is None else {"Content-Type": content_type}).status == 201


@pytest.mark.parametrize("body", ["", "hello", "<html/>", "BEGIN:VEVENT\r\nUID:a\r\nEND:VEVENT\r\n", card("a")])
def test_what_is_no_icalendar(user, dav, body):
    """§5.3.2.1 valid-calendar-data"""
    refused(dav.put(user.calendar + "x.ics", body), "C:valid-calendar-data")
    assert dav.get(user.calendar + "x.ics").status == 404


@pytest.mark.parametrize("body", [
    "BEGIN:VCALENDAR\r\n", calendar(), calendar("BEGIN:VTIMEZONE", "TZID:X", "BEGIN:STANDARD", "DTSTART:19700101T000000", "TZOFFSETFROM:+0000",
                         "TZOFFSETTO:+0000", "END:STANDARD", "END:VTIMEZONE"),
    calendar(*event_lines("one"), *event_lines("two")),
    calendar(*event_lines("one"), "BEGIN:VTODO", "UID:one", "DTSTAMP:20260101T000000Z", "END:VTODO"),
    calendar("BEGIN:VEVENT", "DTSTAMP:20260101T000000Z", "DTSTART:20260601T100000Z", "SUMMARY:no uid", "END:VEVENT"),
    calendar("BEGIN:VEVENT", "UID:", "DTSTAMP:20260101T000000Z", "DTSTART:20260601T100000Z", "END:VEVENT"),
    event("a") + event("b"),
], ids=["cut", "nothing in it", "a zone only", "two UIDs", "two kinds", "no UID", "an empty UID", "two calendars"])
def test_objects_without_one_identity(user, dav, body):
    """§4.1: one component kind, one UID, at least one component"""
    response = dav.put(user.calendar + "x.ics", body)
    assert response.status == 403, response
    assert {name("C:valid-calendar-object-resource"), name("C:valid-calendar-data")} & set(response.errors())
    assert dav.get(user.calendar + "x.ics").status == 404


def test_a_method_is_refused(user, dav):
    """§4.1: no METHOD in a stored object, §5.3.2.1 valid-calendar-object-resource"""
    body = crlf("BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nMETHOD:REQUEST\n" + "\n".join(event_lines("m")) + "\nEND:VCALENDAR")
    refused(dav.put(user.calendar + "m.ics", body), "C:valid-calendar-object-resource")
    assert dav.get(user.calendar + "m.ics").status == 404


@pytest.mark.parametrize("where,body", [("tasks", event("e")), ("tasks", journal("j")), ("calendar", task("t"))])
def test_components_that_the_calendar_does_not_hold(user, dav, where, body):
    """§5.3.2.1 supported-calendar-component"""
    refused(dav.put(getattr(user, where) + "x.ics", body), "C:supported-calendar-component")


def test_no_uid_conflict_names_the_other(user, dav):
    """§5.3.2.1 no-uid-conflict"""
    dav.put(user.calendar + "one.ics", event("same"))
    error = refused(dav.put(user.calendar + "two.ics", event("same")), "C:no-uid-conflict")
    assert error.findtext(name("D:href")) == user.calendar + "one.ics"


def test_one_uid_in_two_calendars_is_allowed(user, dav):
    dav.make_calendar(user.calendars + "second/")
    assert dav.put(user.calendar + "a.ics", event("both")).status == 201
    assert dav.put(user.calendars + "second/a.ics", event("both")).status == 201


def test_the_uid_of_an_object_stays(user, dav):
    dav.put(user.calendar + "a.ics", event("one"))
    response = dav.put(user.calendar + "a.ics", event("two"))
    assert response.status == 403, response
    assert {name("C:no-uid-conflict"), name("C:valid-calendar-object-resource")} & set(response.errors())
    assert "UID:one" in dav.get(user.calendar + "a.ics").text


def test_a_uid_in_the_trash_is_free(user, dav):
    for n in range(3):
        assert dav.put(user.calendar + f"name-{n}.ics", event("revived", str(n))).status == 201
        assert dav.delete(user.calendar + f"name-{n}.ics").status == 204
    assert dav.put(user.calendar + "name-0.ics", event("revived")).status == 201


def test_max_resource_size(user, dav):
    """§5.2.5, §5.3.2.1"""
    limit = int(dav.propfind(user.calendar, "C:max-resource-size").multistatus().only().text("C:max-resource-size"))
    refused(dav.put(user.calendar + "big.ics", event("big", "x" * (limit + 100))), "C:max-resource-size")
    assert dav.put(user.calendar + "ok.ics", event("ok", "x" * (limit - 500))).status == 201
    assert dav.get(user.calendar + "big.ics").status == 404


@pytest.mark.parametrize("method,place,condition", [
    ("PUT", "{calendar}big.ics", b"caldav-max-resource-size"), ("POST", "{calendar}", b"caldav-max-resource-size"),
    ("PUT", "{book}big.vcf", b"carddav-max-resource-size"), ("POST", "{calendar}a.ics?action=attachment-add", b"caldav-max-attachment-size")])
def test_what_is_not_even_read_is_refused_by_its_precondition_too(user, dav, method, place, condition):
    """§5.2.5, §5.3.2.1, RFC 6352 §6.3.2.1, RFC 8607 §3.11: a body of any length"""
    dav.put(user.calendar + "a.ics", event("a"))
    path = place.format(calendar=user.calendar, book=user.book)
    answer = raw_exchange(user.server.host, user.server.port, (
        f"{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: {basic(*user.credentials)}\r\nContent-Type: text/calendar\r\n"
        f"Content-Length: {1 << 40}\r\n\r\n").encode())
    prefix, _, element = condition.partition(b"-")
    assert answer.startswith(b"HTTP/1.1 403 ") and b":" + element + b"></" in answer and b"urn:ietf:params:xml:ns:" + prefix in answer, answer


def test_max_attendees_per_instance(user, dav):
    """§5.2.9, §5.3.2.1"""
    def attended(count, uid="many"):
        return event(uid, "x", *(f"ATTENDEE:mailto:{n}@example.com" for n in range(count)))
    limit = int(dav.propfind(user.calendar, "C:max-attendees-per-instance").multistatus().only().text("C:max-attendees-per-instance"))
    refused(dav.put(user.calendar + "many.ics", attended(limit + 1)), "C:max-attendees-per-instance")
    assert dav.get(user.calendar + "many.ics").status == 404
    assert dav.put(user.calendar + "many.ics", attended(limit)).status == 201
    refused(dav.request("POST", user.calendar, attended(limit + 1, "other"), {"Content-Type": "text/calendar"}), "C:max-attendees-per-instance")


@pytest.mark.parametrize("missing", ["C:min-date-time", "C:max-date-time", "C:max-instances"])
def test_what_has_no_limit_is_not_told_as_one(user, dav, missing):
    """§5.2.6 to §5.2.8: in the absence of the property any date and any number of instances may be sent"""
    assert dav.propfind(user.calendar, missing).multistatus().only().status_of(missing) == 404
    for uid, start in (("first", "DTSTART:00010101T000000Z"), ("last", "DTSTART:99991231T235959Z")):
        assert dav.put(user.calendar + uid, event(uid, "x", start=start, end=None)).status == 201
    assert dav.put(user.calendar + "endless", event("endless", "x", "RRULE:FREQ=SECONDLY")).status == 201


def test_a_limit_that_is_set_is_the_one_that_holds():
    with serving("--limits-calendar-object", "2KiB", "--limits-address-object", "2KiB", "--limits-file", "4KiB",
                 "--limits-attendees", "3") as server:
        who = server.new_user()
        dav = who.dav()
        refused(dav.put(who.calendar + "x.ics", event("x", "y" * 3000)), "C:max-resource-size")
        refused(dav.put(who.calendar + "x.ics", event("x", "y", *["ATTENDEE:mailto:a@example.com"] * 4)), "C:max-attendees-per-instance")
        refused(dav.put_card(who.book + "x.vcf", card("x", "A B", "NOTE:" + "y" * 3000)), "A:max-resource-size")
        assert dav.put_file(who.files + "x", b"x" * 5000).status == 413
        refused(dav.request("PUT", who.calendar + "c.ics", iter([event("c", "y" * 3000).encode()]), {"Content-Type": "text/calendar"}),
                "C:max-resource-size")
        assert dav.propfind(who.calendar, "C:max-resource-size").multistatus().only().text("C:max-resource-size") == "2048"


def test_supported_calendar_data(user, dav):
    row = dav.propfind(user.calendar, "C:supported-calendar-data", "C:supported-collation-set").multistatus().only()
    kinds = {(e.get("content-type"), e.get("version")) for e in row.prop("C:supported-calendar-data")}
    assert ("text/calendar", "2.0") in kinds


def test_vcalendar_1_is_refused(user, dav):
    """L18"""
    body = crlf("BEGIN:VCALENDAR\nVERSION:1.0\nBEGIN:VEVENT\nUID:old\nDTSTART:20260601T100000Z\nSUMMARY:x\nEND:VEVENT\nEND:VCALENDAR")
    response = dav.put(user.calendar + "old.ics", body)
    assert response.status == 403
    assert {name("C:supported-calendar-data"), name("C:valid-calendar-data")} & set(response.errors())


def test_an_update_that_is_refused_leaves_the_old_one(user, dav):
    etag = dav.put(user.calendar + "a.ics", event("a")).etag
    for body in ("", "nonsense", event("other"), task("a")):
        assert dav.put(user.calendar + "a.ics", body).status == 403
    assert dav.get(user.calendar + "a.ics").etag == etag


def test_recurring_objects_with_their_overrides(user, dav):
    body = calendar("BEGIN:VEVENT", "UID:r", "DTSTAMP:20260101T000000Z", "DTSTART:20260601T100000Z", "RRULE:FREQ=DAILY", "END:VEVENT",
                    "BEGIN:VEVENT", "UID:r", "RECURRENCE-ID:20260602T100000Z", "DTSTAMP:20260101T000000Z", "DTSTART:20260602T120000Z", "END:VEVENT")
    assert dav.put(user.calendar + "r.ics", body).status == 201
    alone = calendar("BEGIN:VEVENT", "UID:alone", "RECURRENCE-ID:20260602T100000Z", "DTSTAMP:20260101T000000Z", "DTSTART:20260602T120000Z", "END:VEVENT")
    assert dav.put(user.calendar + "alone.ics", alone).status == 201, "invited to one instance only"
