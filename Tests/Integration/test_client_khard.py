"""khard, the address book of the command line, over vdirsyncer: what it makes, changes and removes is on the server, and the other
way round."""
import os
import shutil
import subprocess

import pytest

from objects import card
from test_vdirsyncer import Client

pytestmark = pytest.mark.skipif(not shutil.which("khard"), reason="khard is not installed")


class Khard:
    def __init__(self, home, user):
        self.home, self.book = home, Client(home, user, "book")
        self.sync = self.book.sync

        self.config = home / "khard.conf"
        self.config.write_text(f"[addressbooks]\n[[book]]\npath = {self.book.items}\n[general]\neditor = true\nmerge_editor = true\n")

    def __call__(self, *arguments, input=""):
        done = subprocess.run(["khard", "-c", self.config, *arguments], input=input, text=True, capture_output=True, timeout=60,
                              env={**os.environ, "HOME": str(self.home), "LC_ALL": "C.UTF-8"})
        assert done.returncode == 0, f"{arguments}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def names(self):
        return sorted(line.split("\t")[1] for line in self("list", "--parsable").splitlines())


@pytest.fixture
def khard(user, dav, tmp_path):
    dav.put_card(user.book + "stays.vcf", card("stays", "Stefan Stays"))  # vdirsyncer refuses to empty a book
    khard = Khard(tmp_path, user)
    khard.sync()
    return khard


def test_contacts_made_changed_and_removed_by_khard(user, dav, khard):
    khard("new", "-a", "book", input="First name: Änne\nLast name: Example\nOrganisation: Tegu; & Co, Ltd\n"
          "Email:\n    work: aenne@example.org\nPhone:\n    cell: +49 30 123\nBirthday: 1980-02-29\nNote: |\n    one\n    two\n")
    khard.sync()
    (path,) = set(dav.children(user.book)) - {user.book + "stays.vcf"}
    text = dav.get(path).text
    for line in ("FN:Änne Example\r\n", "N:Example;Änne;;;\r\n", "NOTE:one\\ntwo"):
        assert line in text, text
    assert "aenne@example.org" in text and "+49 30 123" in text

    etag = dav.etag_of(path)
    changes = khard.home / "changes"
    changes.write_text("First name: Änne\nLast name: Changed\nEmail:\n    home: changed@example.org\n")
    khard("edit", "--input-file", str(changes), "Änne", input="y\n")
    khard.sync()
    text = dav.get(path).text
    assert "N:Changed;Änne;;;\r\n" in text and "changed@example.org" in text and "aenne@example.org" not in text
    assert dav.etag_of(path) != etag

    khard("remove", "--force", "Änne")
    khard.sync()
    assert dav.children(user.book) == [user.book + "stays.vcf"]


def test_contacts_of_other_clients_are_listed_and_searched(user, dav, khard):
    dav.put_card(user.book + "a.vcf", card("a", "Anna Äpfel", "EMAIL;TYPE=WORK:anna@example.org", "TEL;TYPE=CELL:+49 170 1"))
    dav.put_card(user.book + "b.vcf", card("b", "Bert Birne", "EMAIL;TYPE=HOME:bert@example.org", version="4.0"))
    khard.sync()
    assert khard.names() == ["Anna Äpfel", "Bert Birne", "Stefan Stays"]
    found = khard("email", "--parsable", "--remove-first-line", "bert").splitlines()
    assert [line.split("\t")[:2] for line in found if line] == [["bert@example.org", "Bert Birne"]]
    assert "+49 170 1" in khard("phone", "--parsable", "Anna")
    dav.put_card(user.book + "a.vcf", card("a", "Anna Changed"))
    dav.delete(user.book + "b.vcf")
    khard.sync()
    assert khard.names() == ["Anna Changed", "Stefan Stays"]
