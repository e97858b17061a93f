#!/usr/bin/env bash
# Runs `swift test` with the arguments given, and when it fails, says at the end once more what failed: of two thousand tests
# that end in the order of their length, the one line that matters stands anywhere.
#
# With ONCE_MORE set (.ci/run does), up to three failures are tried once more: a test that fails now and then is a fault to
# mend, but not of the change that meets it. It is named as UNSTABLE. A crash is never tried again.
set -uo pipefail
log=$(mktemp)
trap 'rm -f "$log"' EXIT

attempt() {
  swift test "$@" 2>&1 | tee "$log"
  local status=$?
  if [ "$status" != 0 ]; then
    echo "--- what failed (swift test $*)"
    grep -aE -A 4 '✘|error:|Fatal error|Crash|signal' "$log" | grep -avE '^(✔|◇)' | tail -n 200 | cut -c 1-600
  fi
  return "$status"
}

attempt "$@" && exit 0
status=$?
failed=$(grep -aE '^✘ Test .* failed after ' "$log" | grep -av 'Test case' | cut -c 1-200)
if [ -n "${ONCE_MORE:-}" ] && grep -aqE '^✘ Test run with .* failed after ' "$log" && [ "$(grep -c . <<<"$failed")" -le 4 ]; then
  echo "--- once more"
  attempt "$@" || exit
  echo "--- UNSTABLE: this passed only when tried again"
  echo "$failed"
  exit 0
fi
exit "$status"
