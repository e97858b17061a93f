"""Every method and report, with every right, for everybody whom a right can reach: allowed exactly where the model says
(rights_model.py), refused with the privilege that is missing, and not found where even existence is secret.

A test is one right of one relation; each combination in it is judged for itself, and a failure lists those that were answered
otherwise. After each pass the owner looks at what is there: what was refused has changed nothing."""
import xml.etree.ElementTree as ET

import pytest

from dav import Dav, document, find, find_all, name
from rights_model import ACTIONS, ALL, BIND, FREE_BUSY, OBJECT, PROPERTIES, READ, RIGHTS, ROLES, expected, held
from rights_world import BESIDE, KINDS, SECRET, WHOLE, Owner, Place, Sharee, act, entry
from tegu import User

DIRECT = ("user grant", "group grant", "nested group", "signed-in", "everybody", "grant on the home")


class World:
    """One owner, and one sharee a relation, all on one server."""

    def __init__(self, server):
        self.server, self.passes, self.granted = server, 0, {}
        self.user = server.new_user()
        self.owners = {kind: Owner(self.user, kind) for kind in KINDS}
        self.owner = Sharee(self.user)
        self.sharees = {relation: Sharee(server.new_user()) for relation in (*DIRECT, "delegate", "nobody") if relation != "everybody"}
        # Of another domain: only what is everybody's reaches them.
        self.sharees["everybody"] = Sharee(self.of_another_domain("matrix"))
        # Whom those grant something who may; of another domain nobody can be granted anything (docs/sharing.md).
        near, far = [server.new_user(), server.new_user()], [self.of_another_domain("matrix-1"), self.of_another_domain("matrix-2")]
        self.extra = {relation: dict(zip(("ACL", "POST"), far if relation == "everybody" else near))
                      for relation in (*self.sharees, "owner")}
        for address, member in (("matrix-group@example.org", self.sharees["group grant"].user.address),
                                ("matrix-inner@example.org", self.sharees["nested group"].user.address),
                                ("matrix-outer@example.org", "matrix-inner@example.org")):
            server.run("group", "add", address)
            server.run("group", "member", "add", address, member)
        self.grantees = {
            "user grant": (self.sharees["user grant"].user.principal, self.sharees["user grant"].user.address),
            "group grant": ("/principals/matrix-group@example.org/", "matrix-group@example.org"),
            "nested group": ("/principals/matrix-outer@example.org/", "matrix-outer@example.org"),
            "signed-in": ("authenticated", "signed-in"),
            "everybody": ("all", "everybody"),
            "grant on the home": (self.sharees["grant on the home"].user.principal, self.sharees["grant on the home"].user.address),
        }
        # RFC 5842 §3.1: the number that a share is called by.
        self.numbers = {kind: owner.dav.propfind(owner.path, "D:resource-id").multistatus().only().hrefs_of("D:resource-id")[0]
                        .rsplit(":", 1)[1] for kind, owner in self.owners.items()}

    def of_another_domain(self, name):
        self.server.run("user", "add", f"{name}@example.net", "--password-stdin", input=f"secret of {name}\n")
        return User(self.server, name, f"secret of {name}", "example.net")

    def close(self):
        self.grant(None, ())
        for name in ("matrix", "matrix-1", "matrix-2"):
            self.server.run("user", "remove", f"{name}@example.net", "--yes")
        for group in ("group", "inner", "outer"):
            self.server.run("group", "remove", f"matrix-{group}@example.org")

    def grant(self, relation, granted, role=None):
        """What is granted, and nothing else anywhere. Returns the entries of the collections' own access lists."""
        kept = ""
        if relation and relation != "grant on the home":
            kept = entry(self.grantees[relation][0], granted)
        above = entry(self.grantees[relation][0], granted) if relation == "grant on the home" else ""
        for owner in self.owners.values():
            by_command = owner.home if above else owner.path
            for path, entries in ((owner.home, above), (owner.path, kept), (owner.doomed, kept)):
                entries = "" if role and path == by_command else entries
                # Nobody else changes that of the home and of what goes as a whole.
                if path != owner.path and self.granted.get(path) == entries:
                    continue
                answer = owner.dav.xml("ACL", path, document("D:acl", entries))
                assert answer.status == 200, answer
                self.granted[path] = None if role else entries
            if role:
                self.server.run("share", "add", by_command, self.grantees[relation][1], "--role", role)
        return kept

    def mount(self, kind, sharee):
        """Where the shared collection is in the sharee's home, or would be."""
        return f"{kind.home(sharee.user)}shared-{self.numbers[kind]}/"


@pytest.fixture(scope="module")
def world(server):
    made = World(server)
    yield made
    made.close()


# Of the rights with which nothing stands in the home, those with which its answers are compared.
UNSEEN = ("the role free-busy", "all but read and read-free-busy")
# What the own home answers itself: a name may be asked about before something is made there.
OWN_HOME = ("OPTIONS of the collection", "calendar-multiget by the own home", "addressbook-multiget by the own home")


# Judging


def judge(action, place, outcome, answer):
    """What is wrong with an answer; empty where it is as it must be."""
    found = []
    status, error = answer.status, None
    if outcome.within and status == 207:
        row = answer.multistatus().only()
        if outcome.within == "row":
            status = row.status or 200
        else:
            status = row.status_of(outcome.within)
            error = find(row.element, "D:propstat/D:error")
    elif outcome.within:
        found.append(f"expected 207 with {outcome.within}, found {status}")
    elif status == 403 and answer.body:
        error = ET.fromstring(answer.body)
    if status != outcome.status:
        lacking = " for want of " + " or ".join(sorted(p for p, _ in outcome.lacks)) if outcome.lacks else ""
        found.append(f"expected {outcome.status}{lacking}, found {status} {answer.text[:300]}")
        return found
    # A HEAD has no body, and PROPFIND tells no more than the status (RFC 3744 §5.5).
    if outcome.lacks and answer.method != "HEAD" and not (answer.method == "PROPFIND" and answer.status == 207):
        found += _judge_needs(action, place, outcome, error)
    if outcome.condition and (error is None or error.find(name(outcome.condition)) is None):
        found.append(f"expected {outcome.condition}, found {answer.text[:300]}")
    if status >= 400:
        told = {"etag", "location", "lock-token", "content-location"} & {key for key, _ in answer.headers}
        if told or SECRET in answer.text:
            found.append(f"a refusal tells {told or SECRET}")
    return found


def _judge_needs(action, place, outcome, error):
    """RFC 3744 §7.1.1: the resource, and the privilege that is missing on it."""
    resource = None if error is None else find(error, "D:need-privileges/D:resource")
    if resource is None:
        return ["a refusal without DAV:need-privileges"]
    privilege = find(resource, "D:privilege")[0].tag.split("}")[1]
    places = [where for needed, where in outcome.lacks if needed == privilege]
    if not places:
        return [f"expected the lack of {sorted(outcome.lacks)}, found {privilege}"]
    href = find(resource, "D:href").text
    for where in places:
        wanted = place.href(where, action)
        if href == wanted or wanted is None and href.startswith(place.collection) and href != place.collection:
            return []
    return [f"{privilege} is missing on {places}, found {href}"]


def told(answer, place, on_collection, is_mount):
    """The privileges that current-user-privilege-set tells must be those that count."""
    found = []
    # The name and the colour are the sharee's own (docs/sharing.md).
    wanted = {place.collection: on_collection | ({PROPERTIES} if is_mount else set()), place.object("a"): on_collection}
    rows = answer.multistatus()
    for path, privileges in wanted.items():
        seen = {p[0].tag.split("}")[1] for p in find_all(rows.row(path).prop("D:current-user-privilege-set"), "D:privilege")}
        if seen != privileges:
            found.append(f"current-user-privilege-set of {path}: expected {sorted(privileges)}, found {sorted(seen)}")
    return found


def run(world, relation, right, sharee, kind, kept, on_collection, on_home=frozenset(), mount=None):
    """All actions of a kind by one URL; returns what was wrong."""
    owner, wrong = world.owners[kind], []
    extra = world.extra[relation]
    world.passes += 1
    text = f"pass {world.passes}"
    place = owner.place
    if mount:
        place = Place(kind, mount, kind.home(sharee.user), mount, attachment=owner.attachment, lock=owner.lock)
    before, home_before = owner.state(), owner.children_of_home()
    effects, granted = set(), set()
    for action in ACTIONS:
        if kind.letter not in action.kinds or mount and not action.through_mount:
            continue
        if relation == "everybody" and not action.beyond_domain or relation == "owner" and action.title == "PUT of other alarms":
            continue
        outcome = expected(action, on_collection, on_home)
        answer = act(action, place, sharee, kept, extra, text)
        found = judge(action, place, outcome, answer)
        is_allowed = outcome.status < 300
        if is_allowed and not found:
            if action.title == "PROPFIND of current-user-privilege-set":
                found = told(answer, place, on_collection | on_home, mount is not None)
            if "free-busy" in action.title and SECRET in answer.text:
                found = ["it tells more than when"]
            effects |= set(action.effects)
        if answer.status < 300 and action.title in WHOLE:
            kind.make(owner.dav, owner.doomed)
            world.granted.pop(owner.doomed, None)
        if answer.status < 300 and action.title in BESIDE:
            owner.dav.delete(owner.home + BESIDE[action.title])
        if answer.status < 300 and action.title.startswith("UNLOCK"):
            owner.take_lock()
        if is_allowed and action.title in ("ACL", "POST of an invitation"):
            granted.add(extra[action.title.split(" ")[0]].principal)
        where = "in the sharee's home" if mount else "by the owner's URL"
        wrong += [f"{action.title} | {right} | {relation} | {kind.homes} {where}: {problem}" for problem in found]
    # What was refused has changed nothing, and what was allowed what it had to.
    changed = owner.changed(before)
    if set(changed) != effects:
        wrong.append(f"{right} | {relation} | {kind.homes}: expected changes of {sorted(effects)}, found {sorted(changed)}")
    owner.restore(changed)
    if owner.children_of_home() != home_before:
        wrong.append(f"{right} | {relation}: in the owner's home was {home_before}, and is {owner.children_of_home()}")
    listed = {e.text for e in owner.dav.propfind(owner.path, "D:acl").multistatus().only().prop("D:acl").iter(name("D:href"))}
    listed &= {user.principal for user in extra.values()}
    if listed != granted:
        wrong.append(f"{right} | {relation} | {kind.homes}: expected grants to {granted}, found {listed}")
    return wrong


def absent(world, right, relation, kind, sharee, kept):
    """What is not shared for reading has no place in the home: its name is one as any other there."""
    home, lock = kind.home(sharee.user), world.owners[kind].lock
    places = [Place(kind, path, home, path, lock=lock) for path in (world.mount(kind, sharee), home + "shared-0/")]
    wrong = []
    for action in (a for a in ACTIONS if kind.letter in a.kinds and a.through_mount and a.title != "GET of an attachment"):
        answers = [act(action, place, sharee, kept, world.extra["nobody"], "pass 0") for place in places]
        if plain(answers[0], places[0]) != plain(answers[1], places[1]) or answers[0].status not in (404, 409) and action.title not in OWN_HOME:
            wrong.append(f"{action.title} | {right} | {relation} | {kind.homes} in the sharee's home: found {answers[0]}, and of a name "
                         f"without a meaning {answers[1]}")
    return wrong


def report(wrong):
    assert not wrong, f"{len(wrong)} combinations are answered otherwise:\n" + "\n".join(wrong)


# The matrix


def test_the_model_knows_every_method_and_report(world):
    """What the server says that it can do: a method or report of which the model says nothing would go unseen."""
    dav, known = world.user.dav(), {action.title.split(" ")[0].rstrip(",") for action in ACTIONS}
    assert dav.options("*").tokens("Allow") - {word.lower() for word in known} == {"report"}
    for kind in KINDS:
        known = {action.title.split(" ")[0] for action in ACTIONS if kind.letter in action.kinds}
        for path in (world.owners[kind].path, world.owners[kind].home, world.owners[kind].place.object("a")):
            row = dav.propfind(path, "D:supported-report-set").multistatus().only()
            reports = {e[0].tag.split("}")[1] for e in row.prop("D:supported-report-set").iter(name("D:report"))}
            assert reports and reports <= known, path


@pytest.mark.parametrize("right", RIGHTS)
@pytest.mark.parametrize("relation", DIRECT)
def test_what_is_granted(world, relation, right):
    granted = RIGHTS[right]
    role = right.removeprefix("the role ") if right.startswith("the role ") else None
    kept = world.grant(relation, granted, role)
    sharee, privileges, wrong = world.sharees[relation], held(granted), []
    on_home = privileges if relation == "grant on the home" else frozenset()
    on_collection = frozenset() if on_home else privileges
    # In a home stands what may be read, of the home's own domain; and a home is in none.
    is_listed = READ in on_collection and relation != "everybody"
    for kind in KINDS:
        # By whom somebody is reached does not depend on what it is: books and folders with every right for two, with the roles for all.
        if kind.letter != "c" and role is None and relation not in ("user grant", "grant on the home"):
            continue
        mount = world.mount(kind, sharee)
        if (mount in sharee.dav.children(kind.home(sharee.user))) != is_listed:
            wrong.append(f"{right} | {relation} | {kind.homes}: in the sharee's home it must{'' if is_listed else ' not'} stand")
        wrong += run(world, relation, right, sharee, kind, kept, on_collection, on_home)
        if is_listed:
            wrong += run(world, relation, right, sharee, kind, kept, on_collection, on_home, mount)
        elif right in UNSEEN and (kind.letter == "c" or relation == "user grant"):
            wrong += absent(world, right, relation, kind, sharee, kept)
    report(wrong)


@pytest.mark.parametrize("part, granted", [("read", ROLES["reader"]), ("write", ROLES["editor"])])
def test_delegates(world, part, granted):
    """calendar-proxy: of calendars only (docs/sharing.md)."""
    world.grant(None, ())
    sharee, privileges, wrong = world.sharees["delegate"], held(granted), []
    proxy = f"{world.user.principal}calendar-proxy-{part}/"
    for members in (f"<D:href>{sharee.user.principal}</D:href>", ""):
        row = world.user.dav().set_property(proxy, f"<D:group-member-set>{members}</D:group-member-set>").multistatus().only()
        assert row.status_of("D:group-member-set") == 200
        for kind in KINDS:
            on_home = privileges if members and kind.letter == "c" else frozenset()
            wrong += run(world, "delegate", f"{part}{'' if members else ', no more'}", sharee, kind, "", frozenset(), on_home)
    report(wrong)


def test_the_owner(world):
    world.grant(None, ())
    wrong = []
    for kind in KINDS:
        wrong += run(world, "owner", "-", world.owner, kind, "", held({ALL}), held({ALL}))
    report(wrong)


@pytest.mark.parametrize("others", [None, "user grant", "nested group", "grant on the home"])
def test_nobody(world, others):
    """Who has nothing finds nothing, whatever others have."""
    kept = world.grant(others, {ALL} if others else ())
    wrong = []
    for kind in KINDS:
        wrong += run(world, "nobody", f"all to {others}", world.sharees["nobody"], kind, kept, frozenset())
    report(wrong)


class Unauthenticated(Sharee):
    def __init__(self, sharee):
        self.user, self.there = sharee.user, set()
        self.dav = Dav(sharee.dav.url)

    def source(self, kind, logical, uid=None, text="mine"):
        return f"{self.own(kind)}{logical}{kind.ending}"


def test_unauthenticated(world):
    """RFC 3744 §5.5.1: nothing is granted to them, not by DAV:all either; what there is and what there is not answer alike."""
    kept = world.grant("everybody", {ALL})
    sharee, wrong = Unauthenticated(world.sharees["nobody"]), []
    for kind in KINDS:
        place = world.owners[kind].place
        for action in (a for a in ACTIONS if kind.letter in a.kinds):
            answers = [act(action, p, sharee, kept, world.extra["nobody"], "pass 0") for p in (place, *twins(world, place))]
            wrong += [f"{action.title} | unauthenticated | {kind.homes}: found {a.status}" for a in answers if a.status != 401]
            if len({plain(a, p) for a, p in zip(answers, (place, *twins(world, place)))}) != 1:
                wrong.append(f"{action.title} | unauthenticated | {kind.homes}: what is there is told from what is not")
    report(wrong)


# What is there and may not be seen is answered as what is not


def twins(world, place, only_objects=False):
    """Places like this one where nothing is: in the same collection, in one that never was, and of somebody whom there never was."""
    kind = place.kind
    near = Place(kind, place.collection, place.home, place.doomed, "no-", "/attachments/none/x.txt", place.lock)
    if only_objects:
        return [near]
    never, nobody = f"{place.home}never/", f"/{kind.homes}/never@example.org/"
    return [near, Place(kind, never, place.home, never, "", near.attachment, place.lock),
            Place(kind, nobody + kind.segment + "/", nobody, nobody + "doomed/", "", near.attachment, place.lock)]


def plain(answer, place):
    """An answer without what differs from request to request, and without the names that the asker has sent."""
    body = answer.text
    for sent, word in ((place.collection + place.prefix, "@"), (place.doomed, "@"), (place.collection, "@"), (place.home, "@home")):
        body = body.replace(sent, word)
    ignored = ("date", "x-request-id", "request-id", "content-length")
    return answer.status, tuple(sorted(h for h in answer.headers if h[0] not in ignored)), body


SILENT = {"nothing": (), "bind alone": {BIND},
          **{right: RIGHTS[right] for right in ("the role free-busy", "all but read", "all but read and read-free-busy")}}


@pytest.mark.parametrize("right", SILENT)
def test_what_may_not_be_seen_is_answered_as_what_is_not_there(world, right):
    granted = SILENT[right]
    kept = world.grant("user grant", granted) if granted else world.grant(None, ())
    # Who may ask when somebody is busy knows of the calendar, and of nothing in it.
    knows = FREE_BUSY in held(granted)
    sharee, wrong = world.sharees["user grant"], []
    for kind in KINDS:
        place = world.owners[kind].place
        for action in (a for a in ACTIONS if kind.letter in a.kinds and (a.at == OBJECT or a.to or not knows)):
            if action.shown_with != READ and knows:
                continue
            first = plain(act(action, place, sharee, kept, world.extra["nobody"], "pass 0"), place)
            for twin in twins(world, place, only_objects=knows):
                other = plain(act(action, twin, sharee, kept, world.extra["nobody"], "pass 0"), twin)
                if other != first:
                    wrong.append(f"{action.title} | {right} | {kind.homes}: {first}, but of {twin.object('a')} {other}")
    report(wrong)
