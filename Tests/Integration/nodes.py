"""Several equal nodes over one PostgreSQL."""
import contextlib
import os
import shutil
import tempfile

from tegu import Server, User, postgres_database


class Nodes:
    """`count` processes of `tegu serve`, each with a data directory of its own, and a directory of large bodies that all share."""

    def __init__(self, count=3, url=None, settings=()):
        self._directory = tempfile.mkdtemp(prefix="tegu-nodes-")
        files = os.path.join(self._directory, "files")
        self.url = url or postgres_database(self._directory)
        self.servers = [
            Server(os.path.join(self._directory, f"node{number}"), settings=settings,
                   environment={"TEGU_DATABASE": self.url, "TEGU_STORAGE_FILES": files})
            for number in range(count)]
        # Users are everybody's: a name that one node has given the others do not give again.
        for server in self.servers:
            server._users = self.servers[0]._users

    def __getitem__(self, number):
        return self.servers[number]

    def __len__(self):
        return len(self.servers)

    def start(self):
        # At once: one of them makes the schema, and the others wait for it.
        for server in self.servers:
            server.start(wait=False)
        for server in self.servers:
            server.wait_until_ready()
        return self

    def new_user(self, *arguments):
        """The same user, as each node has it."""
        made = self.servers[0].new_user(*arguments)
        return [User(server, made.name, made.password) for server in self.servers]

    def stop(self):
        for server in self.servers:
            assert server.stop() == 0, server.log()

    def close(self):
        for server in self.servers:
            server.close()
        shutil.rmtree(self._directory, ignore_errors=True)


@contextlib.contextmanager
def serving(*arguments, **more):
    """Nodes that serve. In the end they stop as they should, and what they have written is sound."""
    nodes = Nodes(*arguments, **more)
    try:
        yield nodes.start()
        nodes.stop()
        nodes[0].check()
    finally:
        nodes.close()
