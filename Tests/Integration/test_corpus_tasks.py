"""The corpus of tasks, journals, alarms and the rest (V1 to V14): nothing of it is lost, whatever a server may think of it."""
import pytest

from objects import BERLIN, calendar, event, journal, task

ALARM = ["BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:x", "TRIGGER:-PT15M", "END:VALARM"]


def alarm(*lines):
    return ["BEGIN:VALARM", *lines, "END:VALARM"]


TASKS = {
    "V1 DUE without DTSTART": task("t", "x", "DUE:20260601T100000Z"), "V1 DTSTART is DUE": task("t", "x", "DTSTART:20260601T100000Z", "DUE:20260601T100000Z"),
    "V1 DUE before DTSTART": task("t", "x", "DTSTART:20260602T100000Z", "DUE:20260601T100000Z"),
    "V1 DURATION": task("t", "x", "DTSTART:20260601T100000Z", "DURATION:PT1H"), "V1 dates and times": task("t", "x", "DTSTART;VALUE=DATE:20260601", "DUE:20260601T100000Z"),
    "V2 a recurring task completed": calendar("BEGIN:VTODO", "UID:t", "DTSTAMP:20260101T000000Z", "DTSTART:20260601T100000Z", "RRULE:FREQ=DAILY", "END:VTODO",
                                              "BEGIN:VTODO", "UID:t", "DTSTAMP:20260101T000000Z", "RECURRENCE-ID:20260601T100000Z", "STATUS:COMPLETED",
                                              "COMPLETED:20260601T103000Z", "END:VTODO"),
    "V3 a parent that is missing": task("t", "x", "RELATED-TO;RELTYPE=PARENT:nobody", "RELATED-TO;RELTYPE=X-ODD:other", "RELATED-TO:"),
    "V4 states that contradict": task("t", "x", "STATUS:NEEDS-ACTION", "COMPLETED:20260601T100000Z", "PERCENT-COMPLETE:100"),
    "V4 a percentage of 200": task("t", "x", "PERCENT-COMPLETE:200", "PRIORITY:99"),
    "V5 alarm on DUE without DTSTART": task("t", "x", "DUE:20260601T100000Z", *alarm("ACTION:DISPLAY", "TRIGGER;RELATED=END:-PT5M")),
    "X-APPLE-SORT-ORDER": task("t", "x", "X-APPLE-SORT-ORDER:651234567", "X-OC-HIDESUBTASKS:1"),
}
EVENTS = {
    "V5 alarms": event("e", "x", *alarm("TRIGGER:-PT5M"), *alarm("ACTION:AUDIO", "TRIGGER;VALUE=DATE-TIME:20260601T090000Z"),
                       *alarm("ACTION:DISPLAY", "TRIGGER:20260601T090000Z"), *alarm("ACTION:DISPLAY", "TRIGGER:PT5M"),
                       *alarm("ACTION:NONE", "TRIGGER;VALUE=DATE-TIME:19760401T005545Z"), *alarm("ACTION:DISPLAY", "TRIGGER;RELATED=END:PT0S", "ACKNOWLEDGED:20260101T000000Z"),
                       *alarm("UID:snooze", "ACTION:DISPLAY", "TRIGGER:-PT5M", "RELATED-TO;RELTYPE=SNOOZE:other"), *alarm(), "X-MOZ-LASTACK:20260101T000000Z", "X-MOZ-SNOOZE-TIME:20260101T000000Z"),
    "V5 an alarm relative to an end that is not there": event("e", "x", *alarm("ACTION:DISPLAY", "TRIGGER;RELATED=END:-PT5M"), end=None),
    "V7 an inline attachment with broken padding": event("e", "x", "ATTACH;ENCODING=BASE64;VALUE=BINARY;FMTTYPE=text/plain:QUJ", "ATTACH;FMTTYPE=nonsense:cid:x"),
    "V8 RFC 7986, 9073, 9253": event("e", "x", "COLOR:turquoise", "IMAGE;VALUE=URI;DISPLAY=BADGE:http://example.org/i.png", "CONFERENCE;VALUE=URI;FEATURE=PHONE:tel:+1",
                                     "LINK;LINKREL=related;VALUE=URI:http://example.org/", "CONCEPT:http://example.org/c", "REFID:r", "STRUCTURED-DATA;VALUE=TEXT:{}",
                                     "BEGIN:PARTICIPANT", "UID:p", "PARTICIPANT-TYPE:SPEAKER", "END:PARTICIPANT", "BEGIN:VLOCATION", "UID:l", "NAME:Place", "END:VLOCATION",
                                     "BEGIN:VRESOURCE", "UID:r", "RESOURCE-TYPE:ROOM", "END:VRESOURCE"),
    "V9 odd values": event("e", "", "GEO:x;y", "GEO:1", "URL:", "LOCATION:", "CATEGORIES:", "PRIORITY:high", "CLASS:secret", "SEQUENCE:-1", "TRANSP:maybe"),
    "T1 dates with times": event("e", start="DTSTART;VALUE=DATE:20250101T000000", end="DTEND:20250102"), "T2 no end": event("e", end=None),
    "T2 end before start": event("e", end="DTEND:20200101T000000Z"), "T2 odd durations": event("e", end="DURATION:P1W2D"), "T2 both": event("e", "x", "DURATION:PT1H"),
    "T4 odd times": event("e", start="DTSTART:20260601T240000Z", end="DTEND:20260601T235960Z"), "T4 fractions": event("e", start="DTSTART:20260601T100000.123Z", end=None),
    "T4 offsets": event("e", start="DTSTART:20260601T100000+03:00", end=None), "T4 far away": event("e", start="DTSTART:99990101T000000Z", end="DTEND:00010101T000000Z"),
    "T6 an own zone": calendar(BERLIN.replace("+0100", "+0545"), "BEGIN:VEVENT", "UID:e", "DTSTART;TZID=Europe/Berlin:20260601T100000", "END:VEVENT"),
    "T8 odd zones": calendar("BEGIN:VTIMEZONE", "TZID:x", "BEGIN:DAYLIGHT", "DTSTART:16010101T000000", "TZOFFSETFROM:-052836", "TZOFFSETTO:-052836",
                             "RRULE:FREQ=YEARLY;BYDAY=5MO", "END:DAYLIGHT", "END:VTIMEZONE", "BEGIN:VEVENT", "UID:e", "DTSTART;TZID=x:20260601T100000", "END:VEVENT"),
    "T5 floating": event("e", start="DTSTART:20260601T100000", end="DTEND:20260601T110000"),
    "R11 this and future": calendar("BEGIN:VEVENT", "UID:e", "DTSTART:20260601T100000Z", "RRULE:FREQ=DAILY", "END:VEVENT", "BEGIN:VEVENT", "UID:e",
                                    "RECURRENCE-ID;RANGE=THISANDFUTURE:20260605T100000Z", "DTSTART:20260605T120000Z", "END:VEVENT"),
    "R10 two overrides of one instance": calendar("BEGIN:VEVENT", "UID:e", "DTSTART:20260601T100000Z", "RRULE:FREQ=DAILY", "END:VEVENT",
                                                  *(["BEGIN:VEVENT", "UID:e", "RECURRENCE-ID:20260605T100000Z", "DTSTART:20260605T120000Z", "END:VEVENT"] * 2)),
    "R15 EXRULE": event("e", "x", "RRULE:FREQ=DAILY", "EXRULE:FREQ=WEEKLY", "EXDATE;TZID=Nowhere:20260601T100000", "RDATE;VALUE=PERIOD:20260601T100000Z/PT1H"),
}
TZIDS = ["Asia/Calcutta", "US/Eastern", "Russian Standard Time", "Москва, Санкт-Петербург", '"Europe/Berlin"', "GMT+3", "UTC+03:00", "Etc/GMT-3",
         '"(UTC+03:00) Moscow"', "tzone://Microsoft/Custom", "/mozilla.org/20050126_1/Europe/Berlin", "/freeassociation.sourceforge.net/Europe/Berlin",
         "Customized Time Zone 1", "Europe/Berlin ", ""]


def back(dav, path, body):
    put = dav.put(path, body)
    assert put.status == 201, put
    got = dav.get(path)
    assert got.body == body.encode() and got.etag == put.etag


@pytest.mark.parametrize("row", TASKS)
def test_tasks(user, dav, row):
    back(dav, user.tasks + "t.ics", TASKS[row])
    assert dav.calendar_query(user.tasks, "VTODO").multistatus().paths() == [user.tasks + "t.ics"]


@pytest.mark.parametrize("row", EVENTS)
def test_events(user, dav, row):
    back(dav, user.calendar + "e.ics", EVENTS[row])
    assert dav.calendar_query(user.calendar, "VEVENT", "D:getetag", "C:calendar-data").multistatus().only().text("C:calendar-data") == EVENTS[row]


@pytest.mark.parametrize("zone", TZIDS)
def test_zones_without_a_definition_are_never_refused(user, dav, zone):
    """T7"""
    back(dav, user.calendar + "z.ics", event("z", start=f"DTSTART;TZID={zone}:20260601T100000", end=f"DTEND;TZID={zone}:20260601T110000"))


def test_journals(user, dav):
    """V6"""
    back(dav, user.calendar + "j.ics", journal("j", "x", "DESCRIPTION:one", "DESCRIPTION:two", "DTSTART;VALUE=DATE:20260601"))


def test_an_attachment_of_10_megabytes(user, dav):
    """V7: taken, or refused with the limit"""
    limit = int(dav.propfind(user.calendar, "C:max-resource-size").multistatus().only().text("C:max-resource-size"))
    body = event("big", "x", "ATTACH;ENCODING=BASE64;VALUE=BINARY:" + "QUJD" * 2_500_000)
    response = dav.put(user.calendar + "big.ics", body)
    if len(body) > limit:
        assert response.status == 403
        response.error("C:max-resource-size")
    else:
        assert response.status == 201


def test_5000_overrides_in_one_object(user, dav):
    """R14"""
    import datetime
    start = datetime.datetime(2020, 1, 1, 10)
    lines = ["BEGIN:VEVENT", "UID:many", "DTSTAMP:20260101T000000Z", "DTSTART:20200101T100000Z", "RRULE:FREQ=DAILY", "END:VEVENT"]
    for n in range(5000):
        at = (start + datetime.timedelta(days=n)).strftime("%Y%m%dT%H%M%SZ")
        lines += ["BEGIN:VEVENT", "UID:many", "DTSTAMP:20260101T000000Z", f"RECURRENCE-ID:{at}", f"DTSTART:{at}", f"SUMMARY:{n}", "END:VEVENT"]
    response = dav.put(user.calendar + "many.ics", calendar(*lines))
    assert response.status == 201, response


def test_uids_are_independent_of_names(user, dav):
    """V10, V11"""
    for n, uid in enumerate(["a/b", "100%", "a b", "{8CF1}", "x" * 1000, "ü", "a\\,b", "..", "UPPER", "upper"]):
        back(dav, user.calendar + f"{n}.ics", event(uid))
        refused = dav.put(user.calendar + f"again-{n}.ics", event(uid))
        assert refused.status == 403
        refused.error("C:no-uid-conflict")


def test_an_availability_and_a_busy_time(user, dav):
    back(dav, user.calendar + "fb.ics", calendar("BEGIN:VFREEBUSY", "UID:fb", "DTSTAMP:20260101T000000Z", "FREEBUSY:20260601T100000Z/PT1H", "END:VFREEBUSY"))
    back(dav, user.calendar + "av.ics", calendar("BEGIN:VAVAILABILITY", "UID:av", "DTSTAMP:20260101T000000Z", "BEGIN:AVAILABLE", "UID:av-1",
                                                 "DTSTART:20260601T090000Z", "DTEND:20260601T170000Z", "END:AVAILABLE", "END:VAVAILABILITY"))
