"""`tegu directory add` and `remove`: the configuration file, as an administrator wrote it."""
import pytest

from dav import Dav
from ldap_server import PASSWORD, Authority, Slapd, person, temporary_folder, unit
from tegu import Server

CORP = "dc=corp,dc=test"


@pytest.fixture(scope="module")
def corp():
    with temporary_folder() as folder:
        slapd = Slapd(folder / "corp", CORP, unit(CORP, "people") + person(CORP, "clara"), Authority(folder / "ca"))
        try:
            yield slapd.start()
        finally:
            slapd.stop()


def test_a_directory_is_tested_added_used_and_taken_out(corp):
    with temporary_folder() as folder:
        file, password = folder / "tegu.yaml", folder / "password"
        own = "# ours\nlog:\n  level: notice\n"
        file.write_text(own)
        file.chmod(0o640)
        password.write_text(PASSWORD + "\n")
        arguments = ["--preset", "openldap", "--server", corp.url, "--base", CORP, "--bind-dn", corp.service,
                     "--bind-password-file", str(password), "--mail-domain", "example.org", "--set", f"ca-file={corp.authority.file}"]
        server = Server(environment={"TEGU_CONFIG": str(file)})
        try:
            server.start()
            # What does not answer is not added.
            wrong = server.run("directory", "add", "corp", *arguments, "--set", "user-base=ou=none,dc=nowhere", check=False)
            assert wrong.returncode != 0 and file.read_text() == own
            assert server.run("directory", "add", "corp", *arguments, "--set", "page-size=x", check=False).returncode != 0
            assert server.run("directory", "add", "a b", *arguments, check=False).returncode != 0
            # What is wrong is told of the file that there is.
            for bad, message in [(["corp"], "give at least a server"), (["corp", *arguments, "--set", "domains=a.org"], "domains is given twice"),
                                 (["corp", *arguments, "--base", "people"], f"{file} is \"people\": expected a dist"),
                                 (["corp", *arguments, "--set", "page-size=x"], f"directories.corp.page-size in {file} is \"x\"")]:
                refused = server.run("directory", "add", *bad, check=False)
                assert refused.returncode != 0 and message in refused.err and ".draft" not in refused.err, refused.err
                assert file.read_text() == own
            done = server.run("directory", "add", "corp", *arguments)
            assert "user: 1, 1 with an address" in done.out and "added directory corp" in done.out
            assert file.read_text().startswith(own) and file.stat().st_mode & 0o777 == 0o640
            assert not (folder / "tegu.yaml.draft").exists()
            assert server.run("directory", "add", "corp", *arguments, check=False).returncode != 0
            assert "corp" in server.run("directory", "list").out
            server.stop()
            server.start()
            assert Dav(server.url, ("clara", "secret of clara")).propfind("/", "D:displayname").status == 207
            server.run("directory", "remove", "corp")
            assert file.read_text() == own
            assert server.run("directory", "remove", "corp", check=False).returncode != 0
            # A link stays one: what it leads to is changed.
            real = folder / "real.yaml"
            file.rename(real)
            file.symlink_to(real)
            server.run("directory", "add", "corp", *arguments)
            assert file.is_symlink() and "corp" in real.read_text()
        finally:
            server.close()
