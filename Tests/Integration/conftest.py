"""Fixtures: one server for all tests that need no settings of their own, and a new user for each test."""
import os
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from tegu import Server  # noqa: E402  (the path must be set first)


# What takes longest begins first, so that no worker is left with it at the end.
LONG = ["test_chaos.py", "test_real_files.py", "test_rights_matrix.py", "test_imap_load.py", "test_python_caldav.py", "test_vdirsyncer.py",
        "test_client_khard.py", "test_directory_samba.py"]


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: LONG.index(item.path.name) if item.path.name in LONG else len(LONG))


# Why a test may be skipped where `NO_SKIPS` is set. Anything else (a client or a right that is missing there) would go unseen: it fails.
EXPECTED_SKIPS = ["of the embedded database"]


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    if not os.environ.get("NO_SKIPS") or not report.skipped or item.get_closest_marker("soak"):
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if not any(expected in reason for expected in EXPECTED_SKIPS):
        report.outcome, report.longrepr = "failed", f"{reason}: nothing may be skipped where NO_SKIPS is set"


@pytest.fixture(scope="session")
def server():
    """A server with the default settings. Tests that stop or kill one start their own."""
    running = Server()
    try:
        running.start()
        yield running
        assert running.process.poll() is None, "the server died during the tests:\n" + running.log()
        running.check()
        assert running.stop() == 0, running.log()
    finally:
        running.close()


@pytest.fixture(autouse=True)
def server_is_alive(request):
    """The test that brings the server down is the one that fails."""
    yield
    if "server" in request.fixturenames:
        running = request.getfixturevalue("server")
        assert running.process.poll() is None, "the server died in this test:\n" + running.log()


@pytest.fixture
def user(server):
    """A user of its own for this test, with nothing but what every new user has."""
    return server.new_user()


@pytest.fixture
def other(server):
    """A second one."""
    return server.new_user()


@pytest.fixture
def dav(user):
    """A client signed in as that user."""
    return user.dav()


@pytest.fixture(params=["plain", "tls"])
def either_dav(request, user):
    """The same on plain HTTP and on TLS."""
    return user.dav(tls=request.param == "tls")


@pytest.fixture
def imap(user):
    """An IMAP client of the user's, signed in, beside an empty mailbox called box."""
    client = user.imap()
    client.ok("CREATE box")
    yield client
    client.close()
