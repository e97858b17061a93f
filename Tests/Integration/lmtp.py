"""A plain LMTP client (RFC 2033) that shows every reply."""
import socket


class Reply:
    """One reply, all its lines."""

    def __init__(self, lines):
        self.lines, self.code = lines, int(lines[-1][:3])
        self.text = "\n".join(line[4:] for line in lines)

    @property
    def status(self):
        """The code and the enhanced one."""
        words = self.lines[-1].split(" ")
        return " ".join(words[:2])

    def __repr__(self):
        return repr(self.lines)


class Lmtp:
    def __init__(self, host, port=None, timeout=30, greet=True):
        if port is None:
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.settimeout(timeout)
            self.socket.connect(host)
        else:
            self.socket = socket.create_connection((host, port), timeout=timeout)
        self.buffer = b""
        if greet:
            self.greeting = self.reply()
            self.hello = self.do("LHLO client.example")

    def send(self, data):
        self.socket.sendall(data if isinstance(data, bytes) else data.encode())

    def reply(self):
        lines = []
        while not lines or lines[-1][3:4] == "-":
            while b"\r\n" not in self.buffer:
                data = self.socket.recv(65536)
                if not data:
                    raise EOFError(self.buffer)
                self.buffer += data
            line, _, self.buffer = self.buffer.partition(b"\r\n")
            lines.append(line.decode())
        return Reply(lines)

    def do(self, line):
        self.send(line + "\r\n")
        return self.reply()

    def begin(self, recipients, sender="sender@client.example", parameters=""):
        """MAIL and RCPT in one packet (RFC 2920); the replies to the RCPTs."""
        self.send(f"MAIL FROM:<{sender}>{parameters}\r\n" + "".join(f"RCPT TO:<{name}>\r\n" for name in recipients))
        first = self.reply()
        assert first.code == 250, first
        return [self.reply() for _ in recipients]

    def deliver(self, message, recipients, sender="sender@client.example", parameters=""):
        """One reply for each recipient: the one to RCPT where that was not positive, else the one to the message."""
        replies = self.begin(recipients, sender, parameters)
        taken = [index for index, reply in enumerate(replies) if reply.code == 250]
        if not taken:
            assert self.do("RSET").code == 250
            return replies
        assert self.do("DATA").code == 354
        self.send(stuffed(message) + b".\r\n")
        for index in taken:
            replies[index] = self.reply()
        return replies

    def close(self):
        self.socket.close()


def stuffed(message):
    """As RFC 5321 §4.5.2 wants it; `message` ends with CRLF."""
    assert message.endswith(b"\r\n")
    return (b"." if message.startswith(b".") else b"") + message.replace(b"\r\n.", b"\r\n..")
