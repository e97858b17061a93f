"""`tegu mail`: mail in and out by the program's own commands. Python's mailbox module is the other side."""
import email.message
import json
import mailbox
import random


def message(subject, body="text\n", newline="\n"):
    made = email.message.Message()
    made["From"], made["Subject"], made["Message-ID"] = "a@example.org", subject, f"<{subject}@example.org>"
    made.set_payload(body)
    return made.as_bytes().replace(b"\n", newline.encode())


def bodies(folder):
    return sorted(folder.get_bytes(key).replace(b"\r\n", b"\n") for key in folder.keys())


def test_a_maildir_goes_in_and_comes_out_with_folders_flags_and_dates(server, user, tmp_path):
    source = mailbox.Maildir(tmp_path / "in", create=True)
    work = source.add_folder("Work.2024")
    source.add_folder("Empty")
    rng = random.Random(5)
    for number in range(300):
        entry = mailbox.MaildirMessage(message(f"m{number}", "x" * rng.randrange(3000) + "\n"))
        entry.set_subdir("cur")
        entry.set_flags("".join(sorted(rng.sample("DFRS", rng.randrange(4)))))
        entry.set_date(1_500_000_000 + number)
        (work if number % 3 == 0 else source).add(entry)
    source.add(mailbox.MaildirMessage(b"\x00\xff\n no message at all \n" + b"a" * 3_000_000))
    done = server.run("mail", "import", user.address, str(tmp_path / "in"))
    assert "imported 301, there already 0, refused 0" in done.out, done.out + done.err
    assert "imported 0, there already 301" in server.run("mail", "import", user.address, str(tmp_path / "in")).out

    out = tmp_path / "out"
    assert "301 messages written" in server.run("mail", "export", user.address, str(out)).out
    assert "0 messages written, 301 there already" in server.run("mail", "export", user.address, str(out)).out
    back = mailbox.Maildir(out, create=False)
    assert {"Work.2024", "Empty", "Work", "Sent", "Trash"} <= set(back.list_folders())
    for name, folder in [(None, source), ("Work.2024", work)]:
        copy = back.get_folder(name) if name else back
        assert bodies(copy) == bodies(folder)
        seen = sorted((m["Subject"] or "", m.get_flags(), int(m.get_date())) for m in folder if m["Subject"])
        assert sorted((m["Subject"] or "", m.get_flags(), int(m.get_date())) for m in copy if m["Subject"]) == seen
    server.check()


def test_an_mbox_goes_into_a_named_mailbox(server, user, tmp_path):
    box = mailbox.mbox(tmp_path / "old.mbox", create=True)
    for number in range(50):
        entry = mailbox.mboxMessage(message(f"b{number}", "From the start\n>From quoted\n\nFrom x 12:34 in the text\n"))
        entry.set_flags("RO" if number % 2 else "ROAF")
        entry.set_from("a@example.org", (2020, 1, 2, 3, 4, number % 60, 0, 0, 0))
        box.add(entry)
    box.flush()
    done = server.run("mail", "import", user.address, str(tmp_path / "old.mbox"), "--into", "Old/2020")
    assert "imported 50, there already 0, refused 0" in done.out
    server.run("mail", "export", user.address, str(tmp_path / "out"))
    folder = mailbox.Maildir(tmp_path / "out", create=False).get_folder("Old.2020")
    found = {m["Subject"]: m for m in folder}
    assert len(found) == 50
    assert found["b1"].get_flags() == "S" and found["b2"].get_flags() == "FRS"
    assert found["b2"].get_payload().replace("\r\n", "\n").startswith("From the start\n")
    assert int(found["b7"].get_date()) == 1577934247


def test_what_has_no_room_is_told_and_the_rest_goes_on(server, tmp_path):
    user = server.new_user(None, None, "--quota", "20KiB")
    source = mailbox.Maildir(tmp_path / "in", create=True)
    for size in [5_000, 50_000, 6_000]:
        source.add(mailbox.MaildirMessage(message(f"s{size}", "y" * size + "\n")))
    done = server.run("mail", "import", user.address, str(tmp_path / "in"), check=False)
    assert done.returncode == 1 and "imported 2, there already 0, refused 1" in done.out
    assert "refused: " in done.out
    listed = json.loads(server.run("mail", "deleted", user.address, "--json").out)
    assert listed == []
