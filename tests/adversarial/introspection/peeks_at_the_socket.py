# exercise: vault
# attack: looks ahead on the judge's socket for more than it was asked
# expect: wrong answer

import socket


def open_vault(hint):
    connection = socket.socket(fileno=3)
    try:
        coming = connection.recv(1 << 16, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        coming = b""
    finally:
        connection.detach()
    return coming.decode(errors="replace")
