"""cadaver, the command-line WebDAV client: a session of everything that it can do."""
import subprocess


def cadaver(url, user, commands, directory, home):
    (home / ".netrc").write_text(f"machine {url.split('//')[1].split(':')[0]} login {user.address} password {user.password}\n")
    (home / ".netrc").chmod(0o600)
    done = subprocess.run(["cadaver", url], input="\n".join(commands) + "\nquit\n", text=True, cwd=directory, timeout=60,
                          capture_output=True, env={"HOME": str(home), "PATH": "/usr/bin:/bin", "TERM": "dumb"})
    return done.stdout + done.stderr


def test_a_session_of_cadaver(server, tmp_path):
    user = server.new_user(password="secret-without-blanks")  # .netrc takes no others
    work, home = tmp_path / "work", tmp_path / "home"
    work.mkdir(), home.mkdir()
    (work / "letter.txt").write_text("Dear Anna,\n" * 1000)
    out = cadaver(server.url + user.files, user, [
        "mkcol papers", "put letter.txt papers/letter.txt", "cd papers", "ls",
        "copy letter.txt copy.txt", "move copy.txt moved.txt", "propset letter.txt colour green", "propget letter.txt colour",
        "lock letter.txt", "discover letter.txt", "unlock letter.txt",
        "get letter.txt back.txt", "delete moved.txt", "cd ..", "rmcol papers", "ls"], work, home)
    assert "failed" not in out.lower(), out
    assert (work / "back.txt").read_text() == "Dear Anna,\n" * 1000
    assert "green" in out
    assert user.dav().propfind(user.files + "papers/").status == 404
