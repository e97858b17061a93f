"""The index of texts beside a server at work: what is found is the same before, while and after it is made (RFC 9051 §6.4.4)."""

WORDS = ["Grüße aus Köln", "Съешь ещё булок", "the quick brown fox", "敏捷的棕色狐狸"]


def message(number):
    text = f"{WORDS[number % len(WORDS)]} number-{number}."
    return (f"From: p{number % 7}@example.org\r\nSubject: subject-{number}\r\nMIME-Version: 1.0\r\n"
            f"Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n").encode()


def search(imap, key, text):
    data = text.encode()
    return [int(n) for n in imap.ok([f"UID SEARCH CHARSET UTF-8 {key} {{{len(data)}}}\r\n", data]).one("SEARCH").split()[2:]]


def expect_all_found(imap, numbers):
    for key, text, wanted in (
        ("BODY", "number-17.", [n for n in numbers if n == 17]),
        ("TEXT", "ЕЩЁ БУЛОК", [n for n in numbers if n % 4 == 1]),
        ("TEXT", "棕色", [n for n in numbers if n % 4 == 3]),
        ("FROM", "P3@Example", [n for n in numbers if n % 7 == 3]),
        ("SUBJECT", "subject-9", [n for n in numbers if str(n).startswith("9")]),
        ("TEXT", "in no message", []),
    ):
        assert search(imap, key, text) == [n + 1 for n in wanted], (key, text)


def test_searches_find_the_same_with_the_index_and_without(server, user):
    imap = user.imap()
    imap.ok("CREATE box")
    for number in range(70):
        imap.append("box", message(number))
    imap.ok("SELECT box")
    expect_all_found(imap, range(70))
    server.run("reindex")
    expect_all_found(imap, range(70))
    imap.ok("UID STORE 1:50 +FLAGS (\\Deleted)")
    imap.ok("EXPUNGE")
    for number in range(70, 80):
        imap.append("box", message(number))
    imap.ok("NOOP")
    expect_all_found(imap, range(50, 80))
    assert "no faults" in server.run("check").out
    server.run("reindex")
    expect_all_found(imap, range(50, 80))
    assert "no faults" in server.run("check").out
    imap.close()
