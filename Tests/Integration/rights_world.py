"""The world of the matrix of rights: whose things there are, who is what to their owner, and the requests of rights_model.py."""
import dataclasses

from dav import document, lock_token, prop
from objects import card, event
from rights_model import COLLECTION, FREE_BUSY, HOME, READ

# A word of what is stored, which no refusal may have in it.
SECRET = "Geheimnis"
RANGE = '<C:time-range start="20260601T000000Z" end="20260602T000000Z"/>'
ALARM = ("BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:x", "TRIGGER:-PT5M", "END:VALARM")


class Kind:
    """Calendars, books or folders: what differs."""

    def __init__(self, letter, homes, segment, ending, content_type, report):
        self.letter, self.homes, self.segment, self.ending, self.type, self.report = letter, homes, segment, ending, content_type, report

    def home(self, user):
        return f"/{self.homes}/{user.address}/"

    def content(self, uid, text, *more):
        if self.letter == "c":
            return event(uid, f"{SECRET} {text}", *more)
        return card(uid, f"{SECRET} {text}") if self.letter == "b" else f"{SECRET} {uid} {text}"

    def make(self, dav, path):
        answer = dav.make_calendar(path) if self.letter == "c" else dav.mkcol(path, self.body())
        assert answer.status == 201, answer

    def body(self):
        inner = {"c": "<C:calendar/>", "b": "<A:addressbook/>", "f": ""}[self.letter]
        return document("D:mkcol", f"<D:set><D:prop><D:resourcetype><D:collection/>{inner}</D:resourcetype></D:prop></D:set>")


KINDS = (
    Kind("c", "calendars", "work", ".ics", "text/calendar; charset=utf-8", "calendar"),
    Kind("b", "contacts", "people", ".vcf", "text/vcard; charset=utf-8", "addressbook"),
    Kind("f", "files", "plans", ".txt", "text/plain", None),
)
# What the collection has in it before every pass.
OBJECTS = ("a", "put", "props", "gone", "out", "inner", "over-copy", "over-move", "locked")
OBJECTS_OF_CALENDARS = ("attach", "attached", "alarm")


# What is done to a collection as a whole, and what comes beside it.
WHOLE = ("DELETE of the collection", "MOVE of the collection out")
BESIDE = {"MKCALENDAR beside": "made/", "MKCOL beside": "made-too/", "COPY of the collection beside": "copied/"}


@dataclasses.dataclass
class Place:
    """Where requests go: a collection under one of its URLs, with the names in it."""

    kind: Kind
    collection: str
    home: str
    # One that is removed and moved as a whole, so that the other need not be made anew.
    doomed: str
    # Before the names of what there is: with one, there is nothing under them.
    prefix: str = ""
    attachment: str = ""
    lock: str = ""

    def object(self, logical):
        return f"{self.collection}{self.prefix}{logical}{self.kind.ending}"

    def href(self, where, action):
        if where == HOME:
            return self.home
        if where == COLLECTION:
            return self.doomed if action.title in (*WHOLE, "COPY of the collection beside") else self.collection
        return None


class Owner:
    """The owner's collection of one kind: what it has in it, as the owner sees it, and how it becomes as it was."""

    def __init__(self, owner, kind):
        self.dav, self.kind, self.user = owner.dav(), kind, owner
        self.home = kind.home(owner)
        self.path, self.doomed = f"{self.home}{kind.segment}/", f"{self.home}doomed/"
        self.attachment, self.lock = "", ""
        for path in (self.path, self.doomed):
            kind.make(self.dav, path)
        self.dav.set_property(self.path, f"<D:displayname>{SECRET}</D:displayname>")
        for logical in self.baseline:
            self.write(logical)
        if kind.letter == "c":
            answer = self.dav.request("POST", self.place.object("attached") + "?action=attachment-add", SECRET, {"Content-Type": "text/plain"})
            assert answer.status == 201, answer
            self.attachment = "/" + answer.header("Location").split("/", 3)[3]
        self.take_lock()

    @property
    def baseline(self):
        return OBJECTS + (OBJECTS_OF_CALENDARS if self.kind.letter == "c" else ())

    @property
    def place(self):
        return Place(self.kind, self.path, self.home, self.doomed, attachment=self.attachment, lock=self.lock)

    def write(self, logical):
        answer = self.dav.put(self.place.object(logical), self.kind.content(logical, "first"), self.kind.type)
        assert answer.status in (201, 204), answer

    def take_lock(self):
        """Granted only where nobody else has left one."""
        answer = self.dav.lock(self.place.object("locked"))
        assert answer.status == 200, answer
        self.lock = lock_token(answer)

    def state(self):
        """{name: (ETag, note)}; `.` is the collection itself."""
        rows = self.dav.propfind(self.path, "D:getetag", "X:note", depth=1).multistatus()
        return {row.path[len(self.path):] or ".": (row.text("D:getetag"), row.text("X:note")) for row in rows}

    def changed(self, before):
        """{logical name: name} of what is another than before, and of what came or went."""
        now, ending = self.state(), self.kind.ending
        found = {}
        for stored in (n for n in before.keys() | now.keys() if before.get(n) != now.get(n)):
            logical = stored[:-len(ending)] if stored.endswith(ending) else stored
            # RFC 5995: a name that the server makes.
            found["posted" if len(logical) == 36 and stored in now else logical] = stored
        return found

    def restore(self, changed):
        changed = {logical: stored for logical, stored in changed.items() if logical not in (".", "put", "props")}
        # What came has the UIDs of what went.
        for logical, stored in changed.items():
            if logical not in ("gone", "out", "inner"):
                self.dav.delete(self.path + stored)
        for logical in changed.keys() & set(self.baseline):
            self.write(logical)

    def children_of_home(self):
        return self.dav.children(self.home)


class Sharee:
    """One who acts, with a collection of their own of each kind, from which and to which things are copied."""

    def __init__(self, user):
        self.user, self.dav = user, user.dav()
        self.there = set()
        for kind in KINDS:
            kind.make(self.dav, self.own(kind))

    def own(self, kind):
        return f"{kind.home(self.user)}own/"

    def source(self, kind, logical, uid=None, text="mine"):
        path = f"{self.own(kind)}{logical}{kind.ending}"
        if (path, text) not in self.there:
            answer = self.dav.put(path, kind.content(uid or logical, text), kind.type)
            assert answer.status in (201, 204), answer
            self.there = {t for t in self.there if t[0] != path} | {(path, text)}
        return path

    def gone(self, path):
        self.there = {t for t in self.there if t[0] != path}

    def take(self, path):
        """What a COPY or MOVE has put beside their own things."""
        assert self.dav.delete(path).status == 204, path


def entry(principal, privileges):
    """A DAV:ace. `principal`: an href, `authenticated` or `all`."""
    who = f"<D:href>{principal}</D:href>" if principal.startswith("/") else f"<D:{principal}/>"
    granted = "".join(f"<D:privilege><{'C' if p == FREE_BUSY else 'D'}:{p}/></D:privilege>" for p in sorted(privileges))
    return f"<D:ace><D:principal>{who}</D:principal><D:grant>{granted}</D:grant></D:ace>"


def act(action, place, sharee, kept, extra, text):
    """Sends what an action says. `kept`: the entries of the access list as they are; `extra`: who is put into it, by ACL and by an
    invitation; `text`: what is written, another in each pass."""
    dav, kind, at = sharee.dav, place.kind, place.collection
    url, own = dav.url, sharee.own(kind)
    method = action.title.split(" ")[0].rstrip(",")

    def put(logical, *more, uid=None):
        return dav.put(place.object(logical), kind.content(uid or logical, text, *more), kind.type)

    def report(root, content, path=at, depth=1):
        return dav.report(path, document(root, content), depth)

    def transfer(source, target, overwrites="T"):
        return dav.request(method, source, headers={"Destination": url + target, "Overwrite": overwrites})

    def taken(answer, path):
        if answer.status == 201:
            sharee.take(path)
        return answer

    match action.title:
        case "OPTIONS of the collection" | "GET of the collection":
            return dav.request(method, at)
        case "OPTIONS of an object" | "GET of an object" | "HEAD of an object":
            return dav.request(method, place.object("a"))
        case "DELETE of an object":
            return dav.delete(place.object("gone"))
        case "DELETE of the collection":
            return dav.delete(place.doomed)
        case "GET of an attachment":
            return dav.get(place.attachment)
        case "GET of the free-busy URL":
            return dav.get("/free-busy/" + place.home.split("/")[2] + "?start=20260601T000000Z&end=20260602T000000Z")
        case "PROPFIND, depth 0":
            return dav.propfind(at, "D:displayname", "D:resourcetype", "D:sync-token", depth=0)
        case "PROPFIND, depth 1":
            return dav.propfind(at, "D:displayname", "D:getetag", depth=1)
        case "PROPFIND of an object":
            return dav.propfind(place.object("a"), "D:getetag", "X:note")
        case "PROPFIND of current-user-privilege-set":
            return dav.propfind(at, "D:current-user-privilege-set", depth=1)
        case "PROPFIND of acl":
            return dav.propfind(at, "D:acl")
        case "PROPFIND of an object's acl":
            return dav.propfind(place.object("a"), "D:acl")
        case "PROPFIND of the home, depth 1":
            return dav.propfind(place.home, "D:displayname", depth=1)
        case "calendar-query":
            return dav.calendar_query(at, "VEVENT", "D:getetag", "C:calendar-data")
        case "calendar-query of an object":
            return dav.calendar_query(place.object("a"), "VEVENT", "D:getetag", "C:calendar-data", depth=0)
        case "addressbook-query":
            filters = '<A:filter><A:prop-filter name="FN"/></A:filter>'
            return report("A:addressbook-query", prop("D:getetag", "A:address-data") + filters)
        case "calendar-multiget":
            return dav.multiget(at, [place.object("a")])
        case "calendar-multiget by the own home":
            return dav.multiget(kind.home(sharee.user), [place.object("a")])
        case "addressbook-multiget":
            return dav.card_multiget(at, [place.object("a")])
        case "addressbook-multiget by the own home":
            return dav.card_multiget(kind.home(sharee.user), [place.object("a")])
        case "free-busy-query":
            return report("C:free-busy-query", RANGE)
        case "sync-collection":
            return dav.sync(at)
        case "sync-collection of the home":
            return dav.sync(place.home)
        case "sync-collection from a token":
            first = dav.sync(at)
            return dav.sync(at, first.multistatus().sync_token if first.status == 207 else "urn:none")
        case "expand-property" | "expand-property of an object":
            inner = ('<D:property name="owner"><D:property name="displayname"/></D:property><D:property name="displayname"/>'
                     '<D:property name="getetag"/>')
            return report("D:expand-property", inner, place.object("a") if "object" in action.title else at, 0)
        case "acl-principal-prop-set":
            return report("D:acl-principal-prop-set", prop("D:displayname"), depth=0)
        case "acl-principal-prop-set of an object":
            return report("D:acl-principal-prop-set", prop("D:displayname"), place.object("a"), 0)
        case "principal-match":
            return report("D:principal-match", "<D:principal-property><D:owner/></D:principal-property>" + prop("D:getetag"), depth=0)
        case "principal-property-search":
            search = f"<D:property-search>{prop('D:displayname')}<D:match>nobody at all</D:match></D:property-search>"
            return report("D:principal-property-search", search + prop("D:displayname"), depth=0)
        case "principal-search-property-set":
            return report("D:principal-search-property-set", "", depth=0)
        case "calendarserver-principal-search":
            return report("CS:calendarserver-principal-search", "<CS:search-token>nobody at all</CS:search-token>" + prop("D:displayname"),
                          place.home, 0)
        case "PUT of a new object":
            return put("new")
        case "PUT over an object":
            return put("put")
        case "PUT of other alarms":
            return dav.put(place.object("alarm"), kind.content("alarm", "first", *ALARM, f"X-MOZ-LASTACK:2026061{text[-1]}T000000Z"), kind.type)
        case "POST of a new object":
            return dav.request("POST", at, kind.content("posted", text), {"Content-Type": kind.type})
        case "POST of an attachment":
            return dav.request("POST", place.object("attach") + "?action=attachment-add", text, {"Content-Type": "text/plain"})
        case "PROPPATCH of the collection":
            return dav.set_property(at, f"<X:note>{text}</X:note>")
        case "PROPPATCH of an object":
            return dav.set_property(place.object("props"), f"<X:note>{text}</X:note>")
        case "MKCALENDAR within":
            return dav.make_calendar(at + "made/")
        case "MKCOL within":
            return dav.mkcol(at + "made/")
        case "MKCALENDAR beside":
            return dav.make_calendar(place.home + BESIDE[action.title])
        case "MKCOL beside":
            return dav.mkcol(place.home + BESIDE[action.title], kind.body())
        case "COPY out":
            return taken(transfer(place.object("a"), own + "came" + kind.ending), own + "came" + kind.ending)
        case "MOVE out":
            return taken(transfer(place.object("out"), own + "came" + kind.ending), own + "came" + kind.ending)
        case "COPY of the collection out":
            return taken(transfer(at, kind.home(sharee.user) + "came/"), kind.home(sharee.user) + "came/")
        case "MOVE of the collection out":
            return taken(transfer(place.doomed, kind.home(sharee.user) + "came/"), kind.home(sharee.user) + "came/")
        case "COPY of the collection beside":
            return transfer(place.doomed, place.home + BESIDE[action.title])
        case "MOVE within":
            return transfer(place.object("inner"), place.object("renamed"))
        case "COPY in":
            return transfer(sharee.source(kind, "copied"), place.object("copied"))
        case "COPY over an object":
            return transfer(sharee.source(kind, "over-copy", text=text), place.object("over-copy"))
        case "MOVE in" | "MOVE over an object":
            logical = "moved" if action.title == "MOVE in" else "over-move"
            source = sharee.source(kind, logical, text=text)
            answer = transfer(source, place.object(logical))
            if answer.status < 300:
                sharee.gone(source)
            return answer
        case "LOCK of an object" | "LOCK of a free name":
            path = place.object("a" if action.title == "LOCK of an object" else "free")
            answer = dav.lock(path)
            if answer.status < 300:
                # RFC 3744 §3.5: who took a lock can give it back.
                assert dav.unlock(path, lock_token(answer)).status == 204
            return answer
        case "UNLOCK of another's lock":
            return dav.unlock(place.object("locked"), place.lock)
        case "ACL":
            return dav.xml("ACL", at, document("D:acl", kept + entry(extra["ACL"].principal, {READ})))
        case "ACL of an object":
            return dav.xml("ACL", place.object("a"), document("D:acl", kept + entry(extra["ACL"].principal, {READ})))
        case "POST of an invitation":
            invited = f"<CS:set><D:href>mailto:{extra['POST'].address}</D:href><CS:summary>x</CS:summary><CS:read/></CS:set>"
            return dav.xml("POST", at, document("CS:share", invited))
    raise AssertionError(action.title)
