"""Connections that send something to the web server and read nothing of what it answers.

They are given on the command line: its address, its port, how many there are, and what each sends
at once and how often.
"""

import socket
import sys
from ast import literal_eval
from contextlib import suppress


def main(host: str, port: str, connections: str, sent: str, times: str) -> None:
    """Send, say so, and hold the connections until a line is read."""
    links = [_connected(host, int(port)) for _ in range(int(connections))]
    for link in links:
        # The server may have closed it before it took all.
        with suppress(OSError):
            link.sendall(literal_eval(sent) * int(times))
    print("ready", flush=True)
    sys.stdin.readline()


def _connected(host: str, port: int) -> socket.socket:
    link = socket.socket()
    # The kernel takes no more than this from the one that sends.
    link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
    link.settimeout(30)
    link.connect((host, port))
    return link


if __name__ == "__main__":
    main(*sys.argv[1:])
