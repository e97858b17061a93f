"""The servers that are compared on PostgreSQL: the one of this tree, and DAViCal from Debian's packages.

Each has a cluster of its own, of one version and with one configuration, fsync'ed, with a quarter of the memory for its pages, as PostgreSQL's manual
advises. What the database uses counts as the server's."""
import contextlib
import os
import pathlib
import signal
import subprocess
import sys

import servers

# Behind those of this directory, of which one has the name of one there.
sys.path.append(str(servers.ROOT / "Tests/Integration"))


class OnPostgres(servers.Server):
    """A server whose data is in a PostgreSQL that is started for it."""

    def start_up(self):
        from postgres import Cluster
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        self.cluster = Cluster(buffers=f"{memory // 4 >> 20}MB")
        super().start_up()

    def stop(self):
        super().stop()
        if hasattr(self, "cluster"):
            self.cluster.close()

    def processes(self):
        from postgres_pair import children
        main = int(pathlib.Path(self.cluster.directory, "data/postmaster.pid").read_text().split()[0])
        return [*super().processes(), main, *children(main)]


class TeguOnPostgres(OnPostgres, servers.Tegu):
    name = "tegu-postgres"

    def command(self, *arguments):
        return [*super().command(*arguments), "--database", self.cluster.url.replace("/postgres?", "/bench?")]

    def run(self):
        self.cluster.query("CREATE DATABASE bench")
        return super().run()


class DAViCal(OnPostgres):
    """Run by PHP's own web server, with as many processes as the benchmark has connections and the compiled code kept."""

    name = "davical"
    principal = home = books = "/caldav.php/user/"
    start = "/caldav.php/"
    package = pathlib.Path("/usr/share/davical")
    WORKERS = 8

    def run(self):
        environment = {**os.environ, "PGHOST": self.cluster.directory, "PGUSER": "tegu"}
        # Its script asks for a password to be noted down, and ends with an error where a role is there already.
        subprocess.run(["bash", self.package / "dba/create-database.sh", "davical", self.password], env=environment, stdout=self.log, stderr=self.log)
        # "**" before a password: kept in clear, so that a hash is no part of what is measured.
        subprocess.run(
            ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "davical", "-c", f"""
INSERT INTO usr (username, password, fullname, email, active, updated)
VALUES ('{self.user}', '**{self.password}', 'User', 'user@example.org', true, now());
INSERT INTO principal (type_id, user_no, displayname, default_privileges)
SELECT 1, user_no, username, 0::bit(24) FROM usr WHERE username = '{self.user}'"""],
            env=environment, check=True, stdout=self.log, stderr=self.log)
        # What the rules of its Apache do.
        (self.directory / "router.php").write_text(f"""<?php
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
if (strpos($path, '/.well-known/') === 0) {{ $path = '/caldav.php' . $path; }}
if (preg_match('#^/caldav\\.php(/.*)?$#', $path, $found)) {{
  $_SERVER['SCRIPT_NAME'] = '/caldav.php'; $_SERVER['PHP_SELF'] = $path;
  $_SERVER['PATH_INFO'] = isset($found[1]) ? rawurldecode($found[1]) : '/';
  require '{self.package}/htdocs/caldav.php';
}} else {{ http_response_code(404); }}
""")
        # Its configuration is the package's, which names no host.
        return self.spawn(
            "php", "-d", f"include_path=.:{self.package}/inc:/usr/share/awl/inc:/usr/share/php", "-d", "display_errors=0", "-d", "log_errors=1",
            "-d", "memory_limit=512M", "-d", "opcache.enable_cli=1", "-S", f"{self.host}:{self.port}", self.directory / "router.php",
            cwd=self.package / "htdocs", env={**environment, "PHP_CLI_SERVER_WORKERS": str(self.WORKERS)})

    def stop(self):
        # PHP's workers stay when their parent goes.
        workers = servers.Server.processes(self) if self.process else []
        super().stop()
        for worker in workers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)


ALL = {server.name: server for server in (TeguOnPostgres, DAViCal)}
