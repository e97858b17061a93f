#!/usr/bin/env bash
# Runs the black-box tests with the arguments given for pytest, on BINARY_UNDER_TEST and a PostgreSQL of the tests' own: all, or those of BLACK_BOX
# (such as "sharing quota"). With TEST_ENGINE=postgres the servers have their data there.
#
# With ONCE_MORE set (.ci/run does), up to three failures are tried once more, alone: see failures-last.sh.
set -uo pipefail
cd "$(dirname "$0")/.."
read -ra names <<< "${BLACK_BOX:-}"
tests=("${names[@]/#/Tests/Integration/test_}")
[ "${#names[@]}" -gt 0 ] && tests=("${tests[@]/%/.py}") || tests=(Tests/Integration)
pytest=(Tests/with-postgres.sh "${PYTHON:-.build-venv/bin/python}" -m pytest -q)

"${pytest[@]}" "$@" "${tests[@]}"
status=$?
[ "$status" = 1 ] && [ -n "${ONCE_MORE:-}" ] || exit "$status"
failed=$(grep -c '^  "' Tests/Integration/.pytest_cache/v/cache/lastfailed 2>/dev/null || echo 99)
[ "$failed" -le 3 ] || exit "$status"
unstable=$(cat Tests/Integration/.pytest_cache/v/cache/lastfailed)
echo "--- once more"
"${pytest[@]}" --last-failed --last-failed-no-failures none "${tests[@]}" || exit
echo "--- UNSTABLE: this passed only when tried again"
echo "$unstable"
