#!/usr/bin/env bash
# Runs `swift test` with the arguments given, and when it fails, says at the end once more what failed: of two thousand tests
# that end in the order of their length, the one line that matters stands anywhere.
set -uo pipefail
log=$(mktemp)
trap 'rm -f "$log"' EXIT
swift test "$@" 2>&1 | tee "$log"
status=$?
if [ "$status" != 0 ]; then
  echo "--- what failed (swift test $*)"
  grep -aE -A 4 '✘|error:|Fatal error|Crash|signal' "$log" | grep -avE '^(✔|◇)' | tail -n 200 | cut -c 1-600
fi
exit "$status"
