"""Calendar and address objects for tests, with CRLF as clients send them."""


def crlf(text):
    """A text written with bare newlines as a client sends it."""
    return text.strip("\n").replace("\r\n", "\n").replace("\n", "\r\n") + "\r\n"


def calendar(*lines, uid=None):
    """Lines of components inside a VCALENDAR."""
    return crlf("\n".join(("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Tests//Integration//EN", *lines, "END:VCALENDAR")))


def event(uid, summary="Meeting", *more, start="DTSTART:20260601T100000Z", end="DTEND:20260601T110000Z"):
    lines = ["BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20260101T000000Z", start]
    lines += ([end] if end else []) + [f"SUMMARY:{summary}", *more, "END:VEVENT"]
    return calendar(*lines)


def task(uid, summary="Task", *more):
    return calendar("BEGIN:VTODO", f"UID:{uid}", "DTSTAMP:20260101T000000Z", f"SUMMARY:{summary}", *more, "END:VTODO")


def journal(uid, summary="Note", *more):
    return calendar("BEGIN:VJOURNAL", f"UID:{uid}", "DTSTAMP:20260101T000000Z", f"SUMMARY:{summary}", *more, "END:VJOURNAL")


BERLIN = """BEGIN:VTIMEZONE
TZID:Europe/Berlin
BEGIN:DAYLIGHT
DTSTART:19810329T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
TZNAME:CEST
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19961027T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
TZNAME:CET
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE"""


def zoned_event(uid, summary="Meeting", *more):
    return calendar(BERLIN, "BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20260101T000000Z",
                    "DTSTART;TZID=Europe/Berlin:20260601T100000", "DTEND;TZID=Europe/Berlin:20260601T110000",
                    f"SUMMARY:{summary}", *more, "END:VEVENT")


def card(uid, full_name="Anna Example", *more, version="3.0"):
    family = full_name.split()[-1]
    given = full_name.split()[0]
    return crlf("\n".join(("BEGIN:VCARD", f"VERSION:{version}", f"UID:{uid}", f"FN:{full_name}", f"N:{family};{given};;;", *more,
                           "END:VCARD")))
