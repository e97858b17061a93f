"""The objects and the requests of the benchmark. Everything is the same for all servers, but for the paths."""
import base64
import datetime
import re

NAMESPACES = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:A="urn:ietf:params:xml:ns:carddav"'
XML = '<?xml version="1.0" encoding="utf-8"?>'
ZONE = "\r\n".join([
    "BEGIN:VTIMEZONE", "TZID:Europe/Berlin", "BEGIN:DAYLIGHT", "DTSTART:19810329T020000", "TZOFFSETFROM:+0100",
    "TZOFFSETTO:+0200", "TZNAME:CEST", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", "END:DAYLIGHT", "BEGIN:STANDARD",
    "DTSTART:19961027T030000", "TZOFFSETFROM:+0200", "TZOFFSETTO:+0100", "TZNAME:CET",
    "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU", "END:STANDARD", "END:VTIMEZONE"])


# The week that queries ask for.
WEEK = datetime.datetime(2026, 6, 1), datetime.datetime(2026, 6, 8)


def starts(day):
    """When the meeting of a day is held, in local time: the first time, and each further week of every twentieth."""
    first = datetime.datetime(2026, 1, 5, 8 + day % 10) + datetime.timedelta(days=day * 7 % 365)
    return [first + datetime.timedelta(weeks=week) for week in range(20 if day % 20 == 0 else 1)]


def is_in_week(day):
    """No meeting is near midnight: the zone does not matter."""
    return any(WEEK[0] <= start < WEEK[1] for start in starts(day))


def event(uid, day=0, note="first"):
    """A meeting as clients write it: 1.2 KB with its time zone and an alarm. Every twentieth is held weekly."""
    start = starts(day)[0]
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Bench//EN", ZONE, "BEGIN:VEVENT", f"UID:{uid}",
        "DTSTAMP:20260101T120000Z", f"DTSTART;TZID=Europe/Berlin:{start:%Y%m%dT%H%M%S}",
        f"DTEND;TZID=Europe/Berlin:{start + datetime.timedelta(minutes=45):%Y%m%dT%H%M%S}"]
    if day % 20 == 0:
        lines.append("RRULE:FREQ=WEEKLY;COUNT=20")
    lines += [
        f"SUMMARY:Meeting about the plan for week {day % 52:02}", "LOCATION:Room 12\\, second floor",
        "DESCRIPTION:What was decided last week\\, what is still open\\, and who does ",
        f" what until the next time. This is the {note} version of the text\\, ",
        " which is as long as such texts usually are.",
        "CATEGORIES:WORK,TEAM", "ORGANIZER;CN=Anna Example:mailto:anna@example.org", "TRANSP:OPAQUE", "BEGIN:VALARM",
        "ACTION:DISPLAY", "DESCRIPTION:Reminder", "TRIGGER:-PT15M", "END:VALARM", "END:VEVENT", "END:VCALENDAR", ""]
    return "\r\n".join(lines)


def card(number):
    """A person. Every five-hundredth has the word that is searched for."""
    note = "the needle" if number % 500 == 7 else "nothing special"
    return "\r\n".join([
        "BEGIN:VCARD", "VERSION:3.0", f"UID:card-{number}", f"FN:Anna Example{number}", f"N:Example{number};Anna;;;",
        f"ORG:Company {number % 300}", f"EMAIL;TYPE=WORK:anna.{number}@example.org", f"TEL;TYPE=CELL:+49 170 {number:07}",
        f"ADR;TYPE=HOME:;;Street {number % 200};Town;;{number:05};Germany", f"NOTE:{note}", "END:VCARD", ""])


class Request:
    """One request, and what its answer must be."""

    def __init__(self, method, path, body="", headers=None, status=(207,), items=None, has=None):
        self.method, self.path, self.body = method, path, body.encode()
        self.headers, self.status, self.items, self.has = headers or {}, status, items, has

    def bytes(self, server, closes=False):
        """As it goes over the wire."""
        secret = base64.b64encode(f"{server.user}:{server.password}".encode()).decode()
        lines = [f"{self.method} {self.path} HTTP/1.1", f"Host: {server.host}:{server.port}", f"Authorization: Basic {secret}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        if self.body or self.method == "PUT":
            lines.append(f"Content-Length: {len(self.body)}")
        if closes:
            lines.append("Connection: close")
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + self.body

    def fault(self, status, body):
        """What is wrong with an answer; None: nothing."""
        if status not in self.status:
            return f"{self.method} {self.path}: status {status}"
        if self.items is not None:
            count = len(re.findall(rb"</(?:\w+:)?response>", body))
            # Some servers tell of the collection too.
            if not self.items <= count <= self.items + 1:
                return f"{self.method} {self.path}: {count} items instead of {self.items}"
        if self.has and body.count(self.has[0]) != self.has[1]:
            return f"{self.method} {self.path}: {body.count(self.has[0])} of {self.has[0]} instead of {self.has[1]}"
        return None


def xml(method, path, body, depth, **expected):
    headers = {"Depth": depth, "Content-Type": "application/xml; charset=utf-8"}
    return Request(method, path, XML + body, headers, **expected)


def put(path, text):
    return Request("PUT", path, text, {"Content-Type": "text/calendar; charset=utf-8"}, status=(201, 204))


def make_book(path):
    types = "<D:collection/><A:addressbook/>"
    return Request(
        "MKCOL", path, f"{XML}<D:mkcol {NAMESPACES}><D:set><D:prop><D:resourcetype>{types}</D:resourcetype></D:prop></D:set>"
        "</D:mkcol>", {"Content-Type": "application/xml; charset=utf-8"}, status=(201,))


def put_card(path, text):
    return Request("PUT", path, text, {"Content-Type": "text/vcard; charset=utf-8"}, status=(201, 204))


def get(path):
    return Request("GET", path, status=(200,), has=(b"BEGIN:VCALENDAR", 1))


def propfind(path, depth, *properties, **expected):
    names = "".join(f"<{name}/>" for name in properties)
    return xml("PROPFIND", path, f"<D:propfind {NAMESPACES}><D:prop>{names}</D:prop></D:propfind>", depth, **expected)


def multiget(collection, paths):
    hrefs = "".join(f"<D:href>{path}</D:href>" for path in paths)
    return xml(
        "REPORT", collection, f"<C:calendar-multiget {NAMESPACES}><D:prop><D:getetag/><C:calendar-data/></D:prop>{hrefs}"
        "</C:calendar-multiget>", "1", items=len(paths), has=(b"BEGIN:VCALENDAR", len(paths)))


def sync(collection, token, items):
    return xml(
        "REPORT", collection, f"<D:sync-collection {NAMESPACES}><D:sync-token>{token}</D:sync-token>"
        "<D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop></D:sync-collection>", "0", items=items)


def _range():
    return '<C:time-range start="{:%Y%m%dT%H%M%SZ}" end="{:%Y%m%dT%H%M%SZ}"/>'.format(*WEEK)


def query_week(collection, items):
    return xml(
        "REPORT", collection, f"<C:calendar-query {NAMESPACES}><D:prop><D:getetag/><C:calendar-data/></D:prop><C:filter>"
        f'<C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">{_range()}</C:comp-filter></C:comp-filter>'
        "</C:filter></C:calendar-query>", "1", items=items, has=(b"BEGIN:VCALENDAR", items))


def free_busy(collection):
    return xml(
        "REPORT", collection, f"<C:free-busy-query {NAMESPACES}>{_range()}</C:free-busy-query>", "1", status=(200,),
        has=(b"BEGIN:VFREEBUSY", 1))


def query_note(book, items):
    return xml(
        "REPORT", book, f"<A:addressbook-query {NAMESPACES}><D:prop><D:getetag/><A:address-data/></D:prop><A:filter>"
        '<A:prop-filter name="NOTE"><A:text-match collation="i;unicode-casemap" match-type="contains">needle</A:text-match>'
        "</A:prop-filter></A:filter></A:addressbook-query>", "1", items=items, has=(b"BEGIN:VCARD", items))
