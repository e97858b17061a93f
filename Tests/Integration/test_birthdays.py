"""The calendar of the birthdays in a user's address books."""
from dav import document, prop
from objects import card
from tegu import wait_for


def switch(server, user, state="on"):
    return server.run("calendar", "birthdays", user.address, state).out


def summaries(user):
    """{summary: event} of the calendar."""
    answer = user.dav().report(user.calendars + "birthdays/", document(
        "C:calendar-query", prop("D:getetag", "C:calendar-data") + '<C:filter><C:comp-filter name="VCALENDAR"/></C:filter>'),
        depth=1)
    if answer.status == 404:
        return {}
    texts = [row.text("C:calendar-data") for row in answer.multistatus()]
    return {next(line[8:] for line in text.splitlines() if line.startswith("SUMMARY:")): text for text in texts}


def wait_summaries(user, *want):
    return wait_for(lambda: set(found := summaries(user)) == set(want) and (found or True), what=f"{want}")


def test_birthdays_follow_the_cards(server, user):
    dav = user.dav()
    assert dav.put_card(user.book + "a.vcf", card("a", "Anna Berg", "BDAY:1984-02-29")).status == 201
    assert "birthdays" not in server.run("calendar", "list", user.address).out
    assert "on" in switch(server, user)
    assert "already" in switch(server, user)
    found = wait_summaries(user, "🎂 Anna Berg (1984)")
    text = found["🎂 Anna Berg (1984)"]
    assert "DTSTART;VALUE=DATE:19840229" in text and "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1" in text
    assert "TRANSP:TRANSPARENT" in text

    assert dav.put_card(user.book + "b.vcf", card("b", "Boris Ahn", "BDAY:--1231", "X-ANNIVERSARY:2009-08-08")).status == 201
    wait_summaries(user, "🎂 Anna Berg (1984)", "🎂 Boris Ahn", "💍 Boris Ahn (2009)")
    assert dav.delete(user.book + "a.vcf").status == 204
    wait_summaries(user, "🎂 Boris Ahn", "💍 Boris Ahn (2009)")
    assert dav.put_card(user.book + "b.vcf", card("b", "Boris Ahn", "BDAY:1990-12-31")).status == 204
    found = wait_summaries(user, "🎂 Boris Ahn (1990)")
    assert "DTEND;VALUE=DATE:19910101" in found["🎂 Boris Ahn (1990)"]


def test_an_import_beside_the_server_is_followed_too(server, user, tmp_path):
    switch(server, user)
    file = tmp_path / "cards.vcf"
    file.write_text("".join(card(f"c{n}", f"Card {n}", f"BDAY:19{n % 90 + 10}-03-04") for n in range(300)))
    server.run("import", user.book, str(file))
    wait_for(lambda: len(summaries(user)) == 300, what="300 birthdays")


def test_it_is_read_only_and_deleting_it_switches_it_off(server, user):
    dav = user.dav()
    dav.put_card(user.book + "a.vcf", card("a", "Anna Berg", "BDAY:1984-02-18"))
    switch(server, user)
    wait_summaries(user, "🎂 Anna Berg (1984)")
    path = user.calendars + "birthdays/"
    rows = dav.propfind(path, "D:getetag", "D:displayname", depth=1).multistatus()
    assert rows.row(path).text("D:displayname") == "Birthdays"
    member = next(row.href for row in rows if row.href.endswith(".ics"))
    assert dav.delete(member).status == 403
    assert dav.delete(path).status == 204
    dav.put_card(user.book + "b.vcf", card("b", "Boris", "BDAY:1984-02-18"))
    assert "birthdays" not in server.run("calendar", "list", user.address).out
    switch(server, user)
    wait_summaries(user, "🎂 Anna Berg (1984)", "🎂 Boris (1984)")
    assert "off" in switch(server, user, "off")
    assert dav.propfind(path, depth=0).status == 404


def test_sync_tells_only_what_changed(server, user):
    dav = user.dav()
    switch(server, user)
    for n in range(5):
        dav.put_card(user.book + f"{n}.vcf", card(f"u{n}", f"Card {n}", "BDAY:1984-02-18"))
    wait_for(lambda: len(summaries(user)) == 5, what="five birthdays")

    def sync(token=""):
        answer = dav.sync(user.calendars + "birthdays/", token).multistatus()
        return [row.path for row in answer if not row.path.endswith("/")], answer.sync_token

    _, token = sync()
    dav.put_card(user.book + "0.vcf", card("u0", "Card 0", "BDAY:1984-02-18", "TEL:1"))
    dav.put_card(user.book + "1.vcf", card("u1", "Card 1", "BDAY:1985-02-18"))
    wait_for(lambda: "🎂 Card 1 (1985)" in summaries(user), what="the changed birthday")
    assert len(sync(token)[0]) == 1
