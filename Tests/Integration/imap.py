"""A plain IMAP client that shows every byte: a response is a list of lines with their literals in place."""
import re
import socket

from dav import tls_context


class Refused(AssertionError):
    pass


class Answer:
    """What came up to a tagged response."""

    def __init__(self, tag, lines):
        self.tag, self.untagged, self.last = tag, lines[:-1], lines[-1]
        self.status, _, self.text = self.last[len(tag) + 1:].partition(b" ")
        self.status = self.status.decode()

    def all(self, word):
        """The untagged responses that begin with this word, or with a number and it."""
        return [line for line in self.untagged if re.match(rb"\* (\d+ )?" + re.escape(word.encode()) + rb"(\s|$)", line)]

    def one(self, word):
        found = self.all(word)
        assert len(found) == 1, (word, self.untagged)
        return found[0]

    def code(self, word):
        """What stands behind the word of a response code, in any line."""
        for line in [*self.untagged, self.last]:
            match = re.search(rb"\[" + word.encode() + rb"(?: ([^\]]*))?\]", line)
            if match:
                return (match.group(1) or b"").decode()
        return None


class Imap:
    def __init__(self, host, port, tls=False, timeout=30, greet=True):
        self.socket = socket.create_connection((host, port), timeout=timeout)
        if tls:
            self.start_tls()
        self.buffer, self.count = b"", 0
        self.greeting = self.response() if greet else None

    def start_tls(self):
        self.socket = tls_context().wrap_socket(self.socket)

    def send(self, data):
        self.socket.sendall(data if isinstance(data, bytes) else data.encode())

    def fill(self):
        data = self.socket.recv(65536)
        if not data:
            raise EOFError(self.buffer)
        self.buffer += data

    def line(self):
        while b"\r\n" not in self.buffer:
            self.fill()
        line, _, self.buffer = self.buffer.partition(b"\r\n")
        return line

    def exactly(self, count):
        while len(self.buffer) < count:
            self.fill()
        data, self.buffer = self.buffer[:count], self.buffer[count:]
        return data

    def response(self):
        """One response with its literals."""
        whole = self.line()
        while (match := re.search(rb"\{(\d+)\}$", whole)) is not None:
            whole += b"\r\n" + self.exactly(int(match.group(1))) + self.line()
        return whole

    def begin(self, command):
        """Sends a command; a bytes or str, or a list of pieces of which all but the first follow a continuation request."""
        self.count += 1
        tag = f"t{self.count}"
        pieces = command if isinstance(command, list) else [command]
        for index, piece in enumerate(pieces):
            if index:
                assert self.response().startswith(b"+"), "no continuation request"
            else:
                self.send(tag + " ")
            self.send(piece)
        self.send("\r\n")
        return tag

    def end(self, tag):
        lines = []
        while True:
            lines.append(self.response())
            if lines[-1].startswith(tag.encode() + b" "):
                return Answer(tag, lines)

    def do(self, command):
        return self.end(self.begin(command))

    def ok(self, command):
        answer = self.do(command)
        if answer.status != "OK":
            raise Refused(f"{command!r}: {answer.last!r}")
        return answer

    def no(self, command):
        answer = self.do(command)
        assert answer.status == "NO", answer.last
        return answer

    def bad(self, command):
        answer = self.do(command)
        assert answer.status == "BAD", answer.last
        return answer

    def append(self, mailbox, message, options=""):
        """The UID that the message got."""
        message = message if isinstance(message, bytes) else message.encode()
        answer = self.ok([f"APPEND {mailbox} {options}{{{len(message)}}}\r\n", message])
        return int(answer.code("APPENDUID").split()[1])

    def close(self):
        self.socket.close()
