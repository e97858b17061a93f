"""Stands between nodes and their PostgreSQL, and cuts or holds what goes through."""
import os
import re
import shutil
import socket
import tempfile
import threading


class Proxy:
    """`url` is that of the database, seen through this. It listens on a socket in a directory of its own."""

    def __init__(self, url):
        host = re.search(r"host=([^&]+)", url)[1]
        self._server = os.path.join(host, ".s.PGSQL.5432")
        self.directory = tempfile.mkdtemp(prefix="tegu-proxy-")
        self.url = url.replace(host, self.directory)
        self._path = os.path.join(self.directory, ".s.PGSQL.5432")
        self._lock = threading.Lock()
        self._pairs = set()
        self._may_pass = threading.Event()
        self._may_pass.set()
        # Each so many commits one connection is cut, in turns before the server has the commit and before the node has the answer.
        self.cut_each, self.commits, self.cuts = 0, 0, 0
        # How often a node has said something after its server had.
        self.journeys = 0
        self._listener = None
        self.up()

    def up(self):
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(self._path)
        self._listener.listen(64)
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def down(self):
        """As when the database's machine is gone: no connection, and no new one."""
        listener, self._listener = self._listener, None
        os.unlink(self._path)
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        self.cut_all()

    def hold(self):
        """As when the database does not answer."""
        self._may_pass.clear()

    def release(self):
        self._may_pass.set()

    def cut_all(self):
        with self._lock:
            pairs = list(self._pairs)
        for pair in pairs:
            self._cut(pair)

    def close(self):
        if self._listener:
            self.down()
        self.release()
        shutil.rmtree(self.directory, ignore_errors=True)

    def _accept(self, listener):
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            try:
                server.connect(self._server)
            except OSError:
                client.close()
                continue
            pair = (client, server)
            with self._lock:
                self._pairs.add(pair)
            state = {"cut": None, "answered": True}
            threading.Thread(target=self._pump, args=(pair, client, server, state, True), daemon=True).start()
            threading.Thread(target=self._pump, args=(pair, server, client, state, False), daemon=True).start()

    def _pump(self, pair, source, target, state, is_from_node):
        try:
            while data := source.recv(65536):
                self._may_pass.wait()
                if is_from_node and state["answered"]:
                    with self._lock:
                        self.journeys += 1
                state["answered"] = not is_from_node
                if is_from_node:
                    # The prepared statement's name in a Bind message: the one before it, of the portal, is empty.
                    if b"\0commit\0" in data and self._is_next():
                        if self.cuts % 2:
                            break
                        state["cut"] = True
                elif state["cut"]:
                    # The server has answered the commit: nobody learns it.
                    break
                target.sendall(data)
        except OSError:
            pass
        self._cut(pair)

    def _is_next(self):
        with self._lock:
            self.commits += 1
            if not self.cut_each or self.commits % self.cut_each:
                return False
            self.cuts += 1
            return True

    def _cut(self, pair):
        with self._lock:
            self._pairs.discard(pair)
        for end in pair:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end.close()
