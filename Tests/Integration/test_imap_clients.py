"""Real clients: Python's imaplib, IMAPClient, curl, mbsync and offlineimap."""
import email
import imaplib
import pathlib
import shutil
import subprocess

import imapclient
import pytest

COUNT = 40


def messages():
    return [(f"From: anna@example.org\r\nTo: boris@example.org\r\nSubject: number {n}\r\nMessage-ID: <{n}@example.org>\r\n"
             f"Date: Mon, 7 Feb 2022 10:{n:02}:00 +0000\r\n\r\nText {n}\r\n" + "filling\r\n" * n).encode() for n in range(COUNT)]


def fill(user):
    client = user.imap()
    client.ok('CREATE "Work/Projects"')
    for n, message in enumerate(messages()):
        client.append("INBOX" if n % 2 else '"Work/Projects"', message, "(\\Seen) " if n % 3 == 0 else "")
    client.close()


def test_imaplib(user):
    fill(user)
    client = imaplib.IMAP4("127.0.0.1", user.server.imap_port)
    client.starttls()
    client.login(user.address, user.password)
    assert client.select("INBOX") == ("OK", [b"20"])
    status, data = client.search(None, "SUBJECT", '"number 7"')
    assert status == "OK" and len(data[0].split()) == 1
    _, data = client.fetch(data[0], "(RFC822)")
    assert email.message_from_bytes(data[0][1])["Message-ID"] == "<7@example.org>"
    assert client.store("1:*", "+FLAGS", "\\Deleted")[0] == "OK" and len(client.expunge()[1]) == 20
    assert client.append("INBOX", "\\Seen", None, messages()[0])[0] == "OK"
    client.close()
    client.logout()


def test_imapclient(user):
    fill(user)
    with imapclient.IMAPClient("127.0.0.1", port=user.server.imap_port, ssl=False) as client:
        client.login(user.address, user.password)
        assert "Work/Projects" in [name for _, _, name in client.list_folders()]
        client.select_folder("Work/Projects")
        found = client.fetch(client.search(["UNSEEN"]), ["ENVELOPE", "BODYSTRUCTURE", "FLAGS", "INTERNALDATE", "RFC822.SIZE"])
        assert all(row[b"ENVELOPE"].subject.startswith(b"number") and row[b"RFC822.SIZE"] > 100 for row in found.values())
        assert client.sort(["REVERSE SUBJECT"]) and client.thread(algorithm="REFERENCES")
        assert client.has_capability("IDLE") and client.get_quota_root("INBOX")
        client.idle()
        other = user.imap()
        other.append('"Work/Projects"', messages()[0])
        assert (21, b"EXISTS") in client.idle_check(timeout=20)
        client.idle_done()
        client.move([client.search()[0]], "INBOX")
        client.create_folder("Ünïcode/Отчёты")
        assert client.folder_exists("Ünïcode/Отчёты")
        client.rename_folder("Ünïcode/Отчёты", "Отчёты & more")
        client.delete_folder("Отчёты & more")


@pytest.mark.parametrize("scheme", ["imap", "imaps"])
def test_curl(user, scheme, tmp_path):
    port = user.server.imaps_port if scheme == "imaps" else user.server.imap_port
    base = ["curl", "-sS", "-k", "--ssl-reqd", "-u", f"{user.address}:{user.password}"]
    path = tmp_path / "message.eml"
    path.write_bytes(messages()[3])
    url = f"{scheme}://127.0.0.1:{port}"
    subprocess.run([*base, "-T", path, f"{url}/INBOX"], check=True, timeout=60)
    got = subprocess.run([*base, f"{url}/INBOX;MAILINDEX=1"], check=True, timeout=60, capture_output=True).stdout
    assert got == messages()[3]
    listed = subprocess.run([*base, f"{url}/"], check=True, timeout=60, capture_output=True).stdout
    assert b"INBOX" in listed


def server_messages(user, mailbox):
    client = user.imap()
    client.ok(f"EXAMINE {mailbox}")
    found = set()
    for line in client.ok("FETCH 1:* (FLAGS BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])").all("FETCH"):
        found.add((line.split(b"<")[-1].split(b">")[0].decode(), b"\\Seen" in line))
    client.close()
    return found


def maildir_messages(path):
    found = set()
    for file in [*(path / "cur").iterdir(), *(path / "new").iterdir()]:
        identifier = email.message_from_bytes(file.read_bytes())["Message-ID"].strip("<>")
        found.add((identifier, "S" in file.name.rpartition(":2,")[2]))
    return found


@pytest.mark.skipif(shutil.which("mbsync") is None, reason="isync is not installed")
def test_mbsync_both_ways(user, tmp_path):
    fill(user)
    local = tmp_path / "mail"
    local.mkdir()
    config = tmp_path / "mbsyncrc"
    config.write_text(f"""
IMAPAccount tegu
Host 127.0.0.1
Port {user.server.imap_port}
User {user.address}
Pass "{user.password}"
SSLType None
AuthMechs LOGIN

IMAPStore remote
Account tegu

MaildirStore local
Path {local}/
Inbox {local}/INBOX
SubFolders Verbatim

Channel all
Far :remote:
Near :local:
Patterns *
Create Both
Expunge Both
SyncState *
""")

    def sync():
        done = subprocess.run(["mbsync", "-c", config, "-a"], capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr

    sync()
    for name in ("INBOX", "Work/Projects"):
        assert maildir_messages(local / name) == server_messages(user, f'"{name}"')
    # Changes on both sides.
    client = user.imap()
    client.ok("SELECT INBOX")
    client.ok("STORE 1 +FLAGS (\\Seen)")
    client.ok("STORE 2 +FLAGS (\\Deleted)")
    client.ok("EXPUNGE")
    first = sorted((local / "INBOX" / "cur").iterdir())[-1]
    first.rename(first.with_name(first.name.partition(":2,")[0] + ":2,FS"))
    (local / "INBOX" / "new" / "1.added.host").write_bytes(messages()[0].replace(b"<0@", b"<added@").replace(b"\r\n", b"\n"))
    sync()
    sync()
    assert maildir_messages(local / "INBOX") == server_messages(user, "INBOX")
    assert ("added@example.org", False) in server_messages(user, "INBOX")


@pytest.mark.skipif(shutil.which("offlineimap") is None, reason="offlineimap is not installed")
def test_offlineimap(user, tmp_path):
    fill(user)
    local = pathlib.Path(tmp_path) / "mail"
    config = tmp_path / "offlineimaprc"
    config.write_text(f"""
[general]
accounts = tegu
metadata = {tmp_path}/state
ui = quiet
[Account tegu]
localrepository = local
remoterepository = remote
[Repository local]
type = Maildir
localfolders = {local}
[Repository remote]
type = IMAP
remotehost = 127.0.0.1
remoteport = {user.server.imap_port}
remoteuser = {user.address}
remotepass = {user.password}
ssl = no
starttls = no
auth_mechanisms = LOGIN
""")
    for _ in range(2):
        done = subprocess.run(["offlineimap", "-o", "-c", config], capture_output=True, text=True, timeout=180)
        assert done.returncode == 0, done.stdout + done.stderr
    assert maildir_messages(local / "INBOX") == server_messages(user, "INBOX")
    (local / "INBOX" / "new" / "1.added.host").write_bytes(messages()[0].replace(b"<0@", b"<added@"))
    done = subprocess.run(["offlineimap", "-o", "-c", config], capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stdout + done.stderr
    assert ("added@example.org", False) in server_messages(user, "INBOX")
