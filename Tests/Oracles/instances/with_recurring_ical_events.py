"""The instances of events by the Python package recurring-ical-events, of the files that it and others ship.

    with_recurring_ical_events.py FOLDER > theirs.tsv

It fetches the source packages (nothing of theirs is kept here), puts the files into FOLDER and writes a line for each: its name, the range
that is asked for, in UTC, and the instances, each `start/end`. Days stand as days, times with a zone in UTC, others as they are.
"""
import datetime
import pathlib
import sys
import tarfile
import warnings

import icalendar
import recurring_ical_events

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "Integration"))
import pypi  # noqa: E402

PACKAGES = {"recurring-ical-events": "3.8.2", "icalendar": "7.3.2", "x-wr-timezone": "2.0.1", "khal": "0.14.1"}
YEARS = 3
UTC = datetime.timezone.utc


def text(value):
    if not isinstance(value, datetime.datetime):
        return f"{value.year:04}{value:%m%d}"
    suffix = "Z" if value.tzinfo else ""
    value = value.astimezone(UTC) if value.tzinfo else value
    return f"{value.year:04}{value:%m%dT%H%M%S}{suffix}"


def starts(calendar):
    for event in calendar.walk("VEVENT"):
        if "DTSTART" in event:
            value = event["DTSTART"].dt
            if not isinstance(value, datetime.datetime):
                value = datetime.datetime(value.year, value.month, value.day)
            yield value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def instances(calendar, start, end):
    for event in recurring_ical_events.of(calendar).between(start, end):
        begin = event["DTSTART"].dt
        stop = event["DTEND"].dt if "DTEND" in event else begin
        yield f"{text(begin)}/{text(stop)}"


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    warnings.simplefilter("ignore")
    for name, version in PACKAGES.items():
        with tarfile.open(pypi.source_package(name, version)) as archive:
            for member in sorted(archive.getmembers(), key=lambda m: m.name):
                if not member.isfile() or not member.name.lower().endswith(".ics"):
                    continue
                data = archive.extractfile(member).read()
                try:
                    calendar = icalendar.Calendar.from_ical(data)
                    first = min(starts(calendar))
                    # An odd time, so that nothing begins or ends at the edge.
                    start = (first - datetime.timedelta(100)).replace(hour=3, minute=17, second=5)
                    end = start + datetime.timedelta(365 * YEARS)
                    found = sorted(instances(calendar, start, end))
                except Exception as error:
                    print(f"{member.name}: {type(error).__name__}", file=sys.stderr)
                    continue
                path = folder / member.name.replace("/", "_")
                path.write_bytes(data)
                print(path.name, text(start), text(end), " ".join(found), sep="\t")


main()
