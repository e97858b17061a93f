"""Compares columns of instances; prints what differs from the first file, by which others.

    compare.py ours.tsv dateutil.tsv libical.tsv [--agreed COUNT]

With --agreed it prints up to COUNT rules on which all agree instead, from all over the files, as the unit tests read them.
"""
import collections
import sys


def read(path):
    return [line.rstrip("\n").split("\t") for line in open(path)]


def parts(rule):
    """The names of the parts, without those that do not matter for how a rule is understood."""
    return " ".join(p.split("=")[0] if not p.startswith("FREQ") else p for p in rule.split(";")
                    if not p.startswith(("COUNT", "UNTIL")))


def main():
    agreed = int(sys.argv[sys.argv.index("--agreed") + 1]) if "--agreed" in sys.argv else 0
    paths = sys.argv[1:sys.argv.index("--agreed")] if agreed else sys.argv[1:]
    tables = [read(path) for path in paths]
    kinds = collections.Counter()
    samples = {}
    agreeing = []
    for rows in zip(*tables):
        if len({tuple(row[:3]) for row in rows}) != 1:
            sys.exit("the files are not of the same rules")
        rule, start, count = rows[0][:3]
        results = [row[3] for row in rows]
        if agreed:
            # Long lists say little more than short ones, and a bare FREQ is in every other test.
            if len(set(results)) == 1 and int(count) <= 10 and "BY" in rule:
                agreeing.append(rows[0])
            continue
        others = ["same" if result == results[0] else "none" if result in ("?", "!") else "differs" for result in results[1:]]
        kinds[tuple(others)] += 1
        if "differs" in others:
            key = (tuple(others), parts(rule))
            samples.setdefault(key, []).append((rule, start, results))
    if agreed:
        for row in agreeing[::max(1, len(agreeing) // agreed)][:agreed]:
            print(*row, sep="\t")
        return
    for others, number in kinds.most_common():
        print(number, dict(zip(paths[1:], others)))
    for (others, names), found in sorted(samples.items(), key=lambda item: -len(item[1])):
        print(f"\n{len(found)} × {names}: {others}")
        for rule, start, results in found[:2]:
            print(f"  {rule} from {start}")
            for path, result in zip(paths, results):
                print(f"    {path.rsplit('/')[-1]:14} {result[:220]}")


main()
