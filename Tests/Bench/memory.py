#!/usr/bin/env python3
"""Memory of the server: an idle keep-alive connection, plain and over TLS, and a long listing. Ends with 1 above a limit."""
import argparse
import http.client
import select
import socket
import ssl
import sys
import time

import bench
import objects
import servers

CONNECTIONS = 1000
LIMITS = {"plain": 16.0, "TLS": 44.0}
# Clients that take a listing at the same time, and what one of them may cost.
LISTINGS, LISTING_LIMIT = 20, 512.0


def connect(server, tls):
    connection = socket.create_connection((server.host, server.port + (1 if tls else 0)))
    # Else each handshake waits for a delayed acknowledgement.
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if tls:
        # Without the certificate authorities of the system, which take longer to load than the handshake.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connection = context.wrap_socket(connection, server_hostname="localhost")
    return connection


def ask(server, connection):
    """One small request, so that the connection is one that was used."""
    connection.sendall(objects.propfind(server.home, "0", "D:displayname").bytes(server))
    answer = b""
    while b"</D:multistatus>" not in answer:
        part = connection.recv(65536)
        if not part:
            sys.exit("the server closed a connection")
        answer += part


def idle(server, tls, count):
    """KiB a connection."""
    # What the first ones cost once (buffers that are kept, the heap's growth) is not theirs.
    for connection in [connect(server, tls) for _ in range(50)]:
        ask(server, connection)
        connection.close()
    before = server.memory()
    connections = []
    for _ in range(count):
        connections.append(connect(server, tls))
        ask(server, connections[-1])
    time.sleep(2)
    cost = (server.memory() - before) / count
    for connection in connections:
        connection.close()
    return cost


def listing(server, path):
    """KiB that a client costs which takes a listing slowly."""
    request = objects.propfind(path, "1", "D:getetag").bytes(server)
    connections = [connect(server, False) for _ in range(LISTINGS)]
    # The database's connections and their caches, which come with the first that ask at the same time, are not theirs.
    for connection in connections:
        connection.sendall(request)
    for connection in connections:
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        answer.read()
    before = server.memory()
    most = before
    for connection in connections:
        connection.sendall(request)
    for _ in range(20):
        # A short listing is soon taken.
        for connection in select.select(connections, [], [], 0)[0]:
            connection.recv(4096)
        most = max(most, server.memory())
        time.sleep(0.05)
    for connection in connections:
        connection.close()
    return (most - before) / LISTINGS


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--directory", default=str(servers.ROOT / "var/bench"))
    parser.add_argument("--size", type=int, default=10_000)
    parser.add_argument("--connections", type=int, default=CONNECTIONS)
    parser.add_argument("--port", type=int, default=18_290)
    options = parser.parse_args()
    options.fill_limit = 240
    server = servers.Tegu(options.directory, options.port)
    failed = False
    try:
        server.start_up()
        filled = bench.Bench(server, options)
        filled.prepare([])
        measured = [(name, idle(server, name == "TLS", options.connections), limit) for name, limit in LIMITS.items()]
        measured.append((f"listing of {filled.size}", listing(server, filled.calendar), LISTING_LIMIT))
        for name, cost, limit in measured:
            print(f"{name:<18} {cost:8.1f} KiB a connection (limit {limit:.0f}){'   ABOVE' if cost > limit else ''}")
            failed = failed or cost > limit
    finally:
        server.stop()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
