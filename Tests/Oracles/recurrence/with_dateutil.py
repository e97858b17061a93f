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


is_armed = False


def on_alarm(signum, frame):
    if is_armed:
        raise TooLong


signal.signal(signal.SIGALRM, on_alarm)
for line in sys.stdin:
    rule, start, count = line.rstrip("\n").split("\t")
    try:
        is_armed = True
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        found = islice(rrulestr(rule, dtstart=datetime.strptime(start, "%Y%m%dT%H%M%S")), int(count))
        result = " ".join(f"{t.year:04}{t:%m%dT%H%M%S}" for t in found)
        is_armed = False
    except TooLong:
        result = "?"
    except (ValueError, IndexError, TypeError):  # what it refuses, and where it breaks
        result = "!"
    is_armed = False
    print(rule, start, count, result, sep="\t")
