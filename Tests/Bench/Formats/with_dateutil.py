"""What python-dateutil does in a second of CPU time with the rules of standard input: see formats.py."""
import sys
import time
from datetime import datetime
from itertools import islice

from dateutil.rrule import rrulestr

START = datetime(1990, 1, 1, 9)


def rate(call):
    """The best of three rounds of a fifth of a second."""
    best = 0
    for _ in range(3):
        start, passed, count = time.process_time(), 0, 0
        while passed < 0.2:
            call()
            count += 1
            passed = time.process_time() - start
        best = max(best, count / passed)
    return best


for line in sys.stdin:
    name, rule = line.rstrip("\n").split("\t")
    print(f"2100 {name}", rate(lambda: next(rrulestr(rule, dtstart=START).xafter(datetime(2100, 1, 1), count=1))), sep="\t")
    print(f"1000 {name}", rate(lambda: sum(t.day for t in islice(rrulestr(rule, dtstart=START), 1000))), sep="\t")
