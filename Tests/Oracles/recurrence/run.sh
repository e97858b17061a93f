#!/bin/sh
# Compares COUNT random rules with python-dateutil, libical and the definition: Tests/Oracles/recurrence/run.sh [COUNT [SEED]]
#
# 100,000 of seed 2026, the default, take about half an hour. PYTHON names a Python that has dateutil.
set -eu
count=${1:-100000}
seed=${2:-2026}
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
work=${ORACLE_BUILD:-$root/.build-oracle}
python=${PYTHON:-python3}
mkdir -p "$work"
cc -O2 -o "$work/with_libical" "$here/with_libical.c" -lical
"$python" "$here/generate.py" "$count" "$seed" > "$work/rules.tsv"
"$python" "$here/with_dateutil.py" < "$work/rules.tsv" > "$work/dateutil.tsv"
"$work/with_libical" < "$work/rules.tsv" > "$work/libical.tsv"
cd "$root"
RECURRENCE_RULES=$work/rules.tsv RECURRENCE_RESULTS=$work/ours.tsv swift test --filter RecurrenceOracleTests
"$python" "$here/explain.py" "$work/ours.tsv" "$work/dateutil.tsv" "$work/libical.tsv" --judge "${JUDGE:-4}"
