"""A small client of Marionette, by which a program of Mozilla is told to run JavaScript with all its rights."""
import itertools
import json
import os
import pathlib
import socket
import subprocess
import time

from tegu import free_port

PREFERENCES = {
    "app.donation.eoy.version.viewed": 999, "app.update.enabled": False, "browser.shell.checkDefaultBrowser": False,
    "calendar.timezone.local": "Europe/Berlin", "calendar.timezone.useSystemTimezone": False,
    "datareporting.policy.dataSubmissionEnabled": False, "mail.provider.suppress_dialog_on_startup": True,
    "mailnews.start_page.enabled": False, "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
}


class Marionette:
    """One program without a screen, with a profile of its own."""

    def __init__(self, program, home):
        (home / "profile").mkdir(parents=True)
        port = free_port()
        preferences = {**PREFERENCES, "marionette.port": port}
        (home / "profile/user.js").write_text(
            "".join(f"user_pref({json.dumps(key)}, {json.dumps(value)});\n" for key, value in preferences.items()))
        self.output = open(home / "output", "w+")
        self.process = subprocess.Popen(
            [program, "--headless", "--marionette", "--remote-allow-system-access", "--no-remote", "--profile", home / "profile"],
            stdout=self.output, stderr=subprocess.STDOUT, env={**os.environ, "HOME": str(home), "MOZ_HEADLESS": "1"})
        self.numbers, self.socket = itertools.count(1), None
        try:
            self.socket = self.connect(port)
            self.read()  # its greeting
            self.send("WebDriver:NewSession", acceptInsecureCerts=True)
            self.send("Marionette:SetContext", value="chrome")
            self.send("WebDriver:SetTimeouts", script=60_000)
        except BaseException:
            self.close()
            raise

    def connect(self, port):
        end = time.monotonic() + 60
        while True:
            try:
                return socket.create_connection(("127.0.0.1", port), timeout=90)
            except OSError:
                assert self.process.poll() is None and time.monotonic() < end, "it did not start:\n" + self.log()
                time.sleep(0.1)

    def log(self):
        """What it printed, without the complaints of a graphical program that has no screen."""
        lines = pathlib.Path(self.output.name).read_text(errors="replace").splitlines()
        return "\n".join(line for line in lines if "gtk" not in line and line)[-3000:]

    def read(self):
        """A message is its length, a colon, and JSON."""
        length = b""
        while not length.endswith(b":"):
            piece = self.socket.recv(1)
            assert piece, "it ended:\n" + self.log()
            length += piece
        data = b""
        while len(data) < int(length[:-1]):
            piece = self.socket.recv(int(length[:-1]) - len(data))
            assert piece, "it ended:\n" + self.log()
            data += piece
        return json.loads(data)

    def send(self, command, **parameters):
        message = json.dumps([0, next(self.numbers), command, parameters]).encode()
        self.socket.sendall(b"%d:%b" % (len(message), message))
        _, _, error, value = self.read()
        assert error is None, f"{command}: {error['error']}: {error['message']}\n{error.get('stacktrace')}"
        return value

    def run(self, body, *arguments):
        """What the body of an async function returns; the arguments are `args` in it."""
        script = ("const done = arguments[arguments.length - 1], args = [...arguments].slice(0, -1);"
                  "(async () => {" + body + "})().then(value => done({ value }), e => done({ error: `${e}\\n${e.stack}` }));")
        answer = self.send("WebDriver:ExecuteAsyncScript", script=script, args=list(arguments))["value"]
        assert "error" not in answer, f"{answer['error']}\n{body}\n{self.log()}"
        return answer.get("value")

    def close(self):
        if self.socket:
            self.socket.close()
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(20)
        self.output.close()
