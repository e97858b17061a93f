"""Mail in Maildir (`storage.mail`): the server beside another program on the same files, which is Python's mailbox module."""
import mailbox
import os
import re

import pytest

from lmtp import Lmtp
from tegu import Server, wait_for


@pytest.fixture
def site(tmp_path):
    server = Server(str(tmp_path / "data"), settings=["--storage-mail", "maildir"])
    try:
        yield server.start()
        assert server.stop() == 0
    finally:
        server.close()


def directory(server, user):
    return re.search(r"^directory: (.*)$", server.run("mail", "storage", user.address).out, re.M)[1]


def others(server, user):
    """The account as another program has it."""
    return mailbox.Maildir(directory(server, user), create=False)


def message(subject, newline="\r\n"):
    return f"From: a@example.org{newline}Subject: {subject}{newline}{newline}text of {subject}{newline}".encode()


def uids(client, mailbox_name):
    """{UID: flags} of a mailbox that is selected anew; \\Recent is no matter of the files."""
    client.ok(f"SELECT {mailbox_name}")
    if client.ok(f"STATUS {mailbox_name} (MESSAGES)").one("STATUS").endswith(b"(MESSAGES 0)"):
        return {}
    found = (re.search(rb"UID (\d+) FLAGS \(([^)]*)\)", line).groups() for line in client.ok("UID FETCH 1:* (UID FLAGS)").all("FETCH"))
    return {int(uid): set(flags.decode().split()) - {r"\Recent"} for uid, flags in found}


def body(client, uid):
    line = client.ok(f"UID FETCH {uid} (BODY.PEEK[])").one("FETCH")
    head = re.search(rb"BODY\[\] \{(\d+)\}\r\n", line)
    return line[head.end():head.end() + int(head.group(1))]


def test_lmtp_and_imap_serve_files_that_others_read(site):
    user = site.new_user()
    replies = Lmtp(site.host, site.lmtp_port).deliver(message("delivered"), [user.address])
    assert [reply.code for reply in replies] == [250]
    client = user.imap()
    assert client.append("Sent", message("sent"), r"(\Seen \Flagged) ") == 1
    assert set(uids(client, "INBOX")) == {1}
    assert body(client, 1).endswith(message("delivered"))
    account = others(site, user)
    assert [entry["Subject"] for entry in account] == ["delivered"]
    wait_for(lambda: {"Sent", "Drafts", "Trash", "Junk", "Archive"} <= set(account.list_folders()), what="the names of the folders")
    sent = account.get_folder("Sent")
    assert [(entry["Subject"], entry.get_flags(), entry.get_subdir()) for entry in sent] == [("sent", "FS", "cur")]
    # What a client changes is in the names soon.
    client.ok(r"UID STORE 1 +FLAGS (\Answered)")
    wait_for(lambda: [entry.get_flags() for entry in others(site, user)] == ["R"], what="a flag in a name")
    client.ok("CREATE Work/2024")
    client.ok("UID MOVE 1 Work/2024")
    wait_for(lambda: "Work.2024" in others(site, user).list_folders(), what="a folder")
    wait_for(lambda: len(others(site, user)) == 0, what="the file that was moved")
    assert [entry["Subject"] for entry in others(site, user).get_folder("Work.2024")] == ["delivered"]
    site.check()


def test_what_another_program_does_is_seen_with_the_right_uids(site):
    user = site.new_user()
    client = user.imap()
    client.append("INBOX", message("one"))
    client.append("INBOX", message("two"))
    account = others(site, user)
    key = account.add(mailbox.MaildirMessage(message("theirs", "\n")))
    assert uids(client, "INBOX") == {1: set(), 2: set(), 3: set()}
    assert body(client, 3) == message("theirs")
    # Flags that another program sets are told to who waits, with a modseq that is new.
    before = int(client.ok("STATUS INBOX (HIGHESTMODSEQ)").one("STATUS").split()[-1].rstrip(b")"))
    os.rename(os.path.join(account._path, "new", key), os.path.join(account._path, "cur", key + ":2,FS"))
    watcher = user.imap()
    watcher.ok("SELECT INBOX")
    tag = watcher.begin("IDLE")
    assert watcher.response().startswith(b"+")
    account.add(mailbox.MaildirMessage(message("fourth", "\n")))
    wait_for(lambda: b"4 EXISTS" in watcher.response(), what="the delivery in IDLE")
    watcher.send("DONE\r\n")
    watcher.end(tag)
    assert uids(client, "INBOX") == {1: set(), 2: set(), 3: {r"\Flagged", r"\Seen"}, 4: set()}
    assert int(client.ok("STATUS INBOX (HIGHESTMODSEQ)").one("STATUS").split()[-1].rstrip(b")")) > before
    # Removals and moves.
    account = others(site, user)
    account.remove(next(key for key, entry in account.items() if entry["Subject"] == "one"))
    key = next(key for key, entry in account.items() if entry["Subject"] == "two")
    os.rename(os.path.join(account._path, account._lookup(key)), os.path.join(account._path, ".Archive", "cur", key + ":2,S"))
    assert client.ok("STATUS INBOX (MESSAGES UIDNEXT)").one("STATUS").endswith(b"(MESSAGES 2 UIDNEXT 5)")
    assert set(uids(client, "INBOX")) == {3, 4}
    assert uids(client, "Archive") == {1: {r"\Seen"}}
    assert body(client, 1) == message("two")
    # A folder that another program makes.
    account.add_folder("Made").add(mailbox.MaildirMessage(message("made", "\n")))
    client.ok("CREATE Other")
    wait_for(lambda: b"Made" in b"".join(client.ok('LIST "" "*"').untagged), what="the folder")
    wait_for(lambda: len(uids(client, "Made")) == 1, what="its message")
    site.check()


def test_what_was_expunged_and_deleted_comes_back(site):
    user = site.new_user()
    client = user.imap()
    client.ok("CREATE Work")
    for subject in ["a", "b"]:
        client.append("Work", message(subject), r"(\Seen) ")
    client.ok("SELECT Work")
    client.ok(r"UID STORE 1 +FLAGS (\Deleted)")
    client.ok("EXPUNGE")
    wait_for(lambda: "Work" in others(site, user).list_folders(), what="the name of the folder")
    wait_for(lambda: len(others(site, user).get_folder("Work")) == 1, what="the file that was expunged")
    number = client.ok("STATUS Work (MAILBOXID)").one("STATUS").decode()
    number = re.search(r"MAILBOXID \(F(\d+)\)", number)[1]
    assert "restored 1 messages" in site.run("mail", "restore", user.address, number, "1").out
    assert uids(client, "Work") == {2: {r"\Seen"}, 3: {r"\Seen"}}
    assert body(client, 3) == message("a")
    client.ok("UNSELECT")
    client.ok("DELETE Work")
    wait_for(lambda: "Work" not in others(site, user).list_folders(), what="the folder that was deleted")
    assert "restored Work" in site.run("mail", "restore", user.address, number).out
    wait_for(lambda: "Work" in others(site, user).list_folders(), what="the folder that came back")
    assert len(uids(client, "Work")) == 2
    site.check()


def test_a_missing_and_a_changed_file_are_found(site):
    user = site.new_user()
    client = user.imap()
    client.append("INBOX", message("a"))
    client.append("INBOX", message("b"))
    client.ok("SELECT INBOX")
    account = others(site, user)
    names = {entry["Subject"]: os.path.join(account._path, account._lookup(key)) for key, entry in account.items()}
    with open(names["a"], "ab") as file:
        file.write(b"more")
    answer = client.do("UID FETCH 1 (BODY.PEEK[])")
    assert answer.status == "NO", answer.last
    done = site.run("check", check=False)
    assert done.returncode != 0 and "octets, its row says" in done.out
    os.truncate(names["a"], len(message("a")))
    client.close()
    user.imap().ok("SELECT INBOX")
    os.unlink(names["b"])
    client = user.imap()
    assert set(uids(client, "INBOX")) == {1}
    assert body(client, 1) == message("a")
    site.check()


def test_a_disk_that_is_not_mounted_loses_nothing(site):
    users = [site.new_user(), site.new_user()]
    client = users[0].imap()
    client.append("INBOX", message("a"))
    client.append("Sent", message("b"))
    client.ok("SELECT INBOX")
    disk = os.path.join(site.data_directory, "mail")
    for is_empty in [False, True]:  # with the server running, and with its start
        if is_empty:
            assert site.stop() == 0
        os.rename(disk, disk + ".away")
        os.mkdir(disk)
        if is_empty:
            site.start()
        client = users[0].imap()
        for command in ["SELECT INBOX", "STATUS Sent (MESSAGES)"]:
            answer = client.do(command)
            assert answer.status == "NO" and b"[UNAVAILABLE]" in answer.last, answer.last
        replies = Lmtp(site.host, site.lmtp_port).deliver(message("c"), [user.address for user in users])
        assert [reply.code for reply in replies] == [451, 451]
        wait_for(lambda: "mount its disk" in site.log(), what="a line in the log that says what to do")
        assert site.run("check", check=False).returncode != 0
        assert os.listdir(disk) == []
        os.rmdir(disk)
        os.rename(disk + ".away", disk)
        client = users[0].imap()
        assert set(uids(client, "INBOX")) == {1} and set(uids(client, "Sent")) == {1}
        assert body(client, 1) == message("b")
    assert [reply.code for reply in Lmtp(site.host, site.lmtp_port).deliver(message("c"), [user.address for user in users])] == [250, 250]
    site.check()


def test_storage_is_chosen_by_domain_and_account(tmp_path):
    server = Server(str(tmp_path / "data"), environment={"TEGU_STORAGE_MAIL": "database,other.example=maildir"})
    try:
        server.start()
        user, chosen = server.new_user(), server.new_user()
        server.run("mail", "storage", chosen.address, "maildir")
        for one, kind in [(user, "database"), (chosen, "maildir")]:
            client = one.imap()
            client.append("INBOX", message("x"))
            told = server.run("mail", "storage", one.address).out
            assert f"new mailboxes: {kind}" in told, told
            assert ("directory:" in told) == (kind == "maildir")
        server.run("user", "add", "clara@other.example", "--password-stdin", input="secret\n")
        assert "new mailboxes: maildir" in server.run("mail", "storage", "clara@other.example").out
        server.check()
    finally:
        server.close()
