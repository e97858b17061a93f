"""litmus, the WebDAV conformance suite: every test of every program passes, with nothing to warn about.

A line of litmus is ` 5. put_get_utf8_segment.. pass`, its warnings stand on lines of their own before the verdict."""
import os
import re
import subprocess

import pytest

PROGRAMS = {"basic": 16, "copymove": 13, "props": 30, "locks": 41, "http": 4}

# Where the server is right and litmus warns all the same: {test: a part of the warning}. May only shrink.
EXPECTED_WARNINGS = {}


def run(program, url, user, directory):
    """[(name, verdict, warnings)] of one program."""
    done = subprocess.run(["litmus", "-k", url, *user.credentials], cwd=directory, capture_output=True, timeout=300,
                          env={**os.environ, "TESTS": program})
    text = done.stdout.decode("utf-8", "replace") + done.stderr.decode("utf-8", "replace")
    results, warnings = [], []
    for line in re.split(r"[\r\n]+", text):
        found = re.match(r"\s*\d+\. (\w+)\.* ?(pass|FAIL|SKIPPED|WARNING)?(.*)", line)
        if found and found[2] == "WARNING":
            warnings.append(f"{found[1]}: {found[3].strip(' :')}")
        elif found and found[2]:
            results.append((found[1], found[2], found[3].strip(), list(warnings)))
            warnings = []
        elif "WARNING" in line:
            warnings.append(line.split("WARNING:")[-1].strip())
        else:
            verdict = re.search(r"\b(pass|FAIL|SKIPPED)\b(.*)$", line)
            if verdict and warnings and not line.startswith(("<-", "->")):
                results.append((line.split(".")[0].strip() or "?", verdict[1], verdict[2], list(warnings)))
                warnings = []
    return results, text


@pytest.mark.parametrize("transport", ["plain", "tls"])
@pytest.mark.parametrize("program", PROGRAMS)
def test_every_test_of_litmus_passes(server, user, tmp_path, program, transport):
    url = (server.tls_url if transport == "tls" else server.url) + user.files
    results, text = run(program, url, user, tmp_path)
    assert len(results) >= PROGRAMS[program], f"only {len(results)} of {PROGRAMS[program]} tests ran:\n{text}"
    bad = [f"{name}: {verdict} {detail}" for name, verdict, detail, _ in results
           if verdict != "pass" and not (transport == "tls" and "skipping for SSL server" in detail)]
    assert not bad, "\n".join(bad) + "\n" + text
    warned = [f"{name}: {w}" for name, _, _, warnings in results for w in warnings
              if EXPECTED_WARNINGS.get(name, "\0") not in w]
    assert not warned, "\n".join(warned)
    assert re.search(rf"summary for `{program}': of \d+ tests run: \d+ passed, 0 failed", text), text
