#!/bin/sh
# Compares the instances of events, in the files that other projects ship, with those of recurring-ical-events: Tests/Oracles/instances/run.sh
#
# PYTHON names a Python that has recurring-ical-events (Tests/Integration/requirements.txt).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
work=${ORACLE_BUILD:-$root/.build-oracle}
python=${PYTHON:-python3}
mkdir -p "$work"
"$python" "$here/with_recurring_ical_events.py" "$work/files" > "$work/theirs.tsv"
cd "$root"
INSTANCE_REQUESTS=$work/theirs.tsv INSTANCE_FILES=$work/files INSTANCE_RESULTS=$work/instances.tsv swift test --filter InstanceOracleTests
"$python" "$here/compare.py" "$work/theirs.tsv" "$work/instances.tsv"
