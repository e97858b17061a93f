"""Random rules as RFC 5545 §3.3.10 allows them, one a line: RRULE, DTSTART and how many instances are asked for, by tabs.

    generate.py COUNT SEED > rules.tsv
"""
import random
import sys

DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]


def some(rng, low, high, most, negative=False):
    """A few numbers of the range, of either sign."""
    numbers = {rng.randint(low, high) for _ in range(rng.randint(1, most))}
    if negative:
        numbers = {-n if rng.random() < 0.3 else n for n in numbers}
    return ",".join(str(n) for n in sorted(numbers))


def weekdays(rng, ordinals, in_year):
    if ordinals and rng.random() < 0.6:
        numbers = [1, 1, 2, 3, 4, 5, -1, -1, -2, -5] + ([20, 53, -53] if in_year else [])
        days = {f"{rng.choice(numbers)}{rng.choice(DAYS)}" for _ in range(rng.randint(1, 3))}
    else:
        days = set(rng.sample(DAYS, rng.randint(1, 5)))
    return ",".join(sorted(days))


def rule(rng):
    freq = rng.choices(["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY"],
                       [30, 28, 18, 12, 5, 4, 3])[0]
    parts = [f"FREQ={freq}"]
    chance = lambda p: rng.random() < p
    if chance(0.4):
        parts.append(f"INTERVAL={rng.choice([1, 2, 2, 3, 4, 5, 6, 7, 10, 12, 24, 30])}")
    if chance(0.4 if freq in ("YEARLY", "MONTHLY") else 0.2):
        parts.append(f"BYMONTH={some(rng, 1, 12, 4)}")
    if freq == "YEARLY" and chance(0.15):
        parts.append(f"BYWEEKNO={some(rng, 1, 53, 3, True)}")
    weekno = freq == "YEARLY" and parts[-1].startswith("BYWEEKNO")
    if freq in ("YEARLY", "HOURLY", "MINUTELY", "SECONDLY") and chance(0.12 if freq == "YEARLY" else 0.05):
        parts.append(f"BYYEARDAY={some(rng, 1, 366, 4, True)}")
    if freq != "WEEKLY" and chance(0.3 if freq in ("YEARLY", "MONTHLY") else 0.15):
        parts.append(f"BYMONTHDAY={some(rng, 1, 31, 5, True)}")
    if chance(0.45):
        parts.append(f"BYDAY={weekdays(rng, freq in ('YEARLY', 'MONTHLY') and not weekno, freq == 'YEARLY')}")
    if chance(0.15):
        parts.append(f"BYHOUR={some(rng, 0, 23, 3)}")
    if chance(0.12):
        parts.append(f"BYMINUTE={some(rng, 0, 59, 3)}")
    if chance(0.07):
        parts.append(f"BYSECOND={some(rng, 0, 59, 3)}")
    if any(p.startswith("BY") for p in parts) and chance(0.2):
        parts.append(f"BYSETPOS={some(rng, 1, 6, 3, True)}")
    if chance(0.25):
        parts.append(f"WKST={rng.choice(DAYS)}")
    if chance(0.2):
        parts.append(f"COUNT={rng.randint(1, 30)}")
    elif chance(0.15):
        parts.append(f"UNTIL={rng.randint(2026, 2040)}{rng.randint(1, 12):02}{rng.randint(1, 28):02}T120000")
    return ";".join(parts)


def main():
    count, seed = int(sys.argv[1]), int(sys.argv[2])
    rng = random.Random(seed)
    for _ in range(count):
        start = f"{rng.randint(1990, 2025)}{rng.randint(1, 12):02}{rng.randint(1, 28):02}"
        if rng.random() < 0.1:
            start = f"{start[:4]}{rng.choice(['0229', '1231', '0101', '1230', '0131', '0630'])}"
            if start.endswith("0229"):
                start = f"{int(start[:4]) // 4 * 4}0229"
        start += f"T{rng.randint(0, 23):02}{rng.choice([0, 0, 15, 30, 59]):02}{rng.choice([0, 0, 0, 7]):02}"
        print(rule(rng), start, rng.choice([3, 10, 25]), sep="\t")


main()
