"""SEARCH, SORT, THREAD (RFC 9051 §6.4.4, RFC 5256)."""
import pytest


def message(subject, sender="anna@example.org", date="Mon, 7 Feb 1994 21:52:25 -0800", extra="", text="text"):
    return f"Date: {date}\r\nFrom: {sender}\r\nTo: boris@example.org\r\nSubject: {subject}\r\n{extra}\r\n{text}\r\n".encode()


@pytest.fixture
def imap(user):
    client = user.imap()
    client.ok("CREATE box")
    for content, options in (
        (message("alpha", text="the quick brown fox"), '(\\Seen) "01-Jan-2020 10:00:00 +0000" '),
        (message("Beta", sender="Zoe <zoe@example.org>", date="Tue, 8 Feb 1994 00:00:00 +0000"), '(\\Flagged work) "02-Jan-2020 23:30:00 +0300" '),
        (message("=?UTF-8?B?0J/RgNC40LLQtdGC?=", extra="X-Mark: yes\r\nContent-Type: text/plain; charset=utf-8\r\n", text="Добрый ВЕЧЕР"),
         '"03-Jan-2020 10:00:00 +0000" '),
        (message("Re: alpha", extra="References: <1@example.org>\r\n", text="x" * 5000), '(\\Deleted) "04-Jan-2020 10:00:00 +0000" '),
    ):
        client.append("box", content, options)
    client.ok("SELECT box")
    yield client
    client.close()


def search(imap, keys):
    return [int(n) for n in imap.ok(["SEARCH " + keys] if isinstance(keys, str) else keys).one("SEARCH").split()[2:]]


@pytest.mark.parametrize("keys, found", [
    ("ALL", [1, 2, 3, 4]), ("SEEN", [1]), ("UNSEEN", [2, 3, 4]), ("FLAGGED KEYWORD WORK", [2]), ("UNKEYWORD work", [1, 3, 4]),
    ("SUBJECT ALPHA", [1, 4]), ("FROM zoe", [2]), ("TO boris", [1, 2, 3, 4]), ("TEXT fox", [1]), ("BODY QUICK", [1]), ("BODY alpha", []),
    ("NOT DELETED", [1, 2, 3]), ("OR SEEN FLAGGED", [1, 2]), ("2:3 UNDELETED", [2, 3]), ("UID 3:*", [3, 4]), ("LARGER 4000", [4]),
    ("SMALLER 4000", [1, 2, 3]), ("ON 2-Jan-2020", [2]), ("BEFORE 2-Jan-2020", [1]), ("SINCE 3-Jan-2020", [3, 4]),
    ("SENTON 8-Feb-1994", [2]), ("SENTBEFORE 8-Feb-1994", [1, 3, 4]), ("HEADER X-Mark \"\"", [3]), ("HEADER X-Mark YES", [3]),
    ("(SUBJECT alpha) (OR DELETED FLAGGED)", [4]), ("NEW", [2, 3, 4]), ("OLD", []), ("RECENT", [1, 2, 3, 4]), ("YOUNGER 60", []), ("OLDER 60", [1, 2, 3, 4]),
    ("SAVEDSINCE 1-Jan-2021", [1, 2, 3, 4]), ("FUZZY SUBJECT beta", [2]),
])
def test_keys_find_what_the_rfc_says(imap, keys, found):
    assert search(imap, keys) == found


def test_words_of_any_script_are_found_without_regard_to_case(imap):
    for text in ("вечер", "ДОБРЫЙ"):
        data = text.encode()
        assert search(imap, [f"SEARCH CHARSET UTF-8 TEXT {{{len(data)}}}\r\n", data]) == [3]
    data = "привет".encode()
    assert search(imap, [f"SEARCH SUBJECT {{{len(data)}}}\r\n", data]) == [3]


def test_an_unknown_charset_is_told_which_are_known(imap):
    assert imap.no("SEARCH CHARSET KOI8-R TEXT x").code("BADCHARSET") == "(US-ASCII UTF-8)"


def test_extended_results(imap):
    # RFC 9051 §6.4.4
    answer = imap.ok("SEARCH RETURN (MIN MAX COUNT ALL) UNDELETED")
    assert answer.one("ESEARCH") == b'* ESEARCH (TAG "%s") MIN 1 MAX 3 ALL 1:3 COUNT 3' % answer.tag.encode()
    assert b"UID ALL 2:4" in imap.ok("UID SEARCH RETURN () UNSEEN").one("ESEARCH")
    assert b"PARTIAL (1:2 1:2)" in imap.ok("SEARCH RETURN (PARTIAL 1:2) ALL").one("ESEARCH")


def test_a_saved_result_is_used_and_forgets_what_is_expunged(imap):
    imap.ok("SEARCH RETURN (SAVE) OR SEEN DELETED")
    assert len(imap.ok("FETCH $ FLAGS").all("FETCH")) == 2
    imap.ok("EXPUNGE")
    assert [line.split()[1] for line in imap.ok("FETCH $ FLAGS").all("FETCH")] == [b"1"]


def test_with_rev2_the_answer_is_esearch(imap):
    imap.ok("ENABLE IMAP4rev2")
    answer = imap.ok("SEARCH FLAGGED")
    assert b"ALL 2" in answer.one("ESEARCH") and not answer.all("SEARCH")


def test_a_search_for_modseqs_tells_the_highest(imap):
    imap.ok("ENABLE CONDSTORE")
    assert b"(MODSEQ " in imap.ok("SEARCH MODSEQ 1").one("SEARCH")


@pytest.mark.parametrize("order, found", [
    ("SUBJECT", [1, 4, 2, 3]), ("REVERSE ARRIVAL", [4, 3, 2, 1]), ("FROM ARRIVAL", [1, 3, 4, 2]), ("REVERSE SIZE", [4, 3, 1, 2]),
    ("DATE", [2, 1, 3, 4]),
])
def test_sort(imap, order, found):
    if "SIZE" in order:
        sizes = [int(line.split(b"RFC822.SIZE ")[1].rstrip(b")")) for line in imap.ok("FETCH 1:4 RFC822.SIZE").all("FETCH")]
        found = sorted(range(1, 5), key=lambda n: (-sizes[n - 1], n))
    line = imap.ok(f"SORT ({order}) UTF-8 ALL").one("SORT")
    assert [int(n) for n in line.split()[2:]] == found


def test_threads_follow_references_and_subjects(user):
    imap = user.imap()
    imap.ok("CREATE threads")
    for subject, number, references in (("one", 1, ""), ("Re: one", 2, "<1@x>"), ("Re: one", 3, "<1@x> <2@x>"), ("two", 4, ""),
                                        ("Re: two", 5, ""), ("lost", 6, "<gone@x>"), ("lost too", 7, "<gone@x>")):
        extra = f"Message-ID: <{number}@x>\r\n" + (f"References: {references}\r\n" if references else "")
        imap.append("threads", message(subject, date=f"Mon, {number} Feb 1994 10:00:00 +0000", extra=extra))
    imap.ok("SELECT threads")
    assert imap.ok("THREAD REFERENCES UTF-8 ALL").one("THREAD") == b"* THREAD (1 2 3)(4 5)((6)(7))"
    assert imap.ok("THREAD ORDEREDSUBJECT UTF-8 ALL").one("THREAD") == b"* THREAD (1 (2)(3))(4 5)(6)(7)"


def test_fuzzy_finds_words_in_other_forms(user):
    """RFC 6203, on one mailbox before and after it is indexed."""
    client = user.imap()
    assert "SEARCH=FUZZY" in client.ok("CAPABILITY").one("CAPABILITY").decode().split()
    texts = ["Договоры поставки", "Письма от ёлочных фабрик", "Weekly meetings", "running late", "Отчёт о встречах", "nothing of the kind"]
    for number in range(8):
        for text in texts:
            client.append("INBOX", f"Subject: {text}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nNo. {number}: {text}.\r\n".encode())
    client.ok("SELECT INBOX")

    def find(key, text):
        data = text.encode()
        line = client.ok([f"SEARCH CHARSET UTF-8 {key} {{{len(data)}}}\r\n", data]).one("SEARCH")
        return {(int(number) - 1) % len(texts) for number in line.split()[2:]}

    expected = {"договоров": {0}, "письмами": {1}, "поставка договор": {0}, "елочные": {1}, "meets": {2}, "run": {3}, "отчетов": {4}, "встреча": {4},
                "встреча run": set(), "kinds": {5}}
    for _ in range(2):
        for words, found in expected.items():
            assert find("FUZZY SUBJECT", words) == found, words
            assert find("FUZZY TEXT", words) == found, words
        assert find("SUBJECT", "договоров") == set()
        # The index is made a second after the last message.
        import time
        time.sleep(2.5)
    ranked = client.ok("UID SORT RETURN (RELEVANCY ALL) (RELEVANCY) UTF-8 FUZZY TEXT meets").one("ESEARCH").decode()
    assert "RELEVANCY (100" in ranked
    client.bad("SORT (RELEVANCY) UTF-8 TEXT meets")
    client.close()
