"""Conditional requests (H4) and two writers at once (H13)."""
import threading

import pytest

from objects import card, event


def test_if_match_on_nothing_is_412(user, dav):
    for value in ('"x"', "*"):
        assert dav.put(user.calendar + "none.ics", event("none"), If_Match=value).status == 412
        assert dav.delete(user.calendar + "none.ics", If_Match=value).status in (404, 412)
    assert dav.get(user.calendar + "none.ics").status == 404


def test_if_none_match_star(user, dav):
    assert dav.put(user.calendar + "a.ics", event("a"), If_None_Match="*").status == 201
    assert dav.put(user.calendar + "a.ics", event("a", "b"), If_None_Match="*").status == 412


def test_if_none_match_of_a_read(user, dav):
    etag = dav.put(user.calendar + "a.ics", event("a")).etag
    for method in ("GET", "HEAD"):
        same = dav.request(method, user.calendar + "a.ics", If_None_Match=etag)
        assert same.status == 304 and same.body == b"" and same.etag == etag
    assert dav.get(user.calendar + "a.ics", If_None_Match="*").status == 304


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PROPPATCH", "MOVE"])
def test_if_match_guards_every_writing_method(user, dav, method):
    path = user.calendar + "a.ics"
    etag = dav.put(path, event("a")).etag

    def go(value):
        if method == "PUT":
            return dav.put(path, event("a", "b"), If_Match=value)
        if method == "DELETE":
            return dav.delete(path, If_Match=value)
        if method == "MOVE":
            return dav.move(path, user.calendar + "b.ics", If_Match=value)
        return dav.set_property(path, "<X:a>1</X:a>", If_Match=value)
    assert go('"other"').status == 412
    assert go(etag).status in (201, 204, 207)


def test_dates(user, dav):
    path = user.files + "d.txt"
    dav.put_file(path, b"x")
    modified = dav.get(path).header("Last-Modified")
    assert dav.get(path, If_Modified_Since=modified).status == 304
    assert dav.get(path, If_Modified_Since="Thu, 01 Jan 1970 00:00:00 GMT").status == 200
    assert dav.get(path, If_Modified_Since="nonsense").status == 200
    assert dav.put_file(path, b"y", If_Unmodified_Since="Thu, 01 Jan 1970 00:00:00 GMT").status == 412
    assert dav.put_file(path, b"y", If_Unmodified_Since="Fri, 01 Jan 2100 00:00:00 GMT").status == 204


def test_etag_names_the_bytes(user, dav):
    """The same bytes have the same tag, other bytes another one; it is strong."""
    path = user.calendar + "a.ics"
    one = dav.put(path, event("a", "one")).etag
    two = dav.put(path, event("a", "two")).etag
    again = dav.put(path, event("a", "one")).etag
    assert one == again != two and one.startswith('"')
    got = dav.get(path)
    assert got.etag == one == dav.head(path).etag == dav.etag_of(path) and got.body == event("a", "one").encode()


def together(count, action):
    """Runs action(n) in as many threads at once; returns the results."""
    results, barrier = [None] * count, threading.Barrier(count)

    def run(n):
        barrier.wait()
        results[n] = action(n)
    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    [t.start() for t in threads]
    [t.join(60) for t in threads]
    return results


def test_of_writers_with_the_same_etag_one_wins(user, dav):
    path = user.calendar + "race.ics"
    clients = [user.new_dav() for _ in range(8)]
    for round_ in range(10):
        etag = dav.put(path, event("race", f"start {round_}")).etag
        answers = together(8, lambda n: clients[n].put(path, event("race", f"{round_} by {n}"), If_Match=etag))
        assert sorted(a.status for a in answers) == [204] + [412] * 7
        winner = next(n for n, a in enumerate(answers) if a.status == 204)
        assert f"{round_} by {winner}" in dav.get(path).text


def test_of_creators_with_star_one_wins(user):
    clients = [user.new_dav() for _ in range(8)]
    for round_ in range(10):
        answers = together(8, lambda n: clients[n].put_card(user.book + f"{round_}.vcf", card(f"c-{round_}"), If_None_Match="*"))
        assert sorted(a.status for a in answers) == [201] + [412] * 7


def test_one_uid_is_created_once_whatever_the_name(user):
    clients = [user.new_dav() for _ in range(8)]
    answers = together(8, lambda n: clients[n].put(user.calendar + f"name-{n}.ics", event("one-uid"), If_None_Match="*"))
    assert sorted(a.status for a in answers) == [201] + [403] * 7
    assert len(clients[0].children(user.calendar)) == 1


def test_put_move_and_delete_of_one_resource_at_once(user):
    """Whatever happens, no error of the server, and the object is in one place or none."""
    clients = [user.new_dav() for _ in range(6)]
    second = user.calendars + "second/"
    clients[0].make_calendar(second)
    for round_ in range(15):
        path, target = user.calendar + "x.ics", second + "x.ics"
        clients[0].put(path, event("x"))

        def act(n):
            if n % 3 == 0:
                return clients[n].put(path, event("x", f"{n}"))
            if n % 3 == 1:
                return clients[n].move(path, target, Overwrite="T")
            return clients[n].delete(path)
        answers = together(6, act)
        assert all(a.status in (201, 204, 404, 412, 403, 409) for a in answers), answers
        clients[0].delete(path), clients[0].delete(target)


def test_many_writers_never_see_a_busy_database(user):
    clients = [user.new_dav() for _ in range(16)]
    answers = together(16, lambda n: [clients[n].put(user.calendar + f"busy-{n}-{k}.ics", event(f"busy-{n}-{k}")).status for k in range(20)])
    assert {s for a in answers for s in a} == {201}


def test_one_reads_what_one_wrote(user):
    writer, reader = user.new_dav(), user.new_dav()
    for n in range(100):
        etag = writer.put(user.calendar + "own.ics", event("own", str(n))).etag
        assert reader.get(user.calendar + "own.ics").etag == etag
        assert reader.etag_of(user.calendar + "own.ics") == etag
