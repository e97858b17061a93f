#!/usr/bin/env python3
"""Speed and memory of the mail half beside Dovecot and Cyrus: one machine, one run, the same commands.

    mail.py [--servers tegu,dovecot,cyrus] [--cases login,append,...] [--size 100000] [--seconds 5] [--json FILE]

Each server runs alone, as root, on a directory of its own on a disk. Every answer is checked by what must be in it. A rate is what so many
connections get in some seconds; a time is the best of several, but where the first one is what is asked for. Goals: no case slower than
the faster of the others, deliveries and APPEND three times as many, a text found in a hundredth of the time once the index is made;
memory and notices by limits of their own. A case in which a server fails is told as FAILED with why, and the run goes on. Ends with 1
where a goal is missed or a case of ours failed. A try: --size 2000 --seconds 1."""
import argparse
import asyncio
import json
import pathlib
import re
import resource
import sys
import time

import mailclient
import mailservers
import servers
from mailclient import IMAP, LMTP, Fault

# So many times as fast as the faster of the others; all other cases: once.
GOALS = {"append": 3, "lmtp": 3, "search-text": 100}
# KiB an idle connection, milliseconds until 99 of 100 are told, and KiB that may be added by what is larger than memory should be.
LIMITS = {"idle-plain": 16.0, "idle-tls": 44.0, "notices": 50.0, "append-large": 32768.0, "fetch-slowly": 32768.0}
# What is bounded here, and not compared.
ONLY_OURS = ["append-large", "fetch-slowly"]
# What a server may do wrong, and seconds after which a case has failed.
FAULTS = (Fault, OSError, EOFError, TimeoutError, asyncio.LimitOverrunError, TypeError, ValueError)
LONGEST = 900
RATES = ["login", "append", "lmtp"]
TIMES = ["select-first", "select", "sort-first", "thread-first", "flags", "sizes", "envelope", "bodies", "search-unseen", "search-text",
         "sort", "thread", "store", "changed", "copy", "move"]
# Connections that wait, told of one delivery each hundred of them, as one user.
PER_USER = 100
USERS = 60
# The owner of the large mailbox.
OWNER = 0
DISTINCT = 5000


class Bench:
    """One server under the benchmark."""

    def __init__(self, server, options):
        self.server, self.options, self.client = server, options, None

    # Rates

    async def rate(self, job, connections):
        """job(number of the connection, number of the turn), by so many at a time."""
        turns, end = [0] * connections, time.perf_counter() + self.options.seconds

        async def work(connection):
            while time.perf_counter() < end:
                await job(connection, turns[connection])
                turns[connection] += 1

        start = time.perf_counter()
        await asyncio.gather(*(work(connection) for connection in range(connections)))
        return sum(turns), sum(turns) / (time.perf_counter() - start)

    async def login(self):
        async def job(connection, _):
            client = await IMAP.signed_in(self.server, connection)
            await client.log_out()

        # The first time may make mailboxes, or compute a password's hash.
        for connection in range(self.options.connections):
            await job(connection, 0)
        return (await self.rate(job, self.options.connections))[1]

    async def append(self):
        clients = [await IMAP.signed_in(self.server, number) for number in range(self.options.connections)]
        for client in clients:
            await client.ask("CREATE written")

        async def job(connection, turn):
            await clients[connection].append("written", mailclient.message(f"appended{connection}", 4096, turn))

        count, rate = await self.rate(job, len(clients))
        self.equal(sum([await client.count_of("written") for client in clients]), count, "messages after APPEND")
        for client in clients:
            await client.ask("DELETE written")
            await client.log_out()
        return rate

    async def lmtp(self):
        users = range(1, 1 + self.options.connections)
        agents = [await LMTP.connect(self.server) for _ in users]

        async def job(connection, turn):
            text = mailclient.message(f"delivered{connection}", 4096, turn)
            await agents[connection].deliver(self.server.address(1 + connection), text)

        before = await self.inboxes(users)
        count, rate = await self.rate(job, len(agents))
        self.equal(await self.inboxes(users) - before, count, "messages after LMTP")
        client = await IMAP.signed_in(self.server, 1)
        await client.ask("SELECT INBOX")
        if mailclient.message("delivered0", 4096, 0) not in await client.ask("FETCH 1:* (BODY.PEEK[])"):
            raise Fault("what was delivered is not what is there")
        await client.log_out()
        for agent in agents:
            agent.close()
        return rate

    async def inboxes(self, users):
        count = 0
        for user in users:
            client = await IMAP.signed_in(self.server, user)
            count += await client.count_of("INBOX")
            await client.log_out()
        return count

    # The large mailbox

    async def fill(self):
        client, size = await IMAP.signed_in(self.server, OWNER), self.options.size
        distinct = min(DISTINCT, size)
        for mailbox in ("seed", "large"):
            await client.ask(f"CREATE {mailbox}")
        for start in range(0, distinct, 50):
            await client.append("seed", *(
                mailclient.message("seed", 3000, number, needle=True) for number in range(start, min(start + 50, distinct))))
        await client.ask("SELECT seed")
        await client.ask(f"STORE 1:{distinct // 2} +FLAGS.SILENT (\\Seen)")
        for start in range(0, size, distinct):
            await client.ask(f"COPY 1:{min(distinct, size - start)} large")
        self.equal(await client.count_of("large"), size, "messages after COPY")
        await client.log_out()

    async def rest(self):
        """Waits until what the server does behind the answers, such as an index, is done."""
        for _ in range(self.options.rest):
            before = self.server.cpu_seconds()
            await asyncio.sleep(1)
            if self.server.cpu_seconds() - before < 0.03:
                return

    async def timed(self, client, command, check, times=5):
        taken = []
        for _ in range(times):
            start = time.perf_counter()
            answer = await client.ask(command)
            taken.append(time.perf_counter() - start)
            if not check(answer):
                raise Fault(f"{command}: {answer[:300]!r}")
        return 1000 * min(taken)

    async def select_first(self):
        """After a start, so that nothing is in the server's memory."""
        taken = []
        for _ in range(3):
            self.server.restart()
            client = await IMAP.signed_in(self.server, OWNER)
            taken.append(await self.timed(client, "SELECT large", self.has(f"* {self.options.size} EXISTS"), 1))
            await client.log_out()
        return min(taken)

    async def first(self, command, check):
        """The same of a question about the mailbox, of which no answer can be kept."""
        taken = []
        for _ in range(3):
            self.server.restart()
            client = await IMAP.signed_in(self.server, OWNER)
            await client.ask("SELECT large")
            taken.append(await self.timed(client, command, check, 1))
            await client.log_out()
        return min(taken)

    async def select(self):
        client = await IMAP.signed_in(self.server, OWNER)
        taken = await self.timed(client, "SELECT large", self.has(f"* {self.options.size} EXISTS"), 100)
        await client.log_out()
        return taken

    @staticmethod
    def has(text):
        return lambda answer: text.encode() in answer

    @staticmethod
    def counts(text, count):
        return lambda answer: answer.count(text) == count

    @staticmethod
    def numbers(count):
        return lambda answer: len(re.search(rb"\* (?:SEARCH|SORT)([ 0-9]*)", answer)[1].split()) == count

    def questions(self):
        """Of each case about the large mailbox its command and what its answer must have."""
        size = self.options.size
        some, distinct = min(1000, size), min(DISTINCT, size)
        each = [number % distinct for number in range(size)]
        needles = sum(map(mailclient.has_needle, each))
        unseen = sum(number >= distinct // 2 for number in each)
        return {
            "flags": ("FETCH 1:* (FLAGS)", self.counts(b"FLAGS (", size)),
            "sizes": ("UID FETCH 1:* (UID FLAGS RFC822.SIZE INTERNALDATE)", self.counts(b"RFC822.SIZE", size)),
            "envelope": (f"FETCH 1:{some} (ENVELOPE BODYSTRUCTURE)", self.counts(b"ENVELOPE (", some)),
            "bodies": (f"FETCH 1:{some} (BODY.PEEK[])", self.counts(b"BODY[] {", some)),
            "search-unseen": ("SEARCH UNSEEN", self.numbers(unseen)),
            "search-text": (f"SEARCH TEXT {mailclient.NEEDLE}", self.numbers(needles)),
            "sort": ("SORT (REVERSE DATE) UTF-8 ALL", self.numbers(size)),
            "thread": ("THREAD REFERENCES UTF-8 ALL", lambda answer: len(re.findall(rb"\d+", answer.split(b"\r\n")[0])) == size),
        }

    async def in_large(self):
        """The connection that asks about the large mailbox; a new one after a case that failed."""
        if not self.client:
            self.client = await IMAP.signed_in(self.server, OWNER)
            await self.client.ask("SELECT large")
        return self.client

    async def question(self, case):
        times = 2 if case == "search-text" else 5
        return await self.timed(await self.in_large(), *self.questions()[case], times=times)

    async def store(self):
        some = min(1000, self.options.size)
        return await self.timed(await self.in_large(), f"STORE 1:{some} +FLAGS (\\Flagged)", self.counts(b"FLAGS (", some), 1)

    async def changed(self):
        """What a STORE of another flag has changed."""
        client, some = await self.in_large(), min(1000, self.options.size)
        state = int(re.search(rb"HIGHESTMODSEQ (\d+)", await client.ask("STATUS large (HIGHESTMODSEQ)"))[1])
        await client.ask(f"STORE 1:{some} +FLAGS (\\Answered)")
        return await self.timed(client, f"FETCH 1:* (FLAGS) (CHANGEDSINCE {state})", self.counts(b"MODSEQ (", some))

    async def copy(self):
        client = await self.in_large()
        await client.ask("CREATE copied")
        return await self.timed(client, f"COPY 1:{min(1000, self.options.size)} copied", self.has("COPYUID"), 1)

    async def move(self):
        client, some = await self.in_large(), min(1000, self.options.size)
        await client.ask("CREATE moving")
        await client.ask(f"COPY 1:{some} moving")
        await client.ask("CREATE moved")
        await client.ask("SELECT moving")
        taken = await self.timed(client, "MOVE 1:* moved", self.has("COPYUID"), 1)
        self.equal(await client.count_of("moved"), some, "messages after MOVE")
        await client.ask("SELECT large")
        return taken

    # Memory and notices

    async def waiting(self, count, tls):
        """So many connections in IDLE, PER_USER for each user, opened some at a time."""
        async def one(number):
            client = await IMAP.signed_in(self.server, 1 + number // PER_USER, tls)
            await client.ask("SELECT INBOX")
            await client.idle()
            return client

        clients = []
        for start in range(0, count, 50):
            clients += await asyncio.gather(*(one(number) for number in range(start, min(start + 50, count))))
        return clients

    async def idle(self, count, tls):
        """KiB a connection."""
        # What the first ones cost once is not theirs.
        await self.close(await self.waiting(50, tls))
        before = self.server.memory()
        clients = await self.waiting(count, tls)
        await asyncio.sleep(2)
        cost = (self.server.memory() - before) / count
        await self.close(clients)
        return cost

    @staticmethod
    async def close(clients):
        for client in clients:
            client.close()
        await asyncio.sleep(1)

    async def notices(self, count):
        """Milliseconds from the answer to a delivery until 99 of 100 of those who wait for it are told."""
        clients, taken = await self.waiting(count, False), []
        agent = await LMTP.connect(self.server)
        for turn in range(5):
            user = 1 + turn % max(1, count // PER_USER)
            told = []

            async def hear(client):
                await client.told()
                told.append(time.perf_counter())

            listeners = [asyncio.create_task(hear(client)) for client in clients[(user - 1) * PER_USER:user * PER_USER]]
            await asyncio.sleep(0.5)
            await agent.deliver(self.server.address(user), mailclient.message(f"notice{turn}", 2000))
            done = time.perf_counter()
            _, late = await asyncio.wait(listeners, timeout=10)
            if late:
                for listener in late:
                    listener.cancel()
                await self.close(clients)
                raise Fault(f"{len(late)} of {len(listeners)} were not told within 10 s")
            taken += [max(0, moment - done) for moment in told]
        agent.close()
        await self.close(clients)
        return 1000 * sorted(taken)[len(taken) * 99 // 100]

    async def append_large(self):
        """KiB that the server grows by while it takes 100 MB."""
        client = await IMAP.signed_in(self.server, OWNER)
        await client.ask("CREATE huge")
        before = most = self.server.memory()

        def look():
            nonlocal most
            most = max(most, self.server.memory())

        size = await client.append_slowly("huge", 100_000_000, 100, look)
        look()
        await client.ask("SELECT huge")
        answer = await client.ask("FETCH 1 (RFC822.SIZE)")
        self.equal(int(re.search(rb"RFC822.SIZE (\d+)", answer)[1]), size, "octets of a large message")
        await client.log_out()
        return most - before

    async def fetch_slowly(self):
        """KiB that the server grows by while a client takes a listing of the large mailbox by small pieces."""
        client = await IMAP.signed_in(self.server, OWNER)
        await client.ask("SELECT large")
        before = most = self.server.memory()
        tag = client.tag()
        client.writer.write(tag + b"FETCH 1:* (UID FLAGS INTERNALDATE ENVELOPE)\r\n")
        for _ in range(50):
            await client.reader.read(4096)
            most = max(most, self.server.memory())
            await asyncio.sleep(0.02)
        client.close()
        return most - before

    def equal(self, found, wanted, what):
        if found != wanted:
            raise Fault(f"{found} {what}, not {wanted}")

    def job(self, case):
        # The others have a process for each connection.
        count = self.options.idle if self.server.name == "tegu" else self.options.idle_of_others
        if case in self.questions():
            return self.question(case)
        if case in ("sort-first", "thread-first"):
            return self.first(*self.questions()[case.removesuffix("-first")])
        if case in ("idle-plain", "idle-tls"):
            return self.idle(min(count, 1000), case == "idle-tls")
        if case == "notices":
            # More of one user would be above the kernel's inotify instances a user, of which Dovecot has one a connection.
            return self.notices(min(count, PER_USER) if self.server.name != "tegu" else count)
        return getattr(self, case.replace("-", "_"))()

    async def measure(self, case):
        """A number, or why there is none: one case that fails does not take the others with it."""
        try:
            value = await asyncio.wait_for(self.job(case), LONGEST)
            print(f"{case:<14} {self.server.name:<8} {value:10.{2 if value < 100 else 0}f} {unit(case)}", flush=True)
        except FAULTS as fault:
            value = f"{type(fault).__name__}: {fault}"
            print(f"{case:<14} {self.server.name:<8}     FAILED {value}", flush=True)
            self.client = None
        return value

    async def run(self, cases):
        """Of each case its number, or why there is none."""
        found = {}
        wanted = [case for case in CASES if case in cases and (self.server.name == "tegu" or case not in ONLY_OURS)]
        of_large = [case for case in wanted if case in TIMES or case == "fetch-slowly"]
        for case in wanted:
            if case in of_large[:1]:
                start = time.perf_counter()
                try:
                    await self.fill()
                    await self.rest()
                except FAULTS as fault:
                    print(f"{'':<14} {self.server.name:<8} cannot be filled: {type(fault).__name__}: {fault}", flush=True)
                    found |= dict.fromkeys(of_large, f"not filled: {fault}")
                else:
                    print(f"{'':<14} {self.server.name:<8} filled and at rest after {time.perf_counter() - start:.0f} s", flush=True)
            if case not in found:
                found[case] = await self.measure(case)
        return found


CASES = RATES + TIMES + list(LIMITS)


def unit(case):
    if case in RATES:
        return "/s"
    return "ms" if case in TIMES or case == "notices" else "KiB"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--servers", default=",".join(mailservers.ALL))
    parser.add_argument("--cases", default=",".join(CASES))
    parser.add_argument("--size", type=int, default=100_000, help="messages in the large mailbox")
    parser.add_argument("--connections", type=int, default=10, help="those of logins, APPENDs and deliveries")
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rest", type=int, default=600, help="seconds after which a server that is still at work is asked all the same")
    parser.add_argument("--idle", type=int, default=5000, help="connections that wait, of ours")
    parser.add_argument("--idle-of-others", type=int, default=200)
    parser.add_argument("--directory", default=str(servers.ROOT / "var/bench"), help="on a real disk")
    parser.add_argument("--port", type=int, default=18_400, help="the first of those that the servers listen on")
    parser.add_argument("--json", help="where to write the results")
    options = parser.parse_args()
    unknown = set(options.cases.split(",")) - set(CASES)
    if unknown:
        sys.exit(f"there is no case {', '.join(unknown)}")
    # As many connections as there may be, of this process and of those that it starts.
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)

    results = {}
    # One after the other: none of them gets in another's way.
    for index, name in enumerate(options.servers.split(",")):
        server, cases = mailservers.ALL[name](options.directory, options.port + 10 * index, USERS), options.cases.split(",")
        try:
            server.start_up()
            results[name] = asyncio.run(Bench(server, options).run(cases))
        except SystemExit as end:
            print(end, flush=True)
            results[name] = dict.fromkeys(cases, f"{end}")
        finally:
            server.stop()
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(results, indent=1))
    return report(results)


def report(results):
    """The table; 1 where a goal is missed, or a case of ours failed."""
    is_any_missed = False
    print("\n" + " " * 14 + "".join(f"{name:>12}" for name in results) + "   ratio   goal")
    for case in CASES:
        values = {name: found[case] for name, found in results.items() if case in found}
        if not values:
            continue
        line = f"{case:<14}"
        for name in results:
            value = values.get(name, "")
            line += f"{'FAILED' if value else '':>12}" if isinstance(value, str) else f"{value:12.2f}"
        judgement, is_missed = judge(case, values)
        is_any_missed |= is_missed
        print(line + judgement + ("   MISSED" if is_missed else ""))
    for name, found in results.items():
        for case, value in found.items():
            if isinstance(value, str):
                print(f"{case} of {name} FAILED: {value}")
    return 1 if is_any_missed else 0


def judge(case, values):
    """What stands behind the numbers, and whether a goal is missed."""
    ours = values.get("tegu")
    theirs = [value for name, value in values.items() if name != "tegu" and not isinstance(value, str)]
    if isinstance(ours, str):
        return "", True
    if ours is not None and case in LIMITS:
        return f"{'':8}  < {LIMITS[case]:.0f} {unit(case)}", ours > LIMITS[case]
    if ours is None or not theirs:
        return "", False
    ratio = ours / max(theirs) if case in RATES else min(theirs) / max(ours, 0.001)
    return f"{ratio:8.2f}  {GOALS.get(case, 1):>5}", ratio < GOALS.get(case, 1)


if __name__ == "__main__":
    sys.exit(main())
