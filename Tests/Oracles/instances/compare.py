"""Compares the instances of two files, as with_recurring_ical_events.py and the unit tests write them.

    compare.py theirs.tsv ours.tsv

DIFFERENCES has the files on which both may differ, each with its reason; it may only shrink. It ends with 1 where another one differs.
"""
import collections
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent


def read(path):
    return {name: (start, end, collections.Counter(found.split()))
            for name, start, end, found in (line.rstrip("\n").split("\t") for line in open(path))}


def main():
    theirs, ours = read(sys.argv[1]), read(sys.argv[2])
    known = dict(line.rstrip("\n").split("\t") for line in open(HERE / "differences.tsv"))
    differing = same = 0
    for name, (start, end, found) in theirs.items():
        if name not in ours or ours[name][2] == found:
            same += 1
            continue
        if name in known:
            continue
        differing += 1
        mine = ours[name][2]
        print(f"{name} from {start} to {end}: {sum(found.values())} and {sum(mine.values())}")
        print(f"  only theirs: {' '.join(sorted((found - mine).elements()))[:300]}")
        print(f"  only ours:   {' '.join(sorted((mine - found).elements()))[:300]}")
    total = sum(sum(found.values()) for _, _, found in theirs.values())
    print(f"{same} files of {len(theirs)} the same, {total} instances; {len(known)} differences known, {differing} not")
    sys.exit(1 if differing else 0)


main()
