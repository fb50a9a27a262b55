# exercise: total
# attack: connects to a server of this machine; answers right only if somebody listens
# expect: wrong answer or runtime error
# why: sockets are denied, or nobody listens in a network of its own
# needs: walls

import socket

LISTENER = "@PORT@"


def total(numbers):
    with socket.socket() as connection:
        connection.settimeout(1)
        connection.connect(("127.0.0.1", int(LISTENER)))
    return sum(numbers)
