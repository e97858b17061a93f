"""Sorts the rules on which others differ from ours into the classes of differences.tsv, and judges ours by the definition.

    explain.py ours.tsv dateutil.tsv libical.tsv [--judge EVERY]

It prints how many rules each class has, and ends with 1 where a rule is in no class, or where by_definition.py finds ours wrong: of the
rules of a class each EVERY-th is judged (by default all).
"""
import sys
from collections import Counter
from datetime import datetime

import by_definition

SHORT = ("FREQ=SECONDLY", "FREQ=MINUTELY", "FREQ=HOURLY")


def parts(rule):
    return dict(p.split("=") for p in rule.split(";"))


def of_dateutil(p, ours, theirs):
    if "BYWEEKNO" in p and not {"BYDAY", "BYMONTHDAY", "BYYEARDAY"} & p.keys():
        return "dateutil-week-without-day"
    if p["FREQ"] == "WEEKLY" and "BYSETPOS" in p:
        return "dateutil-first-week"
    if "BYWEEKNO" in p:
        return "dateutil-week-of-year"


def of_libical(p, ours, theirs):
    times = {"BYHOUR", "BYMINUTE", "BYSECOND"} & p.keys()
    short = p["FREQ"] in ("HOURLY", "MINUTELY", "SECONDLY")
    if theirs == ours[:len(theirs)] and all(t >= "2582" for t in ours[len(theirs):]):
        return "libical-end"
    if "BYSETPOS" in p and (short or p["FREQ"] in ("WEEKLY", "DAILY")):
        return "libical-set-ignored"
    if "BYSETPOS" in p and times:
        return "libical-set-of-days"
    if p["FREQ"] == "YEARLY" and "BYMONTHDAY" in p and "BYMONTH" not in p:
        return "libical-month-of-start"
    if "BYWEEKNO" in p:
        return "libical-week-of-year"
    if short and times:
        return "libical-next-value"
    if "BYMONTHDAY" in p and (short or p["FREQ"] == "DAILY"):
        return "libical-month-day"
    signs = {day.startswith("-") for day in p.get("BYMONTHDAY", "").split(",")}
    if len(signs) == 2 and "-" in p.get("BYSETPOS", ""):
        return "libical-day-twice"
    if p["FREQ"] == "WEEKLY" and "INTERVAL" in p:
        return "libical-phase-of-weeks"
    if "BYYEARDAY" in p and short:
        return "libical-year-day"


def main():
    paths = sys.argv[1:4]
    every = int(sys.argv[sys.argv.index("--judge") + 1]) if "--judge" in sys.argv else 1
    classes, verdicts, failed = Counter(), Counter(), False
    for lines in zip(*(open(path) for path in paths)):
        (rule, start, count, ours), dateutil, libical = (line.rstrip("\n").split("\t") for line in lines)
        p = parts(rule)
        found = []
        for row, sort in ((dateutil, of_dateutil), (libical, of_libical)):
            if row[3] in ("?", "!"):
                classes[f"{sort.__name__[3:]} has no answer"] += 1
            elif row[3] != ours:
                found.append(sort(p, ours.split(), row[3].split()) or f"{sort.__name__[3:]}: not explained")
        for name in found:
            classes[name] += 1
            if name.endswith("not explained"):
                failed = True
                print(f"{name}: {rule} from {start}\n  {ours[:160]}\n  {dateutil[3][:160]}\n  {libical[3][:160]}")
        # Below an hour a day alone has more seconds than are looked at.
        if not found or classes[found[0]] % every or rule.startswith(SHORT[:2]) and "BYHOUR" not in rule:
            continue
        expected, end = by_definition.instances(rule, datetime.strptime(start, by_definition.FORM))
        expected = [m.strftime(by_definition.FORM) for m in expected[:int(count)]]
        made = [m for m in ours.split() if m <= end.strftime(by_definition.FORM)]
        verdicts[made == expected] += 1
        if made != expected:
            failed = True
            print(f"ours is wrong: {rule} from {start}\n  {' '.join(expected)[:200]}\n  {' '.join(made)[:200]}")
    for name, number in sorted(classes.items()):
        print(f"{number:7} {name}")
    print(f"{verdicts[True] + verdicts[False]} judged by the definition, {verdicts[False]} wrong")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
