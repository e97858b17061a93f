"""Who may do what, written down once: RFC 3744 §3 and appendix B, RFC 4791 §6.1 and §7, docs/sharing.md, DESIGN §5.

Nothing here is taken from the server: it is what the server is held against (test_rights_matrix.py)."""
import dataclasses

# Privileges

ALL, READ, FREE_BUSY, WRITE = "all", "read", "read-free-busy", "write"
PROPERTIES, CONTENT, BIND, UNBIND, UNLOCK = "write-properties", "write-content", "bind", "unbind", "unlock"
READ_ACL, WRITE_ACL, READ_OWN = "read-acl", "write-acl", "read-current-user-privilege-set"

# RFC 3744 §3.12, RFC 4791 §6.1.1: what a privilege contains.
CONTAINS = {
    WRITE: {PROPERTIES, CONTENT, BIND, UNBIND},
    READ: {FREE_BUSY},
    ALL: {READ, FREE_BUSY, WRITE, PROPERTIES, CONTENT, BIND, UNBIND, UNLOCK, READ_ACL, WRITE_ACL, READ_OWN},
}
# docs/sharing.md: the roles of the command line.
ROLES = {
    "free-busy": {FREE_BUSY},
    "reader": {READ},
    "editor": {READ, WRITE},
    "co-owner": {ALL},
}
SINGLE = (READ, FREE_BUSY, WRITE, PROPERTIES, CONTENT, BIND, UNBIND, UNLOCK, READ_ACL, WRITE_ACL, READ_OWN, ALL)

# What is granted: the roles, each privilege alone, each beside `read`, and what some methods need together.
RIGHTS = {
    **{f"the role {name}": privileges for name, privileges in ROLES.items()},
    **{f"{name} alone": {name} for name in SINGLE},
    **{f"read and {name}": {READ, name} for name in SINGLE if name not in (READ, FREE_BUSY, ALL, WRITE)},
    "read, bind and unbind": {READ, BIND, UNBIND},
    "read, write-content and write-properties": {READ, CONTENT, PROPERTIES},
    "all but read": {FREE_BUSY, WRITE, UNLOCK, READ_ACL, WRITE_ACL, READ_OWN},
    "all but read and read-free-busy": {WRITE, UNLOCK, READ_ACL, WRITE_ACL, READ_OWN},
}


def held(granted):
    """All privileges that these are. What one may do oneself, whoever may read is told (docs/sharing.md)."""
    found = set(granted)
    for privilege in granted:
        found |= CONTAINS.get(privilege, set())
    if CONTAINS[WRITE] <= found:
        found.add(WRITE)
    return found | {READ_OWN} if READ in found else found


# Methods and reports

COLLECTION, OBJECT, HOME = "the collection", "the object", "the home"


@dataclasses.dataclass(frozen=True)
class Action:
    """One method or report, and what it needs."""

    title: str
    # c: a calendar, b: a book, f: a folder.
    kinds: str
    # What the request's URL names, and, of COPY and MOVE, in what the destination is where that is another's.
    at: str
    to: str | None = None
    # (privilege, of what).
    needs: tuple = ()
    # The answer to who may, with the condition where the kind forbids it to everybody.
    ok: int = 207
    condition: str | None = None
    # The privilege with which it is answered at all.
    shown_with: str = READ
    # Not found without it, also for those who know that there is something.
    is_hidden: bool = False
    # Where the answer stands in a 207: the property, or the row of an object.
    within: str | None = None
    # Names of objects that are others afterwards, or came, or went; `.` is the collection's own properties.
    effects: tuple = ()
    # By the place in the sharee's home too; without, the home is the sharee's own there.
    through_mount: bool = True
    # Also for people of other domains, to whom no principal is shown.
    beyond_domain: bool = True


def _home(title, kinds, at, **more):
    return Action(title, kinds, at, through_mount=False, **more)


ACTIONS = (
    # RFC 3744 §3.1, appendix B: `read`.
    Action("OPTIONS of the collection", "cbf", COLLECTION, ok=200),
    Action("OPTIONS of an object", "cbf", OBJECT, ok=200),
    Action("GET of the collection", "cbf", COLLECTION, ok=200),
    Action("GET of an object", "cbf", OBJECT, ok=200),
    Action("HEAD of an object", "cbf", OBJECT, ok=200),
    Action("GET of an attachment", "c", OBJECT, ok=200, is_hidden=True),
    Action("PROPFIND, depth 0", "cbf", COLLECTION),
    Action("PROPFIND, depth 1", "cbf", COLLECTION),
    Action("PROPFIND of an object", "cbf", OBJECT),
    Action("PROPFIND of current-user-privilege-set", "cbf", COLLECTION),
    # RFC 3744 §5.5: `read-acl`; the others of a PROPFIND are told all the same.
    Action("PROPFIND of acl", "cbf", COLLECTION, needs=((READ_ACL, COLLECTION),), within="D:acl"),
    Action("PROPFIND of an object's acl", "cbf", OBJECT, needs=((READ_ACL, OBJECT),), within="D:acl"),
    _home("PROPFIND of the home, depth 1", "cbf", HOME),

    # Reports: RFC 4791 §7, RFC 6352 §8, RFC 6578, RFC 3253 §3.8, RFC 3744 §9.
    Action("calendar-query", "c", COLLECTION),
    Action("calendar-query of an object", "c", OBJECT),
    Action("calendar-multiget", "c", COLLECTION, within="row"),
    Action("calendar-multiget by the own home", "c", OBJECT, within="own row"),
    # RFC 4791 §6.1.1 and §7.10.
    Action("free-busy-query", "c", COLLECTION, ok=200, shown_with=FREE_BUSY),
    Action("GET of the free-busy URL", "c", COLLECTION, ok=200, shown_with=FREE_BUSY, beyond_domain=False, through_mount=False),
    Action("addressbook-query", "b", COLLECTION),
    Action("addressbook-multiget", "b", COLLECTION, within="row"),
    Action("addressbook-multiget by the own home", "b", OBJECT, within="own row"),
    Action("sync-collection", "cbf", COLLECTION),
    Action("sync-collection from a token", "cbf", COLLECTION),
    _home("sync-collection of the home", "cbf", HOME),
    Action("expand-property", "cbf", COLLECTION),
    Action("expand-property of an object", "cbf", OBJECT),
    Action("acl-principal-prop-set", "cbf", COLLECTION, needs=((READ_ACL, COLLECTION),)),
    Action("acl-principal-prop-set of an object", "cbf", OBJECT, needs=((READ_ACL, OBJECT),)),
    Action("principal-match", "cbf", COLLECTION),
    Action("principal-property-search", "cbf", COLLECTION),
    Action("principal-search-property-set", "cbf", COLLECTION, ok=200),
    _home("calendarserver-principal-search", "cb", HOME),

    # Appendix B: `write-content` of the object, or `bind` of what is to hold it.
    Action("PUT of a new object", "cbf", COLLECTION, needs=((BIND, COLLECTION),), ok=201, effects=("new",)),
    Action("PUT over an object", "cbf", OBJECT, needs=((CONTENT, OBJECT),), ok=204, effects=("put",)),
    # docs/sharing.md, "Alarms": whoever may read has their own.
    Action("PUT of other alarms", "c", OBJECT, ok=204),
    Action("POST of a new object", "cb", COLLECTION, needs=((BIND, COLLECTION),), ok=201, effects=("posted",)),
    # RFC 8607 §3.12.2: as for a PUT of the object.
    Action("POST of an attachment", "c", OBJECT, needs=((CONTENT, OBJECT),), ok=201, effects=("attach",)),
    # RFC 3744 §3.2: `write-properties`, property by property on a collection.
    Action("PROPPATCH of the collection", "cbf", COLLECTION, needs=((PROPERTIES, COLLECTION),), within="X:note", effects=(".",)),
    Action("PROPPATCH of an object", "cbf", OBJECT, needs=((PROPERTIES, OBJECT),), effects=("props",)),
    # RFC 3744 §3.10: `unbind` of what holds it.
    Action("DELETE of an object", "cbf", OBJECT, needs=((UNBIND, COLLECTION),), ok=204, effects=("gone",)),
    _home("DELETE of the collection", "cbf", COLLECTION, needs=((UNBIND, HOME),), ok=204),
    # RFC 3744 §3.9: `bind` of what is to hold it.
    Action("MKCALENDAR within", "c", COLLECTION, needs=((BIND, COLLECTION),), ok=403, condition="C:calendar-collection-location-ok"),
    Action("MKCOL within", "b", COLLECTION, needs=((BIND, COLLECTION),), ok=403, condition="A:addressbook-collection-location-ok"),
    Action("MKCOL within", "f", COLLECTION, needs=((BIND, COLLECTION),), ok=201, effects=("made/",)),
    _home("MKCALENDAR beside", "c", HOME, needs=((BIND, HOME),), ok=201),
    _home("MKCOL beside", "cbf", HOME, needs=((BIND, HOME),), ok=201),

    # COPY and MOVE as source.
    Action("COPY out", "cbf", OBJECT, ok=201),
    Action("COPY of the collection out", "cbf", COLLECTION, ok=201),
    Action("MOVE out", "cbf", OBJECT, needs=((UNBIND, COLLECTION),), ok=201, effects=("out",)),
    _home("MOVE of the collection out", "cbf", COLLECTION, needs=((UNBIND, HOME),), ok=201),
    Action("MOVE within", "cbf", OBJECT, to=COLLECTION, needs=((UNBIND, COLLECTION), (BIND, COLLECTION)), ok=201,
           effects=("inner", "renamed")),
    # As destination. Appendix B: a COPY over an object changes it, and a MOVE over one takes it away.
    Action("COPY in", "cbf", "own", to=COLLECTION, needs=((BIND, COLLECTION),), ok=201, effects=("copied",)),
    Action("COPY over an object", "cbf", "own", to=COLLECTION, needs=((CONTENT, OBJECT), (PROPERTIES, OBJECT)), ok=204,
           effects=("over-copy",)),
    Action("MOVE in", "cbf", "own", to=COLLECTION, needs=((BIND, COLLECTION),), ok=201, effects=("moved",)),
    Action("MOVE over an object", "cbf", "own", to=COLLECTION, needs=((UNBIND, COLLECTION), (BIND, COLLECTION)), ok=204,
           effects=("over-move",)),
    _home("COPY of the collection beside", "cbf", COLLECTION, to=HOME, needs=((BIND, HOME),), ok=201),

    # Appendix B: `write-content`, or `bind` for a name; RFC 3744 §3.5: `unlock` for the locks of others.
    Action("LOCK of an object", "cbf", OBJECT, needs=((CONTENT, OBJECT),), ok=200),
    Action("LOCK of a free name", "cb", COLLECTION, needs=((BIND, COLLECTION),), ok=201),
    Action("LOCK of a free name", "f", COLLECTION, needs=((BIND, COLLECTION),), ok=201, effects=("free",)),
    Action("UNLOCK of another's lock", "cbf", OBJECT, needs=((UNLOCK, OBJECT),), ok=204),

    # RFC 3744 §3.7: `write-acl`.
    Action("ACL", "cbf", COLLECTION, needs=((WRITE_ACL, COLLECTION),), ok=200),
    Action("ACL of an object", "cbf", OBJECT, needs=((WRITE_ACL, OBJECT),), ok=403, condition="D:no-inherited-ace-conflict"),
    Action("POST of an invitation", "cb", COLLECTION, needs=((WRITE_ACL, COLLECTION),), ok=200),
)


@dataclasses.dataclass(frozen=True)
class Outcome:
    status: int
    # The privileges that are missing, each with what it is missing on; the answer names at least one.
    lacks: frozenset = frozenset()
    condition: str | None = None
    # Whether `status` is that of `within`, in a 207.
    within: str | None = None


def expected(action, on_collection, on_home=frozenset()):
    """What is answered to one who holds these privileges; what is held on the home is held on all in it."""
    on_collection = on_collection | on_home
    for place in (action.at, action.to):
        if place in (None, "own"):
            continue
        rights = on_home if place == HOME else on_collection
        if action.shown_with in rights:
            continue
        # Even that it is there is secret, but for those who may ask when somebody is busy.
        if FREE_BUSY not in rights or action.is_hidden or action.within == "own row":
            return Outcome(404, within="row" if action.within == "own row" else None)
        return Outcome(403, frozenset({(READ, HOME if place == HOME else COLLECTION)}))
    within = "row" if action.within == "own row" else action.within
    missing = {need for need in action.needs if need[0] not in (on_home if need[1] == HOME else on_collection)}
    if missing:
        return Outcome(403, frozenset(missing), within=within)
    return Outcome(200 if within else action.ok, condition=action.condition, within=within)
