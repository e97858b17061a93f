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


def event(uid, day=0, note="first"):
    """A meeting as clients write it: 1.2 KB with its time zone and an alarm. Every twentieth is held weekly."""
    start = datetime.datetime(2026, 1, 5, 8 + day % 10) + datetime.timedelta(days=day * 7 % 365)
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
