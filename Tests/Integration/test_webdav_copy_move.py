"""COPY and MOVE (H3): of files, of objects between collections, of collections."""
import pytest

from dav import name
from objects import card, event, task


@pytest.fixture
def second(user, dav):
    path = user.calendars + "second/"
    assert dav.make_calendar(path).status == 201
    return path


def test_copy_of_a_tree(user, dav):
    tree = user.files + "tree/"
    for path in ("", "a/", "a/b/"):
        dav.mkcol(tree + path)
        dav.put_file(tree + path + "f.txt", path.encode(), "text/x-odd")
        dav.set_property(tree + path + "f.txt", f"<X:tag>{path}</X:tag>")
    dav.set_property(tree, "<X:tag>root</X:tag>")
    assert dav.copy(tree, user.files + "copy/").status == 201
    for path in ("", "a/", "a/b/"):
        got = dav.get(user.files + "copy/" + path + "f.txt")
        assert got.body == path.encode() and got.header("Content-Type") == "text/x-odd"
        assert dav.propfind(user.files + "copy/" + path + "f.txt", "X:tag").multistatus().only().text("X:tag") == path
    assert dav.propfind(user.files + "copy/", "X:tag").multistatus().only().text("X:tag") == "root"
    assert dav.copy(tree, user.files + "shallow/", Depth="0").status == 201
    assert dav.children(user.files + "shallow/") == []
    assert dav.copy(tree, user.files + "copy/", Overwrite="F").status == 412
    assert dav.copy(tree, user.files + "copy/").status == 204


@pytest.mark.parametrize("method,depth", [("COPY", "1"), ("MOVE", "0"), ("MOVE", "1")])
def test_a_depth_that_is_none_of_a_collection(user, dav, method, depth):
    """RFC 4918 §9.8.3 and §9.9.2: a half copy is nothing that was asked for."""
    dav.mkcol(user.files + "tree/"), dav.put_file(user.files + "tree/f", b"x")
    response = dav.request(method, user.files + "tree/", Destination=dav.url + user.files + "new/", Depth=depth)
    assert response.status == 400, response
    assert dav.propfind(user.files + "new/").status == 404 and dav.get(user.files + "tree/f").status == 200
    # RFC 4918 §10.2: of what is no collection it means nothing.
    assert dav.copy(user.files + "tree/f", user.files + "g", Depth=depth).status == 201


def test_move_of_a_tree(user, dav):
    tree = user.files + "tree/"
    dav.mkcol(tree), dav.put_file(tree + "f", b"1")
    dav.set_property(tree + "f", "<X:tag>t</X:tag>")
    assert dav.move(tree, user.files + "moved/").status == 201
    assert dav.propfind(tree).status == 404
    assert dav.get(user.files + "moved/f").body == b"1"
    assert dav.propfind(user.files + "moved/f", "X:tag").multistatus().only().text("X:tag") == "t"


@pytest.mark.parametrize("overwrite,there,status", [("T", False, 201), ("T", True, 204), ("F", False, 201), ("F", True, 412), (None, True, 204)])
@pytest.mark.parametrize("method", ["COPY", "MOVE"])
def test_overwrite(user, dav, method, overwrite, there, status):
    dav.put_file(user.files + "from", b"from")
    if there:
        dav.put_file(user.files + "to", b"to")
    response = dav.request(method, user.files + "from", Destination=dav.url + user.files + "to", Overwrite=overwrite)
    assert response.status == status
    assert dav.get(user.files + "to").body == (b"to" if status == 412 else b"from")
    assert dav.get(user.files + "from").status == (404 if method == "MOVE" and status != 412 else 200)


@pytest.mark.parametrize("overwrite,status", [("t", 201), ("true", 400), ("X", 400), ("", 400)])
def test_an_overwrite_that_is_none(user, dav, overwrite, status):
    dav.put_file(user.files + "from", b"from")
    assert dav.copy(user.files + "from", user.files + "to", Overwrite=overwrite).status == status


@pytest.mark.parametrize("method", ["COPY", "MOVE"])
def test_destinations(user, dav, method):
    dav.put_file(user.files + "from", b"x")

    def go(destination):
        return dav.request(method, user.files + "from", Destination=destination).status
    assert dav.request(method, user.files + "from").status == 400, "no Destination"
    assert go("http://elsewhere.example.com" + user.files + "x") == 502, "another server"
    assert go("%zz") == 400 and go("") == 400
    assert go(dav.url + user.files + "no/parent") == 409
    assert go(dav.url + user.files + "from") == 403, "onto itself"
    assert go(dav.url + "/nowhere/x") == 404
    dav.put_file(user.files + "from", b"x")
    assert go(user.files + "with a space") == 201, "clients that do not escape it"
    dav.put_file(user.files + "from", b"x")
    assert go(user.files + "ok") == 201, "a path alone is taken (RFC 4918 §8.3: Simple-ref)"


def test_a_tree_into_itself_is_refused(user, dav):
    dav.mkcol(user.files + "t/"), dav.mkcol(user.files + "t/u/")
    assert dav.move(user.files + "t/", user.files + "t/u/v/").status == 403
    assert dav.copy(user.files + "t/", user.files + "t/u/v/").status == 403
    assert dav.move(user.files + "t/u/", user.files + "t/").status == 403
    assert dav.propfind(user.files + "t/u/").status == 207


@pytest.mark.parametrize("authority,status", [
    ("https://{host}:{port}", 201), ("https://{host}", 201), ("http://{host}", 201), ("http://{host}:", 201), ("http://{host}:9", 502),
    ("https://{host}:1", 502), ("http://localhost:{port}", 502), ("http://elsewhere.example.com", 502), ("http://[::1]:{port}", 502)])
@pytest.mark.parametrize("method", ["COPY", "MOVE"])
def test_destinations_on_other_servers(user, dav, method, authority, status):
    """RFC 4918 §9.8.5: 502. Behind a proxy the scheme differs, and a port may be missing on one side."""
    dav.put_file(user.files + "from", b"x")
    response = dav.request(method, user.files + "from", Destination=authority.format(host=dav.host, port=dav.port) + user.files + "to")
    assert response.status == status, response
    assert dav.get(user.files + "to").status == (200 if status == 201 else 404)


def test_an_event_moves_between_calendars(user, dav, second):
    etag = dav.put(user.calendar + "m.ics", event("m")).etag
    tokens = dav.sync_token_of(user.calendar), dav.sync_token_of(second)
    assert dav.move(user.calendar + "m.ics", second + "m.ics").status == 201
    assert dav.get(second + "m.ics").etag == etag
    assert dav.sync(user.calendar, tokens[0]).multistatus().row(user.calendar + "m.ics").status == 404
    assert dav.sync(second, tokens[1]).multistatus().row(second + "m.ics").text("D:getetag") == etag
    # and back, to another name
    assert dav.move(second + "m.ics", user.calendar + "n.ics").status == 201
    assert dav.children(second) == [] and dav.children(user.calendar) == [user.calendar + "n.ics"]


def test_a_rename_inside_a_calendar_keeps_the_uid(user, dav):
    dav.put(user.calendar + "a.ics", event("renamed"))
    token = dav.sync_token_of(user.calendar)
    assert dav.move(user.calendar + "a.ics", user.calendar + "b.ics").status == 201
    rows = dav.sync(user.calendar, token).multistatus()
    assert rows.row(user.calendar + "a.ics").status == 404 and rows.row(user.calendar + "b.ics").text("D:getetag")


def test_a_copy_into_the_same_calendar_is_a_uid_conflict(user, dav):
    dav.put(user.calendar + "a.ics", event("a"))
    response = dav.copy(user.calendar + "a.ics", user.calendar + "b.ics")
    assert response.status == 403
    assert response.error("C:no-uid-conflict").findtext(name("D:href")) == user.calendar + "a.ics"


def test_a_move_onto_a_uid_that_is_there(user, dav, second):
    dav.put(user.calendar + "a.ics", event("same"))
    dav.put(second + "b.ics", event("same", "other"))
    response = dav.move(user.calendar + "a.ics", second + "a.ics")
    assert response.status == 403
    response.error("C:no-uid-conflict")
    assert dav.move(user.calendar + "a.ics", second + "b.ics").status == 204, "onto the very object it is a replacement"


def test_what_a_calendar_does_not_hold_cannot_be_moved_there(user, dav):
    dav.put(user.calendar + "e.ics", event("e"))
    response = dav.move(user.calendar + "e.ics", user.tasks + "e.ics")
    assert response.status == 403
    response.error("C:supported-calendar-component")
    assert dav.get(user.calendar + "e.ics").status == 200


@pytest.mark.parametrize("method", ["COPY", "MOVE"])
@pytest.mark.parametrize("what,where,condition", [
    ("card", "calendar", "C:supported-calendar-data"), ("file", "calendar", "C:supported-calendar-data"),
    ("event file", "calendar", "C:supported-calendar-data"), ("folder", "calendar", "C:supported-calendar-data"),
    ("event", "book", "A:supported-address-data"), ("file", "book", "A:supported-address-data"), ("folder", "book", "A:supported-address-data"),
    ("event", "files", None), ("card", "files", None), ("folder", "calendars", None), ("folder", "books", None)])
def test_what_is_of_another_kind_cannot_be_put_there(user, dav, method, what, where, condition):
    """RFC 4791 §5.3.2.1 and RFC 6352 §6.3.2.1; a file stays one, also where its bytes are an event's."""
    source = {"card": user.book + "c.vcf", "event": user.calendar + "e.ics", "folder": user.files + "folder/"}.get(what, user.files + "file")
    {"card": lambda: dav.put_card(source, card("c")), "event": lambda: dav.put(source, event("e")), "folder": lambda: dav.mkcol(source),
     "file": lambda: dav.put_file(source, b"nonsense", "text/plain"),
     "event file": lambda: dav.put_file(source, event("from-file"), "text/calendar")}[what]()
    target = getattr(user, where) + ("new/" if what == "folder" else "new")
    before = dav.children(getattr(user, where))
    response = dav.request(method, source, Destination=dav.url + target)
    assert response.status == 403, response
    assert response.errors() == ([name(condition)] if condition else []) + [name("D:responsedescription")]
    assert dav.children(getattr(user, where)) == before and dav.propfind(source).status == 207


def test_a_calendar_is_renamed_with_all_that_is_in_it(user, dav):
    path = user.calendars + "old/"
    dav.make_calendar(path, "VEVENT", "VTODO", properties="<D:displayname>Name</D:displayname><I:calendar-color>#123456</I:calendar-color>")
    dav.put(path + "e.ics", event("e")), dav.put(path + "t.ics", task("t"))
    home_token, token = dav.sync_token_of(user.calendars), dav.sync_token_of(path)
    assert dav.move(path, user.calendars + "new/").status == 201
    row = dav.propfind(user.calendars + "new/", "D:displayname", "I:calendar-color", "D:resourcetype").multistatus().only()
    assert row.text("D:displayname") == "Name" and row.text("I:calendar-color") == "#123456" and name("C:calendar") in row.resource_types()
    assert dav.children(user.calendars + "new/") == [user.calendars + "new/e.ics", user.calendars + "new/t.ics"]
    rows = dav.sync(user.calendars, home_token, "D:resourcetype").multistatus()
    assert rows.row(path).status == 404 and rows.row(user.calendars + "new/").prop("D:resourcetype") is not None
    old = dav.sync(path, token)
    assert old.status == 404


def test_a_calendar_is_copied(user, dav):
    path = user.calendars + "orig/"
    dav.make_calendar(path, properties="<D:displayname>Orig</D:displayname>")
    dav.put(path + "e.ics", event("e"))
    assert dav.copy(path, user.calendars + "copy/").status == 201
    assert dav.get(user.calendars + "copy/e.ics").body == dav.get(path + "e.ics").body
    assert name("C:calendar") in dav.propfind(user.calendars + "copy/", "D:resourcetype").multistatus().only().resource_types()


@pytest.mark.parametrize("method", ["COPY", "MOVE"])
def test_calendars_and_books_cannot_go_where_they_do_not_belong(user, dav, method):
    """RFC 4791 §5.3.2.1 and RFC 6352 §6.3.2.1: the location is not ok"""
    dav.make_calendar(user.calendars + "stay/"), dav.make_book(user.books + "stay/")
    for path, condition, targets in ((user.calendars + "stay/", "C:calendar-collection-location-ok", (user.files, user.books, user.calendar, user.book)),
                                     (user.books + "stay/", "A:addressbook-collection-location-ok", (user.files, user.calendars, user.calendar, user.book))):
        for target in targets:
            response = dav.request(method, path, Destination=dav.url + target + "new/")
            assert response.status == 403, (target, response)
            response.error(condition)
            assert dav.propfind(target + "new/").status == 404
        assert dav.propfind(path).status == 207


def test_contacts_move_between_books(user, dav):
    book = user.books + "second/"
    dav.make_book(book)
    etag = dav.put_card(user.book + "c.vcf", card("c")).etag
    assert dav.move(user.book + "c.vcf", book + "c.vcf").status == 201
    assert dav.get(book + "c.vcf").etag == etag and dav.get(user.book + "c.vcf").status == 404
