"""Thunderbird itself, without a screen: it finds the calendars and books of a user, synchronises them over TLS, and changes them."""
import re
import shutil

import pytest

from client_marionette import Marionette
from dav import Dav
from objects import card, event, task, zoned_event
from tegu import wait_for

pytestmark = [pytest.mark.soak, pytest.mark.skipif(
    not shutil.which("thunderbird"), reason="thunderbird is not installed; with its 210 MB it is for `make soak`")]

MODULES = """
const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
const { CalEvent } = ChromeUtils.importESModule("resource:///modules/CalEvent.sys.mjs");
const { MailServices } = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
const { CardDAVDirectory } = ChromeUtils.importESModule("resource:///modules/CardDAVDirectory.sys.mjs");
const { CardDAVUtils } = ChromeUtils.importESModule("resource:///modules/CardDAVUtils.sys.mjs");
const { VCardUtils } = ChromeUtils.importESModule("resource:///modules/VCardUtils.sys.mjs");
const calendar = id => cal.manager.getCalendarById(id);
const items = id => calendar(id).getItemsAsArray(
    Ci.calICalendar.ITEM_FILTER_TYPE_ALL | Ci.calICalendar.ITEM_FILTER_COMPLETED_ALL, 0, null, null);
const book = id => CardDAVDirectory.forFile(MailServices.ab.getDirectoryFromId(id).fileName);
"""


class Thunderbird(Marionette):
    def run(self, body, *arguments):
        return super().run(MODULES + body, *arguments)

    def remember_password(self, url, realm, user):
        self.run("""const login = Cc["@mozilla.org/login-manager/loginInfo;1"].createInstance(Ci.nsILoginInfo);
            login.init(args[0], null, args[1], args[2], args[3], "", "");
            await Services.logins.addLoginAsync(login);""", url, realm, user.address, user.password)

    # Calendars

    def add_calendar(self, url, user):
        return self.run("""const made = cal.manager.createCalendar("caldav", Services.io.newURI(args[0]));
            made.name = "Under test";
            made.setProperty("username", args[1]);
            made.setProperty("cache.enabled", true);
            cal.manager.registerCalendar(made);
            return made.id;""", url, user.address)

    def calendar_items(self, calendar):
        """{uid: title}"""
        return self.run("return Object.fromEntries((await items(args[0])).map(i => [i.id, i.title]));", calendar)

    def state(self, calendar):
        return self.run("return ['disabled', 'readOnly', 'currentStatus'].map(n => calendar(args[0]).getProperty(n));", calendar)

    def refresh(self, calendar):
        self.run("calendar(args[0]).refresh();", calendar)

    # Address books

    def add_book(self, url, user):
        return self.run("""const id = MailServices.ab.newAddressBook("Under test", null, MailServices.ab.CARDDAV_DIRECTORY_TYPE);
            const made = MailServices.ab.getDirectoryFromId(id);
            made.setStringValue("carddav.url", args[0]);
            made.setStringValue("carddav.username", args[1]);
            await book(id).fetchAllFromServer();
            return id;""", url, user.address)

    def cards(self, book):
        """{uid: name}"""
        return self.run("return Object.fromEntries(book(args[0]).childCards.map(c => [c.UID, c.displayName]));", book)


@pytest.fixture(scope="module")
def user(server):
    return server.new_user()


@pytest.fixture(scope="module")
def thunderbird(server, user, tmp_path_factory):
    realm = re.search('realm="([^"]*)"', Dav(server.url, None).propfind("/").header("WWW-Authenticate"))[1]
    running = Thunderbird("thunderbird", tmp_path_factory.mktemp("thunderbird"))
    try:
        running.remember_password(server.tls_url, realm, user)
        yield running
    finally:
        running.close()


def test_it_finds_calendars_and_books(user, thunderbird):
    found = thunderbird.run("""
        const found = await cal.provider.detection.detect(args[0], args[1], args[2], false, [], {});
        return [...found.values()].flat().map(c => c.uri.pathQueryRef);""", user.address, user.password, user.server.tls_url + "/")
    assert {user.calendar, user.tasks} <= set(found)
    books = thunderbird.run("""
        return (await CardDAVUtils.detectAddressBooks(args[0], args[1], args[2], false)).map(b => b.url.pathname);
        """, user.address, user.password, user.server.tls_url + "/")
    assert books == [user.book]


def test_a_calendar_of_two_clients(user, dav, thunderbird):
    theirs = [f"{user.calendar}{n}.ics" for n in range(3)]
    for n, path in enumerate(theirs):
        assert dav.put(path, event(f"their-{n}", f"Title {n} äöü ж")).status == 201
    bird = thunderbird.add_calendar(user.server.tls_url + user.calendar, user)
    want = {f"their-{n}": f"Title {n} äöü ж" for n in range(3)}
    wait_for(lambda: thunderbird.calendar_items(bird) == want, what="the first synchronisation")
    disabled, read_only, status = thunderbird.state(bird)
    assert not disabled and not read_only and not status

    thunderbird.run("""const made = new CalEvent();
        made.id = "own"; made.title = "Own; title";
        made.startDate = cal.createDateTime("20260601T100000Z"); made.endDate = cal.createDateTime("20260601T110000Z");
        await calendar(args[0]).addItem(made);""", bird)
    (path,) = set(dav.children(user.calendar)) - set(theirs)
    assert "SUMMARY:Own\\; title" in dav.get(path).text
    etag = dav.etag_of(path)
    change = """const old = await calendar(args[0]).getItem(args[1]), changed = old.clone();
        changed.title = args[2];
        await calendar(args[0]).modifyItem(changed, old);"""
    thunderbird.run(change, bird, "own", "Other title")
    assert "SUMMARY:Other title" in dav.get(path).text and dav.etag_of(path) != etag
    thunderbird.run(change, bird, "own", "Third title")
    assert "SUMMARY:Third title" in dav.get(path).text

    assert dav.put(theirs[0], event("their-0", "Changed elsewhere")).status == 204
    assert dav.delete(theirs[1]).status == 204
    assert dav.put(user.calendar + "3.ics", event("their-3", "New elsewhere")).status == 201
    thunderbird.refresh(bird)
    want = {"their-0": "Changed elsewhere", "their-2": want["their-2"], "their-3": "New elsewhere", "own": "Third title"}
    wait_for(lambda: thunderbird.calendar_items(bird) == want, what="the changes")
    thunderbird.run(change, bird, "their-3", "Renamed here")
    assert "SUMMARY:Renamed here" in dav.get(user.calendar + "3.ics").text

    for gone in ("own", "their-2"):
        thunderbird.run("await calendar(args[0]).deleteItem(await calendar(args[0]).getItem(args[1]));", bird, gone)
    assert dav.children(user.calendar) == [theirs[0], user.calendar + "3.ics"]


def test_one_day_of_a_series_is_changed_and_one_removed(user, dav, thunderbird):
    path = user.calendars + "series/"
    assert dav.make_calendar(path, "VEVENT").status == 201
    bird = thunderbird.add_calendar(user.server.tls_url + path, user)
    thunderbird.run("await calendar(args[0]).addItem(new CalEvent(args[1]));", bird, zoned_event(
        "series", "Weekly", "RRULE:FREQ=WEEKLY;COUNT=4", "BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:x", "TRIGGER:-PT5M",
        "END:VALARM"))
    thunderbird.run("""const old = await calendar(args[0]).getItem("series"), changed = old.clone(), days = changed.recurrenceInfo;
        const dates = days.getOccurrences(old.startDate, cal.createDateTime("20270101T000000Z"), 4).map(i => i.recurrenceId);
        const later = days.getOccurrenceFor(dates[1]).clone();
        later.title = "Weekly, later";
        later.startDate = later.startDate.clone(); later.startDate.hour = 15;
        later.endDate = later.endDate.clone(); later.endDate.hour = 16;
        days.modifyException(later, true);
        days.removeOccurrenceAt(dates[2]);
        await calendar(args[0]).modifyItem(changed, old);""", bird)
    (item,) = dav.children(path)
    text = dav.get(item).text
    for line in ("RRULE:FREQ=WEEKLY;COUNT=4", "EXDATE;TZID=Europe/Berlin:20260615T100000",
                 "RECURRENCE-ID;TZID=Europe/Berlin:20260608T100000", "DTSTART;TZID=Europe/Berlin:20260608T150000"):
        assert f"\r\n{line}\r\n" in text, text
    # And back from the server, after another client has made it shorter.
    assert dav.put(item, text.replace("COUNT=4", "COUNT=3")).status == 204
    thunderbird.refresh(bird)
    starts = """const all = await calendar(args[0]).getItemsAsArray(
            Ci.calICalendar.ITEM_FILTER_TYPE_EVENT | Ci.calICalendar.ITEM_FILTER_CLASS_OCCURRENCES, 0,
            cal.createDateTime("20260501T000000Z"), cal.createDateTime("20260801T000000Z"));
        return all.map(i => i.startDate.icalString).sort();"""
    wait_for(lambda: thunderbird.run(starts, bird) == ["20260601T100000", "20260608T150000"], what="the shorter series")


def test_a_task_list(user, dav, thunderbird):
    dav.put(user.tasks + "t.ics", task("t", "Water the plants"))
    bird = thunderbird.add_calendar(user.server.tls_url + user.tasks, user)
    wait_for(lambda: thunderbird.calendar_items(bird) == {"t": "Water the plants"}, what="the task")
    thunderbird.run("""const old = await calendar(args[0]).getItem("t"), changed = old.clone();
        changed.isCompleted = true;
        await calendar(args[0]).modifyItem(changed, old);""", bird)
    assert "STATUS:COMPLETED" in dav.get(user.tasks + "t.ics").text


def test_an_address_book_of_two_clients(user, dav, thunderbird):
    for n in range(3):
        assert dav.put_card(f"{user.book}{n}.vcf", card(f"their-{n}", f"Anna Number{n}")).status == 201
    bird = thunderbird.add_book(user.server.tls_url + user.book, user)
    assert thunderbird.cards(bird) == {f"their-{n}": f"Anna Number{n}" for n in range(3)}
    before = set(dav.children(user.book))
    own = thunderbird.run("""const made = VCardUtils.vCardToAbCard(args[1]);
        return MailServices.ab.getDirectoryFromId(args[0]).addCard(made).UID;""", bird,
                          "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Own Äpfel\r\nN:Äpfel;Own;;;\r\nEND:VCARD\r\n")
    (path,) = wait_for(lambda: set(dav.children(user.book)) - before, what="its card on the server")
    assert f"UID:{own}" in dav.get(path).text and "FN:Own Äpfel" in dav.get(path).text

    assert dav.put_card(user.book + "0.vcf", card("their-0", "Berta Changed")).status == 204
    assert dav.delete(user.book + "1.vcf").status == 204
    assert dav.put_card(user.book + "3.vcf", card("their-3", "Carla New")).status == 201
    thunderbird.run("await book(args[0]).syncWithServer();", bird)
    assert thunderbird.cards(bird) == {
        "their-0": "Berta Changed", "their-2": "Anna Number2", "their-3": "Carla New", own: "Own Äpfel"}

    thunderbird.run("""const card = book(args[0]).childCards.find(c => c.UID == args[1]);
        card.vCardProperties.clearValues("fn"); card.vCardProperties.addValue("fn", "Renamed here");
        book(args[0]).modifyCard(card);""", bird, "their-3")
    wait_for(lambda: "FN:Renamed here" in dav.get(user.book + "3.vcf").text, what="the changed card on the server")
    thunderbird.run("""book(args[0]).deleteCards(book(args[0]).childCards.filter(c => c.UID == args[1]));""", bird, own)
    wait_for(lambda: dav.get(path).status == 404, what="the end of the card")
