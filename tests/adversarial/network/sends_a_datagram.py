# exercise: total
# attack: sends what it was given to a server of this machine; answers right only if it can
# expect: wrong answer or runtime error
# why: sockets are denied, or nobody listens in a network of its own
# needs: walls

import socket

LISTENER = "@PORT@"


def total(numbers):
    with socket.socket(type=socket.SOCK_DGRAM) as sender:
        sender.connect(("127.0.0.1", int(LISTENER)))
        sender.send(repr(numbers).encode())
        sender.settimeout(0.2)
        try:
            sender.recv(1)
        except TimeoutError:
            return sum(numbers)
        except ConnectionRefusedError:
            return -1
