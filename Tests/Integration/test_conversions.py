"""Objects in another form than they are stored in: by Accept, by the attributes of calendar-data and address-data, and from JSON."""
import json

from dav import document, name
from objects import BERLIN, calendar, card, event, zoned_event


def test_calendar_objects_as_json(user, dav):
    """RFC 7265"""
    etag = dav.put(user.calendar + "a.ics", event("a", "Grüße")).etag
    plain = dav.get(user.calendar + "a.ics")
    assert plain.text.startswith("BEGIN:VCALENDAR") and plain.etag == etag and "accept" in plain.tokens("Vary")
    response = dav.get(user.calendar + "a.ics", Accept="application/calendar+json")
    assert response.header("Content-Type") == "application/calendar+json"
    assert response.etag == "W/" + etag[:-1] + '-json"'
    assert json.loads(response.body)[0] == "vcalendar" and "Grüße" in response.text
    assert dav.get(user.calendar + "a.ics", Accept="text/calendar, application/calendar+json;q=0.5").body == plain.body
    assert dav.get(user.calendar + "a.ics", Accept="*/*").body == plain.body
    put = dav.put(user.calendar + "b.ics", response.text.replace('"a"', '"b"'), "application/calendar+json")
    assert put.status == 201 and put.etag is None, "what is stored is not what was sent"
    stored = dav.get(user.calendar + "b.ics")
    assert "UID:b\r\n" in stored.text and "SUMMARY:Grüße" in stored.text
    refused = dav.put(user.calendar + "c.ics", "[1, 2", "application/calendar+json")
    assert refused.status == 403 and refused.error("C:valid-calendar-data") is not None
    body = document("C:calendar-multiget", "<D:prop><C:calendar-data content-type='application/calendar+json' version='2.0'/></D:prop>"
                    f"<D:href>{user.calendar}a.ics</D:href>")
    assert json.loads(dav.report(user.calendar, body, 1).multistatus().only().text("C:calendar-data"))[0] == "vcalendar"


def test_what_a_change_answers_is_in_the_form_that_is_asked_for(user, dav):
    """RFC 7240 §4.2, RFC 8144 §3: as a GET would be answered."""
    wish = {"Prefer": "return=representation", "Accept": "application/calendar+json"}
    dav.put(user.calendar + "a.ics", event("a"))
    json_text = dav.get(user.calendar + "a.ics", Accept="application/calendar+json").text.replace('"a"', '"r"')
    for body, kind in (event("r", "Json"), "text/calendar"), (json_text, "application/calendar+json"):
        answer = dav.put(user.calendar + "r.ics", body, kind, headers=wish)
        assert answer.status in (200, 201) and answer.header("Content-Type").startswith("application/calendar+json"), answer
        assert json.loads(answer.body)[0] == "vcalendar" and answer.etag == dav.get(user.calendar + "r.ics", Accept=wish["Accept"]).etag
        assert "Accept" in answer.header("Vary")
    stored = dav.put(user.calendar + "r.ics", event("r", "Text"), headers={"Prefer": "return=representation", "Accept": "*/*"})
    assert stored.text == event("r", "Text") and stored.etag == dav.get(user.calendar + "r.ics").etag
    answer = dav.put(user.book + "r.vcf", card("r"), "text/vcard", headers={"Prefer": "return=representation", "Accept": "text/vcard; version=4.0"})
    assert "VERSION:4.0" in answer.text and answer.etag == dav.get(user.book + "r.vcf", Accept="text/vcard; version=4.0").etag


def test_a_form_has_a_tag_of_its_own(user, dav):
    """RFC 9110 §8.8.3, §13.1.2, §15.4.5"""
    stored = dav.put(user.calendar + "a.ics", event("a", "Form")).etag
    wish = {"Accept": "application/calendar+json"}
    other = dav.get(user.calendar + "a.ics", **wish).etag
    assert dav.get(user.calendar + "a.ics", **wish, **{"If-None-Match": stored}).status == 200, "who has the one form has not the other"
    assert dav.get(user.calendar + "a.ics", **{"If-None-Match": other}).status == 200
    for headers in ({"If-None-Match": stored}, {"If-None-Match": other, **wish}):
        unchanged = dav.get(user.calendar + "a.ics", **headers)
        assert unchanged.status == 304 and "accept" in unchanged.tokens("Vary")
    assert dav.put(user.calendar + "a.ics", event("a", "Neu"), headers={"If-Match": other}).status == 204, "who writes may have seen any form"
    assert dav.put(user.calendar + "a.ics", event("a", "Alt"), headers={"If-Match": other}).status == 412
    cards = dav.put_card(user.book + "a.vcf", card("a", "Anna")).etag
    newer = dav.get(user.book + "a.vcf", Accept="text/vcard; version=4.0").etag
    assert newer not in (cards, "W/" + cards)


def test_cards_in_the_version_that_is_asked_for(user, dav):
    """C1, C17, RFC 6352 §10.4"""
    dav.put_card(user.book + "v3.vcf", card("v3", "Anna Drei", "TEL;TYPE=CELL,PREF:+7 900", "X-ABC:keep"))
    dav.put_card(user.book + "v4.vcf", card("v4", "Boris Vier", "TEL;TYPE=cell;PREF=1:+7 901", "KIND:individual", version="4.0"))
    for who in ("v3", "v4"):
        for version in ("3.0", "4.0"):
            text = dav.get(user.book + who + ".vcf", Accept=f"text/vcard; version={version}").text
            assert f"VERSION:{version}\r\n" in text and f":{who}\r\n" in text and "+7 90" in text, text
            body = document("A:addressbook-multiget", f"<D:prop><A:address-data content-type='text/vcard' version='{version}'/></D:prop>"
                            f"<D:href>{user.book}{who}.vcf</D:href>")
            assert f"VERSION:{version}" in dav.report(user.book, body, 1).multistatus().only().text("A:address-data")
        assert f"VERSION:{'3.0' if who == 'v3' else '4.0'}\r\n" in dav.get(user.book + who + ".vcf").text, "without a wish as stored"
        assert "VERSION:3.0" in dav.card_multiget(user.book, [user.book + who + ".vcf"]).multistatus().only().text("A:address-data")
    assert "X-ABC:keep" in dav.get(user.book + "v3.vcf", Accept="text/vcard; version=4.0").text


def test_cards_as_json(user, dav):
    """RFC 7095"""
    etag = dav.put_card(user.book + "a.vcf", card("a", "Anna Json")).etag
    response = dav.get(user.book + "a.vcf", Accept="application/vcard+json")
    assert response.header("Content-Type") == "application/vcard+json"
    assert response.etag == "W/" + etag[:-1] + '-json"'
    assert json.loads(response.body)[0] == "vcard"
    put = dav.put(user.book + "b.vcf", response.text.replace('"a"', '"b"'), "application/vcard+json")
    assert put.status == 201 and put.etag is None and "FN:Anna Json" in dav.get(user.book + "b.vcf").text
    assert dav.put(user.book + "c.vcf", "{}", "application/vcard+json").error("A:valid-address-data") is not None


def test_data_say_in_which_form_they_are(user, dav):
    """RFC 4791 §9.6, RFC 6352 §10.4: where it is not the default."""
    dav.put(user.calendar + "a.ics", event("a"))
    dav.put_card(user.book + "a.vcf", card("a", "Anna Form"))

    def attributes(path, element, form, report):
        href = f"<D:href>{path}</D:href>"
        body = document(report, f"<D:prop><{element} {form}/></D:prop>{href}")
        return dav.report(path.rsplit("/", 1)[0] + "/", body, 1).multistatus().only().prop(element).attrib
    for form, told in (("", {}), ("content-type='text/calendar' version='2.0'", {}),
                       ("content-type='application/calendar+json'", {"content-type": "application/calendar+json", "version": "2.0"})):
        assert attributes(user.calendar + "a.ics", "C:calendar-data", form, "C:calendar-multiget") == told
    for form, told in (("", {}), ("content-type='text/vcard' version='3.0'", {}),
                       ("content-type='text/vcard' version='4.0'", {"content-type": "text/vcard", "version": "4.0"}),
                       ("content-type='application/vcard+json' version='4.0'", {"content-type": "application/vcard+json", "version": "4.0"})):
        assert attributes(user.book + "a.vcf", "A:address-data", form, "A:addressbook-multiget") == told


def test_parts_of_cards(user, dav):
    """C19"""
    dav.put_card(user.book + "a.vcf", card("a", "Anna Teil", "EMAIL:a@example.org", "NOTE:long"))
    body = document("A:addressbook-multiget", "<D:prop><A:address-data><A:prop name='EMAIL'/></A:address-data></D:prop>"
                    f"<D:href>{user.book}a.vcf</D:href>")
    text = dav.report(user.book, body, 1).multistatus().only().text("A:address-data")
    assert "EMAIL:a@example.org" in text and "NOTE" not in text and "FN:Anna Teil" in text and "VERSION:3.0" in text and "UID:a" in text


def test_card_queries(user, dav):
    """Q19, C4"""
    dav.put_card(user.book + "a.vcf", card("a", "Anna Жукова", "EMAIL;TYPE=WORK:anna@example.org"))
    dav.put_card(user.book + "b.vcf", card("b", "Boris Example", "item1.EMAIL;TYPE=HOME:boris@example.com", "item1.X-ABLabel:Home"))
    dav.put_card(user.book + "c.vcf", card("c", "Clara Nomail"))

    def by(inner, attributes=""):
        body = document("A:addressbook-query", f"<D:prop><D:getetag/></D:prop><A:filter {attributes}>{inner}</A:filter>")
        return sorted(p[-5] for p in dav.report(user.book, body, 1).multistatus().paths())

    def text(property_name, text, attributes=""):
        return f"<A:prop-filter name='{property_name}'><A:text-match {attributes}>{text}</A:text-match></A:prop-filter>"
    assert by(text("FN", "жукова")) == ["a"]
    assert by(text("EMAIL", "boris")) == ["b"], "a group is no part of the name"
    assert by(text("item1.EMAIL", "boris")) == ["b"] and by(text("item2.EMAIL", "boris")) == []
    assert by(text("EMAIL", "example.org") + text("FN", "clara")) == ["a", "c"], "anyof is the default"
    assert by(text("EMAIL", "example") + text("FN", "anna"), "test='allof'") == ["a"]
    assert by("<A:prop-filter name='EMAIL'><A:is-not-defined/></A:prop-filter>") == ["c"]
    assert by("<A:prop-filter name='EMAIL'><A:param-filter name='TYPE'><A:text-match>home</A:text-match></A:param-filter></A:prop-filter>") == ["b"]
    assert by(text("FN", "Anna", "match-type='starts-with'")) == ["a"] and by(text("FN", "example", "match-type='ends-with'")) == ["b"]
    assert by("") == ["a", "b", "c"]
    body = document("A:addressbook-query", "<D:prop><D:getetag/></D:prop><A:filter/><A:limit><A:nresults>2</A:nresults></A:limit>")
    rows = dav.report(user.book, body, 1).multistatus()
    assert len(rows) == 3 and rows.row(user.book).status == 507


def test_calendars_without_zones_that_everybody_knows(user, dav):
    """T14, RFC 7809 §3.1"""
    dav.put(user.calendar + "z.ics", zoned_event("z"))
    with_zone = dav.multiget(user.calendar, [user.calendar + "z.ics"]).multistatus().only().text("C:calendar-data")
    assert "BEGIN:VTIMEZONE" in with_zone
    without = dav.multiget(user.calendar, [user.calendar + "z.ics"], CalDAV_Timezones="F").multistatus().only().text("C:calendar-data")
    assert "VTIMEZONE" not in without and "TZID=Europe/Berlin" in without
    assert "calendar-no-timezone" in dav.options(user.calendar).tokens("DAV")
    stored = dav.get(user.calendar + "z.ics")
    assert "BEGIN:VTIMEZONE" in stored.text
    for path in (user.calendar + "z.ics", user.calendar):
        text = dav.get(path, CalDAV_Timezones="F").text
        assert "VTIMEZONE" not in text and "TZID=Europe/Berlin" in text, path
    given = dav.get(user.calendar + "z.ics", CalDAV_Timezones="F")
    assert given.etag != stored.etag and "caldav-timezones" in given.tokens("Vary")
    assert "vtimezone" not in dav.get(user.calendar + "z.ics", CalDAV_Timezones="F", Accept="application/calendar+json").text
    put = dav.put(user.calendar + "z.ics", zoned_event("z", "Neu"), headers={"Prefer": "return=representation", "CalDAV-Timezones": "F"})
    assert put.status in (200, 204) and "VTIMEZONE" not in put.text and "SUMMARY:Neu" in put.text


def test_zones_that_were_not_sent_are_given_to_who_wants_them_all(user, dav):
    """RFC 7809 §3.1.3: "the server MUST include all the appropriate VTIMEZONE components" """
    dav.put(user.calendar + "n.ics", event("n", start="DTSTART;TZID=Europe/Berlin:20260601T100000", end="DTEND;TZID=Europe/Berlin:20260601T110000"))
    assert "VTIMEZONE" not in dav.get(user.calendar + "n.ics").text
    for path in (user.calendar + "n.ics", user.calendar):
        text = dav.get(path, CalDAV_Timezones="T").text
        assert text.count("BEGIN:VTIMEZONE") == 1 and "TZID:Europe/Berlin" in text, path
    assert "BEGIN:VTIMEZONE" in dav.multiget(user.calendar, [user.calendar + "n.ics"], CalDAV_Timezones="T").multistatus().only().text("C:calendar-data")


def test_two_zones_of_one_name_stay_two_in_an_export(user, dav):
    """RFC 5545 §3.6.5: each event keeps its time, under whatever name"""
    for name_, offset in (("a", "+0100"), ("b", "+0500")):
        zone = ("BEGIN:VTIMEZONE", "TZID:Customized Time Zone", "BEGIN:STANDARD", "DTSTART:19700101T000000", f"TZOFFSETFROM:{offset}",
                f"TZOFFSETTO:{offset}", "END:STANDARD", "END:VTIMEZONE")
        dav.put(user.calendar + name_ + ".ics", calendar(
            *zone, "BEGIN:VEVENT", f"UID:{name_}", "DTSTAMP:20260101T000000Z", "DTSTART;TZID=Customized Time Zone:20260601T100000", "END:VEVENT"))
    text = dav.get(user.calendar).text
    assert text.count("BEGIN:VTIMEZONE") == 2 and "TZID:Customized Time Zone\r\n" in text and "TZID:Customized Time Zone (2)\r\n" in text
    assert "DTSTART;TZID=Customized Time Zone (2):20260601T100000" in text


def test_the_time_zone_service(user, dav):
    """RFC 7808"""
    service = dav.propfind(user.calendars, "C:timezone-service-set").multistatus().only().hrefs_of("C:timezone-service-set")[0]
    dav.credentials = None
    moved = dav.get("/.well-known/timezone")
    assert moved.status in (301, 307) and moved.header("Location") == service
    actions = json.loads(dav.get(service + "/capabilities").body)
    assert {a["name"] for a in actions["actions"]} == {"capabilities", "list", "get", "expand", "find", "leapseconds"}
    zones = json.loads(dav.get(service + "/zones").body)
    assert any(z["tzid"] == "Europe/Moscow" for z in zones["timezones"])
    assert json.loads(dav.get(service + "/zones?changedsince=" + zones["synctoken"]).body)["timezones"] == []
    zone = dav.get(service + "/zones/Europe%2FMoscow")
    assert zone.status == 200 and "TZID:Europe/Moscow" in zone.text and zone.etag
    assert dav.get(service + "/zones/Mars%2FOlympus").status == 404
    assert {z["etag"] for z in zones["timezones"]} == {zone.etag.strip('"')}
    assert json.loads(dav.get(service + "/leapseconds").body)["leapseconds"][0] == {"onset": "1972-01-01", "utc-offset": 10}
    changes = json.loads(dav.get(service + "/zones/Europe%2FMoscow/observances?start=2014-01-01T00:00:00Z&end=2015-01-01T00:00:00Z").body)
    assert [o["utc-offset-to"] for o in changes["observances"]] == [14400, 10800]


def test_a_whole_calendar_as_json(user, dav):
    """RFC 7265 §3.3: one calendar with the components of all its objects"""
    path = user.calendars + "Größe/"
    assert dav.make_calendar(path.replace("ö", "%C3%B6").replace("ß", "%C3%9F")).status == 201
    path = path.replace("ö", "%C3%B6").replace("ß", "%C3%9F")
    wish = {"Accept": "application/calendar+json"}
    empty = dav.get(path, **wish)
    assert empty.status == 200 and empty.header("Content-Type") == "application/calendar+json" and "accept" in empty.tokens("Vary")
    assert json.loads(empty.body)[0] == "vcalendar" and json.loads(empty.body)[2] == []
    for number in range(300):
        assert dav.put(f"{path}{number}.ics", zoned_event(f"u{number}", "Grüße " + "x" * 500)).status == 201
    answer = dav.get(path, **wish)
    kind, properties, components = json.loads(answer.body)
    assert kind == "vcalendar" and {p[0] for p in properties} >= {"version", "prodid"}
    assert [c[0] for c in components] == ["vtimezone"] + ["vevent"] * 300
    uids = sorted(p[3] for c in components[1:] for p in c[1] if p[0] == "uid")
    assert uids == sorted(f"u{number}" for number in range(300))
    plain = dav.get(path)
    assert plain.header("Content-Type").startswith("text/calendar") and plain.text.count("BEGIN:VEVENT") == 300
    assert dav.get(path, Accept="text/html,application/xhtml+xml,*/*;q=0.8").text == plain.text
    without = json.loads(dav.get(path, **wish, CalDAV_Timezones="F").body)[2]
    assert [c[0] for c in without] == ["vevent"] * 300
    head = dav.head(path, **wish)
    assert head.header("Content-Type") == "application/calendar+json" and head.body == b""


def test_a_whole_book_as_json_and_in_one_version(user, dav):
    """RFC 7095 §3.2: all cards in an array, in version 4.0"""
    wish = {"Accept": "application/vcard+json"}
    assert json.loads(dav.get(user.book, **wish).body) == []
    dav.put_card(user.book + "a.vcf", card("a", "Anna Drei"))
    dav.put_card(user.book + "b.vcf", card("b", "Boris Vier", version="4.0"))
    dav.put_card(user.book + "g.vcf", card("g", "Group", "X-ADDRESSBOOKSERVER-KIND:group", "X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:a"))
    answer = dav.get(user.book, **wish)
    cards = json.loads(answer.body)
    assert answer.header("Content-Type") == "application/vcard+json"
    assert [c[0] for c in cards] == ["vcard"] * 3 and all(["version", {}, "text", "4.0"] in c[1] for c in cards)
    assert ["kind", {}, "text", "group"] in cards[2][1]
    for version in "3.0", "4.0":
        text = dav.get(user.book, Accept=f"text/vcard;version={version}").text
        assert text.count(f"VERSION:{version}\r\n") == 3 and text.count("BEGIN:VCARD") == 3
    stored = dav.get(user.book).text
    assert stored.count("VERSION:3.0") == 2 and stored.count("VERSION:4.0") == 1
