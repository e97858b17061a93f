"""Roundcube: signs in, lists, reads, marks, moves, searches, keeps drafts, makes folders and shares them."""
import pytest

from client_roundcube import Browser, Roundcube

COUNT = 7


def message(number, answered=None):
    reference = f"References: <{answered}@example.org>\r\nIn-Reply-To: <{answered}@example.org>\r\n" if answered is not None else ""
    return (f"From: =?utf-8?q?Anna_=C3=9C?= <anna@example.org>\r\nTo: boris@example.org\r\nSubject: number {number}\r\n"
            f"Message-ID: <{number}@example.org>\r\nDate: Mon, 7 Feb 2022 10:{number:02}:00 +0000\r\n{reference}MIME-Version: 1.0\r\n"
            'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n'
            f"Content-Transfer-Encoding: 8bit\r\n\r\nПривет {number}\r\n--b\r\nContent-Type: application/pdf; name=plan.pdf\r\n"
            "Content-Disposition: attachment; filename=plan.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERi0=\r\n--b--\r\n").encode()


@pytest.fixture
def roundcube(server, tmp_path):
    running = Roundcube(server, tmp_path)
    yield running
    running.close()
    assert not running.complaints(), running.log()


@pytest.fixture
def browser(roundcube, user):
    client = user.imap()
    for number in range(COUNT):
        client.append("INBOX", message(number, answered=0 if number == 3 else None))
    client.close()
    signed_in = Browser(roundcube)
    signed_in.sign_in(user)
    return signed_in


def flags(user, mailbox="INBOX"):
    """By subject."""
    client = user.imap()
    client.ok(f'EXAMINE "{mailbox}"')
    found = {}
    for line in client.ok("FETCH 1:* (FLAGS BODY.PEEK[HEADER.FIELDS (SUBJECT)])").all("FETCH"):
        found[line.split(b"Subject: ")[1].split(b"\r\n")[0].decode()] = {flag for flag in line.split(b"FLAGS (")[1].split(b")")[0].decode().split()} - {"\\Recent"}
    client.close()
    return found


def test_lists_and_reads(browser):
    newest_first = browser.rows(_sort="date_DESC")
    assert list(newest_first.values()) == [f"number {number}" for number in reversed(range(COUNT))]
    assert list(browser.rows(_sort="subject_ASC").values()) == [f"number {number}" for number in range(COUNT)]
    uid = list(newest_first)[0]
    page = browser.open(_task="mail", _action="show", _mbox="INBOX", _uid=uid)
    assert f"Привет {COUNT - 1}" in page and "plan.pdf" in page and "Anna Ü" in page
    part = browser.open(_task="mail", _action="get", _mbox="INBOX", _uid=uid, _part="2", _download="1", _token=browser.token)
    assert part == "%PDF-"


def test_threads(browser):
    calls = browser.ask("mail", "list", _mbox="INBOX", _threads="1", _refresh="1")["exec"]
    assert calls.count("add_message_row") == COUNT
    uids = {subject: uid for uid, subject in browser.rows().items()}
    # Number 3 answers number 0.
    assert f'"parent_uid":{uids["number 0"]}' in calls.replace('"parent_uid":"', '"parent_uid":').replace(" ", ""), calls


def test_marks_moves_and_deletes(browser, user):
    uids = sorted(browser.rows())
    browser.ask("mail", "mark", {"_uid": uids[1], "_mbox": "INBOX", "_flag": "flagged"})
    browser.ask("mail", "mark", {"_uid": uids[2], "_mbox": "INBOX", "_flag": "read"})
    assert flags(user)["number 1"] == {"\\Flagged"} and flags(user)["number 2"] == {"\\Seen"}
    browser.ask("mail", "move", {"_uid": f"{uids[1]},{uids[3]}", "_mbox": "INBOX", "_target_mbox": "Trash"})
    assert set(flags(user, "Trash")) == {"number 1", "number 3"} and len(flags(user)) == COUNT - 2
    browser.ask("mail", "copy", {"_uid": uids[2], "_mbox": "INBOX", "_target_mbox": "Trash"})
    browser.ask("mail", "delete", {"_uid": uids[0], "_mbox": "Trash"})
    browser.ask("mail", "purge", {"_mbox": "Trash"}, _mbox="Trash")
    assert flags(user, "Trash") == {}


def test_searches(browser):
    for query, scope in (("number 4", "subject"), ("Привет 4", "text"), ("anna ü", "from")):
        found = browser.rows(action="search", _q=query, _headers=scope, _scope="base")
        assert "number 4" in found.values() and (scope == "from" or len(found) == 1), (query, found)


def test_sees_what_others_do(browser, user):
    browser.rows()
    client = user.imap()
    client.append("INBOX", message(COUNT))
    client.close()
    answer = browser.ask("mail", "check-recent", {"_mbox": "INBOX", "_list": "1"}, _mbox="INBOX", _list="1")
    assert f"number {COUNT}" in answer["exec"]


def test_keeps_a_draft(browser, user):
    page = browser.open(_task="mail", _action="compose", _mbox="INBOX")
    compose = page.split('"compose_id":"')[1].split('"')[0]
    answer = browser.open(
        {"_token": browser.token, "_task": "mail", "_action": "send", "_id": compose, "_draft": "1", "_from": "1", "_to": "boris@example.org",
         "_subject": "a draft", "_message": "kept", "_framed": "1"}, _task="mail", _action="send")
    assert "draft" in answer.lower(), answer
    assert flags(user, "Drafts")["a draft"] == {"\\Seen"}


def test_makes_folders_and_shares_them(browser, roundcube, user, other):
    browser.open({"_token": browser.token, "_name": "Отчёты", "_parent": "", "_framed": "1"}, _task="settings", _action="save-folder", _framed="1")
    name = "&BB4EQgRHBFEEQgRL-"
    client = user.imap()
    assert client.ok(f'LIST "" "{name}"').one("LIST")
    client.append(f'"{name}"', message(1))
    client.close()
    browser.ask("settings", "plugin.acl", {"_act": "save", "_mbox": name, "_user": other.address, "_acl": "lrs"})
    second = Browser(roundcube)
    second.sign_in(other)
    client = other.imap()
    shared = next(line for line in client.ok('LIST "" "*"').all("LIST") if name.encode() in line).split(b'"')[-2].decode()
    client.close()
    assert list(second.rows(shared).values()) == ["number 1"]
