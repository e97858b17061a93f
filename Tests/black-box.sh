#!/usr/bin/env bash
# Runs the black-box tests with the arguments given for pytest, on BINARY_UNDER_TEST and a PostgreSQL of the tests' own.
#
# With ONCE_MORE set (.ci/run does), up to three failures are tried once more, alone: see failures-last.sh.
set -uo pipefail
cd "$(dirname "$0")/.."
pytest=(Tests/with-postgres.sh "${PYTHON:-.build-venv/bin/python}" -m pytest -q)

"${pytest[@]}" "$@" Tests/Integration
status=$?
[ "$status" = 1 ] && [ -n "${ONCE_MORE:-}" ] || exit "$status"
failed=$(grep -c '^  "' Tests/Integration/.pytest_cache/v/cache/lastfailed 2>/dev/null || echo 99)
[ "$failed" -le 3 ] || exit "$status"
unstable=$(cat Tests/Integration/.pytest_cache/v/cache/lastfailed)
echo "--- once more"
"${pytest[@]}" --last-failed --last-failed-no-failures none Tests/Integration || exit
echo "--- UNSTABLE: this passed only when tried again"
echo "$unstable"
