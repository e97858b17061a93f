"""A small client of IMAP and one of LMTP, for many connections and long answers, and the messages of the benchmark."""
import asyncio
import random
import re
import ssl

WORDS = "the of a house river stone winter letter garden to in and table morning paper window under silver road with from summer".split()
# A word that few messages have.
NEEDLE = "quetzalcoatl"
_choose = random.Random(1)
LINES = [" ".join(_choose.choice(WORDS) for _ in range(11)) for _ in range(5000)]


def message(name, size, number=0, needle=False):
    """About `size` octets. Ten of them by number are a conversation; one of a thousand has the needle, if it may."""
    first = number - number % 10
    head = [
        f"From: Writer {number % 97} <writer{number % 97}@example.net>", "To: <user0@example.org>",
        f"Subject: {'Re: ' if number != first else ''}letter {name} {first}",
        f"Date: {1 + number % 28} Nov 2026 {number % 24:02}:{number % 60:02}:{number % 59:02} +0000",
        f"Message-ID: <{name}.{number}@example.net>", *([f"References: <{name}.{first}@example.net>"] if number != first else []),
        "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", ""]
    body, left = [f"letter {name} {number}"], size - sum(map(len, head))
    if needle and has_needle(number):
        body.append(f"here is {NEEDLE} in a line")
    for place in range(number * 7, number * 7 + max(0, left // 60)):
        body.append(LINES[place % len(LINES)])
    return ("\r\n".join(head + body) + "\r\n").encode()


def has_needle(number):
    return number % 1000 == 7


class Fault(Exception):
    """An answer that is not what it must be."""


class IMAP:
    @classmethod
    async def connect(cls, server, tls=False):
        self, context = cls(), None
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        self.reader, self.writer = await asyncio.open_connection(
            server.host, server.imaps if tls else server.port, limit=1 << 22, ssl=context)
        self.count = 0
        greeting = await self.reader.readline()
        if not greeting.startswith(b"* OK"):
            raise Fault(f"greeting {greeting}")
        return self

    @classmethod
    async def signed_in(cls, server, user, tls=False):
        self = await cls.connect(server, tls)
        await self.ask(f'LOGIN "{server.login(user)}" "{server.password}"')
        return self

    def tag(self):
        self.count += 1
        return b"a%d " % self.count

    async def ask(self, command, may_fail=False):
        """The whole answer. Lines are not looked at as they come: a long answer would be measured by Python's speed."""
        tag = self.tag()
        self.writer.write(tag + (command if isinstance(command, bytes) else command.encode()) + b"\r\n")
        return await self.answer(tag, may_fail)

    async def answer(self, tag, may_fail=False):
        answer = bytearray()
        while True:
            part = await self.reader.read(1 << 20)
            if not part:
                raise Fault("the server closed a connection")
            answer += part
            if answer.endswith(b"\r\n"):
                last = answer.rfind(b"\n", 0, len(answer) - 1) + 1
                if answer.startswith(tag, last):
                    break
        if not may_fail and not answer.startswith(b"OK", last + len(tag)):
            raise Fault(bytes(answer[last:]).decode(errors="replace").strip())
        return bytes(answer)

    async def append(self, mailbox, *messages):
        """RFC 3502 where there are several; RFC 7888: without waiting."""
        await self.ask(f"APPEND {mailbox}".encode() + b"".join(b" {%d+}\r\n%s" % (len(m), m) for m in messages))

    async def append_slowly(self, mailbox, size, pieces, step):
        """A message of any size, in pieces that are never in memory together; `step` is called after each."""
        piece = (b"0123456789" * 7 + b"\r\n") * (size // pieces // 72)
        head = b"Subject: a large one\r\n\r\n"
        tag = self.tag()
        self.writer.write(tag + b"APPEND %s {%d}\r\n" % (mailbox.encode(), len(head) + len(piece) * pieces))
        while not (line := await self.reader.readline()).startswith(b"+"):
            if not line or line.startswith(tag):
                raise Fault(line.decode(errors="replace").strip())
        self.writer.write(head)
        for _ in range(pieces):
            self.writer.write(piece)
            await self.writer.drain()
            step()
        self.writer.write(b"\r\n")
        await self.answer(tag)
        return len(head) + len(piece) * pieces

    async def count_of(self, mailbox):
        return int(re.search(rb"MESSAGES (\d+)", await self.ask(f"STATUS {mailbox} (MESSAGES)"))[1])

    async def idle(self):
        self.writer.write(self.tag() + b"IDLE\r\n")
        while not (line := await self.reader.readline()).startswith(b"+"):
            if not line:
                raise Fault("the server closed a connection")

    async def told(self):
        """Waits until IDLE tells of a message."""
        while not (line := await self.reader.readline()).rstrip().endswith(b"EXISTS"):
            if not line:
                raise Fault("the server closed a connection")

    async def log_out(self):
        await self.ask("LOGOUT")
        self.close()

    def close(self):
        self.writer.close()


class LMTP:
    @classmethod
    async def connect(cls, server):
        self = cls()
        self.reader, self.writer = await asyncio.open_connection(server.host, server.lmtp)
        await self.reply(b"220")
        await self.say(b"LHLO bench.example.net", b"250")
        return self

    async def say(self, line, code):
        self.writer.write(line + b"\r\n")
        await self.reply(code)

    async def reply(self, code):
        while (line := await self.reader.readline())[3:4] == b"-":
            pass
        if not line.startswith(code):
            raise Fault(f"LMTP: {line.decode(errors='replace').strip()}")

    async def deliver(self, address, text):
        await self.say(b"MAIL FROM:<writer@example.net>", b"250")
        await self.say(b"RCPT TO:<%s>" % address.encode(), b"250")
        await self.say(b"DATA", b"354")
        await self.say(text.replace(b"\r\n.", b"\r\n..") + b".", b"250")

    def close(self):
        self.writer.close()
