"""Roundcube, as Debian has it, on PHP's own web server, driven by the requests that its pages send."""
import http.cookiejar
import json
import os
import pathlib
import re
import sqlite3
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

from tegu import free_port

ROOT = pathlib.Path("/var/lib/roundcube")
SCHEMA = pathlib.Path("/usr/share/roundcube/SQL/sqlite.initial.sql")


class Roundcube:
    """An installation of its own for one IMAP server, in a directory, until it is closed."""

    def __init__(self, server, directory):
        self.directory = directory
        for name in ("config", "logs", "temp"):
            (directory / name).mkdir()
        with sqlite3.connect(directory / "database") as database:
            database.executescript(SCHEMA.read_text())
        for name in ("defaults.inc.php", "mimetypes.php"):
            (directory / "config" / name).symlink_to(f"/etc/roundcube/{name}")
        (directory / "config/config.inc.php").write_text(f"""<?php
$config['db_dsnw'] = 'sqlite:///{directory}/database';
$config['imap_host'] = '{server.host}:{server.imap_port}';
$config['imap_debug'] = true;
$config['log_dir'] = '{directory}/logs/';
$config['temp_dir'] = '{directory}/temp/';
$config['des_key'] = 'aaaaaaaaaaaaaaaaaaaaaaaa';
$config['plugins'] = ['acl', 'archive'];
$config['skin'] = 'elastic';
$config['create_default_folders'] = true;
$config['drafts_mbox'] = 'Drafts';
$config['quota_zero_as_unlimited'] = true;
""")
        self.port = free_port()
        self.process = subprocess.Popen(
            ["php", "-d", "display_errors=0", "-d", "log_errors=1", "-d", f"error_log={directory}/logs/php", "-S", f"127.0.0.1:{self.port}", "-t", ROOT],
            env=os.environ | {"ROUNDCUBE_CONFIG_DIR": f"{directory}/config/"}, stdout=subprocess.DEVNULL,
            stderr=open(directory / "logs/server", "wb"))

    def log(self):
        """What it said to the server and heard of it, and what went wrong."""
        return "".join(f"--- {path.name}\n{path.read_text(errors='replace')}" for path in sorted((self.directory / "logs").iterdir()))

    def complaints(self):
        """What its own log of errors has."""
        path = self.directory / "logs/errors.log"
        return path.read_text() if path.exists() else ""

    def close(self):
        self.process.kill()
        self.process.wait()


class Browser:
    """One user's session."""

    def __init__(self, roundcube):
        self.roundcube = roundcube
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
        self.token = None

    def open(self, form=None, headers=(), **query):
        """The body of an answer."""
        url = f"http://127.0.0.1:{self.roundcube.port}/?{urllib.parse.urlencode(query)}"
        data = urllib.parse.urlencode(form).encode() if form is not None else None
        end = time.monotonic() + 20
        while True:
            try:
                return self.opener.open(urllib.request.Request(url, data, dict(headers)), timeout=60).read().decode()
            except urllib.error.HTTPError:
                raise
            except urllib.error.URLError:
                # It has just been started.
                if time.monotonic() > end:
                    raise
                time.sleep(0.1)

    def sign_in(self, user):
        self.token = re.search(r'name="_token" value="(\w+)"', self.open())[1]
        page = self.open(
            {"_token": self.token, "_task": "login", "_action": "login", "_user": user.address, "_pass": user.password}, _task="login")
        assert '"task":"mail"' in page, self.roundcube.log()
        self.token = re.search(r'"request_token":"(\w+)"', page)[1]
        return page

    def ask(self, task, action, form=None, **query):
        """What the pages do by themselves: the commands that come back, as a list of names and arguments."""
        if form is not None:
            form = form | {"_remote": "1", "_token": self.token}
        text = self.open(form, {"X-Roundcube-Request": self.token}, _task=task, _action=action, _remote="1", **query)
        answer = json.loads(text)
        calls = answer.get("exec", "")
        assert '"error"' not in calls, f"{calls}\n{self.roundcube.log()}"
        return answer

    def rows(self, mailbox="INBOX", **query):
        """The subjects by UID of the rows that a list shows, in their order."""
        calls = self.ask("mail", query.pop("action", "list"), _mbox=mailbox, **query)["exec"]
        return {
            int(uid): json.loads(cells)["subject"]
            for uid, cells in re.findall(r'add_message_row\("?(\d+)"?,(\{.*?\}),\{', calls)}
