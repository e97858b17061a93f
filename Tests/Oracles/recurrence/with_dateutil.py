"""Instances by python-dateutil: reads rules as generate.py writes them, appends a column of instances.

    with_dateutil.py < rules.tsv > dateutil.tsv
"""
import signal
import sys
from datetime import datetime
from itertools import islice

from dateutil.rrule import rrulestr


class TooLong(Exception):
    pass


def on_alarm(signum, frame):
    raise TooLong


signal.signal(signal.SIGALRM, on_alarm)
for line in sys.stdin:
    rule, start, count = line.rstrip("\n").split("\t")
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    try:
        found = islice(rrulestr(rule, dtstart=datetime.strptime(start, "%Y%m%dT%H%M%S")), int(count))
        result = " ".join(f"{t.year:04}{t:%m%dT%H%M%S}" for t in found)
    except TooLong:
        result = "?"
    except (ValueError, IndexError, TypeError):  # what it refuses, and where it breaks
        result = "!"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    print(rule, start, count, result, sep="\t")
