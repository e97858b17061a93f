"""Quota (H8): RFC 4331."""
import pytest

from objects import card, event


@pytest.fixture
def small(server):
    """Somebody who may keep 200,000 bytes."""
    return server.new_user(None, None, "--quota", "200000")


def quota(user, path):
    row = user.dav().propfind(path, "D:quota-used-bytes", "D:quota-available-bytes").multistatus().only()
    return row.text("D:quota-used-bytes"), row.text("D:quota-available-bytes")


def test_without_a_quota_there_is_no_available_size(user, dav):
    dav.put(user.calendar + "a.ics", event("a"))
    used, available = quota(user, user.calendar)
    assert int(used) >= len(event("a")) and available is None


def test_what_is_used_and_available(small):
    before = int(quota(small, small.files)[0])
    small.dav().put_file(small.files + "x", b"x" * 10_000)
    used, available = quota(small, small.files)
    assert int(used) - before == 10_000 and int(used) + int(available) == 200_000
    assert quota(small, small.calendar)[1] == available
    small.dav().delete(small.files + "x")
    assert int(quota(small, small.files)[0]) == before, "the trash is not counted"


def test_above_the_quota_is_507(small):
    dav = small.dav()
    dav.put_file(small.files + "x", b"x" * 199_000)
    for response in (dav.put_file(small.files + "y", b"y" * 5_000), dav.put(small.calendar + "e.ics", event("e", "x" * 5_000)),
                     dav.put_card(small.book + "c.vcf", card("c", "Anna Example", "NOTE:" + "x" * 5_000)),
                     dav.copy(small.files + "x", small.files + "z")):
        assert response.status == 507, response
        response.error("D:quota-not-exceeded")
    assert dav.children(small.files) == [small.files + "x"] and dav.children(small.calendar) == []
    assert dav.put_file(small.files + "x", b"x" * 199_500).status == 204, "what it replaces is counted off"
    assert dav.put_file(small.files + "x", b"x").status == 204
    assert dav.put(small.calendar + "e.ics", event("e", "x" * 5_000)).status == 201


def test_a_chunked_upload_above_the_quota(small):
    response = small.dav().request("PUT", small.files + "x", (b"x" * 10_000 for _ in range(100)))
    assert response.status == 507
    assert small.dav().get(small.files + "x").status == 404


def test_a_move_of_ones_own_needs_no_room(small):
    dav = small.dav()
    dav.put_file(small.files + "x", b"x" * 190_000)
    assert dav.move(small.files + "x", small.files + "y").status == 201


def test_properties_count_above_four_kilobytes_each(small):
    """RFC 4918 §9.2, RFC 4331 §6: they are the only bytes that an empty resource can have."""
    dav = small.dav()
    before = int(quota(small, small.files)[0])
    statuses = []
    for number in range(20):
        assert dav.put_file(small.files + f"{number}", b"").status == 201
        answer = dav.set_property(small.files + f"{number}", f"<X:p xmlns:X='urn:x'>{'x' * 50_000}</X:p>")
        assert answer.status == 207
        statuses.append(b"200 OK" in answer.body)
        if not statuses[-1]:
            assert b"507" in answer.body and b"quota-not-exceeded" in answer.body, answer.text
    assert statuses == sorted(statuses, reverse=True) and 3 <= sum(statuses) <= 4, statuses
    assert int(quota(small, small.files)[0]) > before + 130_000
    for number in range(20):
        assert dav.delete(small.files + f"{number}").status == 204
    assert int(quota(small, small.files)[0]) == before
    small.server.check()
