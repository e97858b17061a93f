"""Locks and the If header (H3). RFC 4918 §6, §7, §9.10, §10.4."""
import re
import time

import pytest

import tegu
from dav import document, lock_token, name
from objects import card, event


@pytest.fixture
def file(user, dav):
    path = user.files + "locked.txt"
    dav.put_file(path, b"one", "text/plain")
    return path


def test_an_exclusive_lock_keeps_others_out(user, dav, file):
    locked = dav.lock(file, depth=0)
    assert locked.status == 200 and locked.body
    token = lock_token(locked)
    assert token.startswith(("urn:uuid:", "opaquelocktoken:"))
    for attempt in (lambda **h: dav.put_file(file, b"two", **h), lambda **h: dav.set_property(file, "<X:a>1</X:a>", **h),
                    lambda **h: dav.delete(file, **h), lambda **h: dav.move(file, user.files + "moved.txt", **h)):
        refused = attempt()
        if refused.status == 207:
            refused = refused.multistatus().rows[0]
            assert 423 in ({refused.status} | {s for s, _ in refused.propstats})
        else:
            assert refused.status == 423, refused
            refused.error("D:lock-token-submitted")
    assert dav.get(file).body == b"one"
    assert dav.put_file(file, b"two", If=f"(<{token}>)").status == 204
    assert dav.unlock(file, token).status == 204
    assert dav.put_file(file, b"three").status == 204


def test_lockdiscovery_shows_the_lock(dav, file):
    token = lock_token(dav.lock(file, depth=0, owner="<D:href>mailto:anna@example.org</D:href>"))
    row = dav.propfind(file, "D:lockdiscovery", "D:supportedlock").multistatus().only()
    active = row.prop("D:lockdiscovery").find(name("D:activelock"))
    assert active.find(name("D:lockscope")).find(name("D:exclusive")) is not None
    assert active.findtext(name("D:depth")) == "0"
    assert active.find(name("D:locktoken")).findtext(name("D:href")) == token
    assert active.find(name("D:lockroot")).findtext(name("D:href")) == file
    assert active.find(name("D:owner")).findtext(name("D:href")) == "mailto:anna@example.org"
    assert re.fullmatch(r"Second-\d+", active.findtext(name("D:timeout")))
    scopes = {e[0][0].tag for e in row.prop("D:supportedlock")}
    assert scopes == {name("D:exclusive"), name("D:shared")}


def test_shared_locks_live_beside_each_other(dav, file):
    one, two = (lock_token(dav.lock(file, "shared", 0)) for _ in range(2))
    assert one != two
    conflict = dav.lock(file, "exclusive", 0)
    assert conflict.status == 423
    assert dav.put_file(file, b"x").status == 423
    assert dav.put_file(file, b"x", If=f"(<{one}>)").status == 204
    assert dav.unlock(file, one).status == 204
    assert dav.put_file(file, b"x").status == 423
    assert dav.unlock(file, two).status == 204


def test_refresh(dav, file):
    token = lock_token(dav.lock(file, depth=0, Timeout="Second-100"))
    again = dav.request("LOCK", file, If=f"(<{token}>)", Timeout="Second-200")
    assert again.status == 200 and again.header("Lock-Token") is None
    assert b"Second-200" in again.body or b"Second-199" in again.body
    assert dav.request("LOCK", file, If="(<urn:uuid:00000000-0000-4000-8000-000000000000>)").status == 412
    assert dav.request("LOCK", file).status in (400, 412)


@pytest.mark.parametrize("timeout", ["Second-600", "Infinite", "Infinite, Second-4100000000", "Second-4100000000", "Second-99999999999999999999", "nonsense"])
def test_timeouts(dav, file, timeout):
    locked = dav.lock(file, depth=0, Timeout=timeout)
    assert locked.status == 200
    seconds = int(re.search(rb"Second-(\d+)", locked.body)[1])
    assert 0 < seconds <= 365 * 86_400


def test_a_lock_ends_when_its_time_is_up(dav, file):
    """RFC 4918 §6.6: nobody has to unlock it, and its token opens nothing any more."""
    token = lock_token(dav.lock(file, depth=0, Timeout="Second-60"))
    assert dav.put_file(file, b"kept out").status == 423
    # RFC 4918 §9.10.2: a refresh begins its time anew.
    assert dav.request("LOCK", file, If=f"(<{token}>)", Timeout="Second-2").status == 200
    begun = time.monotonic()

    def locks():
        return len(dav.propfind(file, "D:lockdiscovery").multistatus().only().prop("D:lockdiscovery"))
    assert locks() == 1
    tegu.wait_for(lambda: locks() == 0, 20, "the end of the lock")
    assert time.monotonic() - begun > 0.9, "it was told off too early"
    assert dav.request("LOCK", file, If=f"(<{token}>)").status == 412
    assert dav.unlock(file, token).status == 409
    assert dav.put_file(file, b"with the old token", If=f"(<{token}>)").status == 412
    assert dav.put_file(file, b"free").status == 204
    assert dav.lock(file, depth=0).status == 200, "somebody else's turn"


def test_a_shorter_refresh_shortens_it(dav, file):
    token = lock_token(dav.lock(file, depth=0, Timeout="Second-3600"))
    assert dav.request("LOCK", file, If=f"(<{token}>)", Timeout="Second-1").status == 200
    tegu.wait_for(lambda: dav.put_file(file, b"x").status == 204, 20, "the end of the lock")


def test_a_lock_on_a_name_that_is_free_makes_an_empty_file(user, dav):
    """RFC 4918 §7.3"""
    path = user.files + "new.txt"
    locked = dav.lock(path, depth=0)
    assert locked.status == 201
    token = lock_token(locked)
    assert dav.get(path).status == 200 and dav.get(path).body == b""
    assert dav.put_file(path, b"x").status == 423
    assert dav.put_file(path, b"x", If=f"(<{token}>)").status in (201, 204)
    assert dav.unlock(path, token).status == 204
    assert dav.get(path).body == b"x"
    assert dav.lock(user.files + "no/parent.txt", depth=0).status == 409


def test_a_lock_of_infinite_depth_covers_the_tree(user, dav):
    tree = user.files + "tree/"
    dav.mkcol(tree), dav.mkcol(tree + "a/"), dav.put_file(tree + "a/f.txt", b"x")
    token = lock_token(dav.lock(tree))
    for path in (tree + "a/f.txt", tree + "new.txt", tree + "a/new.txt"):
        assert dav.put_file(path, b"y").status == 423, path
        assert dav.put_file(path, b"y", If=f"<{tree}> (<{token}>)").status in (201, 204), path
    assert dav.mkcol(tree + "b/").status == 423
    row = dav.propfind(tree + "a/f.txt", "D:lockdiscovery").multistatus().only()
    assert row.prop("D:lockdiscovery").find(name("D:activelock")).find(name("D:lockroot")).findtext(name("D:href")) == tree
    inner = dav.lock(tree + "a/f.txt", depth=0)
    assert inner.status == 423
    assert dav.unlock(tree + "a/f.txt", token).status in (204, 409), "any place in its scope, or the root only"
    dav.unlock(tree, token)
    assert dav.put_file(tree + "new2.txt", b"y").status == 201


def test_a_lock_inside_stops_a_deep_lock_and_a_deep_delete(user, dav):
    tree = user.files + "deep/"
    dav.mkcol(tree), dav.put_file(tree + "f.txt", b"x"), dav.put_file(tree + "g.txt", b"x")
    token = lock_token(dav.lock(tree + "f.txt", depth=0))
    refused = dav.lock(tree).multistatus()
    assert {row.path: row.status for row in refused} == {tree + "f.txt": 423, tree: 424}, "RFC 4918 §9.10.3"
    assert refused.row(tree + "f.txt").errors == [name("D:no-conflicting-lock")]
    assert len(dav.propfind(tree, "D:lockdiscovery").multistatus().only().prop("D:lockdiscovery")) == 0
    assert lock_token(dav.lock(tree + "g.txt", "shared", 0)) and lock_token(dav.lock(tree + "g.txt", "shared", 0))
    assert sorted(row.path for row in dav.lock(tree).multistatus()) == [tree, tree + "f.txt", tree + "g.txt"], "each root once"
    assert dav.lock(tree + "f.txt", depth=0).status == 423, "what was asked for itself is locked"
    refused = dav.delete(tree)
    assert refused.status == 423
    refused.error("D:lock-token-submitted")
    assert dav.get(tree + "f.txt").status == 200
    for active in dav.propfind(tree + "g.txt", "D:lockdiscovery").multistatus().only().prop("D:lockdiscovery"):
        assert dav.unlock(tree + "g.txt", active.find(name("D:locktoken")).findtext(name("D:href"))).status == 204
    assert dav.delete(tree, If=f"<{tree}f.txt> (<{token}>)").status == 204


def test_a_lock_of_the_whole_home(user, dav):
    token = lock_token(dav.lock(user.files))
    assert dav.put_file(user.files + "x", b"x").status == 423
    assert dav.put_file(user.files + "x", b"x", If=f"<{user.files}> (<{token}>)").status == 201
    assert dav.unlock(user.files, token).status == 204


def test_locks_of_calendar_objects(user, dav):
    path = user.calendar + "l.ics"
    dav.put(path, event("l"))
    token = lock_token(dav.lock(path, depth=0))
    assert dav.put(path, event("l", "b")).status == 423
    assert dav.put(path, event("l", "b"), If=f"(<{token}>)").status == 204
    assert dav.delete(path, If=f"(<{token}>)").status == 204
    assert dav.put(path, event("l")).status == 201, "the lock went with the resource"


def put_member(dav, path, place, **more):
    return dav.put(path, event("l"), **more) if place == "calendar" else dav.put_card(path, card("l"), **more)


@pytest.mark.parametrize("place", ["calendar", "book"])
def test_a_lock_on_a_free_name_in_a_calendar_or_book_keeps_it(user, dav, place):
    """RFC 4918 §7.3 wants an empty resource, which no calendar or book can hold (RFC 4791 §4.1): the name is kept, and nothing is there."""
    path = getattr(user, place) + "new"

    def put(**more):
        return put_member(dav, path, place, **more)
    locked = dav.lock(path, depth=0)
    assert locked.status == 201
    token = lock_token(locked)
    assert dav.get(path).status == 404 and dav.propfind(path).status == 404 and dav.children(getattr(user, place)) == []
    put().error("D:lock-token-submitted")
    assert put().status == 423 and put(If_None_Match="*").status == 423
    assert dav.lock(path, depth=0).status == 423
    again = dav.request("LOCK", path, If=f"(<{token}>)", Timeout="Second-200")
    assert again.status == 200 and b"Second-" in again.body
    assert put(If=f"(<{token}>)", If_None_Match="*").status == 201
    assert put().status == 423, "the lock is on the object now"
    assert len(dav.propfind(path, "D:lockdiscovery").multistatus().only().prop("D:lockdiscovery")) == 1
    assert dav.unlock(path, token).status == 204
    assert put().status == 204


@pytest.mark.parametrize("place", ["calendar", "book"])
def test_a_name_that_was_kept_and_not_used_is_free_again(user, dav, place):
    path = getattr(user, place) + "new"
    token = lock_token(dav.lock(path, depth=0))
    assert dav.unlock(path, token).status == 204
    assert dav.unlock(path, token).status == 409
    lock_token(dav.lock(path, depth=0, Timeout="Second-1"))
    made = tegu.wait_for(lambda: (answer := put_member(dav, path, place)).status != 423 and answer, what="the end of the lock")
    assert made.status == 201, "the lock has run out"


@pytest.mark.parametrize("header,status", [
    ("({etag})", 204), ('(["nothing"])', 412), ('(["nothing"]) ([{etag}])', 204), ("(Not [{etag}])", 412), ('(Not ["nothing"])', 204),
    ("(Not <urn:uuid:00000000-0000-4000-8000-000000000000>)", 204), ("(<urn:uuid:00000000-0000-4000-8000-000000000000>)", 412),
    ("(<DAV:no-lock>)", 412), ("(Not <DAV:no-lock>)", 204), ("(<{token}> [{etag}])", 204), ('(<{token}> ["nothing"])', 412),
    ("<{url}> (<{token}>)", 204), ("<{path}> (<{token}> [{etag}])", 204), ("<{path}> (Not <{token}>)", 412),
    ("<{path}> (<DAV:no-lock>) (<{token}>)", 204), ("<{home}> (Not <DAV:no-lock>) <{path}> (<{token}>)", 204),
    ("([W/{etag}])", 412), ("(", 400), ("()", 400), ("nonsense", 400), ("<{path}>", 400), ("(<{token}>", 400), ("", 204),
    ("(<{token}>) <{path}> (<{token}>)", 400),
])
def test_the_grammar_of_if(user, dav, file, header, status):
    """RFC 4918 §10.4. The lock is held only where its token stands in the header."""
    etag = dav.etag_of(file)
    token = None
    if "{token}" in header:
        token = lock_token(dav.lock(file, depth=0))
    value = header.replace("({etag})", "([{etag}])").format(etag=etag, token=token, url=dav.url + file, path=file, home=user.files)
    response = dav.put_file(file, b"changed", If=value)
    if status == 412 and "Not <{token}>" in header:
        assert response.status in (412, 423)
    elif header == "([W/{etag}])":
        assert response.status in (412, 400, 204)
    elif header == "":
        assert response.status in (204, 400)
    else:
        assert response.status == status, response


def test_a_token_in_a_list_that_fails_is_submitted_all_the_same(user, dav, file):
    """RFC 4918 §10.4.1: submitted is what stands there; the condition is another matter."""
    token = lock_token(dav.lock(file, depth=0))
    assert dav.put_file(file, b"x", If=f"(<{token}> [\"no\"]) (Not <DAV:no-lock>)").status == 204


def test_unlock_errors(user, dav, file):
    token = lock_token(dav.lock(file, depth=0))
    assert dav.request("UNLOCK", file).status == 400
    wrong = dav.unlock(file, "urn:uuid:00000000-0000-4000-8000-000000000000")
    assert wrong.status == 409
    wrong.error("D:lock-token-matches-request-uri")
    dav.put_file(user.files + "other.txt", b"x")
    assert dav.unlock(user.files + "other.txt", token).status == 409
    assert dav.request("UNLOCK", file, headers={"Lock-Token": token}).status in (204, 400), "Windows leaves the brackets out"
    dav.unlock(file, token)
    assert dav.put_file(file, b"x").status == 204


@pytest.mark.parametrize("body,depth", [("<D:lockinfo/>", 0), ("nonsense", 0), (None, 1)])
def test_lock_requests_that_are_none(dav, file, body, depth):
    content = body if body == "nonsense" else document("D:lockinfo", "<D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype>") \
        if body is None else document("D:lockinfo", "")
    assert dav.xml("LOCK", file, content, depth).status in (400, 422)


def test_move_leaves_the_lock_and_copy_too(user, dav, file):
    """RFC 4918 §7.6, §9.8.3: locks do not travel."""
    token = lock_token(dav.lock(file, depth=0))
    assert dav.copy(file, user.files + "copy.txt").status == 201
    assert len(dav.propfind(user.files + "copy.txt", "D:lockdiscovery").multistatus().only().prop("D:lockdiscovery")) == 0
    assert dav.move(file, user.files + "moved.txt", If=f"(<{token}>)").status == 201
    assert len(dav.propfind(user.files + "moved.txt", "D:lockdiscovery").multistatus().only().prop("D:lockdiscovery")) == 0
    assert dav.put_file(user.files + "moved.txt", b"x").status == 204


def test_a_locked_destination_is_kept(user, dav, file):
    dav.put_file(user.files + "target.txt", b"target")
    token = lock_token(dav.lock(user.files + "target.txt", depth=0))
    assert dav.copy(file, user.files + "target.txt").status == 423
    assert dav.move(file, user.files + "target.txt").status == 423
    assert dav.get(user.files + "target.txt").body == b"target"
    assert dav.copy(file, user.files + "target.txt", If=f"<{user.files}target.txt> (<{token}>)").status == 204


def test_the_lock_of_another_user_is_not_ones_own(user, other, dav, file):
    """Nobody else can even see the file; the token alone opens nothing."""
    token = lock_token(dav.lock(file, depth=0))
    assert other.dav().put_file(file, b"x", If=f"(<{token}>)").status == 404
    assert other.dav().unlock(file, token).status == 404
