"""Judges instances by looking at each day and second with the words of RFC 5545 §3.3.10, slowly and with no cleverness at all.

    by_definition.py ours.tsv dateutil.tsv libical.tsv

It looks only at rules on which the files differ, and at HORIZON years (HORIZON days below a day) after DTSTART; it prints
the rules on which the first file is wrong.
"""
import sys
from collections import defaultdict
from datetime import date, datetime, timedelta

HORIZON = 30
DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
FORM = "%Y%m%dT%H%M%S"


def week_start(day, wkst):
    return day - timedelta((day.weekday() - wkst) % 7)


def first_week(year, wkst):
    return week_start(date(year, 1, 4), wkst)


def week_year(day, wkst):
    return next(y for y in (day.year + 1, day.year, day.year - 1) if first_week(y, wkst) <= day)


def fits(place, length, numbers):
    """Whether the place (from 1) of so many is among the numbers, which count from the end when negative."""
    return place in numbers or place - length - 1 in numbers


def instances(text, start):
    parts = dict(p.split("=") for p in text.split(";"))
    numbers = {k: [int(n) for n in v.split(",")] for k, v in parts.items() if k.startswith("BY") and k != "BYDAY"}
    days = [(int(d[:-2] or 0), DAYS.index(d[-2:])) for d in parts["BYDAY"].split(",")] if "BYDAY" in parts else None
    freq, interval = parts["FREQ"], int(parts.get("INTERVAL", 1))
    wkst = DAYS.index(parts.get("WKST", "MO"))
    own = start.date()
    if not days and not {"BYMONTHDAY", "BYYEARDAY"} & set(numbers):
        if freq == "WEEKLY" or (freq == "YEARLY" and "BYWEEKNO" in numbers):
            days = [(0, own.weekday())]
        elif freq in ("MONTHLY", "YEARLY"):
            numbers["BYMONTHDAY"] = [own.day]
            if freq == "YEARLY":
                numbers.setdefault("BYMONTH", [own.month])

    def passes(day):
        if "BYMONTH" in numbers and day.month not in numbers["BYMONTH"]:
            return False
        month_length = ((day.replace(day=28) + timedelta(4)).replace(day=1) - timedelta(1)).day
        year_length = date(day.year, 12, 31).timetuple().tm_yday
        if "BYMONTHDAY" in numbers and not fits(day.day, month_length, numbers["BYMONTHDAY"]):
            return False
        if "BYYEARDAY" in numbers and not fits(day.timetuple().tm_yday, year_length, numbers["BYYEARDAY"]):
            return False
        if "BYWEEKNO" in numbers:
            year = week_year(day, wkst)
            first = first_week(year, wkst)
            weeks = (first_week(year + 1, wkst) - first).days // 7
            if not fits((day - first).days // 7 + 1, weeks, numbers["BYWEEKNO"]):
                return False
        if days is None:
            return True
        in_year = freq == "YEARLY" and "BYMONTH" not in numbers
        place, length = (day.timetuple().tm_yday, year_length) if in_year else (day.day, month_length)
        forward, backward = (place - 1) // 7 + 1, -((length - place) // 7 + 1)
        return any(w == day.weekday() and n in (0, forward, backward) for n, w in days)

    def period(moment):
        day = moment.date()
        if freq == "YEARLY":
            return week_year(day, wkst) if "BYWEEKNO" in numbers else day.year
        if freq == "MONTHLY":
            return day.year * 12 + day.month
        if freq == "WEEKLY":
            return week_start(day, wkst).toordinal() // 7
        if freq == "DAILY":
            return day.toordinal()
        seconds = int((moment - datetime(1, 1, 1)).total_seconds())
        return seconds // {"HOURLY": 3600, "MINUTELY": 60, "SECONDLY": 1}[freq]

    order = ["SECONDLY", "MINUTELY", "HOURLY"]
    below = order.index(freq) if freq in order else 3
    hours = numbers.get("BYHOUR", [start.hour] if below > 2 else range(24))
    minutes = numbers.get("BYMINUTE", [start.minute] if below > 1 else range(60))
    seconds = numbers.get("BYSECOND", [start.second] if below > 0 else range(60))
    first = period(start)
    margin = 8 if below < 3 else 400
    end = start + (timedelta(HORIZON) if below < 3 else timedelta(HORIZON * 365))
    periods = defaultdict(list)
    day = max(own - timedelta(margin), date(2, 1, 1))
    while day <= end.date() + timedelta(margin):
        if passes(day):
            for hour in sorted(hours):
                for minute in sorted(minutes):
                    for second in sorted(seconds):
                        moment = datetime(day.year, day.month, day.day, hour, minute, second)
                        index = period(moment) - first
                        if index >= 0 and index % interval == 0:
                            periods[index].append(moment)
        day += timedelta(1)
    found = []
    for index in sorted(periods):
        members = periods[index]
        if "BYSETPOS" in numbers:
            members = [m for place, m in enumerate(members, 1) if fits(place, len(members), numbers["BYSETPOS"])]
        found += [m for m in members if m >= start]
    found = found[:int(parts["COUNT"])] if "COUNT" in parts else found
    if "UNTIL" in parts:
        found = [m for m in found if m <= datetime.strptime(parts["UNTIL"], FORM)]
    return [m for m in found if m <= end], end


def main():
    looked_at = wrong = skipped = 0
    for lines in zip(*(open(path) for path in sys.argv[1:])):
        rows = [line.rstrip("\n").split("\t") for line in lines]
        results = {row[3] for row in rows} - {"?", "!"}
        if len(results) < 2 and len({row[3] for row in rows}) < 3:
            continue
        rule, start, count, ours = rows[0]
        if rule.startswith(("FREQ=SECONDLY", "FREQ=MINUTELY")) and "BYHOUR" not in rule:
            skipped += 1
            continue
        expected, end = instances(rule, datetime.strptime(start, FORM))
        expected = [m.strftime(FORM) for m in expected[:int(count)]]
        made = [m for m in ours.split() if m <= end.strftime(FORM)]
        looked_at += 1
        if made != expected:
            wrong += 1
            print(rule, start, " ".join(expected), " ".join(made), sep="\n  ")
    print(f"{looked_at} rules looked at, {wrong} wrong, {skipped} of too many seconds left out")


if __name__ == "__main__":
    main()
