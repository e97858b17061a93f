"""davfs2: the files of a user as a folder of Linux, mounted over TLS and used by the system's own calls."""
import hashlib
import os
import pathlib
import shutil
import subprocess
import tempfile

import pytest

from tegu import wait_for

MOUNT = shutil.which("mount.davfs", path="/usr/sbin:/sbin:/usr/bin")
RUNNING = pathlib.Path("/run/mount.davfs")


def why_not():
    """What is missing for a mount, or None."""
    if MOUNT is None:
        return "davfs2 is not installed"
    if os.geteuid() != 0:
        return "mounting needs root"
    if not pathlib.Path("/dev/fuse").exists():
        return "there is no /dev/fuse"
    if subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode != 0:
        return "this machine allows no mounts (no CAP_SYS_ADMIN)"
    return None


pytestmark = pytest.mark.skipif(why_not() is not None, reason=str(why_not()))


class Folder:
    """A mount, and how it is taken away."""

    def __init__(self, user):
        # mount.davfs gives up root's rights, so it must not stand in a folder that only root may enter.
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="tegu-davfs-"))
        self.home.chmod(0o755)
        self.path = self.home / "mounted"
        self.path.mkdir()
        (self.home / "cache").mkdir()
        (self.home / "cache").chmod(0o777)
        shutil.copy(user.server.certificate, self.home / "cert.pem")
        (self.home / "cert.pem").chmod(0o644)
        (self.home / "secrets").write_text(f'{self.path} {user.address} "{user.password}"\n')
        (self.home / "secrets").chmod(0o600)
        # buf_size: the folders of davfs2 1.6 cannot be listed with the default under the kernels of today.
        (self.home / "conf").write_text(
            f"trust_server_cert {self.home}/cert.pem\nsecrets {self.home}/secrets\nask_auth 0\ncache_dir {self.home}/cache\n"
            "buf_size 256\ndelay_upload 0\ndir_refresh 1\nfile_refresh 1\n")
        done = subprocess.run(
            [MOUNT, user.server.tls_url + user.files, self.path, "-o", f"conf={self.home}/conf,uid={os.getuid()}"],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, env={**os.environ, "HOME": str(self.home)})
        if done.returncode != 0:
            self.close()
            raise AssertionError(done.stdout + done.stderr)

    def names(self, path="."):
        return sorted(set(os.listdir(self.path / path)) - {"lost+found"})

    def unmount(self):
        """Waits until everything is on the server, as umount's helper does; but that one asks every three seconds."""
        process = int((RUNNING / f"{str(self.path).strip('/').replace('/', '-')}.pid").read_text())
        subprocess.run(["umount", "--internal-only", self.path], check=True, capture_output=True, timeout=60)
        wait_for(lambda: not pathlib.Path(f"/proc/{process}").exists(), timeout=60, what="the end of mount.davfs")

    def close(self):
        if os.path.ismount(self.path):
            self.unmount()
        shutil.rmtree(self.home, ignore_errors=True)


@pytest.fixture
def folder(user):
    mounted = Folder(user)
    yield mounted
    mounted.close()


def arrives(dav, path, want):
    """An upload goes on after the file was closed, so its end is asked for."""
    def there():
        response = dav.get(path)
        return response.status == 200 and response.body == want
    wait_for(there, what=f"{want[:40]} at {path}")


def test_files_are_made_overwritten_renamed_and_removed(user, dav, folder):
    (folder.path / "Ünïcödé & 100%.txt").write_text("first")
    arrives(dav, user.files + "%C3%9Cn%C3%AFc%C3%B6d%C3%A9%20%26%20100%25.txt", b"first")
    (folder.path / "letter.txt").write_text("one")
    arrives(dav, user.files + "letter.txt", b"one")
    (folder.path / "letter.txt").write_text("two and longer")
    arrives(dav, user.files + "letter.txt", b"two and longer")
    with open(folder.path / "letter.txt", "a") as file:
        file.write(", three")
    arrives(dav, user.files + "letter.txt", b"two and longer, three")

    (folder.path / "letter.txt").rename(folder.path / "renamed.txt")
    assert dav.get(user.files + "letter.txt").status == 404
    assert dav.get(user.files + "renamed.txt").body == b"two and longer, three"
    # What editors do: write beside it, then put it in its place.
    (folder.path / "renamed.txt.new").write_text("saved")
    os.replace(folder.path / "renamed.txt.new", folder.path / "renamed.txt")
    folder.unmount()
    assert dav.get(user.files + "renamed.txt").body == b"saved"
    assert len(dav.children(user.files)) == 2


NAMES = ["a#b?c&d=e", "100%", "a+b c", "%41", "e\u0301", "\u00e9", "~$;,:@'!()*[]{}|^`", "trailing. ", "\u4f60\U0001f600",
         "back\\slash", "x" * 200, ".hidden", '"quoted"', "<tag>"]


def test_names_of_all_kinds_come_back(user, dav, folder):
    (folder.path / "in").mkdir()
    for name in NAMES:
        (folder.path / name).write_text(name)
        (folder.path / name).rename(folder.path / "in" / name)
    folder.unmount()
    again = Folder(user)
    try:
        assert again.names("in") == sorted(NAMES)
        assert [(again.path / "in" / name).read_text() for name in NAMES] == NAMES
        for name in NAMES:
            (again.path / "in" / name).unlink()
    finally:
        again.close()
    assert dav.children(user.files + "in/") == []


def test_folders_move_with_all_that_is_in_them(user, dav, folder):
    (folder.path / "a/b/c").mkdir(parents=True)
    for n in range(10):
        (folder.path / f"a/b/c/{n}.txt").write_text(str(n))
    (folder.path / "target").mkdir()
    (folder.path / "a/b").rename(folder.path / "target/moved")
    assert folder.names("target/moved/c") == [f"{n}.txt" for n in range(10)]
    assert folder.names("a") == []
    (folder.path / "a").rmdir()
    (folder.path / "target/moved/c/0.txt").unlink()
    folder.unmount()
    assert dav.children(user.files) == [user.files + "target/"]
    assert dav.children(user.files + "target/moved/c/") == [f"{user.files}target/moved/c/{n}.txt" for n in range(1, 10)]
    assert dav.get(user.files + "target/moved/c/7.txt").body == b"7"


def test_a_file_of_20_megabytes_goes_there_and_back(user, dav, folder):
    content = os.urandom(20_000_000)
    digest = hashlib.sha256(content).hexdigest()
    (folder.path / "large").write_bytes(content)
    folder.unmount()
    assert hashlib.sha256(dav.get(user.files + "large").body).hexdigest() == digest
    second = Folder(user)
    try:
        assert hashlib.sha256((second.path / "large").read_bytes()).hexdigest() == digest
    finally:
        second.close()


def test_what_others_change_is_seen(user, dav, folder):
    assert dav.put_file(user.files + "note.txt", "one", "text/plain").status == 201
    wait_for(lambda: folder.names() == ["note.txt"], what="the new name")
    assert (folder.path / "note.txt").read_text() == "one"
    assert dav.put_file(user.files + "note.txt", "changed", "text/plain").status == 204
    wait_for(lambda: (folder.path / "note.txt").read_text() == "changed", what="the new content")
    assert dav.delete(user.files + "note.txt").status == 204
    wait_for(lambda: folder.names() == [], what="the end of the name")


def test_a_file_that_is_open_for_writing_is_locked_for_others(user, dav, folder):
    (folder.path / "shared.txt").write_text("one")
    arrives(dav, user.files + "shared.txt", b"one")
    wait_for(lambda: dav.put_file(user.files + "shared.txt", "theirs", "text/plain").status == 204, what="the end of the lock")
    wait_for(lambda: (folder.path / "shared.txt").read_text() == "theirs", what="the new content")
    with open(folder.path / "shared.txt", "w") as file:
        file.write("mine")
        assert dav.put_file(user.files + "shared.txt", "lost", "text/plain").status == 423
        assert dav.delete(user.files + "shared.txt").status == 423
    folder.unmount()
    assert dav.get(user.files + "shared.txt").body == b"mine"
    assert dav.put_file(user.files + "shared.txt", "after", "text/plain").status == 204
